"""Views: the message of a screen, with its picture and buttons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.dialog.context import Context
from bot.dialog.names import ActionName
from bot.pictures.picture import Picture


class MessageKind(StrEnum):
    """The kind of the live message; an edit cannot turn one kind into another."""

    TEXT = "text"
    PHOTO = "photo"
    KEYBOARD = "keyboard"  # a text with a reply keyboard; it cannot be edited


class Lifetime(StrEnum):
    """What becomes of the live message when another message takes its place."""

    PAGE = "page"  # deleted if a press replaces it, as an edit would; otherwise it loses its buttons
    LASTING = "lasting"  # stays, without its buttons: a receipt
    PASSING = "passing"  # always deleted: it shows what holds for a moment only


class Style(StrEnum):
    """The visual style of a button."""

    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button: its label and either an action of its screen or a URL."""

    label: str
    action: ActionName | None = None
    arg: str = ""
    style: Style | None = None
    url: str = ""  # opened by the client without a callback; excludes an action
    global_: bool = False  # valid at any time, like the buttons under notifications


Rows = Sequence[Sequence[Button]]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The rendering of a screen, a function of state alone."""

    text: str  # HTML
    rows: Rows = ()
    picture: Picture | None = None
    contact: str | None = None  # label of a reply button that shares the user's contact
    replies: Sequence[str] = ()  # further reply buttons below it
    redraw_at: datetime | None = None  # time of the next redraw without input
    lifetime: Lifetime = Lifetime.PAGE
    protected: bool = False  # cannot be forwarded or saved
    on_delivered: Callable[[Context], None] | None = None  # starts timers that run from delivery
