"""Keys and database belong together: other keys are refused before anything is written."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from core.clock import FixedClock
from core.database import OpenedDatabase, open_database
from core.db import MIGRATIONS, open_sqlite
from core.errors.keys import KeysDoNotFit, WrongKey
from core.ports import Store, Tx
from core.security.canary import DatabaseKeys
from core.security.vault import Vault
from tests.core.sql import sql
from tests.core.tools import build, registered, release, settings
from tests.engines import open_test_store
from tests.store.test_migrations import up_to
from tests.world import KEYS

OURS, LOOKUP = KEYS["keys"][0], str(KEYS["lookup_key"])
NEW, OTHER = (Fernet.generate_key().decode() for _ in range(2))


def keys(*given: str, lookup_key: str = LOOKUP) -> DatabaseKeys:
    return DatabaseKeys(Vault(given or (OURS,), lookup_key), "security.")


@pytest.fixture
async def store(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Store]:
    async with open_test_store(engine, tmp_path, clock) as opened:
        yield opened


async def refused(store: Store, wrong: DatabaseKeys) -> tuple[WrongKey, ...]:
    """Return why keys are refused, by both checks; nothing may be written."""
    before = await store.read(lambda tx: sql(tx, "SELECT * FROM key_canary"))
    with pytest.raises(KeysDoNotFit) as caught:
        await store.run(wrong.ensure_fit)
    with pytest.raises(KeysDoNotFit) as read:
        await store.read(wrong.require_fit)
    assert caught.value.wrong == read.value.wrong
    assert await store.read(lambda tx: sql(tx, "SELECT * FROM key_canary")) == before
    return caught.value.wrong


async def test_other_keys_are_refused_and_the_right_ones_are_not(store: Store) -> None:
    await store.run(keys().ensure_fit)
    await store.run(keys().ensure_fit)
    await store.read(keys().require_fit)
    assert await refused(store, keys(OTHER)) == (WrongKey.KEYS,)
    assert await refused(store, keys(lookup_key="another lookup key")) == (WrongKey.LOOKUP_KEY,)
    both = await refused(store, keys(OTHER, lookup_key="another lookup key"))
    assert both == (WrongKey.KEYS, WrongKey.LOOKUP_KEY)


async def test_a_new_key_goes_in_front_of_the_old_one(store: Store) -> None:
    await store.run(keys().ensure_fit)
    await store.run(keys(NEW, OURS).ensure_fit)
    assert await refused(store, keys(NEW)) == (WrongKey.KEYS,)


async def test_a_rotation_needs_both_keys_until_it_has_ended(store: Store) -> None:
    await store.run(keys().ensure_fit)
    await store.run(keys(NEW, OURS).begin_rotation)
    await store.run(keys(NEW, OURS).ensure_fit)
    assert await refused(store, keys()) == (WrongKey.NEWEST,)
    assert await refused(store, keys(NEW)) == (WrongKey.FORMER,)
    assert await refused(store, keys(OTHER)) == (WrongKey.KEYS,)
    await store.run(keys(NEW, OURS).end_rotation)
    await store.run(keys(NEW).ensure_fit)
    assert await refused(store, keys()) == (WrongKey.KEYS,)


async def test_a_database_without_a_canary_is_recognised_by_what_it_contains(
    store: Store, clock: FixedClock
) -> None:
    core = await build(store, clock)
    for number in range(3):
        await store.run(registered, core, number)
    assert await refused(store, keys(OTHER)) == (WrongKey.KEYS,)
    assert await refused(store, keys(lookup_key="another lookup key")) == (WrongKey.LOOKUP_KEY,)
    await store.run(keys(NEW, OURS).ensure_fit)
    await store.read(keys(NEW, OURS).require_fit)


async def test_seeds_are_recognised_too(store: Store, clock: FixedClock) -> None:
    core = await build(store, clock)
    await store.run(release, core, "A10##")
    assert await refused(store, keys(OTHER)) == (WrongKey.KEYS,)


async def test_processes_that_start_together_agree_on_the_keys(store: Store) -> None:
    """Of two kinds of keys that come to an empty database at once, one wins, and the others are refused."""
    given = [keys(OURS), keys(OTHER)] * 4
    results = await asyncio.gather(*(store.run(one.ensure_fit) for one in given), return_exceptions=True)
    fitting = {index % 2 for index, result in enumerate(results) if result is None}
    assert len(fitting) == 1
    assert sum(isinstance(result, KeysDoNotFit) for result in results) == 4
    assert len(await store.read(lambda tx: sql(tx, "SELECT * FROM key_canary"))) == 1


async def _opened(tmp_path: Path, *given: str, migrate: bool = True) -> OpenedDatabase:
    tables = {
        "database": {"url": f"sqlite:///{tmp_path / 'plates.db'}"},
        "security": {"keys": list(given), "lookup_key": LOOKUP},
    }
    return await open_database(settings(tables), migrate=migrate)


async def test_a_database_of_other_keys_is_not_migrated(tmp_path: Path, clock: FixedClock) -> None:
    """Neither with a canary nor, in a database that never had one, without."""
    path = tmp_path / "plates.db"
    last = max(int(one.name[:4]) for one in MIGRATIONS.glob("*.sql"))
    before_canary = min(int(one.name[:4]) for one in MIGRATIONS.glob("*key_canary*")) - 1
    for known in {before_canary, last}:
        path.unlink(missing_ok=True)
        old = await open_sqlite(
            f"sqlite:///{path}", clock, migrations=up_to(known, tmp_path / f"to{known}", MIGRATIONS)
        )
        vault = Vault([OURS], LOOKUP)
        await old.run(_owner, vault)
        if known == last:
            await old.run(keys().ensure_fit)
        await old.close()
        content = _schema(path)
        with pytest.raises(KeysDoNotFit):
            await _opened(tmp_path, OTHER)
        assert _schema(path) == content
        opened = await _opened(tmp_path, OURS)
        await opened.store.close()
        assert len(opened.migrated) == last - known


def _owner(tx: Tx, vault: Vault) -> None:
    sealed, digest = vault.seal("an identity"), vault.lookup("identity", "an identity")
    sql(
        tx,
        "INSERT INTO account (account_id, chat_id, consent_version, consented_at, identity_sealed,"  # noqa: S608 - ours
        " identity_hash, created_at, updated_at)"
        f" VALUES (1, 1, 1, 1, x'{sealed.hex()}', x'{digest.hex()}', 1, 1)",
    )


def _schema(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_messages_name_the_setting_and_the_remedy() -> None:
    said = str(KeysDoNotFit("data/keys.toml: ", (WrongKey.KEYS, WrongKey.LOOKUP_KEY))).splitlines()
    assert [line.partition(": it")[0].partition(": none")[0] for line in said[:2]] == [
        "data/keys.toml: keys",
        "data/keys.toml: lookup_key",
    ]
    assert said[-1] == "nothing was changed"
