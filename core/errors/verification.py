"""SMS codes and the verification they give."""

from enum import StrEnum

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


class SmsFailure(StrEnum):
    """Why a gateway has not accepted a message; the label of a metric, and part of what chiefs are told."""

    UNREACHABLE = "unreachable"  # no connection
    TIMEOUT = "timeout"  # no answer in time: it may have been sent
    UNREADABLE = "unreadable"  # an answer that is none of the gateway's, such as a proxy's page
    BROKEN = "broken"  # an error on the gateway's side: it may have been sent
    NUMBER = "number"  # the number does not exist, or wants no messages
    NUMBER_LIMIT = "number_limit"  # the gateway's own limit for one number
    BUSY = "busy"  # too many requests at a time
    QUOTA = "quota"  # a daily or monthly limit of the account
    BALANCE = "balance"  # the account has no money or messages left
    ACCESS = "access"  # key, signature of the request, permission or address refused
    TEMPLATE = "template"  # signature name, template or its variables refused
    NO_TEMPLATE = "no_template"  # the gateway only sends templates, and has none for such a message
    OTHER = "other"

    @property
    def is_about_message(self) -> bool:
        """Whether only this message or its number is concerned, so that it says nothing about the gateway."""
        return self in {SmsFailure.NUMBER, SmsFailure.NUMBER_LIMIT, SmsFailure.NO_TEMPLATE}

    @property
    def needs_operator(self) -> bool:
        """Whether it does not pass by itself: an operator has to do something."""
        return self in {SmsFailure.QUOTA, SmsFailure.BALANCE, SmsFailure.ACCESS, SmsFailure.TEMPLATE}


class SmsGatewayError(OperationError):
    """The SMS gateway did not accept the code or the reminder.

    The message names neither telephone nor code.
    """

    def __init__(self, message: str = "", failure: SmsFailure = SmsFailure.OTHER) -> None:
        super().__init__(message)
        self.failure = failure


class SmsRejected(SmsGatewayError):
    """The SMS gateway certainly did not send it: no connection, or an answer that refuses it."""


class VerificationLapsed(Refusal):
    """The SMS verification has expired: idle for too long, or the office has closed since."""
