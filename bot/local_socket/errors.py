"""Why a command was not carried out by the running service."""

from core.errors.base import InputError, OperationError
from core.errors.store import StoreInUse


class NotHandedOver(OperationError):
    """Another process has the database, and takes no commands."""

    def __init__(self, in_use: StoreInUse, reason: str) -> None:
        super().__init__(f"{in_use}\nit takes no commands meanwhile: {reason}")


class ConnectionLost(OperationError):
    """The service ended while it carried the command out."""

    def __init__(self) -> None:
        super().__init__(
            "the service ended meanwhile; look whether the command was carried out, then repeat it"
        )


class ServiceRefused(OperationError):
    """The service has not carried the command out; the message is its own."""


class ServiceRefusedInput(InputError):
    """The service has not understood the command; the message is its own."""


class MalformedRequest(OperationError):
    """What came by the socket is no request."""


class NoTerminal(InputError):
    """A command has to ask, and there is no terminal."""

    def __init__(self, question: str) -> None:
        super().__init__(f"{question} Nobody can be asked here: repeat the command with --yes")


class ImportRunning(OperationError):
    """Another import of the command line is being loaded."""

    def __init__(self) -> None:
        super().__init__(
            "another import of the command line is under way: repeat the command when it has ended"
        )


class BadRows(InputError):
    """Rows of the file are invalid; nothing of the file was loaded."""
