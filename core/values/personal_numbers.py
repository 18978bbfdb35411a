"""Recognition of personal data in typed text: identity numbers, credit codes and telephone numbers.

What it recognises is deleted from the chat (docs/domain.md, section 12). A number may be mistyped: with a
wrong check digit, a character too few or too many, and in groups of any length. What the service asks for
otherwise must stay: plate numbers, VINs, certificate numbers, dates and SMS codes.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import groupby

from stdnum.cn import uscc

from core.errors.identity import PersonalNumberInText
from core.values import labels
from core.values.identity import has_region, has_unit_region
from core.values.plates import PROVINCES
from core.values.text import DOTS, HYPHENS, clean
from core.values.vehicles import VIN_LENGTH, check_digit

_LONGEST_LOOKED_AT = 4096

_PARTS = re.escape(HYPHENS + DOTS) + r" ,、/()*|=:;~_"  # what may separate the groups of one number
_WORDS = "(?:出生日期|出生|生日|尾号|末尾|后四位|后面是|尾)"  # and what some say between them
_PLATE = re.compile(rf"[{PROVINCES}] ?[A-Z][ {re.escape(HYPHENS + DOTS)}]?[0-9A-Z]{{5,6}}(?![0-9A-Z])")
_DATE = re.compile(  # of this century, and not between the region and the serial of an identity number
    rf"(?<![0-9]{{6}}[{_PARTS}])(?<![0-9])20[0-9]{{2}} ?[-/.年] ?"
    r"[0-9]{1,2} ?[-/.月] ?[0-9]{1,2}(?![0-9])[日号]?"
)
_RUN = re.compile(rf"[0-9A-Z]+(?:(?:[{_PARTS}]{{1,3}}|[{_PARTS}]{{0,2}}{_WORDS}[{_PARTS}]{{0,2}})[0-9A-Z]+)*")
_WORD = re.compile("[0-9A-Z]+")
_DIGITS = re.compile("[0-9]+")
_DIGITS_X = re.compile("[0-9]*X")
_ABROAD = re.compile(
    rf"\+[1-9](?:[{_PARTS}]{{0,2}}[0-9]){{6,14}}(?![0-9A-Z])|(?<![0-9A-Z])00[1-9][0-9]{{8,13}}(?![0-9])"
)
_LABEL = re.compile(r"(?<![0-9A-Z])(?:TEL|PHONE|MOBILE|ID|NO)(?=[0-9])")
_MOBILE = re.compile("(?:0{0,2}86)?0?1[3-9][0-9]{9}")
_NEARLY_MOBILE = re.compile("(?:0{0,2}86)?1[3-9][0-9]{8,10}")  # a digit too few or too many
_LANDLINE = re.compile("(?:86)?0(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}")
_LANDLINE_IN_TEXT = re.compile(
    rf"(?<![0-9A-Z+])\(?0(?:10|2[0-9]|[3-9][0-9]{{2}})\)?[ {re.escape(HYPHENS)}]?[2-9][0-9]{{6,7}}"
    r"(?![0-9A-Z])"
)
_LONG = range(16, 21)  # no number but an identity number, a bank card's or the like has as many digits
_IDENTITY = 18
_SERIAL = 5  # characters of a plate number without the office; typed wishes are groups of as many
_CODE = re.compile("[1-9ANY][1239][0-9]{6}[0-9A-Z]{10}")
_CODE_ONE_SHORT = re.compile("[1-9ANY][1239](?:[0-9]{5}[0-9A-Z]{10}|[0-9]{6}[0-9A-Z]{9})")
_CODE_ONE_LONG = re.compile("[1-9ANY][1239][0-9]{6,7}[0-9A-Z]{10,11}")
_FEWEST_DIGITS_OF_CODE = 10
_OF_VEHICLE = re.compile("[0-9A-Z]*[A-Z][0-9A-Z]*")
_VEHICLE_LENGTHS = frozenset({14, 15, VIN_LENGTH})
_FEWEST_DIGITS_TYPED = 8  # on a page for a personal number; an SMS code and the minutes beside it have fewer
_MOST_GROUPS = 24
_PARTING = str.maketrans("", "", HYPHENS + " ")


class InputKind(StrEnum):
    """What the page on which something was typed asks for."""

    NAME = "name"  # of a person or an organisation, perhaps with the identity number
    NUMBER = "number"  # an identity number, a credit code or a telephone number
    VEHICLE = "vehicle"  # a VIN or a certificate number
    OTHER = "other"


def holds_personal_data(text: str, kind: InputKind = InputKind.OTHER) -> bool:
    """Return whether a typed text holds personal data, right or mistyped, and is to be deleted.

    It prefers false positives, except for what the service itself asks for.

    Args:
        text: the user's input.
        kind: what was asked for where it was typed. What answers a question for a name or a personal number
            is personal even if it is refused; an answer about a vehicle is not, unless it is certainly a
            personal number.
    """
    typed = clean(text[:_LONGEST_LOOKED_AT])
    if not typed:
        return False
    bare = _LABEL.sub(" ", _DATE.sub("¤", _PLATE.sub("¤", typed)))
    if kind is InputKind.VEHICLE:
        return any(_is_certain(groups) for groups in _runs(bare))
    if _holds_number(bare):
        return True
    if _is_of_vehicle(typed):
        return False
    if kind is InputKind.NAME and any(map(str.isalpha, bare)):
        return True
    is_asked_for = kind in {InputKind.NAME, InputKind.NUMBER}
    return is_asked_for and any(sum(map(_digit_count, run)) >= _FEWEST_DIGITS_TYPED for run in _runs(bare))


def ensure_no_personal_number(text: str, *, allow_landlines: bool = False) -> None:
    """Refuse a free text with a personal number: it would be shown, stored and sent to others.

    Args:
        text: a reason or a notice, as it was typed.
        allow_landlines: whether the text may name a fixed telephone, such as an office's.

    Raises:
        PersonalNumberInText: it contains one, right or mistyped.
    """
    if holds_personal_data(_LANDLINE_IN_TEXT.sub("¤", clean(text)) if allow_landlines else text):
        raise PersonalNumberInText


def _holds_number(bare: str) -> bool:
    if _ABROAD.search(bare):
        return True
    return any(_is_personal(groups) for run in _runs(bare) for groups in (*_of_digits(run), *_of_codes(run)))


def _runs(bare: str) -> Iterator[list[str]]:
    """Yield what may belong to one number, in groups of letters and digits."""
    return (_WORD.findall(run) for run in _RUN.findall(bare))


def _of_digits(run: list[str]) -> Iterator[list[str]]:
    """Yield groups of digits, the last with or without an X: each alone, and those at either end of a run."""
    for is_number, found in groupby(run, lambda word: bool(_DIGITS.fullmatch(word))):
        if is_number:
            yield from _ends_of(list(found))
    for last, word in enumerate(run):
        if _DIGITS_X.fullmatch(word):
            first = last
            while first and last - first < _MOST_GROUPS and _DIGITS.fullmatch(run[first - 1]):
                first -= 1
            yield from (run[begin : last + 1] for begin in range(first, last + 1))


def _ends_of(groups: list[str]) -> Iterator[list[str]]:
    """Yield each group alone, and the groups from the start and to the end of a run."""
    yield from ([group] for group in groups)
    count = len(groups)
    yield from (groups[:end] for end in range(2, min(count, _MOST_GROUPS) + 1))
    yield from (groups[begin:] for begin in range(max(1, count - _MOST_GROUPS), count - 1))


def _of_codes(run: list[str]) -> Iterator[list[str]]:
    """Yield neighbouring groups that together have about the length of a credit code."""
    for begin in range(len(run)):
        length = 0
        for end in range(begin, len(run)):
            length += len(run[end])
            if length > _IDENTITY + 1:
                break
            if length >= _IDENTITY - 1:
                yield run[begin : end + 1]


def _is_personal(groups: list[str]) -> bool:
    number = "".join(groups)
    if _are_serials(groups):
        return False
    if not _DIGITS.fullmatch(number.removesuffix("X")):
        return _is_code(number) or _is_identity_with_a_letter(number)
    alone = len(groups) == 1
    if alone and len(number) in _LONG:
        return True
    if _MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number):
        return True
    return bool(alone and _NEARLY_MOBILE.fullmatch(number)) or _is_like_identity(number)


def _are_serials(groups: list[str]) -> bool:
    """Return whether these are plate numbers without the office, as wishes are typed: 12345 67890 1."""
    whole = groups[:-1] if len(groups) > 2 else groups  # noqa: PLR2004 - the last one may be incomplete
    return len(groups) > 1 and all(len(group) == _SERIAL for group in whole)


def _is_certain(run: list[str]) -> bool:
    """Return whether a run is a personal number by all that can be checked."""
    number = "".join(run)
    if _MOBILE.fullmatch(number):
        return True
    if len(number) != _IDENTITY:
        return False
    if _DIGITS.fullmatch(number.removesuffix("X")) and _is_plausible(number):
        return True
    return bool(_CODE.fullmatch(number)) and uscc.calc_check_digit(number) == number[-1]


def _is_identity_with_a_letter(number: str) -> bool:
    """Return whether this is a resident's number with a wrong last character: 11010519491231002Y."""
    digits = number[:-1]
    return len(number) == _IDENTITY and bool(_DIGITS.fullmatch(digits)) and _is_plausible(number)


