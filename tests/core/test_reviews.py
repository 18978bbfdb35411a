"""Decisions on appeals, on either engine: their effects, who may decide, and that each happens once."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest

from core.appeals import AppealState
from core.appeals.reviews import AppealOutcome, outcome_of
from core.bootstrap import Core, Ports, bootstrap
from core.clock import FixedClock
from core.errors.appeals import AppealDecided, AppealMoved, AppealOfOneself, AppealUnknown
from core.errors.preselection import VinAwarded, VinPreselected, VinRegistered
from core.people.accounts import Account
from core.people.blacklist import running
from core.ports import Tx
from core.preselection import PreselectionState, get, lease_until
from core.preselection.counter import IdentityMove
from core.preselection.quotas import remaining_quota
from core.registry import imports
from core.registry.lookup import RegistryVehicle, StrictRegistry
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.appealing import REVIEWER, appealed, approves, opened, rejects
from tests.core.interceptor import Interceptor, meeting
from tests.core.sql import dump, sql
from tests.core.test_race import parties, together
from tests.core.tools import (
    agreed,
    code_for,
    registered,
    release,
    reserved,
    settings,
    verified,
    verifies_again,
)

HELD, OWNER = 0, 1
PLATE = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1234")


@pytest.fixture
async def owner(core: Core) -> Account:
    await core.store.run(release, core, "A####")
    return await core.store.run(registered, core, OWNER)


async def selects(core: Core, account: Account, vehicle: int, serial: str) -> int:
    """Bring an owner through all steps for a vehicle; return the preselection's number."""

    def steps(tx: Tx) -> int:
        begun = agreed(tx, core, account, vehicle)
        verifies_again(tx, core, account, begun)
        result = core.selection.compose(tx, account, begun, core.offices["粤K"], [serial], received_at=tx.now)
        assert result.taken == serial
        return begun

    return await core.store.run(steps)


async def notices_of(core: Core, purpose: str) -> list[int]:
    text = f"SELECT chat_id FROM notice WHERE purpose LIKE '{purpose}:%' AND state = 'waiting'"  # noqa: S608 - ours
    return [row["chat_id"] for row in await core.store.read(sql, text)]


async def test_reservation_of_another_is_set_aside_without_a_ban(core: Core, owner: Account) -> None:
    holder, begun = await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    outcome = await core.store.run(approves, core, number)
    assert AppealOutcome(plate="粤K·A1234") == outcome
    ended = await core.store.read(get, begun)
    assert (ended.state, ended.reason) == (PreselectionState.CANCELLED, "车辆识别代号申诉审核通过")
    assert await core.store.read(running, holder.identity_hash) is None
    assert [holder.chat_id] == await notices_of(core, "superseded")
    assert [owner.chat_id] == await notices_of(core, "appeal")
    assert not any(
        one.startswith("reminder") and state == "waiting"
        for one, state in [
            (row["purpose"], row["state"]) for row in await core.store.read(sql, "SELECT * FROM notice")
        ]
    )
    mine = await selects(core, owner, HELD, "A5678")
    assert (await core.store.read(get, mine)).state == PreselectionState.RESERVED


async def test_holder_is_barred_where_the_reviewer_says_so(core: Core, owner: Account) -> None:
    holder, begun = await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    outcome = await core.store.run(approves, core, number, bar=True)
    ban = await core.store.read(running, holder.identity_hash)
    assert ban is not None
    assert ban.until == outcome.banned_until
    assert (await core.store.read(get, begun)).state == PreselectionState.VOID


async def test_chances_are_full_again_whoever_used_them(core: Core, owner: Account) -> None:
    """Another person has used most of the quota, and an earlier grant: all 5 and 20 are left."""
    stranger, begun = await core.store.run(verified, core, HELD)
    place, vin = core.offices["粤K"], factories.vin(HELD)
    await core.store.run(sql, "UPDATE vehicle SET random_used = 7, random_granted = 2, compose_used = 13")
    await core.store.run(core.preselections.abandon, stranger, begun)
    number = await core.store.run(appealed, core, owner, HELD)
    outcome = await core.store.run(approves, core, number)
    assert (outcome.batches, outcome.wishes) == (5, 13)
    left = await core.store.read(remaining_quota, place, vin)
    assert (left.batches, left.wishes) == (5, 20)


