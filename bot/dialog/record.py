"""The row in which a conversation is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto

from bot.dialog.view import MessageKind
from bot.i18n.language import Language
from core.clock import from_millis, moment_or_none, to_millis
from core.ports import Row, Tx
from core.rehearsal import IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRehearsal:
    """A rehearsal as it lies in the row of its conversation."""

    chat_id: int
    number: int  # the update that began it: to it its buttons are bound
    version: int  # how many times it was kept
    image: bytes = field(repr=False)  # its database, packed
    code: str | None = field(repr=False)  # what the rehearsed telephone shows
    shown_at: datetime | None  # when its present screen was sent, if something counts from then
    used_at: datetime  # when its owner last did something
    language: Language  # in which the chat is spoken to


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Where a chat's conversation stands."""

    chat_id: int
    screen: str
    args: Mapping[str, object]
    revision: int
    begun_at: int  # in milliseconds; its buttons are bound to it
    message_id: int | None  # the live message
    message_kind: MessageKind | None
    picture: str | None  # what picture it shows
    language: Language  # in which the chat wants to be spoken to
    album: str = ""  # the last one of which something came
    album_told: bool = False  # that only its first picture is looked at
    rehearsal: SavedRehearsal | None = (
        None  # screen, arguments and revision are then those of the real conversation
    )


def open_record(tx: Tx, chat_id: int, first_screen: str) -> Record:
    """Return a chat's conversation, locked until the transaction ends."""
    row = tx.one("dialog.open", chat_id=chat_id, screen=first_screen, now=to_millis(tx.now))
    if row is None:
        raise LookupError("a conversation that was just opened is gone")
    return _record(row)


def find_record(tx: Tx, chat_id: int) -> Record | None:
    """Return a chat's conversation, if it has one."""
    row = tx.one("dialog.get", chat_id=chat_id)
    return _record(row) if row else None


def _record(row: Row) -> Record:
    return Record(
        chat_id=row["chat_id"],
        screen=row["screen"],
        args=json.loads(row["args"]),
        revision=row["revision"],
        begun_at=row["begun_at"],
        message_id=row["message_id"],
        message_kind=MessageKind(row["message_kind"]) if row["message_kind"] else None,
        picture=row["picture"],
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
    """Which of the pictures of an album one is."""

    FIRST = auto()  # or none of an album
    SECOND = auto()
    FURTHER = auto()


def position_in_album(tx: Tx, record: Record, album: str, *, is_told: bool) -> AlbumPosition:
    """Return which picture of an album came now, and note that it did.

    Args:
        tx: the transaction, in which the conversation is locked.
        record: the conversation as it was before.
        album: what the messenger calls the album; empty for a picture that came alone.
        is_told: whether the answer to the first says all that there is to say.
    """
    if not album:
        return AlbumPosition.FIRST
    is_first = record.album != album
    tx.run("dialog.album", chat_id=record.chat_id, album=album, told=int(is_told or not is_first))
    if is_first:
        return AlbumPosition.FIRST
    return AlbumPosition.FURTHER if record.album_told else AlbumPosition.SECOND


def save(tx: Tx, record: Record, redraw_at: datetime | None) -> None:
    """Keep where a conversation stands after a step."""
    tx.run(
        "dialog.save",
        chat_id=record.chat_id,
        screen=record.screen,
        args=json.dumps(dict(record.args), ensure_ascii=False),
        revision=record.revision,
        redraw_at=None if redraw_at is None else to_millis(redraw_at),
        now=to_millis(tx.now),
    )


def save_shown(tx: Tx, chat_id: int, shown: "Shown") -> None:
    """Keep which message is live."""
    tx.run(
        "dialog.shown",
        chat_id=chat_id,
        message_id=shown.message_id,
        message_kind=shown.kind,
        picture=shown.picture,
    )


def forget_shown(tx: Tx, record: Record) -> None:
    """Keep that no message shows the screen: the chat was shut, and the message before it has gone stale.

    One over a reply keyboard is kept, for the keyboard is still to be taken away.
    """
    if record.message_kind != MessageKind.KEYBOARD:
        tx.run("dialog.shown", chat_id=record.chat_id, message_id=None, message_kind=None, picture=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The message that has become the live one."""

    message_id: int
    kind: MessageKind
    picture: str | None


def record_rehearsal_shown(tx: Tx, saved: SavedRehearsal, at: datetime) -> None:
    """Keep when what a rehearsal shows was sent, unless it has gone on since."""
    tx.run(
        "dialog.rehearsal_shown",
        chat_id=saved.chat_id,
        rehearsal=saved.number,
        version=saved.version,
        shown_at=to_millis(at),
    )


def end_rehearsal(tx: Tx, record: Record) -> Record:
    """Forget a rehearsal; return the conversation as it stood before it."""
    tx.run("dialog.end_rehearsal", chat_id=record.chat_id)
    return replace(record, rehearsal=None)


def due_chats(tx: Tx) -> list[int]:
    """Return the chats whose screen changes by a clock that has run out."""
    return [row["chat_id"] for row in tx.all("dialog.due", now=to_millis(tx.now))]


def running_chats(tx: Tx) -> list[int]:
    """Return the chats on a screen that runs by a clock."""
    return [row["chat_id"] for row in tx.all("dialog.live")]


def idle_rehearsals(tx: Tx) -> list[int]:
    """Return the chats in whose rehearsal nothing was done for too long."""
    rows = tx.all("dialog.idle_rehearsals", before=to_millis(tx.now - IDLE))
    return [row["chat_id"] for row in rows]
