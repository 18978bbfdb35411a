"""Vehicle documents: VIN and certificate number (docs/domain.md, section 9).

A VIN (GB 16735, ISO 3779) has 17 characters, none of them I, O or Q; the ninth is a check digit, which
is mandatory in China and North America and arbitrary elsewhere.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.errors.counter import VinPartMalformed
from core.errors.vehicles import (
    CertificateCharacters,
    CertificateDigitWanted,
    CertificateEmpty,
    CertificateError,
    CertificateLength,
    VinCharacters,
    VinEmpty,
    VinLength,
    VinLookalike,
    VinMistyped,
)
from core.values import labels
from core.values.text import (
    HYPHENS,
    characters_at,
    compact,
    is_oversized,
    positions_outside,
    positions_where,
)

VIN_LENGTH = 17

MADE_IN_CHINA = "L"
"""The first letter of a VIN assigned in China."""

_DIGITS = "0123456789"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOOKALIKES = str.maketrans("IOQ", "100")
_CHECK_INDEX = 8
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_RUNS = re.compile(rf"[A-HJ-NPR-Z0-9]{{{VIN_LENGTH},}}")
_FEWEST_CHARACTERS = 4  # distinct ones in a VIN
_CHECK_DIGITS = "0123456789X"
_VALUES = {digit: int(digit) for digit in _DIGITS} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True)
)


class CertificateKind(StrEnum):
    """The kind of certificate of a new vehicle."""

    DOMESTIC = "domestic"  # 合格证编号
    IMPORT = "import"  # 货物进口证明书编号

    @property
    def other(self) -> "CertificateKind":
        """The kind that this one is not."""
        return CertificateKind.IMPORT if self == CertificateKind.DOMESTIC else CertificateKind.DOMESTIC


CERTIFICATE_LENGTHS = {CertificateKind.DOMESTIC: (14, 15), CertificateKind.IMPORT: (6, 20)}
"""The shortest and the longest number of each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VinFinding:
    """A well-formed VIN, and whether the owner should confirm it."""

    vin: str  # 17 characters, capitals
    needs_confirmation: bool  # the check digit is wrong, as with makers outside China, or it is no likely VIN


def parse_vin(text: str) -> VinFinding:
    """Parse a VIN; spaces, hyphens, case, full-width forms and a label such as 「车架号:」 are ignored.

    Raises:
        VinEmpty: the input is blank.
        VinCharacters: there are characters that no VIN contains.
        VinLength: it does not have 17 characters.
        VinLookalike: there is an I, an O or a Q.
        VinMistyped: it begins with L and its check digit is wrong.
    """
    if is_oversized(text):
        raise VinLength(wanted=VIN_LENGTH, found=len(text.strip()))
    vin = compact(text, HYPHENS)
    if len(vin) != VIN_LENGTH:  # VIN… may also be a V1N… that was mistyped
        vin = compact(labels.without_label(text, labels.VIN), HYPHENS)
    _validate_vin_form(vin)
    right = _is_right(vin)
    if vin[0] == MADE_IN_CHINA and not right:
        raise VinMistyped(grouped=group_vin(vin))
    return VinFinding(vin=vin, needs_confirmation=not right or _is_unlikely(vin))


def check_digit(vin: str) -> str:
    """Return the correct check digit of 17 VIN characters, 0–9 or X, regardless of the present one.

    Raises:
        ValueError: the text is not 17 valid VIN characters.
    """
    if len(vin) != VIN_LENGTH or not _VALUES.keys() >= set(vin):
        raise ValueError("not the characters of a VIN")
    total = sum(weight * _VALUES[char] for weight, char in zip(_WEIGHTS, vin, strict=True))
    return _CHECK_DIGITS[total % 11]


def is_right_vin(text: str) -> bool:
    """Return whether normalized text is a VIN with a right check digit, so that it can be nothing else."""
    return (
        len(text) == VIN_LENGTH and _VALUES.keys() >= set(text) and not text.isdecimal() and _is_right(text)
    )


def certificate_kind_of(vin: str) -> CertificateKind:
    """Return the kind of certificate that a vehicle with this VIN usually has."""
    return CertificateKind.DOMESTIC if vin.startswith(MADE_IN_CHINA) else CertificateKind.IMPORT


def _is_unlikely(vin: str) -> bool:
    """Return whether no maker would assign this: 1 seventeen times has a right check digit.

    ISO 3780 assigns no maker's code that begins with a 0, and nobody describes a vehicle without a letter.
    """
    return vin[0] == "0" or vin.isdecimal() or len(set(vin)) < _FEWEST_CHARACTERS


