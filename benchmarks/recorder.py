"""Record which functions of the project are called, and which statements are executed.

A profiler sees the calls of this thread and of threads that are started after it is installed, so
``Recorder.installed`` must enclose everything else. A wrapper around the store records transactions and
statements.
"""

import dis
import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from core.ports import Row, Store, Tx
from sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ("bot/", "core/")
MESSENGER = f"{Path(inspect.getfile(Sandbox)).resolve().parent.relative_to(ROOT).as_posix()}/"

_SUSPENDABLE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_NO_FUNCTIONS = frozenset({"<module>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A named query, and the function that executed it."""

    query: str
    caller: CodeType


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A function passed to the store, and its statements."""

    writes: bool
    function: str
    statements: list[Statement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """The figures of a code path."""

    files: int
    functions: int
    statements: int
    write_transactions: int


class Way:
    """What was called while recording."""

    def __init__(self) -> None:
        self.functions: dict[CodeType, None] = {}  # in order of the first call
        self.transactions: list[Transaction] = []

    def files(self) -> dict[str, list[CodeType]]:
        """Return the functions by file, in order of the first call."""
        found: dict[str, list[CodeType]] = {}
        for code in self.functions:
            found.setdefault(_place_of(code.co_filename), []).append(code)
        return found

    def length(self) -> Length:
        return Length(
            files=len(self.files()),
            functions=len(self.functions),
            statements=sum(len(transaction.statements) for transaction in self.transactions),
            write_transactions=sum(transaction.writes for transaction in self.transactions),
        )

    def listing(self) -> Iterator[str]:
        """Yield the lines of a listing: files and functions, then transactions and statements."""
        for number, (file, functions) in enumerate(self.files().items(), 1):
            yield f"{number:4}  {file}"
            for code in functions:
                yield f"        {code.co_qualname}, line {code.co_firstlineno}"
        number = 0
        for transaction in self.transactions:
            yield f"      {'write' if transaction.writes else 'read'}: {transaction.function}"
            for statement in transaction.statements:
                number += 1
                caller = statement.caller
                place = _place_of(caller.co_filename)
                yield f"{number:4}    {statement.query:<28}{place}: {caller.co_qualname}"


class Recorder:
    """Records code paths, one at a time.

    Args:
        waiting: a function of the measuring code; what it calls, directly or not, is not recorded.
    """

    def __init__(self, waiting: Callable[..., Any]) -> None:
        self.way: Way | None = None  # None while not recording
        self._waiting = waiting.__code__

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Profile this thread, and all threads that are started within the block."""
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    @contextmanager
    def recording(self) -> Iterator[Way]:
        """Record within the block."""
        self.way = way = Way()
        try:
            yield way
        finally:
            self.way = None

    def _profile(self, frame: FrameType, event: str, _argument: object) -> None:
        way = self.way
        if way is None:
            return
        if event == "c_call":
            self._note(way, frame)
        elif event == "call" and _begins(frame):
            if frame.f_back is not None:  # it may be a coroutine that was suspended before
                self._note(way, frame.f_back)
            self._note(way, frame)

    def _note(self, way: Way, frame: FrameType) -> None:
        code = frame.f_code
        if code not in way.functions and _is_project(code) and not self._is_apart(frame):
            way.functions[code] = None

    def _is_apart(self, frame: FrameType) -> bool:
        """Return whether a call comes from the sandbox or from the measuring code."""
        above: FrameType | None = frame
        while above is not None:
            if above.f_code is self._waiting or _place_of(above.f_code.co_filename).startswith(MESSENGER):
                return True
            above = above.f_back
        return False


@cache
def _place_of(filename: str) -> str:
    """Return the path of a file inside the repository; empty for files outside."""
    path = Path(filename)
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""


def _is_project(code: CodeType) -> bool:
    return _place_of(code.co_filename).startswith(PROJECT) and code.co_name not in _NO_FUNCTIONS


def _begins(frame: FrameType) -> bool:
    """Return whether a frame starts a function rather than resuming a coroutine or generator.

    The interpreter reports both as calls. A call stands at the instruction RESUME with argument 0; other
    arguments mean after a ``yield`` or ``await``. Closing a generator stands elsewhere.
    """
    code = frame.f_code
    if not code.co_flags & _SUSPENDABLE:
        return True
    operation, argument = code.co_code[frame.f_lasti : frame.f_lasti + 2]
    return operation == dis.opmap["RESUME"] and argument & 3 == 0


class RecordedTx:
    """A transaction that records its statements."""

    def __init__(self, tx: Tx, statements: list[Statement]) -> None:
        self._tx = tx
        self._statements = statements

    @property
    def now(self) -> datetime:
        return self._tx.now

    def renew_now(self) -> None:
        self._tx.renew_now()

    def run(self, query: str, /, **values: object) -> int:
        self._statements.append(Statement(query=query, caller=_caller()))
        return self._tx.run(query, **values)

    def one(self, query: str, /, **values: object) -> Row | None:
        self._statements.append(Statement(query=query, caller=_caller()))
        return self._tx.one(query, **values)

    def all(self, query: str, /, **values: object) -> list[Row]:
        self._statements.append(Statement(query=query, caller=_caller()))
        return self._tx.all(query, **values)


def _caller() -> CodeType:
    """Return the caller of the method that calls this function."""
    frame = inspect.currentframe()
    for _ in range(2):
        frame = frame.f_back if frame is not None else None
    if frame is None:
        raise RuntimeError("nobody has called")
    return frame.f_code


class RecordedStore:
    """The port ``Store`` over another store, recording its transactions."""

    def __init__(self, store: Store, recorder: Recorder) -> None:
        self._store = store
        self._recorder = recorder

    async def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the port
        return await self._store.run(self._noted(function, writes=True), *args, **kwargs)

    async def run_for(self, caller: int, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the port
        return await self._store.run_for(caller, self._noted(function, writes=True), *args, **kwargs)

    async def read(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the port
        return await self._store.read(self._noted(function, writes=False), *args, **kwargs)

    async def close(self) -> None:
        await self._store.close()

    def _noted(self, function: Callable[..., Any], *, writes: bool) -> Callable[..., Any]:
        way = self._recorder.way
        if way is None:
            return function
        inner = function.func if isinstance(function, partial) else function
        name = f"{inner.__module__}: {inner.__qualname__}"
        transaction = Transaction(writes=writes, function=name, statements=[])
        way.transactions.append(transaction)
        return lambda tx, *args, **kwargs: function(RecordedTx(tx, transaction.statements), *args, **kwargs)
