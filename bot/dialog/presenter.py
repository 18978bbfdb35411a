"""Shows a screen in Telegram: one live message per chat, edited in place where possible.

A press on the live message edits it. After typed input, or when the kind of message changes, the next
screen is sent as a new message and the old one loses its buttons. Edits are idempotent, sends are not.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from telegram import (
    InlineKeyboardMarkup,
    InputFile,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.constants import MessageLimit, ParseMode
from telegram.error import BadRequest, Forbidden

from bot.bot_api.client import Messenger
from bot.bot_api.parking import parked
from bot.bot_api.rate_limits import COSMETIC
from bot.dialog.cosmetics import Cosmetics
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.record import Record, Shown
from bot.dialog.rehearsal import run_on_rehearsal_thread
from bot.dialog.result import StepResult
from bot.dialog.view import Lifetime, MessageKind, View
from bot.i18n.formatting import clipped, plain, units
from bot.pictures.picture import Picture
from bot.pictures.worker import render_on_thread

_TOAST = 200
_PROTECTED = "protected:"
_PASSING = "passing:"
_GONE = ("message to edit not found", "message can't be edited", "there is no", "message_id_invalid")


class Presenter:
    """Sends and edits the live message."""

    def __init__(
        self,
        bot: Messenger,
        codec: CallbackCodec,
        keyboard_gone: Callable[[], str],
        cosmetics: Cosmetics | None = None,
    ) -> None:
        self._bot = bot
        self._cosmetics = cosmetics or Cosmetics()
        self._codec = codec
        self._keyboard_gone = keyboard_gone

    async def show(self, result: StepResult, *, in_place: bool) -> Shown | None:
        """Show a screen; return the live message, None if the user has blocked the bot.

        Args:
            result: the step's result.
            in_place: whether the live message may be edited, as no message came after it.
        """
        try:
            if _overflows(result.view, _note_to_edit(result) if in_place else result.note):
                # Note and screen together exceed one message: the note is sent first, on its own.
                said = clipped(result.note, MessageLimit.MAX_TEXT_LENGTH)
                await self._bot.send_message(result.record.chat_id, said, parse_mode=ParseMode.HTML)
                result, in_place = replace(result, note=""), False
            if in_place and (shown := await self._edit(result)):
                return shown
            return await self._send(result)
        except Forbidden:  # blocked or deactivated: the state is kept
            return None

    def answer(self, query_id: str, text: str, *, alert: bool) -> None:
        """Answer a callback query, without waiting for the outcome."""
        toast = text if len(text) <= _TOAST else text[: _TOAST - 1] + "…"
        self._cosmetics.tidy(
            lambda: self._bot.answer_callback_query(
                query_id, text=toast or None, show_alert=alert, rate_limit_args=COSMETIC
            )
        )

    def strip(self, chat_id: int, message_id: int) -> None:
        """Remove the buttons of a message that is no longer the live one, without waiting for the outcome."""
        self._cosmetics.tidy(
            lambda: self._bot.edit_message_reply_markup(
                chat_id, message_id, reply_markup=None, rate_limit_args=COSMETIC
            )
        )

    def _delete(self, chat_id: int, message_id: int) -> None:
        """Delete a protected message: its content must not stay in the chat."""
        self._cosmetics.delete(lambda: self._bot.delete_message(chat_id, message_id))

    def _markup(self, record: Record, view: View) -> InlineKeyboardMarkup | None:
        return self._codec_of(record).markup(record.chat_id, record.screen, record.revision, view.rows)

    def _codec_of(self, record: Record) -> CallbackCodec:
        saved = record.rehearsal
        if saved:
            return self._codec.for_rehearsal(record.chat_id, saved.number)
        return self._codec.for_conversation(record.begun_at)

    async def _edit(self, result: StepResult) -> Shown | None:
        """Edit the live message; None if it cannot be turned into the new view."""
        record, view = result.record, result.view
        if record.message_id is None or record.message_kind != _kind_of(view) or view.contact:
            return None
        if _is_protected(record) != view.protected:  # an edit cannot change protection
            return None
        try:
            text = _fitted(view, _worded(view, _note_to_edit(result)))
            await self._edit_to(record, record.message_id, view, text)
        except BadRequest as error:
            reason = error.message.lower()
            if "message is not modified" not in reason:
                if any(known in reason for known in _GONE):
                    return None
                raise
        return _shown(record.message_id, view)

    async def _edit_to(self, record: Record, message_id: int, view: View, text: str) -> None:
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
        await self._bot.edit(method, parameters)

    async def _send(self, result: StepResult) -> Shown:
        record, view = result.record, result.view
        if record.message_id is not None and not view.contact and record.message_kind == MessageKind.KEYBOARD:
            await self._bot.send_message(
                record.chat_id, self._keyboard_gone(), reply_markup=ReplyKeyboardRemove()
            )
        message = await self._send_new(record, view, _fitted(view, _worded(view, result.note)))
        if record.message_id is not None and record.message_kind != MessageKind.KEYBOARD:
            clear = self._delete if _is_protected(record) or record.picture == _PASSING else self.strip
            clear(record.chat_id, record.message_id)
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
    if getattr(picture, "is_light", False):
        return picture.render()
    return await render_on_thread(picture)


def _kind_of(view: View) -> MessageKind:
    if view.contact:
        return MessageKind.KEYBOARD
    return MessageKind.PHOTO if view.picture else MessageKind.TEXT


def _key(view: View) -> str | None:
    """Return the stored key of a view's picture, which includes what becomes of the message."""
    if view.picture is None and view.protected:
        return _PROTECTED
    if view.picture is None:
        return _PASSING if view.lifetime is Lifetime.PASSING else None
    return f"{_PROTECTED}{view.picture.key}" if view.protected else view.picture.key


def _is_protected(record: Record) -> bool:
    return (record.picture or "").startswith(_PROTECTED)


def _shown(message_id: int, view: View) -> Shown:
    return Shown(message_id=message_id, kind=_kind_of(view), picture=_key(view))


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
