"""What goes through the pipe between the program and a child.

The child gets a pickled call. Its answer is not trusted, as a file may have taken the child over: it is
unpickled without any class or function, so it consists of numbers, text, bytes and containers of these. An
error is sent as the name of its class and its attributes, and only subclasses of ``XuanhaoError`` that the
program has already loaded are built from it.
"""

import io
import pickle
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NoReturn

from core.errors.base import XuanhaoError

PackedError = tuple[str, Mapping[str, object], tuple[object, ...]]
"""Name of the class, attributes, arguments."""


class AnswerKind(StrEnum):
    """What kind of answer a child gives."""

    RETURNED = "returned"
    RAISED = "raised"  # a XuanhaoError: the answer to the user
    NO_MEMORY = "no memory"
    FAILED = "failed"  # any other exception


class UnexpectedAnswerError(Exception):
    """A child's answer is not built as agreed."""


def pack_call(function: Callable[..., object], args: tuple[object, ...]) -> bytes:
    return pickle.dumps((function, args), pickle.HIGHEST_PROTOCOL)


def unpack_call(message: bytes) -> tuple[Callable[..., object], tuple[object, ...]]:
    function, args = pickle.loads(message)  # noqa: S301 - written by the program itself
    return function, args


def pack_answer(kind: AnswerKind, value: object) -> bytes:
    return pickle.dumps((kind.value, value), pickle.HIGHEST_PROTOCOL)


def unpack_answer(message: bytes) -> tuple[AnswerKind, Any]:
    """Return kind and value.

    Raises:
        UnexpectedAnswerError: it is no answer, or contains anything but plain values.
    """
    try:
        kind, value = _PlainUnpickler(io.BytesIO(message)).load()
        return AnswerKind(kind), value
    except Exception as error:  # noqa: BLE001 - damaged pickles raise anything
        raise UnexpectedAnswerError(type(error).__name__) from None


def pack_error(error: XuanhaoError) -> PackedError:
    return _name(type(error)), dict(vars(error)), error.args


def unpack_error(packed: object) -> XuanhaoError:
    """Return the error that a child has packed.

    Raises:
        UnexpectedAnswerError: it is none that the program knows.
    """
    match packed:
        case (str(name), dict(values), tuple(args)):
            kind = _classes().get(name)
        case _:
            kind = None
    if kind is None:
        raise UnexpectedAnswerError("no error")
    error = kind.__new__(kind)
    error.args = args
    vars(error).update(values)
    return error


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str, /) -> NoReturn:
        raise pickle.UnpicklingError(f"{module}.{name} in an answer")


def _name(kind: type[XuanhaoError]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _classes() -> dict[str, type[XuanhaoError]]:
    found, left = {}, [XuanhaoError]
    while left:
        kind = left.pop()
        found[_name(kind)] = kind
        left.extend(kind.__subclasses__())
    return found
