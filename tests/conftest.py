"""What tests of every sort share: the images that guests boot from, built once and kept."""

import asyncio
import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from dew.images.cache import kept_image

MACHINE = ("tests/guest/", "tests/contract/test_host.py", "tests/crash/test_nothing_")
"""Tests that need the machine: its processors to boot guests, its addresses, its firewall. tests/network has
a machine of its own, made of namespaces."""
PANEL = "tests/panel/"  # one after the other: while their browser runs, no other test can have an event loop


structlog.configure(  # as dewd does: drawing a traceback with its surroundings takes a tenth of a second
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(default=str),
    ]
)

STEPS = 2000  # what the build server has time for


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--steps",
        type=int,
        default=STEPS,
        help="how many random steps disks are put through (default: %(default)s)",
    )


class TakingTurns(LoadScopeScheduling):
    """Where tests run side by side, those that need the machine take turns: one worker gets them all."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(MACHINE):
            return "machine"
        return "panel" if nodeid.startswith(PANEL) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TakingTurns:
    return TakingTurns(config, log)


HOG_SECONDS = 0.1
"""What one callback may keep from everybody else on the event loop, of processor time: others' load on the
machine does not count. Waiting is ruff's to find (ASYNC): it takes no processor."""


@pytest.fixture(autouse=True)
def nothing_hogs_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Fail a test in which a callback of the loop computed for too long: that belongs in a thread."""
    hogs: list[str] = []
    run = asyncio.Handle._run

    def measured(handle: asyncio.Handle) -> None:
        begun = time.thread_time()
        gc.disable()  # in a test process full of other tests' leavings it takes longer than what is measured
        run(handle)
        gc.enable()
        if (seconds := time.thread_time() - begun) > HOG_SECONDS:
            hogs.append(f"{seconds:.2f} s in {handle!r}")

    monkeypatch.setattr(asyncio.Handle, "_run", measured)
    yield
    assert not hogs or request.node.get_closest_marker("computes"), hogs


@pytest.fixture(scope="session")
def image_cache() -> Path:
    """Where built images are kept between runs; a new version of a recipe is built anew."""
    cache = os.environ.get("DEW_TEST_CACHE") or os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    directory = Path(cache).expanduser() / "dew-test-images"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@pytest.fixture(scope="session")
def micro_image(image_cache: Path) -> Path:
    """The image most guests of tests boot from: seconds under software emulation."""
    return _built("dew-micro", image_cache)


@pytest.fixture(scope="session")
def debian_image(image_cache: Path) -> Path:
    """The real thing, for the few tests that are about a distribution."""
    return _built("debian-12", image_cache)


def _built(name: str, cache: Path) -> Path:
    return asyncio.run(kept_image(name, cache, cache / "work", lambda *_: None))
