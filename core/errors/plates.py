"""Malformed serials, plate numbers and masks."""

from dataclasses import dataclass

from core.errors.base import InputError


class SerialError(InputError):
    """The input is not a serial of the plate kind."""


class SerialEmpty(SerialError):
    """No serial was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class SerialOfOtherOffice(SerialError):
    """The plate number begins with the code of another office."""

    typed: str  # the code at the start of the input, e.g. "粤A"
    wanted: str  # the expected office, e.g. "粤K"


@dataclass(eq=False, repr=False, kw_only=True)
class SerialCharacters(SerialError):
    """The input has characters that no plate contains."""

    positions: tuple[int, ...]  # counted from 1 in the normalised serial
    characters: str  # the distinct ones, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class SerialLength(SerialError):
    """The serial is too short or too long."""

    wanted: int  # characters
    found: int  # characters, without the office's code


@dataclass(eq=False, repr=False, kw_only=True)
class SerialLookalike(SerialError):
    """The letters O and I are not used; a 0 or a 1 may be meant."""

    positions: tuple[int, ...]  # counted from 1 in the normalised serial
    suggestion: str | None  # with 0 and 1 instead; None if that is not a serial either


@dataclass(eq=False, repr=False, kw_only=True)
class SerialTooManyLetters(SerialError):
    """The serial has more than two letters."""

    found: int  # letters


@dataclass(eq=False, repr=False, kw_only=True)
class SerialNevLetter(SerialError):
    """The letter of a new-energy serial is missing or not in use."""

    position: int  # counted from 1
    allowed: str  # the letters in use, e.g. "ABCDEFGHJK"


@dataclass(eq=False, repr=False, kw_only=True)
class SerialDigitWanted(SerialError):
    """A letter is where only a digit is allowed."""

    positions: tuple[int, ...]  # counted from 1


class SerialNotIssued(SerialError):
    """The serial 00000 is not issued."""


class PlateError(InputError):
    """The input is not a plate number."""


class PlateEmpty(PlateError):
    """No plate number was typed."""


class PlateOfficeMissing(PlateError):
    """The plate number does not begin with an office's code, a province and a letter."""


@dataclass(eq=False, repr=False, kw_only=True)
class PlateLength(PlateError):
    """The part after the office's code is too short or too long."""

    wanted: tuple[int, ...]  # the possible lengths, ascending
    found: int


class MaskError(InputError):
    """The input is not a mask of the plate kind."""


class MaskEmpty(MaskError):
    """No mask was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class MaskCharacters(MaskError):
    """The input has characters that no mask contains."""

    positions: tuple[int, ...]  # counted from 1
    characters: str  # the distinct ones, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class MaskLength(MaskError):
    """The mask is too short or too long."""

    wanted: int  # characters
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class MaskLookalike(MaskError):
    """The letters O and I are not used; a 0 or a 1 may be meant."""

    positions: tuple[int, ...]  # counted from 1


@dataclass(eq=False, repr=False, kw_only=True)
class MaskTooManyLetters(MaskError):
    """The mask has more than two letters, fixed ones and @ together."""

    found: int  # letters


@dataclass(eq=False, repr=False, kw_only=True)
class MaskNevLetter(MaskError):
    """The letter of a new-energy mask is missing or not in use."""

    position: int  # counted from 1
    allowed: str  # the letters in use


@dataclass(eq=False, repr=False, kw_only=True)
class MaskDigitWanted(MaskError):
    """A letter is where only a digit is allowed."""

    positions: tuple[int, ...]  # counted from 1


class MaskNotIssued(MaskError):
    """The mask matches only 00000, which is not issued."""
