"""An echo with a button, with aiogram: ``python aiogram_bot.py BASE_URL TOKEN``."""

import asyncio
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

BUTTON = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="Once more", callback_data="more")]]
)
dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    await message.answer(message.text or "", reply_markup=BUTTON)


@dispatcher.callback_query()
async def pressed(query: CallbackQuery) -> None:
    await query.answer("Pressed")
    await query.message.edit_text("You pressed it")  # type: ignore[union-attr]


base_url, token = sys.argv[1:]
server = TelegramAPIServer(
    base=f"{base_url}{{token}}/{{method}}", file=f"{base_url.removesuffix('bot')}file/bot{{token}}/{{path}}"
)
asyncio.run(dispatcher.start_polling(Bot(token, session=AiohttpSession(api=server))))
