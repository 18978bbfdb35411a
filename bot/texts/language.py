"""In which language somebody is spoken to: the words stand in Chinese in the code, English in a catalogue.

``_("号码 {number}").format(number=…)`` words something now; ``phrase("返回")`` is a constant that is worded
when it is called. Both follow ``speaking``, which whoever answers a chat enters with the chat's language.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language that the service speaks."""

    CHINESE = "zh"
    ENGLISH = "en"


_SPOKEN: ContextVar[Language] = ContextVar("spoken", default=Language.CHINESE)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Word all that is said meanwhile in a language; it holds for this thread or task alone."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def spoken() -> Language:
    """Return the language that is spoken now."""
    return _SPOKEN.get()


def _(chinese: str) -> str:
    """Return words in the language that is spoken now."""
    return chinese


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that never change, worded when they are called."""

    chinese: str

    def __call__(self) -> str:
        """Return them in the language that is spoken now."""
        return _(self.chinese)


def phrase(chinese: str) -> Phrase:
    """Return a constant of the words; the extraction of the catalogue knows this name."""
    return Phrase(chinese)
