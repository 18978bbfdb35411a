"""The protocol of the local socket: JSON lines, then the bytes of the file if there is one.

command line → service   {"command": "import", "words": ["vehicles.csv"], "size": 1200}, and 1200 bytes
service → command line   {"progress": [2000, 30000]}
service → command line   {"summary": "…", "ask": "…"}
command line → service   {"answer": true}
service → command line   {"done": "…"}, or {"error": "…", "is_input": true}
"""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from core.settings import Settings

MOST_BYTES = 100_000_000
"""Maximum size of a file."""
LONGEST_LINE = 1_000_000
"""Maximum bytes of a line."""
_LONGEST_NAME = 107
"""Maximum bytes of a socket's name on Linux."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A command of the command line, for this process or for the running service."""

    command: str
    words: tuple[str, ...] = ()
    content: bytes = field(default=b"", repr=False)  # of a file


class Requester(Protocol):
    """Who has asked for a command: a terminal, or the other end of the socket."""

    async def confirm(self, summary: str, question: str) -> bool:
        """Show what would be done, and return whether it shall be."""

    async def show_progress(self, done: int, total: int) -> None:
        """Show how far the command is."""


def socket_path(settings: Settings) -> Path | None:
    """Return the socket's path: that of the database with ``.sock``; None on PostgreSQL, which needs none."""
    path = settings.database.sqlite_path
    return None if path is None else path.absolute().with_suffix(".sock")


@contextlib.contextmanager
def short_name(path: Path) -> Iterator[str]:
    """Yield a name of a path that fits into a socket's address: a long path by its open folder, on Linux."""
    if len(os.fsencode(path)) <= _LONGEST_NAME:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def encode(message: dict[str, object]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Return a message.

    Raises:
        ValueError: the line is no JSON object.
    """
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("no object")  # noqa: TRY004 - as json.loads does of other malformed text
    return message
