"""The public journal as a file, and how the chain of a pool begins that is older than its journal."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.bootstrap import Core
from core.pool.releases import Release
from core.ports import Store, Tx
from core.public_journal import export
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from tests.core.journals import checked, written
from tests.core.sql import sql
from tests.core.tools import release, verified


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


OLDER = (
    "INSERT INTO withholding (office, kind, mask, since) VALUES ('粤K', 'small_nev', 'D88888', 0)",
    """
    INSERT INTO draw (office, kind, n, seed_id, preselection_id, nonce, without_four, drawn_at, held_until,
                      looked_at, numbers)
    SELECT '粤K', 'small_nev', 1, min(s.seed_id), max(p.preselection_id), '', 0, 0, 0, 0, '[]'
    FROM seed AS s, preselection AS p
    """,
)


async def test_older_pool_without_segments_verifies(core: Core, tmp_path: Path) -> None:
    """What was withheld before anything was released, and draws that gave nothing, begin its chain."""

    def releases(tx: Tx) -> None:
        for change in OLDER:
            sql(tx, change)
        mask = parse_mask(PlateKind.SMALL_NEV, "D8888#")
        core.pools.release(tx, Release(office=core.offices["粤K"], mask=mask, actor="cli"))

    await core.store.run(release, core, "A####")
    await core.store.run(verified, core, 0)
    await core.store.run(releases)
    report = checked(await core.store.read(written, "粤K"), tmp_path / "journal")
    assert set(report.heads) == {"small", "small_nev"}
