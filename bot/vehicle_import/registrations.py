"""Reads files from a registration system: which number is on which vehicle. Other columns are ignored."""

import hashlib
from dataclasses import dataclass
from itertools import islice

from bot.errors.tables import RegistrationColumnsMissing, RegistrationRowsTooMany, TableEmpty, TableUnreadable
from bot.i18n.columns import REGISTRATION_COLUMNS
from bot.isolation.child import ChildLimits
from bot.isolation.runner import ChildFailedError, run_isolated
from bot.vehicle_import.tables import filled, rows_of
from bot.vehicle_import.vehicles import ADDED
from bot.vehicle_import.workbooks import text_of
from core.values.text import HYPHENS, compact
from core.values.vehicles import VIN_LENGTH

MOST_BYTES = 5_000_000
MOST_ROWS = 1000
"""A day's registrations of a large office, several times."""
LIMITS = ChildLimits(memory=500_000_000, cpu_seconds=30, seconds=60)
_MOST_TITLES = 10
_LONGEST = 40
_TAIL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRow:
    """A row: its number in the file, and what it says."""

    number: int
    plate: str
    vin: str  # whole or its last six characters; empty if it is neither


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFile:
    """The rows of a file."""

    digest: str
    rows: tuple[RegistrationRow, ...]


async def read_registrations(content: bytes) -> RegistrationFile:
    """Parse a whole file in a child process, in which it can do no harm.

    Raises:
        TableError: it is no table, does not name both columns, or has too many rows.
        TableUnreadable: the child process ended or exceeded its limits.
    """
    try:
        found: list[tuple[int, str, str]] = await run_isolated(rows_within, content, limits=LIMITS)
    except ChildFailedError:
        raise TableUnreadable from None
    rows = tuple(RegistrationRow(number=number, plate=plate, vin=vin) for number, plate, vin in found)
    return RegistrationFile(digest=hashlib.sha256(content).hexdigest(), rows=rows)


def rows_within(content: bytes) -> list[tuple[int, str, str]]:
    """Return row number, plate number and VIN of each row: this runs in the child."""
    rows = ((number, [text_of(cell) for cell in row]) for number, row in filled(rows_of(content).rows))
    nearest: tuple[str, ...] = ("plate", "vin")
    places = None
    for _, head in islice(rows, _MOST_TITLES):
        names = [_column(name) for name in head]
        missing = tuple(column for column in ("plate", "vin") if names.count(column) != 1)
        if not missing:
            places = names.index("plate"), names.index("vin")
            break
        nearest = min(nearest, missing, key=len)
    if places is None:
        raise RegistrationColumnsMissing(nearest)
    found = [
        (number, _at(texts, places[0])[:_LONGEST], _vin(_at(texts, places[1])))
        for number, texts in islice(rows, MOST_ROWS + 1)
    ]
    if len(found) > MOST_ROWS:
        raise RegistrationRowsTooMany(MOST_ROWS)
    if not found:
        raise TableEmpty
    return found


def _column(head: str) -> str:
    written = head.strip().lower()
    for name in (written, ADDED.sub("", written)):
        if name in REGISTRATION_COLUMNS:
            return REGISTRATION_COLUMNS[name]
    return ""


def _at(texts: list[str], place: int) -> str:
    return texts[place].strip() if place < len(texts) else ""


def _vin(raw: str) -> str:
    """Return a VIN or its end; a spreadsheet has dropped the zeros at the start of an end in digits."""
    vin = compact(raw, HYPHENS)
    if vin.isdecimal() and len(vin) < _TAIL:
        return vin.zfill(_TAIL)
    return vin if len(vin) in {_TAIL, VIN_LENGTH} else ""
