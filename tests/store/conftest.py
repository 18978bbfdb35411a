"""Stores on both engines, with a small schema of their own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import FixedClock
from tests.engines import ENGINES, open_test_store
from tests.store.sample import MIGRATIONS, QUERIES, AnyStore

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(params=ENGINES)
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> AsyncIterator[AnyStore]:
    async with open_test_store(
        request.param, tmp_path, clock, migrations=MIGRATIONS, queries=QUERIES
    ) as opened:
        yield opened
