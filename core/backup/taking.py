"""Taking a backup beside the running service: first the database, then the photos that it names."""

import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import lock_descriptor

from core import appeals, installation
from core.backup.manifest import (
    FORMAT,
    KEYS_NAME,
    MANIFEST_NAME,
    PHOTOS,
    Engine,
    FileEntry,
    Manifest,
    Part,
    Progress,
    entry_of,
    no_progress,
)
from core.backup.passphrase import ensure_passphrase, seal_keys
from core.clock import Clock, SystemClock
from core.db import exists
from core.db.copies import (
    ARCHIVE_NAME,
    SQLITE_NAME,
    copy_sqlite,
    dump_postgres,
    sqlite_copy,
)
from core.db.schema import known_schema, version_of
from core.errors.backup import BackupNotWritten, BackupRunning, SchemaTooOld
from core.errors.installation import DatabaseMissing, PhotoFolderOfAnother
from core.errors.store import DatabaseNewer
from core.ports import Tx
from core.security.photo_files import owner_of
from core.settings import Settings
from core.version import program_version

_NAME = "xuanhao-%Y%m%dT%H%M%SZ"
_PARTIAL = ".partial"
_LOCK = ".backup.lock"
OLDEST_SCHEMA = 14
"""The oldest schema that can be backed up: from it on there are all tables that the manifest counts."""
_WITH_ID = 22
"""The schema from which on a database has an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What a copy of the database says about itself."""

    schema: int
    database_id: str  # "" if it has none: an older version made it
    bot_id: int | None
    counts: Mapping[str, int]
    photos: frozenset[str]


def take(
    settings: Settings,
    folder: Path,
    *,
    passphrase: str | None = None,
    clock: Clock | None = None,
    progress: Progress = no_progress,
) -> tuple[Path, Manifest]:
    """Write a backup into a new, dated folder inside ``folder``; return the folder and its manifest.

    Args:
        settings: where database, photos and keys are.
        folder: where backups are kept; created if needed. Nothing in it is overwritten.
        passphrase: encrypts the keys into the backup; None leaves them out.
        clock: gives the moment of the backup.
        progress: is told how far it is.

    Raises:
        DatabaseMissing: there is no database.
        SchemaTooOld, DatabaseNewer: another version of the program has to take the backup.
        PhotoFolderOfAnother: the photo folder is another database's.
        BackupError: the backup cannot be written.
        StoreError: the database cannot be read.
        PassphraseTooShort: the passphrase can be guessed.
        SettingsError: the keys are needed and cannot be read.
    """
    path = settings.database.sqlite_path
    if path is not None and not exists(path):
        raise DatabaseMissing(str(path.absolute()))
    if passphrase is not None:
        ensure_passphrase(passphrase)
    moment = (clock or SystemClock()).now().astimezone(UTC)
    with _writing(folder), _alone(folder):
        _remove_partial(folder)
        partial = folder / f".{moment:{_NAME}}{_PARTIAL}"
        partial.mkdir(mode=0o700)
        try:
            manifest = _fill(settings, partial, moment, passphrase, progress)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        target = _free_name(folder, moment)
        partial.rename(target)
        _to_disk(folder)
    return target, manifest


def _fill(
    settings: Settings, partial: Path, moment: datetime, passphrase: str | None, progress: Progress
) -> Manifest:
    engine = Engine.POSTGRES if settings.database.sqlite_path is None else Engine.SQLITE
    content = _copy_database(settings, partial, progress)
    _require_own_folder(settings.photo_directory(), content.database_id)
    files, missing = _copy_photos(settings.photo_directory(), partial / PHOTOS, content.photos, progress)
    if passphrase is not None:
        _write(partial / KEYS_NAME, seal_keys(settings.keys(), passphrase))
        files[KEYS_NAME] = entry_of(partial / KEYS_NAME)
    name = SQLITE_NAME if engine == Engine.SQLITE else ARCHIVE_NAME
    manifest = Manifest(
        format=FORMAT,
        version=program_version(),
        database_schema=content.schema,
        engine=engine,
        database_id=content.database_id,
        bot_id=content.bot_id,
        taken_at=moment,
        counts=content.counts,
        missing_photos=missing,
        files={name: entry_of(partial / name), **files},
    )
    _write(partial / MANIFEST_NAME, manifest.model_dump_json(indent=2).encode())
    _to_disk(partial)
    return manifest


