"""Inline keyboards: rows, pages, and the signed callback data of buttons.

Callback data holds screen, revision, action and argument, bound to its chat, in at most 64 bytes:

    screen:revision:action:argument:tag

The tag is a MAC over the rest, the chat and the time at which the conversation began. A button of another
chat, a forged one, or one from before the owner deleted their data is therefore never accepted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.dialog.names import ACTION_NAMES, ActionName
from bot.dialog.view import Button, Rows
from core.security.vault import Vault

T = TypeVar("T")

MOST_BYTES = 64
Key = dict[str, Any]
"""A button as the Bot API has it."""
GLOBAL_SCREEN = "~"
"""The screen's place in the data of a button outside the conversation: it has no revision, and only leads
somewhere, so that it lives as long as its message."""
_TAG = 8
_PARTS = 5


def in_columns(buttons: Iterable[Button], columns: int) -> tuple[tuple[Button, ...], ...]:
    """Arrange buttons in rows of ``columns``."""
    flat = tuple(buttons)
    return tuple(flat[start : start + columns] for start in range(0, len(flat), columns))


def page_of(things: Sequence[T], page: int, size: int) -> tuple[list[T], list[Button]]:
    """Return the items of a page, and the buttons to the previous and next page."""
    last = max(0, (len(things) - 1) // size)
    page = min(max(page, 0), last)
    turns = []
    if page:
        turns.append(Button(label="‹", action=ActionName.PAGE, arg=str(page - 1)))
    if page < last:
        turns.append(Button(label="›", action=ActionName.PAGE, arg=str(page + 1)))
    return list(things[page * size : (page + 1) * size]), turns


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackData:
    """Decoded callback data."""

    screen: str  # as received; may be a name from an older version of the program
    revision: int
    action: ActionName | None  # None: unknown, from an older version
    arg: str


class CallbackCodec:
    """Encodes and decodes callback data."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def for_conversation(self, begun_at: int) -> "CallbackCodec":
        """Return the codec of a chat's conversation; ``begun_at`` in epoch milliseconds, 0 if unknown."""
        return _ConversationCodec(self._vault, begun_at) if begun_at else self

    def for_rehearsal(self, chat_id: int, number: int) -> "CallbackCodec":
        """Return the codec of a chat's rehearsal; it rejects the buttons of all other conversations."""
        return _RehearsalCodec(self._vault, f"{chat_id}:rehearsal {number}")

    def write(self, chat_id: int, screen: str, revision: int, button: Button) -> str:
        """Return the callback data of a button.

        Raises:
            ValueError: it would exceed the Bot API's limit of 64 bytes.
        """
        place = f"{GLOBAL_SCREEN}:0" if button.global_ else f"{screen}:{revision}"
        body = f"{place}:{button.action or ''}:{button.arg}"
        tag = self._sign(f"{chat_id}:{body}") if button.global_ else self._tag(chat_id, body)
        data = f"{body}:{tag}"
        if len(data.encode()) > MOST_BYTES:
            raise ValueError(f"the button {screen}:{button.action} carries too much")
        return data

    def global_keyboard(self, chat_id: int, rows: Rows) -> InlineKeyboardMarkup | None:
        """Return the keyboard of a message outside the conversation: a notice, a card."""
        return self.markup(chat_id, GLOBAL_SCREEN, 0, rows)

    def read(self, chat_id: int, data: str) -> CallbackData | None:
        """Decode callback data; None if it does not belong to this chat's conversation."""
        body, _, tag = data.rpartition(":")
        parts = body.split(":", _PARTS - 2)
        if len(parts) != _PARTS - 1 or tag != self._tag(chat_id, body) or not parts[1].isdigit():
            return None
        action = ACTION_NAMES.get(parts[2])
        return CallbackData(screen=parts[0], revision=int(parts[1]), action=action, arg=parts[3])

    def markup(self, chat_id: int, screen: str, revision: int, rows: Rows) -> InlineKeyboardMarkup | None:
        """Return a keyboard as a PTB object, None if there are no buttons."""
        if not rows:
            return None
        keys = self.keys(chat_id, screen, revision, rows)
        return InlineKeyboardMarkup([[InlineKeyboardButton(**key) for key in row] for row in keys])

    def keys(self, chat_id: int, screen: str, revision: int, rows: Rows) -> list[list[Key]]:
        return [[self._key(chat_id, screen, revision, button) for button in row] for row in rows]

    def _key(self, chat_id: int, screen: str, revision: int, button: Button) -> Key:
        key: Key = {"text": button.label}
        if button.url:
            key["url"] = button.url
        else:
            key["callback_data"] = self.write(chat_id, screen, revision, button)
        if button.style:
            key["style"] = button.style.value
        return key

    def _tag(self, chat_id: int, body: str) -> str:
        return self._sign(f"{chat_id}:{body}")

    def _sign(self, value: str) -> str:
        return self._vault.sign("button", value, length=_TAG)


class _ConversationCodec(CallbackCodec):
    """Binds buttons to one conversation of a chat, and global buttons to the chat alone."""

    def __init__(self, vault: Vault, begun_at: int) -> None:
        super().__init__(vault)
        self._begun_at = begun_at

    def _tag(self, chat_id: int, body: str) -> str:
        if body.startswith(f"{GLOBAL_SCREEN}:"):
            return super()._tag(chat_id, body)
        return self._sign(f"{chat_id}:conversation {self._begun_at}:{body}")


class _RehearsalCodec(CallbackCodec):
    """Binds buttons to one rehearsal instead of a chat: inside rehearsals all chats have the same id."""

    def __init__(self, vault: Vault, bound: str) -> None:
        super().__init__(vault)
        self._bound = bound

    def for_conversation(self, begun_at: int) -> CallbackCodec:
        """Return itself: the rehearsal's number already identifies its conversation."""
        del begun_at
        return self

    def _tag(self, chat_id: int, body: str) -> str:
        del chat_id
        return self._sign(f"{self._bound}:{body}")
