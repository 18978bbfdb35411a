"""Sending misbehaves: what is tried again, what is not, what is never sent twice, what the chiefs see.

A number selected on Tuesday 10 March 2026 lasts until Tuesday the 17th, 17:00; the first reminder
is due on Thursday the 12th, 09:00: a picture, a place and a file.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.bot_api.rate_limits import Limits
from bot.pictures.cards import ReceiptPicture
from core.clock import from_millis
from core.notifications import queue as notification_queue
from core.notifications.queue import LEASE, MAX_TRIES
from core.notifications.subscriptions import Subscription, SubscriptionTopic, subscribe
from tests.lifecycle.house import OFFICE, House, Misfortune, chat_of, local, open_house

DUE = local("2026-03-12", 9)
DEADLINE = local("2026-03-17", 17)
RESET = NetworkError("Connection reset")
PARTS = ["photo", "venue", "document"]


@pytest.fixture
async def house(plain_pictures: None) -> AsyncIterator[House]:
    """One number has been selected; the office's reminders have a pin on the map; it is a minute to nine."""
    async with open_house(local("2026-03-10"), latitude=21.66, longitude=110.92) as opened:
        await opened.reserve(1)
        opened.clock.set(DUE - timedelta(minutes=1))
        yield opened


async def first(house: House) -> dict[str, object]:
    """Return the row of the first reminder."""
    return dict((await house.notices(1))[0])


def methods(house: House) -> list[str]:
    return [told.method for told in house.messenger.told]


async def unreachable(house: House) -> bool:
    return bool(house.sql("SELECT * FROM unreachable WHERE chat_id = ?", chat_of(1)))


async def befall(house: House, *misfortunes: Misfortune) -> None:
    """Let the first reminder be due under misfortunes."""
    house.messenger.misfortunes.extend(misfortunes)
    await house.until(DUE)


async def persist(house: House, error: Exception, until: datetime) -> None:
    """Let every call fail until a moment, the sender looking every half minute when something is due."""
    house.messenger.misfortunes.extend(Misfortune(error=error) for _ in range(500))
    while house.now < until:
        waiting = house.sql("SELECT min(try_at) AS at FROM notice WHERE state = 'waiting'")[0]["at"]
        if waiting is None:
            break
        house.clock.set(max(house.now + timedelta(seconds=1), min(from_millis(waiting), until)))
        await house.sender.send_due()


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
    (OSError("no font"), "waiting", 30, False),  # something of our own
]


@pytest.mark.parametrize(("error", "state", "seconds", "shut"), TABLE, ids=lambda one: repr(one)[:40])
async def test_failure_decides_what_comes_next(
    house: House,
    error: Exception,
    state: str,
    seconds: int | None,
    shut: bool,  # noqa: FBT001 - of a table
) -> None:
    await befall(house, Misfortune(error=error))
    row = await first(house)
    assert row["state"] == state
    assert row["error"]
    assert await unreachable(house) is shut
    assert seconds is None or row["try_at"] == (DUE + timedelta(seconds=seconds)).timestamp() * 1000


@pytest.mark.parametrize(
    "error", [row[0] for row in TABLE if row[1] == "waiting"], ids=lambda one: repr(one)[:40]
)
async def test_what_failed_once_comes_later(house: House, error: Exception) -> None:
    await befall(house, Misfortune(error=error))
    await house.until(DUE + timedelta(hours=2))
    assert methods(house) == PARTS
    assert (await first(house))["state"] == "sent"


@pytest.mark.parametrize(
    "error", [row[0] for row in TABLE if row[1] == "failed"], ids=lambda one: repr(one)[:40]
)
async def test_what_is_refused_is_not_tried_again(house: House, error: Exception) -> None:
    await befall(house, Misfortune(error=error))
    await house.until(DUE + timedelta(hours=20))
    assert house.messenger.asked == [DUE]


async def test_delivered_but_timed_out_comes_twice(house: House) -> None:
    """Nobody can know that it arrived; a reminder that is missed costs more than one that comes twice."""
    await befall(house, Misfortune(error=TimedOut(), delivered=True))
    await house.until(DUE + timedelta(minutes=1), None)
    assert methods(house) == ["photo", *PARTS]


async def test_one_failure_holds_up_nobody_else(house: House) -> None:
    await house.store.run(
        subscribe, 42, Subscription(office=OFFICE, kind="small", topic=SubscriptionTopic.RELEASE)
    )
    await house.release("B####")
    await befall(house, Misfortune(error=OSError("no font"), method="photo"))
    assert {kind for kind, _ in house.messenger.kinds(42)} == {"release"}


async def test_picture_that_cannot_be_drawn_ends_as_failed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_picture(_picture: ReceiptPicture) -> bytes:
        raise OSError("no font")

    monkeypatch.setattr(ReceiptPicture, "render", no_picture)
    await house.until(local("2026-03-17", 16, 59))
    rows = {row["state"] for row in await house.notices(1)}
    house.clock.set(DEADLINE - timedelta(seconds=1))
    await persist(house, RESET, DEADLINE)
    assert "sent" not in rows
    assert [row["error"] for row in await house.failures()] == ["OSError"]


# --- several parts --------------------------------------------------------------------------


