"""The public source of randomness."""

from core.errors.base import XuanhaoError


class BeaconMalformed(XuanhaoError):
    """What a source of randomness answered is not a pulse."""


class BeaconUnreachable(XuanhaoError):
    """A source of randomness does not answer."""
