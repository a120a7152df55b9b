"""The panel beside fifty Droplets: how soon it can be used, in a browser that has never been there."""

import time
from pathlib import Path

from playwright.sync_api import Browser
from tests.guest.dewd import SIZE, Dewd, dewd_on
from tests.panel.browser import Visit, chromium

from bench.report import Figure, Targets

DROPLETS, RUNS = 50, 5
USABLE_SECONDS = 1.0
FIRST, HEADING = "main table tbody tr a", "main h1"


def measure(scratch: Path, targets: Targets) -> None:
    """Print how long people wait until they see their Droplets, and until a click on one shows it."""
    print(f"\nThe panel, {DROPLETS} simulated Droplets, the first visit of a browser")
    with dewd_on(scratch, DEW_SIMULATE="1") as dewd, chromium() as browser:
        _furnish(dewd)
        _visit(browser, dewd)  # the first of all also starts the browser's own processes
        seen, used = zip(*(_visit(browser, dewd) for _ in range(RUNS)), strict=True)
    print(Figure("from navigation to the first Droplet seen", seen))
    print(Figure("from navigation to the page that a click on it opens", used))
    targets.hold("usable, median", Figure("", seen).median, USABLE_SECONDS, "s")
    targets.hold("usable and a click answered, worst", max(used), USABLE_SECONDS, "s")


def _furnish(dewd: Dewd) -> None:
    wanted = {"size": SIZE, "image": "dew-micro"}
    made = [dewd.client.create_droplet({"name": f"web-{number}", **wanted}) for number in range(DROPLETS)]
    for each in made:
        dewd.done(each.action_id)


def _visit(browser: Browser, dewd: Dewd) -> tuple[float, float]:
    """Return the seconds until the first Droplet is seen, and until its page is there after a click on it."""
    visit = Visit(browser, dewd).sign_in()
    page, begun = visit.page, time.perf_counter()
    page.goto(visit.url + "/droplets", wait_until="commit")
    page.locator(FIRST).first.wait_for()
    seen = time.perf_counter() - begun
    name = page.locator(FIRST).first.inner_text()
    page.locator(FIRST).first.click()
    page.locator(HEADING, has_text=name).wait_for()
    used = time.perf_counter() - begun
    visit.context.close()
    return seen, used
