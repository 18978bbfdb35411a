"""After a downtime: what is due is done at the start, once, in the right order, and nothing pointless."""

from datetime import datetime, timedelta

import pytest

from core.clock import CHINA
from core.preselection import PreselectionState
from tests.lifecycle.harness import Harness, chat_of, local

WEEK_LATER = local("2026-03-19", 9, 30)


async def sleeps_reminded(harness: Harness, until: datetime) -> None:
    """The reminder of the last morning arrives; then the machine is down."""
    await harness.remind("2026-03-17")
    harness.messenger.told.clear()
    await harness.until(until, None)


async def test_overdue_number_expires_once(harness: Harness) -> None:
    await harness.reserve(1)
    await sleeps_reminded(harness, WEEK_LATER)
    await harness.tick()
    assert harness.messenger.kinds() == [("expired", WEEK_LATER)]
    assert (await harness.preselection(1)).state == PreselectionState.EXPIRED


async def test_no_reminder_of_what_is_over(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(WEEK_LATER, None)
    assert await harness.states(1) == {
        "reminder:3": "cancelled",
        "reminder:1": "cancelled",
        "reminder:0": "waiting",  # of the new deadline
        "extended": "sent",
    }


async def test_sender_alone_reminds_of_nothing_over(harness: Harness) -> None:
    await harness.reserve(1)
    harness.clock.set(WEEK_LATER)
    await harness.sender.send_due()  # before the tick that expires it
    assert harness.messenger.told == []
    assert set((await harness.states(1)).values()) == {"late"}


@pytest.mark.parametrize(
    ("woken", "expected"),
    [
        (local("2026-03-12", 10), "reminder 3"),
        (local("2026-03-14", 10), "reminder 2"),
        (local("2026-03-16", 10), "reminder 1"),
        (local("2026-03-17", 16, 59), "reminder 0"),
    ],
)
async def test_only_latest_overdue_reminder_is_sent(harness: Harness, woken: datetime, expected: str) -> None:
    await harness.reserve(1)
    await harness.until(woken, None)
    assert harness.messenger.kinds() == [(expected, woken)]


async def test_two_reminders_of_two_owners_both_come(harness: Harness) -> None:
    await harness.reserve(1)
    harness.clock.advance(timedelta(days=1))
    await harness.reserve(2)
    await harness.until(local("2026-03-17", 9), None)
    assert {(told.chat_id, told.kind) for told in harness.messenger.told if told.kind} == {
        (chat_of(1), "reminder 0"),
        (chat_of(2), "reminder 1"),
    }


async def test_ban_counts_from_the_deadline(harness: Harness) -> None:
    await harness.reserve(1)
    await sleeps_reminded(harness, local("2026-04-30"))
    assert await harness.ban_until(1) == local("2028-03-17", 0)


async def test_sleep_beyond_the_ban_bars_nobody(harness: Harness) -> None:
    await harness.reserve(1)
    await sleeps_reminded(harness, local("2028-06-01"))
    assert await harness.ban_until(1) is None
    assert [kind for kind, _ in harness.messenger.kinds()] == ["expired"]
    assert "黑名单,<b>" not in harness.messenger.told[-1].words


async def test_expired_in_order_of_their_deadlines(harness: Harness) -> None:
    for number in (3, 1, 2):
        await harness.reserve(number)
        harness.clock.advance(timedelta(days=1))
    await sleeps_reminded(harness, local("2026-04-01"))
    words = [told.chat_id for told in harness.messenger.told]
    assert words == [chat_of(3), chat_of(1), chat_of(2)]


async def test_many_expire_in_one_tick(harness: Harness) -> None:
    numbers = range(1, 260)  # more than two batches of a hundred
    await harness.reserve(*numbers)
    await sleeps_reminded(harness, WEEK_LATER)
    assert harness.messenger.count() == {(chat_of(n), "expired", WEEK_LATER): 1 for n in numbers}


async def test_ban_lifted_while_asleep_is_told_once(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-17", 20))
    harness.messenger.told.clear()
    await harness.until(local("2028-05-01"), None)
    await harness.tick()
    assert [(kind, at.astimezone(CHINA)) for kind, at in harness.messenger.kinds()] == [
        ("lifted", local("2028-05-01"))
    ]


async def test_number_confirmed_after_deadline_by_sleep_stays_theirs(harness: Harness) -> None:
    """The machine was down over the deadline; the counter was faster than the first tick."""
    await harness.reserve(1)
    harness.clock.set(WEEK_LATER)
    await harness.confirm(1)
    await harness.tick()
    assert (await harness.preselection(1)).state == PreselectionState.REGISTERED
    assert await harness.ban_until(1) is None
