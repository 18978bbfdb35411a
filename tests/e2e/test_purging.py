"""The job that deletes what is no longer needed."""

from pathlib import Path
from typing import NoReturn

import pytest

from core.pool import segments as pool_segments
from core.ports import Tx
from core.registry import imports
from tests.world import open_world


async def test_part_that_fails_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or one row that cannot be deleted would keep everybody's data."""
    done: list[str] = []

    def fail(_tx: Tx) -> NoReturn:
        done.append("fails")
        raise KeyError

    def purge_nothing(_tx: Tx) -> int:
        done.append("the last")
        return 0

    async with open_world("sqlite", tmp_path) as world:
        await world.stop_jobs()
        monkeypatch.setattr(pool_segments, "purge", fail)
        monkeypatch.setattr(imports, "purge", purge_nothing)
        await world.service.jobs.purge()

    assert done == ["fails", "the last"]
