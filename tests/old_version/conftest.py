"""The present program on the old version's files, five seconds after that was killed."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap import Ports
from core.clock import FixedClock
from core.people.accounts import CONSENT_VERSION
from sandbox import Sandbox
from tests.old_version.left_behind import lay_out_database, lay_out_messenger
from tests.old_version.people import KILLED_AT, TABLES
from tests.world import World, eventually, running, settings_for

DOWN = timedelta(seconds=5)
"""The time between the kill and the start of the present version."""


@pytest.fixture
def before(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of the old version's database that the program does not open."""
    folder = tmp_path / "before"
    folder.mkdir()
    lay_out_database(folder / "test.db", folder / "photos")
    with closing(sqlite3.connect(folder / "test.db")) as connection:
        yield connection


def _agree_again(database: Path) -> None:
    """Let everybody have agreed to the present consent: being asked again is tested elsewhere."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(
            "UPDATE account SET consent_version = ? WHERE consent_version IS NOT NULL", (CONSENT_VERSION,)
        )
        connection.commit()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The program after it has handled the updates that waited; its clock moves only when a test moves it."""
    messenger = tmp_path / "messenger"
    messenger.mkdir()
    lay_out_messenger(messenger)
    clock = FixedClock(KILLED_AT + DOWN)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(clock, messenger, people=()))
        settings = settings_for(sandbox, tmp_path, **TABLES)
        assert settings.database.sqlite_path is not None
        lay_out_database(settings.database.sqlite_path, settings.photo_directory())
        _agree_again(settings.database.sqlite_path)
        world = await stack.enter_async_context(running(settings, sandbox, clock, Ports(clock=clock)))
        await eventually(lambda: not sandbox.world.updates.waiting, within=20)
        await world.service.dispatcher.idle()
        yield world
        assert not sandbox.contract_violations, sandbox.contract_violations
