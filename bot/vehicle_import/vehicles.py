"""Convert rows to vehicles: all rows of a file, or the error of each invalid row."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from bot.errors.tables import TableEmpty, TableTooLarge, WrongColumns
from bot.i18n.columns import COLUMNS as CALLED
from bot.i18n.columns import KIND_NAMES, STATE_NAMES
from bot.vehicle_import.tables import is_text, rows_of
from core.errors.base import InputError, XuanhaoError
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
from core.values.vehicles import CertificateKind, parse_certificate, parse_vin

COLUMNS = ("vin", "certificate", "kind", "state")
_KINDS = {**{kind.value: kind for kind in PlateKind}, **KIND_NAMES}
_REGISTERED: dict[str, bool] = {RegistryState.NEW: False, RegistryState.REGISTERED: True}
_EVERY = 1000


def read_vehicles(content: bytes, progress: Callable[[int], object] | None = None) -> VehicleFile:
    """Parse a whole file.

    Args:
        content: CSV or XLSX.
        progress: called with the number of rows parsed since the last call.

    Raises:
        TableError: the file cannot be parsed, or it has more than ``MAX_ROWS`` rows.
    """
    reader = _Reader()
    if is_text(content):  # counted before any row is validated, which takes many times as long
        _refuse_too_many(_data_rows(content))
    for number, vin in enumerate(_data_rows(content), 1):
        if number > MAX_ROWS:
            raise TableTooLarge
        reader.take(*vin)
        if progress is not None and number % _EVERY == 0:
            progress(_EVERY)
    if not reader.vehicles and not reader.wrong:
        raise TableEmpty
    return VehicleFile(
        digest=hashlib.sha256(content).hexdigest(),
        vehicles=tuple(reader.vehicles.values()),
        wrong=tuple(reader.wrong),
        repeated=reader.repeated,
    )


def _data_rows(content: bytes) -> Iterator[tuple[int, list[str], tuple[int, ...]]]:
    """Return each row with its number and the positions of its four columns."""
    rows = enumerate(rows_of(content), 1)
    places: tuple[int, ...] = ()
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if places:
            yield number, cells, places
        else:
            places = _places(cells)


def _refuse_too_many(rows: Iterator[object]) -> None:
    if next(islice(rows, MAX_ROWS, None), None) is not None:
        raise TableTooLarge


def _places(head: Sequence[str]) -> tuple[int, ...]:
    written = [name.strip().lower() for name in head]
    names = [CALLED.get(name, name) for name in written]
    if sorted(names) != sorted(COLUMNS):
        raise WrongColumns
    return tuple(names.index(column) for column in COLUMNS)


class _Reader:
    """Collects vehicles and errors, row by row."""

    def __init__(self) -> None:
        self.vehicles: dict[str, RegistryVehicle] = {}
        self.wrong: list[WrongRow] = []
        self.repeated = 0

    def take(self, number: int, cells: list[str], places: tuple[int, ...]) -> None:
        try:
            self._add(_vehicle(cells, places))
        except XuanhaoError as error:
            told = error.with_traceback(None)  # a traceback keeps the validation's variables alive
            told.__context__ = None
            self.wrong.append(WrongRow(number=number, cells=tuple(cells[: len(COLUMNS) + 1]), error=told))

    def _add(self, vehicle: RegistryVehicle) -> None:
        known = self.vehicles.setdefault(vehicle.vin, vehicle)
        if known is vehicle:
            return
        if known != vehicle:
            raise RepeatedVin
        self.repeated += 1


def _vehicle(cells: list[str], places: tuple[int, ...]) -> RegistryVehicle:
    if len(cells) != len(places):
        raise WrongCellCount
    vin, certificate, kind, state = (cells[place].strip() for place in places)
    return RegistryVehicle(
        vin=parse_vin(vin).vin,
        certificate=_certificate(certificate),
        kind=_kind(kind),
        registered=_registered(state),
    )


def _certificate(text: str) -> str:
    try:
        return parse_certificate(CertificateKind.DOMESTIC, text)
    except InputError:
        return parse_certificate(CertificateKind.IMPORT, text)


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
