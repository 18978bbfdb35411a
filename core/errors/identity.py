"""Malformed identity numbers, credit codes, phone numbers and names."""

from dataclasses import dataclass

from core.errors.base import InputError


class ResidentIdError(InputError):
    """The input is not a resident identity number; ``masked`` is what was typed, empty if it is too short."""

    masked: str = ""


class ResidentIdEmpty(ResidentIdError):
    """No identity number was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class ResidentIdCharacters(ResidentIdError):
    """The input has characters that no identity number contains."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number


@dataclass(eq=False, repr=False, kw_only=True)
class ResidentIdLength(ResidentIdError):
    """The identity number is too short or too long."""

    wanted: int  # 18
    found: int


class ResidentIdMistyped(ResidentIdError):
    """A digit of the identity number is mistyped: its check character is wrong."""


class ResidentIdRegion(ResidentIdError):
    """The first two digits of the identity number are not the code of a province."""


class ResidentIdBirthDate(ResidentIdError):
    """The birth date in the identity number does not exist."""


class ResidentIdFuture(ResidentIdError):
    """The birth date in the identity number is in the future."""


@dataclass(eq=False, repr=False, kw_only=True)
class ResidentIdAge(ResidentIdError):
    """The birth date in the identity number is too long ago."""

    oldest: int  # years


class CreditCodeError(InputError):
    """The input is not a unified social credit code; ``masked`` as in ``ResidentIdError``."""

    masked: str = ""


class CreditCodeEmpty(CreditCodeError):
    """No credit code was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class CreditCodeCharacters(CreditCodeError):
    """The input has characters that a credit code cannot have at their positions."""

    positions: tuple[int, ...]  # counted from 1 in the normalised code


@dataclass(eq=False, repr=False, kw_only=True)
class CreditCodeLength(CreditCodeError):
    """The credit code is too short or too long."""

    wanted: int  # 18
    found: int


class CreditCodeMistyped(CreditCodeError):
    """A character of the credit code is mistyped: its check character is wrong."""


class PhoneError(InputError):
    """The input is not a mobile number of mainland China."""


class PhoneEmpty(PhoneError):
    """No telephone number was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class PhoneCharacters(PhoneError):
    """The input has characters that no phone number contains."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number


@dataclass(eq=False, repr=False, kw_only=True)
class PhoneForeign(PhoneError):
    """The phone number is not one of mainland China."""

    country_code: int  # e.g. 852


class PhoneNotMobile(PhoneError):
    """The phone number is not a mobile number, so it cannot receive codes."""


@dataclass(eq=False, repr=False, kw_only=True)
class PhoneUnknown(PhoneError):
    """The phone number is not assigned in mainland China; a digit may be missing or mistyped."""

    found: int  # digits as typed


class PersonNameError(InputError):
    """The input is not a person's name."""


class PersonNameEmpty(PersonNameError):
    """No name was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class PersonNameLength(PersonNameError):
    """The name is too short or too long."""

    shortest: int
    longest: int
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class PersonNameCharacters(PersonNameError):
    """The input has characters that a name cannot have at their positions."""

    positions: tuple[int, ...]  # counted from 1 in the normalised name


class UnitNameError(InputError):
    """The input is not an organisation's name."""


class UnitNameEmpty(UnitNameError):
    """No name was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class UnitNameLength(UnitNameError):
    """The name is too short or too long."""

    shortest: int
    longest: int
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class UnitNameCharacters(UnitNameError):
    """The input has characters that an organisation's name cannot contain."""

    positions: tuple[int, ...]  # counted from 1 in the normalised name
    characters: str  # the distinct ones, in the order typed, at most ten


class ControlCharacterInText(InputError):
    """A reason or another free text contains a control character, which no keyboard types."""


class PersonalNumberInText(InputError):
    """A reason or another free text contains an identity number, a credit code or a telephone number."""
