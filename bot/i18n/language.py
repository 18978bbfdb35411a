"""In which language somebody is spoken to: the words stand in Chinese in the code, English in a catalogue.

``_("号码 {number}").format(number=…)`` words something now; ``phrase("返回")`` is a constant that is worded
when it is called, ``verbatim("…")`` one whose Chinese is prescribed to the sign. All follow ``speaking``,
which whoever answers a chat enters with the chat's language. Chinese gets its punctuation here
(``bot/i18n/punctuation.py``).
``make texts`` brings the catalogue up to date with the code (``tools/make_texts.py``).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import ParamSpec, TypeVar

from bot.i18n.punctuation import punctuated

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "xuanhao"
P = ParamSpec("P")
T = TypeVar("T")


class Language(StrEnum):
    """A language that the service speaks."""

    CHINESE = "zh"
    ENGLISH = "en"

    @property
    def tag(self) -> str:
        return "zh-CN" if self == Language.CHINESE else self.value


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


def in_same_language(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function that words what it says, in whichever thread, in the language that is spoken here."""
    language = spoken()

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(language):
            return function(*args, **kwargs)

    return run


def _(chinese: str) -> str:
    """Return words in the language that is spoken now; in Chinese where they have no translation yet."""
    return _catalogue(spoken()).gettext(chinese)


@cache
def _catalogue(language: Language) -> NullTranslations:
    """Return the translations into a language; there are none into Chinese."""
    if language == Language.CHINESE:
        return _Chinese()
    return translation(DOMAIN, LOCALE, [language])


class _Chinese(NullTranslations):
    """Chinese needs no translation: only its own punctuation."""

    def gettext(self, message: str) -> str:
        return punctuated(message)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that never change, worded when they are called."""

    chinese: str
    is_verbatim: bool = False

    def __call__(self) -> str:
        """Return them in the language that is spoken now."""
        if self.is_verbatim and spoken() == Language.CHINESE:
            return self.chinese
        return _(self.chinese)

    __str__ = __call__

    def means(self, said: str) -> bool:
        """Return whether somebody said these words, in whichever language."""
        return said.strip() in self.wordings()

    def wordings(self) -> frozenset[str]:
        return frozenset(
            {self.chinese, *(_catalogue(language).gettext(self.chinese) for language in Language)}
        )


def phrase(chinese: str) -> Phrase:
    """Return a constant of the words; the extraction of the catalogue knows this name."""
    return Phrase(chinese)


def verbatim(chinese: str) -> Phrase:
    """Return a constant whose Chinese is prescribed to the sign; the extraction knows this name, too."""
    return Phrase(chinese, is_verbatim=True)
