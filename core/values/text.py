"""Normalization of user input before it is parsed (docs/domain.md, section 8).

Phone keyboards insert full-width characters, lower case, spaces, a dozen kinds of dots and invisible
marks. Only this module removes them; the *meaning* of a text is parsed in ``plates``, ``vehicles`` and
``identity``.
"""

import unicodedata
from collections.abc import Callable

LIMIT = 64
"""Maximum length of a serial, VIN, name or number, in characters; longer input is rejected early."""

DOTS = "·•‧∙⋅・●.。⸱᛫"
"""Variants of the dot between office and serial; NFKC maps further variants to these."""

HYPHENS = "-‐‑‒–—−_"
"""Variants of the hyphen between groups of characters."""

_UPPER = {ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf"})
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


def characters_at(text: str, positions: tuple[int, ...], limit: int = 10) -> str:
    """Return the distinct characters at these positions, in order, at most ``limit``."""
    return "".join(dict.fromkeys(text[place - 1] for place in positions))[:limit]


def _is_hidden(char: str) -> bool:
    if char.isspace():
        return False
    return unicodedata.category(char) in _HIDDEN_CATEGORIES or char in _VARIATION_SELECTORS
