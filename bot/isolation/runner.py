"""The program's side: runs a function in a child process, and kills the child when it takes too long.

The standard library's ``forkserver`` starts children: a single-threaded process, begun at the first call,
that has the modules loaded and forks for each call. A fork takes some milliseconds, so a child serves one
call only: nothing of one file can reach the next, and memory does not grow. (An executor's pool would break
as a whole when one of its processes dies, and workers that serve many calls must be counted and replaced.)

The children end when the program ends, however that ends, and the server after them.
"""

import asyncio
import logging
import multiprocessing
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any, Protocol, TypeVar

from bot.isolation.child import ChildLimits, serve
from bot.isolation.messages import AnswerKind, UnexpectedAnswerError, pack_call, unpack_answer, unpack_error

T = TypeVar("T")
_LOGGER = logging.getLogger(__name__)
DECODERS = ("pi_heif", "python_calamine", "zxingcpp")
"""The libraries that only children use. One that is not installed is left out."""
_CONTEXT = multiprocessing.get_context("forkserver")
_MOST_ANSWER = 256_000_000
"""Maximum bytes of an answer: 300,000 vehicles have some 30 million, a photo some three."""

_THREADS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="isolation")
"""Threads that wait for children; their number is bounded by those who call (``bot.dialog.attachments``)."""

_GRACE = 0.5
"""Seconds that a child which has answered takes to end at most."""
_STARTING_OR_ENDING = threading.Lock()
"""The library looks at all processes whenever it starts one, so none may be closed meanwhile."""


class Cause(StrEnum):
    """Why a child has no result."""

    TIME = "time"
    MEMORY = "memory"
    DEATH = "death"  # aborted, crashed, or killed by a limit
    BUG = "bug"  # an exception that is no answer to the user


class ChildFailedError(Exception):
    """A child process gave no result; the caller says what that means for its file."""

    def __init__(self, cause: Cause, details: str = "") -> None:
        super().__init__(f"{cause}{': ' if details else ''}{details}")
        self.cause = cause


class Process(Protocol):
    """What is used of a process of any start method."""

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def is_alive(self) -> bool: ...
    def join(self, timeout: float | None = None) -> None: ...
    def close(self) -> None: ...


def preload(modules: Iterable[ModuleType]) -> None:
    """Name the modules that the server loads before it forks, besides ``DECODERS``; before the first call.

    Others are loaded by each child that needs them.
    """
    names = (module.__name__ for module in modules)
    _CONTEXT.set_forkserver_preload(["__main__", *names, *DECODERS])


async def run_isolated(function: Callable[..., T], *args: object, limits: ChildLimits) -> T:
    """Run a function in a child process and return its result; cancelling kills the child.

    Args:
        function: of a module's top level; its result must be plain (see ``bot.isolation.messages``).
        args: anything that can be pickled.
        limits: of the child.

    Raises:
        ChildFailedError: it died, took too long, ran out of memory or failed.
        XuanhaoError: raised by the function.
    """
    call = _Call(pack_call(function, args), limits)
    try:
        async with asyncio.timeout(limits.seconds):
            kind, value = await asyncio.get_running_loop().run_in_executor(_THREADS, call.run)
    except TimeoutError:
        raise _logged(ChildFailedError(Cause.TIME), function) from None
    except ChildFailedError as error:
        raise _logged(error, function) from None
    finally:
        call.kill()
    match kind:
        case AnswerKind.RETURNED:
            result: T = value
            return result
        case AnswerKind.RAISED:
            raise _error_of(value)
        case AnswerKind.NO_MEMORY:
            raise _logged(ChildFailedError(Cause.MEMORY), function)
        case AnswerKind.FAILED:
            raise _logged(ChildFailedError(Cause.BUG, str(value)), function)


def _error_of(packed: object) -> Exception:
    try:
        return unpack_error(packed)
    except UnexpectedAnswerError as error:
        return ChildFailedError(Cause.DEATH, str(error))


def _logged(error: ChildFailedError, function: Callable[..., object]) -> ChildFailedError:
    _LOGGER.warning("%s in a child process: %s", function.__qualname__, error)
    return error


class _Call:
    """One call in a process of its own."""

    def __init__(self, call: bytes, limits: ChildLimits) -> None:
        self._call = call
        self._limits = limits
        self._lock = threading.Lock()  # between the thread that waits and the one that kills; held briefly
        self._process: Process | None = None
        self._is_over = False

    def run(self) -> tuple[AnswerKind, Any]:
        """Run the call; blocks until it has ended or was killed.

        Raises:
            ChildFailedError: there is no answer.
        """
        try:
            ours, theirs = _CONTEXT.Pipe()
            with ours:
                with theirs:
                    self._start(theirs)
                ours.send_bytes(self._call)
                return unpack_answer(ours.recv_bytes(_MOST_ANSWER))
        except (EOFError, OSError, UnexpectedAnswerError) as error:
            raise ChildFailedError(Cause.DEATH, type(error).__name__) from None
        finally:
            self._end()

    def kill(self) -> None:
        """Kill the child if there is one, and let none start; idempotent."""
        with self._lock:
            self._is_over = True
            if self._process is not None:
                self._process.kill()

    def _start(self, theirs: Connection) -> None:
        try:
            process = self._started(theirs)
        except (EOFError, OSError):  # the server was killed: the next attempt starts another
            process = self._started(theirs)
        with self._lock:
            self._process = process
            if self._is_over:
                process.kill()

    def _started(self, theirs: Connection) -> Process:
        process = _CONTEXT.Process(target=serve, args=(theirs, self._limits), daemon=True)
        with _STARTING_OR_ENDING:
            process.start()
        return process

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        with _STARTING_OR_ENDING:
            process.join(_GRACE)  # a process that has ended must not be killed: its id may be another's
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
