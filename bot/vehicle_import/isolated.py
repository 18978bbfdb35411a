"""Reads vehicle files in a child process, in which a file can do no harm."""

from bot.errors.tables import TableUnreadable
from bot.isolation.child import ChildLimits
from bot.isolation.messages import PackedError, pack_error, unpack_error
from bot.isolation.runner import ChildFailedError, run_isolated
from bot.vehicle_import.vehicles import read_vehicles
from core.registry.lookup import RegistryVehicle
from core.registry.vehicle_file import VehicleFile, WrongRow
from core.values.plates import PlateKind

LIMITS = ChildLimits(memory=1_000_000_000, cpu_seconds=120, seconds=240)
"""300,000 rows take some 350 MB and 12 seconds."""

_PackedVehicle = tuple[str, str, str, bool]
_PackedRow = tuple[int, tuple[str, ...], PackedError, str]
_Packed = tuple[str, list[_PackedVehicle], list[_PackedRow], int, tuple[str, ...], str]


async def read_vehicles_isolated(content: bytes, limits: ChildLimits = LIMITS) -> VehicleFile:
    """Parse a whole file, as ``read_vehicles`` does.

    Raises:
        TableError: as of ``read_vehicles``.
        TableUnreadable: the child process ended or exceeded its limits.
    """
    try:
        packed = await run_isolated(read_packed, content, limits=limits)
    except ChildFailedError:
        raise TableUnreadable from None
    digest, vehicles, wrong, repeated, ignored, sheet = packed
    kinds = {kind.value: kind for kind in PlateKind}
    return VehicleFile(
        digest=digest,
        vehicles=tuple(
            RegistryVehicle(vin=vin, certificate=certificate, kind=kinds[kind], registered=registered)
            for vin, certificate, kind, registered in vehicles
        ),
        wrong=tuple(
            WrongRow(number=number, cells=cells, error=unpack_error(error), column=column)
            for number, cells, error, column in wrong
        ),
        repeated=repeated,
        ignored=ignored,
        sheet=sheet,
    )


def read_packed(content: bytes) -> _Packed:
    """Parse a file and return plain values: this runs in the child."""
    file = read_vehicles(content)
    return (
        file.digest,
        [(one.vin, one.certificate, one.kind.value, one.registered) for one in file.vehicles],
        [(row.number, row.cells, pack_error(row.error), row.column) for row in file.wrong],
        file.repeated,
        file.ignored,
        file.sheet,
    )
