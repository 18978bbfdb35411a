"""What is told once at most: a crash or a time-out leaves it uncertain, and never sends it again."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.bot_api.http import RequestNotSentError
from bot.notifications.sender import ONCE_AT_A_TIME
from core.notifications import broadcasts
from core.notifications import queue as notification_queue
from core.notifications.broadcasts import Audience, BroadcastFigures, BroadcastRequest
from core.notifications.subscriptions import Subscription, SubscriptionTopic, subscribe
from core.values.plates import PlateKind
from tests.lifecycle.house import OFFICE, House, Misfortune, local
from tests.person import as_typed

PEOPLE = 40


async def begins(house: House, people: int = PEOPLE) -> broadcasts.Broadcast:
    """Let many be told something, all of whose turns have come; only of that."""
    wish = Subscription(office=OFFICE, kind=PlateKind.SMALL, topic=SubscriptionTopic.COMPOSE)
    for chat in range(9000, 9000 + people):
        await house.store.run(subscribe, chat, wish)
    request = BroadcastRequest(
        office=OFFICE, audience=Audience.SUBSCRIBERS, text="窗口<搬迁>", chat_id=1001, actor="chat:1001"
    )
    one = await house.store.run(broadcasts.begin, request)
    house.clock.advance(timedelta(seconds=people))
    return one


def received(house: House) -> Counter[int]:
    return Counter(told.chat_id for told in house.messenger.told if "车管所通知" in told.words)


async def figures(house: House, broadcast: broadcasts.Broadcast) -> BroadcastFigures:
    return await house.store.run(broadcasts.figures, broadcast)


async def test_everybody_is_told_once_as_it_was_written(house: House) -> None:
    one = await begins(house)
    await house.sender.send_due()
    assert received(house) == dict.fromkeys(range(9000, 9000 + PEOPLE), 1)
    assert house.messenger.told[0].words == "📢 <b>粤K 车管所通知</b>\n\n窗口&lt;搬迁&gt;"
    assert await figures(house, one) == BroadcastFigures(sent=PEOPLE)


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
    house: House, error: TelegramError, *, delivered: bool, then: BroadcastFigures
) -> None:
    one = await begins(house, 1)
    house.messenger.misfortunes.append(Misfortune(error=error, delivered=delivered))
    await house.sender.send_due()
    house.clock.advance(timedelta(minutes=5))
    await house.sender.send_due()
    assert await figures(house, one) == then
    assert received(house)[9000] == delivered + then.sent


async def test_restart_tells_the_rest_and_nobody_twice(house: House) -> None:
    """A worker dies with its hands full: five messages are uncertain at most, all others arrive once."""
    one = await begins(house)
    gate, asked = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        asked.set()
        await gate.wait()

    house.messenger.hooks.extend(stand_still for _ in range(ONCE_AT_A_TIME))
    dying = asyncio.ensure_future(house.sender.send_due())
    await asked.wait()
    await asyncio.sleep(0.05)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    begun = house.sql("SELECT 1 FROM notice WHERE state = 'sending' AND parts_sent = 1")
    assert 1 <= len(begun) <= ONCE_AT_A_TIME
    successor = house.new_sender("two")
    await successor.take_over()
    house.messenger.hooks.clear()
    await successor.send_due()
    found = await figures(house, one)
    assert found == BroadcastFigures(sent=PEOPLE - len(begun), uncertain=len(begun))
    assert set(received(house).values()) == {1}
    assert sum(received(house).values()) == PEOPLE - len(begun)


async def test_control_told_again_is_told_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reminder does, which is rather told twice than missed, tells these twice."""
    monkeypatch.setattr(notification_queue, "ONCE", frozenset())
    await begins(house, 1)
    house.messenger.misfortunes.append(Misfortune(error=TimedOut(), delivered=True))
    await house.sender.send_due()
    house.clock.advance(timedelta(minutes=5))
    await house.sender.send_due()
    assert received(house)[9000] == 2


async def test_stopped_broadcast_goes_to_nobody_more(house: House) -> None:
    one = await begins(house)

    async def stops() -> None:
        await house.store.run(broadcasts.stop, one.broadcast_id, "chat:1002")

    house.messenger.hooks.append(stops)
    await house.sender.send_due()
    found = await figures(house, one)
    assert found.sent == sum(received(house).values()) <= ONCE_AT_A_TIME
    assert found.sent + found.unsent == PEOPLE
    assert await house.store.run(broadcasts.end_due) == 1
    await house.sender.send_due()
    (over,) = [told for told in house.messenger.told if told.chat_id == 1001]
    assert f"已送达 <b>{found.sent}</b>" in over.words
    assert f"未发送(已停止){found.unsent}" in as_typed(over.words)


async def test_reminder_is_not_held_up_by_a_broadcast(house: House) -> None:
    """One that falls due in the middle comes in its turn, not after everybody else."""
    await house.reserve(1)
    house.clock.set(local("2026-03-12", 8, 59, 58))
    wish = Subscription(office=OFFICE, kind=PlateKind.SMALL, topic=SubscriptionTopic.COMPOSE)
    for chat in range(9000, 9200):
        await house.store.run(subscribe, chat, wish)
    request = BroadcastRequest(
        office=OFFICE, audience=Audience.SUBSCRIBERS, text="x", chat_id=1001, actor="chat:1001"
    )
    await house.store.run(broadcasts.begin, request)
    for _ in range(20):
        house.clock.advance(timedelta(seconds=1))
        await house.sender.send_due()
    (reminded,) = [at for kind, at in house.messenger.kinds() if kind == "reminder 3"]
    assert reminded == local("2026-03-12", 9)
    assert sum(received(house).values()) == 200
