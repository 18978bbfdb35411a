"""Invented people and vehicles: well-formed, but not real."""

from core.values.masks import SMALL_MASKS, Mask
from core.values.plates import PlateKind
from core.values.vehicles import check_digit

VIN = "LSVTESTX3RM000001"
CERTIFICATE = "ABCD12345678901"
IDENTITY = "11010519491231002X"


def identity(number: int) -> str:
    """Return an unassigned resident ID with a valid check character: born on 1 January 1950."""
    body = f"110105195001{1 + number // 999 % 28:02d}{number % 999 + 1:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def vin(number: int) -> str:
    """Return an unassigned VIN with a valid check digit."""
    body = f"LSVTEST00RM{number:06d}"
    return body[:8] + check_digit(body) + body[9:]


def phone(number: int) -> str:
    """Return a mobile number in E.164 format."""
    return f"+86138{number:08d}"


def certificate(number: int) -> str:
    return f"TEST1{number:010d}"


def credit_code(number: int) -> str:
    """Return an unassigned unified social credit code with a valid check character (GB 32100)."""
    characters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91440900MA{number:07d}"
    total = sum(characters.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + characters[-total % 31]


def masks_of(kind: PlateKind) -> tuple[Mask, ...]:
    """Return masks that partition the serials of a kind."""
    if kind is PlateKind.SMALL:
        return SMALL_MASKS
    patterns = ("@#####", "@@####") if kind is PlateKind.SMALL_NEV else ("#####@",)
    return tuple(Mask(kind=kind, pattern=pattern) for pattern in patterns)
