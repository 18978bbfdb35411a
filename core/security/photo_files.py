"""Photos as encrypted files with unguessable names, written atomically.

The folder is separate from the database, so that database backups stay small and photos can be deleted
permanently. File names are random; only the database knows whose a photo is. The contents can only be
decrypted with ``security.keys``. A marker file carries the id of the database whose photos these are.
"""

import os
import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from filelock import lock_descriptor

from core.clock import Clock
from core.errors.installation import PhotoFolderOfAnother
from core.errors.photos import PhotoStoreError
from core.security.vault import Vault

_KEY = re.compile(r"[0-9a-f]{32}")
_SUFFIX = ".sealed"
_DRAFT = ".draft"
MARKER = "database-id"
"""The file with the id of the database whose photos a folder contains."""
ORPHANS = "orphans"
"""The folder for photos that no row of the database has ever named."""
ORPHANS_KEPT = timedelta(days=30)
"""How long they are kept there, for the case that a newer copy of the database names them."""

_POLL = 0.005
"""Seconds between two tries to lock a folder; the lock is held for one rename or deletion."""


class FilePhotos:
    """A photo store in a folder.

    Args:
        directory: the folder; created with mode 0700 when it is claimed or the first photo is stored.
        vault: encrypts and decrypts.
        clock: the source of file times, so that ``sweep`` uses the same clock as its caller.
    """

    def __init__(self, directory: Path, vault: Vault, clock: Clock) -> None:
        self._directory = directory
        self._vault = vault
        self._clock = clock

    def claim(self, database_id: str) -> None:
        """Mark the folder as that of a database; create it if needed.

        Raises:
            PhotoFolderOfAnother: it is another database's.
            PhotoStoreError: it cannot be created, marked or written.
        """
        with _failing(f" {self._directory} (photos.directory)"):
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = owner_of(self._directory) or _mark(self._directory, database_id)
            if found == database_id:
                _try_writing(self._directory)
        if found != database_id:
            raise PhotoFolderOfAnother(self._directory)

    def put(self, jpeg: bytes) -> str:
        """Store a photo under an unguessable key; when this returns, it is on disk.

        Raises:
            PhotoStoreError: it cannot be stored.
        """
        key, sealed = secrets.token_hex(16), self._vault.encrypt(jpeg)
        draft = self._directory / f"{key}{_DRAFT}"
        with _failing():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _write(draft, sealed, self._clock.now())
                draft.replace(self._path(key))
            except OSError:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
                raise
            _settle(self._directory)
        return key

    def get(self, key: str) -> bytes | None:
        """Return a photo, or None if the key is unknown.

        Raises:
            SealBroken: none of the configured keys decrypts it.
            PhotoStoreError: it cannot be read.
        """
        if not _KEY.fullmatch(key):
            return None
        with _failing():
            try:
                sealed = self._path(key).read_bytes()
            except FileNotFoundError:
                return None
        return self._vault.decrypt(sealed)

    def delete(self, key: str) -> None:
        """Delete a photo permanently; a missing photo is not an error.

        Raises:
            PhotoStoreError: it cannot be deleted.
        """
        if not _KEY.fullmatch(key):
            return
        with _failing():
            _unlink(self._path(key))

    def sweep(
        self,
        keep: Collection[str],
        *,
        dropped: Collection[str] = (),
        before: datetime,
        now: datetime | None = None,
    ) -> int:
        """Delete the photos in ``dropped``, set aside old unknown ones; return how many.

        An unknown photo stored before ``before`` is set aside; it comes back if a row names it within thirty
        days, else it is deleted. Also deletes drafts left by crashes, uncounted. Ignores files that are not
        the store's.

        Args:
            keep: the photos that rows name.
            dropped: those to be deleted.
            before: see above.
            now: the time from which the thirty days run; by default that of the host.

        Raises:
            PhotoStoreError: a file cannot be moved or deleted.
        """
        at = now or self._clock.now()
        kept, unwanted, swept = frozenset(keep), frozenset(dropped) - frozenset(keep), 0
        with _failing():
            self._recover(kept)
            for path in _files(self._directory):
                if path.suffix == _DRAFT or path.stem in unwanted:
                    if path.stem in unwanted or _time_of(path) < before.timestamp():
                        _unlink(path)
                        swept += path.suffix != _DRAFT
                elif path.stem not in kept and _time_of(path) < before.timestamp():
                    self._set_aside(path, at)
                    swept += 1
            self._end_orphans(unwanted, at)
        return swept

    def orphans(self) -> int:
        """Return how many photos are set aside."""
        with _failing():
            return sum(1 for _ in _files(self._directory / ORPHANS))

    def missing(self, keys: Collection[str]) -> int:
        """Return how many of some photos have no file."""
        with _failing():
            return sum(not self._path(key).exists() for key in keys)

    def _set_aside(self, path: Path, at: datetime) -> None:
        target = self._directory / ORPHANS / path.name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        now = at.timestamp()
        with suppress(FileNotFoundError), locked(path.parent):  # unless another worker was faster
            os.utime(path, (now, now))  # from now on the thirty days run
            path.replace(target)

    def _recover(self, kept: Collection[str]) -> None:
        for path in _files(self._directory / ORPHANS):
            if path.stem in kept:
                with suppress(FileNotFoundError), locked(path.parent):
                    path.replace(self._path(path.stem))

    def _end_orphans(self, unwanted: Collection[str], at: datetime) -> None:
        over = (at - ORPHANS_KEPT).timestamp()
        for path in _files(self._directory / ORPHANS):
            if path.stem in unwanted or _time_of(path) < over:
                _unlink(path)

    def _path(self, key: str) -> Path:
        return self._directory / f"{key}{_SUFFIX}"


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the lock of a folder, under which a photo's file is replaced, moved or deleted, by any process."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        lock_descriptor(handle, poll_interval=_POLL)
        yield
    finally:
        os.close(handle)


def _unlink(path: Path) -> None:
    with suppress(FileNotFoundError), locked(path.parent):
        path.unlink(missing_ok=True)


def owner_of(directory: Path) -> str | None:
    """Return the id of the database whose photos a folder contains; None if it is not marked."""
    try:
        return (directory / MARKER).read_text(encoding="ascii").strip() or None
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None


def _mark(directory: Path, database_id: str) -> str:
    """Write the marker, unless another process is faster; return what it says then."""
    draft = directory / f".{MARKER}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{database_id}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            (directory / MARKER).hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    _settle(directory)
    return owner_of(directory) or ""


def _try_writing(directory: Path) -> None:
    """Create and delete a draft; a crash between them leaves one that ``sweep`` deletes."""
    draft = directory / f"{secrets.token_hex(16)}{_DRAFT}"
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    draft.unlink(missing_ok=True)


def _files(directory: Path) -> Iterator[Path]:
    """Yield the photos and drafts in a folder."""
    if not directory.is_dir():
        return
    for path in directory.iterdir():
        if path.suffix in (_SUFFIX, _DRAFT) and _KEY.fullmatch(path.stem):
            yield path


@contextmanager
def _failing(place: str = "") -> Iterator[None]:
    """Convert errors of the file system to PhotoStoreError; the place is named to operators only."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PhotoStoreError(f"the folder of photos{place}: {reason}") from None


def _write(path: Path, sealed: bytes, modified_at: datetime) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.utime(file.fileno(), (modified_at.timestamp(), modified_at.timestamp()))
        os.fsync(file.fileno())


def _settle(directory: Path) -> None:
    """Fsync a directory; otherwise a rename may be lost on a power failure."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _time_of(path: Path) -> float:
    """Return when a file was stored; one just deleted by another worker counts as new."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
