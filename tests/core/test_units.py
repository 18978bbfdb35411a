"""Units: a credit code as identity makes a unit, and a unit stays at its office."""

from datetime import timedelta

import pytest

from core.bootstrap import Core
from core.clock import CHINA
from core.errors.accounts import CreditCodeIsUnit, IdentityTaken, NotThisUserType, UnitNeedsCreditCode
from core.errors.blacklist import Blacklisted
from core.errors.preselection import StepOutOfOrder
from core.people import blacklist
from core.people.accounts import Account, UserType
from core.people.blacklist import Cause, NewBan
from core.ports import Tx
from core.preselection.counter import validate_user_type
from core.reporting.audit_search import CREDIT_CODE, IDENTITY
from core.values.plates import PlateKind
from tests import factories
from tests.core.tools import NOON, half_registered, registered

TODAY = NOON.astimezone(CHINA).date()
DAYLIKE = "914409001001010140"
"""A right credit code in which a person's number would have the birth date 0010-01-01."""


def unit(tx: Tx, core: Core, number: int, chat: int = 6000) -> Account:
    """Register a unit."""
    accounts = core.accounts
    account = accounts.consent(tx, chat)
    accounts.set_office(tx, account, "粤K")
    accounts.choose_kind(tx, account, unit=True)
    account = accounts.require(tx, chat)
    accounts.set_name(tx, account, "测试汽车有限公司")
    accounts.set_identity(tx, account, factories.credit_code(number))
    core.telephones.offer(tx, account, factories.phone(600 + number))
    core.telephones.prove(tx, account)
    return accounts.register(tx, accounts.require(tx, chat))


async def test_unit_registers_and_stays_at_its_office(core: Core) -> None:
    account = await core.store.run(unit, core, 1)
    assert (account.user_type, account.is_unit) == (UserType.UNIT, True)
    assert account.selects_at("粤K")
    assert not account.selects_at("粤A")
    elsewhere = core.offices["粤K"].__class__(code="粤A", name="x", address="y")
    with pytest.raises(NotThisUserType) as caught:
        await core.store.run(core.preselections.choose, account, elsewhere, PlateKind.SMALL)
    assert caught.value.user_type == UserType.UNIT


async def test_choosing_the_other_kind_forgets_name_and_identity(core: Core) -> None:
    account = await core.store.run(half_registered, core, 0)
    await core.store.run(core.accounts.choose_kind, account, unit=True)
    found = await core.store.read(core.accounts.require, account.chat_id)
    assert (found.user_type, found.name, found.identity, found.identity_hash) == (UserType.UNIT, "", "", None)
    assert found.phone == account.phone
    await core.store.run(core.accounts.choose_kind, found, unit=True)  # repeating it changes nothing
    await core.store.run(core.accounts.choose_kind, found, unit=False)
    found = await core.store.read(core.accounts.require, account.chat_id)
    assert found.user_type == UserType.NEW_OWNER


async def test_identity_of_a_counter_goes_with_the_kind(core: Core) -> None:
    """An account that was given an identity and registers as a unit loses the identity."""
    account = await core.store.run(core.accounts.consent, 6000)
    await core.store.run(core.accounts.receive_identity, account, factories.identity(0))
    await core.store.run(core.accounts.choose_kind, account, unit=True)
    assert (await core.store.run(registered, core, 0)).identity == factories.identity(0)


async def test_registered_owner_chooses_no_other_kind(core: Core) -> None:
    account = await core.store.run(registered, core, 0)
    with pytest.raises(StepOutOfOrder):
        await core.store.run(core.accounts.choose_kind, account, unit=True)


async def test_credit_code_is_registered_once(core: Core) -> None:
    await core.store.run(unit, core, 1)
    with pytest.raises(IdentityTaken):
        await core.store.run(unit, core, 1, 6001)


@pytest.mark.parametrize("wanted", list(UserType))
async def test_user_type_goes_with_the_identity(core: Core, wanted: UserType) -> None:
    person, organisation = await core.store.run(registered, core, 0), await core.store.run(unit, core, 1)
    change = core.counter.set_user_type
    if wanted == UserType.UNIT:
        with pytest.raises(UnitNeedsCreditCode):
            await core.store.run(change, person, wanted, "chat:1")
        assert not await core.store.run(change, organisation, wanted, "chat:1")
        return
    with pytest.raises(CreditCodeIsUnit):
        await core.store.run(change, organisation, wanted, "chat:1")
    assert await core.store.run(change, person, wanted, "chat:1") == (wanted != UserType.NEW_OWNER)


async def test_unit_half_way_through_is_made_no_person_by_the_desk(core: Core) -> None:
    account = await core.store.run(core.accounts.consent, 6000)
    with pytest.raises(UnitNeedsCreditCode):
        await core.store.run(core.counter.set_user_type, account, UserType.UNIT, "chat:1")
    await core.store.run(core.accounts.choose_kind, account, unit=True)
    account = await core.store.read(core.accounts.require, 6000)
    with pytest.raises(CreditCodeIsUnit):
        await core.store.run(core.counter.set_user_type, account, UserType.COUNTER, "chat:1")


async def test_received_identity_brings_its_user_type(core: Core) -> None:
    account = await core.store.run(registered, core, 0)
    given = await core.store.run(core.accounts.receive_identity, account, factories.credit_code(5))
    assert given.user_type == UserType.UNIT
    back = await core.store.run(core.accounts.receive_identity, given, factories.identity(5))
    assert back.user_type == UserType.NEW_OWNER


async def test_unit_is_found_by_its_code(core: Core) -> None:
    account = await core.store.run(unit, core, 1)
    who = await core.store.read(core.people.find, factories.credit_code(1).lower())
    assert who.account == account
    unknown = await core.store.read(core.people.find, factories.credit_code(2))
    assert (unknown.account, unknown.identity_hash) == (
        None,
        core.accounts.identity_hash(factories.credit_code(2)),
    )


async def test_ban_of_a_code_bars_the_unit(core: Core) -> None:
    who = await core.store.read(core.people.find, factories.credit_code(1))
    new_ban = NewBan(
        identity_hash=who.identity_hash,
        office="粤K",
        reason="资料有误",
        cause=Cause.ADMIN,
        until=core.clock.now() + timedelta(days=9),
        actor="chat:1",
    )
    await core.store.run(blacklist.add_ban, new_ban)
    account = await core.store.run(unit, core, 1)
    with pytest.raises(Blacklisted):
        await core.store.run(core.preselections.choose, account, core.offices["粤K"], PlateKind.SMALL)


async def test_unit_whose_code_reads_as_a_day_is_found_by_it(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factories, "credit_code", lambda _number: DAYLIKE)
    account = await core.store.run(unit, core, 1)
    assert (await core.store.read(core.people.find, DAYLIKE)).account == account
    assert await core.store.read(core.people.account, f"信用代码\uff1a{DAYLIKE}") == account
    key = await core.store.read(core.case_files.seek, DAYLIKE, today=TODAY)
    assert key.value == str(account.account_id)
    with pytest.raises(CreditCodeIsUnit):
        validate_user_type(account, UserType.NEW_OWNER)


async def test_search_in_the_audit_log_calls_a_code_a_code(core: Core) -> None:
    asked = await core.store.read(core.audit_search.parse_query, DAYLIKE, today=TODAY)
    person = await core.store.read(core.audit_search.parse_query, factories.identity(1), today=TODAY)
    assert (asked.words, person.words) == ((CREDIT_CODE,), (IDENTITY,))
