"""What a conversation is made of: events, buttons, views, screens. All values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.dialog.names import ActionName, ScreenName
from bot.errors.attachments import AttachmentTooLarge
from bot.pictures.picture import Picture
from core.errors import XuanhaoError
from core.ports import Tx
from core.registry.lookup import RegistryVehicle

if TYPE_CHECKING:
    from bot.dialog.context import Scene
    from core.bootstrap import Core


class MessageKind(StrEnum):
    """What the live message is: the messenger cannot turn one kind into another."""

    TEXT = "text"
    PHOTO = "photo"
    KEYBOARD = "keyboard"  # a text under which a reply keyboard stands; it cannot be edited


# --- what comes in --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button was pressed."""

    data: str
    query_id: str  # the messenger's id of the press
    message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Something was typed that is no command."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command, without its slash."""

    name: str
    rest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact was sent; ``own`` when the messenger says it is the sender's."""

    phone: str = field(repr=False)
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an attachment was read as, and for which screen."""

    screen: ScreenName
    value: object = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A photo or a file was sent."""

    file_id: str
    is_photo: bool  # sent as a photo; otherwise as a file, of whatever kind
    size: int | None = None  # bytes, as the messenger says
    name: str = field(default="", repr=False)  # of a file
    mime: str = ""  # of a file, as its sender says
    caption: str = field(default="", repr=False)
    command: Command | None = None  # where the caption is one
    album: str = ""  # what was sent together has one in common
    reading: Reading | None = None  # once it has been fetched and read

    @property
    def is_image(self) -> bool:
        """Whether it is meant as a picture: a photo, or an image sent as a file."""
        return self.is_photo or self.mime.startswith("image/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Something that no screen takes: a sticker, a voice message, a place."""


Event = Press | Typed | Command | Contact | Attachment | Other


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An attachment that has been fetched."""

    file_id: str
    content: bytes = field(repr=False)
    name: str = field(repr=False)
    mime: str
    is_photo: bool
    beside: object = field(default=None, repr=False)  # what the screen's ``Intake.look`` has returned


# --- what goes out --------------------------------------------------------------------------


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
    outside: bool = False  # leads out of the screen at any time, as the buttons under notices do


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
    sent: Callable[["Scene"], None] | None = None  # what counts from when it has been shown

    @property
    def kind(self) -> MessageKind:
        """Return what message it takes."""
        if self.contact:
            return MessageKind.KEYBOARD
        return MessageKind.PHOTO if self.picture else MessageKind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCode:
    """After the transaction: a code waits to be sent."""

    code_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFile:
    """After the transaction: a file is made and sent, without holding up anybody.

    ``read`` gets what goes into it from a snapshot of the database; ``make`` makes it in a thread.
    """

    name: str
    caption: str  # HTML
    read: Callable[[Tx], object]
    make: Callable[[Any], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadVehicles:
    """After the transaction: an import that has begun is loaded, beside everything else."""

    import_id: int
    vehicles: Sequence[RegistryVehicle] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """After the transaction: the message that the step answers is deleted, for it holds personal data.

    That it cannot be deleted (any more) is no matter. What was typed with the number of an identity
    document or a telephone in it is forgotten without being asked for (``bot.dialog.transition``).
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """After the transaction: the chat gets its menu of commands, by its role at the desk and its language."""


Effect = SendCode | SendFile | LoadVehicles | Forget | Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """Where a step leads: a screen, and what is said on the way."""

    screen: ScreenName | None  # None: nowhere else, see ``stay``
    args: Mapping[str, object] = field(default_factory=dict)
    note: str = ""  # HTML, above the screen, once; as a toast where a button was pressed
    alert: bool = False  # the toast waits for an OK
    pinned: bool = False  # the note stands on the screen, also where a button was pressed
    effects: Sequence[Effect] = ()
    rehearsal: bool = False  # into a rehearsal, which has screens of its own


def stay(*, note: str = "", alert: bool = False, effects: Sequence[Effect] = ()) -> Go:
    """Return the way of a step that leads nowhere: the screen stays as it is, with its arguments."""
    return Go(screen=None, note=note, alert=alert, effects=effects)


ErrorWays = Mapping[type[XuanhaoError], Callable[["Scene", XuanhaoError], Go]]
"""Where a screen leads on from an error, instead of staying."""

Handler = Callable[["Scene", str], Go]
"""Takes a press (with its argument), or typed text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How a screen takes a photo or a file.

    It is fetched and read before the step's transaction, which can wait for nothing: ``read`` runs in a
    thread, and raises what is wrong with it as an error that a person can be told; ``take`` gets what it
    returned, inside the transaction. What ``read`` needs of the database, ``look`` reads from a snapshot
    before.
    """

    most_bytes: int
    read: Callable[["Core", Received], object]
    take: Callable[["Scene", Any], Go]
    look: Callable[["Scene"], object] | None = None
    too_large: Callable[[int], XuanhaoError] = AttachmentTooLarge  # raised, with ``most_bytes``, for what is
    waiting: Callable[[], str] | None = None  # said where fetching and reading take longer than a moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One screen of a conversation."""

    name: ScreenName
    show: Callable[["Scene"], View | Go]
    buttons: Mapping[ActionName, Handler] = field(default_factory=dict)
    text: Handler | None = None
    contact: Callable[["Scene", Contact], Go] | None = None
    attachment: Intake | None = None
    errors: ErrorWays = field(default_factory=dict)
    hint: Callable[[], str] | None = None  # what to do here, said when something else came
    personal: bool = False  # takes personal data, so only with the consent that is asked for today
