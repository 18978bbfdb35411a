"""Wished numbers: who may have how many, and who is told when, once and at bounded cost."""

import json
from datetime import datetime, timedelta

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.db.sqlite_tx import SqliteTx
from core.errors.accounts import NotRegistered
from core.errors.base import XuanhaoError
from core.errors.plates import MaskLookalike
from core.errors.wished import WishedAlready, WishedEnough, WishedTooWide, WishedUnreadable
from core.notifications import wished
from core.pool import openings, releases
from core.pool.releases import Release
from core.ports import Tx
from core.values.masks import parse_mask
from core.values.plates import Plate, PlateKind
from core.values.wished_numbers import parse_wished
from tests.core.interceptor import Interceptor
from tests.core.sql import sql
from tests.core.test_withholding import MASK, add_chiefs, ask, confirm, withheld
from tests.core.tools import NOON, half_registered, registered, release, reserved

pytestmark = pytest.mark.both_engines
MANY = 10_000


def wish(tx: Tx, core: Core, account_id: int, text: str) -> None:
    offices = core.offices
    parsed = parse_wished(text, default=offices["粤K"], offices=offices)
    wished.add(tx, account_id, parsed, is_registered=True)


async def wisher(core: Core, number: int, *texts: str) -> int:
    """Register an owner with wishes; return the chat."""

    def wishes(tx: Tx) -> int:
        account = registered(tx, core, number)
        for text in texts:
            wish(tx, core, account.account_id, text)
        return account.chat_id

    return await core.store.run(wishes)


async def told(core: Core) -> list[tuple[int, str, str]]:
    """Tell everybody; return all notices so far: chat, wish and why."""
    while await core.store.read(wished.is_pending):
        await core.store.run(wished.tell_some)
    rows = await core.store.read(
        sql, "SELECT chat_id, subject, details FROM notice WHERE purpose = 'wished' ORDER BY notice_id"
    )
    return [(row["chat_id"], *_said(row["details"])) for row in rows]


def _said(details: str) -> tuple[str, str]:
    known = json.loads(details)
    return known["wish"], known["way"]


@pytest.mark.parametrize(
    ("typed", "office", "kind", "pattern"),
    [
        ("粤k a8888", "粤K", PlateKind.SMALL, "A8888"),
        ("\uff03\uff03\uff18\uff18\uff18", "粤K", PlateKind.SMALL, "##888"),
        ("**888", "粤K", PlateKind.SMALL, "##888"),
        ("粤K·D#8888", "粤K", PlateKind.SMALL_NEV, "D#8888"),
        ("12#88d", "粤K", PlateKind.LARGE_NEV, "12#88D"),
    ],
)
async def test_wishes_are_read(core: Core, typed: str, office: str, kind: PlateKind, pattern: str) -> None:
    found = parse_wished(typed, default=core.offices["粤K"], offices=core.offices)
    assert (found.office, found.mask.kind, found.mask.pattern) == (office, kind, pattern)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("888", WishedUnreadable),
        ("粤A·A8888", WishedUnreadable),  # not served here
        ("1" * 4000, WishedUnreadable),
        ("", WishedUnreadable),
        ("####8", WishedTooWide),
        ("O8888", MaskLookalike),
    ],
)
async def test_bad_wishes_are_refused(core: Core, typed: str, error: type[XuanhaoError]) -> None:
    with pytest.raises(error):
        parse_wished(typed, default=core.offices["粤K"], offices=core.offices)


async def test_only_registered_owners_have_up_to_five(core: Core) -> None:
    def adds(tx: Tx) -> None:
        account = half_registered(tx, core, 1)
        parsed = parse_wished("A8888", default=core.offices["粤K"], offices=core.offices)
        with pytest.raises(NotRegistered):
            wished.add(tx, account.account_id, parsed, is_registered=account.is_registered)
        account = core.accounts.register(tx, account)
        for text in ("A8881", "A8882", "A8883", "A8884"):
            wish(tx, core, account.account_id, text)
        with pytest.raises(WishedAlready):
            wish(tx, core, account.account_id, "A8881")
        wish(tx, core, account.account_id, "A8885")
        with pytest.raises(WishedEnough):
            wish(tx, core, account.account_id, "A8886")
        wished.remove(tx, account.account_id, 2)
        wish(tx, core, account.account_id, "A8886")
        kept = [one.pattern for one in wished.of_account(tx, account.account_id)]
        assert kept == ["A8881", "A8886", "A8883", "A8884", "A8885"]

    await core.store.run(adds)


