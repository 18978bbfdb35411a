"""A screen of a conversation, declared as values: its view, its inputs and its transitions."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.dialog.asides import Aside
from bot.dialog.context import Context
from bot.dialog.effects import Effect
from bot.dialog.events import Contact, Received
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.view import View
from bot.errors.attachments import AttachmentTooLarge
from core.bootstrap import Core
from core.errors.base import XuanhaoError
from core.values.personal_numbers import InputKind


class RehearsalKind(StrEnum):
    """What is rehearsed."""

    SELECTION = "selection"  # by an owner
    DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto:
    """The target of a step: a screen and a note."""

    screen: ScreenName | None  # None: stay on the current screen, see ``stay``
    args: Mapping[str, object] = field(default_factory=dict)
    note: str = ""  # HTML, shown once above the screen, or as a toast after a press
    alert: bool = False  # the toast is a dialog with an OK button
    sticky: bool = False  # show the note on the screen even after a press
    aside: Aside | None = None  # the note answers a message by itself, if the screen stays as it is
    effects: Sequence[Effect] = ()
    rehearsal: RehearsalKind | None = None  # start a rehearsal, which has screens of its own
    known: object = None  # data read or changed by the step; saves the screen a second read


def stay(
    *, note: str = "", alert: bool = False, effects: Sequence[Effect] = (), aside: Aside | None = None
) -> Goto:
    """Return a target that keeps the current screen and its arguments."""
    return Goto(screen=None, note=note, alert=alert, effects=effects, aside=aside)


ErrorWays = Mapping[type[XuanhaoError], Callable[[Context, XuanhaoError], Goto]]
"""Error handlers of a screen; errors not listed keep the current screen."""

Handler = Callable[[Context, str], Goto]
"""Handles a press, given its argument, or typed text."""


class ReadingQueue(StrEnum):
    """The queue in which an attachment waits to be read (``bot.dialog.attachments``)."""

    PHOTOS = "photos"
    TABLES = "tables"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentHandler:
    """How a screen handles a photo or a file.

    The attachment is downloaded and parsed before the step's transaction, which must not block. ``prefetch``
    reads what ``parse`` needs from the database, on a read-only snapshot. ``parse`` decodes in a child
    process (``bot.isolation``) and raises errors that can be shown to the user. ``apply`` gets its result
    inside the transaction.
    """

    most_bytes: int
    parse: Callable[[Core, Received], Awaitable[object]]
    apply: Callable[[Context, Any], Goto]
    prefetch: Callable[[Context], object] | None = None
    too_large: Callable[[int], XuanhaoError] = (
        AttachmentTooLarge  # raised with ``most_bytes`` if it is exceeded
    )
    waiting: Callable[[], str] | None = None  # sent if download and parsing take long
    queue: ReadingQueue = ReadingQueue.PHOTOS


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One screen of a conversation."""

    name: ScreenName
    show: Callable[[Context], View | Goto]
    buttons: Mapping[ActionName, Handler] = field(default_factory=dict)
    text: Handler | None = None
    timer: Callable[[Context], Goto | None] | None = (
        None  # what the screen does by itself at a redraw, e.g. once its moment has come; None: nothing yet
    )
    contact: Callable[[Context, Contact], Goto] | None = None
    attachment: AttachmentHandler | None = None
    errors: ErrorWays = field(default_factory=dict)
    hint: Callable[[], str] | None = None  # what to do here; shown after unexpected input
    input_kind: InputKind = (
        InputKind.OTHER
    )  # what typed text answers here; decides what is deleted from the chat
    personal: bool = False  # accepts personal data, so requires the current consent
