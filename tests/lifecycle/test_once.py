"""Messages sent at most once: after a crash or a time-out they are uncertain, and never sent again."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.bot_api.errors import RequestNotSentError
from bot.notifications.sender import ONCE_AT_A_TIME
from core.notifications import broadcasts
from core.notifications import queue as notification_queue
from core.notifications.broadcasts import Audience, BroadcastFigures, BroadcastRequest
from core.notifications.subscriptions import Subscription, SubscriptionTopic, subscribe
from core.values.plates import PlateKind
from tests.lifecycle.harness import OFFICE, Fault, Harness, local
from tests.person import as_typed

PEOPLE = 40


async def begins(harness: Harness, people: int = PEOPLE) -> broadcasts.Broadcast:
    """Start a broadcast to many, all due now, with nothing else due."""
    wish = Subscription(office=OFFICE, kind=PlateKind.SMALL, topic=SubscriptionTopic.COMPOSE)
    for chat in range(9000, 9000 + people):
        await harness.store.run(subscribe, chat, wish)
    request = BroadcastRequest(
        office=OFFICE, audience=Audience.SUBSCRIBERS, text="窗口<搬迁>", chat_id=1001, actor="chat:1001"
    )
    one = await harness.store.run(broadcasts.begin, request)
    harness.clock.advance(timedelta(seconds=people))
    return one


def received(harness: Harness) -> Counter[int]:
    return Counter(told.chat_id for told in harness.messenger.told if "车管所通知" in told.words)


async def figures(harness: Harness, broadcast: broadcasts.Broadcast) -> BroadcastFigures:
    return await harness.store.run(broadcasts.figures, broadcast)


async def test_everybody_is_told_once_as_it_was_written(harness: Harness) -> None:
    one = await begins(harness)
    await harness.sender.send_due()
    assert received(harness) == dict.fromkeys(range(9000, 9000 + PEOPLE), 1)
    assert harness.messenger.told[0].words == "📢 <b>粤K 车管所通知</b>\n\n窗口&lt;搬迁&gt;"
    assert await figures(harness, one) == BroadcastFigures(sent=PEOPLE)


@pytest.mark.parametrize(
    ("error", "delivered", "then"),
    [
        (TimedOut(), True, BroadcastFigures(uncertain=1)),
        (TimedOut(), False, BroadcastFigures(uncertain=1)),
        (NetworkError("Connection reset"), True, BroadcastFigures(uncertain=1)),
        (RequestNotSentError("no connection"), False, BroadcastFigures(sent=1)),
        (RetryAfter(5), False, BroadcastFigures(sent=1)),
        (Forbidden("Forbidden: bot was blocked by the user"), False, BroadcastFigures(blocked=1)),
        (BadRequest("Chat not found"), False, BroadcastFigures(blocked=1)),
        (BadRequest("message is too long"), False, BroadcastFigures(failed=1)),
    ],
)
async def test_only_what_cannot_have_arrived_is_sent_again(
    harness: Harness, error: TelegramError, *, delivered: bool, then: BroadcastFigures
) -> None:
    one = await begins(harness, 1)
    harness.messenger.faults.append(Fault(error=error, delivered=delivered))
    await harness.sender.send_due()
    harness.clock.advance(timedelta(minutes=5))
    await harness.sender.send_due()
    assert await figures(harness, one) == then
    assert received(harness)[9000] == delivered + then.sent


async def test_restart_tells_the_rest_and_nobody_twice(harness: Harness) -> None:
    """A worker dies while sending: at most five messages are uncertain, all others arrive once."""
    one = await begins(harness)
    gate, asked = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        asked.set()
        await gate.wait()

    harness.messenger.hooks.extend(stand_still for _ in range(ONCE_AT_A_TIME))
    dying = asyncio.ensure_future(harness.sender.send_due())
    await asked.wait()
    await asyncio.sleep(0.05)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    begun = harness.sql("SELECT 1 FROM notice WHERE state = 'sending' AND parts_sent = 1")
    assert 1 <= len(begun) <= ONCE_AT_A_TIME
    successor = harness.new_sender("two")
    await successor.take_over()
    harness.messenger.hooks.clear()
    await successor.send_due()
    found = await figures(harness, one)
    assert found == BroadcastFigures(sent=PEOPLE - len(begun), uncertain=len(begun))
    assert set(received(harness).values()) == {1}
    assert sum(received(harness).values()) == PEOPLE - len(begun)


async def test_control_told_again_is_told_twice(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy of reminders, where a duplicate is better than a gap, sends these twice."""
    monkeypatch.setattr(notification_queue, "ONCE", frozenset())
    await begins(harness, 1)
    harness.messenger.faults.append(Fault(error=TimedOut(), delivered=True))
    await harness.sender.send_due()
    harness.clock.advance(timedelta(minutes=5))
    await harness.sender.send_due()
    assert received(harness)[9000] == 2


async def test_stopped_broadcast_goes_to_nobody_more(harness: Harness) -> None:
    one = await begins(harness)

    async def stops() -> None:
        await harness.store.run(broadcasts.stop, one.broadcast_id, "chat:1002")

    harness.messenger.hooks.append(stops)
    await harness.sender.send_due()
    found = await figures(harness, one)
    assert found.sent == sum(received(harness).values()) <= ONCE_AT_A_TIME
    assert found.sent + found.unsent == PEOPLE
    await harness.store.run(broadcasts.end_due)
    await harness.sender.send_due()
    (over,) = [told for told in harness.messenger.told if told.chat_id == 1001]
    assert f"已送达 <b>{found.sent}</b>" in over.words
    assert f"未发送(已停止){found.unsent}" in as_typed(over.words)


async def test_reminder_is_not_held_up_by_a_broadcast(harness: Harness) -> None:
    """A reminder that falls due in the middle comes in its turn, not after everybody else."""
    await harness.reserve(1)
    harness.clock.set(local("2026-03-12", 8, 59, 58))
    wish = Subscription(office=OFFICE, kind=PlateKind.SMALL, topic=SubscriptionTopic.COMPOSE)
    for chat in range(9000, 9200):
        await harness.store.run(subscribe, chat, wish)
    request = BroadcastRequest(
        office=OFFICE, audience=Audience.SUBSCRIBERS, text="x", chat_id=1001, actor="chat:1001"
    )
    await harness.store.run(broadcasts.begin, request)
    for _ in range(20):
        harness.clock.advance(timedelta(seconds=1))
        await harness.sender.send_due()
    (reminded,) = [at for kind, at in harness.messenger.kinds() if kind == "reminder 3"]
    assert reminded == local("2026-03-12", 9)
    assert sum(received(harness).values()) == 200
