"""The list of numbers that were issued after the backup: from receipts, and from the counter's own papers."""

from collections import Counter
from collections.abc import Iterable

from core.errors.backup import GivenUnreadable, OfficeNotServed
from core.errors.base import InputError
from core.values.offices import Office
from core.values.plates import NEV_LETTERS, Plate, parse_plate

_COMMENT = "#"


def read_given(text: str, offices: Iterable[Office]) -> tuple[Plate, ...]:
    """Read one number a line, as 粤K12345; empty lines and lines that begin with # are skipped.

    Raises:
        GivenUnreadable: lines are no numbers, or those of an office that is not served here.
    """
    return tuple(dict.fromkeys(_plates(text, offices)))


def repeated_in(text: str, offices: Iterable[Office]) -> tuple[Plate, ...]:
    """Return the numbers that a list has more than once.

    Raises:
        GivenUnreadable: as ``read_given``.
    """
    return tuple(plate for plate, count in Counter(_plates(text, offices)).items() if count > 1)


def _plates(text: str, offices: Iterable[Office]) -> list[Plate]:
    served = {office.code: office for office in offices}
    found: list[Plate] = []
    wrong: list[tuple[int, str]] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        typed = line.strip()
        if not typed or typed.startswith(_COMMENT):
            continue
        try:
            found.append(_plate(typed, served))
        except InputError as error:
            wrong.append((number, str(error)))
    if wrong:
        raise GivenUnreadable(tuple(wrong))
    return found


def _plate(typed: str, served: dict[str, Office]) -> Plate:
    office = served.get(typed.upper()[:2])
    plate = parse_plate(typed, nev_letters=NEV_LETTERS if office is None else office.nev_letters)
    if plate.office not in served:
        raise OfficeNotServed(plate.office)
    return plate
