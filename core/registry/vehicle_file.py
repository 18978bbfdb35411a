"""A parsed file of vehicles: its vehicles, and the errors of the other rows."""

from dataclasses import dataclass

from core.errors.base import InputError, XuanhaoError
from core.registry.lookup import RegistryVehicle

MAX_ROWS = 300_000
"""Maximum vehicles per file; larger lists must be split."""


class WrongKind(InputError):
    """The plate kind is not one of the three supported ones."""


class WrongState(InputError):
    """The state is neither new nor registered."""


class WrongCellCount(InputError):
    """The row has more or fewer cells than the header."""


class NumberTooLong(InputError):
    """A cell is a number of more than 15 digits, of which a spreadsheet keeps only the first 15."""


class DateCell(InputError):
    """A cell is a date or a time: the spreadsheet has converted what was typed."""


class RepeatedVin(InputError):
    """The vehicle occurs earlier in the file with different data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongRow:
    """A row that cannot be loaded."""

    number: int  # as in a spreadsheet, the first line being 1
    cells: tuple[str, ...]
    error: XuanhaoError
    column: str  # which of the four the error is in; empty for the row as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleFile:
    """The contents of a file."""

    digest: str  # SHA-256 of the file, hex
    vehicles: tuple[RegistryVehicle, ...]
    wrong: tuple[WrongRow, ...]
    repeated: int  # rows identical to an earlier one
    ignored: tuple[str, ...]  # names of columns that are none of the four
    sheet: str  # the sheet that was read, if the workbook has several visible ones; else empty
