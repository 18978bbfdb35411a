"""The errors of the inbox and of polling; the first line of each docstring is the message."""

import errno

from core.errors.base import OperationError, XuanhaoError


class UnreadableUpdateError(XuanhaoError):
    """An update cannot be read; trying again would change nothing."""


class ProcessDiedError(XuanhaoError):
    """Three processes have ended without warning while they handled this update."""


class HandlerTimedOutError(OperationError):
    """The handler has not ended in time: what it waited for, such as the chat's allowance, took too long."""


class BadAnswerError(OperationError):
    """The messenger answered something that is no list of updates."""


class UnconfirmableError(BadAnswerError):
    """The messenger sent nothing but updates without a usable id."""


class CannotListenError(XuanhaoError):
    """An address cannot be listened on."""

    def __init__(self, table: str, host: str, port: int, error: OSError) -> None:
        taken = error.errno == errno.EADDRINUSE
        reason = "another process listens there" if taken else error.strerror or type(error).__name__
        super().__init__(f"{table}: {host} port {port} cannot be listened on: {reason}")


class ReceiptClosedError(OperationError):
    """The service is shutting down; nothing new is begun."""
