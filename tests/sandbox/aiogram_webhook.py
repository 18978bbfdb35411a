"""A bot of aiogram behind a webhook, in a module of its own: importing aiogram takes seconds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
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


def bot_of(sandbox: Sandbox) -> Bot:
    """Return a bot that calls a sandbox."""
    server = TelegramAPIServer(
        base=f"{sandbox.base_url}{{token}}/{{method}}", file=f"{sandbox.base_file_url}{{token}}/{{path}}"
    )
    return Bot(sandbox.token, session=AiohttpSession(api=server))


@asynccontextmanager
async def hooked(bot: Bot) -> AsyncIterator[None]:
    """Receive the bot's updates by a webhook."""
    application = web.Application()
    handler = SimpleRequestHandler(_dispatcher(), bot, handle_in_background=False, secret_token="s3cret")
    handler.register(application, "/hook")
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="s3cret")
    yield
    await bot.delete_webhook()
    await runner.cleanup()