async def test_grant_that_is_left_is_not_taken_away(core: Core, owner: Account) -> None:
    await core.store.run(reserved, core, HELD, "A1234")
    await core.store.run(sql, "UPDATE vehicle SET random_granted = 3, random_used = 1")
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(approves, core, number)
    assert (await core.store.read(remaining_quota, core.offices["粤K"], factories.vin(HELD))).batches == 7


async def test_whoever_selects_meanwhile_loses_the_vehicle(core: Core, owner: Account) -> None:
    stranger, begun = await core.store.run(verified, core, HELD)
    number = await core.store.run(appealed, core, owner, HELD)
    place = core.offices["粤K"]

    def draws(tx: Tx) -> None:
        core.selection.draw(tx, begun, place, nonce="n", received_at=tx.now, without_four=False)

    await core.store.run(draws)
    outcome = await core.store.run(approves, core, number)
    assert outcome.selecting
    lost = await core.store.read(get, begun)
    assert lost.state == PreselectionState.INFORMED
    assert await core.store.read(lease_until, lost) is None
    assert await core.store.read(sql, "SELECT * FROM hold") == []
    assert [stranger.chat_id] == await notices_of(core, "superseded")
    with pytest.raises(VinAwarded):
        await core.store.run(core.preselections.confirm, stranger, begun)
    await selects(core, owner, HELD, "A5678")


async def test_whoever_has_just_selected_holds_nothing_for_the_vehicle(core: Core, owner: Account) -> None:
    _, begun = await core.store.run(verified, core, HELD)
    number = await core.store.run(appealed, core, owner, HELD)
    place = core.offices["粤K"]

    def draws_and_lapses(tx: Tx) -> None:
        core.selection.draw(tx, begun, place, nonce="n", received_at=tx.now, without_four=False)
        core.preselections.lapse(tx, begun)

    await core.store.run(draws_and_lapses)
    await core.store.run(approves, core, number)
    assert await core.store.read(sql, "SELECT * FROM hold") == []


async def test_former_holder_cannot_take_the_vehicle_back(core: Core, owner: Account) -> None:
    """Not banned, and faster than the owner: the vehicle stays reserved to the owner."""
    holder, _ = await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(approves, core, number)
    with pytest.raises(VinAwarded):
        await core.store.run(agreed, core, holder, HELD)


async def test_newest_finding_counts(core: Core, owner: Account) -> None:
    """The former holder appeals in turn, and that appeal is approved."""
    holder, _ = await core.store.run(reserved, core, HELD, "A1234")
    first = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(approves, core, first)
    second = await core.store.run(appealed, core, holder, HELD)
    outcome = await core.store.run(approves, core, second)
    assert outcome.earlier == first
    await selects(core, holder, HELD, "A5678")
    with pytest.raises(VinPreselected):
        await core.store.run(agreed, core, owner, HELD)


async def test_number_on_a_vehicle_stays_there(core: Core, owner: Account) -> None:
    """The counter has confirmed it: the plate is not released, but the VIN is free for its owner."""
    holder, begun = await core.store.run(reserved, core, HELD, "A1234")
    await core.store.run(core.counter.register, PLATE, factories.vin(HELD)[-6:], actor="chat:1")
    number = await core.store.run(appealed, core, owner, HELD)
    outcome = await core.store.run(approves, core, number, bar=True)
    assert AppealOutcome(kept_plate="粤K·A1234") == outcome  # a confirmed number bans nobody
    assert (await core.store.read(get, begun)).state == PreselectionState.REGISTERED
    ((state,),) = [tuple(row.values()) for row in await core.store.read(sql, "SELECT state FROM plate")]
    assert state == "registered"
    assert [holder.chat_id] == await notices_of(core, "superseded")
    await selects(core, owner, HELD, "A5678")


async def test_what_the_registry_says_is_set_aside_for_the_owner_alone(
    core: Core, owner: Account, clock: FixedClock
) -> None:
    strict = await bootstrap(
        settings({"registry": {"mode": "strict"}}),
        Ports(clock=clock, store=core.store, vehicle_registry=None),
    )
    vehicle = RegistryVehicle(
        vin=factories.vin(HELD),
        certificate=factories.certificate(HELD),
        kind=PlateKind.SMALL,
        registered=True,
    )
    await core.store.run(imports.load, [vehicle])
    number = await core.store.run(appealed, strict, owner, HELD)
    outcome = await core.store.run(approves, strict, number)
    assert AppealOutcome(registry=True) == outcome
    await selects(strict, owner, HELD, "A5678")
    with pytest.raises(VinRegistered):
        await core.store.run(StrictRegistry().validate_vin, vehicle.vin, vehicle.kind)


