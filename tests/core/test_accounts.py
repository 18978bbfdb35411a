"""Accounts: an identity and a telephone belong to at most one registered account."""

from dataclasses import replace

import pytest

from core.bootstrap import Core
from core.errors.accounts import IdentityTaken, NotRegistered, OfficeHeld, PhoneLost, PhoneTaken
from core.errors.preselection import StepOutOfOrder
from core.people.accounts import Account
from core.ports import Tx
from core.preselection import PreselectionState, get
from core.preselection.counter import IdentityMove
from core.preselection.moving import change_office
from tests import factories
from tests.core.interceptor import Interceptor
from tests.core.sql import sql
from tests.core.tools import half_registered, registered, release, reserved, verified


async def fresh(core: Core, account: Account) -> Account:
    return await core.store.read(core.accounts.by_id, account.account_id)


async def change_phone(core: Core, account: Account, phone: str, *, by_code: bool = False) -> None:
    await core.store.run(core.telephones.offer, account, phone)
    await core.store.run(core.telephones.prove, account, by_code=by_code)


async def test_registered_owner_is_as_typed(core: Core) -> None:
    account = await core.store.run(registered, core, 3)
    assert (account.is_registered, account.office, account.name) == (True, "粤K", "测试车主")
    assert (account.identity, account.phone) == (factories.identity(3), factories.phone(3))


async def test_identity_is_found_by_its_hash(core: Core) -> None:
    account = await core.store.run(registered, core, 3)
    digest = core.vault.lookup("identity", factories.identity(3))
    assert await core.store.read(core.accounts.by_identity, digest) == account


async def test_phone_is_found_by_its_hash(core: Core) -> None:
    account = await core.store.run(registered, core, 3)
    assert await core.store.read(core.accounts.by_phone, factories.phone(3)) == account
    assert await core.store.read(core.accounts.by_phone, factories.phone(4)) is None


async def test_registered_identity_is_refused(core: Core) -> None:
    await core.store.run(registered, core, 3)
    with pytest.raises(IdentityTaken):
        await core.store.run(half_registered, core, 4, identity=3)


async def test_registered_phone_is_not_taken_by_a_contact(core: Core) -> None:
    await core.store.run(registered, core, 3)
    other = await core.store.run(half_registered, core, 4)
    with pytest.raises(PhoneTaken):
        await change_phone(core, other, factories.phone(3))


@pytest.mark.parametrize("number", [3, 4], ids=["registered", "half registered"])
async def test_phone_proved_by_a_code_leaves_its_former_account(core: Core, number: int) -> None:
    former = await core.store.run(registered, core, 1)
    make = registered if number == 3 else half_registered
    owner = await core.store.run(make, core, number)
    await change_phone(core, owner, factories.phone(1), by_code=True)
    left = await fresh(core, former)
    assert (left.is_registered, left.phone, left.identity) == (True, "", factories.identity(1))
    assert (await fresh(core, owner)).phone == factories.phone(1)
    notices = await core.store.read(sql, "SELECT chat_id, purpose, details FROM notice")
    assert [(row["chat_id"], row["purpose"].partition(":")[0], row["details"]) for row in notices] == [
        (former.chat_id, "phone", "{}")
    ]
    lost = await core.store.read(sql, "SELECT actor, subject FROM audit WHERE action = 'lost_phone'")
    assert lost == [{"actor": "system", "subject": former.subject}]


async def test_owner_without_a_phone_gets_no_code_and_may_prove_another(core: Core) -> None:
    owner, begun = await core.store.run(verified, core, 1)
    other = await core.store.run(registered, core, 2)
    await change_phone(core, other, factories.phone(1), by_code=True)
    left = await fresh(core, owner)
    preselection = await core.store.read(get, begun)
    with pytest.raises(PhoneLost):
        core.preselections.code_binding(left, preselection)
    await change_phone(core, left, factories.phone(9))
    again = await fresh(core, owner)
    assert core.preselections.code_binding(again, preselection).phone == factories.phone(9)


