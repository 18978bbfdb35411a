"""Calls for child processes, most of which end badly; each as a decoder might."""

import os
import signal
import sys
import time
from pathlib import Path

from core.errors.vehicles import VinLength


def double(number: int) -> int:
    return 2 * number


def refuse() -> None:
    raise VinLength(wanted=17, found=3)


def abort() -> None:
    os.abort()


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(0)


def hang() -> None:
    time.sleep(600)


def spin() -> None:
    while True:
        pass


def fill_memory() -> int:
    return len(bytearray(2_000_000_000))


def return_an_object() -> object:
    return Path("/")


class _Action:
    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return os.putenv, ("XUANHAO_TAKEN_OVER", "1")


def return_an_action() -> object:
    """Return what runs a function where it is unpickled."""
    return _Action()


def fail() -> None:
    raise ValueError("a secret")


def write(path: str) -> int:
    return Path(path).write_bytes(b"0123456789")


def say_a_secret() -> None:
    print("a secret", flush=True)  # noqa: T201 - it must not be seen
    print("a secret", file=sys.stderr, flush=True)  # noqa: T201 - the same


def pid_and_server() -> tuple[int, int]:
    return os.getpid(), os.getppid()
