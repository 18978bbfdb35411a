"""A worker on PostgreSQL stops when a newer program, or a newer key, has taken over its database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot import database_watch
from bot.database_watch import run_beside
from core.bootstrap import Core
from core.clock import FixedClock
from core.db.schema import known_schema
from core.errors.keys import KeysDoNotFit, WrongKey
from core.errors.store import DatabaseNewer
from core.security.canary import DatabaseKeys
from core.security.vault import Vault
from tests.core.sql import sql
from tests.core.tools import NOON, build
from tests.engines import open_test_store, postgres_url
from tests.world import KEYS

LATER = known_schema() + 1
"""The newest schema with which this program works."""


@pytest.fixture
async def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Core]:
    monkeypatch.setattr(database_watch, "EVERY", 0.02)
    async with open_test_store("postgres", tmp_path, None) as store:
        built = await build(store, FixedClock(NOON), {"database": {"url": postgres_url()}})
        await store.run(built.database_keys.ensure_fit)
        yield built
        await store.run(lambda tx: sql(tx, f"DELETE FROM schema_migration WHERE version >= {LATER}"))  # noqa: S608 - ours


async def _works(stopped: asyncio.Event) -> None:
    try:
        await asyncio.sleep(30)
    finally:
        stopped.set()


async def _migrate(core: Core, version: int) -> None:
    row = f"INSERT INTO schema_migration (version, name, applied_at) VALUES ({version}, 'later', 0)"  # noqa: S608 - ours
    await core.store.run(lambda tx: sql(tx, row))


@pytest.mark.postgres
async def test_it_stops_at_a_schema_that_is_newer_by_two(
    core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    stopped = asyncio.Event()
    beside = asyncio.ensure_future(run_beside(core, _works(stopped)))
    await _migrate(core, LATER)
    await asyncio.sleep(0.3)
    assert not beside.done(), "with one migration more it works on"
    assert caplog.text.count("a newer program has migrated the database") == 1
    await _migrate(core, LATER + 1)
    with pytest.raises(DatabaseNewer) as caught:
        await asyncio.wait_for(beside, 10)
    assert caught.value.found == LATER + 1
    assert stopped.is_set(), "the work was cancelled"


@pytest.mark.postgres
async def test_it_stops_when_it_lacks_the_newest_key(core: Core) -> None:
    stopped = asyncio.Event()
    beside = asyncio.ensure_future(run_beside(core, _works(stopped)))
    newer = Vault([Fernet.generate_key().decode(), *KEYS["keys"]], str(KEYS["lookup_key"]))
    await core.store.run(DatabaseKeys(newer, "security.").begin_rotation)
    with pytest.raises(KeysDoNotFit) as caught:
        await asyncio.wait_for(beside, 10)
    assert caught.value.wrong == (WrongKey.NEWEST,)
    assert stopped.is_set()


@pytest.mark.postgres
async def test_it_ends_with_its_work_and_can_be_cancelled(core: Core) -> None:
    await asyncio.wait_for(run_beside(core, asyncio.sleep(0)), 10)
    stopped = asyncio.Event()
    beside = asyncio.ensure_future(run_beside(core, _works(stopped)))
    await asyncio.sleep(0.05)
    beside.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beside
    assert stopped.is_set()
