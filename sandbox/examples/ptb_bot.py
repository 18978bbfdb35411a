"""An echo with a button, with python-telegram-bot: ``python ptb_bot.py BASE_URL TOKEN``."""

import sys

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, ContextTypes, MessageHandler, filters

BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("Once more", callback_data="more")]])


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.effective_message.reply_text(update.effective_message.text, reply_markup=BUTTON)  # type: ignore[union-attr, arg-type]


async def pressed(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.callback_query.answer("Pressed")  # type: ignore[union-attr]
    await update.callback_query.edit_message_text("You pressed it")  # type: ignore[union-attr]


base_url, token = sys.argv[1:]
application = ApplicationBuilder().token(token).base_url(base_url).build()
application.add_handler(MessageHandler(filters.TEXT, echo))
application.add_handler(CallbackQueryHandler(pressed))
application.run_polling()
