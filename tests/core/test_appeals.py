"""Appeals of owners, on either engine: filling in, submitting, withdrawing, restarting, deleting."""

from datetime import timedelta
from typing import Any

import pytest

from core import appeals
from core.appeals import DRAFTS_LIVE, TRANSITIONS, AppealState, Slot, awarded_to, photo_keys, queue
from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.accounts import NotRegistered
from core.errors.appeals import (
    AppealAboutOwnNumber,
    AppealDecided,
    AppealIncomplete,
    AppealNotNeeded,
    AppealReasonLength,
    AppealsWaitEnough,
    AppealUnfinished,
    AppealUnknown,
    AppealWaits,
)
from core.errors.blacklist import Blacklisted
from core.errors.identity import PersonalNumberInText
from core.errors.preselection import StepOutOfOrder
from core.people.accounts import Account
from core.people.blacklist import Cause, NewBan, add_ban
from core.ports import Tx
from core.registry import imports
from core.registry import lookup as registry_lookup
from core.registry.lookup import RegistryVehicle
from core.values.plates import PlateKind
from tests import factories
from tests.core.appealing import REASON, appealed, approves, drafts, photo, rejects
from tests.core.sql import sql
from tests.core.tools import half_registered, registered, release, reserved

HELD = 0
"""The vehicle for which another owner has reserved a number."""


@pytest.fixture
async def owner(core: Core) -> Account:
    """An owner whose vehicle another has used."""
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, HELD, "A1234")
    return await core.store.run(registered, core, 1)


async def rows(core: Core, text: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await core.store.read(sql, text)]


async def test_appeal_waits_once_it_is_submitted(core: Core, owner: Account) -> None:
    number = await core.store.run(appealed, core, owner, HELD)
    appeal = await core.store.read(core.appeals.get, number)
    assert (AppealState.PENDING, "粤K", factories.vin(HELD), REASON) == (
        appeal.state,
        appeal.office,
        appeal.vin,
        appeal.reason,
    )
    assert set(Slot) == set(appeal.photos)
    assert [queued.appeal_id for queued in await core.store.read(queue, ["粤K"])] == [number]
    assert await core.store.read(queue, ["粤A"]) == []


async def test_draft_is_complete_or_not_submitted(core: Core, owner: Account) -> None:
    """Whatever is missing: the statement itself refuses, too."""

    def without(tx: Tx, change: str) -> None:
        drafts(tx, core, owner, HELD)
        sql(tx, change)
        core.appeals.submit(tx, owner)

    for change in (
        "UPDATE appeal SET vin = NULL",
        "UPDATE appeal SET reason_sealed = NULL",
        "UPDATE appeal SET consent_version = 0",
        "UPDATE appeal SET consent_version = NULL, consented_at = NULL",
        "DELETE FROM appeal_photo WHERE slot = 'invoice'",
    ):
        with pytest.raises(AppealIncomplete):
            await core.store.run(without, change)
    assert await rows(core, "SELECT * FROM appeal") == []


@pytest.mark.parametrize("typed", ["", "冒用", "  冒 \n 用  ", "x" * 201, "\u200b" * 50])
async def test_reason_has_a_length(core: Core, owner: Account, typed: str) -> None:
    await core.store.run(core.appeals.begin, owner)
    with pytest.raises(AppealReasonLength):
        await core.store.run(core.appeals.enter_reason, owner, typed)


@pytest.mark.parametrize("typed", ["请联系我 138-0013-8099 核实", "本人身份证 110105194912310021,车是我的"])
async def test_reason_holds_no_personal_number(core: Core, owner: Account, typed: str) -> None:
    await core.store.run(core.appeals.begin, owner)
    with pytest.raises(PersonalNumberInText):
        await core.store.run(core.appeals.enter_reason, owner, typed)


async def test_free_vehicle_needs_no_appeal(core: Core, owner: Account) -> None:
    with pytest.raises(AppealNotNeeded):
        await core.store.run(core.appeals.begin, owner, factories.vin(7))
    assert await rows(core, "SELECT * FROM appeal") == []


