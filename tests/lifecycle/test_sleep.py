"""The machine was off: what is due is done in the right order at the start, once, and nothing pointless."""

from datetime import datetime, timedelta

import pytest

from core.clock import CHINA
from core.preselection import PreselectionState
from tests.lifecycle.house import House, chat_of, local

WEEK_LATER = local("2026-03-19", 9, 30)


async def test_overdue_number_expires_once(house: House) -> None:
    await house.reserve(1)
    await house.until(WEEK_LATER, None)
    await house.tick()
    assert house.messenger.kinds() == [("expired", WEEK_LATER)]
    assert (await house.preselection(1)).state == PreselectionState.EXPIRED


async def test_no_reminder_of_what_is_over(house: House) -> None:
    await house.reserve(1)
    await house.until(WEEK_LATER, None)
    assert await house.states(1) == {
        "reminder:3": "cancelled",
        "reminder:1": "cancelled",
        "reminder:0": "cancelled",
        "expired": "sent",
    }


async def test_sender_alone_reminds_of_nothing_over(house: House) -> None:
    await house.reserve(1)
    house.clock.set(WEEK_LATER)
    await house.sender.send_due()  # before the tick that expires
    assert house.messenger.told == []
    assert set((await house.states(1)).values()) == {"late"}


@pytest.mark.parametrize(
    ("woken", "expected"),
    [
        (local("2026-03-12", 10), "reminder 3"),
        (local("2026-03-14", 10), "reminder 2"),
        (local("2026-03-16", 10), "reminder 1"),
        (local("2026-03-17", 16, 59), "reminder 0"),
    ],
)
async def test_only_latest_overdue_reminder_is_sent(house: House, woken: datetime, expected: str) -> None:
    await house.reserve(1)
    await house.until(woken, None)
    assert house.messenger.kinds() == [(expected, woken)]


async def test_two_reminders_of_two_owners_both_come(house: House) -> None:
    await house.reserve(1)
    house.clock.advance(timedelta(days=1))
    await house.reserve(2)
    await house.until(local("2026-03-17", 9), None)
    assert {(told.chat_id, told.kind) for told in house.messenger.told if told.kind} == {
        (chat_of(1), "reminder 0"),
        (chat_of(2), "reminder 1"),
    }


async def test_ban_counts_from_the_deadline(house: House) -> None:
    await house.reserve(1)
    await house.until(local("2026-04-30"), None)
    assert await house.ban_until(1) == local("2028-03-17", 0)


async def test_sleep_beyond_the_ban_bars_nobody(house: House) -> None:
    await house.reserve(1)
    await house.until(local("2028-06-01"), None)
    assert await house.ban_until(1) is None
    assert [kind for kind, _ in house.messenger.kinds()] == ["expired"]
    assert "黑名单,<b>" not in house.messenger.told[-1].words


async def test_expired_in_order_of_their_deadlines(house: House) -> None:
    for number in (3, 1, 2):
        await house.reserve(number)
        house.clock.advance(timedelta(days=1))
    await house.until(local("2026-04-01"), None)
    assert [told.chat_id for told in house.messenger.told] == [chat_of(3), chat_of(1), chat_of(2)]


async def test_many_expire_in_one_tick(house: House) -> None:
    numbers = range(1, 260)  # more than two rounds of a hundred
    await house.reserve(*numbers)
    await house.until(WEEK_LATER, None)
    assert house.messenger.count() == {(chat_of(n), "expired", WEEK_LATER): 1 for n in numbers}


async def test_ban_lifted_while_asleep_is_told_once(house: House) -> None:
    await house.reserve(1)
    await house.until(local("2026-03-17", 20))
    house.messenger.told.clear()
    await house.until(local("2028-05-01"), None)
    await house.tick()
    assert [(kind, at.astimezone(CHINA)) for kind, at in house.messenger.kinds()] == [
        ("lifted", local("2028-05-01"))
    ]


async def test_number_confirmed_after_deadline_by_sleep_stays_theirs(house: House) -> None:
    """The machine slept over the deadline; the counter was faster than the first tick."""
    await house.reserve(1)
    house.clock.set(WEEK_LATER)
    await house.confirm(1)
    await house.tick()
    assert (await house.preselection(1)).state == PreselectionState.REGISTERED
    assert await house.ban_until(1) is None
