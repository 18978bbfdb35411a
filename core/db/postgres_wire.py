"""Statements over a psycopg connection, several of them on their way at once (libpq's pipeline mode).

psycopg's cursors spend four times as much of the processor on a short statement as libpq and psycopg's own
adapters, which are used here directly, and wait for each answer. Here a statement whose answer nobody needs
yet is sent with the next one. All statements are prepared, once per connection.
"""

import re
from collections import deque
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import FeatureNotSupported, error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.waiting import Ready, Wait

BEGIN: Final = b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
BEGIN_READING: Final = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
COMMIT: Final = "COMMIT"

_PARAMETER = re.compile(r"%\((\w+)\)s|%%")
_NAMES = count(1)
_GOOD = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})


class Sent:
    """A statement on its way, or its answer."""

    __slots__ = ("error", "key", "name", "result", "sender")

    def __init__(self, name: str, sender: object, key: "_Key | None" = None) -> None:
        self.name = name
        self.sender = sender
        self.key = key  # of the statement that is prepared by this one
        self.result: PGresult | None = None
        self.error: psycopg.Error | None = None


_Key = tuple[str, tuple[int, ...]]
"""A prepared statement: its text, and the types of its parameters."""


class StatementFailed(Exception):
    """A statement failed: the one that was waited for, or one that was sent before it."""

    def __init__(self, sent: Sent, error: psycopg.Error) -> None:
        self.sent = sent
        self.error = error
        super().__init__()