def _is_code(number: str) -> bool:
    """Return whether this is a credit code with letters, or nearly one."""
    if _digit_count(number) < _FEWEST_DIGITS_OF_CODE or not has_unit_region(number):
        return False
    match len(number):
        case 18:
            return bool(_CODE.fullmatch(number))
        case 17:
            return bool(_CODE_ONE_SHORT.fullmatch(number)) and not _is_right_vin(number)
        case 19:
            return bool(_CODE_ONE_LONG.fullmatch(number))
    return False


def _is_like_identity(number: str) -> bool:
    """Return whether digits are a resident's number, with one character perhaps wrong, missing or extra."""
    match len(number):
        case 15:
            return number.isdecimal() and _is_old_identity(number)
        case 17:
            longer = (f"{number[:at]}{digit}{number[at:]}" for at in range(18) for digit in "0123456789")
            return any(map(_is_plausible, longer))
        case 18:
            return _is_plausible(number) or has_region(number) or _has_day(number[6:14])
        case 19:
            return any(_is_plausible(number[:at] + number[at + 1 :]) for at in range(19))
    return False


def _is_plausible(number: str) -> bool:
    return has_region(number) and _has_day(number[6:14])


def _is_old_identity(number: str) -> bool:
    return has_region(number) and _has_day(f"19{number[6:12]}")


def _has_day(digits: str) -> bool:
    """Return whether eight digits are a day on which somebody who is alive may have been born."""
    century, month, day = digits[:2], digits[4:6], digits[6:]
    return century in {"19", "20"} and "01" <= month <= "12" and "01" <= day <= "31"


def _is_right_vin(number: str) -> bool:
    try:
        return check_digit(number) == number[8]
    except ValueError:
        return False


def _is_of_vehicle(typed: str) -> bool:
    """Return whether a text is nothing but what by its form is a VIN or a certificate number."""
    word = labels.without_label(typed, (*labels.VIN, *labels.CERTIFICATE)).translate(_PARTING)
    return len(word) in _VEHICLE_LENGTHS and bool(_OF_VEHICLE.fullmatch(word))


def _digit_count(word: str) -> int:
    return sum(char.isdecimal() for char in word)
