"""The services on either engine, with a clock that stands still."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from tests.core.tools import NOON, build
from tests.engines import open_test_store


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def core(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Core]:
    async with open_test_store(engine, tmp_path, clock) as store:
        yield await build(store, clock)
