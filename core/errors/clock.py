"""The clock of the transactions is in doubt, or was not."""

from core.errors.base import Refusal


class ClockInDoubt(Refusal):
    """The clock is being checked: nothing may begin or end by it."""


class ClockTrusted(Refusal):
    """The clock is not in doubt: there is nothing to confirm."""
