"""One house for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.api.house import House, open_house


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, requests_per_minute=None) as opened:
        yield opened
