"""A merely typed identity number is no identity: no ban or search applies to it."""

from datetime import timedelta

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.base import InputError
from core.errors.desk import NobodyFound
from core.people.accounts import Account
from core.people.blacklist import running
from core.ports import Tx
from core.preselection import PreselectionState, get
from core.preselection.counter import IdentityMove
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.tools import expire, registered, release, remind, reserved

PLATE = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1234")
TYPED = factories.identity(9)


async def types_another(core: Core) -> tuple[Account, int]:
    """Remove the identity of an owner with a reserved number, and let them type another person's."""
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(reserved, core, 0, PLATE.serial)

    def move(tx: Tx) -> None:
        identity, rightful = factories.identity(0), core.accounts.consent(tx, 7000)
        wanted = IdentityMove(
            identity=identity, account=rightful, holder=account.account_id, reason="已核对", actor="chat:1"
        )
        core.counter.move_identity(tx, wanted)
        core.accounts.set_identity(tx, core.accounts.require(tx, account.chat_id), TYPED)

    await core.store.run(move)
    return account, begun


@pytest.mark.parametrize("end", ["expired", "void"])
async def test_typed_identity_is_not_barred(core: Core, clock: FixedClock, end: str) -> None:
    _, begun = await types_another(core)
    if end == "void":
        ended = await core.store.run(core.counter.void, PLATE, "资料不符", "chat:1")
        assert ended.banned_until is None
    else:
        clock.advance(timedelta(days=6))
        await core.store.run(remind)
        clock.advance(timedelta(days=3))
        await expire(core)
    assert (await core.store.read(get, begun)).state == PreselectionState(end)
    victim = await core.store.run(registered, core, 9)
    assert victim.identity == TYPED
    assert await core.store.read(running, victim.identity_hash) is None


async def test_own_identity_is_barred_also_before_registration_ends(core: Core, clock: FixedClock) -> None:
    """The control: an identity that was checked at a counter is theirs."""
    before, _ = await types_another(core)
    account = await core.store.read(core.accounts.by_id, before.account_id)
    await core.store.run(core.accounts.receive_identity, account, factories.identity(8))
    clock.advance(timedelta(days=6))
    await core.store.run(remind)
    clock.advance(timedelta(days=3))
    await expire(core)
    assert await core.store.read(running, core.accounts.identity_hash(factories.identity(8))) is not None


@pytest.mark.parametrize("written", [str(PLATE), "5000"])
async def test_admin_who_bars_means_nobody_by_a_typed_identity(core: Core, written: str) -> None:
    await types_another(core)
    with pytest.raises(NobodyFound):
        await core.store.read(lambda tx: core.people.find(tx, written))


@pytest.mark.parametrize("sign", [" ", "-", ""])
async def test_person_is_found_in_any_grouping(core: Core, sign: str) -> None:
    account = await core.store.run(registered, core, 3)
    number = factories.identity(3)
    written = sign.join((number[:4], number[4:10], number[10:17], number[17]))
    assert (await core.store.read(core.people.find, written)).account == account


@pytest.mark.parametrize("wrong", [factories.identity(3)[:-1], factories.identity(3)[:-1] + "Z"])
async def test_mistyped_identity_is_an_error_and_not_nobody(core: Core, wrong: str) -> None:
    with pytest.raises(InputError):
        await core.store.read(core.people.find, wrong)


@pytest.mark.parametrize("written", ["1" * 22, "1" * 5000])
async def test_digits_without_end_are_nobody(core: Core, written: str) -> None:
    """No chat has so long an id, and the database has no such integer."""
    for finds in (core.people.find, core.people.account):
        with pytest.raises(NobodyFound):
            await core.store.read(finds, written)


async def test_long_identity_is_mistyped_and_no_chat(core: Core) -> None:
    with pytest.raises(InputError):
        await core.store.read(core.people.account, "1" * 20)
