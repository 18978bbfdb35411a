"""SMS codes and the verification they give."""

from core.errors.base import InputError, OperationError, Refusal


class NoCodeYet(Refusal):
    """No code has been requested, or it has already been used."""


class CodeExpired(Refusal):
    """The code has expired."""


class CodeLocked(Refusal):
    """The code is locked after too many wrong attempts."""


class CodeForm(InputError):
    """A code must have six digits."""


class CodeTooSoon(Refusal):
    """The minimum interval since the last code has not passed."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class PhoneCapReached(Refusal):
    """The phone number has reached its daily limit of codes."""


class ChatCapReached(Refusal):
    """The chat has reached its daily limit of codes."""


class RegistrationCapReached(Refusal):
    """Registrations have used up their share of the service's daily limit of codes."""


class ServiceCapReached(Refusal):
    """The service has reached its daily limit of codes."""


class SmsGatewayError(OperationError):
    """The SMS gateway did not accept the code or the reminder."""


class SmsRejected(SmsGatewayError):
    """The SMS gateway certainly did not send it: no connection, or an answer that refuses it."""


class VerificationLapsed(Refusal):
    """The SMS verification has expired: idle for too long, or the office has closed since."""
