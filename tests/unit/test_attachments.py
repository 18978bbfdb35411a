"""Attachments are fetched and read a few at a time, in turn, and chats that send many wait behind others."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.bot_api import client
from bot.dialog import attachments, progress
from bot.dialog.attachments import LIMITS, AttachmentReader, QueueLimits, Turns
from bot.dialog.cosmetics import Cosmetics
from bot.dialog.events import Attachment, Received
from bot.dialog.names import ScreenName
from bot.dialog.progress import Progress
from bot.dialog.result import AttachmentTarget
from bot.dialog.screen import AttachmentHandler, ReadingQueue, stay
from bot.errors.attachments import AttachmentsBusy, AttachmentsTooFast
from bot.i18n.language import Language, spoken
from core.bootstrap import Core

NOTHING: Any = None
PHOTOS = LIMITS[ReadingQueue.PHOTOS]
FEW = QueueLimits(in_hand=1, parsing=1, waiting=3, per_chat=4)


class Messenger:
    """Delivers attachments, and counts how many are held, and parsed, at the same time."""

    def __init__(self) -> None:
        self.in_hand = self.most = self.parsed = self.most_parsed = 0
        self.said: list[tuple[int, str]] = []
        self.deleted: list[int] = []
        self.typing: list[int] = []

    async def fetch(self, attachment: Attachment, _most_bytes: int) -> Received:
        self.in_hand += 1
        self.most = max(self.most, self.in_hand)
        await asyncio.sleep(0.01)
        return Received(
            file_id=attachment.file_id, content=b"1", name="", mime="image/jpeg", is_photo=attachment.is_photo
        )

    async def read(self, _core: Core, received: Received) -> tuple[str, Language]:
        self.parsed += 1
        self.most_parsed = max(self.most_parsed, self.parsed)
        await asyncio.sleep(0.01)
        self.parsed -= 1
        self.in_hand -= 1
        return received.file_id, spoken()

    async def send_message(self, chat_id: int, words: str, **_: object) -> SimpleNamespace:
        self.said.append((chat_id, words))
        return SimpleNamespace(message_id=len(self.said))

    async def delete_message(self, _chat_id: int, message_id: int, **_: object) -> None:
        self.deleted.append(message_id)

    async def send_chat_action(self, chat_id: int, _action: str, **_: object) -> None:
        self.typing.append(chat_id)

    def reader(self) -> AttachmentReader:
        shown = Progress(cast("client.Messenger", self), Cosmetics())
        return AttachmentReader(NOTHING, self.fetch, shown)


def target_of(handler: AttachmentHandler) -> AttachmentTarget:
    return AttachmentTarget(screen=ScreenName.VIN, handler=handler, language=Language.ENGLISH)


async def test_few_attachments_are_in_hand_and_fewer_parsed_at_a_time() -> None:
    messenger = Messenger()
    reader = messenger.reader()
    target = target_of(
        AttachmentHandler(most_bytes=10, parse=messenger.read, apply=lambda _ctx, _value: stay())
    )
    chats = range(PHOTOS.in_hand + PHOTOS.waiting)
    found = await asyncio.gather(
        *(reader.read(chat, Attachment(file_id=str(chat), is_photo=True), target) for chat in chats)
    )
    assert found == [(str(chat), Language.ENGLISH) for chat in chats]
    assert (messenger.most, messenger.most_parsed) == (PHOTOS.in_hand, PHOTOS.parsing)


@pytest.mark.parametrize(("takes", "said"), [(0.0, []), (0.3, [(7, "wait")])])
@pytest.mark.parametrize("queue", ReadingQueue)
async def test_sender_sees_that_it_has_come_and_is_told_if_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, queue: ReadingQueue, takes: float, said: list[tuple[int, str]]
) -> None:
    """What is said of a photo is deleted once it has been read; a table's stays."""
    monkeypatch.setattr(progress, "A_MOMENT", 0.1)
    messenger = Messenger()

    async def read(_core: Core, received: Received) -> bytes:
        await asyncio.sleep(takes)
        return received.content

    handler = AttachmentHandler(
        most_bytes=10,
        parse=read,
        apply=lambda _ctx, _value: stay(),
        waiting=lambda: "wait",
        queue=queue,
    )
    sent = Attachment(file_id="x", is_photo=False)
    assert await messenger.reader().read(7, sent, target_of(handler)) == b"1"
    await asyncio.sleep(0.05)
    assert (messenger.said, messenger.typing) == (said, [7])
    assert messenger.deleted == ([1] if said and queue == ReadingQueue.PHOTOS else [])


