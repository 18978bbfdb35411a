"""Names of persons and organisations (docs/domain.md, section 9): only the form is validated."""

import unicodedata

from core.errors.identity import (
    PersonNameCharacters,
    PersonNameEmpty,
    PersonNameLength,
    UnitNameCharacters,
    UnitNameEmpty,
    UnitNameLength,
)
from core.values import labels
from core.values.text import DOTS, characters_at, is_oversized, positions_where

NAME_SHORTEST, NAME_LONGEST = 2, 30
LATIN_NAME_LONGEST = 39
"""Maximum length of a name without Chinese characters, as in the lines of a passport (ICAO 9303)."""

UNIT_NAME_LONGEST = 60

_DIGITS = "0123456789"
_SEPARATORS = "· '-"
_CHINESE_BLOCKS = (("㐀", "䶿"), ("一", "鿿"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003ffff"))
_UNIT_SIGNS = "·&()-. \"'“”‘’、—《》"


def parse_name(text: str) -> str:
    """Parse a person's name; normalize dots to ``·`` and collapse spaces (none between Chinese characters).

    A name has 2 to 30 characters, without Chinese ones up to 39: Chinese and Latin letters, dots between
    letters, and between Latin letters also spaces, hyphens and apostrophes. A label before it is dropped.

    Raises:
        PersonNameEmpty: the input is blank.
        PersonNameCharacters: a character is not allowed, or a separator is not between two letters.
        PersonNameLength: it is too short or too long.
    """
    if is_oversized(text):
        raise PersonNameLength(shortest=NAME_SHORTEST, longest=NAME_LONGEST, found=len(text.strip()))
    name = _joined(labels.without_label_of_name(text, labels.PERSON_NAME).replace("’", "'"))
    stray = positions_where(name, lambda char: not _is_name_letter(char) and char not in _SEPARATORS)
    return _validate_name(name, stray or _unjoining(name))


def parse_unit_name(text: str) -> str:
    """Parse an organisation's name, without a label before it.

    It has 2 to 60 letters, digits, spaces, ``·&()-.—、``, quotation marks and ``《》``.

    Raises:
        UnitNameEmpty: the input is blank.
        UnitNameCharacters: a character is not allowed, or there is no letter.
        UnitNameLength: it is too short or too long.
    """
    if is_oversized(text):
        raise UnitNameLength(shortest=NAME_SHORTEST, longest=UNIT_NAME_LONGEST, found=len(text.strip()))
    name = " ".join(labels.without_label_of_name(text, labels.UNIT_NAME).split())
    if not name:
        raise UnitNameEmpty
    stray = positions_where(
        name, lambda char: not _is_name_letter(char) and char not in _DIGITS + _UNIT_SIGNS
    )
    if stray or not any(map(_is_name_letter, name)):
        raise UnitNameCharacters(positions=stray, characters=characters_at(name, stray))
    if not NAME_SHORTEST <= len(name) <= UNIT_NAME_LONGEST:
        raise UnitNameLength(shortest=NAME_SHORTEST, longest=UNIT_NAME_LONGEST, found=len(name))
    return name


def mask_name(name: str) -> str:
    """Return a name with all but its first and last characters masked: 张*三, 张*."""
    if len(name) <= NAME_SHORTEST:
        return name[:1] + "*" * (len(name) - 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def _validate_name(name: str, stray: tuple[int, ...]) -> str:
    if not name:
        raise PersonNameEmpty
    if stray:
        raise PersonNameCharacters(positions=stray)
    longest = NAME_LONGEST if any(map(_is_chinese, name)) else LATIN_NAME_LONGEST
    if not NAME_SHORTEST <= len(name) <= longest:
        raise PersonNameLength(shortest=NAME_SHORTEST, longest=longest, found=len(name))
    return name


def _joined(name: str) -> str:
    """Return a name with uniform dots and single spaces, none around dots or between Chinese letters."""
    dotted = "".join("·" if char in DOTS else char for char in name)
    words = "·".join(part.strip() for part in dotted.split("·")).split()
    joined = ""
    for word in words:
        latin = joined and not _is_chinese(joined[-1]) and not _is_chinese(word[0])
        joined += f" {word}" if latin else word
    return joined


def _unjoining(name: str) -> tuple[int, ...]:
    """Return the positions of separators that are not between two letters."""
    padded = f" {name} "
    return tuple(
        place
        for place, char in enumerate(name, 1)
        if char in _SEPARATORS
        and not (_is_name_letter(padded[place - 1]) and _is_name_letter(padded[place + 1]))
    )


def _is_name_letter(char: str) -> bool:
    latin = char.isalpha() and unicodedata.name(char, "").startswith("LATIN ")
    return latin or _is_chinese(char)


def _is_chinese(char: str) -> bool:
    """Check the Unicode block, as rare characters in names are newer than Python's Unicode tables."""
    return char == "〇" or any(first <= char <= last for first, last in _CHINESE_BLOCKS)
