"""The open segments of a pool under one count: what a draw's stream chooses from."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate

from core.pool.segments import Released, Segment, released
from core.ports import Row, Tx
from core.values.offices import Office
from core.values.plates import PlateKind


class Ranks:
    """The serials of several segments under one count, in the order of release."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self.ids = tuple(segment.segment_id for segment in segments)
        self._ends = list(accumulate(segment.size for segment in segments))
        self._starts = dict(zip(self.ids, [0, *self._ends], strict=False))
        self.size = self._ends[-1] if segments else 0

    def split(self, rank: int) -> tuple[Segment, int]:
        """Return the segment of a rank, and the rank inside it."""
        index = bisect_right(self._ends, rank)
        return self.segments[index], rank - (self._ends[index - 1] if index else 0)

    def start(self, segment: Segment) -> int:
        return self._starts[segment.segment_id]

    def of(self, rows: Iterable[Row]) -> set[int]:
        """Return the ranks of rows with segment and position; rows of other segments are left out."""
        starts = self._starts
        return {starts[row["segment_id"]] + row["position"] for row in rows if row["segment_id"] in starts}


def open_ranks(tx: Tx, office: Office, kind: PlateKind) -> Ranks:
    """Return the ranks of the segments that are open to random selection at this moment."""
    known = released(tx, office, kind)
    return _first_opened(known, known.opened(tx.now))


@lru_cache(maxsize=1024)
def _first_opened(known: Released, opened: int) -> Ranks:
    # How many are open says which: those that opened first.
    first = sorted(known.segments, key=lambda segment: segment.opens_at)[:opened]
    return Ranks([segment for segment in known.segments if segment in first])
