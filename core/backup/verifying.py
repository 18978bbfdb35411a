"""Verifying a backup: digests, the database itself, and the keys if the passphrase is given."""

from dataclasses import dataclass
from pathlib import Path

from core.backup.manifest import (
    FORMAT,
    KEYS_NAME,
    Engine,
    Manifest,
    Part,
    Progress,
    entry_of,
    no_progress,
    read_manifest,
)
from core.backup.passphrase import open_keys
from core.clock import SystemClock
from core.db.copies import sqlite_copy, verify_archive, verify_sqlite
from core.db.schema import known_schema
from core.errors.backup import BackupDamaged, BackupNewer
from core.settings.keys import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A sound backup."""

    manifest: Manifest
    keys: Keys | None  # None without a passphrase, or if there are none in it


def verify(folder: Path, *, passphrase: str | None = None, progress: Progress = no_progress) -> Verified:
    """Check that every file is what the manifest says, and that the database can be opened.

    Raises:
        BackupUnknown: the folder is no backup.
        BackupDamaged: a file is missing, was changed, or is no database.
        BackupNewer: a newer program took it.
        BackupToolMissing: pg_restore is needed and not installed.
        PassphraseWrong: the passphrase does not open the keys.
    """
    manifest = read_manifest(folder)
    if manifest.format > FORMAT or manifest.database_schema > known_schema():
        raise BackupNewer(manifest.version)
    _verify_digests(folder, manifest, progress)
    database = folder / manifest.database_file
    if manifest.engine == Engine.SQLITE:
        verify_sqlite(database)
        _verify_counts(database, manifest)
    else:
        verify_archive(database)
    keys = None
    if passphrase is not None and manifest.has_keys:
        keys = open_keys((folder / KEYS_NAME).read_bytes(), passphrase)
    return Verified(manifest=manifest, keys=keys)


def _verify_digests(folder: Path, manifest: Manifest, progress: Progress) -> None:
    if manifest.database_file not in manifest.files:
        raise BackupDamaged(manifest.database_file, "is not in the manifest")
    for done, (name, expected) in enumerate(sorted(manifest.files.items()), 1):
        try:
            found = entry_of(folder / name)
        except OSError:
            raise BackupDamaged(name, "is missing or cannot be read") from None
        if found != expected:
            raise BackupDamaged(name, "is not what was written (size or SHA-256)")
        progress(Part.DIGESTS, done, len(manifest.files))


def _verify_counts(database: Path, manifest: Manifest) -> None:
    """Compare the rows with the manifest; a copy of an older schema is opened when it is put back."""
    if manifest.database_schema != known_schema():
        return
    with sqlite_copy(database, SystemClock()) as tx:
        if dict(tx.one("backup.counts") or {}) != dict(manifest.counts):
            raise BackupDamaged(database.name, "has not the rows that the manifest counts")
