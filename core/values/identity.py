"""Identity numbers, credit codes and mobile numbers (docs/domain.md, section 9).

Check characters are computed by python-stdnum, phone numbers are parsed by phonenumbers. Only the form
is validated; a well-formed number says nothing about whose it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain

import phonenumbers
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from core.errors.identity import (
    CreditCodeCharacters,
    CreditCodeEmpty,
    CreditCodeError,
    CreditCodeLength,
    CreditCodeMistyped,
    PhoneCharacters,
    PhoneEmpty,
    PhoneForeign,
    PhoneNotMobile,
    PhoneUnknown,
    ResidentIdAge,
    ResidentIdBirthDate,
    ResidentIdCharacters,
    ResidentIdEmpty,
    ResidentIdError,
    ResidentIdFuture,
    ResidentIdLength,
    ResidentIdMistyped,
    ResidentIdRegion,
)
from core.values import labels
from core.values.text import (
    DOTS,
    HYPHENS,
    compact,
    is_oversized,
    positions_outside,
)

IDENTITY_LENGTH = 18
"""Length of a resident identity number and of a credit code, in characters."""

OLDEST = 130
"""Maximum plausible age, in years."""

_DIGITS = "0123456789"
_CREDIT_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_MOST_MISSING = 3  # or extra characters of a number that is shown masked
_REGION = range(2, 8)  # positions of the six region digits in a credit code
_PROVINCE_GROUPS = (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
_HONG_KONG_MACAO_TAIWAN = (71, 81, 82, 83)  # 81 to 83 on residence permits
PROVINCE_CODES = frozenset(map(str, (*chain(*_PROVINCE_GROUPS), *_HONG_KONG_MACAO_TAIWAN)))
"""The first two digits of region codes (GB/T 2260), and of those on residence permits."""

_RESIDENCE_PERMIT_REGIONS = {"81": "810000", "82": "820000", "83": "830000"}  # no districts
_FOREIGN_RESIDENT = "9"  # the first digit on a permanent residence card for foreigners
_UNIT_KINDS = frozenset({"11", "12", "13", "19", "51", "52", "53", "59", "91", "92", "93", "99"})  # GB 32100
_STATE_LEVEL = "10"  # the province of units that are registered by the state itself
_BIRTH_YEARS = range(1890, 2100)
_MAINLAND = 86
_PHONE_DECORATION = HYPHENS + DOTS + "()/"


def parse_resident_id(text: str, *, today: date) -> str:
    """Parse a resident identity number (GB 11643); return 18 characters, with a capital X.

    Only the province of the region code is validated: a number keeps the district that issued it, which
    may be newer than its holder or dissolved since, and lists of districts are incomplete. On a permanent
    residence card for foreigners the province follows the 9; a residence permit for people from Hong Kong,
    Macao or Taiwan has no district.

    Args:
        text: the user's input.
        today: the current date in China, to validate the birth date.

    Raises:
        ResidentIdEmpty: the input is blank.
        ResidentIdCharacters: a character is not a digit, nor an X at the end.
        ResidentIdLength: it does not have 18 characters.
        ResidentIdMistyped: the check character is wrong.
        ResidentIdRegion: no province has this code.
        ResidentIdBirthDate: the birth date does not exist.
        ResidentIdFuture: the birth date is after today.
        ResidentIdAge: the birth date is more than 130 years ago.
    """
    if is_oversized(text):
        raise ResidentIdLength(wanted=IDENTITY_LENGTH, found=len(text.strip()))
    number = canonical_identity(text)
    with _shown_masked(number):
        _validate_resident_form(number)
        if ric.calc_check_digit(number) != number[-1]:
            raise ResidentIdMistyped
        if not has_region(number):
            raise ResidentIdRegion
        _validate_birth_date(number, today)
    return number


def parse_credit_code(text: str) -> str:
    """Parse a unified social credit code (GB 32100); return 18 capitals and digits.

    Raises:
        CreditCodeEmpty: the input is blank.
        CreditCodeCharacters: a character is not allowed at its position.
        CreditCodeLength: it does not have 18 characters.
        CreditCodeMistyped: the check character is wrong.
    """
    if is_oversized(text):
        raise CreditCodeLength(wanted=IDENTITY_LENGTH, found=len(text.strip()))
    code = canonical_identity(text)
    with _shown_masked(code):
        if not code:
            raise CreditCodeEmpty
        foreign = positions_outside(code, _CREDIT_CODE_CHARACTERS)
        if foreign:
            raise CreditCodeCharacters(positions=foreign)
        if len(code) != IDENTITY_LENGTH:
            raise CreditCodeLength(wanted=IDENTITY_LENGTH, found=len(code))
        letters = tuple(place for place in positions_outside(code, _DIGITS) if place - 1 in _REGION)
        if letters:
            raise CreditCodeCharacters(positions=letters)
        if uscc.calc_check_digit(code) != code[-1]:
            raise CreditCodeMistyped
    return code


def parse_identity(text: str, *, today: date) -> str:
    """Parse a resident identity number or a credit code; return its canonical form.

    Digits alone are a credit code only if they are a valid one and contain no possible birth date; otherwise
    they are validated as a person's number, so that a mistyped one is not accepted as the code of a unit.

    Raises:
        ResidentIdError: it looks like a person's number, or like neither, and is malformed.
        CreditCodeError: it has letters that only occur in credit codes, and is malformed.
    """
    number = "" if is_oversized(text) else canonical_identity(text)
    is_code = bool(positions_outside(number, _DIGITS + "X") or _reads_as_code(number))
    return parse_credit_code(text) if is_code else parse_resident_id(text, today=today)


@contextmanager
def _shown_masked(number: str) -> Iterator[None]:
    """Add to an error what was typed, masked, as the message itself is deleted from the chat."""
    try:
        yield
    except (ResidentIdError, CreditCodeError) as error:
        if number and abs(len(number) - IDENTITY_LENGTH) <= _MOST_MISSING:
            error.masked = mask_identity(number)
        raise


def is_credit_code(number: str) -> bool:
    """Return whether a valid canonical number is a credit code, not a person's number.

    Either may consist of digits alone. Then the check characters tell them apart, and a birth date with a
    possible year; what is valid as both is a person's.
    """
    letters = positions_outside(number.removesuffix("X"), _DIGITS)
    return bool(letters) or (_is_code_of_digits(number) and not _is_valid_person(number))


def has_region(number: str) -> bool:
    """Return whether the first six digits of a resident identity number can be its region."""
    if number[:1] == _FOREIGN_RESIDENT:
        return number[1:3] in PROVINCE_CODES
    wanted = _RESIDENCE_PERMIT_REGIONS.get(number[:2])
    return number[:2] in PROVINCE_CODES if wanted is None else number[:6] == wanted


def has_unit_region(code: str) -> bool:
    """Return whether the region in a credit code begins with a province, or is that of the whole country."""
    return code[2:4] in PROVINCE_CODES or code[2:4] == _STATE_LEVEL


def _reads_as_code(number: str) -> bool:
    """Return whether digits are a valid credit code, and no birth date in them makes a person's of them."""
    return _is_code_of_digits(number) and not _has_possible_birth_date(number)


