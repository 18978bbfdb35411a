"""Plate numbers: kinds, serials and their parsers (GA 36-2018; docs/domain.md, section 8).

A plate number is an office's code and a serial: 粤K and 12345. The forms of a serial:

    small       5 of A–Z without I and O and 0–9, at most two of them letters; 00000 is not issued
    small_nev   a new-energy letter, a letter or digit, 4 digits
    large_nev   5 digits, a new-energy letter

Sets of serials are in ``core.values.masks``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from core.errors.plates import (
    PlateEmpty,
    PlateLength,
    PlateOfficeMissing,
    SerialCharacters,
    SerialDigitWanted,
    SerialEmpty,
    SerialError,
    SerialLength,
    SerialLookalike,
    SerialNevLetter,
    SerialNotIssued,
    SerialOfOtherOffice,
    SerialTooManyLetters,
)
from core.values import labels
from core.values.text import DOTS, HYPHENS, characters_at, compact, is_oversized, positions_outside

DIGITS = "0123456789"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""The letters of serials, ascending; I and O are excluded because they look like 1 and 0."""

NEV_LETTERS_BATTERY = "DABCE"
"""The letters of battery-electric vehicles, in order of introduction."""

NEV_LETTERS_OTHER = "FGHJK"
"""The letters of other new-energy vehicles, in order of introduction."""

NEV_LETTERS = NEV_LETTERS_BATTERY + NEV_LETTERS_OTHER
"""All of them: the default; an office may have more."""

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
"""The first characters of office codes: the abbreviations of the provinces."""

NOT_ISSUED = "00000"
"""The only serial of small cars that is never issued."""

MAX_LETTERS = 2
"""Maximum letters in a small car's serial."""

MAX_WISHES_READ = 20
"""Maximum wishes parsed from one text: as many as an office may allow per try."""

LOOKALIKES = str.maketrans("OI", "01")
"""What is meant by a letter that no serial has."""

OFFICE_CODE = re.compile(f"[{PROVINCES}][A-Z]")
"""The form of an office's code: a province and a letter."""

_SEPARATORS = DOTS + HYPHENS
_WISH = re.compile(
    rf"(?:[{PROVINCES}] {{0,3}}[A-Z] {{0,3}}[{re.escape(DOTS)}]? {{0,3}})?"  # keeps 粤K · and serial together
    r"[^\s,、;/|]+"
)


class PlateKind(StrEnum):
    """A supported plate kind (号牌种类)."""

    SMALL = "small"  # 小型汽车, blue
    SMALL_NEV = "small_nev"  # 小型新能源汽车, gradient green
    LARGE_NEV = "large_nev"  # 大型新能源汽车, yellow-green

    @property
    def serial_length(self) -> int:
        return 5 if self is PlateKind.SMALL else 6

    @property
    def nev_position(self) -> int | None:
        """Index of the new-energy letter; None for kinds without one."""
        return {PlateKind.SMALL_NEV: 0, PlateKind.LARGE_NEV: 5}.get(self)

    @property
    def letter_positions(self) -> tuple[int, ...]:
        """Indices at which letters are allowed."""
        return {PlateKind.SMALL_NEV: (0, 1), PlateKind.LARGE_NEV: (5,)}.get(self, (0, 1, 2, 3, 4))


