"""The ``dialog`` row that stores a conversation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.dialog.view import Lifetime, MessageKind
from bot.i18n.language import Language
from bot.inbox.workers import Share
from core.clock import from_millis, moment_or_none, to_millis
from core.ports import Row, Tx
from core.rehearsal import IDLE

_TRY_AGAIN = timedelta(seconds=1)
"""After which a redraw is tried again that the chat had no allowance for."""
_SHOWN_WITHIN = timedelta(seconds=30)
"""After which a redraw is made again that nobody has recorded as shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRehearsal:
    """A rehearsal as stored in the row of its conversation."""

    chat_id: int
    number: int  # id of the update that started it; its buttons are bound to it
    version: int  # how many times it was saved
    image: bytes = field(repr=False)  # its compressed database
    code: str | None = field(repr=False)  # the code shown as received by SMS
    shown_at: datetime | None  # when its current screen was delivered, if a timer runs from then
    used_at: datetime  # time of the last activity
    language: Language  # of the chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The state of a chat's conversation."""

    chat_id: int
    screen: str
    args: Mapping[str, object]
    revision: int
    turns: int  # how often it was opened
    begun_at: int  # milliseconds since the epoch; its buttons are bound to it
    message_id: int | None  # the live message
    message_kind: MessageKind | None
    picture: str | None  # key of its picture
    has_buttons: bool
    lifetime: Lifetime
    language: Language  # chosen by the user
    album: str = ""  # id of the last media group received
    is_unreachable: bool = False  # recorded as a chat that has blocked the bot, although it now writes
    album_told: bool = False  # the user was informed that only the first picture counts
    rehearsal: SavedRehearsal | None = (
        None  # if set, screen, arguments and revision are still those of the real conversation
    )


_PROTECTED = "protected:"


def picture_key(key: str, *, protected: bool) -> str:
    """Return the stored key of a picture, which includes whether its message is protected."""
    return f"{_PROTECTED}{key}" if protected else key


def is_protected(record: Record) -> bool:
    """Whether the live message is protected."""
    return (record.picture or "").startswith(_PROTECTED)


def open_record(tx: Tx, chat_id: int, first_screen: str) -> Record:
    """Return a chat's conversation, created if absent; locked until the transaction ends."""
    row = tx.one("dialog.open", chat_id=chat_id, screen=first_screen, now=to_millis(tx.now))
    if row is None:
        raise LookupError("a conversation that was just opened is gone")
    return replace(_record(row), is_unreachable=bool(row["is_unreachable"]))


def find_record(tx: Tx, chat_id: int) -> Record | None:
    """Return a chat's conversation, or None."""
    row = tx.one("dialog.get", chat_id=chat_id)
    return _record(row) if row else None


def _record(row: Row) -> Record:
    return Record(
        chat_id=row["chat_id"],
        screen=row["screen"],
        args=json.loads(row["args"]),
        revision=row["revision"],
        turns=row["turns"],
        begun_at=row["begun_at"],
        message_id=row["message_id"],
        message_kind=MessageKind(row["message_kind"]) if row["message_kind"] else None,
        picture=row["picture"],
        has_buttons=bool(row["has_buttons"]),
        lifetime=Lifetime(row["lifetime"]),
        language=Language(row["language"]),
        album=row["album"],
        album_told=bool(row["album_told"]),
        rehearsal=None if row["rehearsal"] is None else _saved(row),
    )


def _saved(row: Row) -> SavedRehearsal:
    return SavedRehearsal(
        chat_id=row["chat_id"],
        number=row["rehearsal"],
        version=row["rehearsal_version"],
        image=bytes(row["rehearsal_image"]),
        code=row["rehearsal_code"],
        shown_at=moment_or_none(row["rehearsal_shown_at"]),
        used_at=from_millis(row["rehearsed_at"]),
        language=Language(row["language"]),
    )


class AlbumPosition(Enum):
    """The position of a picture in an album."""

    FIRST = auto()  # or not part of an album
    SECOND = auto()
    FURTHER = auto()


def position_in_album(tx: Tx, record: Record, album: str, *, is_told: bool) -> AlbumPosition:
    """Return the position of the picture just received in its album, and record it.

    Args:
        tx: the transaction, in which the conversation is locked.
        record: the conversation as it was before.
        album: the media group id; empty for a single picture.
        is_told: whether the answer to the first picture already covers the others.
    """
    if not album:
        return AlbumPosition.FIRST
    is_first = record.album != album
    tx.run("dialog.album", chat_id=record.chat_id, album=album, told=int(is_told or not is_first))
    if is_first:
        return AlbumPosition.FIRST
    return AlbumPosition.FURTHER if record.album_told else AlbumPosition.SECOND


