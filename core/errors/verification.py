"""Codes by SMS, and what they verify."""

from core.errors.base import InputError, OperationError, Refusal


class NoCodeYet(Refusal):
    """No code has been asked for, or another step has used it up."""


class CodeExpired(Refusal):
    """The code has run out."""


class CodeLocked(Refusal):
    """Too many wrong tries: the code is locked for good."""


class CodeForm(InputError):
    """A code has six digits."""


class CodeTooSoon(Refusal):
    """The last code was asked for a moment ago."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class PhoneCapReached(Refusal):
    """The telephone has had as many codes today as it may have."""


class ServiceCapReached(Refusal):
    """The service has sent as many codes today as it may send."""


class SmsGatewayError(OperationError):
    """The SMS gateway did not accept the code."""


class VerificationLapsed(Refusal):
    """The verification by SMS has run out: idle for too long, or closed meanwhile."""
