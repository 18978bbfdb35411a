"""The tree of errors: names are unique, and each error that a person can meet has a text."""

import pkgutil
from collections import Counter
from collections.abc import Iterator
from importlib import import_module

from bot.errors import attachments, commands, tables
from bot.i18n.formatting import FAILED
from bot.texts.errors import of_error
from core import errors
from core.errors.backup import (
    GivenUnreadable,
    LossBeforeBackup,
    OfficeNotServed,
    PassphraseNeeded,
    PassphraseTooShort,
    PassphraseWrong,
)
from core.errors.base import InputError, Refusal, XuanhaoError
from core.errors.moving import MoveUrlsWrong

MODULES = [import_module(f"core.errors.{module.name}") for module in pkgutil.iter_modules(errors.__path__)]
OTHERS = [attachments, commands, tables]
UNWORDED = {
    GivenUnreadable,
    LossBeforeBackup,
    MoveUrlsWrong,
    OfficeNotServed,
    PassphraseNeeded,
    PassphraseTooShort,
    PassphraseWrong,
}
"""Raised for settings and by the command line only, whose messages are English."""


def below(kind: type[XuanhaoError]) -> Iterator[type[XuanhaoError]]:
    """Yield the leaf classes below an error class."""
    for one in kind.__subclasses__():
        yield from below(one) if one.__subclasses__() else (one,)


def test_names_are_unique_across_modules() -> None:
    """The names are stored, without their modules."""
    defined = Counter(
        name
        for module in MODULES
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    )
    assert len(defined) > 150
    assert [name for name, count in defined.items() if count > 1] == []


def test_every_situation_that_a_person_meets_has_words() -> None:
    modules = {module.__name__ for module in (*MODULES, *OTHERS)}
    met = {one for branch in (InputError, Refusal) for one in below(branch) if one.__module__ in modules}
    assert len(met) > 120
    assert [one.__name__ for one in met - UNWORDED if not worded(one)] == []


def worded(kind: type[XuanhaoError]) -> bool:
    """Return whether an error class has a text of its own, or one with fields."""
    blank = kind.__new__(kind)
    try:
        return of_error(blank) != FAILED()
    except (AttributeError, TypeError):  # its text needs fields, which a bare instance lacks
        return True