async def test_what_was_set_aside_is_stored_and_in_the_journal(core: Core, owner: Account) -> None:
    await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    outcome = await core.store.run(approves, core, number, bar=True)
    appeal = await core.store.read(core.appeals.get, number)
    assert outcome == outcome_of(appeal)
    journal = await core.store.read(sql, f"SELECT actor, action FROM audit WHERE subject = 'appeal:{number}'")  # noqa: S608 - ours
    assert [
        (owner.actor, "began_appeal"),
        (owner.actor, "consented_to_photos"),
        (owner.actor, "submitted_appeal"),
        (f"chat:{REVIEWER}", "approved_appeal"),
    ] == [tuple(row.values()) for row in journal]


async def test_rejection_changes_nothing_but_the_appeal(core: Core, owner: Account) -> None:
    _, begun = await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    before = await core.store.read(dump)
    await core.store.run(rejects, core, number)
    after = await core.store.read(dump)
    assert {"appeal", "appeal_viewing", "audit", "notice"} == {
        name for name in before if before[name] != after[name]
    }
    assert [owner.chat_id] == await notices_of(core, "appeal")
    assert (await core.store.read(get, begun)).state == PreselectionState.RESERVED


async def test_nobody_decides_in_a_matter_of_their_own(core: Core, owner: Account) -> None:
    """By chat account, by identity, or as the holder of the conflicting number."""
    holder, _ = await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    namesake = await core.store.run(half, core)
    before = await core.store.read(dump)
    for chat_id in (owner.chat_id, holder.chat_id, namesake):
        with pytest.raises(AppealOfOneself):
            await core.store.run(core.reviews.reject, number, "x", chat_id)
        with pytest.raises(AppealOfOneself):
            await core.store.run(approves, core, number, chat_id)
    assert before == await core.store.read(dump)


def half(tx: Tx, core: Core) -> int:
    """Return a second chat of the owner's, in which the same identity was typed."""
    account = core.accounts.consent(tx, 9009)
    sql(
        tx,
        "UPDATE account SET identity_hash = (SELECT identity_hash FROM account WHERE chat_id = 5001)"
        " WHERE chat_id = 9009",
    )
    return account.chat_id


async def test_owner_whose_identity_moved_is_still_a_party(core: Core, owner: Account) -> None:
    await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    other = await core.store.run(core.accounts.consent, 9009)
    shown = IdentityMove(
        identity=factories.identity(OWNER),
        account=other,
        holder=owner.account_id,
        reason="证件已核对",
        actor="chat:1",
    )
    await core.store.run(core.counter.move_identity, shown)
    with pytest.raises(AppealOfOneself):
        await core.store.run(core.reviews.reject, number, "x", 9009)


async def test_unknown_appeal_is_unknown(core: Core) -> None:
    with pytest.raises(AppealUnknown):
        await core.store.run(rejects, core, 12)


async def test_decided_appeal_says_by_whom(core: Core, owner: Account) -> None:
    await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(rejects, core, number)
    with pytest.raises(AppealDecided) as caught:
        await core.store.run(core.reviews.card, number)
    assert (f"chat:{REVIEWER}", AppealState.REJECTED) == (caught.value.by, caught.value.state)


async def test_approval_is_of_what_was_shown(core: Core, owner: Account) -> None:
    """The card showed a selection in progress, which has reserved a number since."""
    stranger, begun = await core.store.run(verified, core, HELD)
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(opened, core, number, REVIEWER)
    seen = (await core.store.read(core.reviews.card, number)).obstacles.digest
    place = core.offices["粤K"]

    def takes(tx: Tx) -> None:
        core.selection.compose(tx, stranger, begun, place, ["A1234"], received_at=tx.now)

    await core.store.run(takes)
    with pytest.raises(AppealMoved):
        await core.store.run(core.reviews.approve, number, REVIEWER, expected=seen, bar=False)
    assert (await core.store.read(core.appeals.get, number)).state == AppealState.PENDING


# --- races ----------------------------------------------------------------------------------


