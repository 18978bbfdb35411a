"""Count and digest of a table, the same on both engines."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from core.db.moving.side import Cells

_ROWS_AT_ONCE: Final = 2000
"""Rows between two reports of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDigest:
    """What a table has: equal for equal rows, in whatever order an engine returns them."""

    table: str
    rows: int
    digest: str  # 64 hex digits: the sum of the SHA-256 of all rows, modulo 2 ** 256


class Tally:
    """Counts and digests the rows of a table as they pass.

    Args:
        passed: is told of each group of rows that has passed.
    """

    def __init__(self, passed: Callable[[int], None]) -> None:
        self._passed = passed
        self._rows = 0
        self._sum = 0

    def over(self, rows: Iterable[Cells]) -> Iterator[Cells]:
        """Yield the rows."""
        unreported = 0
        for row in rows:
            # Different rows have different representations: no two of the four types of cells share one.
            self._sum += int.from_bytes(hashlib.sha256(repr(row).encode()).digest(), "big")
            self._rows += 1
            unreported += 1
            if unreported == _ROWS_AT_ONCE:
                self._passed(unreported)
                unreported = 0
            yield row
        self._passed(unreported)

    def of(self, table: str) -> TableDigest:
        """Return what has passed."""
        return TableDigest(table=table, rows=self._rows, digest=f"{self._sum % 2**256:064x}")
