"""What people type, brought into one form before it is judged (docs/domain.md, section 8).

Telephones put in full-width characters, small letters, blanks, dots of a dozen kinds and marks
that nobody sees. All of that is undone here, and here alone; what a text *means* is judged by
``plates``, ``vehicles`` and ``identity``.
"""

import unicodedata
from collections.abc import Callable, Sequence

LIMIT = 64
"""Characters beyond which nothing can be a serial, a VIN, a name or a number any more."""

DOTS = "·•‧∙⋅・●.。⸱᛫"
"""The dot between office and serial, as keyboards know it; the other forms fold into these by NFKC."""

HYPHENS = "-‐‑‒–—−_"
"""What people write between groups of characters."""

_AFTER_LABEL = " :=()/"
_UPPER = {ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf"})
_VARIATION_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))


def is_oversized(text: str) -> bool:
    """Tell whether a text is too long to be worth a second look; cheap at any length."""
    return len(text.strip()) > LIMIT


def tidy(text: str) -> str:
    """Return the text in NFKC without what cannot be seen, case kept.

    Zero-width and direction marks, variation selectors, NUL and other controls go; every blank,
    line ends too, becomes a plain space, and none is left at the ends.
    """
    visible = "".join(" " if char.isspace() else char for char in text if not _is_hidden(char))
    return unicodedata.normalize("NFKC", visible).strip()


def clean(text: str) -> str:
    """Return the tidied text with a–z in capitals.

    Only those: capitals of other letters may look like something else (``ß``, ``ı``).
    """
    return tidy(text).translate(_UPPER)


def compact(text: str, also: str = "") -> str:
    return "".join(char for char in clean(text) if not char.isspace() and char not in also)


def without_label(text: str, labels: Sequence[str]) -> str:
    """Return the cleaned text without what a paper prints before it: 「车架号:」, 「车辆识别代号(VIN)」.

    Args:
        text: as it was typed.
        labels: in capitals, a longer one before those with which it begins.
    """
    rest = clean(text)
    while (label := next((label for label in labels if rest.startswith(label)), None)) is not None:
        rest = rest.removeprefix(label).lstrip(_AFTER_LABEL)
    return rest


def positions_where(text: str, test: Callable[[str], bool]) -> tuple[int, ...]:
    """Return where the characters that pass a test stand, counted from 1."""
    return tuple(place for place, char in enumerate(text, 1) if test(char))


def positions_outside(text: str, alphabet: str) -> tuple[int, ...]:
    """Return where the characters outside an alphabet stand, counted from 1."""
    return positions_where(text, lambda char: char not in alphabet)


def characters_at(text: str, positions: tuple[int, ...], limit: int = 10) -> str:
    """Return the characters that stand there, each once, in order, at most ``limit``."""
    return "".join(dict.fromkeys(text[place - 1] for place in positions))[:limit]


def _is_hidden(char: str) -> bool:
    if char.isspace():
        return False
    return unicodedata.category(char) in _HIDDEN_CATEGORIES or char in _VARIATION_SELECTORS