async def test_all_are_told_when_their_segment_opens(core: Core, clock: FixedClock) -> None:
    """Both ways in turn, once each, and nobody else."""
    await core.store.run(release, core, "A####")
    first = await wisher(core, 1, "B8888", "B9999")
    second = await wisher(core, 2, "B#888")
    await wisher(core, 3, "C8888")
    opens = NOON + timedelta(days=1)

    def schedules(tx: Tx) -> datetime:
        mask = parse_mask(PlateKind.SMALL, "B####")
        order = Release(office=core.offices["粤K"], mask=mask, actor="test", opens_at=opens)
        return core.pools.release(tx, order).compose_from

    compose_from = await core.store.run(schedules)
    known = await told(core)  # the pool's first segment, which was released before they wished
    clock.set(opens - timedelta(seconds=1))
    assert await told(core) == known
    clock.set(opens)
    opened = [(first, "B8888", "release"), (second, "B#888", "release")]
    assert (await told(core))[len(known) :] == opened
    clock.set(compose_from)
    composed = [(first, "B8888", "compose"), (second, "B#888", "compose")]
    assert (await told(core))[len(known) :] == [*opened, *composed]
    clock.advance(timedelta(days=9))
    assert (await told(core))[len(known) :] == [*opened, *composed]


async def test_number_that_comes_back_is_told_later_to_all(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    await told(core)
    await core.store.run(reserved, core, 9, "A8888")
    chats = [await wisher(core, 1, "A8888"), await wisher(core, 2, "A88##", "A#888")]
    await wisher(core, 3, "A8889")
    plate = Plate(office="粤K", kind=PlateKind.SMALL, serial="A8888")
    await core.store.run(core.counter.revoke, plate, "测试", "test")
    clock.advance(openings.TELL_AFTER - timedelta(seconds=1))
    assert await told(core) == []
    clock.advance(timedelta(seconds=1))
    assert [chat for chat, _, way in await told(core) if way == "back"] == chats


async def test_end_of_withholding_is_told(core: Core, clock: FixedClock) -> None:
    await withheld(core)
    await told(core)
    chat = await wisher(core, 1, "A8888")
    await add_chiefs(core, "chat:1002")
    request = (await ask(core)).request
    assert request is not None
    compose_from = await confirm(core, request.request_id)
    clock.advance(openings.TELL_AFTER)
    assert await told(core) == [(chat, "A8888", "freed")]
    clock.set(compose_from + openings.TELL_AFTER)
    assert await told(core) == [(chat, "A8888", "freed"), (chat, "A8888", "compose")]
    assert MASK.meets("A8888")
    await core.store.run(releases.withhold, core.offices["粤K"], MASK, "test", reason="拍卖")


async def test_cost_is_bounded_for_many_wishes(core: Core, clock: FixedClock) -> None:
    """Whatever the number of wishes: pages of some statements each; a returned number finds its own."""
    await core.store.run(release, core, "A####")
    await told(core)
    await core.store.run(_many)
    await core.store.run(release, core, "B####")
    transactions = 0
    while await core.store.read(wished.is_pending):
        calls = await core.store.run(_counted)
        assert len(calls) <= 4
        transactions += 1
    notices = "SELECT count(*) AS found FROM notice WHERE purpose = 'wished'"
    assert (await core.store.read(sql, notices))[0]["found"] == MANY
    assert transactions <= MANY // (wished.PAGE - wished.MAX_WISHED) + 2

    await core.store.run(
        openings.record_return, Plate(office="粤K", kind=PlateKind.SMALL, serial="B0007"), NOON
    )
    clock.advance(openings.TELL_AFTER)
    assert len(await core.store.run(_counted)) <= 4
    assert not await core.store.read(wished.is_pending)
    assert (await core.store.read(sql, notices))[0]["found"] == MANY + 1


def _counted(tx: Tx) -> list[str]:
    intercepted = Interceptor(tx)
    wished.tell_some(intercepted)
    return intercepted.calls


def _many(tx: Tx) -> None:
    """Add registered owners who wish for B0000, B0001 …, one each."""
    blob = "BLOB" if isinstance(tx, SqliteTx) else "BYTEA"
    columns = (
        "chat_id, consent_version, consented_at, office, name_sealed, identity_sealed, identity_hash,"
        " phone_sealed, phone_hash, phone_proved_at, registered_at, created_at, updated_at"
    )
    rows = ", ".join(
        f"({100_000 + n}, 3, 1, '粤K', CAST('n' AS {blob}), CAST('i' AS {blob}), CAST('i{n}' AS {blob}),"
        f" CAST('p' AS {blob}), CAST('p{n}' AS {blob}), 1, 1, 1, 1)"
        for n in range(MANY)
    )
    sql(tx, f"INSERT INTO account ({columns}) VALUES {rows}")  # noqa: S608 - no input
    sql(
        tx,
        "INSERT INTO wished_number (account_id, slot, office, kind, mask, since)"
        " SELECT account_id, 1, '粤K', 'small', 'B' || substr(CAST(chat_id AS TEXT), 3), 1 FROM account"
        " WHERE chat_id >= 100000",
    )
