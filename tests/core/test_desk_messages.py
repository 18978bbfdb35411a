"""A message of the desk waits for an owner who has blocked the bot, and its SMS is no reminder."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.desk import MessageEmpty, MessageTooLong
from core.errors.identity import PersonalNumberInText
from core.notifications import queue as notification_queue
from core.notifications import sms_reminders
from core.notifications.desk_messages import DeskMessage, send, sent_to, validate_text
from core.notifications.queue import MESSAGE_WAITS, NotificationState, lease, mark_failed, mark_reachable
from core.ports import Tx
from tests.core.tools import build, registered
from tests.engines import open_test_store

CHAT = 5001


@pytest.fixture
async def core(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Core]:
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock)
        account = await store.run(registered, core, 1)
        message = DeskMessage(chat_id=CHAT, subject=account.subject, office="粤K", text="请带发票")
        await store.run(send, message, "chat:1")
        yield core


def is_shut_out(tx: Tx) -> None:
    """Let the chat refuse the message, as the sender does."""
    (leased,) = lease(tx, "w", 10)
    notification_queue.mark_unreachable(tx, CHAT, "Forbidden")
    mark_failed(tx, leased, "w", "Forbidden")
    sms_reminders.plan_instead(tx, leased)


async def states(core: Core) -> list[tuple[NotificationState, NotificationState | None]]:
    return [(one.state, one.sms) for one in await core.store.read(sent_to, CHAT, 5)]


async def test_it_is_sent_again_when_the_owner_is_back(core: Core) -> None:
    await core.store.run(is_shut_out)
    assert await states(core) == [(NotificationState.FAILED, NotificationState.WAITING)]
    await core.store.run(mark_reachable, CHAT)
    assert (await states(core))[0][0] == NotificationState.WAITING


async def test_it_does_not_wait_for_ever(core: Core, clock: FixedClock) -> None:
    await core.store.run(is_shut_out)
    clock.advance(MESSAGE_WAITS + timedelta(minutes=1))
    await core.store.run(mark_reachable, CHAT)
    assert (await states(core))[0][0] == NotificationState.FAILED


def test_text_is_checked() -> None:
    assert validate_text("  请来电 0668-2881234 \n\n") == "请来电 0668-2881234"
    with pytest.raises(MessageEmpty):
        validate_text(" \n ")
    with pytest.raises(MessageTooLong):
        validate_text("长" * 501)
    with pytest.raises(PersonalNumberInText):
        validate_text("请致电 13800138000")
