"""A vehicle registry that is asked over the network."""

from datetime import datetime
from enum import StrEnum

from core.errors.base import OperationError, Refusal


class RegistryFailure(StrEnum):
    """Why the registry has given no answer; the label of a metric."""

    UNREACHABLE = "unreachable"  # no connection
    TIMEOUT = "timeout"  # no answer in time
    REFUSED = "refused"  # another HTTP status than 200
    UNREADABLE = "unreadable"  # an answer that is not as docs/registry.md says


class RegistryAskFailed(OperationError):
    """The vehicle registry has given no usable answer. The message names no vehicle."""

    def __init__(self, message: str, failure: RegistryFailure) -> None:
        super().__init__(message)
        self.failure = failure


class RegistryUnavailable(Refusal):
    """The vehicle registry does not answer.

    Attributes:
        vin: the vehicle that could not be asked for. In no text and in no log.
        since: since when the registry has given no answer.
    """

    def __init__(self, vin: str, since: datetime) -> None:
        super().__init__()
        self.vin = vin
        self.since = since
