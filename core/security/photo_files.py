"""Photos as encrypted files with unguessable names, written atomically.

The folder is separate from the database, so that database backups stay small and photos can be deleted
permanently. File names are random; only the database knows whose a photo is. The contents can only be
decrypted with ``security.keys``.
"""

import os
import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from core.clock import Clock
from core.errors.photos import PhotoStoreError
from core.security.vault import Vault

_KEY = re.compile(r"[0-9a-f]{32}")
_SUFFIX = ".sealed"
_DRAFT = ".draft"


class FilePhotos:
    """A photo store in a folder.

    Args:
        directory: the folder; created with mode 0700 when the first photo is stored.
        vault: encrypts and decrypts.
        clock: the source of file times, so that ``sweep`` uses the same clock as its caller.
    """

    def __init__(self, directory: Path, vault: Vault, clock: Clock) -> None:
        self._directory = directory
        self._vault = vault
        self._clock = clock

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
            self._path(key).unlink(missing_ok=True)

    def sweep(self, keep: Collection[str], *, before: datetime) -> int:
        """Delete photos stored before a moment whose keys are not in ``keep``; return how many.

        Also deletes drafts left by crashes, uncounted. Ignores files that are not the store's.

        Raises:
            PhotoStoreError: a file cannot be deleted.
        """
        kept, swept = frozenset(keep), 0
        with _failing():
            for path in self._files():
                is_draft = path.suffix == _DRAFT
                if (is_draft or path.stem not in kept) and _time_of(path) < before.timestamp():
                    path.unlink(missing_ok=True)
                    swept += not is_draft
        return swept

    def _path(self, key: str) -> Path:
        return self._directory / f"{key}{_SUFFIX}"

    def _files(self) -> Iterator[Path]:
        if not self._directory.is_dir():
            return
        for path in self._directory.iterdir():
            if path.suffix in (_SUFFIX, _DRAFT) and _KEY.fullmatch(path.stem):
                yield path


@contextmanager
def _failing() -> Iterator[None]:
    """Convert errors of the file system to PhotoStoreError."""
    try:
        yield
    except OSError as error:
        raise PhotoStoreError(f"the folder of photos: {error.strerror or type(error).__name__}") from None


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
