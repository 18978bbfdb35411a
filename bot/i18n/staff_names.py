"""The names of the desk's staff, for texts that name an admin.

As with the language, code that answers an admin enters ``naming``; the texts ask ``staff_name``. To everybody
else nobody of the staff has a name.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Read = Callable[[], Mapping[int, str]]


class _Directory:
    """The names by chat, read when the first of them is asked for."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._names: Mapping[int, str] | None = None

    def names(self) -> Mapping[int, str]:
        if self._names is None:
            self._names = self._read()
        return self._names


_NOBODY = _Directory(dict)
_OPEN: ContextVar[_Directory] = ContextVar("open", default=_NOBODY)


@contextmanager
def naming(read: Read) -> Iterator[None]:
    """Set where the names come from for the duration of the block, in this thread or task only."""
    before = _OPEN.set(_Directory(read))
    try:
        yield
    finally:
        _OPEN.reset(before)


def staff_name(chat_id: int) -> str:
    """Return the name of a member of staff; empty if it is not known, or not for who reads it."""
    return _OPEN.get().names().get(chat_id, "")


def with_same_names(function: Callable[P, T]) -> Callable[P, T]:
    """Bind a function to the present names, in whichever thread it later runs, after the transaction."""
    names = _OPEN.get().names()

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with naming(lambda: names):
            return function(*args, **kwargs)

    return run
