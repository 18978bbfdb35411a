"""Stores on both engines, with the table of effects."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.ports import Store
from tests.engines import ENGINES, open_test_store, summarise_missing_postgres
from tests.inbox.schema import shared_folders

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    summarise_missing_postgres(terminalreporter)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(params=ENGINES)
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Store]:
    async with open_test_store(request.param, tmp_path, clock, **shared_folders(), reuses=True) as opened:
        yield opened


@pytest.fixture
async def quick_store(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Store]:
    """A store for rules that are independent of the engine."""
    async with open_test_store("sqlite", tmp_path, clock, **shared_folders(), reuses=True) as opened:
        yield opened
