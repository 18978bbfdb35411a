"""What an office tells many at one time."""

from dataclasses import dataclass

from core.errors.base import InputError, Refusal


class BroadcastTextEmpty(InputError):
    """A broadcast has no text."""


@dataclass(eq=False, repr=False, kw_only=True)
class BroadcastTextLong(InputError):
    """A broadcast's text is too long."""

    limit: int
    found: int


class BroadcastRunning(Refusal):
    """The office's last broadcast has not ended; ``broadcast_id`` names it."""

    def __init__(self, broadcast_id: int) -> None:
        super().__init__()
        self.broadcast_id = broadcast_id


class NobodyToTell(Refusal):
    """Nobody belongs to the audience that was chosen."""
