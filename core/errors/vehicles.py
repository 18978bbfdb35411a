"""Malformed VINs and certificate numbers."""

from dataclasses import dataclass

from core.errors.base import InputError


class VinError(InputError):
    """The input is not a VIN."""


class VinEmpty(VinError):
    """No VIN was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class VinCharacters(VinError):
    """The input has characters that no VIN contains."""

    positions: tuple[int, ...]  # counted from 1 in the normalised VIN
    characters: str  # the distinct ones, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class VinLength(VinError):
    """The VIN is too short or too long."""

    wanted: int  # 17
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class VinLookalike(VinError):
    """The letters I, O and Q are not used in a VIN; a 1 or a 0 may be meant."""

    positions: tuple[int, ...]  # counted from 1 in the normalised VIN
    suggestion: str | None  # with 1 and 0 instead; None if its check digit is wrong


@dataclass(eq=False, repr=False, kw_only=True)
class VinMistyped(VinError):
    """A character of the VIN is mistyped: its check digit is wrong."""

    grouped: str  # as it was read, in groups of 3-6-8, for comparison with the document


class CertificateError(InputError):
    """The input is not a certificate number."""


class CertificateEmpty(CertificateError):
    """No certificate number was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class CertificateCharacters(CertificateError):
    """The input has characters that no certificate number contains."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number
    characters: str  # the distinct ones, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class CertificateLength(CertificateError):
    """The certificate number is too short or too long."""

    shortest: int
    longest: int
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class CertificateDigitWanted(CertificateError):
    """One of the last ten characters of a certificate number is not a digit."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number


class CertificateIsVin(CertificateError):
    """The VIN was typed where the certificate number is asked for."""
