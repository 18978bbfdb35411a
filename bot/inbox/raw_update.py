"""What the inbox reads in an update as Telegram sent it: its id, its chat, and whether it brings a file."""

from collections.abc import Mapping

from bot.inbox.model import NO_CHAT, RawUpdate

BEFORE_ALL = -1
AFTER_ALL = 2**62
"""Ids that no update has, below and above all others."""


def is_storable(update: object) -> bool:
    """Return whether something is an update with an id that the table can hold."""
    if not isinstance(update, dict) or type(update_id := update.get("update_id")) is not int:
        return False
    return BEFORE_ALL < update_id < AFTER_ALL


def chat_of(raw: RawUpdate) -> int:
    """Return the chat within which an update keeps its order.

    This is the chat of the message, the chat of the message under which a button was pressed, or else
    the user who did something outside of a chat. NO_CHAT when there is none of these.
    """
    for payload in raw.values():
        if not isinstance(payload, Mapping):
            continue
        message = payload.get("message")
        places = (payload, message) if isinstance(message, Mapping) else (payload,)
        for place in places:
            if (chat := _id(place.get("chat"))) is not None:
                return chat
        for key in ("from", "user"):
            if (person := _id(payload.get(key))) is not None:
                return person
    return NO_CHAT


def has_file(raw: RawUpdate) -> bool:
    """Return whether an update brings a file, which is parsed by libraries that may end the process."""
    message = raw.get("message")
    return isinstance(message, Mapping) and ("document" in message or "photo" in message)


def _id(value: object) -> int | None:
    """Return the id of a chat or user object; None when the value is neither."""
    found = value.get("id") if isinstance(value, Mapping) else None
    return found if isinstance(found, int) else None