async def test_own_number_is_no_matter_for_an_appeal(core: Core, owner: Account) -> None:
    holder = await core.store.read(core.accounts.require, 5000 + HELD)
    with pytest.raises(AppealAboutOwnNumber):
        await core.store.run(core.appeals.begin, holder, factories.vin(HELD))


async def test_ban_is_not_lifted_by_an_appeal(core: Core, owner: Account) -> None:
    assert owner.identity_hash is not None
    await core.store.run(drafts, core, owner, HELD)
    new_ban = NewBan(
        identity_hash=owner.identity_hash,
        office="粤K",
        reason="逾期",
        cause=Cause.EXPIRED,
        until=core.clock.now() + timedelta(days=700),
        actor="system",
    )
    await core.store.run(add_ban, new_ban)
    with pytest.raises(Blacklisted):
        await core.store.run(core.appeals.submit, owner)
    with pytest.raises(Blacklisted):
        await core.store.run(core.appeals.begin, owner, factories.vin(HELD))


async def test_whoever_appeals_is_registered(core: Core, owner: Account) -> None:
    stranger = await core.store.run(half_registered, core, 2)
    with pytest.raises(NotRegistered):
        await core.store.run(core.appeals.begin, stranger, factories.vin(HELD))


async def test_one_waits_for_a_vehicle_and_owner(core: Core, owner: Account) -> None:
    number = await core.store.run(appealed, core, owner, HELD)
    with pytest.raises(AppealWaits):
        await core.store.run(core.appeals.begin, owner, factories.vin(HELD))
    await core.store.run(core.appeals.withdraw, owner, number)
    assert await core.store.run(appealed, core, owner, HELD) > number


async def test_several_may_quarrel_about_one_vehicle(core: Core, owner: Account) -> None:
    other = await core.store.run(registered, core, 2)
    for account in (owner, other):
        number = await core.store.run(appealed, core, account, HELD)
    assert (await core.store.read(core.reviews.card, number)).others == 1


async def test_three_of_one_owner_wait_at_most(core: Core, owner: Account) -> None:
    for vehicle in (10, 11, 12):
        await core.store.run(reserved, core, vehicle, f"A20{vehicle}")
        await core.store.run(appealed, core, owner, vehicle)
    with pytest.raises(AppealsWaitEnough):
        await core.store.run(appealed, core, owner, HELD)


async def test_photo_differs_from_what_it_cannot_be(core: Core, owner: Account) -> None:
    """The other photo, the other kind, other vehicles' invoices; the identity document may be reused."""
    await core.store.run(reserved, core, 10, "A2010")

    async def takes(slot: Slot, fingerprint: bytes) -> None:
        await core.store.run(core.appeals.attach, owner, slot, photo(fingerprint))

    async def differs(slot: Slot) -> set[bytes]:
        return set(await core.store.read(core.appeals.to_differ_from, owner, slot))

    await core.store.run(core.appeals.begin, owner, factories.vin(HELD))
    await core.store.run(core.appeals.consent, owner)
    await takes(Slot.IDENTITY, b"me")
    assert (set(), {b"me"}) == (await differs(Slot.IDENTITY), await differs(Slot.INVOICE))
    await takes(Slot.INVOICE, b"car")
    assert ({b"car"}, {b"me"}) == (await differs(Slot.IDENTITY), await differs(Slot.INVOICE))
    await core.store.run(core.appeals.enter_reason, owner, REASON)
    await core.store.run(core.appeals.submit, owner)
    await core.store.run(core.appeals.begin, owner, factories.vin(10))
    assert ({b"car"}, {b"me", b"car"}) == (await differs(Slot.IDENTITY), await differs(Slot.INVOICE))


