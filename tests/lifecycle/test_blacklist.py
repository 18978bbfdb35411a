"""The blacklist is by identity: any account with it is banned, until the end of the ban and no longer."""

from datetime import datetime, timedelta

import pytest

from core.errors.accounts import IdentityTaken
from core.errors.blacklist import BanInThePast, Blacklisted
from core.notifications.queue import NotificationPurpose
from core.people import blacklist
from core.people.accounts import Account
from core.people.ban_ends import years_after
from core.people.blacklist import Ban, Cause, NewBan, version_of
from core.pool.segments import pool_state
from core.ports import Tx
from core.preselection import PreselectionState
from core.values.plates import PlateKind
from tests import factories
from tests.core import tools
from tests.lifecycle.harness import OFFICE, Harness, begin, chat_of, local, open_harness, serial_of

STRANGER = 77


async def expire(harness: Harness, number: int = 1) -> None:
    await harness.reserve(number)
    await harness.remind("2026-03-17")
    await harness.until(local("2026-03-17", 18), None)


async def forget_account(harness: Harness, number: int) -> None:
    """Delete an owner's registration; the ban stays."""
    account = await harness.account(number)
    harness.sql(
        "UPDATE account SET registered_at = NULL, identity_hash = NULL WHERE account_id = ?",
        account.account_id,
    )


async def register(harness: Harness, chat_id: int, number: int) -> None:
    """Register an identity in a chat."""
    await harness.store.run(_register, harness, chat_id, number)


def _register(tx: Tx, harness: Harness, chat_id: int, number: int) -> None:
    accounts = harness.core.accounts
    account = accounts.consent(tx, chat_id)
    accounts.set_office(tx, account, OFFICE)
    accounts.set_name(tx, account, "测试车主")
    accounts.set_identity(tx, account, factories.identity(number))
    harness.core.telephones.offer(tx, account, factories.phone(chat_id))
    harness.core.telephones.prove(tx, account)
    accounts.register(tx, accounts.require(tx, chat_id))


async def choose(harness: Harness, chat_id: int, vehicle: int) -> int:
    """Begin a preselection in a chat."""
    account = await harness.store.run(harness.core.accounts.require, chat_id)
    return await harness.store.run(begin, harness.core, account, vehicle)


async def sentence(harness: Harness, number: int, until: datetime, reason: str = "冒用") -> None:
    account = await harness.account(number)
    assert account.identity_hash is not None
    wanted = NewBan(
        identity_hash=account.identity_hash,
        office=OFFICE,
        reason=reason,
        cause=Cause.ADMIN,
        until=until,
        actor="chat:1001",
    )
    await harness.store.run(blacklist.add_ban, wanted)


# --- by identity ----------------------------------------------------------------------------


async def test_banned_identity_is_barred_from_another_chat(harness: Harness) -> None:
    await expire(harness)
    await forget_account(harness, 1)
    await register(harness, STRANGER, 1)
    with pytest.raises(Blacklisted) as refusal:
        await choose(harness, STRANGER, 9)
    assert refusal.value.until == local("2028-03-17", 0)


async def test_another_identity_is_not_barred(harness: Harness) -> None:
    await expire(harness)
    await register(harness, STRANGER, 2)
    assert await choose(harness, STRANGER, 9)


async def test_identity_cannot_be_registered_twice(harness: Harness) -> None:
    await expire(harness)
    with pytest.raises(IdentityTaken):
        await register(harness, STRANGER, 1)


async def test_lift_is_told_to_the_new_chat(harness: Harness) -> None:
    await expire(harness)
    await forget_account(harness, 1)
    await register(harness, STRANGER, 1)
    harness.messenger.told.clear()
    await harness.until(local("2028-03-17", 0), None)
    assert [(told.chat_id, told.kind) for told in harness.messenger.told] == [(STRANGER, "lifted")]


async def test_ban_of_nobodys_identity_tells_nobody(harness: Harness) -> None:
    await expire(harness)
    await forget_account(harness, 1)
    harness.messenger.told.clear()
    await harness.until(local("2028-03-17", 0), None)
    assert harness.messenger.told == []
    assert harness.sql("SELECT 1 FROM ban WHERE lifted_at IS NULL") == []


async def test_ban_keeps_no_identity(harness: Harness) -> None:
    await expire(harness)
    row = harness.sql("SELECT * FROM ban")[0]
    assert factories.identity(1) not in str(row)
    assert row["identity_hash"] == harness.core.vault.lookup("identity", factories.identity(1))


# --- every way in is barred -----------------------------------------------------------------


async def test_ban_bars_what_was_begun_before(harness: Harness) -> None:
    account, begun = await harness.store.run(tools.verified, harness.core, 1)
    await sentence(harness, 1, local("2027-01-01", 0))
    with pytest.raises(Blacklisted):
        await harness.store.run(
            harness.core.selection.compose,
            account,
            begun,
            harness.core.offices[OFFICE],
            ["A0001"],
            received_at=harness.now,
        )


async def test_ban_leaves_a_reserved_number_alone(harness: Harness) -> None:
    await harness.reserve(1)
    await sentence(harness, 1, local("2027-01-01", 0))
    await harness.confirm(1)
    assert (await harness.preselection(1)).state == PreselectionState.REGISTERED


@pytest.mark.parametrize(
    ("moment", "barred"), [(local("2028-03-16", 23, 59), True), (local("2028-03-17", 8), False)]
)
async def test_ban_ends_on_its_date_without_a_tick(harness: Harness, moment: datetime, barred: bool) -> None:  # noqa: FBT001 - of a table
    await expire(harness)
    harness.clock.set(moment)
    assert (await harness.ban_until(1) is not None) is barred


