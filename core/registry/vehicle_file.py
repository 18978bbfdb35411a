"""A file of vehicles after it was read: its vehicles, and what is wrong with the other rows."""

from dataclasses import dataclass

from core.errors import InputError, XuanhaoError
from core.registry.lookup import RegistryVehicle

MAX_ROWS = 300_000
"""Vehicles in a file; larger lists have to be split."""


class WrongKind(InputError):
    """The plate kind is none of the three."""


class WrongState(InputError):
    """The state is neither new nor registered."""


class WrongCellCount(InputError):
    """The row has more or fewer cells than the first line."""


class RepeatedVin(InputError):
    """The vehicle stands in the file before, with other data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongRow:
    """A row that cannot be loaded."""

    number: int  # as a spreadsheet counts, the first line being 1
    cells: tuple[str, ...]
    error: XuanhaoError


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleFile:
    """What a file holds."""

    digest: str  # SHA-256 of the file, hex
    vehicles: tuple[RegistryVehicle, ...]
    wrong: tuple[WrongRow, ...]
    repeated: int  # rows that say once more what the file has said
