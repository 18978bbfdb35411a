"""Failures of sending: what is retried, what is not, what is never sent twice, what the chiefs see.

A number selected on Tuesday 10 March 2026 lasts until Tuesday the 17th, 17:00; the first reminder
is due on Thursday the 12th, 09:00.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.bot_api.rate_limits import Limits
from core.clock import from_millis
from core.notifications import queue as notification_queue
from core.notifications.queue import LEASE, MAX_TRIES
from core.notifications.subscriptions import Subscription, SubscriptionTopic, subscribe
from tests.lifecycle.harness import OFFICE, Fault, Harness, chat_of, local, open_harness

DUE = local("2026-03-12", 9)
DEADLINE = local("2026-03-17", 17)
RESET = NetworkError("Connection reset")


@pytest.fixture
async def harness() -> AsyncIterator[Harness]:
    """A number has been selected; it is a minute to nine."""
    async with open_harness(local("2026-03-10")) as opened:
        await opened.reserve(1)
        opened.clock.set(DUE - timedelta(minutes=1))
        yield opened


async def first(harness: Harness) -> dict[str, object]:
    """Return the row of the first reminder."""
    return dict((await harness.notices(1))[0])


def kinds(harness: Harness) -> list[str]:
    return [told.kind for told in harness.messenger.told]


async def unreachable(harness: Harness) -> bool:
    return bool(harness.sql("SELECT * FROM unreachable WHERE chat_id = ?", chat_of(1)))


async def befall(harness: Harness, *faults: Fault) -> None:
    """Let the first reminder be due with faults."""
    harness.messenger.faults.extend(faults)
    await harness.until(DUE)


async def persist(harness: Harness, error: Exception, until: datetime) -> None:
    """Let every call fail until a time, with the sender running every half minute if something is due."""
    harness.messenger.faults.extend(Fault(error=error) for _ in range(500))
    while harness.now < until:
        waiting = harness.sql("SELECT min(try_at) AS at FROM notice WHERE state = 'waiting'")[0]["at"]
        if waiting is None:
            break
        harness.clock.set(max(harness.now + timedelta(seconds=1), min(from_millis(waiting), until)))
        await harness.sender.send_due()
        await harness.sender.send_due_sms()


# --- one call fails -------------------------------------------------------------------------

TABLE = [
    # what went wrong                                state then   seconds to the next try, shut to us
    (RetryAfter(5), "waiting", 30, False),
    (RetryAfter(3600), "waiting", 3600, False),
    (RetryAfter(timedelta(seconds=90)), "waiting", 90, False),
    (Forbidden("Forbidden: bot was blocked by the user"), "failed", None, True),
    (Forbidden("Forbidden: user is deactivated"), "failed", None, True),
    (Forbidden("Forbidden: bot can't initiate conversation with a user"), "failed", None, True),
    (BadRequest("Chat not found"), "failed", None, True),
    (BadRequest("PEER_ID_INVALID"), "failed", None, True),
    (BadRequest("Can't parse entities: unsupported start tag"), "failed", None, False),
    (BadRequest("Message is too long"), "failed", None, False),
    (NetworkError("Internal Server Error"), "waiting", 30, False),
    (NetworkError("Bad Gateway"), "waiting", 30, False),
    (RESET, "waiting", 30, False),
    (TimedOut(), "waiting", 30, False),
    (OSError("no font"), "waiting", 30, False),  # an error of the program itself
]


@pytest.mark.parametrize(("error", "state", "seconds", "shut"), TABLE, ids=lambda one: repr(one)[:40])
async def test_failure_decides_what_comes_next(
    harness: Harness,
    error: Exception,
    state: str,
    seconds: int | None,
    shut: bool,  # noqa: FBT001 - of a table
) -> None:
    await befall(harness, Fault(error=error))
    row = await first(harness)
    assert row["state"] == state
    assert row["error"]
    assert await unreachable(harness) is shut
    assert seconds is None or row["try_at"] == (DUE + timedelta(seconds=seconds)).timestamp() * 1000


@pytest.mark.parametrize(
    "error", [row[0] for row in TABLE if row[1] == "waiting"], ids=lambda one: repr(one)[:40]
)
async def test_what_failed_once_comes_later(harness: Harness, error: Exception) -> None:
    await befall(harness, Fault(error=error))
    await harness.until(DUE + timedelta(hours=2))
    assert kinds(harness) == ["reminder 3"]
    assert (await first(harness))["state"] == "sent"


@pytest.mark.parametrize(
    "error", [row[0] for row in TABLE if row[1] == "failed"], ids=lambda one: repr(one)[:40]
)
async def test_what_is_refused_is_not_tried_again(harness: Harness, error: Exception) -> None:
    await befall(harness, Fault(error=error))
    await harness.until(DUE + timedelta(hours=20))
    assert harness.messenger.asked == [DUE]


async def test_delivered_but_timed_out_comes_twice(harness: Harness) -> None:
    """Whether it arrived is unknown; a missed reminder costs more than a duplicate."""
    await befall(harness, Fault(error=TimedOut(), delivered=True))
    await harness.until(DUE + timedelta(minutes=1), None)
    assert kinds(harness) == ["reminder 3"] * 2


async def test_one_failure_holds_up_nobody_else(harness: Harness) -> None:
    await harness.store.run(
        subscribe, 42, Subscription(office=OFFICE, kind="small", topic=SubscriptionTopic.RELEASE)
    )
    await harness.release("B####")
    await befall(harness, Fault(error=OSError("no font"), chat_id=chat_of(1)))
    assert {kind for kind, _ in harness.messenger.kinds(42)} == {"release"}


async def test_message_of_an_older_version_is_not_repeated(harness: Harness) -> None:
    """That version sent a picture, a place and a file, and died after the picture, which said it all."""
    harness.sql("UPDATE notice SET parts_sent = 1 WHERE purpose LIKE 'reminder:3%'")
    await harness.until(DUE + timedelta(minutes=1))
    assert kinds(harness) == []
    assert (await first(harness))["state"] == "sent"


# --- a sender dies --------------------------------------------------------------------------


async def crash(harness: Harness, *, delivered: bool = False) -> None:
    """Let the sender die while it sends the first reminder."""
    harness.clock.set(DUE)
    harness.messenger.faults.append(Fault(error=asyncio.CancelledError(), delivered=delivered))
    with contextlib.suppress(asyncio.CancelledError):
        await harness.sender.send_due()
    assert (await first(harness))["state"] == "sending"


async def test_dead_senders_notice_waits_for_the_lease(harness: Harness) -> None:
    await crash(harness)
    harness.clock.advance(LEASE)
    assert await harness.new_sender("two").send_due() == 0


@pytest.mark.parametrize(("delivered", "expected"), [(False, 1), (True, 2)])
async def test_dead_senders_notice_is_sent_by_another(
    harness: Harness,
    delivered: bool,  # noqa: FBT001 - of a table
    expected: int,
) -> None:
    await crash(harness, delivered=delivered)
    harness.clock.advance(LEASE + timedelta(seconds=1))
    await harness.new_sender("two").send_due()
    assert kinds(harness) == ["reminder 3"] * expected
    assert (await first(harness))["state"] == "sent"


async def test_slow_sender_that_lost_its_lease_stops(harness: Harness) -> None:
    """It hangs for longer than its lease; meanwhile another sends the reminder."""
    second = harness.new_sender("two")

    async def hang() -> None:
        harness.clock.advance(LEASE + timedelta(seconds=1))
        await second.send_due()

    harness.messenger.hooks.append(hang)
    await harness.until(DUE, None)
    assert kinds(harness) == ["reminder 3"] * 2
    assert (await first(harness))["state"] == "sent"


def test_lease_outlasts_the_limiters_patience() -> None:
    limits = Limits()
    assert limits.longest_pause * limits.refusals < LEASE


# --- it goes on failing ---------------------------------------------------------------------


async def test_gaps_between_tries_grow(harness: Harness) -> None:
    await persist(harness, RESET, DUE + timedelta(hours=8))
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(harness.messenger.asked)]
    assert gaps == [30 * 2**n for n in range(len(gaps))]
    assert len(gaps) > 8


def test_gaps_end_at_six_hours() -> None:
    assert notification_queue.retry_delay(100) == timedelta(hours=6)


async def test_reminder_is_tried_until_the_deadline(harness: Harness) -> None:
    await persist(harness, RESET, DEADLINE + timedelta(hours=1))
    assert harness.messenger.told == []
    assert DEADLINE - timedelta(hours=6) < harness.messenger.asked[-1] < DEADLINE


async def test_reminder_survives_a_day_without_network(harness: Harness) -> None:
    await persist(harness, RESET, DUE + timedelta(hours=24))
    harness.messenger.faults.clear()
    await harness.until(DUE + timedelta(hours=31))
    assert kinds(harness) == ["reminder 2"]


async def test_last_reminder_fails_for_the_chiefs_to_see(harness: Harness) -> None:
    await persist(harness, RESET, DEADLINE + timedelta(hours=1))
    failed = await harness.failures()
    assert [(row["purpose"][:10], row["error"]) for row in failed] == [("reminder:0", "NetworkError")]


async def test_failed_reminder_says_nothing_after_a_later_one(harness: Harness) -> None:
    """The first is still being retried when the second is due and succeeds."""
    harness.messenger.faults.append(Fault(error=RetryAfter(400_000)))
    await harness.until(DUE, None)
    await harness.until(local("2026-03-17", 16))
    assert [kind for kind, _ in harness.messenger.kinds()] == ["reminder 1", "reminder 0"]


async def test_expiry_is_tried_for_days(harness: Harness) -> None:
    await harness.remind("2026-03-17")
    harness.messenger.told.clear()
    harness.messenger.asked.clear()
    harness.clock.set(DEADLINE + timedelta(hours=5))
    await harness.ends()
    await persist(harness, RESET, DEADLINE + timedelta(days=3))
    harness.messenger.faults.clear()
    await harness.until(DEADLINE + timedelta(days=4))
    assert [kind for kind, _ in harness.messenger.kinds()] == ["expired"]


async def test_expiry_is_given_up_in_the_end(harness: Harness) -> None:
    await harness.remind("2026-03-17")
    harness.messenger.told.clear()
    harness.messenger.asked.clear()
    harness.clock.set(DEADLINE + timedelta(hours=5))
    await harness.ends()
    await persist(harness, RESET, DEADLINE + timedelta(days=60))
    assert len(harness.messenger.asked) == MAX_TRIES
    assert [row["purpose"] for row in await harness.failures()] == ["expired"]
