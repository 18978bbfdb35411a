"""The values of the inbox: updates as they are sent, queued, stored and loaded, and dead letters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

NO_CHAT = 0
"""Chat id of updates that belong to no chat."""

RawUpdate = Mapping[str, Any]
"""One update as Telegram sent it, parsed from JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedUpdate:
    """One update that waits for its turn or is being handled; the source of truth is its row in the inbox.

    ``decode`` returns what Telegram sent. A new update is still in memory; one that was loaded from the
    inbox is decrypted only now, so a body that cannot be read fails this update and no other. It contains
    what people typed: never log it.
    """

    update_id: int
    chat_id: int  # NO_CHAT when it belongs to none
    received_at: datetime  # aware; when it was stored: a press counts by this moment
    decode: Callable[[], dict[str, Any]] = field(repr=False)  # raises UnreadableUpdateError
    repeated: bool = False  # it may have been handled before, completely or in part
    tries: int = 0  # failed attempts
    is_risky: bool = False  # a process may die over it: its attempts are recorded before they begin
    crashes: int = 0  # attempts that never ended: processes that have died over it, as far as is known


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An update that could not be handled, without its body: for the report to the admins."""

    update_id: int
    chat_id: int
    received_at: datetime  # aware
    tries: int
    error: str  # class name only: the message may quote what a user typed
    applied: bool = False  # it has taken effect, and only its reply could not be sent
    personal_message: int | None = None  # the message to delete, as it may hold personal data


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The new updates of a batch."""

    updates: tuple[QueuedUpdate, ...]  # to be handled by this worker, in order
    unfinished: Mapping[int, frozenset[int]] = field(default_factory=dict)  # before it, by chat
    handed: Mapping[str, frozenset[int]] = field(default_factory=dict)  # to other workers: their chats
    dropped: frozenset[int] = frozenset()  # updates that were dropped, now or when they came before
    dead: tuple[DeadLetter, ...] = ()  # new updates that cannot be stored


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPage:
    """The first updates of one chat."""

    updates: tuple[QueuedUpdate, ...]  # in order
    has_more: bool  # this worker holds further updates of the chat
    is_behind: bool  # they come after an update that another worker holds
