"""The list of numbers that were issued after the backup: from receipts, and from the counter's own papers."""

from collections.abc import Iterable

from core.errors.backup import GivenUnreadable
from core.errors.base import InputError
from core.values.offices import Office
from core.values.plates import NEV_LETTERS, Plate, parse_plate

_COMMENT = "#"


def read_given(text: str, offices: Iterable[Office]) -> tuple[Plate, ...]:
    """Read one number a line, as 粤K12345; empty lines and lines that begin with # are skipped.

    Raises:
        GivenUnreadable: a line is no number, or one of an office that is not served here.
    """
    served = {office.code: office for office in offices}
    found: dict[Plate, None] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        typed = line.strip()
        if typed and not typed.startswith(_COMMENT):
            found[_plate(number, typed, served)] = None
    return tuple(found)


def _plate(line: int, typed: str, served: dict[str, Office]) -> Plate:
    office = served.get(typed.upper()[:2])
    try:
        plate = parse_plate(typed, nev_letters=NEV_LETTERS if office is None else office.nev_letters)
    except InputError as error:
        raise GivenUnreadable(line, str(error)) from None
    if plate.office not in served:
        raise GivenUnreadable(line, f"the settings have no office {plate.office}")
    return plate
