"""The blacklist is by identity: whoever comes with it is barred, until the date and no longer."""

from datetime import datetime, timedelta

import pytest

from core.errors import BanInThePast, Blacklisted, IdentityTaken
from core.notifications.queue import NotificationPurpose
from core.people import blacklist
from core.people.accounts import Account
from core.people.blacklist import Ban, Cause, NewBan, years_after
from core.pool.segments import is_free
from core.ports import Tx
from core.preselection import PreselectionState
from core.values.plates import PlateKind
from tests import invented
from tests.core import tools
from tests.lifecycle.house import OFFICE, House, begin, chat_of, local, open_house, serial_of

STRANGER = 77


async def expire(house: House, number: int = 1) -> None:
    """Let an owner's number expire."""
    await house.reserve(number)
    await house.until(local("2026-03-17", 18), None)


async def forget_account(house: House, number: int) -> None:
    """Take an owner's registration away, as a deletion would; the ban stays."""
    account = await house.account(number)
    house.sql(
        "UPDATE account SET registered_at = NULL, identity_hash = NULL WHERE account_id = ?",
        account.account_id,
    )


async def register(house: House, chat_id: int, number: int) -> None:
    """Register an identity from a chat."""
    await house.store.run(_register, house, chat_id, number)


def _register(tx: Tx, house: House, chat_id: int, number: int) -> None:
    accounts = house.core.accounts
    account = accounts.consent(tx, chat_id)
    accounts.set_office(tx, account, OFFICE)
    accounts.set_name(tx, account, "测试车主")
    accounts.set_identity(tx, account, invented.identity(number))
    accounts.offer_phone(tx, account, invented.phone(chat_id))
    accounts.prove_phone(tx, account)
    accounts.register(tx, accounts.require(tx, chat_id))


async def choose(house: House, chat_id: int, vehicle: int) -> int:
    """Begin a preselection from a chat."""
    account = await house.store.run(house.core.accounts.require, chat_id)
    return await house.store.run(begin, house.core, account, vehicle)


async def sentence(house: House, number: int, until: datetime, reason: str = "冒用") -> None:
    account = await house.account(number)
    assert account.identity_hash is not None
    wanted = NewBan(
        identity_hash=account.identity_hash,
        office=OFFICE,
        reason=reason,
        cause=Cause.ADMIN,
        until=until,
        actor="chat:1001",
    )
    await house.store.run(blacklist.add_ban, wanted)


# --- by identity ----------------------------------------------------------------------------


async def test_banned_identity_is_barred_from_another_chat(house: House) -> None:
    await expire(house)
    await forget_account(house, 1)
    await register(house, STRANGER, 1)
    with pytest.raises(Blacklisted) as refusal:
        await choose(house, STRANGER, 9)
    assert refusal.value.until == local("2028-03-17", 0)


async def test_another_identity_is_not_barred(house: House) -> None:
    await expire(house)
    await register(house, STRANGER, 2)
    assert await choose(house, STRANGER, 9)


async def test_identity_cannot_be_registered_twice(house: House) -> None:
    await expire(house)
    with pytest.raises(IdentityTaken):
        await register(house, STRANGER, 1)


async def test_lift_is_told_to_the_new_chat(house: House) -> None:
    await expire(house)
    await forget_account(house, 1)
    await register(house, STRANGER, 1)
    house.messenger.told.clear()
    await house.until(local("2028-03-17", 0), None)
    assert [(told.chat_id, told.kind) for told in house.messenger.told] == [(STRANGER, "lifted")]


async def test_ban_of_nobodys_identity_tells_nobody(house: House) -> None:
    await expire(house)
    await forget_account(house, 1)
    house.messenger.told.clear()
    await house.until(local("2028-03-17", 0), None)
    assert house.messenger.told == []
    assert await house.store.run(blacklist.all_running) == []


async def test_ban_keeps_no_identity(house: House) -> None:
    await expire(house)
    row = house.sql("SELECT * FROM ban")[0]
    assert invented.identity(1) not in str(row)
    assert row["identity_hash"] == house.core.vault.lookup("identity", invented.identity(1))


# --- every way in is barred -----------------------------------------------------------------


async def test_ban_bars_what_was_begun_before(house: House) -> None:
    account, begun = await house.store.run(tools.verified, house.core, 1)
    await sentence(house, 1, local("2027-01-01", 0))
    with pytest.raises(Blacklisted):
        await house.store.run(
            house.core.selection.compose,
            account,
            begun,
            house.core.offices[OFFICE],
            ["A0001"],
            received_at=house.now,
        )


async def test_ban_leaves_a_reserved_number_alone(house: House) -> None:
    await house.reserve(1)
    await sentence(house, 1, local("2027-01-01", 0))
    await house.confirm(1)
    assert (await house.preselection(1)).state == PreselectionState.REGISTERED


@pytest.mark.parametrize(
    ("moment", "barred"), [(local("2028-03-16", 23, 59), True), (local("2028-03-17", 8), False)]
)
async def test_ban_ends_on_its_date_without_a_tick(house: House, moment: datetime, barred: bool) -> None:  # noqa: FBT001 - of a table
    await expire(house)
    house.clock.set(moment)
    assert (await house.ban_until(1) is not None) is barred


# --- two bans at once -----------------------------------------------------------------------