async def test_photos_change_places_only_where_there_are_two(core: Core, owner: Account) -> None:
    def steps(tx: Tx) -> None:
        with pytest.raises(StepOutOfOrder):
            core.appeals.exchange_photos(tx, owner)
        core.appeals.begin(tx, owner, factories.vin(HELD))
        core.appeals.consent(tx, owner)
        core.appeals.attach(tx, owner, Slot.IDENTITY, photo())
        with pytest.raises(AppealIncomplete):
            core.appeals.exchange_photos(tx, owner)
        core.appeals.attach(tx, owner, Slot.INVOICE, photo())
        before = core.appeals.draft(tx, owner).photos
        core.appeals.exchange_photos(tx, owner)
        after = core.appeals.draft(tx, owner).photos
        assert (after[Slot.IDENTITY], after[Slot.INVOICE]) == (before[Slot.INVOICE], before[Slot.IDENTITY])

    await core.store.run(steps)


async def test_photo_needs_consent_before(core: Core, owner: Account) -> None:
    await core.store.run(core.appeals.begin, owner, factories.vin(HELD))
    with pytest.raises(StepOutOfOrder):
        await core.store.run(core.appeals.attach, owner, Slot.IDENTITY, photo())


async def test_draft_about_another_vehicle_loses_its_invoice(core: Core, owner: Account) -> None:
    await core.store.run(reserved, core, 10, "A2010")
    await core.store.run(drafts, core, owner, HELD)
    begun = await core.store.run(core.appeals.begin, owner, factories.vin(10))
    assert (factories.vin(10), "", [Slot.IDENTITY]) == (begun.vin, begun.reason, list(begun.photos))
    again = await core.store.run(core.appeals.begin, owner, factories.vin(10))
    assert again == begun


async def test_rejected_appeal_is_submitted_anew_with_its_data(core: Core, owner: Account) -> None:
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(rejects, core, number)
    begun = await core.store.run(core.appeals.renew, owner, number)
    before = await core.store.read(core.appeals.get, number)
    assert (before.vin, before.reason, before.photos) == (begun.vin, begun.reason, begun.photos)
    assert (before.state, before.answer) == (AppealState.REJECTED, "照片看不清")
    await core.store.run(core.appeals.attach, owner, Slot.INVOICE, photo())
    anew = await core.store.run(core.appeals.submit, owner)
    assert (AppealState.PENDING, number) == (anew.state, anew.renews)


async def test_only_what_ended_without_success_is_renewed(core: Core, owner: Account) -> None:
    number = await core.store.run(appealed, core, owner, HELD)
    with pytest.raises(StepOutOfOrder):
        await core.store.run(core.appeals.renew, owner, number)
    await core.store.run(core.appeals.withdraw, owner, number)
    await core.store.run(core.appeals.begin, owner)
    with pytest.raises(AppealUnfinished):
        await core.store.run(core.appeals.renew, owner, number)
    await core.store.run(core.appeals.drop, owner)
    assert (await core.store.run(core.appeals.renew, owner, number)).state == AppealState.DRAFT


async def test_appeal_of_another_is_unknown(core: Core, owner: Account) -> None:
    number = await core.store.run(appealed, core, owner, HELD)
    other = await core.store.run(registered, core, 2)
    for call in (core.appeals.own, core.appeals.withdraw, core.appeals.renew):
        with pytest.raises(AppealUnknown):
            await core.store.run(call, other, number)


async def test_decided_appeal_is_not_withdrawn(core: Core, owner: Account) -> None:
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(approves, core, number)
    with pytest.raises(AppealDecided):
        await core.store.run(core.appeals.withdraw, owner, number)


async def test_old_draft_is_dropped_with_what_it_held(core: Core, owner: Account, clock: FixedClock) -> None:
    begun = await core.store.run(drafts, core, owner, HELD)
    clock.advance(DRAFTS_LIVE)
    assert await core.store.run(core.appeals.purge) == 0
    clock.advance(timedelta(milliseconds=1))
    assert await core.store.run(core.appeals.purge) == 1
    assert await core.store.read(core.appeals.find_draft, owner) is None
    assert frozenset() == await core.store.read(photo_keys)
    kept = await rows(core, "SELECT appeal_id, state, vin, reason_sealed FROM appeal")
    assert [(begun.appeal_id, "dropped", None, None)] == kept
    # its number is not given to another
    assert (await core.store.run(core.appeals.begin, owner)).appeal_id == begun.appeal_id + 1


