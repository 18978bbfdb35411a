"""Fixtures of all tests: both engines, and the whole program with people using it."""

import gc
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.isolation import runner as isolation
from bot.photos import barcodes, validation
from bot.vehicle_import import isolated as vehicle_files
from tests import recording
from tests.browser_person import CHROMIUM, summarise_missing_browser
from tests.engines import DATABASES, ENGINES, drop_ready_schemas, leave_to_soak, summarise_missing_postgres
from tests.world import World, open_world


def pytest_configure(config: pytest.Config) -> None:
    """Restore SIGINT, which background processes ignore; disable Hypothesis deadlines."""
    settings.register_profile("any machine", deadline=None)
    settings.load_profile("any machine")
    recording.require_steady_hashes(config)
    # As the program does: otherwise a server started by a test without it loads them in every child.
    isolation.preload((barcodes, validation, vehicle_files))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    recording.add_option(parser)


@pytest.hookimpl(tryfirst=True)  # before pytest selects by marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    leave_to_soak(items)


def pytest_collection_finish() -> None:
    """Keep the thousands of collected tests, which live to the end, out of every garbage collection."""
    gc.collect()
    gc.freeze()


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    recording.note_outcome(item, call)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    summarise_missing_postgres(terminalreporter)
    summarise_missing_browser(terminalreporter)


def pytest_sessionfinish() -> None:
    drop_ready_schemas()
    DATABASES.drop_all()
    CHROMIUM.close()


@pytest.fixture(autouse=True)
def record_calls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Record the test's Bot API calls, with ``--record-calls DIR``."""
    with recording.recorded(request.node, monkeypatch):
        yield


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    """The program on each engine, with two owners and a chief."""
    async with open_world(engine, tmp_path) as opened:
        yield opened


@pytest.fixture
async def sqlite_world(tmp_path: Path) -> AsyncIterator[World]:
    """The program on SQLite only, in ``make soak`` too: for tests independent of the engine."""
    async with open_world("sqlite", tmp_path) as opened:
        yield opened
