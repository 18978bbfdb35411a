"""``import``: load the embedded vehicle registry from a CSV or XLSX file, also beside the running service."""

import argparse
import asyncio
from pathlib import Path

from bot.cli.command import DONE, Command, settings_of
from bot.cli.terminal import add_yes, carry_out
from bot.local_socket.errors import BadRows
from bot.local_socket.operations import IMPORT
from bot.local_socket.protocol import MOST_BYTES, Request


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="file with the columns vin, certificate, kind, state")
    add_yes(parser)


def _import(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    request = Request(command=IMPORT, words=(str(given.file),), content=_content(given.file))
    print(asyncio.run(carry_out(settings, request, is_confirmed=given.yes)))
    return DONE


def _content(file: Path) -> bytes:
    """Return the content of a file.

    Raises:
        BadRows: it cannot be read, or is too large.
    """
    try:
        if file.stat().st_size > MOST_BYTES:
            raise BadRows(f"{file}: larger than {MOST_BYTES:,} bytes; split it")
        return file.read_bytes()
    except OSError as error:
        raise BadRows(f"{file}: {error.strerror}") from None


COMMAND = Command(
    name="import",
    about="import vehicles into the registry from a CSV or XLSX file",
    example="import vehicles.xlsx",
    run=_import,
    add_arguments=_add_arguments,
)
