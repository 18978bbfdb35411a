"""Effects: what the engine does after a step's transaction has committed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.pictures.picture import Picture
from core.ports import Tx
from core.registry.lookup import RegistryVehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCode:
    """Send a queued SMS code."""

    code_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFile:
    """Generate and send a file in the background.

    ``read`` collects the content on a read-only snapshot; ``make`` builds the file in a thread.
    """

    name: str
    caption: str  # HTML
    read: Callable[[Tx], object]
    make: Callable[[Any], bytes]
    then: "SendFile | None" = None  # a file that follows this one in the chat


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPicture:
    """Render and send a picture that may be forwarded, as a message of its own."""

    picture: Picture
    caption: str  # HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class SendVenue:
    """Send a place, which the messenger opens in a map."""

    title: str
    address: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SendJournal:
    """Send the public journal of an office and its checker in the background."""

    office: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadVehicles:
    """Load an import that has been started, in the background."""

    import_id: int
    vehicles: Sequence[RegistryVehicle] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmReservations:
    """Record reservations as registered, one by one, in the background."""

    chat_id: int  # the admin
    preselection_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUserMessage:
    """Delete the user's message, because it contains personal data.

    A message that can no longer be deleted is ignored. What is personal by its content is deleted without
    being asked for (``bot.dialog.privacy``).
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshCommandMenu:
    """Set the chat's command menu according to its admin role and language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDay:
    """Move the clock of a practice to the next working day; nothing outside of one."""


Sendable = SendFile | SendPicture | SendVenue
"""What is sent to the chat as a message of its own."""

Effect = (
    SendCode
    | Sendable
    | SendJournal
    | LoadVehicles
    | ConfirmReservations
    | DeleteUserMessage
    | RefreshCommandMenu
    | PassDay
)
