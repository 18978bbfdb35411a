"""The bots that benchmarks/steps.py compares, each in a process of its own.

The two peers run in environments of their own (``benchmarks/peers.py``): nothing of ours is imported there.
"""

import sys
from pathlib import Path

TOKEN = "700000001:AAsandbox0000000000000000000000000"


def ours(config: str) -> None:
    """Run xuanhao unmodified, except for the platform's rate limit per chat."""
    import uvloop  # noqa: PLC0415 - each process loads its own library alone

    from bot import app  # noqa: PLC0415 - the same
    from bot.wiring.options import UNHURRIED, Options  # noqa: PLC0415 - the same
    from core.settings import load_settings  # noqa: PLC0415 - the same

    settings = load_settings(Path(config), environ={})
    uvloop.run(app.run(settings, options=Options(limits=UNHURRIED)))


def undrawn(config: str) -> None:
    """Run xuanhao with one pre-rendered picture for all batches: the step without rendering."""
    # Each process loads its own library alone.
    from bot.pictures import batch  # noqa: PLC0415

    file = batch.batch_picture("粤K", "small", [f"A{number:04}" for number in range(10)], title="…")
    batch.batch_picture = lambda *_args, **_words: file
    batch.BatchPicture.is_frequent = False  # type: ignore[assignment,method-assign]  # else it is rendered elsewhere
    ours(config)


def ptb(base_url: str) -> None:
    """Echo with python-telegram-bot in its default configuration."""
    from telegram import Update  # noqa: PLC0415 - the same
    from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters  # noqa: PLC0415 - the same

    async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None:
            await update.message.reply_text(update.message.text or "")

    application = ApplicationBuilder().token(TOKEN).base_url(base_url).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


def aiogram(base_url: str) -> None:
    """Echo with aiogram, polling, on uvloop."""
    import uvloop  # noqa: PLC0415 - the same
    from aiogram import Bot, Dispatcher  # noqa: PLC0415 - the same
    from aiogram.client.session.aiohttp import AiohttpSession  # noqa: PLC0415 - the same
    from aiogram.client.telegram import TelegramAPIServer  # noqa: PLC0415 - the same
    from aiogram.types import Message  # noqa: PLC0415 - the same

    server = TelegramAPIServer(base=base_url + "{token}/{method}", file=base_url + "{token}/{path}")
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    async def main() -> None:
        await dispatcher.start_polling(Bot(TOKEN, session=AiohttpSession(api=server)))

    uvloop.run(main())


if __name__ == "__main__":
    {"ours": ours, "undrawn": undrawn, "ptb": ptb, "aiogram": aiogram}[sys.argv[1]](sys.argv[2])