@pytest.mark.parametrize("end", ["approved", "rejected", "withdrawn"])
async def test_photos_and_reason_are_forgotten_30_days_after(
    core: Core, owner: Account, clock: FixedClock, end: str
) -> None:
    number = await core.store.run(appealed, core, owner, HELD)
    if end == "withdrawn":
        await core.store.run(core.appeals.withdraw, owner, number)
    else:
        await core.store.run(approves if end == "approved" else rejects, core, number)
    clock.advance(timedelta(days=30))
    assert await core.store.run(core.appeals.purge) == 0
    assert len(await core.store.read(photo_keys)) == 2
    clock.advance(timedelta(milliseconds=1))
    assert await core.store.run(core.appeals.purge) == 1
    assert await core.store.run(core.appeals.purge) == 0
    appeal = await core.store.read(core.appeals.get, number)
    assert ({}, "", end, factories.vin(HELD)) == (appeal.photos, appeal.reason, appeal.state, appeal.vin)


async def test_photo_that_went_into_a_new_appeal_stays(core: Core, owner: Account, clock: FixedClock) -> None:
    number = await core.store.run(appealed, core, owner, HELD)
    await core.store.run(rejects, core, number)
    clock.advance(timedelta(days=29))
    await core.store.run(core.appeals.renew, owner, number)
    anew = await core.store.run(core.appeals.submit, owner)
    clock.advance(timedelta(days=2))
    await core.store.run(core.appeals.purge)
    assert set(anew.photos.values()) == await core.store.read(photo_keys)


async def test_waiting_appeal_is_never_forgotten(core: Core, owner: Account, clock: FixedClock) -> None:
    await core.store.run(appealed, core, owner, HELD)
    clock.advance(timedelta(days=400))
    assert await core.store.run(core.appeals.purge) == 0


async def test_reason_is_sealed_in_the_database(core: Core, owner: Account) -> None:
    await core.store.run(appealed, core, owner, HELD)
    ((sealed,),) = await rows(core, "SELECT reason_sealed FROM appeal")
    assert REASON.encode() not in bytes(sealed)
    for (tiny,) in await rows(core, "SELECT fingerprint_sealed FROM appeal_photo"):
        assert b"print" not in bytes(tiny)
    journal = await rows(core, "SELECT details FROM audit WHERE subject LIKE 'appeal:%'")
    assert journal
    assert not any(REASON in str(details) for details in journal)


async def test_registered_vehicle_may_be_appealed_about(core: Core, owner: Account) -> None:
    """In strict mode: the registry says registered, the owner says it is theirs."""
    strict = registry_lookup.StrictRegistry()
    owners = appeals.Appeals(core.vault, strict, timedelta(days=30), core.admins)
    table = [
        RegistryVehicle(vin=factories.vin(20), certificate="C", kind=PlateKind.SMALL, registered=True),
        RegistryVehicle(vin=factories.vin(21), certificate="C", kind=PlateKind.SMALL, registered=False),
    ]
    await core.store.run(imports.load, table)
    assert (await core.store.run(owners.begin, owner, factories.vin(20))).vin == factories.vin(20)
    with pytest.raises(AppealNotNeeded):
        await core.store.run(owners.enter_vin, owner, factories.vin(21))


def test_table_names_every_state() -> None:
    assert set(AppealState) == set(TRANSITIONS)
    assert {AppealState.DRAFT, AppealState.PENDING} == {state for state, ways in TRANSITIONS.items() if ways}


async def test_nothing_is_awarded_before_the_decision(core: Core, owner: Account) -> None:
    number = await core.store.run(appealed, core, owner, HELD)
    assert await core.store.read(awarded_to, owner) == []
    await core.store.run(approves, core, number)
    assert [factories.vin(HELD)] == await core.store.read(awarded_to, owner)
