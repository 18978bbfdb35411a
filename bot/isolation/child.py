"""The child's side: limits itself, handles one call, and ends.

The limits hold as far as the system enforces them. Linux enforces all of them. macOS does not enforce
RLIMIT_AS; there, memory is bounded by the limits of time and by the validation of declared sizes alone.
"""

import gc
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait

from bot.isolation.messages import AnswerKind, pack_answer, pack_error, unpack_call
from core.errors.base import XuanhaoError

try:
    import fcntl
    import resource
except ImportError:  # not on Windows
    HAS_LIMITS = False
else:
    HAS_LIMITS = True

_NICE = 5  # the event loop goes first on a busy machine


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLimits:
    """What a child may use.

    Attributes:
        memory: bytes of address space beyond those that the child has at its start.
        cpu_seconds: of processor time.
        seconds: from the call to the answer; includes starting the child.
    """

    memory: int
    cpu_seconds: int
    seconds: int


def serve(connection: Connection, limits: ChildLimits) -> None:
    """Handle one call.

    Args:
        connection: where the call comes from and the answer goes to.
        limits: of this process.
    """
    _silence()
    _end_with_program()
    _limit(limits)
    gc.disable()  # the process is gone before garbage matters
    try:
        message = _answer(connection.recv_bytes())
    except MemoryError:  # while the call was received or the answer packed
        message = pack_answer(AnswerKind.NO_MEMORY, None)
    with suppress(OSError):  # the program has given up waiting
        connection.send_bytes(message)


def _answer(call: bytes) -> bytes:
    function, args = unpack_call(call)
    try:
        value = function(*args)
    except XuanhaoError as error:
        return pack_answer(AnswerKind.RAISED, pack_error(error))
    except MemoryError:
        return pack_answer(AnswerKind.NO_MEMORY, None)
    except Exception as error:  # noqa: BLE001 - the class is logged; the text may contain personal data
        return pack_answer(AnswerKind.FAILED, type(error).__name__)
    return pack_answer(AnswerKind.RETURNED, value)


def _silence() -> None:
    """Print nothing: decoders write about the contents of files, and aborting ones about their end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches every process of the group
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(nowhere, stream.fileno())


def _end_with_program() -> None:
    """End when the program ends, even if it is killed while a decoder is at work.

    The kernel signals that the program's end of a pipe has been closed; the signal ends the process.
    """
    program = parent_process()
    if program is None or not HAS_LIMITS:
        return
    pipe = program.sentinel
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    with suppress(OSError):  # where pipes send no signal, the alarm ends the process
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if wait([pipe], timeout=0):  # it has ended before
        os._exit(1)


def _limit(limits: ChildLimits) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limits.seconds)
    with suppress(OSError):
        os.nice(_NICE)
    if not HAS_LIMITS:
        return
    for what, most in (
        (resource.RLIMIT_CORE, 0),  # a dump would hold the file
        (resource.RLIMIT_FSIZE, 0),  # nothing here writes files
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, _used() + limits.memory),
    ):
        with suppress(OSError, ValueError):  # a lower limit is set already, or the system has none
            resource.setrlimit(what, (most, most))


def _used() -> int:
    """Return the bytes of address space in use; 0 where they are unknown."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - a file of the kernel
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
