"""Convert rows to vehicles: all rows of a file, or the error of each invalid row."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.errors.tables import TableEmpty, TableTooLarge, WrongColumns
from bot.i18n.columns import COLUMNS as CALLED
from bot.i18n.columns import KIND_NAMES, STATE_NAMES
from bot.vehicle_import.tables import filled, is_text, rows_of
from bot.vehicle_import.workbooks import Cell, UnusableCell, text_of
from core.errors.base import XuanhaoError
from core.registry.lookup import RegistryState, RegistryVehicle
from core.registry.vehicle_file import (
    MAX_ROWS,
    RepeatedVin,
    VehicleFile,
    WrongCellCount,
    WrongKind,
    WrongRow,
    WrongState,
)
from core.values.plates import PlateKind
from core.values.vehicles import parse_any_certificate, parse_vin

COLUMNS = ("vin", "certificate", "kind", "state")
_KINDS = {**{kind.value: kind for kind in PlateKind}, **KIND_NAMES}
_REGISTERED: dict[str, bool] = {RegistryState.NEW: False, RegistryState.REGISTERED: True}
_MOST_TITLES = 10
"""Rows among which the column names are looked for; titles may stand above them."""
ADDED = re.compile(r"[(\uff08].*?[)\uff09]|[*:\uff1a\s]")
"""What is added to a column's name: 车辆识别代号(VIN), 状态*."""


def read_vehicles(content: bytes) -> VehicleFile:
    """Parse a whole file, CSV or XLSX.

    Raises:
        TableError: the file cannot be parsed, or it has more than ``MAX_ROWS`` rows.
    """
    reader = _Reader()
    if is_text(content):  # counted before any row is validated, which takes many times as long
        _refuse_too_many(_data_rows(rows_of(content).rows))
    table = rows_of(content)
    for number, row in enumerate(_data_rows(table.rows), 1):
        if number > MAX_ROWS:
            raise TableTooLarge
        reader.take(*row)
    if not reader.vehicles and not reader.wrong:
        raise TableEmpty
    return VehicleFile(
        digest=hashlib.sha256(content).hexdigest(),
        vehicles=tuple(reader.vehicles.values()),
        wrong=tuple(reader.wrong),
        repeated=reader.repeated,
        ignored=reader.ignored,
        sheet=table.sheet,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The row that names the columns."""

    places: tuple[int, ...]  # of the four columns
    named: frozenset[int]  # places of all columns with a name
    ignored: tuple[str, ...]  # names of the other ones


def _data_rows(rows: Iterator[list[Cell]]) -> Iterator[tuple[int, list[Cell], _Head]]:
    """Return each row with its number and the columns.

    Raises:
        WrongColumns: none of the first rows names the columns.
    """
    left = filled(rows)
    columns, is_empty, nearest = None, True, WrongColumns()
    for _, head in islice(left, _MOST_TITLES):
        names = [text_of(cell) for cell in head]
        columns, is_empty = _head(names), False
        nearest = _nearer(nearest, names)
        if columns is not None:
            break
    if is_empty:
        return
    if columns is None:
        raise nearest
    for number, cells in left:
        yield number, cells, columns


def _refuse_too_many(rows: Iterator[object]) -> None:
    if next(islice(rows, MAX_ROWS, None), None) is not None:
        raise TableTooLarge


def _head(head: Sequence[str]) -> _Head | None:
    """Return the columns; None if the row does not name each of the four once. Others are ignored."""
    names = [_column(name) for name in head]
    if any(names.count(column) != 1 for column in COLUMNS):
        return None
    others = [place for place, name in enumerate(names) if name and name not in COLUMNS]
    places = tuple(names.index(column) for column in COLUMNS)
    return _Head(
        places=places,
        named=frozenset((*places, *others)),
        ignored=tuple(head[place].strip() for place in others),
    )


def _nearer(nearest: WrongColumns, head: Sequence[str]) -> WrongColumns:
    """Return what is wrong with a row as a head, if it names more of the columns than the nearest so far."""
    names = [_column(name) for name in head]
    missing = tuple(column for column in COLUMNS if column not in names)
    before = len(nearest.missing) if nearest.missing or nearest.doubled or nearest.unknown else len(COLUMNS)
    if len(missing) >= before:
        return nearest
    return WrongColumns(
        missing=missing,
        doubled=tuple(column for column in COLUMNS if names.count(column) > 1),
        unknown=tuple(name for name in names if name and name not in COLUMNS),
    )


def _column(head: str) -> str:
    """Return what a column is called; empty for one without a name, which is no column."""
    written = head.strip().lower()
    for name in (written, ADDED.sub("", written)):
        if name in COLUMNS or name in CALLED:
            return CALLED.get(name, name)
    return written


class _Reader:
    """Collects vehicles and errors, row by row."""

    def __init__(self) -> None:
        self.vehicles: dict[str, RegistryVehicle] = {}
        self.wrong: list[WrongRow] = []
        self.repeated = 0
        self.ignored: tuple[str, ...] = ()

    def take(self, number: int, cells: list[Cell], head: _Head) -> None:
        self.ignored = head.ignored
        parsing = _Parsing(cells, head)
        try:
            self._add(parsing.vehicle())
        except XuanhaoError as error:
            told = error.with_traceback(None)  # a traceback keeps the validation's variables alive
            told.__context__ = None
            shown = tuple(text_of(cells[place]) if place < len(cells) else "" for place in head.places)
            self.wrong.append(WrongRow(number=number, cells=shown, error=told, column=parsing.column))

    def _add(self, vehicle: RegistryVehicle) -> None:
        known = self.vehicles.setdefault(vehicle.vin, vehicle)
        if known is vehicle:
            return
        if known != vehicle:
            raise RepeatedVin
        self.repeated += 1


class _Parsing:
    """Parses one row; ``column`` is the one that is being parsed, empty for the row as a whole."""

    def __init__(self, cells: list[Cell], head: _Head) -> None:
        self._cells = cells
        self._head = head
        self.column = ""

    def vehicle(self) -> RegistryVehicle:
        cells, head = self._cells, self._head
        others = (cell for place, cell in enumerate(cells) if place not in head.named)
        if len(cells) <= max(head.places) or any(text_of(cell).strip() for cell in others):
            raise WrongCellCount
        vin = parse_vin(self._text_of("vin")).vin
        certificate = parse_any_certificate(self._text_of("certificate"))
        kind, registered = _kind(self._text_of("kind")), _registered(self._text_of("state"))
        self.column = ""
        return RegistryVehicle(vin=vin, certificate=certificate, kind=kind, registered=registered)

    def _text_of(self, column: str) -> str:
        self.column = column
        return _typed(self._cells[self._head.places[COLUMNS.index(column)]]).strip()


def _typed(cell: Cell) -> str:
    if isinstance(cell, UnusableCell):
        raise cell.error
    return cell


def _kind(text: str) -> PlateKind:
    kind = _KINDS.get(text.lower())
    if kind is None:
        raise WrongKind
    return kind


def _registered(text: str) -> bool:
    state = text.lower()
    registered = _REGISTERED.get(STATE_NAMES.get(state, state))
    if registered is None:
        raise WrongState
    return registered