def _copy_database(settings: Settings, partial: Path, progress: Progress) -> _Content:
    source = settings.database.sqlite_path
    if source is None:
        progress(Part.DATABASE, 0, 1)
        found = dump_postgres(settings.database.url, partial / ARCHIVE_NAME, _content)
        progress(Part.DATABASE, 1, 1)
        return found
    copy_sqlite(source, partial / SQLITE_NAME, lambda done, total: progress(Part.DATABASE, done, total))
    with sqlite_copy(partial / SQLITE_NAME, SystemClock()) as tx:
        return _content(tx)


def _content(tx: Tx) -> _Content:
    """Read what the manifest says.

    Also of older schemas: their backup is taken before the migration.

    Raises:
        SchemaTooOld, DatabaseNewer: another version of the program made the schema.
    """
    found, known = version_of(tx), known_schema()
    if found > known:
        raise DatabaseNewer(found=found, known=known)
    if found < OLDEST_SCHEMA:
        raise SchemaTooOld(found=found, oldest=OLDEST_SCHEMA)
    identity = installation.get(tx) if found >= _WITH_ID else None
    return _Content(
        schema=found,
        database_id=identity.database_id if identity else "",
        bot_id=identity.bot_id if identity else None,
        counts=dict(tx.one("backup.counts") or {}),
        photos=appeals.photo_keys(tx),
    )


def _require_own_folder(photos: Path, database_id: str) -> None:
    """Refuse a foreign photo folder: the backup would lack the photos, and the restore the folder.

    Raises:
        PhotoFolderOfAnother: it is another database's.
    """
    if database_id and owner_of(photos) not in {None, database_id}:
        raise PhotoFolderOfAnother(photos)


def _copy_photos(
    source: Path, target: Path, keys: Collection[str], progress: Progress
) -> tuple[dict[str, FileEntry], int]:
    """Copy the photos that the database names; return their entries, and how many have no file.

    One may have been deleted since the snapshot, when its appeal's time was over.
    """
    files: dict[str, FileEntry] = {}
    target.mkdir(mode=0o700)
    for done, key in enumerate(sorted(keys), 1):
        name = f"{key}.sealed"
        try:
            content = (source / name).read_bytes()
        except FileNotFoundError:
            continue
        _write(target / name, content)
        files[f"{PHOTOS}/{name}"] = entry_of(target / name)
        progress(Part.PHOTOS, done, len(keys))
    _to_disk(target)
    return files, len(keys) - len(files)


def _remove_partial(folder: Path) -> None:
    """Delete what interrupted backups have left; the lock says that none is being written."""
    for left in folder.glob(f".xuanhao-*{_PARTIAL}"):
        shutil.rmtree(left)


def _free_name(folder: Path, moment: datetime) -> Path:
    target = folder / f"{moment:{_NAME}}"
    if target.exists():
        raise BackupNotWritten(target, "there is a backup of this second already")
    return target


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Create the folder, and say in words where the disk refuses."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as error:
        where = Path(error.filename) if error.filename else folder
        raise BackupNotWritten(where, error.strerror or type(error).__name__) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the kernel releases it when the process dies.

    Raises:
        BackupRunning: another process holds it.
    """
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not lock_descriptor(descriptor, blocking=False):
            raise BackupRunning(folder)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _to_disk(folder: Path) -> None:
    """Fsync a folder; otherwise a new name may be lost on a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
