"""Sends the public journal with its checker, and checks it for steps that need the outcome."""

import asyncio
import gzip
import hashlib
import logging
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

from telegram import InputFile
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.bot_api.client import Messenger
from bot.dialog.effects import SendJournal
from bot.dialog.languages import language_of
from bot.i18n.language import speaking
from bot.public_journal.checks import CheckNeeded, Checks, PoolCheck
from bot.public_journal.files import JournalFile, JournalFiles
from bot.texts.owner import checking as texts
from bot.texts.owner import files as file_texts
from bot.texts.owner import journal_files as journal_texts
from core.bootstrap import Core
from core.clock import CHINA
from core.public_journal import checker

CHECKER_NAME = "xuanhao_verify.py"
_PLAIN_UP_TO = 5_000_000  # bytes; a larger file is compressed
_MOST_BYTES = 49_000_000
"""The Bot API takes 50 MB from a bot."""
_A_MOMENT = 2.0
"""Seconds after which it is said that a check is under way."""
_MOST_SENT = 64
"""Files whose ids are remembered, so that they are not uploaded again."""
_LOGGER = logging.getLogger(__name__)


class Journals:
    """Sends and checks the public journal.

    Args:
        core: the services.
        bot: the Bot API client.
    """

    def __init__(self, core: Core, bot: Messenger) -> None:
        self._core = core
        self._bot = bot
        self._files = JournalFiles(core.store)
        self.checks = Checks(self._files)
        self._sent: OrderedDict[str, str] = OrderedDict()  # ids of files, by digest of their contents

    def close(self) -> None:
        """Delete the temporary files."""
        self._files.close()

    async def send(self, chat_id: int, wanted: SendJournal) -> None:
        """Send an office's journal and the checker; tell the user if that fails.

        Everything is said in the language that is active in the caller.
        """
        try:
            async with self._files.file(wanted.office) as file:
                day = f"{file.heads.at.astimezone(CHINA):%Y-%m-%d}"
                name, content = await asyncio.to_thread(
                    _sendable, file, f"xuanhao-journal-{wanted.office}-{day}.jsonl"
                )
                if len(content) > _MOST_BYTES:
                    await self._bot.send_message(
                        chat_id, journal_texts.too_large(wanted.office, len(content))
                    )
                    return
                caption = journal_texts.journal_caption(file.heads, name, CHECKER_NAME)
                await self._send(chat_id, name, content, caption)
            program = await asyncio.to_thread(Path(checker.__file__).read_bytes)
            digest = hashlib.sha256(program).hexdigest()
            await self._send(chat_id, CHECKER_NAME, program, journal_texts.checker_caption(digest))
        except Exception:
            await self._bot.send_message(chat_id, file_texts.NOT_SENT())
            raise

    async def check(self, needed: CheckNeeded) -> PoolCheck:
        """Check a pool; say so in the chat if it takes longer than a moment."""
        checking = asyncio.ensure_future(self.checks.check(needed.wanted))
        try:
            done, _ = await asyncio.wait({checking}, timeout=_A_MOMENT)
            said = None if done else await self._say_checking(needed.chat_id)
            outcome = await checking
        except asyncio.CancelledError:
            checking.cancel()
            raise
        if said is not None:
            with suppress(TelegramError):
                await self._bot.delete_message(needed.chat_id, said)
        return outcome

    async def _say_checking(self, chat_id: int) -> int | None:
        with suppress(TelegramError), speaking(await self._core.store.read(language_of, chat_id)):
            return (
                await self._bot.send_message(chat_id, texts.CHECKING(), disable_notification=True)
            ).message_id
        return None

    async def _send(self, chat_id: int, name: str, content: bytes, caption: str) -> None:
        key = hashlib.sha256(name.encode() + b"\0" + content).hexdigest()
        known = self._sent.get(key)
        if known is not None:
            try:
                await self._document(chat_id, known, caption)
            except TelegramError as error:
                _LOGGER.info("a file is uploaded again: %s", type(error).__name__)
            else:
                return
        sent = await self._document(chat_id, InputFile(content, filename=name), caption)
        if sent is not None:
            self._sent[key] = sent
            while len(self._sent) > _MOST_SENT:
                self._sent.popitem(last=False)

    async def _document(self, chat_id: int, file: InputFile | str, caption: str) -> str | None:
        message = await self._bot.send_document(chat_id, file, caption=caption, parse_mode=ParseMode.HTML)
        return message.document.file_id if message.document is not None else None


def _sendable(file: JournalFile, name: str) -> tuple[str, bytes]:
    """Return the name and the contents to be sent, compressed if they are large."""
    content = file.path.read_bytes()
    if len(content) <= _PLAIN_UP_TO:
        return name, content
    return f"{name}.gz", gzip.compress(content, mtime=0)
