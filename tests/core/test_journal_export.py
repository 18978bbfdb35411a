"""The public journal as a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.bootstrap import Core
from core.ports import Store
from core.public_journal import export
from tests.core.journals import written
from tests.core.tools import release


class Repeating:
    """A database that runs what reads twice, as it does when the first attempt came to nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        await self._store.read(function, *args, **kwargs)
        return await self._store.read(function, *args, **kwargs)


async def test_each_entry_is_written_once_although_it_is_read_twice(core: Core, tmp_path: Path) -> None:
    await core.store.run(release, core, "A####")
    heads, path = await core.store.read(export.read_heads, "粤K"), tmp_path / "journal.jsonl"
    await export.write(Repeating(core.store), heads, path)  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == await core.store.read(written, "粤K")