async def test_office_changes_until_a_number_is_reserved(core: Core) -> None:
    office = replace(core.offices["粤K"], code="粤A")
    owner, begun = await core.store.run(verified, core, 1)
    await core.store.run(change_office, owner, office)
    moved = await fresh(core, owner)
    assert moved.office == "粤A"
    assert (await core.store.read(get, begun)).state == PreselectionState.CANCELLED
    rows = await core.store.read(sql, "SELECT details FROM audit WHERE action = 'changed_office'")
    assert rows == [{"details": '{"before": "粤K"}'}]
    await core.store.run(release, core, "A####")
    other, _ = await core.store.run(reserved, core, 2, "A1234")
    with pytest.raises(OfficeHeld):
        await core.store.run(change_office, other, office)
    assert (await fresh(core, other)).office == "粤K"


async def test_change_of_name_is_in_journal_without_the_name(core: Core) -> None:
    owner = await core.store.run(registered, core, 3)
    await core.store.run(core.accounts.set_name, owner, "测试新名")
    rows = await core.store.read(sql, "SELECT action, details FROM audit ORDER BY entry_id")
    assert rows[-1] == {"action": "changed_name", "details": "{}"}


async def test_office_of_a_registered_account_stays(core: Core) -> None:
    """A caller with a stale copy of the account is refused by the statement itself."""
    half = await core.store.run(half_registered, core, 3)
    await core.store.run(core.accounts.set_office, half, "粤K")
    await core.store.run(core.accounts.register, half)
    with pytest.raises(StepOutOfOrder):
        await core.store.run(core.accounts.set_office, half, "粤A")
    assert (await core.store.read(core.accounts.by_id, half.account_id)).office == "粤K"


async def test_half_registered_identity_blocks_nobody(core: Core) -> None:
    half = await core.store.run(half_registered, core, 3)
    other = await core.store.run(half_registered, core, 4, identity=3)
    assert (await core.store.run(core.accounts.register, other)).is_registered
    with pytest.raises(IdentityTaken):
        await core.store.run(core.accounts.register, half)


async def test_half_registered_phone_blocks_nobody(core: Core) -> None:
    half = await core.store.run(half_registered, core, 3)
    other = await core.store.run(half_registered, core, 4)
    await change_phone(core, other, factories.phone(3))
    assert (await core.store.run(core.accounts.register, other)).phone == factories.phone(3)
    with pytest.raises(PhoneTaken):
        await core.store.run(core.accounts.register, half)


async def test_phone_offered_before_another_registers_is_refused(core: Core) -> None:
    owner = await core.store.run(registered, core, 3)
    other = await core.store.run(half_registered, core, 4)
    await core.store.run(core.telephones.offer, owner, factories.phone(4))
    await core.store.run(core.accounts.register, other)
    with pytest.raises(PhoneTaken):
        await core.store.run(core.telephones.prove, owner)


async def test_new_phone_counts_when_proved(core: Core) -> None:
    owner = await core.store.run(registered, core, 3)
    await core.store.run(core.telephones.offer, owner, factories.phone(8))
    offered = await fresh(core, owner)
    assert (offered.phone, offered.new_phone) == (factories.phone(3), factories.phone(8))
    await core.store.run(core.telephones.prove, owner)
    proved = await fresh(core, owner)
    assert (proved.phone, proved.new_phone) == (factories.phone(8), "")


async def test_phone_left_is_free_for_others(core: Core) -> None:
    owner = await core.store.run(registered, core, 3)
    await change_phone(core, owner, factories.phone(8))
    other = await core.store.run(registered, core, 4)
    await change_phone(core, other, factories.phone(3))
    assert (await fresh(core, other)).phone == factories.phone(3)


async def test_change_of_phone_is_in_journal(core: Core) -> None:
    owner = await core.store.run(registered, core, 3)
    await change_phone(core, owner, factories.phone(8))
    rows = await core.store.read(sql, "SELECT actor, action, details FROM audit ORDER BY entry_id")
    assert rows[-1] == {"actor": owner.actor, "action": "changed_phone", "details": "{}"}


async def test_nothing_offered_proves_nothing(core: Core) -> None:
    owner = await core.store.run(registered, core, 3)
    with pytest.raises(StepOutOfOrder):
        await core.store.run(core.telephones.prove, owner)


