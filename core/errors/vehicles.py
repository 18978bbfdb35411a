"""What can be wrong with a VIN or a certificate number that was typed."""

from dataclasses import dataclass

from core.errors.base import InputError


class VinError(InputError):
    """What was typed is not a VIN."""


class VinEmpty(VinError):
    """No VIN was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class VinCharacters(VinError):
    """There are characters that no VIN bears."""

    positions: tuple[int, ...]  # counted from 1 in the normalised VIN
    characters: str  # each of them once, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class VinLength(VinError):
    """The VIN is too short or too long."""

    wanted: int  # 17
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class VinLookalike(VinError):
    """The letters I, O and Q are not used in a VIN; a 1 or a 0 may be meant."""

    positions: tuple[int, ...]  # counted from 1 in the normalised VIN
    suggestion: str | None  # with 1 and 0 in their places; None where its check digit is wrong


@dataclass(eq=False, repr=False, kw_only=True)
class VinMistyped(VinError):
    """A character of the VIN is mistyped: its check digit is wrong."""

    grouped: str  # as it was understood, 3-6-8, to be held against the paper


class CertificateError(InputError):
    """What was typed is not the number of a certificate."""


class CertificateEmpty(CertificateError):
    """No certificate number was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class CertificateCharacters(CertificateError):
    """There are characters that no certificate number bears."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number
    characters: str  # each of them once, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class CertificateLength(CertificateError):
    """The certificate number is too short or too long."""

    shortest: int
    longest: int
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class CertificateDigitWanted(CertificateError):
    """There is a letter among the last ten characters of a certificate number."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number
