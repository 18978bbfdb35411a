"""``import``: loads the embedded vehicle registry from a CSV file, with a progress bar."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tqdm import tqdm

from core.bootstrap import Core, bootstrap
from core.errors import InputError, XuanhaoError
from core.plates import PlateKind
from core.registry import RegistryVehicle, load
from core.settings import Settings
from core.vehicles import CertificateKind, parse_certificate, parse_vin

COLUMNS = ("vin", "certificate", "kind", "state")
_A_TRANSACTION = 2000


class BadRow(InputError):
    """A row of the file cannot be read; nothing of the file was loaded."""


async def import_vehicles(settings: Settings, file: Path) -> int:
    """Load a file whole or not at all; return the exit status.

    Raises:
        BadRow: the first row that cannot be read, with its number and what is wrong with it.
    """
    vehicles = list(_read(file))
    core = await bootstrap(settings)
    try:
        await _load(core, vehicles)
    finally:
        await core.close()
    print(f"{len(vehicles):,} vehicles are in the registry's table")  # noqa: T201 - the command line prints
    return 0


async def _load(core: Core, vehicles: list[RegistryVehicle]) -> None:
    with tqdm(total=len(vehicles), unit=" vehicles", disable=None) as bar:
        rest = iter(vehicles)
        while some := list(islice(rest, _A_TRANSACTION)):
            bar.update(await core.store.run(load, some))


def _read(file: Path) -> Iterator[RegistryVehicle]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise BadRow(f"{file}: the first line should be {','.join(COLUMNS)}")
            for number, row in enumerate(rows, 2):
                try:
                    yield _vehicle(row)
                except (XuanhaoError, ValueError, TypeError) as error:
                    raise BadRow(f"{file}:{number}: {error}") from None
    except OSError as error:
        raise BadRow(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadRow(f"{file}: not UTF-8") from None


def _vehicle(row: dict[str, str]) -> RegistryVehicle:
    if len(row) != len(COLUMNS):
        raise ValueError("more columns than the first line has")
    state = row["state"]
    if state not in {"new", "registered"}:
        raise ValueError("state should be new or registered")
    return RegistryVehicle(
        vin=parse_vin(row["vin"]).vin,
        certificate=_certificate(row["certificate"]),
        kind=PlateKind(row["kind"]),
        registered=state == "registered",
    )


def _certificate(text: str) -> str:
    try:
        return parse_certificate(CertificateKind.DOMESTIC, text)
    except InputError:
        return parse_certificate(CertificateKind.IMPORT, text)
