"""Putting a backup back where the settings say, and preparing it for going on."""

import asyncio
import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import installation
from core.availability.closed_days import with_awaited_days
from core.backup.gap import Gap, Marked, close_gap, end_notices
from core.backup.manifest import PHOTOS, Engine, Manifest, Part, Progress, no_progress
from core.backup.verifying import Verified, verify
from core.bootstrap import Core, Ports, bootstrap
from core.clock import Clock, FixedClock, SystemClock
from core.database import open_database
from core.db import exists
from core.db.copies import (
    beside,
    describe_postgres,
    end_postgres_restore,
    give_name,
    remove_temporary,
    restore_postgres,
)
from core.db.migrate import Migration
from core.errors.backup import (
    BackupNotWritten,
    BackupOfOtherEngine,
    KeysDiffer,
    KeysMissing,
    LossBeforeBackup,
    PassphraseNeeded,
    RestoreTargetNotEmpty,
)
from core.errors.installation import PhotoFolderOfAnother
from core.notifications import subscriptions, wished
from core.people import blacklist
from core.ports import Tx
from core.security.photo_files import MARKER, owner_of
from core.settings import Settings
from core.settings.keys import KEY_FILE, Keys
from core.values.plates import Plate

_TEMPORARY = ".restoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreRequest:
    """What to put back, and what is known of the time since."""

    folder: Path
    given: tuple[Plate, ...] | None  # the numbers issued after the backup; None: unknown
    lost_at: datetime | None = None  # until when the lost database was in use; None: until now
    passphrase: str | None = None
    clock: Clock | None = None
    progress: Progress = no_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back."""

    manifest: Manifest
    marked: Marked
    notices_ended: int  # notifications that were due in the gap and are not sent again
    keys_written: Path | None  # the key file, if it was written from the backup
    migrated: tuple[Migration, ...]  # applied to a backup of an older schema


async def restore(settings: Settings, request: RestoreRequest) -> Restored:
    """Put a backup back: keys, photos, database; then close the gap until the loss.

    An interrupted restore leaves no database that is taken for a sound one: an SQLite file gets its name
    last, and a PostgreSQL database is marked until then.

    Raises:
        BackupError: the backup is damaged, or there is something where it would go.
        InputError: the passphrase or the moment of the loss is wrong.
        SettingsError: keys, photo folder or database cannot be used.
        StoreError: the database cannot be written or migrated.
    """
    verified = await asyncio.to_thread(
        verify, request.folder, passphrase=request.passphrase, progress=request.progress
    )
    now = (request.clock or SystemClock()).now()
    lost_at = request.lost_at or now
    if not verified.manifest.taken_at <= lost_at <= now:
        raise LossBeforeBackup
    gap = Gap(backup_at=verified.manifest.taken_at, lost_at=lost_at, given=request.given)
    with_database, keys_written = await asyncio.to_thread(_put_back, settings, verified, request)
    clock = FixedClock(now)
    opened = await open_database(with_database, clock, migrate=True, restoring=True)
    core = await bootstrap(with_database, Ports(clock=clock, store=opened.store))
    try:
        marked, ended = await _close(core, gap, clock)
    finally:
        await core.close()
    await asyncio.to_thread(_release_database, settings, with_database)
    return Restored(
        manifest=verified.manifest,
        marked=marked,
        notices_ended=ended,
        keys_written=keys_written,
        migrated=opened.migrated,
    )


async def _close(core: Core, gap: Gap, clock: FixedClock) -> tuple[Marked, int]:
    now, run = clock.now(), core.store.run
    folder_id = await asyncio.to_thread(owner_of, core.settings.photo_directory())
    if folder_id is not None:  # that of the backup, unless that had none
        await run(installation.adopt, folder_id)
    marked = await run(close_gap, core, gap)
    clock.set(gap.lost_at)  # what became due in the gap was announced in it
    while await run(blacklist.lift_due):
        pass
    await run(_announce, core)
    while await run(wished.tell_some):
        pass
    if (due := await core.store.read(core.summaries.due)) is not None:
        await run(core.summaries.plan, due)
    clock.set(now)
    return marked, await run(end_notices, gap.lost_at)


def _announce(tx: Tx, core: Core) -> None:
    subscriptions.announce(tx, with_awaited_days(tx, core.offices, core.calendar))


def _put_back(
    settings: Settings, verified: Verified, request: RestoreRequest
) -> tuple[Settings, Path | None]:
    """Put keys, photos and database in place; return the settings with the database's temporary name."""
    _ensure_room(settings, verified.manifest)
    try:
        written = _place_keys(settings, verified)
        _place_photos(settings, verified.manifest, request)
        return _place_database(settings, verified.manifest, request), written
    except OSError as error:
        where = Path(error.filename) if error.filename else request.folder
        raise BackupNotWritten(where, error.strerror or type(error).__name__) from error


