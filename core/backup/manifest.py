"""``manifest.json``: what a backup contains, with the digest of each file."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from core.db.copies import ARCHIVE_NAME, SQLITE_NAME
from core.errors.backup import BackupDamaged, BackupUnknown

MANIFEST_NAME = "manifest.json"
KEYS_NAME = "keys.sealed"
PHOTOS = "photos"
FORMAT = 1
_FILE = re.compile(
    rf"{re.escape(SQLITE_NAME)}|{re.escape(ARCHIVE_NAME)}|{KEYS_NAME}|{PHOTOS}/[0-9a-f]{{32}}\.sealed"
)
_PIECE = 1 << 20


class Engine(StrEnum):
    """The engine of the database; the values are in manifests."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


class Part(StrEnum):
    """A part of the work on a backup, for progress bars."""

    DATABASE = "database"
    PHOTOS = "photos"
    DIGESTS = "digests"


Progress = Callable[[Part, int, int], None]
"""Called with the part, how much of it is done, and how much there is."""


def no_progress(_part: Part, _done: int, _total: int) -> None:
    """Show nothing."""


def _inside(name: str) -> str:
    if not _FILE.fullmatch(name):
        raise ValueError("no file of a backup")
    return name


class FileEntry(BaseModel):
    """One file: its size in bytes, and its SHA-256 in hex."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup contains.

    Attributes:
        format: the version of this layout.
        version: the program that took it.
        database_schema: the version of the schema.
        engine: the engine of the database.
        database_id: the identity of the database.
        bot_id: the bot that it serves; None if it never ran.
        taken_at: the moment of the snapshot; what was done later is not in it.
        counts: numbers of rows by subject, to recognise the copy.
        missing_photos: photos that the database names and whose file was not there.
        files: by name relative to the folder.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    version: str
    database_schema: int
    engine: Engine
    database_id: str
    bot_id: int | None
    taken_at: datetime
    counts: Mapping[str, int]
    missing_photos: int
    files: Mapping[Annotated[str, AfterValidator(_inside)], FileEntry]

    @property
    def database_file(self) -> str:
        return SQLITE_NAME if self.engine == Engine.SQLITE else ARCHIVE_NAME

    @property
    def photos(self) -> tuple[str, ...]:
        """The names of the photos' files."""
        return tuple(sorted(name for name in self.files if name.startswith(f"{PHOTOS}/")))

    @property
    def has_keys(self) -> bool:
        return KEYS_NAME in self.files


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a backup.

    Raises:
        BackupUnknown: there is none.
        BackupDamaged: it is not a manifest.
    """
    try:
        text = (folder / MANIFEST_NAME).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise BackupUnknown(folder) from None
    except (OSError, UnicodeDecodeError):
        raise BackupDamaged(MANIFEST_NAME, "cannot be read") from None
    try:
        return Manifest.model_validate_json(text)
    except ValidationError:
        raise BackupDamaged(MANIFEST_NAME, "is no manifest of a backup") from None


def entry_of(path: Path) -> FileEntry:
    """Return size and digest of a file, read from the disk."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return FileEntry(size=size, sha256=digest.hexdigest())