class Wire:
    """Sends statements over one connection; begins a transaction with the first of them.

    Its methods raise ``psycopg.Error`` when the connection is lost.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._adapt = Transformer(connection)
        self._prepared: dict[_Key, bytes] = {}
        self._waiting: deque[Sent] = deque()
        self._failed: Sent | None = None
        self._is_entered = False
        self.begin = BEGIN

    @property
    def is_lost(self) -> bool:
        return self._connection.closed

    @property
    def failure(self) -> Sent | None:
        """The first statement that has failed since the last synchronisation."""
        return self._failed

    def send(self, name: str, text: str, values: Mapping[str, object], sender: object = None) -> Sent:
        """Send a statement with parameters written ``%(name)s``.

        Raises:
            KeyError: a value is missing.
            psycopg.DataError: a value cannot be sent.
        """
        translated, order = _numbered(text)
        parameters = self._adapt.dump_sequence([values[one] for one in order], [PyFormat.AUTO] * len(order))
        formats, types = self._adapt.formats, self._adapt.types or ()
        self._enter()
        key = (text, types)
        prepared = self._prepared.get(key)
        if prepared is None:
            prepared = self._prepared[key] = b"x%d" % next(_NAMES)
            self._pgconn.send_prepare(prepared, translated, types)
            self._waiting.append(Sent(name, sender, key))
        self._pgconn.send_query_prepared(prepared, parameters, formats)
        sent = Sent(name, sender)
        self._waiting.append(sent)
        return sent

    def command(self, text: str, sender: object = None) -> Sent:
        """Send a statement without parameters, unprepared."""
        self._enter()
        return self._send_command(text, text.encode(), sender)

    def wait_for(self, sent: Sent) -> None:
        """Wait for the answer to a statement.

        Raises:
            StatementFailed: it failed, or one before it did; the transaction is aborted.
        """
        if sent.result is None:
            self._settle()
        if self._failed is not None and self._failed.error is not None:
            raise StatementFailed(self._failed, self._failed.error)

    def rows(self, sent: Sent) -> list[dict[str, Any]]:
        """Return the rows of an answer."""
        result = sent.result
        if result is None or not result.nfields:
            return []
        names = [(result.fname(number) or b"").decode() for number in range(result.nfields)]

        def as_dict(values: Sequence[Any]) -> dict[str, Any]:
            return dict(zip(names, values, strict=True))

        self._adapt.set_pgresult(result)
        try:
            return self._adapt.load_rows(0, result.ntuples, as_dict)
        finally:
            self._adapt.set_pgresult(None)

    def synchronise(self) -> Sent | None:
        """Wait for all answers; return the statement that failed, if any. Others can be sent then."""
        if not self._is_entered:
            return None
        self._settle()
        failed, self._failed = self._failed, None
        return failed

    def leave(self) -> Sent | None:
        """Wait for all answers, so that psycopg can use the connection; return what failed, if anything."""
        failed = self.synchronise()
        if self._is_entered:
            self._pgconn.exit_pipeline_mode()
            self._is_entered = False
        return failed

    def commit(self) -> Sent | None:
        """Commit, if anything was sent; return what failed, if anything: then nothing is committed."""
        if not self._is_entered and self._pgconn.transaction_status == TransactionStatus.IDLE:
            return None
        self.command(COMMIT)
        return self.leave()

    def roll_back(self) -> None:
        """Undo everything that was sent; a connection that fails at it is closed."""
        try:
            self.leave()
            self._connection.rollback()
        except psycopg.Error:
            self._connection.close()  # it is lost, and with it the transaction

    def _enter(self) -> None:
        if self._is_entered:
            return
        idle = self._pgconn.transaction_status == TransactionStatus.IDLE
        self._pgconn.enter_pipeline_mode()
        self._is_entered = True
        if idle:
            self._send_command("begin", self.begin, None)

    def _send_command(self, name: str, text: bytes, sender: object) -> Sent:
        self._pgconn.send_query_params(text, None)
        sent = Sent(name, sender)
        self._waiting.append(sent)
        return sent

    def _settle(self) -> None:
        """Wait for all answers.

        By a synchronisation, not by a flush request: after that the server would count as busy for as long as
        nothing is sent, and its ``idle_in_transaction_session_timeout`` would never end a frozen transaction.
        """
        self._pgconn.pipeline_sync()
        self._flush()
        while self._waiting:
            self._take_answer()
        status = self._fetch().status
        if status != ExecStatus.PIPELINE_SYNC:
            raise psycopg.OperationalError(f"the server is out of step: {status}")

    def _flush(self) -> None:
        if self._pgconn.flush():
            self._connection.wait(self._flushing())

    def _flushing(self) -> PQGen[None]:
        while self._pgconn.flush():
            if (yield Wait.RW) & Ready.R:  # the server may wait until its answers are read
                self._pgconn.consume_input()

    def _take_answer(self) -> None:
        sent = self._waiting.popleft()
        sent.result = result = self._fetch()
        if result.status not in _GOOD:
            if sent.key is not None:
                self._prepared.pop(sent.key, None)
            if result.status != ExecStatus.PIPELINE_ABORTED and self._failed is None:
                sent.error = error_from_result(result)
                self._failed = sent
                if isinstance(sent.error, FeatureNotSupported):  # a migration has changed what a plan returns
                    self._prepared.clear()
        if self._connection.wait(generators.fetch(self._pgconn)) is not None:
            raise psycopg.OperationalError("the server is out of step")

    def _fetch(self) -> PGresult:
        result: PGresult | None = self._connection.wait(generators.fetch(self._pgconn))
        if result is None:
            raise psycopg.OperationalError("the connection was lost")
        return result


class WiredConnection(psycopg.Connection[Any]):
    """A connection with its wire."""

    _wire: Wire | None = None

    @property
    def wire(self) -> Wire:
        if self._wire is None:
            self._wire = Wire(self)
        return self._wire


@lru_cache(maxsize=2048)
def _numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a statement with parameters written ``$1``, and their names in this order."""
    order: dict[str, int] = {}

    def place(match: re.Match[str]) -> str:
        return "%" if match[1] is None else f"${order.setdefault(match[1], len(order) + 1)}"

    return _PARAMETER.sub(place, text).encode(), tuple(order)