def _ensure_room(settings: Settings, manifest: Manifest) -> None:
    """Check the targets before anything is written."""
    path = settings.database.sqlite_path
    if (path is None) != (manifest.engine == Engine.POSTGRES):
        raise BackupOfOtherEngine(manifest.engine)
    if path is None:
        _, tables, shown = describe_postgres(settings.database.url)
        if tables:
            raise RestoreTargetNotEmpty(shown)
    elif exists(path) or exists(beside(path, "-wal")):
        raise RestoreTargetNotEmpty(str(path.absolute()))
    owner = owner_of(settings.photo_directory())
    if owner is not None and manifest.database_id and owner != manifest.database_id:
        raise PhotoFolderOfAnother(settings.photo_directory())


def _place_keys(settings: Settings, verified: Verified) -> Path | None:
    """Make sure that the keys are where the service looks for them; return the key file if it was written."""
    path = settings.database.sqlite_path
    key_file = None if path is None else path.parent / KEY_FILE
    if settings.security.keys or (key_file is not None and key_file.exists()):
        at_hand = settings.keys()
        if verified.keys is not None and not _opens(at_hand, verified.keys):
            raise KeysDiffer("[security]" if settings.security.keys else str(key_file))
        return None
    if key_file is None:
        raise KeysMissing(Path(KEY_FILE))
    if verified.keys is None:
        raise PassphraseNeeded if verified.manifest.has_keys else KeysMissing(key_file)
    key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(key_file, _key_file_text(verified.keys).encode())
    return key_file


def _opens(at_hand: Keys, of_backup: Keys) -> bool:
    """Return whether the keys at hand read all that the keys of the backup have encrypted."""
    return at_hand.lookup_key == of_backup.lookup_key and set(of_backup.keys) <= set(at_hand.keys)


def _key_file_text(keys: Keys) -> str:
    return (
        "# Put back from a backup by xuanhao restore. Anyone with this file can read the personal data in\n"
        "# the database next to it; without it nobody can. Back it up separately.\n"
        f"keys = {json.dumps(keys.keys)}\nlookup_key = {json.dumps(keys.lookup_key, ensure_ascii=False)}\n"
    )


def _place_photos(settings: Settings, manifest: Manifest, request: RestoreRequest) -> None:
    """Copy the photos that are not there; a newer folder of the same database keeps its own."""
    directory = settings.photo_directory()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if manifest.database_id and owner_of(directory) is None:
        _write(directory / MARKER, f"{manifest.database_id}\n".encode())
    for done, name in enumerate(manifest.photos, 1):
        target = directory / name.removeprefix(f"{PHOTOS}/")
        if not target.exists():
            draft = target.with_suffix(".draft")
            draft.unlink(missing_ok=True)
            _write(draft, (request.folder / name).read_bytes())
            draft.replace(target)
        request.progress(Part.PHOTOS, done, len(manifest.photos))


def _place_database(settings: Settings, manifest: Manifest, request: RestoreRequest) -> Settings:
    source, path = request.folder / manifest.database_file, settings.database.sqlite_path
    if path is None:
        restore_postgres(settings.database.url, source)
        return settings
    temporary = beside(path, _TEMPORARY)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_temporary(temporary)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as copy, source.open("rb") as original:
        shutil.copyfileobj(original, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())
    database = settings.database.model_copy(update={"url": f"sqlite:///{temporary}"})
    return settings.model_copy(update={"database": database})


def _release_database(settings: Settings, with_database: Settings) -> None:
    """Let the database be used; an SQLite file gets its name, unless there is one of that name meanwhile."""
    path, temporary = settings.database.sqlite_path, with_database.database.sqlite_path
    if path is None or temporary is None:
        end_postgres_restore(settings.database.url)
        return
    give_name(temporary, path)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
