"""A bot of aiogram by webhook: it parses every response with models of its own, and uploads by forms."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.filters import CommandStart
from aiogram.methods import SendDocument
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from sandbox import Sandbox
from tests.person import Person
from tests.sandbox.conftest import OWNER
from tests.sandbox.test_ptb import picture

HOME = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="Picture", callback_data="picture"),
            InlineKeyboardButton(text="Table", callback_data="table"),
        ]
    ]
)
SHARE = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Share", request_contact=True)]])


def _dispatcher() -> Dispatcher:
    dispatcher = Dispatcher()

    @dispatcher.message(CommandStart())
    async def start(message: Message) -> None:
        await message.answer("<b>Home</b>", parse_mode="HTML", reply_markup=HOME)

    @dispatcher.message(F.photo)
    async def got_photo(message: Message, bot: Bot) -> None:
        data = await bot.download(message.photo[-1])  # type: ignore[index]
        assert data is not None
        await message.answer_photo(
            BufferedInputFile(data.read(), "back.jpg"), caption="Back", reply_markup=HOME
        )

    @dispatcher.message(F.document)
    async def got_document(message: Message) -> None:
        await message.answer_document(message.document.file_id, caption=message.document.file_name)  # type: ignore[union-attr]

    @dispatcher.message(F.contact)
    async def got_contact(message: Message) -> None:
        await message.answer(f"Number {message.contact.phone_number}")  # type: ignore[union-attr]

    @dispatcher.message(F.text == "answer")
    async def in_the_answer(message: Message) -> SendDocument:
        return SendDocument(chat_id=message.chat.id, document=BufferedInputFile(b"a,b\n", "here.csv"))

    @dispatcher.message(F.text == "share")
    async def ask(message: Message) -> None:
        await message.answer("Please share", reply_markup=SHARE)

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        await query.answer()
        file = BufferedInputFile(picture("red") if query.data == "picture" else b"a,b\n", f"{query.data}.csv")
        kind = InputMediaPhoto if query.data == "picture" else InputMediaDocument
        await query.message.edit_media(kind(media=file, caption=f"The {query.data}"), reply_markup=HOME)  # type: ignore[union-attr]

    return dispatcher


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    server = TelegramAPIServer(
        base=f"{sandbox.base_url}{{token}}/{{method}}", file=f"{sandbox.base_file_url}{{token}}/{{path}}"
    )
    async with Bot(sandbox.token, session=AiohttpSession(api=server)) as bot:
        yield bot


@pytest.fixture
async def hooked(bot: Bot, sandbox: Sandbox) -> AsyncIterator[Bot]:
    """The bot, with its webhook; it breaks no contract."""
    application = web.Application()
    handler = SimpleRequestHandler(_dispatcher(), bot, handle_in_background=False, secret_token="s3cret")
    handler.register(application, "/hook")
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="s3cret")
    yield bot
    await bot.delete_webhook()
    await runner.cleanup()
    assert list(sandbox.contract_violations) == []


async def test_a_text_message_becomes_a_photo_and_then_a_file(hooked: Bot, person: Person) -> None:
    await person.say("/start")
    first = await person.see("Home")
    await person.press("Picture")
    shown = await person.see("The picture")
    assert (shown.message_id, person.read_file(str(shown.photo))) == (first.message_id, picture("red"))
    await person.press("Table")
    shown = await person.see("The table")
    assert (shown.message_id, shown.photo) == (first.message_id, None)
    assert person.read_file(str(shown.document)) == b"a,b\n"


async def test_photos_and_files_come_back(hooked: Bot, person: Person) -> None:
    await person.send_photo(picture("navy"))
    await person.see("Back")
    await person.send_file(b"1;2\n", "names.csv")
    shown = await person.see("names.csv", fresh=True)
    assert person.read_file(str(shown.document)) == b"1;2\n"


async def test_a_contact_is_shared_by_its_button(hooked: Bot, person: Person) -> None:
    await person.say("share")
    await person.see("Please share")
    await person.press("Share")
    await person.see("Number +8613800000001")


async def test_a_call_in_the_answer_to_an_update_is_carried_out(hooked: Bot, person: Person) -> None:
    """aiogram answers with a form, as it may contain files."""
    await person.say("answer")
    await person.settled()
    assert person.read_file(str(person.last.document)) == b"a,b\n"


async def test_refusals_arrive_as_their_exceptions(bot: Bot, sandbox: Sandbox, started: Person) -> None:
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
