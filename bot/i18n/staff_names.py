"""The names of the desk's staff, for texts that name an admin.

As with the language, code that answers an admin gives them to ``speaking``; the texts ask ``staff_name``. To
everybody else nobody of the staff has a name.
"""

from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from bot.i18n.language import NAMED, speaking, spoken

P = ParamSpec("P")
T = TypeVar("T")


def staff_name(chat_id: int) -> str:
    """Return the name of a member of staff; empty if it is not known, or not for who reads it."""
    return NAMED.get()().get(chat_id, "")


def staff_names() -> Mapping[int, str]:
    """Return the names of all staff by chat; empty where they are not for who reads."""
    return NAMED.get()()


def with_same_names(function: Callable[P, T]) -> Callable[P, T]:
    """Bind a function to the present names, in whichever thread it later runs, after the transaction."""
    names = NAMED.get()()

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(spoken(), lambda: names):
            return function(*args, **kwargs)

    return run
