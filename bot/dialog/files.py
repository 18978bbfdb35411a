"""File transfer with Telegram: downloads attachments, sends generated files."""

import asyncio

from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.bot_api.client import Messenger
from bot.bot_api.errors import DownloadTooLargeError
from bot.dialog.effects import Sendable, SendFile, SendPicture, SendVenue
from bot.dialog.events import Attachment, Received
from bot.errors.attachments import AttachmentNotFetched, AttachmentTooLarge
from bot.i18n.language import in_same_language
from bot.pictures.worker import render_on_thread
from bot.texts.owner import files as texts
from core.bootstrap import Core


class Files:
    """Downloads and sends files.

    Args:
        core: the services.
        bot: the Bot API client.
    """

    def __init__(self, core: Core, bot: Messenger) -> None:
        self._core = core
        self._bot = bot

    async def fetch(self, attachment: Attachment, most_bytes: int) -> Received:
        """Download an attachment.

        Raises:
            AttachmentTooLarge: it exceeds ``most_bytes``, or the Bot API's download limit.
            AttachmentNotFetched: the download failed.
        """
        if attachment.size is not None and attachment.size > most_bytes:
            raise AttachmentTooLarge(most_bytes)
        try:
            file = await self._bot.get_file(attachment.file_id)
            if file.file_size is not None and file.file_size > most_bytes:
                raise AttachmentTooLarge(most_bytes)
            content = await self._bot.download(file, most_bytes)
        except DownloadTooLargeError:
            raise AttachmentTooLarge(most_bytes) from None
        except BadRequest as error:
            if "too big" in error.message.lower():
                raise AttachmentTooLarge(most_bytes) from None
            raise AttachmentNotFetched from None
        except TelegramError:
            raise AttachmentNotFetched from None
        return Received(
            file_id=attachment.file_id,
            content=content,
            name=attachment.name,
            mime=attachment.mime,
            is_photo=attachment.is_photo,
        )

    async def send(self, chat_id: int, wanted: Sendable) -> None:
        """Send a file, a picture or a place as a message of its own; tell the user if that fails."""
        try:
            match wanted:
                case SendFile():
                    await self._send_file(chat_id, wanted)
                case SendPicture():
                    await self._send_picture(chat_id, wanted)
                case SendVenue():
                    await self._bot.send_venue(
                        chat_id, wanted.latitude, wanted.longitude, wanted.title, wanted.address
                    )
        except Exception:
            await self._bot.send_message(chat_id, texts.NOT_SENT())
            raise
        if isinstance(wanted, SendFile) and wanted.then is not None:
            await self.send(chat_id, wanted.then)

    async def _send_file(self, chat_id: int, wanted: SendFile) -> None:
        """Generate a file from a read-only snapshot, in the language that is active in the caller."""
        read = in_same_language(wanted.read)  # the store's threads have no active language
        content = await asyncio.to_thread(wanted.make, await self._core.store.read(read))
        await self._bot.send_document(
            chat_id,
            content,
            filename=wanted.name,
            caption=wanted.caption or None,
            parse_mode=ParseMode.HTML,
        )

    async def _send_picture(self, chat_id: int, wanted: SendPicture) -> None:
        await self._bot.send_photo(
            chat_id,
            await render_on_thread(wanted.picture),
            caption=wanted.caption or None,
            parse_mode=ParseMode.HTML,
            filename="xuanhao.png",
        )
