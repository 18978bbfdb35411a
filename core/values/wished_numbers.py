"""A number, or a mask of numbers, that an owner wishes for, as it is typed: 粤K A8888, ##888, D#8888."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors.wished import WishedTooWide, WishedUnreadable
from core.values import labels
from core.values.masks import Mask, kind_of_mask, parse_mask
from core.values.offices import Office
from core.values.plates import OFFICE_CODE, PlateKind
from core.values.text import DOTS, HYPHENS, compact, is_oversized

MAX_SIZE = 1000
"""Maximum numbers that one wish may match."""

_ANY = str.maketrans("*?", "##")  # what people write for any digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """A wish: the code of its office, and the numbers."""

    office: str
    mask: Mask


def parse_wished(text: str, *, default: Office, offices: Mapping[str, Office]) -> Wished:
    """Parse a wish; its kind follows from its form.

    Args:
        text: the user's input.
        default: the office, if the text names none.
        offices: the offices that are served.

    Raises:
        WishedUnreadable: it is too short or too long, or of an office that is not served.
        MaskError: it has the right length, but is no mask; see ``Mask``.
        WishedTooWide: it matches more than ``MAX_SIZE`` numbers.
    """
    if is_oversized(text):
        raise WishedUnreadable
    plain = compact(labels.without_label(text, labels.PLATE), DOTS + HYPHENS).translate(_ANY)
    office = default
    if OFFICE_CODE.match(plain):
        named = offices.get(plain[:2])
        if named is None:
            raise WishedUnreadable
        office, plain = named, plain[2:]
    mask = parse_mask(_kind_of(plain), plain, nev_letters=office.nev_letters)
    if mask.size > MAX_SIZE:
        raise WishedTooWide(mask.size, MAX_SIZE)
    return Wished(office=office.code, mask=mask)


def _kind_of(pattern: str) -> PlateKind:
    if not PlateKind.SMALL.serial_length <= len(pattern) <= PlateKind.SMALL_NEV.serial_length:
        raise WishedUnreadable
    return kind_of_mask(pattern) or PlateKind.SMALL_NEV
