"""What can be wrong with an admin's command, beyond the errors of the domain."""

from datetime import datetime

from core.errors import InputError


class Usage(InputError):
    """A command was written in another way than the manual says; ``command`` names it."""

    def __init__(self, command: str) -> None:
        super().__init__()
        self.command = command


class NotAsAsked(InputError):
    """What was typed on a card is written in another way than the card says."""


class UnreadableTime(InputError):
    """A time was written in another way than the manual says."""


class EndNotEarlier(InputError):
    """A ban that is to be shortened would not be; ``until`` is its end now."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class EndNotLater(InputError):
    """A ban that is to be lengthened would not be; ``until`` is its end now."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until