async def test_identity_stays_after_registration(core: Core) -> None:
    owner = await core.store.run(registered, core, 3)
    with pytest.raises(StepOutOfOrder):
        await core.store.run(core.accounts.set_identity, owner, factories.identity(9))


async def test_registration_ends_once(core: Core) -> None:
    owner = await core.store.run(registered, core, 3)
    with pytest.raises(StepOutOfOrder):
        await core.store.run(core.accounts.register, owner)


@pytest.mark.parametrize("missing", ["office", "name_sealed", "identity_sealed", "phone_sealed"])
async def test_registration_needs_everything(core: Core, missing: str) -> None:
    half = await core.store.run(half_registered, core, 3)
    await core.store.run(sql, f"UPDATE account SET {missing} = NULL")  # noqa: S608 - ours
    with pytest.raises(StepOutOfOrder):
        await core.store.run(core.accounts.register, half)


async def test_unknown_chat_is_refused(core: Core) -> None:
    with pytest.raises(NotRegistered):
        await core.store.read(core.accounts.require, 999)


async def test_second_consent_keeps_account(core: Core) -> None:
    owner = await core.store.run(registered, core, 3)

    def consents(tx: Tx) -> Account:
        return core.accounts.consent(tx, owner.chat_id)

    assert await core.store.run(consents) == owner


async def test_hashes_of_other_subjects_differ(core: Core) -> None:
    """A telephone and an identity with the same digits are not found by each other's hash."""
    assert core.vault.lookup("identity", "13800000003") != core.vault.lookup("phone", "13800000003")


async def test_identity_given_at_the_counter_cannot_be_registered_by_typing(core: Core) -> None:
    """Also before its owner has completed the registration, and even if another had typed it before."""
    stranger = await core.store.run(half_registered, core, 1)
    owner = await core.store.run(core.accounts.consent, 7001)
    move = IdentityMove(
        identity=factories.identity(1), account=owner, holder=None, reason="已核对", actor="chat:1001"
    )
    await core.store.run(core.counter.move_identity, move)
    with pytest.raises(IdentityTaken):
        await core.store.run(core.accounts.register, stranger)
    with pytest.raises(IdentityTaken):
        await core.store.run(core.accounts.set_identity, stranger, factories.identity(1))
    digest = core.accounts.identity_hash(factories.identity(1))
    found = await core.store.read(core.accounts.by_identity, digest)
    assert found is not None
    assert found.chat_id == 7001


@pytest.mark.parametrize("in_between", [True, False], ids=["reserved in between", "control"])
async def test_moved_identity_leaves_a_number_that_was_reserved_in_between(
    core: Core, *, in_between: bool
) -> None:
    """Its owner reserved it after their preselection was found, and before it was locked."""
    await core.store.run(release, core, "A####")
    holder, begun = await core.store.run(verified, core, 1)
    rightful = await core.store.run(core.accounts.consent, 7001)
    move = IdentityMove(
        identity=factories.identity(1),
        account=rightful,
        holder=holder.account_id,
        reason="已核对",
        actor="chat:1001",
    )

    def moves(tx: Tx) -> None:
        def reserves(query: str) -> None:
            if query == "preselection.lock" and in_between:
                core.selection.compose(tx, holder, begun, core.offices["粤K"], ["A1234"], received_at=tx.now)

        core.counter.move_identity(Interceptor(tx, before=reserves), move)

    await core.store.run(moves)
    left = await core.store.read(get, begun)
    assert left.state == (PreselectionState.RESERVED if in_between else PreselectionState.CANCELLED)


async def test_identity_is_given_although_the_phone_has_become_another_owners(core: Core) -> None:
    """Their registration stays open until they have proved another telephone."""
    account = await core.store.run(half_registered, core, 0)
    other = await core.store.run(half_registered, core, 1)
    await change_phone(core, other, factories.phone(0))
    await core.store.run(core.accounts.register, await fresh(core, other))
    given = await core.store.run(core.accounts.receive_identity, account, factories.identity(0))
    assert (given.identity, given.is_registered) == (factories.identity(0), False)
    await change_phone(core, given, factories.phone(2))
    assert (await core.store.run(core.accounts.register, given)).is_registered
