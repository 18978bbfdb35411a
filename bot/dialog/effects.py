"""What a step has done after its transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.ports import Tx
from core.registry.lookup import RegistryVehicle


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
    """After the transaction: an import that has begun is loaded in the background."""

    import_id: int
    vehicles: Sequence[RegistryVehicle] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUserMessage:
    """After the transaction: the message that the step answers is deleted, for it holds personal data.

    A message that can no longer be deleted is ignored. What was typed with the number of an identity
    document or a telephone in it is forgotten without being asked for (``bot.dialog.transition``).
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshCommandMenu:
    """After the transaction: the chat gets its menu of commands, by its role at the desk and its language."""


Effect = SendCode | SendFile | LoadVehicles | DeleteUserMessage | RefreshCommandMenu
