import pytest

from tests.network.stage import Stage, missing


@pytest.fixture
def stage():
    """A machine and a world of namespaces; skips where they can't be made."""
    if reason := missing():
        pytest.skip(reason)
    with Stage() as built:
        yield built


@pytest.fixture(params=[True, False], ids=["daemon is root", "daemon is an ordinary user"])
def as_root(request):
    """Whether the daemon is root: which of the two walls is tried."""
    return request.param
