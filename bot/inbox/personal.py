"""Which messages are deleted from a chat although no handler ever sees them: dropped ones and dead letters.

A handler decides by the screen for which something was sent (``bot/dialog/privacy.py``). Here nothing of that
is known, so whatever may be personal is deleted.
"""

from collections.abc import Mapping

from bot.inbox.model import RawUpdate
from core.values.personal_numbers import holds_personal_data

_BROUGHT = ("contact", "photo", "document", "video", "video_note", "voice", "audio")
"""What may be, show or tell what is in somebody's papers."""


def personal_message(raw: RawUpdate) -> int | None:
    """Return the id of the message of an update that may hold personal data; None if it holds none.

    Only new and edited messages of private chats count: in other chats the bot deletes nothing.
    """
    for kind in ("message", "edited_message"):
        message = raw.get(kind)
        if isinstance(message, Mapping) and _is_in_private(message) and _may_be_personal(message):
            message_id = message.get("message_id")
            return message_id if isinstance(message_id, int) else None
    return None


def _is_in_private(message: RawUpdate) -> bool:
    chat = message.get("chat")
    return isinstance(chat, Mapping) and chat.get("type") == "private"


def _may_be_personal(message: RawUpdate) -> bool:
    if any(message.get(brought) for brought in _BROUGHT):
        return True
    texts = (message.get("text"), message.get("caption"))
    return any(isinstance(text, str) and holds_personal_data(text) for text in texts)
