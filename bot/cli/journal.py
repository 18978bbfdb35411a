"""``journal``: write the public journal of an office into a file."""

import argparse
import asyncio
from pathlib import Path

from bot.cli.command import DONE, Command, settings_of
from core.db import open_store
from core.errors.offices import OfficeUnknown
from core.public_journal import export
from core.public_journal.export import Heads
from core.settings import Settings
from core.values import offices


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("office", metavar="OFFICE", help="the code of the office")
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="where to write it; an existing file is replaced"
    )


def _journal(given: argparse.Namespace) -> int:
    heads = asyncio.run(_written(settings_of(given), given.office, given.file))
    print(f"{given.file}: {heads.entries:,} entries of {heads.office}")
    for kind, head in sorted(heads.by_kind.items()):
        print(f"{kind} #{head.seq} {head.hash}")
    return DONE


async def _written(settings: Settings, typed: str, path: Path) -> Heads:
    """Write the file beside a running service, on a connection that only reads.

    Raises:
        NoSuchOffice: there is no office with this code.
        OfficeUnknown: the settings do not name it.
        StoreError: the database cannot be read.
    """
    code = offices.find(typed).code
    if code not in {office.code for office in settings.offices}:
        raise OfficeUnknown
    store = await open_store(settings.database.url, migrate=False, create=False, read_only=True)
    try:
        heads = await store.read(export.read_heads, code)
        await export.write(store, heads, path)
    finally:
        await store.close()
    return heads


COMMAND = Command(
    name="journal",
    about="write the public journal of an office into a file, for the checker",
    example="journal 粤K journal.jsonl",
    run=_journal,
    add_arguments=_add_arguments,
)
