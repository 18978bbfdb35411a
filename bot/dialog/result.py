"""The input and the result of a step."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.dialog.asides import Aside
from bot.dialog.effects import Effect
from bot.dialog.events import Event
from bot.dialog.names import ScreenName
from bot.dialog.record import Record
from bot.dialog.screen import AttachmentHandler, RehearsalKind
from bot.dialog.view import View
from bot.i18n.language import Language
from core.values.personal_numbers import InputKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An update, as input of a step."""

    chat_id: int
    update_id: int
    received_at: datetime
    event: Event = field(repr=False)
    sender: str = field(default="", repr=False)  # the name, as the messenger has it
    message_id: int | None = None  # of the user's message; None for a press


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """The result of a step: what to show, and effects."""

    record: Record
    view: View
    language: Language  # of all texts of this result
    note: str = ""
    alert: bool = False
    sticky: bool = False
    effects: tuple[Effect, ...] = ()
    aside: Aside | None = None  # the note answers by itself; the screen stays as it is
    global_: bool = False  # triggered by a global button, which stays in place
    stale: bool = False  # an outdated button, ignored
    quiet: bool = False  # show nothing: a further picture of an album
    unexpected_deletion: bool = False  # the user's message is deleted, although it is not what was asked for
    refused: bool = False  # the event was rejected by a rule or a form
    redraw_again_at: datetime | None = None  # of a redraw: made again then, unless recorded as shown
    input_kind: InputKind | None = (
        InputKind.OTHER
    )  # what the text of the event answers; None if it is published

    @property
    def is_seen(self) -> bool:
        """Whether the view is shown; otherwise the live message stays as it is, and so does its timer."""
        is_aside = self.aside is not None and self.record.message_id is not None
        return not (self.quiet or self.stale or is_aside)


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalRequest:
    """A step starts a rehearsal, at an office if one is known."""

    kind: RehearsalKind
    office: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentTarget:
    """A screen that accepts attachments."""

    screen: ScreenName
    handler: AttachmentHandler
    language: Language  # of the chat
    prefetched: object = field(default=None, repr=False)  # the result of ``prefetch``


class NothingToSay(Exception):
    """A redraw was requested for a conversation without a live message."""
