"""Files of the public journal in the temporary folder."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from bot.public_journal.files import JournalFiles
from core.ports import Store
from core.public_journal.chain import Head
from core.public_journal.export import Heads, read_heads

HEADS = Heads(
    office="粤K", at=datetime(2026, 3, 10, tzinfo=UTC), by_kind={"small": Head(seq=1, hash="0" * 64)}
)


class BrokenStore:
    """Knows the heads; its disk is full when the entries are written."""

    async def read(self, function: Callable[..., Any], *_args: object) -> Heads:
        if function is read_heads:
            return HEADS
        raise OSError("no space left on device")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_file_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    files = JournalFiles(cast("Store", BrokenStore()))
    for _ in range(2):
        with pytest.raises(OSError, match="no space"):
            async with files.file("粤K", "small"):
                pass
    assert files_in(tmp_path) == []
    files.close()
