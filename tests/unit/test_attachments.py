"""Attachments are fetched and read a few at a time, so that memory does not grow with their number."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bot.dialog import engine
from bot.dialog.engine import Engine
from bot.dialog.events import Attachment, Received
from bot.dialog.names import ScreenName
from bot.dialog.result import AttachmentTarget
from bot.dialog.screen import AttachmentHandler, stay
from bot.i18n.language import Language, spoken


class Messenger:
    """Delivers attachments, and counts how many are held at the same time."""

    def __init__(self) -> None:
        self.in_hand = self.most = 0

    async def fetch(self, attachment: Attachment, _most_bytes: int) -> Received:
        self.in_hand += 1
        self.most = max(self.most, self.in_hand)
        await asyncio.sleep(0.01)
        return Received(
            file_id=attachment.file_id, content=b"1", name="", mime="image/jpeg", is_photo=attachment.is_photo
        )


async def test_few_attachments_are_in_hand_at_a_time() -> None:
    messenger = Messenger()
    handlers: Any = SimpleNamespace(fetch=messenger.fetch)
    nothing: Any = None
    reader = Engine(nothing, nothing, nothing, handlers)

    def read(_core: object, received: Received) -> tuple[str, Language]:
        messenger.in_hand -= 1
        return received.file_id, spoken()

    handler = AttachmentHandler(most_bytes=10, parse=read, apply=lambda _ctx, _value: stay())
    target = AttachmentTarget(screen=ScreenName.VIN, handler=handler, language=Language.ENGLISH)
    names = [str(number) for number in range(40)]
    found = await asyncio.gather(
        *(reader._read(1, Attachment(file_id=name, is_photo=True), target) for name in names)
    )
    assert found == [(name, Language.ENGLISH) for name in names]
    assert messenger.most == 4


@pytest.mark.parametrize(("takes", "said"), [(0.0, []), (0.3, [(7, "wait")])])
async def test_sender_of_a_long_file_hears_that_it_has_come(
    monkeypatch: pytest.MonkeyPatch, takes: float, said: list[tuple[int, str]]
) -> None:
    monkeypatch.setattr(engine, "_A_MOMENT", 0.1)
    heard: list[tuple[int, str]] = []

    async def say(chat_id: int, words: str) -> None:
        heard.append((chat_id, words))

    async def fetch(_sent: Attachment, _most_bytes: int) -> Received:
        await asyncio.sleep(takes)
        return Received(file_id="x", content=b"1", name="", mime="text/csv", is_photo=False)

    handlers: Any = SimpleNamespace(fetch=fetch, say=say)
    nothing: Any = None
    handler = AttachmentHandler(
        most_bytes=10,
        parse=lambda _core, received: received.content,
        apply=lambda _ctx, _value: stay(),
        waiting=lambda: "wait",
    )
    target = AttachmentTarget(screen=ScreenName.DESK_VEHICLES, handler=handler, language=Language.CHINESE)
    sent = Attachment(file_id="x", is_photo=False)
    assert await Engine(nothing, nothing, nothing, handlers)._read(7, sent, target) == b"1"
    assert said == heard