def save(tx: Tx, record: Record, redraw_at: datetime | None) -> None:
    """Save the state of a conversation after a step."""
    tx.run(
        "dialog.save",
        chat_id=record.chat_id,
        screen=record.screen,
        args=json.dumps(dict(record.args), ensure_ascii=False),
        revision=record.revision,
        redraw_at=None if redraw_at is None else to_millis(redraw_at),
        now=to_millis(tx.now),
    )


def save_shown(tx: Tx, record: Record, shown: "Shown | None") -> None:
    """Save which message shows the screen of a step; None if the bot was blocked.

    Then the previous message is outdated and forgotten, unless it has a reply keyboard, which still has to be
    removed.
    """
    if shown is None and record.message_kind == MessageKind.KEYBOARD:
        return
    tx.run(
        "dialog.shown",
        chat_id=record.chat_id,
        turns=record.turns,
        message_id=None if shown is None else shown.message_id,
        message_kind=None if shown is None else shown.kind,
        picture=None if shown is None else shown.picture,
        has_buttons=int(shown is not None and shown.has_buttons),
        lifetime=Lifetime.PAGE if shown is None else shown.lifetime,
        now=to_millis(tx.now),
    )


def redraw_again(tx: Tx, chat_id: int) -> None:
    """Let a redraw be tried again soon."""
    tx.run("dialog.redraw_again", chat_id=chat_id, redraw_at=to_millis(tx.now + _TRY_AGAIN))


def redraw_unless_shown(tx: Tx, chat_id: int, redraw_at: datetime | None) -> datetime | None:
    """Let a redraw be made again if its screen does not reach the chat: its process dies, or the call fails.

    No update brings it again, and the buttons of the page before are outdated if the screen has moved on.

    Args:
        tx: the transaction of the redraw.
        chat_id: the chat.
        redraw_at: when the new screen is due anyway.

    Returns:
        When it would be made again, for ``redraw_as_shown``; None if the screen is due before.
    """
    again_at = tx.now + _SHOWN_WITHIN
    if redraw_at is not None and redraw_at <= again_at:
        return None
    tx.run("dialog.redraw_again", chat_id=chat_id, redraw_at=to_millis(again_at))
    return again_at


def redraw_as_shown(tx: Tx, chat_id: int, *, again_at: datetime, redraw_at: datetime | None) -> None:
    """Let a screen that was redrawn be due when it says, unless a further redraw was asked for meanwhile."""
    tx.run(
        "dialog.redraw_as_shown",
        chat_id=chat_id,
        again_at=to_millis(again_at),
        redraw_at=None if redraw_at is None else to_millis(redraw_at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The new live message."""

    message_id: int
    kind: MessageKind
    picture: str | None
    has_buttons: bool
    lifetime: Lifetime


def record_rehearsal_shown(tx: Tx, saved: SavedRehearsal, at: datetime) -> None:
    """Save when a rehearsal's screen was delivered, unless the rehearsal has advanced since."""
    tx.run(
        "dialog.rehearsal_shown",
        chat_id=saved.chat_id,
        rehearsal=saved.number,
        version=saved.version,
        shown_at=to_millis(at),
    )


def end_rehearsal(tx: Tx, record: Record) -> Record:
    """Delete a rehearsal; return the conversation as it was before."""
    tx.run("dialog.end_rehearsal", chat_id=record.chat_id)
    return replace(record, rehearsal=None)


def is_still_in_turn(tx: Tx, record: Record) -> bool:
    """Return whether nothing has happened to a conversation since it was opened, and lock it.

    If another worker has handled an update of it meanwhile, its screen is due to be redrawn: which of the two
    reached the chat last is unknown.
    """
    if tx.run("dialog.still_in_turn", chat_id=record.chat_id, turns=record.turns):
        return True
    redraw_soon(tx, record.chat_id)
    return False


def redraw_soon(tx: Tx, chat_id: int) -> None:
    """Have the worker whose chat it is redraw a conversation's screen."""
    tx.run("dialog.redraw_soon", chat_id=chat_id, now=to_millis(tx.now))


def due_chats(tx: Tx, share: Share) -> list[int]:
    """Return the chats whose screen has a timer that has run out."""
    rows = tx.all("dialog.due", now=to_millis(tx.now), workers=share.count, place=share.place)
    return [row["chat_id"] for row in rows]


def running_chats(tx: Tx, share: Share) -> list[int]:
    """Return the chats whose screen has a running timer."""
    return [row["chat_id"] for row in tx.all("dialog.live", workers=share.count, place=share.place)]


def idle_rehearsals(tx: Tx, share: Share) -> list[int]:
    """Return the chats whose rehearsal has been idle for too long."""
    before = to_millis(tx.now - IDLE)
    rows = tx.all("dialog.idle_rehearsals", before=before, workers=share.count, place=share.place)
    return [row["chat_id"] for row in rows]