# --- two concurrent bans --------------------------------------------------------------------


async def test_longer_ban_counts_when_it_comes_second(harness: Harness) -> None:
    await expire(harness)
    await sentence(harness, 1, local("2030-01-01", 0))
    assert await harness.ban_until(1) == local("2030-01-01", 0)


async def test_longer_ban_counts_when_it_came_first(harness: Harness) -> None:
    await harness.reserve(1)
    await sentence(harness, 1, local("2030-01-01", 0))
    await harness.remind("2026-03-17")
    await harness.until(local("2026-03-17", 18), None)
    assert await harness.ban_until(1) == local("2030-01-01", 0)
    assert "2030年1月1日" in harness.messenger.told[-1].words


async def test_two_numbers_expiring_bar_once(harness: Harness) -> None:
    await harness.reserve(1)
    harness.clock.advance(timedelta(days=1))
    await harness.reserve_another(1, 7)
    await harness.remind("2026-03-17")
    harness.messenger.told.clear()
    await harness.until(local("2026-03-20"), None)
    assert [kind for kind, _ in harness.messenger.kinds(chat_of(1))] == ["expired", "expired"]
    assert len(harness.sql("SELECT 1 FROM ban WHERE lifted_at IS NULL")) == 1
    assert await harness.ban_until(1) == local("2028-03-18", 0)


async def test_two_bans_are_lifted_once(harness: Harness) -> None:
    await expire(harness)
    await sentence(harness, 1, local("2030-01-01", 0))
    harness.messenger.told.clear()
    await harness.until(local("2028-03-17", 0), None)
    await harness.until(local("2030-01-01", 0), None)
    assert harness.messenger.kinds() == [("lifted", local("2030-01-01", 0))]


async def test_new_ban_after_an_old_one_is_over(harness: Harness) -> None:
    await expire(harness)
    harness.clock.set(local("2028-03-18"))  # over, and no tick has lifted it
    await sentence(harness, 1, local("2028-04-01", 0))
    assert await harness.ban_until(1) == local("2028-04-01", 0)
    assert len(harness.sql("SELECT * FROM ban")) == 2


async def test_ban_into_the_past_is_refused(harness: Harness) -> None:
    await harness.reserve(1)
    with pytest.raises(BanInThePast):
        await sentence(harness, 1, harness.now)


# --- notifications --------------------------------------------------------------------------


def tell_banned(tx: Tx, account: Account) -> None:
    """Notify an owner of their ban, as /ban does."""
    blacklist.tell(tx, the_ban(tx, account), NotificationPurpose.BANNED)


def shorten(tx: Tx, account: Account, until: datetime) -> None:
    ban = the_ban(tx, account)
    new_end = NewBan(
        identity_hash=ban.identity_hash,
        office=ban.office,
        reason="查明",
        cause=ban.cause,
        until=until,
        actor="chat:1001",
    )
    blacklist.change_end(tx, new_end, version_of(ban))


def lift(tx: Tx, account: Account) -> None:
    blacklist.lift(tx, the_ban(tx, account), "chat:1001", "查明")


def the_ban(tx: Tx, account: Account) -> Ban:
    ban = blacklist.running(tx, account.identity_hash)
    assert ban is not None
    return ban


async def test_lift_before_the_telling_tells_of_no_ban(harness: Harness) -> None:
    await harness.reserve(1)
    await sentence(harness, 1, local("2027-01-01", 0))
    await harness.store.run(tell_banned, await harness.account(1))
    await harness.store.run(lift, await harness.account(1))
    await harness.tick()
    assert [kind for kind, _ in harness.messenger.kinds()] == ["lifted"]


async def test_shortened_ban_is_told_again(harness: Harness) -> None:
    await harness.reserve(1)
    await sentence(harness, 1, local("2027-01-01", 0))
    await harness.store.run(tell_banned, await harness.account(1))
    await harness.tick()
    harness.clock.advance(timedelta(hours=1))
    await harness.store.run(shorten, await harness.account(1), local("2026-06-01", 0))
    await harness.tick()
    assert ["2026年6月1日" in told.words for told in harness.messenger.told] == [False, True]


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


async def test_deadline_on_29_february_bars_until_march() -> None:
    async with open_harness(local("2028-02-22")) as harness:
        reserved = (await harness.reserve(1))[0]
        assert reserved.deadline == local("2028-02-29", 17)
        await harness.until(local("2028-02-29", 22))
        assert await harness.ban_until(1) == local("2030-03-01", 0)


async def test_office_that_bars_nobody_tells_of_no_ban() -> None:
    async with open_harness(local("2026-03-10"), ban_years=0, expiry_grace_minutes=0) as harness:
        await expire(harness)
        assert await harness.ban_until(1) is None
        assert [kind for kind, _ in harness.messenger.kinds()] == ["reminder 0", "expired"]
        assert "黑名单" not in harness.messenger.told[-1].words


async def test_number_rests_as_long_as_the_office_says() -> None:
    async with open_harness(local("2026-03-10"), rest_days=3, expiry_grace_minutes=0) as harness:
        await expire(harness)
        freed = []
        for moment in (local("2026-03-20", 18), local("2026-03-20", 18, 0, 1)):
            harness.clock.set(moment)
            freed.append(await harness.store.run(pool_state, OFFICE, PlateKind.SMALL, serial_of(1)) is None)
        assert freed == [False, True]
