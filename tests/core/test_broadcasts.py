"""Broadcasts: audience, one at a time, and stopping before the end; on each engine."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from core.bootstrap import Core
from core.clock import FixedClock, from_millis
from core.errors.base import Refusal
from core.errors.broadcasts import (
    BroadcastRunning,
    BroadcastTextEmpty,
    BroadcastTextLong,
    BroadcastTimeWrong,
    NobodyToTell,
)
from core.errors.desk import HandledMeanwhile, NothingKnown
from core.errors.identity import ControlCharacterInText
from core.notifications import broadcasts
from core.notifications import queue as notification_queue
from core.notifications.broadcasts import (
    ALL_OFFICES,
    MAX_AHEAD,
    MAX_TEXT,
    PACE,
    Audience,
    Broadcast,
    BroadcastFigures,
    BroadcastRequest,
    BroadcastState,
    validate_text,
)
from core.notifications.subscriptions import Subscription, SubscriptionTopic, subscribe
from core.ports import Tx
from core.values.plates import PlateKind
from tests.core.interceptor import Interceptor, meeting
from tests.core.sql import sql
from tests.core.test_race import parties, together
from tests.core.tools import agreed, registered, release, reserved

CODE = "粤K"


def order(audience: Audience = Audience.REGISTERED, chat_id: int = 1001) -> BroadcastRequest:
    return BroadcastRequest(
        office=CODE, audience=audience, text="窗口搬迁", chat_id=chat_id, actor=f"chat:{chat_id}"
    )


async def told(core: Core, broadcast: Broadcast) -> list[int]:
    rows = await core.store.read(sql, f"SELECT chat_id FROM notice WHERE subject = '{broadcast.subject}'")  # noqa: S608
    return sorted(row["chat_id"] for row in rows)


async def subscribes(core: Core, *chats: int) -> None:
    wish = Subscription(office=CODE, kind=PlateKind.SMALL, topic=SubscriptionTopic.RELEASE)
    for chat in chats:
        await core.store.run(subscribe, chat, wish)


# --- the text -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("窗口搬迁", "窗口搬迁"),
        ("  一,\r\n\r\n 二  \n", "一,\n\n二"),
        ("<b>&", "<b>&"),
        ("x" * MAX_TEXT, "x" * MAX_TEXT),
    ],
)
def test_text_is_kept_as_it_was_written(written: str, text: str) -> None:
    assert validate_text(written) == text


@pytest.mark.parametrize("written", ["", " \n\t", "\u200b\u200d"])
def test_text_of_nothing_is_refused(written: str) -> None:
    with pytest.raises(BroadcastTextEmpty):
        validate_text(written)


@pytest.mark.parametrize("written", ["a\x00b\x07c", "\x00", "甲\u202e乙"])
def test_text_with_a_control_character_is_refused(written: str) -> None:
    with pytest.raises(ControlCharacterInText):
        validate_text(written)


def test_long_text_is_refused_with_its_length() -> None:
    with pytest.raises(BroadcastTextLong) as refused:
        validate_text("字" * (MAX_TEXT + 1))
    assert (refused.value.limit, refused.value.found) == (1000, 1001)


# --- the audience ---------------------------------------------------------------------------


async def test_each_audience_is_told_and_nobody_else(core: Core) -> None:
    await core.store.run(release, core, "A####")
    for number in (1, 2):
        await core.store.run(registered, core, number)
    begun = await core.store.run(registered, core, 3)
    await core.store.run(agreed, core, begun, 3)
    await core.store.run(reserved, core, 4, "A0004")
    await subscribes(core, 5001, 9001)
    await core.store.run(sql, "UPDATE account SET office = '粤A' WHERE chat_id = 5002")
    expected = {
        Audience.REGISTERED: [5001, 5003, 5004],
        Audience.UNDERWAY: [5003, 5004],
        Audience.SUBSCRIBERS: [5001, 9001],
    }
    for audience, chats in expected.items():
        assert await core.store.read(broadcasts.reach, CODE, audience) == len(chats)
        one = await core.store.run(broadcasts.begin, order(audience))
        assert (one.total, await told(core, one)) == (len(chats), chats)
        await core.store.run(broadcasts.stop, one.broadcast_id, "chat:1001")
        await core.store.run(broadcasts.end_due)


async def test_who_mutes_is_left_out_unless_a_number_waits(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(registered, core, 1)
    await core.store.run(reserved, core, 2, "A0002")
    for chat in (5001, 5002):
        await core.store.run(broadcasts.mute, chat, CODE)
    assert await core.store.read(broadcasts.is_muted, 5001, CODE)
    one = await core.store.run(broadcasts.begin, order())
    assert await told(core, one) == [5002]
    await core.store.run(broadcasts.unmute, 5001, CODE)
    assert await core.store.read(broadcasts.reach, CODE, Audience.REGISTERED) == 2


async def test_all_offices_are_told_once_each(core: Core, clock: FixedClock) -> None:
    await core.store.run(registered, core, 1)
    await core.store.run(registered, core, 2)
    await core.store.run(sql, "UPDATE account SET office = '粤A' WHERE chat_id = 5002")
    await subscribes(core, 5001, 9001)
    other = Subscription(office="粤A", kind=PlateKind.SMALL, topic=SubscriptionTopic.RELEASE)
    await core.store.run(subscribe, 9001, other)
    for audience, chats in ((Audience.REGISTERED, [5001, 5002]), (Audience.SUBSCRIBERS, [5001, 9001])):
        assert await core.store.read(broadcasts.reach, ALL_OFFICES, audience) == len(chats)
        everywhere = replace(order(audience), office=ALL_OFFICES)
        one = await core.store.run(broadcasts.begin, everywhere)
        assert (one.total, await told(core, one)) == (len(chats), chats)
        await core.store.run(broadcasts.begin, order(audience))  # that of an office is another one
        with pytest.raises(BroadcastRunning):
            await core.store.run(broadcasts.begin, everywhere)
        for running in await core.store.read(broadcasts.history, [], everywhere=True, skip=0, limit=2):
            await core.store.run(broadcasts.stop, running.broadcast.broadcast_id, "chat:1001")
        await core.store.run(broadcasts.end_due)
    history = await core.store.read(broadcasts.history, [CODE], everywhere=False, skip=0, limit=9)
    assert [one.broadcast.office for one in history] == [CODE, CODE]
    assert len(await core.store.read(broadcasts.history, [], everywhere=True, skip=1, limit=9)) == 3


async def test_time_of_a_broadcast_is_near_and_to_come(core: Core, clock: FixedClock) -> None:
    await subscribes(core, 9001)
    wanted = order(Audience.SUBSCRIBERS)
    for wrong in (clock.now(), clock.now() + MAX_AHEAD + timedelta(seconds=1)):
        with pytest.raises(BroadcastTimeWrong):
            await core.store.run(broadcasts.begin, replace(wanted, at=wrong))
    assert await core.store.read(sql, "SELECT 1 FROM broadcast") == []
    at = clock.now() + timedelta(hours=2)
    one = await core.store.run(broadcasts.begin, replace(wanted, at=at))
    assert (one.begun_at, one.is_scheduled(clock.now()), one.is_scheduled(at)) == (at, True, False)
    assert await core.store.run(notification_queue.lease, "worker", 9) == []
    clock.advance(timedelta(hours=2, seconds=1))
    assert [found.chat_id for found in await core.store.run(notification_queue.lease, "worker", 9)] == [9001]


async def test_audience_of_nobody_begins_nothing(core: Core) -> None:
    with pytest.raises(NobodyToTell):
        await core.store.run(broadcasts.begin, order())
    assert await core.store.read(sql, "SELECT 1 FROM broadcast") == []


async def test_turns_come_at_an_even_pace(core: Core, clock: FixedClock) -> None:
    await subscribes(core, *range(9000, 9010))
    await core.store.run(broadcasts.begin, order(Audience.SUBSCRIBERS))
    rows = await core.store.read(sql, "SELECT due_at FROM notice ORDER BY due_at")
    assert [from_millis(row["due_at"]) - clock.now() for row in rows] == [PACE * n for n in range(1, 11)]


# --- one at a time --------------------------------------------------------------------------


async def test_one_of_two_broadcasts_of_an_office_begins(core: Core, engine: str) -> None:
    await subscribes(core, 9001, 9002)
    meet = meeting("broadcasts.add", parties(engine))

    def begin(tx: Tx, chat_id: int) -> Broadcast:
        return broadcasts.begin(Interceptor(tx, before=meet), order(Audience.SUBSCRIBERS, chat_id))

    outcomes = await together(*(core.store.run(begin, chat) for chat in (1001, 1002)))
    assert Counter(type(outcome) for outcome in outcomes) == {Broadcast: 1, BroadcastRunning: 1}
    assert len(await core.store.read(sql, "SELECT 1 FROM notice WHERE purpose = 'broadcast'")) == 2


async def test_one_of_two_admins_stops_it(core: Core, engine: str) -> None:
    await subscribes(core, 9001)
    one = await core.store.run(broadcasts.begin, order(Audience.SUBSCRIBERS))
    meet = meeting("broadcasts.stop", parties(engine))

    def stop(tx: Tx, actor: str) -> Broadcast:
        return broadcasts.stop(Interceptor(tx, before=meet), one.broadcast_id, actor)

    outcomes = await together(*(core.store.run(stop, f"chat:{chat}") for chat in (1001, 1002)))
    assert Counter(type(outcome) for outcome in outcomes) == {Broadcast: 1, HandledMeanwhile: 1}
    (lost,) = [outcome for outcome in outcomes if isinstance(outcome, HandledMeanwhile)]
    assert lost.action == "stopped_broadcast"
    assert lost.by in {"chat:1001", "chat:1002"}


# --- its end --------------------------------------------------------------------------------


async def test_end_is_told_once_with_all_figures(core: Core, clock: FixedClock) -> None:
    await subscribes(core, *range(9000, 9006))
    one = await core.store.run(broadcasts.begin, order(Audience.SUBSCRIBERS))
    clock.advance(timedelta(seconds=1))
    claimed = await core.store.run(notification_queue.lease, "worker", 4)
    await core.store.run(notification_queue.mark_sent, claimed[0], "worker")
    await core.store.run(notification_queue.mark_failed, claimed[1], "worker", "Forbidden")
    await core.store.run(notification_queue.mark_failed, claimed[2], "worker", notification_queue.UNCERTAIN)
    await core.store.run(broadcasts.stop, one.broadcast_id, "chat:1001")
    await core.store.run(broadcasts.end_due)
    assert not (await core.store.read(broadcasts.get, one.broadcast_id)).is_over  # one is claimed by a worker
    await core.store.run(notification_queue.mark_failed, claimed[3], "worker", "BadRequest")
    assert await core.store.read(broadcasts.is_pending)
    await asyncio.gather(*(core.store.run(broadcasts.end_due) for _ in range(2)))
    assert len(await core.store.read(sql, "SELECT 1 FROM audit WHERE action = 'ended_broadcast'")) == 1
    ended = await core.store.read(broadcasts.get, one.broadcast_id)
    assert (ended.state, ended.is_over) == (BroadcastState.STOPPED, True)
    figures = await core.store.read(broadcasts.figures, ended)
    assert figures == BroadcastFigures(sent=1, blocked=1, uncertain=1, failed=1, unsent=2)
    over = await core.store.read(sql, "SELECT chat_id FROM notice WHERE purpose = 'broadcast_over'")
    assert [row["chat_id"] for row in over] == [1001]
    with pytest.raises(Refusal):
        await core.store.run(broadcasts.stop, one.broadcast_id, "chat:1001")


async def test_unknown_broadcast_is_nothing(core: Core) -> None:
    with pytest.raises(NothingKnown):
        await core.store.read(broadcasts.get, 99)
