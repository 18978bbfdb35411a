"""Shows a screen in Telegram: one live message per chat, edited in place where possible.

A press on the live message edits it. After typed input, or when the kind of message changes, the next
screen is sent as a new message; what becomes of the old one is in ``bot.dialog.tidying``. Edits are
idempotent, sends are not.
"""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

from telegram import InlineKeyboardMarkup, InputFile, KeyboardButton, Message, ReplyKeyboardMarkup
from telegram.constants import MessageLimit, ParseMode
from telegram.error import BadRequest, Forbidden

from bot.bot_api.client import Messenger
from bot.bot_api.parking import parked
from bot.bot_api.rate_limits import OPTIONAL
from bot.dialog.asides import Aside, Asides
from bot.dialog.cosmetics import Cosmetics
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.record import Record, Shown, is_protected, picture_key
from bot.dialog.rehearsal import run_on_rehearsal_thread
from bot.dialog.result import StepResult
from bot.dialog.tidying import Tidying
from bot.dialog.view import Lifetime, MessageKind, View
from bot.i18n.formatting import clipped, plain, units
from bot.pictures.picture import Picture
from bot.pictures.worker import render_on_thread

_TOAST = 200
_GONE = ("message to edit not found", "message can't be edited", "there is no", "message_id_invalid")


class Presenter:
    """Sends and edits the live message.

    Attributes:
        tidying: deals with what is no longer the live message.
        asides: sends answers beside the live message.
    """

    def __init__(self, bot: Messenger, codec: CallbackCodec, cosmetics: Cosmetics) -> None:
        self._bot = bot
        self._codec = codec
        self.tidying = Tidying(bot, cosmetics)
        self.asides = Asides(bot, cosmetics)

    async def show(self, result: StepResult, *, in_place: bool, is_optional: bool = False) -> Shown | None:
        """Show a screen; return the live message, None if the user has blocked the bot.

        Args:
            result: the step's result.
            in_place: whether the new screen takes the place of the live message, which was pressed or has
                changed by itself; otherwise it follows what the user has sent.
            is_optional: whether an edit may be left out when the chat has no allowance to spare.

        Raises:
            NoAllowanceError: it was left out.
        """
        replaces = in_place
        if result.view.contact:
            self.tidying.keep_keyboard(result.record.chat_id)
        try:
            if _overflows(result.view, _note_to_edit(result) if in_place else result.note):
                # Note and screen together exceed one message: the note is sent first, on its own.
                said = clipped(result.note, MessageLimit.MAX_TEXT_LENGTH)
                await self._bot.send_message(result.record.chat_id, said, parse_mode=ParseMode.HTML)
                result, in_place = replace(result, note=""), False
            if in_place and (shown := await self._edit(result, OPTIONAL if is_optional else None)):
                return shown
            shown = await self._send(result)
        except Forbidden:  # blocked or deactivated: the state is kept
            return None
        self.tidying.leave(result.record, replaced=replaces, keyboard_stays=bool(result.view.contact))
        return shown

    async def answer(self, result: StepResult, *, reply_to: int | None, aside: Aside) -> None:
        """Send a note by itself; the live message stays as it is, and a reply keyboard is shown again.

        Args:
            result: the step's result.
            reply_to: the message that is answered; None if it is being deleted.
            aside: whether the answer stays.
        """
        keyboard = _reply_keyboard(result.view) if result.view.contact else None
        chat_id = result.record.chat_id
        await self.asides.send(chat_id, result.note, reply_to=reply_to, aside=aside, keyboard=keyboard)

    def _markup(self, record: Record, view: View) -> InlineKeyboardMarkup | None:
        return self._codec_of(record).markup(record.chat_id, record.screen, record.revision, view.rows)

    def _codec_of(self, record: Record) -> CallbackCodec:
        saved = record.rehearsal
        if saved:
            return self._codec.for_rehearsal(record.chat_id, saved.number)
        return self._codec.for_conversation(record.begun_at)

    async def _edit(self, result: StepResult, lane: str | None) -> Shown | None:
        """Edit the live message; None if it cannot be turned into the new view."""
        record, view = result.record, result.view
        if record.message_id is None or record.message_kind != _kind_of(view) or view.contact:
            return None
        if is_protected(record) != view.protected:  # an edit cannot change protection
            return None
        if record.lifetime == Lifetime.LASTING != view.lifetime:
            return None
        try:
            text = _fitted(view, _worded(view, _note_to_edit(result)))
            await self._bot.edit(*await self._edit_call(record, record.message_id, view, text), lane)
        except BadRequest as error:
            reason = error.message.lower()
            if "message is not modified" not in reason:
                if any(known in reason for known in _GONE):
                    return None
                raise
        return _shown(record.message_id, view)

    async def _edit_call(
        self, record: Record, message_id: int, view: View, text: str
    ) -> tuple[str, dict[str, Any]]:
        """Return the method and the parameters that turn the live message into a view."""
        parameters: dict[str, Any] = {"chat_id": record.chat_id, "message_id": message_id}
        if view.rows:
            keys = self._codec_of(record).keys(record.chat_id, record.screen, record.revision, view.rows)
            parameters["reply_markup"] = {"inline_keyboard": keys}
        if view.picture is None:
            method = "editMessageText"
            parameters |= {"text": text, "parse_mode": ParseMode.HTML}
        elif _key(view) == record.picture:
            method = "editMessageCaption"
            parameters |= {"caption": text, "parse_mode": ParseMode.HTML}
        else:
            method = "editMessageMedia"
            file = await _rendered(record, view.picture)
            said = {"caption": text, "parse_mode": ParseMode.HTML}
            parameters["media"] = {"type": "photo", "media": "attach://picture", **said}
            parameters["picture"] = InputFile(file, filename=_name_of(file))
        return method, parameters

    async def _send(self, result: StepResult) -> Shown:
        record, view = result.record, result.view
        message = await self._send_new(record, view, _fitted(view, _worded(view, result.note)))
        return _shown(message.message_id, view)

    def _send_new(self, record: Record, view: View, text: str) -> Awaitable[Message]:
        if view.picture is not None:
            return self._send_picture(record, view, text)
        markup = _reply_keyboard(view) if view.contact else self._markup(record, view)
        return self._bot.send_message(
            record.chat_id,
            text,
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            protect_content=view.protected or None,
        )

    async def _send_picture(self, record: Record, view: View, text: str) -> Message:
        if view.picture is None:
            raise ValueError("there is no picture to send")
        file = await _rendered(record, view.picture)
        return await self._bot.send_photo(
            record.chat_id,
            file,
            caption=text,
            parse_mode=ParseMode.HTML,
            reply_markup=self._markup(record, view),
            filename=_name_of(file),
            protect_content=view.protected or None,
        )


