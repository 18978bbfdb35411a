"""Normalization of user input before it is parsed (docs/domain.md, section 8).

Phone keyboards insert full-width characters, lower case, spaces, a dozen kinds of dots and invisible
marks. Only this module removes them; the *meaning* of a text is parsed in ``plates``, ``vehicles``,
``identity`` and ``names``.
"""

import unicodedata
from collections.abc import Callable

from core.errors.identity import ControlCharacterInText

LIMIT = 64
"""Maximum length of a serial, VIN, name or number, in characters; longer input is rejected early."""

DOTS = "·•‧∙⋅・●.。⸱᛫"
"""Variants of the dot between office and serial; NFKC maps further variants to these."""

HYPHENS = "-‐‑‒–—−_"
"""Variants of the hyphen between groups of characters."""

_UPPER = {ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf"})
_TURNS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Marks that turn the direction of what follows: a text could be shown as another."""
_OF_EMOJI = frozenset("\u200d")
_VARIATION_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


def is_oversized(text: str) -> bool:
    """Return whether a text is too long to be parsed; cheap for any length."""
    return len(text.strip()) > LIMIT


def tidy(text: str) -> str:
    """Return the text in NFKC without invisible characters; case is preserved.

    Removes zero-width and direction marks, variation selectors, NUL and other control characters; replaces
    every whitespace character, line ends included, by a space; strips the ends.
    """
    visible = "".join(" " if char.isspace() else char for char in text if not _is_hidden(char))
    return unicodedata.normalize("NFKC", visible).strip()


def one_line(text: str) -> str:
    """Return free text in one line, as it was typed: only whitespace is collapsed, and stripped at the ends.

    Raises:
        ControlCharacterInText: it has a character that no keyboard types.
    """
    line = " ".join(text.split())
    ensure_no_control(line)
    return line if tidy(line) else ""


def in_lines(text: str) -> str:
    """Return free text as it was typed, its lines stripped, and without empty ones around it.

    Raises:
        ControlCharacterInText: it has a character that no keyboard types.
    """
    ensure_no_control(text)
    return "\n".join(line.strip() for line in text.splitlines()).strip()


def without_hidden(text: str) -> str:
    """Return the text without zero-width and direction marks, which copying brings along.

    What joins or colours an emoji stays, and so do control characters, for ``ensure_no_control``.
    """
    return "".join(
        char for char in text if char in _OF_EMOJI or unicodedata.category(char) != "Cf" or char in _TURNS
    )


def in_width(text: str) -> str:
    """Return a text of the same length with its full-width characters made ASCII.

    What is found in it is at the same place in the text as it was typed.
    """
    return "".join(_narrowed(char) for char in text)


def _narrowed(char: str) -> str:
    if char.isspace():
        return " "
    narrow = unicodedata.normalize("NFKC", char)
    return narrow if len(narrow) == 1 else char


def ensure_no_control(text: str) -> None:
    """Refuse free text with a control character, or one that turns the direction of the text around it.

    Tabs, line ends and what joins the parts of an emoji are allowed.

    Raises:
        ControlCharacterInText: it has one.
    """
    if any(not char.isspace() and (unicodedata.category(char) == "Cc" or char in _TURNS) for char in text):
        raise ControlCharacterInText


def clean(text: str) -> str:
    """Return the tidied text with a–z in upper case.

    Other letters stay as they are: their upper case may be different letters (``ß``, ``ı``).
    """
    return tidy(text).translate(_UPPER)


def compact(text: str, also: str = "") -> str:
    return "".join(char for char in clean(text) if not char.isspace() and char not in also)


def positions_where(text: str, test: Callable[[str], bool]) -> tuple[int, ...]:
    """Return the positions of characters that pass a test, counted from 1."""
    return tuple(place for place, char in enumerate(text, 1) if test(char))


def positions_outside(text: str, alphabet: str) -> tuple[int, ...]:
    """Return the positions of characters outside an alphabet, counted from 1."""
    return positions_where(text, lambda char: char not in alphabet)


def characters_at(text: str, positions: tuple[int, ...]) -> str:
    """Return the distinct characters at these positions, in order; the first ten, as an error shows them."""
    return "".join(dict.fromkeys(text[place - 1] for place in positions))[:10]


def _is_hidden(char: str) -> bool:
    if char.isspace():
        return False
    return unicodedata.category(char) in _HIDDEN_CATEGORIES or char in _VARIATION_SELECTORS
