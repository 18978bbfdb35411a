"""Broadcasts of an office to many owners."""

from dataclasses import dataclass

from core.errors.base import InputError, Refusal


class BroadcastTextEmpty(InputError):
    """A broadcast has no text."""


@dataclass(eq=False, repr=False, kw_only=True)
class BroadcastTextLong(InputError):
    """A broadcast's text is too long."""

    limit: int
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class BroadcastTimeWrong(InputError):
    """A broadcast is to be sent in the past, or in more than ``days`` days."""

    days: int


class BroadcastRunning(Refusal):
    """The office's last broadcast has not ended, or is still to be sent; ``broadcast_id`` is its id."""

    def __init__(self, broadcast_id: int) -> None:
        super().__init__()
        self.broadcast_id = broadcast_id


class NobodyToTell(Refusal):
    """The selected audience is empty."""