@pytest.mark.parametrize("broken", PARTS[1:])
async def test_part_that_arrived_is_not_repeated(house: House, broken: str) -> None:
    await befall(house, Misfortune(error=RESET, method=broken))
    assert methods(house) == PARTS[: PARTS.index(broken)]
    await house.until(DUE + timedelta(minutes=1), None)
    assert methods(house) == PARTS


async def test_crash_after_the_first_part_repeats_no_picture(house: House) -> None:
    await crash(house, "venue")
    house.clock.advance(LEASE + timedelta(seconds=1))
    await house.new_sender("two").send_due()
    assert methods(house) == PARTS


async def test_block_after_the_first_part_ends_it(house: House) -> None:
    await befall(house, Misfortune(error=Forbidden("bot was blocked by the user"), method="venue"))
    await house.until(DUE + timedelta(hours=20))
    assert methods(house) == ["photo"]


# --- a sender dies --------------------------------------------------------------------------


async def crash(house: House, method: str = "", *, delivered: bool = False) -> None:
    """Let the sender die while it sends the first reminder."""
    house.clock.set(DUE)
    house.messenger.misfortunes.append(
        Misfortune(error=asyncio.CancelledError(), method=method, delivered=delivered)
    )
    with contextlib.suppress(asyncio.CancelledError):
        await house.sender.send_due()
    assert (await first(house))["state"] == "sending"


async def test_dead_senders_notice_waits_for_the_lease(house: House) -> None:
    await crash(house)
    house.clock.advance(LEASE)
    assert await house.new_sender("two").send_due() == 0


@pytest.mark.parametrize(("delivered", "expected"), [(False, PARTS), (True, ["photo", *PARTS])])
async def test_dead_senders_notice_is_sent_by_another(
    house: House,
    delivered: bool,  # noqa: FBT001 - of a table
    expected: list[str],
) -> None:
    await crash(house, delivered=delivered)
    house.clock.advance(LEASE + timedelta(seconds=1))
    await house.new_sender("two").send_due()
    assert methods(house) == expected
    assert (await first(house))["state"] == "sent"


async def test_slow_sender_that_lost_its_lease_stops(house: House) -> None:
    """It hangs for longer than its lease in the first part; meanwhile another sends all of it."""
    second = house.new_sender("two")

    async def hang() -> None:
        house.clock.advance(LEASE + timedelta(seconds=1))
        await second.send_due()

    house.messenger.hooks.append(hang)
    await house.until(DUE, None)
    assert methods(house) == [*PARTS, "photo"]
    assert (await first(house))["state"] == "sent"


def test_lease_outlasts_the_limiters_patience() -> None:
    limits = Limits()
    assert limits.longest_pause * limits.refusals < LEASE


# --- it goes on failing ---------------------------------------------------------------------


async def test_gaps_between_tries_grow(house: House) -> None:
    await persist(house, RESET, DUE + timedelta(hours=8))
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(house.messenger.asked)]
    assert gaps == [30 * 2**n for n in range(len(gaps))]
    assert len(gaps) > 8


def test_gaps_end_at_six_hours() -> None:
    assert notification_queue.retry_delay(100) == timedelta(hours=6)


async def test_reminder_is_tried_until_the_deadline(house: House) -> None:
    await persist(house, RESET, DEADLINE + timedelta(hours=1))
    assert house.messenger.told == []
    assert DEADLINE - timedelta(hours=6) < house.messenger.asked[-1] < DEADLINE


async def test_reminder_survives_a_day_without_network(house: House) -> None:
    await persist(house, RESET, DUE + timedelta(hours=24))
    house.messenger.misfortunes.clear()
    await house.until(DUE + timedelta(hours=31))
    assert methods(house) == PARTS


async def test_last_reminder_fails_for_the_chiefs_to_see(house: House) -> None:
    await persist(house, RESET, DEADLINE + timedelta(hours=1))
    failed = await house.failures()
    assert [(row["purpose"][:10], row["error"]) for row in failed] == [("reminder:0", "NetworkError")]


async def test_failed_reminder_says_nothing_after_a_later_one(house: House) -> None:
    """The first one is still being tried when the second is due and goes through."""
    house.messenger.misfortunes.append(Misfortune(error=RetryAfter(400_000)))
    await house.until(DUE, None)
    await house.until(local("2026-03-17", 16))
    assert [kind for kind, _ in house.messenger.kinds()] == ["reminder 1", "reminder 0"]


async def test_expiry_is_tried_for_days(house: House) -> None:
    house.clock.set(DEADLINE + timedelta(hours=1))
    await house.ends()
    await persist(house, RESET, DEADLINE + timedelta(days=3))
    house.messenger.misfortunes.clear()
    await house.until(DEADLINE + timedelta(days=4))
    assert [kind for kind, _ in house.messenger.kinds()] == ["expired"]


async def test_expiry_is_given_up_in_the_end(house: House) -> None:
    house.clock.set(DEADLINE + timedelta(hours=1))
    await house.ends()
    await persist(house, RESET, DEADLINE + timedelta(days=60))
    assert len(house.messenger.asked) == MAX_TRIES
    assert [row["purpose"] for row in await house.failures()] == ["expired"]
