"""What can be wrong with a serial, a plate number or a mask that was typed."""

from dataclasses import dataclass

from core.errors.base import InputError


class SerialError(InputError):
    """What was typed is not a serial of the plate kind."""


class SerialEmpty(SerialError):
    """No serial was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class SerialOfOtherOffice(SerialError):
    """The plate number begins with the code of another office."""

    typed: str  # the code in front of what was typed, e.g. "粤A"
    wanted: str  # the office that is meant, e.g. "粤K"


@dataclass(eq=False, repr=False, kw_only=True)
class SerialCharacters(SerialError):
    """There are characters that no plate bears."""

    positions: tuple[int, ...]  # counted from 1 in the normalised serial
    characters: str  # each of them once, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class SerialLength(SerialError):
    """The serial is too short or too long."""

    wanted: int  # characters
    found: int  # characters, the office's code not counted


@dataclass(eq=False, repr=False, kw_only=True)
class SerialLookalike(SerialError):
    """The letters O and I are not used; a 0 or a 1 may be meant."""

    positions: tuple[int, ...]  # counted from 1 in the normalised serial
    suggestion: str | None  # with 0 and 1 in their places; None where that is no serial either


@dataclass(eq=False, repr=False, kw_only=True)
class SerialTooManyLetters(SerialError):
    """There are more letters than two."""

    found: int  # letters


@dataclass(eq=False, repr=False, kw_only=True)
class SerialNevLetter(SerialError):
    """The letter of a new-energy serial is missing or is not one that is used."""

    position: int  # where it stands, counted from 1
    allowed: str  # the letters in use, e.g. "ABCDEFGHJK"


@dataclass(eq=False, repr=False, kw_only=True)
class SerialDigitWanted(SerialError):
    """There is a letter where only a digit may stand."""

    positions: tuple[int, ...]  # counted from 1


class SerialNotIssued(SerialError):
    """The serial 00000 is not issued."""


class PlateError(InputError):
    """What was typed is not a plate number."""


class PlateEmpty(PlateError):
    """No plate number was typed."""


class PlateOfficeMissing(PlateError):
    """The plate number does not begin with an office's code, a province and a letter."""


@dataclass(eq=False, repr=False, kw_only=True)
class PlateLength(PlateError):
    """What follows the office's code is too short or too long."""

    wanted: tuple[int, ...]  # the lengths that are possible, ascending
    found: int


class MaskError(InputError):
    """What was typed is not a mask of the plate kind."""


class MaskEmpty(MaskError):
    """No mask was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class MaskCharacters(MaskError):
    """There are characters that no mask knows."""

    positions: tuple[int, ...]  # counted from 1
    characters: str  # each of them once, in the order typed, at most ten


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
    """There are more letters than two, fixed and @ together."""

    found: int  # letters


@dataclass(eq=False, repr=False, kw_only=True)
class MaskNevLetter(MaskError):
    """The letter of a new-energy mask is missing or is not one that is used."""

    position: int  # where it stands, counted from 1
    allowed: str  # the letters in use


@dataclass(eq=False, repr=False, kw_only=True)
class MaskDigitWanted(MaskError):
    """There is a letter where only a digit may stand."""

    positions: tuple[int, ...]  # counted from 1


class MaskNotIssued(MaskError):
    """The mask names only 00000, which is not issued."""
