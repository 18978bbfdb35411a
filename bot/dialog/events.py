"""Events: incoming updates in the form in which the dialog engine handles them."""

from dataclasses import dataclass, field

from bot.dialog.names import ScreenName

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""What Unicode shows for a character that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button was pressed."""

    data: str
    query_id: str  # the callback query id
    message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Text was sent that is not a command."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A bot command, without the leading slash."""

    name: str
    arguments: str = ""
    sender: str = field(default="", repr=False)  # whose it is, as the messenger has the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact was sent; ``own`` if, according to Telegram, it is the sender's."""

    phone: str = field(repr=False)
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The parsed content of an attachment, and the screen that it was parsed for."""

    screen: ScreenName
    value: object = field(repr=False)


_CONTACT_FILE = ".vcf"
_PAPERS = frozenset({"application/pdf", "text/vcard", "text/x-vcard", "text/directory"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A photo or a file was sent."""

    file_id: str
    is_photo: bool  # sent as a photo, not as a file
    size: int | None = None  # bytes, as reported by Telegram
    name: str = field(default="", repr=False)  # of a file
    mime: str = ""  # of a file, as declared by the sender
    caption: str = field(default="", repr=False)
    command: Command | None = None  # if the caption is a command
    album: str = ""  # the media group id
    reading: Reading | None = None  # set once it has been downloaded and parsed

    @property
    def is_image(self) -> bool:
        """Whether it is a photo, or an image sent as a file."""
        return self.is_photo or self.mime.startswith("image/")

    @property
    def may_show_papers(self) -> bool:
        """Whether it may be a picture, a scan or a video of somebody's papers, a recording, or a contact."""
        return (
            self.is_image
            or self.mime.startswith(("video/", "audio/"))
            or self.mime in _PAPERS
            or self.name.lower().endswith(_CONTACT_FILE)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A message that no screen handles: a sticker, a voice message, a location, a video."""

    caption: str = field(default="", repr=False)
    is_recording: bool = False  # a video or a voice message, which may show or tell personal data


Event = Press | Typed | Command | Contact | Attachment | Other


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A downloaded attachment."""

    file_id: str
    content: bytes = field(repr=False)
    name: str = field(repr=False)
    mime: str
    is_photo: bool
    prefetched: object = field(
        default=None, repr=False
    )  # the result of the screen's ``AttachmentHandler.prefetch``
