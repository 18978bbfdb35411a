"""The hierarchy of errors: each is exported by ``core.errors``, and has a message for users."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from bot.errors import attachments, commands, tables
from bot.i18n.formatting import FAILED
from bot.texts.errors import of_error
from core import errors
from core.errors import HoursUnreadable, InputError, Refusal, XuanhaoError

ROOMS = [
    import_module(f"core.errors.{iter_module.name}") for iter_module in pkgutil.iter_modules(errors.__path__)
]
OTHERS = [attachments, commands, tables]
UNWORDED = {HoursUnreadable}
"""Raised for settings only, whose messages are English and for the command line."""


def below(kind: type[XuanhaoError]) -> Iterator[type[XuanhaoError]]:
    """Yield the leaf classes below an error class."""
    for one in kind.__subclasses__():
        yield from below(one) if one.__subclasses__() else (one,)


def test_every_class_is_at_hand_in_the_package() -> None:
    made = {
        (name, value)
        for room in ROOMS
        for name, value in vars(room).items()
        if isinstance(value, type) and value.__module__ == room.__name__
    }
    assert len(made) > 150
    assert [name for name, value in sorted(made, key=str) if getattr(errors, name, None) is not value] == []


def test_every_situation_that_a_person_meets_has_words() -> None:
    rooms = {room.__name__ for room in (*ROOMS, *OTHERS)}
    met = {one for branch in (InputError, Refusal) for one in below(branch) if one.__module__ in rooms}
    assert len(met) > 120
    assert [one.__name__ for one in met - UNWORDED if not worded(one)] == []


def worded(kind: type[XuanhaoError]) -> bool:
    """Return whether an error class has a text of its own, or one with fields."""
    blank = kind.__new__(kind)
    try:
        return of_error(blank) != FAILED()
    except (AttributeError, TypeError):  # its text needs fields, which a bare instance lacks
        return True
