"""``journal``: write the public journal of an office into a file."""

import argparse
import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from bot.cli.command import DONE, Command, settings_of
from core.db import open_store
from core.errors.base import InputError
from core.errors.offices import OfficeUnknown
from core.public_journal import export
from core.public_journal.export import Heads
from core.settings import Settings
from core.values import offices


class JournalNotWritten(InputError):
    """The file of a public journal cannot be written; one that was there is as it was."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


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
        JournalNotWritten: the file cannot be written.
    """
    code = offices.find(typed).code
    if code not in {office.code for office in settings.offices}:
        raise OfficeUnknown
    store = await open_store(settings.database.url, migrate=False, create=False, read_only=True)
    try:
        heads = await store.read(export.read_heads, code)
        await _replace(path, partial(export.write, store, heads))
    finally:
        await store.close()
    return heads


async def _replace(path: Path, write: Callable[[Path], Awaitable[object]]) -> None:
    """Write a file beside its place first, so that an interrupted export leaves the old one."""
    unfinished = path.parent / f".{path.name}.part"
    try:
        await write(unfinished)
        unfinished.replace(path)
    except OSError as error:
        raise JournalNotWritten(path, error.strerror or type(error).__name__) from None
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


COMMAND = Command(
    name="journal",
    about="write the public journal of an office into a file, for the checker",
    example="journal 粤K journal.jsonl",
    run=_journal,
    add_arguments=_add_arguments,
)
