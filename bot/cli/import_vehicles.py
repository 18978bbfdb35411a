"""``import``: load the embedded vehicle registry from a CSV or XLSX file, with a progress bar."""

import argparse
import asyncio
from pathlib import Path

from tqdm import tqdm

from bot.cli.command import DONE, Command, settings_of
from bot.cli.described import counted
from bot.errors.tables import TableError
from bot.vehicle_import.isolated import read_vehicles_isolated
from core.audit import COMMAND_LINE
from core.bootstrap import Core, bootstrap
from core.errors.base import InputError
from core.registry import imports
from core.registry.imports import A_PIECE, BY_COMMAND_LINE, ImportRequest
from core.registry.vehicle_file import VehicleFile
from core.settings import Settings

_MOST_NAMED = 10


class BadRows(InputError):
    """Rows of the file are invalid; nothing of the file was loaded."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="file with the columns vin, certificate, kind, state")


def _import(given: argparse.Namespace) -> int:
    return asyncio.run(import_vehicles(settings_of(given), given.file))


async def import_vehicles(settings: Settings, file: Path) -> int:
    """Load a file as a whole or not at all; return the exit status.

    Raises:
        BadRows: the first invalid rows, with their numbers and errors.
    """
    read = await _read(file)
    core = await bootstrap(settings, migrate=False)
    try:
        await _load(core, file.name, read)
    finally:
        await core.close()
    print(f"{counted(len(read.vehicles), 'vehicle')} imported into the registry")
    return DONE


async def _read(file: Path) -> VehicleFile:
    """Parse a file in a process of its own: it may be made to exhaust the memory."""
    try:
        content = await asyncio.to_thread(file.read_bytes)
    except OSError as error:
        raise BadRows(f"{file}: {error.strerror}") from None
    try:
        read = await read_vehicles_isolated(content)
    except TableError as error:
        raise BadRows(f"{file}: {error}") from None
    if read.wrong:
        lines = [f"{file}:{row.number}: {row.error}" for row in read.wrong[:_MOST_NAMED]]
        more = len(read.wrong) - len(lines)
        raise BadRows("\n".join(lines + ([f"{file}: and {more} more"] if more else [])))
    return read


async def _load(core: Core, name: str, read: VehicleFile) -> None:
    """Load in batches, after dropping what an earlier interrupted call left."""
    run = core.store.run
    left = await core.store.read(imports.under_way, BY_COMMAND_LINE)
    if left is not None:
        await run(imports.drop, left.import_id, COMMAND_LINE)
    request = ImportRequest(
        chat_id=BY_COMMAND_LINE,
        file_id="",
        file_name=name,
        digest=read.digest,
        total=len(read.vehicles),
        actor=COMMAND_LINE,
    )
    begun = await run(imports.begin, request)
    with tqdm(total=begun.total, unit=" vehicles", desc="loading", disable=None) as bar:
        for start in range(0, begun.total, A_PIECE):
            piece = read.vehicles[start : start + A_PIECE]
            await run(imports.put, begun.import_id, piece, loaded=start + len(piece))
            bar.update(len(piece))
    await run(imports.ready, begun.import_id, await core.store.read(imports.differences, begun.import_id))
    await run(imports.confirm, begun.import_id, COMMAND_LINE)


COMMAND = Command(
    name="import",
    about="import vehicles into the registry from a CSV or XLSX file",
    run=_import,
    add_arguments=_add_arguments,
)
