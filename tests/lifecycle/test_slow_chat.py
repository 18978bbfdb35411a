"""Chats for which notifications wait hold up nobody else's."""

import asyncio
from typing import cast

import pytest

from bot.bot_api.parking import parked
from bot.notifications import sender
from tests.lifecycle.harness import Harness, Messenger, chat_of, local

MORNING, LAST_MORNING = local("2026-03-16", 8), local("2026-03-17", 8)


class Slow(Messenger):
    """Some chats are refused: the rate limiter waits for the end of the pause, parked."""

    slow: frozenset[int]
    resumed: asyncio.Event

    async def _send(self, chat_id: int, words: str) -> None:
        if chat_id in self.slow:
            async with parked():
                await self.resumed.wait()
        await super()._send(chat_id, words)


def _told(harness: Harness) -> set[int]:
    return {told.chat_id for told in harness.messenger.told}


async def _due(harness: Harness, owners: int, slow: int) -> Slow:
    """Let the reminders of owners become due, of whom the first ones are slow."""
    await harness.reserve(*range(1, owners + 1))
    messenger = Slow(harness.clock)
    messenger.slow = frozenset(chat_of(number) for number in range(1, slow + 1))
    messenger.resumed = asyncio.Event()
    harness.messenger = messenger
    harness.sender = harness.new_sender("one")
    harness.messenger = cast("Slow", harness.sender._bot)
    harness.clock.set(MORNING)
    return messenger


@pytest.mark.parametrize("slow", [1, 30])
async def test_reminders_of_others_come_at_once(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, slow: int
) -> None:
    """A chat in a pause of a minute, and fifty others; and more refused chats than are sent to at a time."""
    monkeypatch.setattr(sender, "BUNDLE_SECONDS", 0.01)
    monkeypatch.setattr(sender, "_LOOK_AGAIN", 0.01)
    messenger = await _due(harness, owners=50 + slow, slow=slow)
    sending = asyncio.create_task(harness.sender.send_due())
    others = {chat_of(number) for number in range(slow + 1, slow + 51)}
    async with asyncio.timeout(5):
        while not others <= _told(harness):  # noqa: ASYNC110 - a test looks again
            await asyncio.sleep(0.01)
    assert not sending.done()
    assert not _told(harness) & messenger.slow

    harness.messenger.told.clear()
    harness.clock.set(LAST_MORNING)  # what becomes due meanwhile comes as well
    async with asyncio.timeout(5):
        while not others <= _told(harness):  # noqa: ASYNC110 - a test looks again
            await asyncio.sleep(0.01)

    messenger.resumed.set()
    await asyncio.wait_for(sending, 5)
    assert _told(harness) == others | messenger.slow