# --- turns ----------------------------------------------------------------------------------


class Queue:
    """Chats that take turns; ``let`` ends the one that holds it."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.order: list[int] = []
        self.tasks: list[asyncio.Task[None]] = []
        self._ends: list[asyncio.Event] = []

    async def joins(self, *chats: int) -> None:
        for chat in chats:
            self.tasks.append(asyncio.create_task(self._take(chat)))
            await asyncio.sleep(0)

    async def let(self, count: int = 1) -> None:
        for _ in range(count):
            self._ends.pop(0).set()
            for _ in range(5):
                await asyncio.sleep(0)

    async def _take(self, chat: int) -> None:
        async with self.turns.turn(chat):
            self.order.append(chat)
            end = asyncio.Event()
            self._ends.append(end)
            await end.wait()


@contextmanager
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Let a test set the time that queues read."""
    now = [1000.0]
    with monkeypatch.context() as patch:
        patch.setattr(attachments, "_now", lambda: now[0])
        yield now


async def test_who_has_sent_little_comes_first() -> None:
    queue = Queue(Turns(FEW))
    await queue.joins(1, 1, 1, 2)
    await queue.let(4)
    assert queue.order == [1, 2, 1, 1]


async def test_full_queue_is_said_at_once_and_takes_others_later() -> None:
    queue = Queue(Turns(FEW))
    await queue.joins(1, 2, 3, 4, 5)
    with pytest.raises(AttachmentsBusy):
        await queue.tasks[-1]
    await queue.let(2)
    await queue.joins(5)
    await queue.let(3)
    assert queue.order == [1, 2, 3, 4, 5]


async def test_chat_that_sends_too_fast_is_told_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    with clock(monkeypatch) as now:
        turns = Turns(FEW)
        for _ in range(FEW.per_chat):
            async with turns.turn(1):
                now[0] += 5
        with pytest.raises(AttachmentsTooFast) as caught:
            async with turns.turn(1):
                pass
        assert caught.value.seconds == 40
        async with turns.turn(2):  # others are not concerned
            pass
        now[0] += 41
        async with turns.turn(1):
            pass


async def test_who_gives_up_leaves_the_place_to_the_next() -> None:
    queue = Queue(Turns(FEW))
    await queue.joins(1, 2, 3)
    queue.tasks[1].cancel()
    await queue.let()
    queue.tasks[2].cancel()
    await asyncio.gather(*queue.tasks, return_exceptions=True)
    await queue.joins(4)
    await queue.let(0)
    assert queue.order == [1, 3, 4]


async def test_turn_that_is_granted_to_one_who_has_just_given_up_is_passed_on() -> None:
    queue = Queue(Turns(FEW))
    await queue.joins(1, 2, 3)
    queue._ends.pop(0).set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the first has ended, and the second has the turn without knowing it
    queue.tasks[1].cancel()
    await asyncio.gather(queue.tasks[1], return_exceptions=True)
    await asyncio.sleep(0)
    assert queue.order[-1] == 3
    queue.tasks[2].cancel()


async def test_turn_ends_while_the_next_one_gives_up() -> None:
    queue = Queue(Turns(FEW))
    await queue.joins(1, 2, 3)
    queue._ends.pop(0).set()
    queue.tasks[1].cancel()  # its place is in the queue until it runs, after the first one
    await queue.tasks[0]
    await queue.let()
    assert queue.order == [1, 3]
    await queue.joins(4)
    assert queue.order == [1, 3, 4]
    queue.tasks[3].cancel()


async def test_chats_that_are_quiet_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    with clock(monkeypatch) as now:
        turns = Turns(FEW)
        for chat in range(1500):
            async with turns.turn(chat):
                now[0] += 0.5
        assert len(turns._recent) <= 1001
