"""What can be wrong with an admin's command, beyond the errors of the domain."""

from core.errors import InputError


class Usage(InputError):
    """A command was written in another way than the manual says; ``command`` names it."""

    def __init__(self, command: str) -> None:
        super().__init__()
        self.command = command


class UnreadableTime(InputError):
    """A time was written in another way than the manual says."""