async def test_longer_ban_counts_when_it_comes_second(house: House) -> None:
    await expire(house)
    await sentence(house, 1, local("2030-01-01", 0))
    assert await house.ban_until(1) == local("2030-01-01", 0)


async def test_longer_ban_counts_when_it_came_first(house: House) -> None:
    await house.reserve(1)
    await sentence(house, 1, local("2030-01-01", 0))
    await house.until(local("2026-03-17", 18), None)
    assert await house.ban_until(1) == local("2030-01-01", 0)
    assert "2030年1月1日" in house.messenger.told[-1].words


async def test_two_numbers_expiring_bar_once(house: House) -> None:
    await house.reserve(1)
    house.clock.advance(timedelta(days=1))
    await house.reserve_another(1, 7)
    await house.until(local("2026-03-20"), None)
    assert [kind for kind, _ in house.messenger.kinds(chat_of(1))] == ["expired", "expired"]
    assert len(await house.store.run(blacklist.all_running)) == 1
    assert await house.ban_until(1) == local("2028-03-18", 0)


async def test_two_bans_are_lifted_once(house: House) -> None:
    await expire(house)
    await sentence(house, 1, local("2030-01-01", 0))
    house.messenger.told.clear()
    await house.until(local("2028-03-17", 0), None)
    await house.until(local("2030-01-01", 0), None)
    assert house.messenger.kinds() == [("lifted", local("2030-01-01", 0))]


async def test_new_ban_after_an_old_one_is_over(house: House) -> None:
    await expire(house)
    house.clock.set(local("2028-03-18"))  # over, and no tick has lifted it
    await sentence(house, 1, local("2028-04-01", 0))
    assert await house.ban_until(1) == local("2028-04-01", 0)
    assert len(house.sql("SELECT * FROM ban")) == 2


async def test_ban_into_the_past_is_refused(house: House) -> None:
    await house.reserve(1)
    with pytest.raises(BanInThePast):
        await sentence(house, 1, house.now)


# --- what is told ---------------------------------------------------------------------------


def tell_banned(tx: Tx, account: Account) -> None:
    """Tell an owner of their ban, as /ban does."""
    blacklist.tell(tx, the_ban(tx, account), NotificationPurpose.BANNED)


def shorten(tx: Tx, account: Account, until: datetime) -> None:
    """Shorten an owner's ban and tell them, as /ban does."""
    blacklist.set_until(tx, the_ban(tx, account), until, "查明", "chat:1001")
    tell_banned(tx, account)


def lift(tx: Tx, account: Account) -> None:
    """End an owner's ban."""
    blacklist.lift(tx, the_ban(tx, account), "chat:1001", "查明")


def the_ban(tx: Tx, account: Account) -> Ban:
    ban = blacklist.running(tx, account.identity_hash)
    assert ban is not None
    return ban


async def test_lift_before_the_telling_tells_of_no_ban(house: House) -> None:
    await house.reserve(1)
    await sentence(house, 1, local("2027-01-01", 0))
    await house.store.run(tell_banned, await house.account(1))
    await house.store.run(lift, await house.account(1))
    await house.tick()
    assert [kind for kind, _ in house.messenger.kinds()] == ["lifted"]


async def test_shortened_ban_is_told_again(house: House) -> None:
    await house.reserve(1)
    await sentence(house, 1, local("2027-01-01", 0))
    await house.store.run(tell_banned, await house.account(1))
    await house.tick()
    house.clock.advance(timedelta(hours=1))
    await house.store.run(shorten, await house.account(1), local("2026-06-01", 0))
    await house.tick()
    assert ["2026年6月1日" in told.words for told in house.messenger.told] == [False, True]


# --- dates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        ("2028-02-29", 2, "2030-03-01"),
        ("2028-02-29", 4, "2032-02-29"),
        ("2028-02-28", 2, "2030-02-28"),
        ("2026-03-01", 2, "2028-03-01"),
        ("2026-12-31", 2, "2028-12-31"),
        ("2096-02-29", 4, "2100-03-01"),
    ],
)
def test_years_end_with_a_midnight(day: str, years: int, expected: str) -> None:
    assert years_after(local(day, 17), years) == local(expected, 0)


async def test_deadline_on_29_february_bars_until_march(plain_pictures: None) -> None:
    async with open_house(local("2028-02-22")) as house:
        reserved = (await house.reserve(1))[0]
        assert reserved.deadline == local("2028-02-29", 17)
        await house.until(local("2028-02-29", 18))
        assert await house.ban_until(1) == local("2030-03-01", 0)


async def test_office_that_bars_nobody_tells_of_no_ban(plain_pictures: None) -> None:
    async with open_house(local("2026-03-10"), ban_years=0) as house:
        await expire(house)
        assert await house.ban_until(1) is None
        assert [kind for kind, _ in house.messenger.kinds()] == ["expired"]
        assert "黑名单" not in house.messenger.told[-1].words


async def test_number_rests_as_long_as_the_office_says(plain_pictures: None) -> None:
    async with open_house(local("2026-03-10"), rest_days=3) as house:
        await expire(house)
        freed = []
        for moment in (local("2026-03-20", 18), local("2026-03-20", 18, 0, 1)):
            house.clock.set(moment)
            freed.append(
                await house.store.run(is_free, house.core.offices[OFFICE], PlateKind.SMALL, serial_of(1))
            )
        assert freed == [False, True]