async def test_one_of_two_reviewers_decides(core: Core, owner: Account, engine: str) -> None:
    await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(opened, core, number, REVIEWER, REVIEWER + 1)
    seen = (await core.store.read(core.reviews.card, number)).obstacles.digest
    meet = meeting("appeals.decide", parties(engine))

    def approve(tx: Tx) -> AppealState:
        core.reviews.approve(Interceptor(tx, before=meet), number, REVIEWER, expected=seen, bar=False)
        return AppealState.APPROVED

    def reject(tx: Tx) -> AppealState:
        return core.reviews.reject(Interceptor(tx, before=meet), number, "照片看不清", REVIEWER + 1).state

    outcomes = await together(core.store.run(approve), core.store.run(reject))
    assert Counter(type(outcome) for outcome in outcomes) == {AppealState: 1, AppealDecided: 1}
    decided = next(outcome for outcome in outcomes if isinstance(outcome, AppealState))
    assert decided == (await core.store.read(core.appeals.get, number)).state
    assert len(await notices_of(core, "appeal")) == 1


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_control_looking_first_decides_twice(core: Core, owner: Account) -> None:
    """Without the condition in the statement both decide, and the owner may read either."""
    await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(opened, core, number, 9001, 9002)
    meet = meeting("appeals.decide", 2)

    def careless(tx: Tx, values: dict[str, object]) -> int:
        answer, outcome = (f"'{values[name]}'" if values[name] else "NULL" for name in ("answer", "outcome"))
        sql(
            tx,
            f"UPDATE appeal SET state = '{values['target']}', decided_by = '{values['actor']}',"  # noqa: S608 - ours
            f" answer = {answer}, outcome = {outcome}, ended_at = 1 WHERE appeal_id = {number}",
        )
        return 1

    class Careless(Interceptor):
        def run(self, query: str, /, **values: object) -> int:
            if query == "appeals.decide":
                meet(query)
                return careless(self._tx, values)
            return super().run(query, **values)

    def reject(tx: Tx, reviewer: int) -> None:
        core.reviews.reject(Careless(tx), number, f"by {reviewer}", reviewer)

    outcomes = await together(*(core.store.run(reject, reviewer) for reviewer in (9001, 9002)))
    assert outcomes == [None, None]


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_approval_waits_for_whoever_verifies_at_this_moment(core: Core, owner: Account) -> None:
    """Another's code is verified concurrently: before the approval and seen, or after it and refused."""
    stranger = await core.store.run(registered, core, HELD)
    begun = await core.store.run(agreed, core, stranger, HELD)
    await core.store.run(sql, "UPDATE vehicle SET random_used = 1")
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(opened, core, number, REVIEWER)
    seen = (await core.store.read(core.reviews.card, number)).obstacles.digest
    code = await core.store.run(code_for, core, stranger, begun)
    started, locked = Event(), Event()

    def halfway(query: str) -> None:
        if query == "preselection.verify" and not started.is_set():
            started.set()
            locked.wait(1)  # the approval waits meanwhile

    def verify(tx: Tx) -> None:
        between = Interceptor(tx, after=halfway)
        place = core.offices["粤K"]
        core.preselections.verify(between, stranger, begun, code, office=place, received_at=tx.now)

    def approve(tx: Tx) -> AppealOutcome:
        done = core.reviews.approve(tx, number, REVIEWER, expected=seen, bar=False)
        locked.set()
        return done

    async def then() -> AppealOutcome:
        await asyncio.to_thread(started.wait, 10)
        return await core.store.run(approve)

    outcomes = await together(core.store.run(verify), then())
    assert isinstance(outcomes[1], AppealMoved)  # seen: a selection is in progress that the card did not show
    assert not locked.is_set()
    await core.store.run(approves, core, number)
    assert (await core.store.read(get, begun)).state == PreselectionState.INFORMED


def test_outcome_reads_as_it_was_written() -> None:
    outcome = AppealOutcome(plate="粤K·A1234", batches=3, earlier=4)
    appeal = type("Row", (), {"outcome": json.dumps(dict(outcome.values))})
    assert outcome == outcome_of(appeal)  # type: ignore[arg-type]
    assert replace(outcome, plate="") != outcome


async def test_owner_with_a_number_meanwhile_is_decided_about(
    core: Core, owner: Account, clock: FixedClock
) -> None:
    """The conflicting number was revoked at the counter, and the owner was faster than the reviewer."""
    await core.store.run(reserved, core, HELD, "A1234")
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(core.counter.revoke, PLATE, "本人申请", "chat:1")
    clock.advance(timedelta(seconds=10))  # the pause between two submissions belongs to the vehicle
    mine = await selects(core, owner, HELD, "A5678")
    card = await core.store.read(core.reviews.card, number)
    assert card.obstacles.own is not None
    assert await core.store.run(approves, core, number) == AppealOutcome()
    assert (await core.store.read(get, mine)).state == PreselectionState.RESERVED