def _overflows(view: View, note: str) -> bool:
    """Whether a note makes the message exceed Telegram's limit, in UTF-16 units without markup."""
    return bool(note) and units(plain(_worded(view, note))) > _most(view)


def _fitted(view: View, text: str) -> str:
    """Clip a text to the message limit: a message that is rejected would block its chat."""
    return clipped(text, _most(view))


def _most(view: View) -> int:
    return MessageLimit.CAPTION_LENGTH if view.picture else MessageLimit.MAX_TEXT_LENGTH


async def _rendered(record: Record, picture: Picture) -> bytes:
    """Render a picture; pictures of rehearsals use the rehearsal thread, not the common render thread."""
    if record.rehearsal is not None:
        async with parked():
            return await run_on_rehearsal_thread(picture.render)
    return await render_on_thread(picture)


def _kind_of(view: View) -> MessageKind:
    if view.contact:
        return MessageKind.KEYBOARD
    return MessageKind.PHOTO if view.picture else MessageKind.TEXT


def _key(view: View) -> str | None:
    if view.picture is None and not view.protected:
        return None
    return picture_key(view.picture.key if view.picture else "", protected=view.protected)


def _shown(message_id: int, view: View) -> Shown:
    return Shown(
        message_id=message_id,
        kind=_kind_of(view),
        picture=_key(view),
        has_buttons=bool(view.rows),
        lifetime=view.lifetime,
    )


def _name_of(file: bytes) -> str:
    return "xuanhao.jpg" if file.startswith(b"\xff\xd8") else "xuanhao.png"


def _note_to_edit(result: StepResult) -> str:
    """Return the note to include in an edited message: a sticky one, or one too long for a toast."""
    return result.note if result.sticky or len(result.note) > _TOAST else ""


def _worded(view: View, note: str) -> str:
    return f"{note}\n\n{view.text}" if note else view.text


def _reply_keyboard(view: View) -> ReplyKeyboardMarkup:
    rows = [[KeyboardButton(view.contact or "", request_contact=True)]]
    rows += [[KeyboardButton(label)] for label in view.replies]
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)
