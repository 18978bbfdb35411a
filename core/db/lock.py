"""The lock file that keeps a second process away from an SQLite file."""

import fcntl
import os
from pathlib import Path
from typing import Self

from core.errors import StoreInUse, StoreUnavailable


class LockFile:
    """``FILE.lock`` beside the database, held for as long as the store is open.

    The kernel lets go of it when the process dies, however it dies; the file itself stays, since
    taking it away would let two processes hold two files of one name.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def lock(cls, database: Path) -> Self:
        """Take the lock of a database, at once or not at all.

        Raises:
            StoreInUse: somebody holds it.
            StoreUnavailable: the file cannot be made.
        """
        path = Path(f"{database}.lock")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnavailable(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise StoreInUse(str(database), int(holder) if holder.isdecimal() else None) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        return cls(descriptor)

    def unlock(self) -> None:
        """Let go; again is harmless."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