def _is_right(vin: str) -> bool:
    return check_digit(vin) == vin[_CHECK_INDEX]


def group_vin(vin: str) -> str:
    """Return a VIN in groups of maker, description and serial (3-6-8), for comparison with a document."""
    return f"{vin[:3]} {vin[3:9]} {vin[9:]}"


def vins_in(text: str) -> tuple[str, ...]:
    """Return the VINs in machine-read text, such as a barcode with several fields.

    Prefers separate words with a valid check digit, then substrings of longer words with one, then separate
    words that may be VINs of makers outside China, whose check digit need not be valid.
    """
    runs = _RUNS.findall(text.upper())
    windows = (run[at : at + VIN_LENGTH] for run in runs for at in range(len(run) - VIN_LENGTH + 1))
    inside = [vin for vin in windows if not vin.isdecimal()]  # an all-digit match is some other number
    alone = [vin for vin in inside if vin in runs]
    foreign = [vin for vin in alone if vin[0] != MADE_IN_CHINA]
    found = [vin for vin in alone if _is_right(vin)] or [vin for vin in inside if _is_right(vin)] or foreign
    return tuple(dict.fromkeys(found))


def mistyped_vin_in(text: str) -> str | None:
    """Return a word of machine-read text that is a VIN made in China but for a wrong character; or None."""
    words = (run for run in _RUNS.findall(text.upper()) if len(run) == VIN_LENGTH)
    return next((word for word in words if word[0] == MADE_IN_CHINA and not _is_right(word)), None)


def vin_last_six(vin: str) -> str:
    """Return the last six characters, by which counters identify a vehicle."""
    return vin[-6:]


def ensure_vin_part(typed: str) -> None:
    """Check that a text has the form of a VIN or of its last six characters.

    Raises:
        VinPartMalformed: it has not.
    """
    if not (typed.isascii() and typed.isalnum() and len(typed) in {6, VIN_LENGTH}):
        raise VinPartMalformed(len(typed))


def parse_certificate(kind: CertificateKind, text: str) -> str:
    """Parse a certificate number; return it normalized.

    Domestic: 4 characters for the maker, 1 more, which may be missing, and 10 digits. Import: 6 to 20
    letters and digits. A printed label before it is ignored.

    Raises:
        CertificateEmpty: the input is blank.
        CertificateCharacters: there are characters other than A–Z and 0–9.
        CertificateLength: it is too short or too long.
        CertificateDigitWanted: a domestic one has a letter among its last ten characters.
    """
    shortest, longest = CERTIFICATE_LENGTHS[kind]
    if is_oversized(text):
        raise CertificateLength(shortest=shortest, longest=longest, found=len(text.strip()))
    number = compact(labels.without_label(text, labels.CERTIFICATE), HYPHENS)
    if not number:
        raise CertificateEmpty
    foreign = positions_outside(number, _DIGITS + _CAPITALS)
    if foreign:
        raise CertificateCharacters(positions=foreign, characters=characters_at(number, foreign))
    if not shortest <= len(number) <= longest:
        raise CertificateLength(shortest=shortest, longest=longest, found=len(number))
    if kind is CertificateKind.DOMESTIC:
        _validate_last_ten(number)
    return number


def parse_any_certificate(text: str) -> str:
    """Parse a certificate number of a registry, which does not say of which kind it is.

    Raises:
        CertificateError: it is of neither kind; as of one to be imported.
    """
    try:
        return parse_certificate(CertificateKind.DOMESTIC, text)
    except CertificateError:
        return parse_certificate(CertificateKind.IMPORT, text)


def _validate_vin_form(vin: str) -> None:
    if not vin:
        raise VinEmpty
    foreign = positions_outside(vin, _DIGITS + _CAPITALS)
    if foreign:
        raise VinCharacters(positions=foreign, characters=characters_at(vin, foreign))
    if len(vin) != VIN_LENGTH:
        raise VinLength(wanted=VIN_LENGTH, found=len(vin))
    lookalikes = positions_where(vin, lambda char: char in "IOQ")
    if lookalikes:
        raise VinLookalike(positions=lookalikes, suggestion=_suggestion(vin))


def _suggestion(vin: str) -> str | None:
    suggestion = vin.translate(_LOOKALIKES)
    return suggestion if _is_right(suggestion) else None


def _validate_last_ten(number: str) -> None:
    first = len(number) - 10
    letters = tuple(place for place in positions_outside(number, _DIGITS) if place > first)
    if letters:
        raise CertificateDigitWanted(positions=letters)
