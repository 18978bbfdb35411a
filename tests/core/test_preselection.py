"""The states of a preselection: allowed transitions, and refusals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product

import pytest

from core.availability import maintenance
from core.bootstrap import Core
from core.clock import CHINA, FixedClock, to_millis
from core.errors.accounts import NotThisUserType
from core.errors.blacklist import Blacklisted
from core.errors.offices import InMaintenance, OfficeClosed
from core.errors.preselection import (
    DataIncomplete,
    StepOutOfOrder,
    VinBeingSelected,
    VinPreselected,
    VinRegistered,
)
from core.errors.verification import VerificationLapsed
from core.people.accounts import Account
from core.people.blacklist import Cause, NewBan, add_ban
from core.pool.batches import Batch, latest_batch
from core.ports import Tx
from core.preselection import (
    TRANSITIONS,
    UNFINISHED,
    Papers,
    PreselectionState,
    get,
    lease_until,
    move,
    of_account,
    unfinished,
)
from core.preselection.composed_selection import ComposeResult
from core.preselection.quotas import remaining_quota
from core.preselection.random_selection import DrawResult, shortlist
from core.preselection.undelivered import MAX_REFUNDS
from core.values.plates import Plate, PlateKind
from core.values.vehicles import CertificateKind
from tests import factories
from tests.core.sql import sql
from tests.core.tools import NOON, agreed, code_for, registered, release, reserved, verified, verifies_again

MOMENT = timedelta(milliseconds=1)
IDLE = timedelta(minutes=30)
COMPLETE = "vin = 'LSVTEST00RM000000', certificate_kind = 'domestic', certificate = 'x'"
GIVEN = "serial = 'A1234', way = 'random', deadline = 1, reserved_at = 1"
ENDED = {
    PreselectionState.REGISTERED,
    PreselectionState.EXPIRED,
    PreselectionState.CANCELLED,
    PreselectionState.VOID,
}


async def in_state(core: Core, state: PreselectionState) -> tuple[Account, int]:
    """Put a preselection into a state, bypassing the services."""
    account, begun = await core.store.run(verified, core, 0)
    text = f"state = '{state}', {COMPLETE}, {GIVEN}" + (", ended_at = 1" if state in ENDED else "")
    await core.store.run(sql, f"UPDATE preselection SET {text} WHERE preselection_id = {begun}")  # noqa: S608 - ours
    return account, begun


async def draw(core: Core, begun: int) -> DrawResult:
    place = core.offices["粤K"]
    return await core.store.run(
        lambda tx: core.selection.draw(tx, begun, place, nonce="n", received_at=tx.now, without_four=False)
    )


async def shown(core: Core, batch: Batch) -> None:
    await core.store.run(lambda tx: core.selection.sent(tx, batch, core.offices["粤K"], received_at=tx.now))


async def pick(core: Core, begun: int, serial: str) -> None:
    await core.store.run(
        lambda tx: core.selection.pick(tx, begun, core.offices["粤K"], serial, received_at=tx.now)
    )


async def claim(core: Core, account: Account, begun: int, serial: str) -> None:
    place = core.offices["粤K"]
    await core.store.run(
        lambda tx: core.selection.claim(tx, account, begun, place, serial, received_at=tx.now)
    )


async def compose(core: Core, account: Account, begun: int, *wishes: str) -> None:
    place = core.offices["粤K"]
    await core.store.run(
        lambda tx: core.selection.compose(tx, account, begun, place, wishes, received_at=tx.now)
    )


# --- the table -------------------------------------------------------------------------------------

NOT_LISTED = [(a, b) for a, b in product(PreselectionState, PreselectionState) if b not in TRANSITIONS[a]]


@pytest.mark.parametrize(("source", "target"), NOT_LISTED)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_step_not_in_table_is_refused(
    core: Core, source: PreselectionState, target: PreselectionState
) -> None:
    _, begun = await in_state(core, source)

    def step(tx: Tx) -> None:
        move(tx, get(tx, begun), target)

    with pytest.raises(StepOutOfOrder):
        await core.store.run(step)
    assert (await core.store.read(get, begun)).state == source


def test_every_state_can_be_left_or_is_end() -> None:
    assert {state for state in PreselectionState if not TRANSITIONS[state]} == ENDED
    reached = {target for targets in TRANSITIONS.values() for target in targets}
    assert reached == set(PreselectionState)


async def test_step_from_state_left_meanwhile_is_refused(core: Core) -> None:
    _, begun = await in_state(core, PreselectionState.AGREED)

    def step(tx: Tx) -> None:
        move(tx, replace(get(tx, begun), state=PreselectionState.INFORMED), PreselectionState.DRAFT)

    with pytest.raises(StepOutOfOrder):
        await core.store.run(step)


PAPERS = Papers(certificate_kind=CertificateKind.DOMESTIC, certificate=factories.CERTIFICATE)

Method = Callable[[Core, Tx, Account, int], object]

METHODS: dict[str, tuple[set[PreselectionState], Method]] = {
    "agree": (
        {PreselectionState.DRAFT},
        lambda core, tx, who, begun: core.preselections.agree(tx, who, begun),
    ),
    "enter_vin": (
        {PreselectionState.INFORMED},
        lambda core, tx, _who, begun: core.preselections.enter_vin(tx, begun, factories.vin(5)),
    ),
    "enter_certificate": (
        {PreselectionState.INFORMED},
        lambda core, tx, _who, begun: core.preselections.enter_certificate(tx, begun, PAPERS),
    ),
    "confirm": (
        {PreselectionState.INFORMED},
        lambda core, tx, who, begun: core.preselections.confirm(tx, who, begun),
    ),
    "verify": (
        {PreselectionState.AGREED},
        lambda core, tx, who, begun: core.preselections.verify(
            tx, who, begun, "123456", office=core.offices["粤K"], received_at=tx.now
        ),
    ),
    "correct": (
        {PreselectionState.INFORMED, PreselectionState.AGREED, PreselectionState.VERIFIED},
        lambda core, tx, _who, begun: core.preselections.correct(tx, begun),
    ),
    "draw": (
        {PreselectionState.VERIFIED},
        lambda core, tx, _who, begun: core.selection.draw(
            tx, begun, core.offices["粤K"], nonce="n", received_at=tx.now, without_four=False
        ),
    ),
    "pick": (
        {PreselectionState.VERIFIED},
        lambda core, tx, _who, begun: core.selection.pick(
            tx, begun, core.offices["粤K"], "A1234", received_at=tx.now
        ),
    ),
    "claim": (
        {PreselectionState.VERIFIED},
        lambda core, tx, who, begun: core.selection.claim(
            tx, who, begun, core.offices["粤K"], "A1234", received_at=tx.now
        ),
    ),
    "compose": (
        {PreselectionState.VERIFIED},
        lambda core, tx, who, begun: core.selection.compose(
            tx, who, begun, core.offices["粤K"], ["A1234"], received_at=tx.now
        ),
    ),
    "abandon": (set(UNFINISHED), lambda core, tx, who, begun: core.preselections.abandon(tx, who, begun)),
}

WRONG = [
    (name, state)
    for name, (allowed, _) in METHODS.items()
    for state in PreselectionState
    if state not in allowed
]


@pytest.mark.parametrize(("method", "state"), WRONG)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_method_in_wrong_state_is_refused(core: Core, method: str, state: PreselectionState) -> None:
    account, begun = await in_state(core, state)
    before = await core.store.read(get, begun)

    def step(tx: Tx) -> object:
        return METHODS[method][1](core, tx, account, begun)

    with pytest.raises((StepOutOfOrder, VerificationLapsed)):
        await core.store.run(step)
    assert await core.store.read(get, begun) == before


async def test_unknown_preselection_is_refused(core: Core) -> None:
    with pytest.raises(StepOutOfOrder):
        await core.store.read(get, 4711)


# --- phase 1 ---------------------------------------------------------------------------------------


async def test_incomplete_data_cannot_be_confirmed(core: Core) -> None:
    account = await core.store.run(registered, core, 0)
    place = core.offices["粤K"]
    begun = (await core.store.run(core.preselections.choose, account, place, PlateKind.SMALL)).preselection_id
    await core.store.run(core.preselections.agree, account, begun)
    with pytest.raises(DataIncomplete):
        await core.store.run(core.preselections.confirm, account, begun)


async def test_draft_blocks_nobody(core: Core) -> None:
    accounts = [await core.store.run(registered, core, number) for number in range(2)]
    both = [await core.store.run(agreed, core, account, 7) for account in accounts]
    states = [(await core.store.read(get, begun)).state for begun in both]
    assert states == [PreselectionState.AGREED, PreselectionState.AGREED]


async def test_new_owner_selects_at_home_only(core: Core) -> None:
    account = await core.store.run(registered, core, 0)
    elsewhere = replace(core.offices["粤K"], code="粤A")
    with pytest.raises(NotThisUserType):
        await core.store.run(core.preselections.choose, account, elsewhere, PlateKind.SMALL)


@pytest.mark.parametrize(("user_type", "may"), [("owner_driver", True), ("counter", True), ("unit", False)])
async def test_elsewhere_depends_on_user_type(core: Core, user_type: str, may: bool) -> None:  # noqa: FBT001 - a parameter
    account = await core.store.run(registered, core, 0)
    await core.store.run(sql, f"UPDATE account SET user_type = '{user_type}'")  # noqa: S608 - ours
    account = await core.store.read(core.accounts.by_id, account.account_id)
    elsewhere = replace(core.offices["粤K"], code="粤A")
    call = core.store.run(core.preselections.choose, account, elsewhere, PlateKind.SMALL)
    if may:
        assert (await call).office == "粤A"
    else:
        with pytest.raises(NotThisUserType):
            await call


async def test_vehicle_with_number_is_refused(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 0, "A1234")
    other = await core.store.run(registered, core, 1)
    with pytest.raises(VinPreselected):
        await core.store.run(agreed, core, other, 0)
    plate = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1234")
    last_six = factories.vin(0)[-6:]
    await core.store.run(core.counter.register, plate, last_six, actor="chat:1")
    with pytest.raises(VinRegistered):
        await core.store.run(agreed, core, other, 0)


async def test_success_between_entry_and_confirmation_is_seen(core: Core) -> None:
    await core.store.run(release, core, "A####")
    account = await core.store.run(registered, core, 1)
    begun = await core.store.run(agreed, core, account, 0)
    await core.store.run(core.preselections.correct, begun)
    await core.store.run(reserved, core, 0, "A1234")
    with pytest.raises(VinPreselected):
        await core.store.run(core.preselections.confirm, account, begun)


# --- re-entry --------------------------------------------------------------------------------------


async def test_begun_is_found_again(core: Core) -> None:
    account = await core.store.run(registered, core, 0)
    begun = await core.store.run(agreed, core, account, 0)
    found = await core.store.read(unfinished, account)
    assert found is not None
    assert (found.preselection_id, found.state, found.vin) == (
        begun,
        PreselectionState.AGREED,
        factories.vin(0),
    )


async def test_reserved_is_found_again(core: Core) -> None:
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(reserved, core, 0, "A1234")
    assert await core.store.read(unfinished, account) is None
    assert [preselection.preselection_id for preselection in await core.store.read(of_account, account)] == [
        begun
    ]


async def test_abandoned_is_not_shown(core: Core) -> None:
    account, begun = await core.store.run(verified, core, 0)
    await core.store.run(core.preselections.abandon, account, begun)
    assert await core.store.read(unfinished, account) is None
    assert await core.store.read(of_account, account) == []


async def test_numbers_without_a_four_are_wanted_until_the_preselection_ends(core: Core) -> None:
    account, number = await core.store.run(verified, core, 1)

    def wants(tx: Tx, *, wanted: bool) -> bool:
        core.selection.leave_out_four(tx, number, wanted=wanted)
        return get(tx, number).without_four

    for wanted in (True, False, True):
        assert await core.store.run(partial(wants, wanted=wanted)) == wanted
    await core.store.run(core.preselections.lapse, number)
    assert (await core.store.read(get, number)).without_four
    await core.store.run(core.preselections.abandon, account, number)
    with pytest.raises(StepOutOfOrder):
        await core.store.run(partial(wants, wanted=False))


async def test_abandoned_keeps_no_vehicle(core: Core) -> None:
    account, begun = await core.store.run(verified, core, 0)
    await core.store.run(core.preselections.abandon, account, begun)
    left = await core.store.read(get, begun)
    assert (left.vin, left.certificate_kind, left.certificate) == (None, None, None)


async def test_used_chances_stay_with_vehicle(core: Core) -> None:
    """Across accounts, chats and attempts: the next owner of the vehicle finds what is left."""
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 0)
    await shown(core, (await draw(core, begun)).batch)
    await core.store.run(core.preselections.abandon, account, begun)
    other = await core.store.run(registered, core, 1)
    again = await core.store.run(agreed, core, other, 0)
    await core.store.run(verifies_again, core, other, again)
    assert (await draw(core, again)).quota.batches == 3


@pytest.mark.parametrize("lapsed", [False, True])
@pytest.mark.parametrize("leaving", ["abandon", "correct", "choose"])
async def test_leaving_gives_back_at_once(core: Core, clock: FixedClock, leaving: str, lapsed: bool) -> None:  # noqa: FBT001 - a parameter
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 0)
    serials = (await draw(core, begun)).batch.serials
    await pick(core, begun, serials[0])
    if lapsed:  # as when the owner requests another code, or the office has closed since the last one
        await core.store.run(core.preselections.lapse, begun)
    clock.advance(MOMENT)
    flow, place = core.preselections, core.offices["粤K"]
    leave: dict[str, Callable[[Tx], object]] = {
        "abandon": lambda tx: flow.abandon(tx, account, begun),
        "correct": lambda tx: flow.correct(tx, begun),
        "choose": lambda tx: flow.choose(tx, account, place, PlateKind.SMALL_NEV),
    }
    await core.store.run(leave[leaving])
    other, second = await core.store.run(verified, core, 1)
    await compose(core, other, second, serials[0])
    third = await core.store.run(registered, core, 2)
    same_vehicle = await core.store.run(agreed, core, third, 0)
    await core.store.run(verifies_again, core, third, same_vehicle)  # and the vehicle is free again
    ended = await core.store.read(sql, "SELECT held_until FROM draw")
    assert ended == [{"held_until": to_millis(clock.now()) - 1}]  # or the next draw could not be recomputed


async def test_lapsed_owner_takes_no_shortlist_along(core: Core) -> None:
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 0)
    serials = (await draw(core, begun)).batch.serials
    await pick(core, begun, serials[0])
    await core.store.run(core.preselections.lapse, begun)
    place = core.offices["粤K"]
    await core.store.run(core.preselections.choose, account, place, PlateKind.SMALL_NEV)
    assert await core.store.run(lambda tx: shortlist(tx, begun, received_at=tx.now)) == []


# --- the verification and its end ------------------------------------------------------------------


async def test_verification_holds_thirty_idle_minutes(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    for _ in range(3):  # every step restarts them
        clock.advance(IDLE)
        await draw(core, begun)
    clock.advance(IDLE + MOMENT)
    with pytest.raises(VerificationLapsed):
        await draw(core, begun)


async def test_lapsed_owner_verifies_again(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 0)
    clock.advance(IDLE + MOMENT)
    await core.store.run(core.preselections.lapse, begun)
    await core.store.run(verifies_again, core, account, begun)
    assert len((await draw(core, begun)).batch.serials) == 10


async def test_one_owner_at_a_time_selects(core: Core, clock: FixedClock) -> None:
    account, begun = await core.store.run(verified, core, 0)
    other = await core.store.run(registered, core, 1)
    again = await core.store.run(agreed, core, other, 0)
    clock.advance(IDLE)
    with pytest.raises(VinBeingSelected):
        await core.store.run(verifies_again, core, other, again)
    clock.advance(MOMENT)
    await core.store.run(verifies_again, core, other, again)
    with pytest.raises(VerificationLapsed):
        await compose(core, account, begun, "A1234")


async def test_end_of_verification_is_shown(core: Core, clock: FixedClock) -> None:
    _, begun = await core.store.run(verified, core, 0)
    preselection = await core.store.read(get, begun)
    assert await core.store.read(lease_until, preselection) == clock.now() + IDLE
    clock.advance(IDLE + MOMENT)
    assert await core.store.read(lease_until, preselection) is None


# --- hours -----------------------------------------------------------------------------------------


async def test_draw_outside_hours_is_refused(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    clock.set(NOON.replace(hour=22, minute=50))
    account, begun = await core.store.run(verified, core, 0)
    clock.set(NOON.replace(hour=23))
    opening = datetime(2026, 3, 11, 8, tzinfo=CHINA)
    with pytest.raises(OfficeClosed) as refused:
        await draw(core, begun)
    assert refused.value.next_opening == opening
    with pytest.raises(OfficeClosed):
        await compose(core, account, begun, "A1234")


async def test_nobody_verifies_after_closing(core: Core, clock: FixedClock) -> None:
    """An owner who can no longer draw would block others from selecting for the vehicle."""
    clock.set(NOON.replace(hour=22, minute=59))
    account = await core.store.run(registered, core, 0)
    begun = await core.store.run(agreed, core, account, 0)
    code, place = await core.store.run(code_for, core, account, begun), core.offices["粤K"]

    def verify(tx: Tx) -> bool:
        return core.preselections.verify(tx, account, begun, code, office=place, received_at=tx.now).right

    clock.set(NOON.replace(hour=23))
    with pytest.raises(OfficeClosed):
        await core.store.run(verify)
    clock.set(NOON.replace(hour=22, minute=59, second=59))
    await core.store.run(maintenance.begin, "粤K", "升级", "chat:1")
    with pytest.raises(InMaintenance):
        await core.store.run(verify)
    await core.store.run(maintenance.end, "粤K", "chat:1")
    assert await core.store.run(verify)  # and the code is still valid


async def test_shortlist_is_finished_after_closing(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    clock.set(NOON.replace(hour=22, minute=59))
    account, begun = await core.store.run(verified, core, 0)
    serials = (await draw(core, begun)).batch.serials
    clock.set(NOON.replace(hour=23, minute=0, second=15))
    await pick(core, begun, serials[2])
    clock.advance(timedelta(seconds=180))
    await claim(core, account, begun, serials[2])
    assert (await core.store.read(get, begun)).serial == serials[2]


async def test_verification_ends_with_opening(core: Core, clock: FixedClock) -> None:
    """If an office closes for ten minutes, a code from before is not valid afterwards."""
    await core.store.run(release, core, "A####")
    place = replace(
        core.offices["粤K"], hours=type(core.offices["粤K"].hours).parse("08:00-12:30,12:40-23:00")
    )
    clock.set(NOON.replace(minute=25))
    _, begun = await core.store.run(verified, core, 0)
    clock.set(NOON.replace(minute=41))
    with pytest.raises(VerificationLapsed):
        await core.store.run(
            lambda tx: core.selection.draw(
                tx, begun, place, nonce="n", received_at=tx.now, without_four=False
            )
        )


# --- clocks of step 5 ------------------------------------------------------------------------------


async def test_batch_counts_from_when_it_was_sent(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    batch = (await draw(core, begun)).batch
    clock.advance(timedelta(seconds=10))
    await shown(core, batch)
    clock.advance(timedelta(seconds=95))
    await pick(core, begun, batch.serials[0])


async def _left_after_a_tick(core: Core) -> int:
    await core.store.run(core.cleanup.settle_unsent)
    place = core.offices["粤K"]
    return (await core.store.read(remaining_quota, place, factories.vin(0))).batches


async def test_only_three_undelivered_batches_of_a_vehicle_are_refunded(
    core: Core, clock: FixedClock
) -> None:
    """The fourth stays charged, is told so, and is in the audit log; a grant gives it back."""
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    left = []
    for _ in range(MAX_REFUNDS + 1):
        await draw(core, begun)
        clock.advance(timedelta(seconds=100))
        left.append(await _left_after_a_tick(core))
    assert left == [5, 5, 5, 4]
    latest = await core.store.read(latest_batch, begun)
    assert latest is not None
    assert (latest.returned, latest.kept, latest.sent) == (False, True, False)
    actions = await core.store.read(
        sql, "SELECT action FROM audit WHERE action LIKE '%_batch' ORDER BY entry_id"
    )
    assert [row["action"] for row in actions] == ["returned_batch"] * 3 + ["kept_batch"]
    assert not await core.store.read(core.cleanup.has_unsent)


async def test_batch_that_was_never_shown_costs_nothing(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    batch = (await draw(core, begun)).batch
    clock.advance(timedelta(seconds=90))
    assert not await core.store.read(core.cleanup.has_unsent)
    assert await _left_after_a_tick(core) == 4
    clock.advance(MOMENT)
    assert await core.store.read(core.cleanup.has_unsent)
    assert [await _left_after_a_tick(core) for _ in range(2)] == [5, 5]
    assert not await core.store.read(core.cleanup.has_unsent)
    # Shown after all, in the grace: it is not brought back to life, nor is the chance taken again.
    await shown(core, batch)
    drawn = await core.store.read(sql, "SELECT sent_at, held_until FROM draw")
    assert drawn == [{"sent_at": None, "held_until": to_millis(batch.held_until)}]
    entries = await core.store.read(sql, "SELECT actor FROM audit WHERE action = 'returned_batch'")
    assert entries == [{"actor": "system"}]


async def test_batch_that_was_shown_is_paid_for(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    batch = (await draw(core, begun)).batch
    await shown(core, batch)
    clock.advance(timedelta(days=1))
    assert await _left_after_a_tick(core) == 4


async def test_empty_draw_is_given_back_once(core: Core, clock: FixedClock) -> None:
    _, begun = await core.store.run(verified, core, 0)
    assert not (await draw(core, begun)).batch.serials
    clock.advance(timedelta(days=1))
    assert await _left_after_a_tick(core) == 5


async def test_batch_given_up_unseen_costs_nothing(core: Core) -> None:
    """It was drawn, could not be shown, and its owner left by a command."""
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 0)
    await draw(core, begun)
    await core.store.run(lambda tx: core.preselections.abandon(tx, account, begun))
    assert await _left_after_a_tick(core) == 5


async def test_each_draw_restarts_shortlist(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 0)
    kept = (await draw(core, begun)).batch.serials[0]
    await pick(core, begun, kept)
    for _ in range(4):
        clock.advance(timedelta(seconds=180))
        await draw(core, begun)
    clock.advance(timedelta(seconds=185))
    await claim(core, account, begun, kept)


async def test_shortlist_has_one_of_each_batch(core: Core) -> None:
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    wanted = []
    for _ in range(3):
        serials = (await draw(core, begun)).batch.serials
        for serial in serials[:2]:
            await pick(core, begun, serial)
        wanted.append(serials[1])
    kept = await core.store.run(lambda tx: shortlist(tx, begun, received_at=tx.now))
    assert [shortlisted.serial for shortlisted in kept] == wanted


# --- the deadline ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reserved_on", "deadline"),
    [
        (datetime(2026, 3, 10, 12, tzinfo=CHINA), datetime(2026, 3, 17, 17, tzinfo=CHINA)),
        (datetime(2026, 9, 30, 9, tzinfo=CHINA), datetime(2026, 10, 13, 17, tzinfo=CHINA)),
    ],
    ids=["over a weekend", "over the October holiday, with its make-up day"],
)
async def test_deadline_counts_working_days(
    core: Core, clock: FixedClock, reserved_on: datetime, deadline: datetime
) -> None:
    clock.set(reserved_on)
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(reserved, core, 0, "A1234")
    assert (await core.store.read(get, begun)).deadline == deadline


async def test_success_charges_nothing(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 0, "A1234")
    left = await core.store.read(remaining_quota, core.offices["粤K"], factories.vin(0))
    assert (left.batches, left.wishes) == (5, 20)


async def test_reserved_owner_begins_for_next_vehicle(core: Core) -> None:
    """Several vehicles, one after the other."""
    await core.store.run(release, core, "A####")
    account, _ = await core.store.run(reserved, core, 0, "A1234")
    begun = await core.store.run(agreed, core, account, 9)
    await core.store.run(verifies_again, core, account, begun)
    await compose(core, account, begun, "A1235")
    assert len(await core.store.read(of_account, account)) == 2


async def test_banned_in_the_middle_neither_draws_nor_tries(core: Core) -> None:
    """Nothing is charged; a ban whose end has passed has no effect."""
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 1)
    place = core.offices["粤K"]
    before = await core.store.read(remaining_quota, place, factories.vin(1))
    await core.store.run(
        lambda tx: add_ban(
            tx,
            NewBan(
                identity_hash=account.identity_hash or b"",
                cause=Cause.ADMIN,
                office="粤K",
                reason="弄虚作假",
                until=tx.now + timedelta(minutes=10),
                actor="test",
            ),
        )
    )

    def draw(tx: Tx) -> DrawResult:
        return core.selection.draw(tx, begun, place, nonce="n", received_at=tx.now, without_four=False)

    def compose(tx: Tx) -> ComposeResult:
        return core.selection.compose(tx, account, begun, place, ["A1234"], received_at=tx.now)

    for step in (draw, compose):
        with pytest.raises(Blacklisted) as refused:
            await core.store.run(step)
        assert refused.value.reason == "弄虚作假"
    assert await core.store.read(remaining_quota, place, factories.vin(1)) == before
    assert await core.store.read(sql, "SELECT 1 FROM hold UNION ALL SELECT 1 FROM draw") == []
