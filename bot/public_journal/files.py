"""Files of the public journal, written when they are asked for and kept for others who ask."""

import asyncio
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from core.ports import Store
from core.public_journal import export
from core.public_journal.export import Heads

RENEWED_AFTER = timedelta(minutes=1)
"""How old a file gets before a newer one is written, if the chains have grown."""
KEPT = timedelta(minutes=10)
"""How old it gets if they have not."""
_MOST = 16
"""Files that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFile:
    """A file of the journal: of all pools of an office, to be sent, or of one, to be checked here."""

    path: Path
    heads: Heads
    size: int  # in bytes


class JournalFiles:
    """Writes files of the journal into a temporary folder.

    Args:
        store: the database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._directory: Path | None = None
        self._numbers = count(1)
        self._files: OrderedDict[tuple[str, str], JournalFile] = OrderedDict()
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}

    @asynccontextmanager
    async def file(
        self, office: str, kind: str = "", *, since: datetime | None = None
    ) -> AsyncIterator[JournalFile]:
        """Hold a file of the journal, at most a minute old; it stays while it is held.

        Args:
            office: the code of the office.
            kind: the plate kind of one pool, whose file is complete; empty for what anybody may have of
                all pools.
            since: what has happened by then must be in it.

        Raises:
            OSError: it cannot be written.
        """
        key = office, kind
        async with self._locks.setdefault(key, asyncio.Lock()):
            yield await self._current(key, since)

    def close(self) -> None:
        """Delete all files."""
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None
        self._files.clear()

    async def _current(self, key: tuple[str, str], since: datetime | None) -> JournalFile:
        office, kind = key
        read = export.read_heads if kind else export.read_shown_heads
        heads = await self._store.read(read, office)
        heads = heads.of(kind) if kind else heads
        known = self._files.get(key)
        if known is not None and _is_usable(known, heads, since):
            self._files.move_to_end(key)
            return known
        self._drop(key)
        path = self._folder() / f"{next(self._numbers)}.jsonl"
        try:
            await export.write(self._store, heads, path)
        except BaseException:  # also when it is cancelled; nobody else knows the path
            path.unlink(missing_ok=True)
            raise
        self._files[key] = JournalFile(path=path, heads=heads, size=path.stat().st_size)
        for oldest in list(self._files)[:-_MOST]:
            if not self._locks[oldest].locked():
                self._drop(oldest)
        return self._files[key]

    def _drop(self, key: tuple[str, str]) -> None:
        old = self._files.pop(key, None)
        if old is not None:
            old.path.unlink(missing_ok=True)

    def _folder(self) -> Path:
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="xuanhao-journal-"))
        return self._directory


def _is_usable(known: JournalFile, now: Heads, since: datetime | None) -> bool:
    if since is not None and known.heads.at < since:
        return False
    age = now.at - known.heads.at
    return age < (KEPT if known.heads.by_kind == now.by_kind else RENEWED_AFTER)
