"""What can be wrong with a person's or an organisation's number, telephone or name that was typed."""

from dataclasses import dataclass

from core.errors.base import InputError


class ResidentIdError(InputError):
    """What was typed is not a resident identity number."""


class ResidentIdEmpty(ResidentIdError):
    """No identity number was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class ResidentIdCharacters(ResidentIdError):
    """There are characters that no identity number bears."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number


@dataclass(eq=False, repr=False, kw_only=True)
class ResidentIdLength(ResidentIdError):
    """The identity number is too short or too long."""

    wanted: int  # 18
    found: int


class ResidentIdMistyped(ResidentIdError):
    """A digit of the identity number is mistyped: its check character is wrong."""


class ResidentIdRegion(ResidentIdError):
    """The identity number begins with the code of no province."""


class ResidentIdBirthDate(ResidentIdError):
    """The birth date in the identity number is in no calendar."""


class ResidentIdFuture(ResidentIdError):
    """The birth date in the identity number lies in the future."""


@dataclass(eq=False, repr=False, kw_only=True)
class ResidentIdAge(ResidentIdError):
    """The birth date in the identity number lies longer ago than anybody has lived."""

    oldest: int  # years


class CreditCodeError(InputError):
    """What was typed is not a unified social credit code."""


class CreditCodeEmpty(CreditCodeError):
    """No credit code was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class CreditCodeCharacters(CreditCodeError):
    """There are characters that cannot stand there in a credit code."""

    positions: tuple[int, ...]  # counted from 1 in the normalised code


@dataclass(eq=False, repr=False, kw_only=True)
class CreditCodeLength(CreditCodeError):
    """The credit code is too short or too long."""

    wanted: int  # 18
    found: int


class CreditCodeMistyped(CreditCodeError):
    """A character of the credit code is mistyped: its check character is wrong."""


class PhoneError(InputError):
    """What was typed is not a mainland mobile number."""


class PhoneEmpty(PhoneError):
    """No telephone number was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class PhoneCharacters(PhoneError):
    """There are characters that no telephone number bears."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number


@dataclass(eq=False, repr=False, kw_only=True)
class PhoneForeign(PhoneError):
    """The telephone number is not one of the mainland."""

    country_code: int  # e.g. 852


class PhoneNotMobile(PhoneError):
    """The telephone number is none of a mobile phone, so no code can be sent to it."""


@dataclass(eq=False, repr=False, kw_only=True)
class PhoneUnknown(PhoneError):
    """No such mainland number is given out; a digit may be missing or mistyped."""

    found: int  # digits as typed


class PersonNameError(InputError):
    """What was typed is not a name."""


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
    """There are characters that cannot stand there in a name."""

    positions: tuple[int, ...]  # counted from 1 in the normalised name


class UnitNameError(InputError):
    """What was typed is not an organisation's name."""


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
    """There are characters that cannot stand in an organisation's name."""

    positions: tuple[int, ...]  # counted from 1 in the normalised name
    characters: str  # each of them once, in the order typed, at most ten
