"""Bans."""

from datetime import datetime

from core.errors.base import InputError, Refusal


class Blacklisted(Refusal):
    """The identity is on the blacklist."""

    def __init__(self, until: datetime, reason: str) -> None:
        super().__init__()
        self.until = until
        self.reason = reason


class NotBlacklisted(Refusal):
    """The identity has no active ban."""


class NotBannedHere(Refusal):
    """No office that the admin serves has an active ban on the identity; of others nothing is told."""


class BanInThePast(InputError):
    """A ban must end in the future."""
