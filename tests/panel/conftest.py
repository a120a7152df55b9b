"""One browser for all tests of the panel, one simulated dewd for those that need no other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.guest.dewd import Dewd, dewd_on
from tests.panel.browser import Visit, chromium


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Playwright runs a test inside its own event loop's callbacks: those may take long."""
    for item in items:
        if "tests/panel/" in item.nodeid:
            item.add_marker(pytest.mark.computes)


@pytest.fixture(scope="package")  # not the session: its event loop would be in the way of other tests' loops
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def shared_dewd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dewd]:
    """A simulated dewd that all tests share; each makes its own Droplets."""
    program = "tests.panel.hurried_dewd"
    with dewd_on(
        tmp_path_factory.mktemp("cache"), program, DEW_SIMULATE="1", DEW_FETCH_NETWORKS="127.0.0.0/8"
    ) as running:
        yield running


@pytest.fixture
def own_dewd(tmp_path: Path) -> Iterator[Dewd]:
    """A simulated dewd of the test's own, to be restarted or counted in."""
    with dewd_on(tmp_path, DEW_SIMULATE="1") as running:
        yield running


@pytest.fixture
def visit(browser: Browser, shared_dewd: Dewd) -> Iterator[Visit]:
    """A person who is signed in; the test fails if a page has anything to complain of."""
    yield from _visit(browser, shared_dewd)


@pytest.fixture
def own_visit(browser: Browser, own_dewd: Dewd) -> Iterator[Visit]:
    yield from _visit(browser, own_dewd)


def _visit(browser: Browser, dewd: Dewd) -> Iterator[Visit]:
    visit = Visit(browser, dewd).sign_in()
    yield visit
    visit.context.close()
    assert visit.complaints == []
