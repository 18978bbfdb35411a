"""The lock file that keeps other processes from opening an SQLite database."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from filelock import lock_descriptor

from core.errors.store import StoreInUse, StoreUnavailable


class LockFile:
    """``FILE.lock`` next to the database, locked while the store is open.

    The kernel releases the lock when the process dies. The file itself is not deleted: otherwise two
    processes could lock two different files of the same name.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def lock(cls, database: Path) -> Self:
        """Acquire the lock of a database without waiting.

        Raises:
            StoreInUse: another process holds it.
            StoreUnavailable: the file cannot be created or locked.
        """
        path = Path(f"{database}.lock")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnavailable(f"{path}: {error.strerror}") from error
        try:
            is_locked = lock_descriptor(descriptor, blocking=False)
        except OSError as error:  # such as a file system without locks
            os.close(descriptor)
            raise StoreUnavailable(f"{path}: {error.strerror}") from error
        if not is_locked:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise StoreInUse(str(database), int(holder) if holder.isdecimal() else None)
        with suppress(OSError):  # a full disk: who holds the lock is only told for help
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        return cls(descriptor)

    def unlock(self) -> None:
        """Release the lock; idempotent."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def ensure_unlocked(database: Path) -> None:
    """Ensure that no process has an SQLite database open at this moment; to explain another failure by it.

    Raises:
        StoreInUse: one has.
    """
    if database.exists():
        LockFile.lock(database).unlock()
