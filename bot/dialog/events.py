"""What comes in: an update as the conversation takes it."""

from dataclasses import dataclass, field

from bot.dialog.names import ScreenName


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
    arguments: str = ""


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
    prefetched: object = field(
        default=None, repr=False
    )  # what the screen's ``AttachmentHandler.prefetch`` has returned