_LENGTHS = tuple(sorted({kind.serial_length for kind in PlateKind}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A plate number; ``str()`` gives the form shown on buttons, 粤K·12345."""

    office: str  # the issuing office's code, e.g. "粤K"
    kind: PlateKind
    serial: str  # as parse_serial returns it

    def __str__(self) -> str:
        return f"{self.office}·{self.serial}"


def parse_serial(kind: PlateKind, text: str, *, office: str, nev_letters: str = NEV_LETTERS) -> str:
    """Parse a serial, typed with or without the office's code; return it normalized.

    Raises:
        SerialEmpty: the input is blank.
        SerialOfOtherOffice: it begins with the code of another office.
        SerialCharacters: there are characters that no plate contains.
        SerialLength: it is too short or too long.
        SerialLookalike: there is an O or an I.
        SerialTooManyLetters: a small car's serial has more than two letters.
        SerialNevLetter: the new-energy letter is missing or not in use.
        SerialDigitWanted: a letter is where only a digit is allowed.
        SerialNotIssued: it is 00000.
    """
    if is_oversized(text):
        raise SerialLength(wanted=kind.serial_length, found=len(text.strip()))
    serial = _without_office(_typed(text), office)
    _validate_characters(kind, serial)
    if not set(serial).isdisjoint("OI"):
        raise SerialLookalike(
            positions=positions_outside(serial, DIGITS + LETTERS),
            suggestion=_suggestion(kind, serial, nev_letters),
        )
    _validate_form(kind, serial, nev_letters)
    return serial


def is_serial(kind: PlateKind, serial: str, *, nev_letters: str = NEV_LETTERS) -> bool:
    """Return whether a text is, without normalization, a serial of the kind that can be issued."""
    if len(serial) != kind.serial_length or positions_outside(serial, DIGITS + LETTERS):
        return False
    try:
        _validate_form(kind, serial, nev_letters)
    except SerialError:
        return False
    return True


def parse_plate(text: str, *, nev_letters: str = NEV_LETTERS) -> Plate:
    """Parse a plate number typed by an admin, 粤K12345; infer its kind from its form.

    Five characters are a small car's; six are a large new-energy vehicle's if they begin with a digit
    and end with a letter, else a small new-energy vehicle's.

    Raises:
        PlateEmpty: the input is blank.
        PlateOfficeMissing: it does not begin with an office's code.
        PlateLength: no kind has serials of that length.
        SerialError: the rest is not a serial; see ``parse_serial``.
    """
    if is_oversized(text):
        raise PlateLength(wanted=_LENGTHS, found=len(text.strip()))
    typed = _typed(text)
    if not typed:
        raise PlateEmpty
    if not OFFICE_CODE.match(typed):
        raise PlateOfficeMissing
    office, serial = typed[:2], typed[2:]
    if len(serial) not in _LENGTHS:
        raise PlateLength(wanted=_LENGTHS, found=len(serial))
    kind = _likeliest_kind(serial)
    return Plate(
        office=office, kind=kind, serial=parse_serial(kind, serial, office=office, nev_letters=nev_letters)
    )


def split_wishes(text: str) -> list[str]:
    """Split a text into wishes, cleaned but not validated; the first ``MAX_WISHES_READ`` in their order.

    Separators are line ends, commas, 、, semicolons, strokes and spaces, but not a space or dot after the
    code of an office: 粤K 12345 is one wish.
    """
    found = islice(_WISH.finditer(labels.without_label(text, labels.PLATE)), MAX_WISHES_READ)
    return [match.group() for match in found]


def near_serials(serial: str, kind: PlateKind, *, nev_letters: str = NEV_LETTERS) -> Iterator[str]:
    """Yield distinct serials similar to ``serial``, the nearest first, without itself.

    First one digit changed by one, the last digit first; then two adjacent characters swapped; then one
    digit changed by more; then one letter changed, the nearest in the alphabet first; then, for small
    cars, a letter for a digit and a digit for a letter. At most 250; the order is deterministic.
    """
    for candidate in _candidates(serial):
        if candidate != serial and is_serial(kind, candidate, nev_letters=nev_letters):
            yield candidate


def contains_four(serial: str) -> bool:
    """Return whether a serial contains a 4, which 【不包含4】 excludes."""
    return "4" in serial


def _typed(text: str) -> str:
    return compact(labels.without_label(text, labels.PLATE), _SEPARATORS)


def _without_office(typed: str, office: str) -> str:
    if typed.startswith(office):
        return typed[len(office) :]
    if OFFICE_CODE.match(typed):
        raise SerialOfOtherOffice(typed=typed[:2], wanted=office)
    return typed


def _validate_characters(kind: PlateKind, serial: str) -> None:
    if not serial:
        raise SerialEmpty
    foreign = positions_outside(serial, DIGITS + LETTERS + "OI")
    if foreign:
        raise SerialCharacters(positions=foreign, characters=characters_at(serial, foreign))
    if len(serial) != kind.serial_length:
        raise SerialLength(wanted=kind.serial_length, found=len(serial))


def _validate_form(kind: PlateKind, serial: str, nev_letters: str) -> None:
    """Validate a text of the right length that consists of LETTERS and DIGITS."""
    letters = positions_outside(serial, DIGITS)
    nev = kind.nev_position
    if nev is None:
        if len(letters) > MAX_LETTERS:
            raise SerialTooManyLetters(found=len(letters))
        if serial == NOT_ISSUED:
            raise SerialNotIssued
        return
    if serial[nev] not in nev_letters:
        raise SerialNevLetter(position=nev + 1, allowed="".join(sorted(nev_letters)))
    misplaced = tuple(place for place in letters if place - 1 not in kind.letter_positions)
    if misplaced:
        raise SerialDigitWanted(positions=misplaced)


def _suggestion(kind: PlateKind, serial: str, nev_letters: str) -> str | None:
    suggestion = serial.translate(LOOKALIKES)
    return suggestion if is_serial(kind, suggestion, nev_letters=nev_letters) else None


def _likeliest_kind(serial: str) -> PlateKind:
    """Return the kind that a serial of one of the right lengths is most likely of."""
    if len(serial) == PlateKind.SMALL.serial_length:
        return PlateKind.SMALL
    is_large = serial[0] in DIGITS and serial[-1] not in DIGITS
    return PlateKind.LARGE_NEV if is_large else PlateKind.SMALL_NEV


def _candidates(serial: str) -> Iterator[str]:
    """Yield variants in the order of ``near_serials``; not all of them are serials.

    They are distinct: each step changes something else, and only swaps change two positions.
    """
    yield from _stepped(serial, DIGITS, range(1, 2))
    yield from _swapped(serial)
    yield from _stepped(serial, DIGITS, range(2, len(DIGITS)))
    yield from _stepped(serial, LETTERS, range(1, len(LETTERS)))
    for index in reversed(range(len(serial))):
        for other in LETTERS if serial[index] in DIGITS else DIGITS:
            yield _with(serial, index, other)


def _stepped(serial: str, alphabet: str, distances: range) -> Iterator[str]:
    """Yield the serial with one character moved up, then down, in its alphabet; the last position first."""
    for distance in distances:
        for index in reversed(range(len(serial))):
            at = alphabet.find(serial[index])
            for to in (at + distance, at - distance):
                if at >= 0 and 0 <= to < len(alphabet):
                    yield _with(serial, index, alphabet[to])


def _swapped(serial: str) -> Iterator[str]:
    """Yield the serial with two adjacent characters swapped, the last two first."""
    for index in reversed(range(len(serial) - 1)):
        yield serial[:index] + serial[index + 1] + serial[index] + serial[index + 2 :]


def _with(serial: str, index: int, char: str) -> str:
    return serial[:index] + char + serial[index + 1 :]
