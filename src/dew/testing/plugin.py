"""The pytest fixture ``dew``; pytest finds it by the package's entry point, so nothing need be imported."""

from collections.abc import Iterator

import pytest

from dew.testing import SimulatedDew, simulated


def pytest_configure(config: pytest.Config) -> None:
    """Say what our mark is for."""
    config.addinivalue_line("markers", "dew(tls=False, **settings): how the fixture dew is to be set up")


@pytest.fixture
def dew(request: pytest.FixtureRequest) -> Iterator[SimulatedDew]:
    """A simulated DigitalOcean of the test's own."""
    mark = request.node.get_closest_marker("dew")
    with simulated(**(mark.kwargs if mark else {})) as running:
        yield running
