"""What can be wrong with an admin's command, beyond the errors of the domain."""

from core.errors import InputError


class ReleaseUsage(InputError):
    """A release was written in another way than the manual says."""


class UnreadableTime(InputError):
    """A time was written in another way than the manual says."""


class BanUsage(InputError):
    """A ban was written in another way than the manual says."""


class UnbanUsage(InputError):
    """The lifting of a ban was written in another way than the manual says."""


class ClosedUsage(InputError):
    """A closed day was written in another way than the manual says."""


class ConfirmUsage(InputError):
    """A confirmation was written in another way than the manual says."""
