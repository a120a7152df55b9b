"""One house for each test, each with a database of its own; the schema is made once."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dew.database import migrations
from tests.api.house import House, open_house


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "dew.db"
    migrations.upgrade(path)
    return path


@pytest.fixture
def directory(tmp_path: Path, empty_database: Path) -> Path:
    """Where a house can be opened."""
    shutil.copy(empty_database, tmp_path / "dew.db")
    return tmp_path


@pytest_asyncio.fixture
async def house(directory: Path) -> AsyncIterator[House]:
    async with open_house(directory, requests_per_minute=None) as opened:
        yield opened
