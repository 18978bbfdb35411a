"""The values of the receipt: an update as it is handed to a handler, and as it lies in the inbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

NO_CHAT = 0
"""Chat id of updates that belong to no chat."""

Raw = Mapping[str, Any]
"""One update as the messenger's server wrote it, parsed from JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One update on its way to a handler."""

    update_id: int
    chat_id: int  # NO_CHAT when it belongs to none
    received_at: datetime  # aware; when it was written down: a press counts by this moment
    raw: Raw = field(repr=False)  # what people typed is in here: never logged
    repeated: bool  # it may have been handled before, wholly or in part


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An update that was set aside, as admins are told of it: without its contents."""

    update_id: int
    chat_id: int
    received_at: datetime  # aware
    tries: int
    error: str  # the name of a class, never what it says
    applied: bool = False  # its effect was had; only the reply is not out


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An update about to be written down."""

    update_id: int
    chat_id: int
    body: bytes  # the JSON, encrypted


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An update that waits in memory for its turn; the truth is its row in the inbox."""

    update_id: int
    chat_id: int
    received_at: datetime  # aware
    repeated: bool
    tries: int = 0  # how often it has failed, or has been taken over
    raw: Raw | None = field(default=None, repr=False)  # as it has just come, or …
    body: bytes | None = field(default=None, repr=False)  # … as it lay in the inbox, encrypted


def chat_of(raw: Raw) -> int:
    """Return the chat to whose order an update belongs.

    That is the chat of the message, of the message a pressed button hangs on, or else the person who
    did something outside of a chat. NO_CHAT when there is none of these.
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


def _id(value: object) -> int | None:
    """Return the id of a chat or person, or None when this is neither."""
    found = value.get("id") if isinstance(value, Mapping) else None
    return found if isinstance(found, int) else None
