"""What a screen shows: a message, its picture and its buttons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.dialog.context import Context
from bot.dialog.names import ActionName
from bot.pictures.picture import Picture


class MessageKind(StrEnum):
    """What the live message is: the messenger cannot turn one kind into another."""

    TEXT = "text"
    PHOTO = "photo"
    KEYBOARD = "keyboard"  # a text under which a reply keyboard stands; it cannot be edited


class Style(StrEnum):
    """How a button looks."""

    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button: what stands on it, and the action of its screen that it leads to, or an address."""

    label: str
    action: ActionName | None = None
    arg: str = ""
    style: Style | None = None
    url: str = ""  # opened by the messenger itself, which tells us nothing of it; then there is no action
    global_: bool = False  # leads out of the screen at any time, as the buttons under notices do


Rows = Sequence[Sequence[Button]]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a screen shows, from state alone."""

    text: str  # HTML
    rows: Rows = ()
    picture: Picture | None = None
    contact: str | None = None  # label of a reply button that sends the own contact
    replies: Sequence[str] = ()  # further reply buttons under it
    redraw_at: datetime | None = None  # when it changes next by itself
    protected: bool = False  # a picture that can be neither forwarded nor saved
    on_delivered: Callable[[Context], None] | None = None  # what counts from when it has been shown
