"""The stored state of a rehearsal: small, without personal data, and valid for this version only."""

import zlib
from collections.abc import AsyncIterator

import pytest

from bot.dialog.record import SavedRehearsal
from bot.i18n.language import Language
from core.bootstrap import Core
from core.clock import FixedClock
from core.db import MemoryDatabase, MemoryStore
from core.pool import segments as pool_segments
from core.pool.free_list import LARGEST_SCAN_INSIDE
from core.ports import Tx
from core.rehearsal import CHAT, Rehearsal, examples, prepare
from core.values.plates import PlateKind
from tests.core.sql import dump
from tests.core.tools import NOON, build
from tests.rehearsal.chats import TO_SELECTION, Chats

STRANGER = 9_000_000_123


@pytest.fixture
async def core() -> AsyncIterator[Core]:
    clock = FixedClock(NOON)
    built = await build(MemoryStore(MemoryDatabase(clock)), clock)
    yield built
    await built.close()


async def image_of(core: Core) -> bytes:
    """Return the stored state after a whole selection with five batches."""
    chats = await Chats.on(core)
    await chats.do(STRANGER, *TO_SELECTION, "【随机一次", *["【换一批"] * 4, "粤K·")
    row = await core.store.read(lambda tx: tx.one("dialog.get", chat_id=STRANGER))
    assert row is not None
    return bytes(row["rehearsal_image"])


async def test_image_is_some_tens_of_kilobytes_at_most(core: Core) -> None:
    image = await image_of(core)
    assert 5_000 < len(image) < 40_000
    assert len(zlib.decompress(image[4:])) < 270_000


async def test_image_holds_nobody(core: Core) -> None:
    rehearsal, image = await prepare(core), await image_of(core)
    with rehearsal.opened(image) as (database, _):
        rows = database.read(dump)
    said = "\n".join(line for lines in rows.values() for line in lines)
    assert len(rows["draw"]) == 5
    assert str(STRANGER) not in said
    assert [f"'chat_id': {CHAT}," in row for row in rows["dialog"]] == [True]


async def test_rehearsal_of_another_schema_does_not_fit(core: Core) -> None:
    rehearsal = await prepare(core)
    assert rehearsal.is_current(rehearsal.seeded)
    assert not rehearsal.is_current(b"\0" * 4 + rehearsal.seeded[4:])


def choose(tx: Tx, rehearsal: Rehearsal, kind: PlateKind) -> None:
    core = rehearsal.core
    owner = core.accounts.require(tx, CHAT)
    core.preselections.choose(tx, owner, core.offices["粤K"], kind)
    core.preselections.choose(tx, owner, core.offices["粤K"], kind)


@pytest.mark.parametrize("kind", PlateKind)
async def test_pool_is_stocked_once_and_small_enough_to_be_listed(core: Core, kind: PlateKind) -> None:
    rehearsal = await prepare(core)
    office = rehearsal.core.offices["粤K"]
    with rehearsal.opened(rehearsal.seeded) as (database, clock):
        clock.set(NOON)
        database.run(choose, rehearsal, kind)
        count = database.read(pool_segments.count, office, kind)
        assert (count.released, count.taken) == (20_000, 24)
        assert count.released <= LARGEST_SCAN_INSIDE
        tried = examples(office, kind)
        assert [
            database.read(pool_segments.pool_state, office.code, kind, one) is None
            for one in (*tried.taken, tried.free)
        ] == [
            False,
            False,
            True,
        ]


def test_kept_rehearsal_shows_neither_image_nor_code() -> None:
    saved = SavedRehearsal(
        chat_id=1,
        number=2,
        version=3,
        image=b"secret",
        code="123456",
        shown_at=None,
        used_at=NOON,
        language=Language.CHINESE,
    )
    assert "123456" not in repr(saved)
    assert "secret" not in repr(saved)
