"""The language of each conversation: texts are Chinese in the code, English in a catalogue.

``_("号码 {number}").format(number=…)`` translates at once; ``phrase("返回")`` is a constant that is
translated when it is called; ``verbatim("…")`` is one whose Chinese is prescribed to the character. All
follow ``speaking``, which code that answers a chat enters with the chat's language. Chinese gets its
punctuation here (``bot/i18n/punctuation.py``). ``make texts`` updates the catalogue from the code
(``tools/make_texts.py``).
"""

from collections.abc import Callable, Iterator, Mapping
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
    """A supported language."""

    CHINESE = "zh"
    ENGLISH = "en"

    @property
    def tag(self) -> str:
        return "zh-CN" if self == Language.CHINESE else self.value


_SPOKEN: ContextVar[Language] = ContextVar("spoken", default=Language.CHINESE)


StaffNames = Callable[[], Mapping[int, str]]
"""Returns the names of the desk's staff by chat, when the first of them is needed."""
NAMED: ContextVar[StaffNames] = ContextVar("named", default=dict)
"""The names for who reads the texts (``bot/i18n/staff_names.py``); none by default, as for owners."""


@contextmanager
def speaking(language: Language, names: StaffNames | None = None) -> Iterator[None]:
    """Set the language for the duration of the block, in this thread or task only.

    Args:
        language: the language.
        names: the names of the staff, for who may read them; None leaves them as they are.
    """
    before, named = _SPOKEN.set(language), NAMED.set(NAMED.get() if names is None else names)
    try:
        yield
    finally:
        NAMED.reset(named)
        _SPOKEN.reset(before)


def spoken() -> Language:
    """Return the active language."""
    return _SPOKEN.get()


def in_same_language(function: Callable[P, T]) -> Callable[P, T]:
    """Bind a function to the active language, in whichever thread it later runs."""
    language = spoken()

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(language):
            return function(*args, **kwargs)

    return run


def _(chinese: str) -> str:
    """Return a text in the active language; in Chinese if it has no translation yet."""
    return _catalogue(spoken()).gettext(chinese)


@cache
def _catalogue(language: Language) -> NullTranslations:
    """Return the translations into a language; Chinese has none."""
    if language == Language.CHINESE:
        return _Chinese()
    return translation(DOMAIN, LOCALE, [language])


class _Chinese(NullTranslations):
    """Chinese needs no translation, only its own punctuation."""

    def gettext(self, message: str) -> str:
        return punctuated(message)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A constant text that is translated when it is called."""

    chinese: str
    is_verbatim: bool = False

    def __call__(self) -> str:
        """Return the text in the active language."""
        if self.is_verbatim and spoken() == Language.CHINESE:
            return self.chinese
        return _(self.chinese)

    __str__ = __call__

    def means(self, said: str) -> bool:
        """Return whether the input equals this text in any language."""
        return said.strip() in self.wordings()

    def wordings(self) -> frozenset[str]:
        return frozenset(
            {self.chinese, *(_catalogue(language).gettext(self.chinese) for language in Language)}
        )


def phrase(chinese: str) -> Phrase:
    """Return a constant text; the extraction for the catalogue knows this name."""
    return Phrase(chinese)


def verbatim(chinese: str) -> Phrase:
    """Return a constant whose Chinese is prescribed to the character; the extraction knows this name too."""
    return Phrase(chinese, is_verbatim=True)