def _is_code_of_digits(number: str) -> bool:
    if number[:2] not in _UNIT_KINDS or not has_unit_region(number):
        return False
    try:
        return bool(parse_credit_code(number))
    except CreditCodeError:
        return False


def _is_valid_person(number: str) -> bool:
    return (
        _has_possible_birth_date(number) and has_region(number) and ric.calc_check_digit(number) == number[-1]
    )


def _has_possible_birth_date(number: str) -> bool:
    if len(number) != IDENTITY_LENGTH or positions_outside(number[:-1], _DIGITS):
        return False
    try:
        return ric.get_birth_date(number).year in _BIRTH_YEARS
    except InvalidComponent:
        return False


def canonical_identity(text: str) -> str:
    """Return the canonical form of an identity number or credit code, from which hashes are computed.

    It normalizes without validating. A label before the number is dropped.
    """
    return compact(labels.without_label(text, labels.IDENTITY), HYPHENS)


def parse_phone(text: str) -> str:
    """Parse a mainland mobile number; return it in E.164 form, +8613800138000.

    Raises:
        PhoneEmpty: the input is blank.
        PhoneCharacters: a character is not a digit, nor a leading plus.
        PhoneForeign: the number is not one of mainland China.
        PhoneUnknown: the number is not assigned.
        PhoneNotMobile: it is a landline or a service number.
    """
    if is_oversized(text):
        raise PhoneUnknown(found=len(text.strip()))
    typed = compact(labels.without_label(text, labels.PHONE), _PHONE_DECORATION)
    if not typed:
        raise PhoneEmpty
    foreign = positions_outside(typed, _DIGITS)
    if foreign not in {(), (1,)} or (foreign and typed[0] != "+"):
        raise PhoneCharacters(positions=foreign)
    return phonenumbers.format_number(_mobile(typed), phonenumbers.PhoneNumberFormat.E164)


def mask_identity(number: str) -> str:
    """Return an identity number or credit code with all but its first and last four characters masked."""
    return _masked(number, 4, 4)


def mask_phone(phone: str) -> str:
    """Return a mobile number, E.164 or not, in national form with the middle masked: 138****0000."""
    return _masked(phone.removeprefix(f"+{_MAINLAND}"), 3, 4)


def _validate_resident_form(number: str) -> None:
    if not number:
        raise ResidentIdEmpty
    foreign = positions_outside(number, _DIGITS)
    if number[-1] == "X":
        foreign = foreign[:-1]
    if foreign:
        raise ResidentIdCharacters(positions=foreign)
    if len(number) != IDENTITY_LENGTH:
        raise ResidentIdLength(wanted=IDENTITY_LENGTH, found=len(number))


def _validate_birth_date(number: str, today: date) -> None:
    try:
        born = ric.get_birth_date(number)
    except InvalidComponent:
        raise ResidentIdBirthDate from None
    if born > today:
        raise ResidentIdFuture
    if today.year - born.year > OLDEST:
        raise ResidentIdAge(oldest=OLDEST)


def _mobile(typed: str) -> phonenumbers.PhoneNumber:
    found = sum(char in _DIGITS for char in typed)
    try:
        number = phonenumbers.parse(typed, "CN")
    except phonenumbers.NumberParseException:
        raise PhoneUnknown(found=found) from None
    if number.country_code != _MAINLAND:
        raise PhoneForeign(country_code=number.country_code or 0)
    if not phonenumbers.is_valid_number(number):
        raise PhoneUnknown(found=found)
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
        raise PhoneNotMobile
    return number


def _masked(text: str, first: int, last: int) -> str:
    if len(text) <= first + last:
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[-last:]
