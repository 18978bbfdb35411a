"""A bot of aiogram by webhook: it parses every response with models of its own, and uploads by forms."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from sandbox import Sandbox
from tests.person import Person
from tests.sandbox.conftest import OWNER
from tests.sandbox.test_ptb import picture

if TYPE_CHECKING:
    from aiogram import Bot


@pytest.fixture
async def bot(sandbox: Sandbox) -> "AsyncIterator[Bot]":
    """The bot; aiogram takes seconds to import, and only the process that runs these tests needs it."""
    from tests.sandbox.aiogram_webhook import bot_of  # noqa: PLC0415

    async with bot_of(sandbox) as bot:
        yield bot


@pytest.fixture
async def hooked(bot: "Bot", sandbox: Sandbox) -> AsyncIterator[None]:
    """The bot receives updates; it breaks no contract."""
    from tests.sandbox import aiogram_webhook  # noqa: PLC0415 - see ``bot``

    async with aiogram_webhook.hooked(bot):
        yield
    assert list(sandbox.contract_violations) == []


async def test_a_text_message_becomes_a_photo_and_then_a_file(hooked: None, person: Person) -> None:
    await person.say("/start")
    first = await person.see("Home")
    await person.press("Picture")
    shown = await person.see("The picture")
    assert (shown.message_id, person.read_file(str(shown.photo))) == (first.message_id, picture("red"))
    await person.press("Table")
    shown = await person.see("The table")
    assert (shown.message_id, shown.photo) == (first.message_id, None)
    assert person.read_file(str(shown.document)) == b"a,b\n"


async def test_photos_and_files_come_back(hooked: None, person: Person) -> None:
    await person.send_photo(picture("navy"))
    await person.see("Back")
    await person.send_file(b"1;2\n", "names.csv")
    shown = await person.see("names.csv", fresh=True)
    assert person.read_file(str(shown.document)) == b"1;2\n"


async def test_a_contact_is_shared_by_its_button(hooked: None, person: Person) -> None:
    await person.say("share")
    await person.see("Please share")
    await person.press("Share")
    await person.see("Number +8613800000001")


async def test_a_call_in_the_answer_to_an_update_is_carried_out(hooked: None, person: Person) -> None:
    """aiogram answers with a form, as it may contain files."""
    await person.say("answer")
    await person.settled()
    assert person.read_file(str(person.last.document)) == b"a,b\n"


async def test_refusals_arrive_as_their_exceptions(bot: "Bot", sandbox: Sandbox, started: Person) -> None:
    from aiogram.exceptions import (  # noqa: PLC0415 - see ``bot``
        TelegramBadRequest,
        TelegramForbiddenError,
        TelegramRetryAfter,
    )

    sent = await bot.send_message(OWNER, "x")
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_text("x", chat_id=OWNER, message_id=sent.message_id)
    sandbox.faults.too_many("sendMessage", retry_after=7)
    with pytest.raises(TelegramRetryAfter) as limited:
        await bot.send_message(OWNER, "y")
    assert limited.value.retry_after == 7
    started.block()
    with pytest.raises(TelegramForbiddenError):
        await asyncio.wait_for(bot.send_message(OWNER, "y"), 5)
