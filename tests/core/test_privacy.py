"""Personal data are never stored in clear text: neither in a column nor in the bytes of the file."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.ports import Store
from tests import factories
from tests.core.sql import dump
from tests.core.test_failures import Journey
from tests.core.tools import build, release
from tests.engines import open_test_store
from tests.world import World, agrees, registers, verifies


class Kept:
    """What a whole selection left in a database."""

    def __init__(self, core: Core, journey: Journey, directory: Path) -> None:
        self.core, self.journey, self.directory = core, journey, directory
        phone = factories.phone(journey.number)
        self.secrets = {
            "name": "测试车主",
            "identity": factories.identity(journey.number),
            "telephone": phone,
            "telephone without country": phone.removeprefix("+86"),
            "code": str(journey.known["typed"]),
        }


@pytest.fixture
async def kept(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Kept]:
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock)
        await store.run(release, core, "A10##")
        journey = Journey(core, clock, number=83)
        for step in Journey.RANDOM:
            await journey.goes(store, step)
            await journey.looks_at_telephone(store, step)
        yield Kept(core, journey, tmp_path)


async def written(store: Store) -> str:
    """Return every row of every table, with bytes as text."""
    rows = await store.read(dump)
    return "\n".join(f"{table}: {row}" for table, some in rows.items() for row in some)


def bytes_of(directory: Path) -> bytes:
    """Return everything on disk: the file, its WAL, and deleted content in either."""
    return b"".join(path.read_bytes() for path in directory.glob("test.db*"))


async def test_no_column_holds_personal_data(kept: Kept) -> None:
    text = await written(kept.core.store)
    assert [what for what, secret in kept.secrets.items() if secret in text] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_no_byte_of_file_is_personal(kept: Kept) -> None:
    data = bytes_of(kept.directory)
    assert [what for what, secret in kept.secrets.items() if secret.encode() in data] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_control_what_is_in_clear_is_found(kept: Kept) -> None:
    data, text = bytes_of(kept.directory), await written(kept.core.store)
    vin = factories.vin(kept.journey.number)
    assert vin.encode() in data
    assert vin in text


async def test_sealed_data_can_be_opened(kept: Kept) -> None:
    account = await kept.core.store.read(kept.core.accounts.require, 7000 + kept.journey.number)
    secrets = kept.secrets
    assert (account.name, account.identity, account.phone) == (
        secrets["name"],
        secrets["identity"],
        secrets["telephone"],
    )


async def test_lookup_hash_needs_key(kept: Kept) -> None:
    """Without the key, the database file does not allow trying all identity numbers."""
    plain = hashlib.sha256(kept.secrets["identity"].encode()).digest()
    assert kept.core.vault.lookup("identity", kept.secrets["identity"]) != plain


async def test_texts_of_values_show_nothing(kept: Kept) -> None:
    account = await kept.core.store.read(kept.core.accounts.require, 7000 + kept.journey.number)
    shown = f"{account!r} {account}"
    assert [what for what, secret in kept.secrets.items() if secret in shown] == []


async def test_nothing_of_conversation_stays_in_clear(world: World) -> None:
    """The whole program, after a person has typed all of it: no row of any table contains it."""
    person = world.person()
    await world.release()
    await registers(person)
    await agrees(person)
    await verifies(person)
    text = await written(world.store)
    typed = {"name": "测试车主", "identity": factories.identity(0), "telephone": "13800138001"}
    codes: dict[str, Any] = {f"code {n}": code for n, code in enumerate(person.sms)}
    assert [what for what, secret in {**typed, **codes}.items() if str(secret) in text] == []
