"""Files to and from the messenger: fetching what was attached, sending what was asked for."""

import asyncio

from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.dialog.effects import SendFile
from bot.dialog.events import Attachment, Received
from bot.errors.attachments import AttachmentNotFetched, AttachmentTooLarge
from bot.i18n.language import in_same_language
from bot.texts.owner import files as texts
from core.bootstrap import Core


class Files:
    """Fetches and sends files.

    Args:
        core: the services.
        bot: the messenger.
    """

    def __init__(self, core: Core, bot: ExtBot[str]) -> None:
        self._core = core
        self._bot = bot

    async def fetch(self, attachment: Attachment, most_bytes: int) -> Received:
        """Return an attachment.

        Raises:
            AttachmentTooLarge: it is larger than ``most_bytes``, or than the messenger hands out.
            AttachmentNotFetched: the messenger does not give it now.
        """
        if attachment.size is not None and attachment.size > most_bytes:
            raise AttachmentTooLarge(most_bytes)
        try:
            file = await self._bot.get_file(attachment.file_id)
            if file.file_size is not None and file.file_size > most_bytes:
                raise AttachmentTooLarge(most_bytes)
            content = bytes(await file.download_as_bytearray())
        except BadRequest as error:
            if "too big" in error.message.lower():
                raise AttachmentTooLarge(most_bytes) from None
            raise AttachmentNotFetched from None
        except TelegramError:
            raise AttachmentNotFetched from None
        if len(content) > most_bytes:
            raise AttachmentTooLarge(most_bytes)
        return Received(
            file_id=attachment.file_id,
            content=content,
            name=attachment.name,
            mime=attachment.mime,
            is_photo=attachment.is_photo,
        )

    async def send(self, chat_id: int, wanted: SendFile) -> None:
        """Make a file from a snapshot of the database and send it; say so where it cannot be sent.

        All of it in the language that is spoken where this is called.
        """
        read = in_same_language(wanted.read)  # the threads of the store know of no language
        try:
            content = await asyncio.to_thread(wanted.make, await self._core.store.read(read))
            await self._bot.send_document(
                chat_id,
                content,
                filename=wanted.name,
                caption=wanted.caption or None,
                parse_mode=ParseMode.HTML,
            )
        except Exception:
            await self._bot.send_message(chat_id, texts.NOT_SENT())
            raise
