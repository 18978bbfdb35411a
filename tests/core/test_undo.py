"""Taking back what the desk has done: what comes back, until when, and beside whom."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.audit import AuditAction
from core.availability import rescheduling
from core.availability.rescheduling import Rescheduling
from core.bootstrap import Core
from core.clock import CHINA, FixedClock
from core.errors.base import XuanhaoError
from core.errors.desk import HandledMeanwhile
from core.errors.undo import (
    AppealUsed,
    NumberGone,
    SegmentOpened,
    UndoNotOwn,
    UndoTooLate,
    VehicleGone,
)
from core.people.blacklist import Cause, NewBan, running, set_ban
from core.pool.releases import Release
from core.ports import Tx
from core.preselection import PreselectionState, get
from core.preselection.undoing import Deed
from core.values.masks import parse_mask
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.appealing import appealed, approves
from tests.core.interceptor import POOL_LOCK, Interceptor, intercepted
from tests.core.journals import checked, written
from tests.core.sql import sql
from tests.core.tools import (
    NOON,
    agreed,
    build,
    registered,
    release,
    reserved,
    verified,
    verifies_again,
)
from tests.engines import open_test_store

PLATE = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1234")
CHIEF = "chat:1001"
DEEDS = {
    Deed.CONFIRM: lambda core, tx: core.counter.register(tx, PLATE, factories.vin(2)[-6:], actor=CHIEF),
    Deed.VOID: lambda core, tx: core.counter.void(tx, PLATE, "资料有误", CHIEF),
    Deed.REVOKE: lambda core, tx: core.counter.revoke(tx, PLATE, "本人申请", CHIEF),
}
POSTGRES = [pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def mask(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "A####"))


@pytest.fixture
async def resting(engine: str, tmp_path: Path, clock: FixedClock, mask: str) -> Any:
    """The services with the default rest, and a reserved number."""
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock, undo_minutes=60)
        await core.store.run(release, core, mask)
        yield core


async def done(core: Core, deed: Deed) -> int:
    """Reserve the number, and let the desk act on it; return the preselection."""
    _, begun = await core.store.run(reserved, core, 2, "A1234")
    await core.store.run(lambda tx: DEEDS[deed](core, tx))
    return begun


def undo(core: Core, begun: int, deed: Deed) -> Callable[[Tx], Any]:
    return lambda tx: core.undoing.undo(tx, begun, "点错了", CHIEF, expected=deed)


def composes(core: Core, who: Any, serial: str = "A1234") -> Callable[[Tx], Any]:
    account, begun = who
    place = core.offices["粤K"]
    return lambda tx: core.selection.compose(tx, account, begun, place, [serial], received_at=tx.now).taken


async def ensure_verifies(core: Core, path: Path) -> None:
    """Ensure that the public journal of the office can be checked."""
    checked(await core.store.read(written, "粤K"), path)


@pytest.mark.parametrize("deed", list(DEEDS))
async def test_number_comes_back_with_its_deadline(resting: Core, deed: Deed, tmp_path: Path) -> None:
    core = resting
    begun = await done(core, deed)
    before = await core.store.read(get, begun)
    await core.store.run(undo(core, begun, deed))
    after = await core.store.read(get, begun)
    assert (after.state, after.deadline) == (PreselectionState.RESERVED, before.deadline)
    assert (after.ended_at, after.reason) == (None, None)
    rows = await core.store.read(sql, "SELECT state, held_until FROM plate")
    assert rows == [{"state": "reserved", "held_until": None}]
    counted = await core.store.read(sql, "SELECT numbers FROM selected_count")
    assert [row["numbers"] for row in counted] == [1]
    assert await core.store.read(sql, "SELECT 1 FROM ban WHERE lifted_at IS NULL") == []
    told = await core.store.read(sql, "SELECT purpose FROM notice WHERE state = 'waiting' ORDER BY due_at")
    assert {row["purpose"].partition(":")[0] for row in told} >= {"reminder", "reinstated"}
    assert not {row["purpose"].partition(":")[0] for row in told} & {"voided", "revoked", "registered"}
    await ensure_verifies(core, tmp_path / "journal.jsonl")
    # And it can be done again, by whoever is right this time.
    await core.store.run(lambda tx: DEEDS[Deed.CONFIRM](core, tx))


async def test_freed_number_rests_before_anybody_can_have_it(resting: Core, clock: FixedClock) -> None:
    core = resting
    begun = await done(core, Deed.REVOKE)
    rival = await core.store.run(verified, core, 3)
    assert await core.store.run(composes(core, rival)) is None
    clock.advance(timedelta(minutes=61))
    other = await core.store.run(verified, core, 4)
    assert await core.store.run(composes(core, other)) == "A1234"
    with pytest.raises(NumberGone):
        await core.store.run(undo(core, begun, Deed.REVOKE))
    assert (await core.store.read(get, begun)).state == PreselectionState.CANCELLED


async def test_free_number_that_rested_comes_back_too(
    resting: Core, clock: FixedClock, tmp_path: Path
) -> None:
    core = resting
    begun = await done(core, Deed.VOID)
    clock.advance(timedelta(minutes=90))
    await core.store.run(lambda tx: tx.run("pool.purge_rested", before=int(tx.now.timestamp() * 1000)))
    await core.store.run(undo(core, begun, Deed.VOID))
    assert (await core.store.read(get, begun)).state == PreselectionState.RESERVED
    await ensure_verifies(core, tmp_path / "journal.jsonl")


async def test_next_working_day_is_too_late_and_weekend_counts_to_monday(
    resting: Core, clock: FixedClock
) -> None:
    core = resting
    begun = await done(core, Deed.CONFIRM)
    clock.set(datetime(2026, 3, 11, 0, 0, tzinfo=CHINA))
    with pytest.raises(UndoTooLate):
        await core.store.run(undo(core, begun, Deed.CONFIRM))
    clock.set(datetime(2026, 3, 14, 12, tzinfo=CHINA))  # a Saturday
    await core.store.run(lambda tx: sql(tx, "UPDATE preselection SET ended_at = 1773460800000"))
    clock.set(datetime(2026, 3, 16, 23, tzinfo=CHINA))
    await core.store.run(undo(core, begun, Deed.CONFIRM))


async def test_deadline_that_has_passed_becomes_the_end_of_the_next_working_day(
    resting: Core, clock: FixedClock
) -> None:
    core = resting
    _, begun = await core.store.run(reserved, core, 2, "A1234")
    clock.set(datetime(2026, 3, 17, 18, tzinfo=CHINA))  # in the grace of the last day
    await core.store.run(lambda tx: DEEDS[Deed.VOID](core, tx))
    await core.store.run(undo(core, begun, Deed.VOID))
    assert (await core.store.read(get, begun)).deadline == datetime(2026, 3, 18, 17, tzinfo=CHINA)


async def test_undone_void_leaves_an_earlier_ban(resting: Core) -> None:
    core = resting
    account, begun = await core.store.run(reserved, core, 2, "A1234")
    until = NOON + timedelta(days=30)

    def bars(tx: Tx) -> None:
        digest = account.own_identity_hash
        assert digest is not None
        ban = NewBan(
            identity_hash=digest, office="粤K", reason="套牌", cause=Cause.ADMIN, until=until, actor=CHIEF
        )
        set_ban(tx, ban, "")

    await core.store.run(bars)
    await core.store.run(lambda tx: DEEDS[Deed.VOID](core, tx))
    await core.store.run(undo(core, begun, Deed.VOID))
    ban = await core.store.read(running, account.own_identity_hash)
    assert ban is not None
    assert (ban.until, ban.cause, ban.reason) == (until, Cause.ADMIN, "套牌")


@pytest.mark.parametrize("deed", list(DEEDS))
@pytest.mark.parametrize(
    ("actor", "after", "error"),
    [
        (CHIEF, timedelta(minutes=59, seconds=59), None),
        (CHIEF, timedelta(hours=1), UndoTooLate),
        ("chat:3002", timedelta(minutes=1), UndoNotOwn),
    ],
)
async def test_clerk_takes_back_only_what_they_did_within_the_hour(
    resting: Core,
    clock: FixedClock,
    deed: Deed,
    actor: str,
    after: timedelta,
    error: type[XuanhaoError] | None,
) -> None:
    begun = await done(resting, deed)
    clock.advance(after)

    def takes_back(tx: Tx) -> object:
        return resting.undoing.undo(tx, begun, "点错了", actor, expected=deed, own_only=True)

    if error is None:
        await resting.store.run(takes_back)
    else:
        with pytest.raises(error):
            await resting.store.run(takes_back)
        await resting.store.run(undo(resting, begun, deed))  # a chief still can
    assert (await resting.store.read(get, begun)).state == PreselectionState.RESERVED


async def test_of_two_chiefs_one_takes_it_back(resting: Core) -> None:
    core = resting
    begun = await done(core, Deed.REVOKE)
    both = (core.store.run(undo(core, begun, Deed.REVOKE)) for _ in range(2))
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["HandledMeanwhile", "Undoable"]
    entries = await core.store.read(sql, "SELECT 1 FROM audit WHERE action = 'undid'")
    assert len(entries) == 1


async def undo_beside_draw(core: Core, clock: FixedClock, *without: str) -> tuple[bool, bool]:
    """Take a revocation back while another owner is drawing the number.

    Returns:
        Whether the number is in the batch, and whether the first owner has it back.
    """
    begun = await done(core, Deed.REVOKE)
    clock.advance(timedelta(minutes=61))
    _, rival = await core.store.run(verified, core, 3)
    place = core.offices["粤K"]

    def draws(tx: Tx) -> None:
        core.selection.draw(tx, rival, place, nonce="n", received_at=tx.now, without_four=False)

    def takes_back(tx: Tx) -> None:
        undo(core, begun, Deed.REVOKE)(Interceptor(tx, without=frozenset(without)))

    with contextlib.suppress(NumberGone):
        await intercepted(core.store, draws, "pool.take", takes_back)
    held = await core.store.read(sql, "SELECT 1 FROM hold WHERE serial = 'A1234'")
    return bool(held), (await core.store.read(get, begun)).state == PreselectionState.RESERVED


@pytest.mark.parametrize("mask", ["A123#"], indirect=True)
async def test_undo_beside_a_draw_gives_the_number_to_one(resting: Core, clock: FixedClock) -> None:
    assert await undo_beside_draw(resting, clock) == (True, False)


@pytest.mark.parametrize("engine", POSTGRES, indirect=True)
@pytest.mark.parametrize("mask", ["A123#"], indirect=True)
async def test_control_undo_without_lock_gives_it_to_both(resting: Core, clock: FixedClock) -> None:
    assert await undo_beside_draw(resting, clock, *POOL_LOCK) == (True, True)


async def test_vehicle_with_another_number_gets_no_second(resting: Core, clock: FixedClock) -> None:
    core = resting
    begun = await done(core, Deed.REVOKE)
    account, again = (await core.store.run(lambda tx: core.accounts.require(tx, 5002))), None

    def selects(tx: Tx) -> Any:
        nonlocal again
        again = agreed(tx, core, account, 2)
        verifies_again(tx, core, account, again)
        return composes(core, (account, again), "A7777")(tx)

    clock.advance(timedelta(minutes=2))
    assert await core.store.run(selects) == "A7777"
    with pytest.raises(VehicleGone):
        await core.store.run(undo(core, begun, Deed.REVOKE))


# --- approvals ----------------------------------------------------------------------------------


async def test_undone_approval_restores_all_but_what_is_used(resting: Core, tmp_path: Path) -> None:
    core = resting
    holder, begun = await core.store.run(reserved, core, 0, "A1234")
    owner = await core.store.run(registered, core, 1)
    number = await core.store.run(appealed, core, owner, 0)
    await core.store.run(lambda tx: sql(tx, "UPDATE vehicle SET random_used = 4, compose_used = 7"))
    await core.store.run(lambda tx: approves(tx, core, number, bar=True))
    account, selecting = owner, await core.store.run(agreed, core, owner, 0)
    await core.store.run(verifies_again, core, account, selecting)
    await core.store.run(lambda tx: core.approval_undoing.undo(tx, number, "看错了照片", 1001))
    assert (await core.store.read(get, begun)).state == PreselectionState.RESERVED
    assert (await core.store.read(get, selecting)).state == PreselectionState.INFORMED
    assert await core.store.read(running, holder.identity_hash) is None
    assert await core.store.read(sql, "SELECT 1 FROM vin_right") == []
    granted = await core.store.read(sql, "SELECT random_granted, compose_granted FROM vehicle")
    assert granted == [{"random_granted": 0, "compose_granted": 0}]
    # And it can be decided anew; all are told again.
    await core.store.run(approves, core, number)
    await ensure_verifies(core, tmp_path / "journal.jsonl")


async def test_second_chief_is_told_who_was_first_and_not_who_saw_the_photos(resting: Core) -> None:
    core = resting
    await core.store.run(reserved, core, 0, "A1234")
    owner = await core.store.run(registered, core, 1)
    number = await core.store.run(appealed, core, owner, 0)
    await core.store.run(approves, core, number)
    await core.store.run(lambda tx: core.approval_undoing.undo(tx, number, "看错了照片", 1001))
    await core.store.run(core.lookups.saw_photos, "chat:3001", number, "粤K")
    with pytest.raises(HandledMeanwhile) as caught:
        await core.store.run(lambda tx: core.approval_undoing.undo(tx, number, "看错了照片", 1002))
    assert (caught.value.by, caught.value.action) == ("chat:1001", AuditAction.UNDID)


async def test_undone_approval_gives_a_registered_number_its_vehicle_back(resting: Core) -> None:
    core = resting
    _, begun = await core.store.run(reserved, core, 2, "A1234")
    await core.store.run(lambda tx: DEEDS[Deed.CONFIRM](core, tx))
    owner = await core.store.run(registered, core, 1)
    number = await core.store.run(appealed, core, owner, 2)
    await core.store.run(approves, core, number)
    await core.store.run(lambda tx: core.approval_undoing.undo(tx, number, "看错了照片", 1001))
    row = await core.store.read(sql, "SELECT state, set_aside_by FROM preselection WHERE serial = 'A1234'")
    assert row == [{"state": "registered", "set_aside_by": None}]
    assert (await core.store.read(get, begun)).state == PreselectionState.REGISTERED


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_undone_approval_gives_the_vehicle_back_to_whoever_is_still_there(
    resting: Core, *, is_deleted: bool
) -> None:
    core = resting
    await core.store.run(reserved, core, 0, "A1234")
    first, second = [await core.store.run(registered, core, number) for number in (1, 2)]
    numbers = []
    for owner in (first, second):
        numbers.append(await core.store.run(appealed, core, owner, 0))
        await core.store.run(approves, core, numbers[-1])
    if is_deleted:
        await core.store.run(core.personal_data.delete, first.chat_id)
    await core.store.run(lambda tx: core.approval_undoing.undo(tx, numbers[1], "看错了照片", 1001))
    rights = await core.store.read(sql, "SELECT appeal_id FROM vin_right")
    assert rights == ([] if is_deleted else [{"appeal_id": numbers[0]}])


async def test_approval_whose_owner_has_a_number_stays(resting: Core) -> None:
    core = resting
    await core.store.run(reserved, core, 0, "A1234")
    owner = await core.store.run(registered, core, 1)
    number = await core.store.run(appealed, core, owner, 0)
    await core.store.run(approves, core, number)

    def selects(tx: Tx) -> Any:
        begun = agreed(tx, core, owner, 0)
        verifies_again(tx, core, owner, begun)
        return composes(core, (owner, begun), "A7777")(tx)

    assert await core.store.run(selects) == "A7777"
    with pytest.raises(AppealUsed):
        await core.store.run(lambda tx: core.approval_undoing.undo(tx, number, "看错了照片", 1001))
    assert await core.store.read(sql, "SELECT state FROM appeal") == [{"state": "approved"}]


# --- scheduled releases ------------------------------------------------------------------------


async def schedules(core: Core, pattern: str = "B####", **other: Any) -> Any:
    mask = parse_mask(PlateKind.SMALL, pattern)
    order = Release(
        office=core.offices["粤K"], mask=mask, actor=CHIEF, opens_at=NOON + timedelta(days=3), **other
    )
    return await core.store.run(core.pools.release, order)


def rescheduled(core: Core, pattern: str = "B####", **other: Any) -> Rescheduling:
    mask = parse_mask(PlateKind.SMALL, pattern)
    return Rescheduling(office=core.offices["粤K"], mask=mask, reason="日期写错", actor=CHIEF, **other)


async def test_scheduled_release_is_cancelled_and_can_be_released_anew(resting: Core, tmp_path: Path) -> None:
    core = resting
    await schedules(core)
    await core.store.run(rescheduling.cancel, rescheduled(core))
    assert [row["mask"] for row in await core.store.read(sql, "SELECT mask FROM segment")] == ["A####"]
    assert await core.store.read(sql, "SELECT 1 FROM number_opening WHERE mask = 'B####'") == []
    await core.store.run(release, core, "B####")
    await ensure_verifies(core, tmp_path / "journal.jsonl")


async def test_redated_release_keeps_the_distance_of_its_drawn_day(resting: Core, tmp_path: Path) -> None:
    core = resting
    before = await schedules(core)
    opens_at = NOON + timedelta(days=10)
    dates = await core.store.run(rescheduling.redate, rescheduled(core, opens_at=opens_at))
    distance = before.compose_from.astimezone(CHINA).date() - before.opens_at.astimezone(CHINA).date()
    assert dates[0] == opens_at
    assert dates[1].astimezone(CHINA).date() - opens_at.date() == distance
    await ensure_verifies(core, tmp_path / "journal.jsonl")


async def test_segment_that_has_opened_stays(resting: Core, clock: FixedClock) -> None:
    core = resting
    await schedules(core)
    clock.advance(timedelta(days=3))
    with pytest.raises(SegmentOpened):
        await core.store.run(rescheduling.cancel, rescheduled(core))


async def test_subscribers_and_wishers_are_told_once(resting: Core) -> None:
    core = resting
    account = await core.store.run(registered, core, 7)
    wish = f"VALUES ({account.account_id}, 1, '粤K', 'small', 'B888#', 0)"
    subscribed = "INSERT INTO subscription (chat_id, office, kind, topic, since) VALUES"
    for statement in (
        f"INSERT INTO wished_number (account_id, slot, office, kind, mask, since) {wish}",
        f"{subscribed} (9, '粤K', 'small', 'release', 0), (5007, '粤K', 'small', 'release', 0)",
    ):
        await core.store.run(sql, statement)
    await schedules(core)
    await core.store.run(rescheduling.cancel, rescheduled(core))
    told = await core.store.read(sql, "SELECT chat_id, details FROM notice WHERE purpose LIKE 'rescheduled%'")
    assert sorted(row["chat_id"] for row in told) == [9, 5007]
    assert all(json.loads(row["details"])["reason"] == "日期写错" for row in told)
