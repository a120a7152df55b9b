"""A browser for tests of the panel: Debian's Chromium, which talks to nobody but dewd."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, TimeoutError, sync_playwright

from tests.guest.dewd import REPOSITORY, Dewd, Guest

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",  # it refuses to run as root otherwise; the pages are ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 20_000  # on a machine that boots guests beside it
SCREENSHOTS = REPOSITORY / "panel" / "screenshots"
AXE = REPOSITORY / "panel" / "node_modules" / "axe-core" / "axe.min.js"
NARROW = 360  # px: the narrowest that people have
LAID_OUT_MS = 3_000  # what is measured and drawn again, such as a terminal, takes its time on a busy machine
NOTHING_STICKS_OUT = "() => document.documentElement.scrollWidth === window.innerWidth"
AT_REST = "() => document.getAnimations().every(each => each.effect.getTiming().iterations === Infinity)"
SCHEMES: dict[Literal["light", "dark"], tuple[str, ...]] = {"light": (), "dark": ("color-contrast",)}
"""And the rules that are tried in each: all, and those by which the other can differ."""
NO_ANSWER = re.compile(r"Failed to load resource|net::ERR_")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """One person's browser, on one dewd. What the page complains of is collected."""

    browser: Browser
    dewd: Dewd
    dark: bool = False
    width: int = 1280
    height: int = 800
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(
            viewport={"width": self.width, "height": self.height},
            color_scheme="dark" if self.dark else "light",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Open another tab."""
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _note(self, message: ConsoleMessage) -> None:
        # The browser itself notes each answer that is no success; whether the page copes is for the tests.
        if message.type in ("error", "warning") and not NO_ANSWER.search(message.text):
            self.complaints.append(message.text)

    @property
    def url(self) -> str:
        return (self.dewd.data / "address").read_text().strip()

    def sign_in(self) -> "Visit":
        """Get a session by the first token, without a page."""
        token = (self.dewd.data / "token").read_text().strip()
        came_in = self.context.request.post(
            f"{self.url}/dew/v1/session", data={"token": token}, headers={"origin": self.url}
        )
        assert came_in.status == 201, came_in.text()
        return self

    def go(self, path: str) -> Page:
        """Open a page of the panel and wait until nothing on it is still loading."""
        self.page.goto(self.url + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.locator("main").first.wait_for()
        self.page.wait_for_function(
            "() => !document.querySelector('[aria-busy=true], [aria-label=Loading], .mantine-Skeleton-root')"
        )

    def turn_to(self, path: str) -> Page:
        """Come to another page as by a link: what is loaded stays."""
        self.page.evaluate("path => history.pushState(null, '', path)", path)
        self.settle()
        return self.page

    def press(self, button: str) -> None:
        """Press the button of that name, in the dialog if one is open."""
        within = self.page.get_by_role("dialog").or_(self.page.locator("body:not(:has([role=dialog]))"))
        within.get_by_role("button", name=button, exact=True).click()

    def agree(self, verb: str) -> None:
        """Say yes to a question, which may be on its way still."""
        self.page.get_by_role("dialog").get_by_role("button", name=verb, exact=True).click()

    def switch_power(self, page: Page | None = None) -> None:
        """Click on the switch once it can be used; what is clicked is drawn over it."""
        (page or self.page).locator("[role=switch][aria-disabled=false]").click(force=True)

    def choose(self, label: str, option: str) -> None:
        """Choose from a list that opens."""
        self.page.get_by_role("combobox", name=label, exact=True).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def from_menu(self, menu: str, item: str) -> None:
        """Open a menu and take an item of it."""
        self.page.get_by_role("button", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def simulate(self, **wanted: object) -> None:
        """Have this happen to Actions from now on; nothing unusual, where nothing is said."""
        ask = self.context.request
        answer = ask.put(f"{self.url}/dew/v1/simulate", data=wanted, headers={"origin": self.url})
        assert answer.ok, answer.text()

    def made(self) -> Guest:
        """Create the Droplet that the form describes."""
        self.press("Create Droplet")
        self.page.wait_for_url(re.compile(r"/droplets/\d+$"))
        return Guest(self.dewd, int(self.page.url.rpartition("/")[2]))

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).and_(self.page.locator("input, textarea")).fill(text)

    def violations(self, only: tuple[str, ...] = ()) -> list[str]:
        """Return what axe-core finds wrong, but for trifles; ``only`` by some of its rules."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        options = {"resultTypes": ["violations"]} | ({"runOnly": list(only)} if only else {})
        found: dict[str, Any] = self.page.evaluate(
            "options => axe.run(document, options).then(JSON.stringify).then(JSON.parse)", options
        )
        return [
            f"{each['id']}: {each['help']}: {json.dumps([node['html'][:200] for node in each['nodes'][:3]])}"
            for each in found["violations"]
            if each["impact"] != "minor"
        ]

    def wear(self, scheme: Literal["light", "dark"]) -> None:
        """Put the page in light or in dark, and wait until no colour changes any more."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.locator(f"html[data-mantine-color-scheme={scheme}]").wait_for()
        self.page.wait_for_function(AT_REST)

    def faults(self, name: str, path: str) -> list[str]:
        """Turn to a page; return what is wrong with it in light, in dark and on a narrow screen."""
        page, found = self.turn_to(path), []
        for scheme, only in SCHEMES.items():
            self.wear(scheme)
            found += [f"{name}, {scheme}: {each}" for each in self.violations(only)]
            self.picture(f"{name}-{scheme}")
        page.set_viewport_size({"width": NARROW, "height": 740})
        with suppress(TimeoutError):
            page.wait_for_function(NOTHING_STICKS_OUT, timeout=LAID_OUT_MS)
        page.wait_for_function(AT_REST)
        self.picture(f"{name}-narrow")
        if (width := page.evaluate("document.documentElement.scrollWidth")) != NARROW:
            found.append(f"{name}: {width} px on a screen of {NARROW}")
        page.set_viewport_size({"width": self.width, "height": self.height})
        return found

    def picture(self, name: str) -> Path:
        """Keep how the page looks, for people to look at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path
