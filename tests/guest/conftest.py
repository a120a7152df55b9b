"""Real guests for tests: one dewd for all that need no other, and one for a test that breaks it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guest.dewd import Dewd, dewd_on


@pytest.fixture(scope="session")
def dewd(image_cache: Path, micro_image: Path) -> Iterator[Dewd]:
    """A dewd that all tests share; each makes its own Droplets and deletes them."""
    with dewd_on(image_cache) as running:
        running.image("dew-micro")
        yield running


@pytest.fixture
def own_dewd(image_cache: Path, micro_image: Path) -> Iterator[Dewd]:
    """A dewd of the test's own, to be killed and started again."""
    with dewd_on(image_cache, DEW_NETWORK="127.78.0.0/16") as running:
        running.image("dew-micro")
        yield running
