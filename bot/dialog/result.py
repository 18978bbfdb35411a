"""What a step takes and what it gives back."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.dialog.effects import Effect
from bot.dialog.events import Event
from bot.dialog.names import ScreenName
from bot.dialog.record import Record
from bot.dialog.screen import AttachmentHandler
from bot.dialog.view import View
from bot.i18n.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An update as a step takes it."""

    chat_id: int
    update_id: int
    received_at: datetime
    event: Event = field(repr=False)
    message_id: int | None = None  # of what was typed or sent; of a press none


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What is to be shown after a step."""

    record: Record
    view: View
    language: Language  # in which it is worded, and all else that is said with it
    note: str = ""
    alert: bool = False
    sticky: bool = False
    effects: tuple[Effect, ...] = ()
    global_: bool = False  # by a button that hangs outside the conversation, and goes on hanging there
    stale: bool = False  # an old button: it did nothing
    repeated: bool = False  # the update had been applied before
    quiet: bool = False  # nothing is said or shown: one more picture of an album


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalRequest:
    """A step leads into a rehearsal, at an office if one is known."""

    office: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentTarget:
    """A screen that takes attachments."""

    screen: ScreenName
    handler: AttachmentHandler
    language: Language  # of the chat that is on it
    prefetched: object = field(default=None, repr=False)  # what its ``prefetch`` has returned


class NothingToSay(Exception):
    """A redraw was asked for where there is no live message."""
