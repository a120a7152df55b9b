"""Somebody without a mouse, who insists on seeing at each step where they are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page, TimeoutError

MOST_STEPS = 60  # from one end of a page to the other
SOON_MS = 5_000
LATEST_MS, LOOK_EVERY_MS = 30_000, 100

# What is drawn for a field that is not seen itself follows it, as a switch's, or holds it, as a password's.
SEEN = """() => {
    const it = document.activeElement;
    const parts = [it, it.nextElementSibling, it.closest(".mantine-Input-input")].filter(each => each);
    const drawn = parts.map(each => getComputedStyle(each));
    const ringed = drawn.some(each => each.outlineStyle !== "none" && each.outlineWidth !== "0px");
    return it !== document.body && ringed;
}"""
WHERE = "() => document.activeElement.outerHTML.slice(0, 300)"

Role = Literal["button", "link", "tab", "textbox", "switch", "menuitem", "radio", "checkbox"]


@dataclass(frozen=True)
class Keyboard:
    page: Page

    def press(self, *keys: str) -> None:
        """Press each key, and see where that has led."""
        for key in keys:
            self.page.keyboard.press(key)
            self.look(f"after {key}")

    def look(self, when: str) -> None:
        """Fail if nothing shows where the focus is."""
        try:
            self.page.wait_for_function(SEEN, timeout=SOON_MS)
        except TimeoutError:
            raise AssertionError(f"{when}, nobody sees the focus: {self.page.evaluate(WHERE)}") from None

    def wait(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait until something holds, while the browser goes on: it stands still when the test sleeps."""
        for _ in range(LATEST_MS // LOOK_EVERY_MS):
            if holds():
                return
            self.page.wait_for_timeout(LOOK_EVERY_MS)
        raise AssertionError(f"not within {LATEST_MS} ms: {what}")

    def reach(self, role: Role, name: str, *, back: bool = False) -> None:
        """Go from one thing to the next until it is this one."""
        it = self.page.get_by_role(role, name=name, exact=True)
        it.wait_for()
        wanted = it.and_(self.page.locator(":focus"))
        for _ in range(MOST_STEPS):
            if wanted.count():
                return
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{name} can't be reached; the last was {self.page.evaluate(WHERE)}")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
