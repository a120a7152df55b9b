"""The story that must always work, clicked through in a browser, on a real Droplet."""

import pytest
from playwright.sync_api import Page, expect

from tests.guest.dewd import BOOT_SECONDS, Dewd
from tests.panel.browser import Visit, chromium

pytestmark = [pytest.mark.guest, pytest.mark.computes]  # playwright runs a test in its own loop's callbacks

BOOT_MS = BOOT_SECONDS * 1000
NOTE = "healthy"
LAST_SAID_HAS = """words => {
    const rows = [...document.querySelectorAll(".xterm-rows > div")].map(row => row.textContent.trim());
    return rows.filter(row => row !== "").slice(-2).some(row => row.includes(words));
}"""


class Person:
    """Who sits at the browser."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def confirm(self, verb: str) -> None:
        self.page.get_by_role("dialog").get_by_role("button", name=verb).click()

    def hears(self, words: str) -> None:
        expect(self.page.locator(".xterm-rows")).to_contain_text(words, timeout=BOOT_MS)

    def is_asked(self, words: str) -> None:
        """Wait until that was said last, but for a word of the kernel: what a console begins with is old."""
        self.page.wait_for_function(LAST_SAID_HAS, arg=words, timeout=BOOT_MS)

    def types(self, line: str) -> None:
        self.page.locator(".xterm-helper-textarea").focus()
        self.page.keyboard.type(line)
        self.page.keyboard.press("Enter")

    def logs_in(self, name: str, password: str) -> None:
        """Sit down at the serial console."""
        self.tab("Console")
        self.is_asked(f"{name} login:")
        self.types("root")
        self.is_asked("Password:")
        self.types(password)
        self.is_asked("#")

    def sees(self, status: str) -> None:
        expect(self.page.get_by_role("switch", name="Power")).to_be_checked(
            checked=status == "on", timeout=BOOT_MS
        )


def test_a_droplet_is_set_up_snapshotted_broken_and_put_back(own_dewd: Dewd) -> None:
    with chromium() as browser:
        visit = Visit(browser, own_dewd)
        person = Person(visit.page)
        link = own_dewd.client.make_link().secret
        visit.page.goto(f"{visit.url}/#link={link}")

        visit.page.get_by_role("link", name="Create Droplet").click()
        visit.page.get_by_role("radio", name="s-1vcpu-256mb-2gb").click()
        visit.page.get_by_label("Name", exact=True).fill("story")
        person.press("Create Droplet")
        person.tab("Overview")
        person.sees("on")
        person.press("Show once")
        shown = visit.page.get_by_role("button", name="Copy root password").locator("xpath=..")
        password = shown.inner_text().strip()

        person.logs_in("story", password)
        person.types(f"echo {NOTE} >/root/note; sync; poweroff")
        person.sees("off")

        person.tab("Snapshots")
        person.press("Take Snapshot")
        expect(visit.page.get_by_text("taken while off")).to_be_visible()
        person.tab("Power")
        person.press("Power on")
        person.sees("on")

        person.logs_in("story", password)
        person.types("rm /root/note; sync; ls /root/note")
        person.hears("No such file")

        person.tab("Snapshots")
        person.press("Restore")
        person.confirm("Restore")
        expect(visit.page.get_by_role("status").filter(has_text="Undo")).to_be_visible(timeout=BOOT_MS)
        person.sees("on")
        person.logs_in("story", password)
        person.types("cat /root/note")
        person.hears(NOTE)

        visit.page.get_by_role("link", name="Create", exact=True).click()
        person.tab("Snapshots")
        visit.page.get_by_role("radio").first.click()
        visit.page.get_by_role("radio", name="s-1vcpu-256mb-2gb").click()
        visit.page.get_by_label("Name", exact=True).fill("again")
        person.press("Create Droplet")
        person.sees("on")
        person.tab("Console")
        person.is_asked("again login:")
        assert visit.complaints == []
