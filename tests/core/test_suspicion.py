"""Suspected abuse, on either engine: each rule with its control, the decisions, and that no rule refuses."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.appeals import AppealState
from core.appeals.reviews import Reviews
from core.audit import AuditAction
from core.bootstrap import Core
from core.clock import FixedClock
from core.db.postgres_tx import PostgresTx
from core.errors.appeals import AppealNotNeeded, AppealWaits
from core.errors.desk import HandledMeanwhile
from core.errors.selection import DrawnTooSoon, NoBatchesLeft
from core.errors.suspicion import NobodyToAsk, SelectionSuspended, SuspicionOfOneself, SuspicionUnknown
from core.people.accounts import Account
from core.people.admins import Admin, Role, RoleAssignment
from core.pool.releases import Freeing, withhold
from core.ports import Tx
from core.preselection import PreselectionState, get
from core.preselection.composed_selection import ComposeResult
from core.preselection.granting import Grant, grant_chances
from core.preselection.quotas import remaining_quota
from core.preselection.random_selection import DrawResult, shortlist
from core.registry.answers import AnsweredRegistry, RegistryAnswerNeeded
from core.reporting.tasks import TaskKind
from core.reporting.work_queue import is_pressing, read_work_queue
from core.suspicion import Finding, SuspicionKind, SuspicionState, find_asked, raise_suspicion
from core.suspicion.presses import PressWay
from core.values.masks import Mask, parse_mask
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.appealing import appealed, approves, rejects
from tests.core.sql import sql
from tests.core.suspecting import REVIEWER, RULES, detects, every, presses, suspicions
from tests.core.tools import NOON, build, registered, release, reserved, verified
from tests.engines import open_test_store

PLATE = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1234")
MASK = parse_mask(PlateKind.SMALL, "A12##")


@pytest.fixture
async def core(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Core]:
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock, RULES, random_batches=20)
        await core.store.run(release, core, "A####")
        yield core


def draws(tx: Tx, core: Core, begun: int) -> DrawResult:
    return core.selection.draw(
        tx, begun, core.offices["粤K"], nonce=f"press {tx.now}", received_at=tx.now, without_four=False
    )


def wishes(tx: Tx, core: Core, who: tuple[Account, int], wish: str = "A1234") -> ComposeResult:
    account, begun = who
    return core.selection.compose(tx, account, begun, core.offices["粤K"], [wish], received_at=tx.now)


def suspects(tx: Tx, account: Account, kind: SuspicionKind = SuspicionKind.PACE) -> int:
    """Raise a suspicion about an account; return its number."""
    found = Finding(
        kind=kind,
        subject=account.subject,
        office="粤K",
        weight=1,
        evidence={"presses": 4, "milliseconds": 900, "times": 1, "at": 0},
    )
    assert raise_suspicion(tx, found)
    row = sql(tx, "SELECT max(suspicion_id) AS newest FROM suspicion")[0]
    return int(row["newest"])


async def suspended(core: Core, number: int = 2) -> tuple[Account, int, int]:
    """Bring an owner to the selection and ask for the invoice; return account, preselection, suspicion."""
    account, begun = await core.store.run(verified, core, number)
    suspicion_id = await core.store.run(suspects, account)
    await core.store.run(core.decisions.ask, suspicion_id, REVIEWER)
    return account, begun, suspicion_id


# --- presses faster than a thumb -----------------------------------------------------------------


@pytest.mark.parametrize(("number", "is_found"), [(4, True), (3, False)])
async def test_more_presses_than_a_thumb_makes_are_noticed(
    core: Core, clock: FixedClock, number: int, *, is_found: bool
) -> None:
    account, begun = await core.store.run(verified, core, 2)
    for _ in range(number):
        await core.store.run(draws, core, begun)
        clock.advance(timedelta(seconds=1))
    found = await detects(core)
    assert [(one.kind, one.subject) for one in found] == [(SuspicionKind.PACE, account.subject)] * is_found


async def test_presses_over_a_longer_time_are_not_noticed(core: Core, clock: FixedClock) -> None:
    _, begun = await core.store.run(verified, core, 2)
    for _ in range(8):
        await core.store.run(draws, core, begun)
        clock.advance(timedelta(seconds=2))
    assert await detects(core) == []


async def test_picking_numbers_is_no_draw(core: Core) -> None:
    account, begun = await core.store.run(verified, core, 2)
    moments = every(NOON, 9, milliseconds=100)
    await core.store.run(presses, core, account.account_id, begun, moments, PressWay.PICK)
    assert await detects(core) == []


@pytest.mark.parametrize(("milliseconds", "is_found"), [(399, True), (400, False)])
async def test_reactions_that_nobody_has_are_noticed(
    core: Core, clock: FixedClock, milliseconds: int, *, is_found: bool
) -> None:
    account, begun = await core.store.run(verified, core, 2)
    for _ in range(6):
        drawn = await core.store.run(draws, core, begun)
        clock.advance(timedelta(seconds=3))
        await core.store.run(core.selection.sent, drawn.batch, core.offices["粤K"], received_at=clock.now())
        clock.advance(timedelta(milliseconds=milliseconds))
    found = await detects(core)
    assert [(one.kind, one.subject) for one in found] == [
        (SuspicionKind.REACTION, account.subject)
    ] * is_found
    if is_found:
        assert found[0].evidence["fastest"] == milliseconds


async def test_only_the_first_press_after_a_batch_is_a_reaction(core: Core, clock: FixedClock) -> None:
    account, begun = await core.store.run(verified, core, 2)
    drawn = await core.store.run(draws, core, begun)
    clock.advance(timedelta(seconds=1))
    await core.store.run(core.selection.sent, drawn.batch, core.offices["粤K"], received_at=clock.now())
    for serial in drawn.batch.serials[:3]:
        clock.advance(timedelta(milliseconds=100))
        await core.store.run(core.selection.pick, begun, core.offices["粤K"], serial, received_at=clock.now())
    rows = await core.store.read(sql, "SELECT reaction FROM selecting_press ORDER BY press_id")
    assert [row["reaction"] for row in rows] == [None, 100, None, None]
    assert account.account_id


async def test_press_that_is_refused_as_too_early_is_recorded_by_its_refusal(core: Core) -> None:
    account, _ = await core.store.run(verified, core, 2)
    await core.store.run(lambda tx: core.presses.note(tx, account.chat_id, DrawnTooSoon(1), at=tx.now))
    await core.store.run(lambda tx: core.presses.note(tx, account.chat_id, NoBatchesLeft(), at=tx.now))
    rows = await core.store.read(sql, "SELECT account_id, way FROM selecting_press")
    assert [tuple(row.values()) for row in rows] == [(account.account_id, "draw")]


# --- many accounts, and accounts together --------------------------------------------------------


def carries(tx: Tx, account: Account, column: str, number: int) -> None:
    """Let an account have an identity or telephone, as a hash that stands for it."""
    made = f"CAST('value {number}' AS {'BYTEA' if isinstance(tx, PostgresTx) else 'BLOB'})"
    sql(tx, f"UPDATE account SET {column} = {made} WHERE account_id = {account.account_id}")  # noqa: S608 - invented


async def carriers(core: Core, column: str, number: int) -> list[int]:
    """Let accounts select one after the other with one identity or telephone; return their numbers."""
    accounts = []
    for place in range(number):
        account, begun = await core.store.run(verified, core, 2 + place)
        accounts.append(account.account_id)
        await core.store.run(carries, account, column, 0)
        await core.store.run(presses, core, account.account_id, begun, [NOON + timedelta(minutes=place)])
        await core.store.run(carries, account, column, 1 + place)
    return accounts


@pytest.mark.parametrize("what", ["identity", "phone"])
async def test_many_accounts_of_one_identity_or_telephone_are_noticed(core: Core, what: str) -> None:
    accounts = await carriers(core, f"{what}_hash", 4)
    (found,) = await detects(core)
    assert (found.kind, found.subject) == (SuspicionKind.SHARED, f"account:{accounts[-1]}")
    assert found.evidence["what"] == what
    assert found.evidence["accounts"] == accounts[::-1]
    assert "value" not in json.dumps(dict(found.evidence))


async def test_three_accounts_of_one_telephone_are_not_noticed(core: Core) -> None:
    await carriers(core, "phone_hash", 3)
    assert await detects(core) == []


async def test_dismissed_telephone_is_noticed_again_only_with_another_account(core: Core) -> None:
    accounts = await carriers(core, "phone_hash", 4)
    (found,) = await detects(core)
    await core.store.run(core.decisions.dismiss, found.suspicion_id, "同住", REVIEWER)
    await core.store.run(presses, core, accounts[-1], 1, [NOON + timedelta(hours=1)])
    assert len(await detects(core)) == 1


async def company(core: Core, accounts: int, times: int, *, apart: float = 1) -> list[int]:
    """Let accounts press together, several times, some seconds apart; return their numbers."""
    owners = [await core.store.run(verified, core, 2 + place) for place in range(accounts)]
    for time in range(times):
        for place, (account, begun) in enumerate(owners):
            at = NOON + timedelta(minutes=5 * time, seconds=apart * place)
            await core.store.run(presses, core, account.account_id, begun, [at])
    return [account.account_id for account, _ in owners]


async def test_accounts_that_press_together_again_and_again_are_noticed(
    core: Core, clock: FixedClock
) -> None:
    accounts = await company(core, 3, 3)
    clock.advance(timedelta(hours=1))
    found = await detects(core)
    assert [one.kind for one in found] == [SuspicionKind.TOGETHER] * 3
    assert [one.account_id for one in found] == accounts
    assert found[0].evidence["accounts"] == accounts[1:]
    assert found[0].evidence["times"] == 3


@pytest.mark.parametrize(("accounts", "times", "apart"), [(2, 3, 1), (3, 2, 1), (3, 3, 1.1)])
async def test_two_accounts_or_few_times_or_longer_pauses_are_not_noticed(
    core: Core, clock: FixedClock, accounts: int, times: int, apart: float
) -> None:
    await company(core, accounts, times, apart=apart)
    clock.advance(timedelta(hours=1))
    assert await detects(core) == []


async def test_meeting_in_a_crowd_says_nothing(core: Core, clock: FixedClock) -> None:
    await company(core, 3, 3)
    for place in range(4):
        account, begun = await core.store.run(verified, core, 10 + place)
        moments = every(NOON + timedelta(seconds=10 + 8 * place), 3, minutes=5)
        await core.store.run(presses, core, account.account_id, begun, moments)
    clock.advance(timedelta(hours=1))
    assert await detects(core) == []


# --- wishes for numbers that were just freed -----------------------------------------------------


async def revoked(core: Core) -> None:
    """Let a number be reserved and revoked: its rest ends at once."""
    await core.store.run(reserved, core, 3, "A1234")
    await core.store.run(core.counter.revoke, PLATE, "本人申请", "chat:1001")


@pytest.mark.parametrize(("seconds", "is_found"), [(10, True), (10.001, False)])
async def test_wish_seconds_after_a_rest_is_noticed(
    core: Core, clock: FixedClock, seconds: float, *, is_found: bool
) -> None:
    who = await core.store.run(verified, core, 2)
    await revoked(core)
    clock.advance(timedelta(seconds=seconds))
    assert (await core.store.run(wishes, core, who)).taken == "A1234"
    found = await suspicions(core)
    assert [(one.kind, one.subject) for one in found] == [(SuspicionKind.FREED, who[0].subject)] * is_found
    if is_found:
        assert found[0].evidence["events"][0]["what"] == "rest"  # type: ignore[index]


def frees(tx: Tx, core: Core, mask: Mask, actor: str) -> None:
    """End a withholding at an office that lets what it frees be self-composed at once."""
    place = core.offices["粤K"]
    core.pools.unwithhold(tx, Freeing(office=place, mask=mask, actor=actor, reason="r", by="chief:all"))
    sql(tx, "UPDATE withholding SET compose_from = ended_at WHERE ended_at IS NOT NULL")


async def test_wish_seconds_after_a_withholding_is_noticed(core: Core, clock: FixedClock) -> None:
    place = core.offices["粤K"]
    first, second = [await core.store.run(verified, core, number) for number in (2, 3)]
    await core.store.run(withhold, place, MASK, "chat:1001")
    await core.store.run(frees, core, MASK, "chat:1001")
    clock.advance(timedelta(seconds=9))
    await core.store.run(wishes, core, second, "A1399")  # outside the mask
    assert await suspicions(core) == []
    await core.store.run(wishes, core, first)
    (found,) = await suspicions(core)
    assert found.evidence["events"][0]["what"] == "withholding"  # type: ignore[index]


async def test_opening_of_a_segment_frees_nothing(core: Core) -> None:
    who = await core.store.run(verified, core, 2)
    await core.store.run(release, core, "B####")
    assert (await core.store.run(wishes, core, who, "B1234")).taken == "B1234"
    assert await suspicions(core) == []


async def test_wish_for_a_number_that_another_has_just_let_expire_is_noticed(
    core: Core, clock: FixedClock
) -> None:
    who, (_, other) = [await core.store.run(verified, core, number) for number in (2, 3)]
    own = await core.store.run(draws, core, who[1])
    theirs = await core.store.run(draws, core, other)
    clock.advance(timedelta(seconds=96))
    await core.store.run(wishes, core, who, own.batch.serials[0])
    assert await suspicions(core) == []
    third = await core.store.run(verified, core, 4)
    await core.store.run(wishes, core, third, theirs.batch.serials[0])
    (found,) = await suspicions(core)
    assert found.subject == third[0].subject


async def test_failed_wish_is_not_noticed(core: Core) -> None:
    who = await core.store.run(verified, core, 2)
    await revoked(core)  # in the same millisecond it still rests
    assert (await core.store.run(wishes, core, who)).taken is None
    assert await suspicions(core) == []


# --- what admins give -----------------------------------------------------------------------------


def grants(tx: Tx, core: Core, vehicle: int, actor: str = "chat:3001") -> None:
    grant = Grant(
        vin=factories.vin(vehicle), batches=1, wishes=0, expected=(0, 0), reason="补偿", actor=actor
    )
    grant_chances(tx, core.accounts, grant)


async def test_favours_that_are_followed_by_success_are_noticed(core: Core, clock: FixedClock) -> None:
    for vehicle, serial in ((2, "A1234"), (3, "A5678")):
        await core.store.run(grants, core, vehicle)
        clock.advance(timedelta(hours=1))
        await core.store.run(reserved, core, vehicle, serial)
        found = await detects(core)
        assert len(found) == (vehicle == 3)
    assert (found[0].kind, found[0].subject) == (SuspicionKind.INSIDER, "admin:3001")
    entries = [event["entry"] for event in found[0].evidence["events"]]  # type: ignore[attr-defined]
    granted = "SELECT entry_id FROM audit WHERE action = 'granted_chances' ORDER BY entry_id"
    rows = await core.store.read(sql, granted)
    assert entries == [row["entry_id"] for row in rows]


async def test_success_a_day_later_is_not_noticed(core: Core, clock: FixedClock) -> None:
    for vehicle in (2, 3):
        await core.store.run(grants, core, vehicle)
    clock.advance(timedelta(hours=24, milliseconds=1))
    for vehicle, serial in ((2, "A1234"), (3, "A5678")):
        await core.store.run(reserved, core, vehicle, serial)
    assert await detects(core) == []


async def test_ended_withholdings_that_are_followed_by_success_are_noticed(
    core: Core, clock: FixedClock
) -> None:
    place = core.offices["粤K"]
    for vehicle, mask, serial in ((2, "A12##", "A1234"), (3, "A56##", "A5678"), (4, "A77##", "A9999")):
        await core.store.run(withhold, place, parse_mask(PlateKind.SMALL, mask), "chat:3001")
        await core.store.run(frees, core, parse_mask(PlateKind.SMALL, mask), "chat:3001")
        clock.advance(timedelta(minutes=1))
        await core.store.run(reserved, core, vehicle, serial)
    (found,) = await detects(core)
    plates = [event["plate"] for event in found.evidence["events"]]  # type: ignore[attr-defined]
    assert plates == ["粤K·A1234", "粤K·A5678"]


# --- raising --------------------------------------------------------------------------------------


async def test_running_again_changes_nothing(core: Core) -> None:
    account, begun = await core.store.run(verified, core, 2)
    await core.store.run(presses, core, account.account_id, begun, every(NOON, 4, seconds=1))
    stale = await core.store.read(core.detection.find)
    first = await detects(core)
    assert await core.store.read(core.detection.find) == []
    assert await core.store.run(core.detection.store, stale) == 0
    assert await suspicions(core) == first
    entries = await core.store.read(sql, "SELECT 1 FROM audit WHERE action = 'raised_suspicion'")
    assert len(entries) == 1


async def test_weightier_evidence_replaces_the_earlier(core: Core) -> None:
    account, begun = await core.store.run(verified, core, 2)
    await core.store.run(presses, core, account.account_id, begun, every(NOON, 4, seconds=1))
    (before,) = await detects(core)
    await core.store.run(presses, core, account.account_id, begun, every(NOON, 4, seconds=0.5))
    (after,) = await detects(core)
    assert (after.suspicion_id, after.state) == (before.suspicion_id, SuspicionState.OPEN)
    assert after.weight > before.weight


async def test_what_was_decided_is_not_held_against_anybody_again(core: Core, clock: FixedClock) -> None:
    account, begun = await core.store.run(verified, core, 2)
    await core.store.run(presses, core, account.account_id, begun, every(NOON, 4, seconds=1))
    clock.advance(timedelta(minutes=1))
    (found,) = await detects(core)
    await core.store.run(core.decisions.dismiss, found.suspicion_id, "正常", REVIEWER)
    assert len(await detects(core)) == 1
    clock.advance(timedelta(minutes=1))
    moments = every(clock.now(), 4, seconds=1)
    await core.store.run(presses, core, account.account_id, begun, moments)
    assert [one.state for one in await detects(core)] == [SuspicionState.DISMISSED, SuspicionState.OPEN]


async def test_rules_that_are_off_find_nothing(engine: str, tmp_path: Path, clock: FixedClock) -> None:
    off = {
        "pace_presses": 0,
        "reaction_milliseconds": 0,
        "shared_accounts": 0,
        "together_accounts": 0,
        "freed_seconds": 0,
        "insider_times": 0,
    }
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock, {"suspicion": off})
        await core.store.run(release, core, "A####")
        await company(core, 3, 3)
        who = await core.store.run(verified, core, 9)
        await core.store.run(presses, core, who[0].account_id, who[1], every(NOON, 30, milliseconds=10))
        await revoked_of(core, 8)
        clock.advance(timedelta(seconds=1))
        await core.store.run(wishes, core, who)
        assert await detects(core) == []


async def revoked_of(core: Core, number: int) -> None:
    await core.store.run(reserved, core, number, "A1234")
    await core.store.run(core.counter.revoke, PLATE, "本人申请", "chat:1001")


async def test_presses_are_kept_as_long_as_a_rule_looks_at_them(core: Core, clock: FixedClock) -> None:
    account, begun = await core.store.run(verified, core, 2)
    await core.store.run(presses, core, account.account_id, begun, [NOON])
    clock.advance(timedelta(days=30))
    await core.store.run(core.presses.purge)
    assert len(await core.store.read(sql, "SELECT 1 FROM selecting_press")) == 1
    clock.advance(timedelta(milliseconds=1))
    await core.store.run(core.presses.purge)
    assert await core.store.read(sql, "SELECT 1 FROM selecting_press") == []


async def test_no_rule_refuses_by_itself(core: Core, clock: FixedClock) -> None:
    """An owner about whom everything is noticed can draw, pick, compose and claim like any other."""
    account, begun = await core.store.run(verified, core, 2)
    for kind in SuspicionKind:
        await core.store.run(suspects, account, kind)
    for _ in range(12):
        drawn = await core.store.run(draws, core, begun)
        await detects(core)
    place, serial = core.offices["粤K"], drawn.batch.serials[0]
    assert (await core.store.run(wishes, core, (account, begun), drawn.batch.serials[1])).taken
    other, another = await core.store.run(verified, core, 3)
    for kind in SuspicionKind:
        await core.store.run(suspects, other, kind)
    drawn = await core.store.run(draws, core, another)
    serial = drawn.batch.serials[0]
    await core.store.run(core.selection.pick, another, place, serial, received_at=clock.now())
    await core.store.run(core.selection.claim, other, another, place, serial, received_at=clock.now())
    assert (await core.store.read(get, another)).state == PreselectionState.RESERVED


# --- the pause between two draws ------------------------------------------------------------------


async def test_second_draw_waits_and_costs_nothing(engine: str, tmp_path: Path, clock: FixedClock) -> None:
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock, draw_gap_seconds=2)
        await core.store.run(release, core, "A####")
        _, begun = await core.store.run(verified, core, 2)
        await core.store.run(draws, core, begun)
        clock.advance(timedelta(milliseconds=1500))
        with pytest.raises(DrawnTooSoon) as refused:
            await core.store.run(draws, core, begun)
        assert refused.value.seconds == 1
        clock.advance(timedelta(milliseconds=500))
        assert (await core.store.run(draws, core, begun)).quota.batches == 3


# --- decisions ------------------------------------------------------------------------------------


async def test_suspended_owner_is_refused_and_charged_nothing(core: Core, clock: FixedClock) -> None:
    account, begun = await core.store.run(verified, core, 2)
    place = core.offices["粤K"]
    drawn = await core.store.run(draws, core, begun)
    serial = drawn.batch.serials[0]
    await core.store.run(core.selection.pick, begun, place, serial, received_at=clock.now())
    suspicion_id = await core.store.run(suspects, account)
    before = await core.store.read(remaining_quota, place, factories.vin(2))
    await core.store.run(core.decisions.ask, suspicion_id, REVIEWER)
    with pytest.raises(SelectionSuspended) as refused:
        await core.store.run(draws, core, begun)
    assert refused.value.kind == SuspicionKind.PACE
    with pytest.raises(SelectionSuspended):
        await core.store.run(wishes, core, (account, begun))
    with pytest.raises(SelectionSuspended):
        await core.store.run(core.selection.claim, account, begun, place, serial, received_at=clock.now())
    assert await core.store.read(remaining_quota, place, factories.vin(2)) == before
    held = await core.store.read(lambda tx: shortlist(tx, begun, received_at=tx.now))
    assert [one.serial for one in held] == [serial]


async def test_reserved_number_of_a_suspended_owner_stays(core: Core) -> None:
    account, begun = await core.store.run(reserved, core, 2, "A1234")
    suspicion_id = await core.store.run(suspects, account)
    await core.store.run(core.decisions.ask, suspicion_id, REVIEWER)
    assert (await core.store.read(get, begun)).state == PreselectionState.RESERVED


async def test_dismissal_lifts_the_suspension_and_the_owner_is_told(core: Core) -> None:
    account, begun, suspicion_id = await suspended(core)
    await core.store.run(core.decisions.dismiss, suspicion_id, "已核对", REVIEWER)
    await core.store.run(draws, core, begun)
    rows = await core.store.read(sql, "SELECT purpose, chat_id FROM notice ORDER BY notice_id")
    told = [row["purpose"] for row in rows if row["chat_id"] == account.chat_id]
    assert told == ["suspended", "resumed"]


async def test_two_suspensions_end_with_the_second_dismissal(core: Core) -> None:
    account, begun, first = await suspended(core)
    second = await core.store.run(suspects, account, SuspicionKind.FREED)
    await core.store.run(core.decisions.ask, second, REVIEWER)
    await core.store.run(core.decisions.dismiss, first, "已核对", REVIEWER)
    with pytest.raises(SelectionSuspended):
        await core.store.run(draws, core, begun)
    await core.store.run(core.decisions.dismiss, second, "已核对", REVIEWER)
    await core.store.run(draws, core, begun)
    rows = await core.store.read(sql, "SELECT 1 FROM notice WHERE purpose = 'resumed'")
    assert len(rows) == 1


async def test_second_reviewer_is_told_who_was_faster(core: Core) -> None:
    account = await core.store.run(registered, core, 2)
    suspicion_id = await core.store.run(suspects, account)
    await core.store.run(core.decisions.dismiss, suspicion_id, "正常", REVIEWER)
    for decide in (core.decisions.dismiss, core.decisions.confirm):
        with pytest.raises(HandledMeanwhile) as refused:
            await core.store.run(decide, suspicion_id, "另一个理由", 9002)
        assert refused.value.by == f"chat:{REVIEWER}"
        assert refused.value.action == AuditAction.DISMISSED_SUSPICION


async def test_of_two_reviewers_at_once_one_decides(core: Core) -> None:
    account = await core.store.run(registered, core, 2)
    suspicion_id = await core.store.run(suspects, account)
    results = await asyncio.gather(
        core.store.run(core.decisions.dismiss, suspicion_id, "正常", REVIEWER),
        core.store.run(core.decisions.ask, suspicion_id, 9002),
        core.store.run(core.decisions.confirm, suspicion_id, "属实", 9003),
        return_exceptions=True,
    )
    # The invoice may be asked for before the dismissal; a confirmation is refused after either.
    decided = [one for one in results if not isinstance(one, HandledMeanwhile)]
    assert not [one for one in decided if isinstance(one, BaseException)]
    (found,) = await suspicions(core)
    rows = await core.store.read(
        sql, "SELECT action FROM audit WHERE action IN ('dismissed_suspicion', 'confirmed_suspicion')"
    )
    assert len(rows) == (found.state != SuspicionState.ASKED)


async def test_asking_twice_tells_who_asked(core: Core) -> None:
    _, _, suspicion_id = await suspended(core)
    for decide in (
        lambda tx: core.decisions.ask(tx, suspicion_id, 9002),
        lambda tx: core.decisions.confirm(tx, suspicion_id, "属实", 9002),
    ):
        with pytest.raises(HandledMeanwhile) as refused:
            await core.store.run(decide)
        assert refused.value.by == f"chat:{REVIEWER}"


async def test_nobody_decides_about_themselves(core: Core) -> None:
    account = await core.store.run(registered, core, 2)
    own = await core.store.run(suspects, account)
    with pytest.raises(SuspicionOfOneself):
        await core.store.run(core.decisions.dismiss, own, "正常", account.chat_id)
    found = Finding(
        kind=SuspicionKind.INSIDER, subject="admin:3001", office="粤K", weight=1, evidence={"events": []}
    )
    await core.store.run(raise_suspicion, found)
    of_admin = (await suspicions(core))[1].suspicion_id
    with pytest.raises(SuspicionOfOneself):
        await core.store.run(core.decisions.confirm, of_admin, "属实", 3001)
    with pytest.raises(NobodyToAsk):
        await core.store.run(core.decisions.ask, of_admin, REVIEWER)
    assert (await core.store.run(core.decisions.confirm, of_admin, "属实", REVIEWER)).reason == "属实"
    with pytest.raises(SuspicionUnknown):
        await core.store.run(core.decisions.dismiss, 99, "正常", REVIEWER)


async def test_suspicion_about_an_admin_is_listed_to_the_others_only(core: Core) -> None:
    found = Finding(
        kind=SuspicionKind.INSIDER, subject="admin:1001", office="粤K", weight=1, evidence={"events": []}
    )
    await core.store.run(raise_suspicion, found)
    for chat_id, tasks in ((1001, 0), (3001, 1)):
        chief = Admin(
            chat_id=chat_id, assignments=frozenset({RoleAssignment(role=Role.REVIEWER, office="粤K")})
        )
        queue = await core.store.read(read_work_queue, core.desk_services, chief)
        assert queue.counts[TaskKind.SUSPICION] == tasks
        assert queue.is_pressing == bool(tasks)


async def test_asked_owner_is_no_pressing_task(core: Core) -> None:
    await suspended(core)
    reviewer = Admin(
        chat_id=REVIEWER, assignments=frozenset({RoleAssignment(role=Role.REVIEWER, office="粤K")})
    )
    queue = await core.store.read(read_work_queue, core.desk_services, reviewer)
    assert (queue.counts[TaskKind.SUSPICION], queue.is_pressing) == (1, False)
    assert not await core.store.read(is_pressing, core.desk_services, reviewer)


# --- the answer -----------------------------------------------------------------------------------


async def test_approved_answer_ends_the_suspension_and_nothing_else(core: Core) -> None:
    account, begun, suspicion_id = await suspended(core)
    place = core.offices["粤K"]
    before = await core.store.read(remaining_quota, place, factories.vin(2))
    other, _ = await core.store.run(reserved, core, 3, "A1234")
    answer = await core.store.run(appealed, core, account, 3)  # whatever stands in its way
    assert (await core.store.read(core.appeals.get, answer)).suspicion_id == suspicion_id
    with pytest.raises(AppealWaits):
        await core.store.run(core.appeals.validate, account, factories.vin(4))
    with pytest.raises(SelectionSuspended):
        await core.store.run(draws, core, begun)
    await core.store.run(approves, core, answer)
    await core.store.run(draws, core, begun)
    (found,) = await suspicions(core)
    assert (found.state, found.decided_by) == (SuspicionState.DISMISSED, f"chat:{REVIEWER}")
    assert not await core.store.read(sql, "SELECT 1 FROM vin_right")
    assert (await core.store.read(remaining_quota, place, factories.vin(2))).wishes == before.wishes
    states = await core.store.read(sql, "SELECT state FROM preselection WHERE serial = 'A1234'")
    assert [row["state"] for row in states] == ["reserved"]
    assert other.account_id != account.account_id


async def test_rejected_answer_leaves_the_suspension(core: Core) -> None:
    account, begun, suspicion_id = await suspended(core)
    answer = await core.store.run(appealed, core, account, 2)
    await core.store.run(rejects, core, answer)
    with pytest.raises(SelectionSuspended):
        await core.store.run(draws, core, begun)
    await core.store.run(core.decisions.dismiss, suspicion_id, "已在窗口核对", REVIEWER)
    await core.store.run(draws, core, begun)


async def test_owner_who_is_not_suspended_cannot_answer(core: Core) -> None:
    account = await core.store.run(registered, core, 2)
    with pytest.raises(AppealNotNeeded):
        await core.store.run(core.appeals.begin, account, factories.vin(2))
    assert await core.store.read(find_asked, account.account_id) == []


async def test_answers_are_listed_with_the_suspicion(core: Core) -> None:
    account, _, suspicion_id = await suspended(core)
    first = await core.store.run(appealed, core, account, 2)
    await core.store.run(rejects, core, first)
    second = await core.store.run(appealed, core, account, 2)
    answers = await core.store.read(core.appeals.answers, suspicion_id)
    assert [answer.appeal_id for answer in answers] == [second, first]


# --- the owner's own data -------------------------------------------------------------------------


async def test_owner_reads_what_is_stored_and_no_hash(core: Core) -> None:
    account, begun = await core.store.run(verified, core, 2)
    await core.store.run(draws, core, begun)
    await core.store.run(suspects, account)
    everything = await core.store.read(core.personal_data.read, account.chat_id)
    assert [press["way"] for press in everything["presses"]] == ["draw"]
    assert [one["cause"] for one in everything["suspicions"]] == ["pace"]
    assert "hash" not in json.dumps(everything["presses"], default=str)


async def test_deleted_owner_leaves_times_without_hashes(core: Core) -> None:
    account, begun = await core.store.run(verified, core, 2)
    await core.store.run(draws, core, begun)
    await core.store.run(core.personal_data.delete, account.chat_id)
    rows = await core.store.read(sql, "SELECT way, identity_hash, phone_hash FROM selecting_press")
    assert [tuple(row.values()) for row in rows] == [("draw", None, None)]


async def test_answer_is_approved_while_the_registry_is_silent(core: Core) -> None:
    """It sets nothing aside, so that nothing has to be compared; an appeal of another kind waits."""
    account, _begun, _suspicion_id = await suspended(core)
    answer = await core.store.run(appealed, core, account, 3)
    other = await core.store.run(registered, core, 7)
    await core.store.run(reserved, core, 8, "A1234")
    usual = await core.store.run(appealed, core, other, 8)
    silent = AnsweredRegistry(timedelta(minutes=30))
    for number in (3, 8):
        silent.mark_unanswered(factories.vin(number), since=core.clock.now())
    reviews = Reviews(core.appeals, core.accounts, core.counter, silent, core.decisions)
    without = replace(core, reviews=reviews)
    assert (await core.store.read(reviews.card, usual)).obstacles.unanswered_since == core.clock.now()
    with pytest.raises(RegistryAnswerNeeded):
        await core.store.read(reviews.card_to_approve, usual)
    assert (await core.store.read(reviews.card_to_approve, answer)).suspicion is not None
    await core.store.run(approves, without, answer)
    assert (await core.store.read(core.appeals.get, answer)).state == AppealState.APPROVED
