"""A screen of a conversation: what it shows, what it takes, where it leads. All values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.dialog.context import Context
from bot.dialog.effects import Effect
from bot.dialog.events import Contact, Received
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.view import View
from bot.errors.attachments import AttachmentTooLarge
from core.bootstrap import Core
from core.errors.base import XuanhaoError


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto:
    """Where a step leads: a screen, and what is said on the way."""

    screen: ScreenName | None  # None: nowhere else, see ``stay``
    args: Mapping[str, object] = field(default_factory=dict)
    note: str = ""  # HTML, above the screen, once; as a toast where a button was pressed
    alert: bool = False  # the toast waits for an OK
    sticky: bool = False  # the note stands on the screen, also where a button was pressed
    effects: Sequence[Effect] = ()
    rehearsal: bool = False  # into a rehearsal, which has screens of its own
    known: object = None  # what the step has read and changed, so that the screen need not read it again


def stay(*, note: str = "", alert: bool = False, effects: Sequence[Effect] = ()) -> Goto:
    """Return the way of a step that leads nowhere: the screen stays as it is, with its arguments."""
    return Goto(screen=None, note=note, alert=alert, effects=effects)


ErrorWays = Mapping[type[XuanhaoError], Callable[[Context, XuanhaoError], Goto]]
"""Where a screen leads on from an error, instead of staying."""

Handler = Callable[[Context, str], Goto]
"""Takes a press (with its argument), or typed text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentHandler:
    """How a screen takes a photo or a file.

    It is fetched and read before the step's transaction, which can wait for nothing: ``parse`` runs in a
    thread, and raises what is wrong with it as an error that a person can be told; ``apply`` gets what it
    returned, inside the transaction. What ``parse`` needs of the database, ``prefetch`` reads from a snapshot
    before.
    """

    most_bytes: int
    parse: Callable[[Core, Received], object]
    apply: Callable[[Context, Any], Goto]
    prefetch: Callable[[Context], object] | None = None
    too_large: Callable[[int], XuanhaoError] = AttachmentTooLarge  # raised, with ``most_bytes``, for what is
    waiting: Callable[[], str] | None = None  # said where fetching and reading take longer than a moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One screen of a conversation."""

    name: ScreenName
    show: Callable[[Context], View | Goto]
    buttons: Mapping[ActionName, Handler] = field(default_factory=dict)
    text: Handler | None = None
    contact: Callable[[Context, Contact], Goto] | None = None
    attachment: AttachmentHandler | None = None
    errors: ErrorWays = field(default_factory=dict)
    hint: Callable[[], str] | None = None  # what to do here, said when something else came
    personal: bool = False  # takes personal data, so only with the consent that is asked for today
