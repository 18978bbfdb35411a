"""The open, withheld and free numbers of a pool, and the ranks of a draw (docs/domain.md, section 5).

Absent is free: a number has a row only while it is not free, so a release of seven million numbers is one
row. A number that is held for minutes is in ``hold``, one that is taken for good or resting is in ``plate``;
never in both. A draw therefore writes to a table of a few rows, however many numbers there are and have been
taken. Holding a number and taking it for good are one INSERT each, which a row in the other table forbids.
Both are done under the pool's lock (``pool.next_draw``, ``pool.open_pool``); otherwise two concurrent
transactions would not see each other's row.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from core.clock import from_millis, to_millis
from core.ports import Row, Tx
from core.values.masks import Mask, parse_mask, union_size
from core.values.offices import Office
from core.values.plates import PlateKind

PURGE_LAG = timedelta(minutes=10)
"""How long a row is kept after its end.

An expired hold must still be found by a press that was received before it expired and is handled late; an
expired rest is needed to correct a list of free numbers that was read before.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Serials that are released to a pool together (号段)."""

    segment_id: int
    mask: Mask
    opens_at: datetime
    compose_from: datetime
    released_at: datetime

    @property
    def size(self) -> int:
        return self.mask.size


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolCount:
    """How full a pool is; withheld numbers that are not taken count as free here."""

    released: int
    taken: int
    withheld: int  # of the released ones; some may have been taken before

    @property
    def free(self) -> int:
        return self.released - self.taken


@lru_cache(maxsize=1024)
def mask_of(kind: str, pattern: str, nev_letters: str) -> Mask:
    """Return a mask that was validated when it was stored; cached, since parsing one per draw is slow."""
    return parse_mask(PlateKind(kind), pattern, nev_letters=nev_letters)


@dataclass(frozen=True, slots=True, eq=False)
class Released:
    """All released segments of a pool, in the order of release.

    The same object is returned until something is released, so that results derived from it can be cached.
    """

    segments: tuple[Segment, ...]

    def opened(self, now: datetime) -> int:
        return sum(segment.opens_at <= now for segment in self.segments)


def released(tx: Tx, office: Office, kind: PlateKind) -> Released:
    """Return all released segments of a pool; cached, since building them per draw is slow."""
    row = tx.one("pool.segments", office=office.code, kind=kind)
    return released_of(kind, (row["known"] if row else None) or "")


@lru_cache(maxsize=1024)
def released_of(kind: PlateKind, known: str) -> Released:
    """Return the segments in the text that the database makes of them."""
    found = [_segment(kind, *one.split("|")) for one in known.split(";") if one]
    return Released(tuple(sorted(found, key=lambda segment: segment.segment_id)))


def _segment(kind: PlateKind, number: str, mask: str, nev_letters: str, *moments: str) -> Segment:
    opens_at, compose_from, released_at = (from_millis(int(moment)) for moment in moments)
    return Segment(
        segment_id=int(number),
        # The new-energy letters at the time of its release: a letter that an office adds later must not
        # change ranks, or earlier draws could not be recomputed.
        mask=mask_of(kind, mask, nev_letters),
        opens_at=opens_at,
        compose_from=compose_from,
        released_at=released_at,
    )


def segments(tx: Tx, office: Office, kind: PlateKind) -> list[Segment]:
    """Return all released segments of a pool, in the order of release."""
    return list(released(tx, office, kind).segments)


def is_withheld_after_restore(tx: Tx, office: Office, mask: Mask) -> bool:
    """Return whether a mask is one number that is withheld as it was issued or confirmed after a backup."""
    names = {"office": office.code, "kind": mask.kind, "serial": mask.pattern}
    return tx.one("restoration.withholds", **names) is not None


def withheld(tx: Tx, office: Office, kind: PlateKind) -> list[Mask]:
    """Return the masks that are withheld from a pool."""
    rows = tx.all("pool.withheld", office=office.code, kind=kind)
    return [mask_of(kind, row["mask"], office.nev_letters) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """A mask that is no longer withheld, but whose numbers can only be drawn yet."""

    mask: Mask
    compose_from: datetime


def freed(tx: Tx, office: Office, kind: PlateKind) -> list[Freed]:
    """Return the masks of a pool that are free again for random selection only."""
    rows = tx.all("pool.freed", office=office.code, kind=kind, now=to_millis(tx.now))
    return [
        Freed(
            mask=mask_of(kind, row["mask"], office.nev_letters), compose_from=from_millis(row["compose_from"])
        )
        for row in rows
    ]


def composable_from(segment: Segment, freed: Iterable[Freed], serial: str) -> datetime:
    """Return from when a serial of a segment can be self-composed: later if it was withheld until lately."""
    later = (one.compose_from for one in freed if one.mask.matches(serial))
    return max((segment.compose_from, *later))


def any_composable_from(segment: Segment, freed: Iterable[Freed]) -> datetime:
    """Return from when some serial of a segment can be composed: later if all were withheld until lately."""
    later = [
        (one.compose_from, common)
        for one in freed
        if one.compose_from > segment.compose_from
        and (common := segment.mask.intersection(one.mask)) is not None
    ]
    if sum(mask.size for _, mask in later) < segment.size:  # the usual case, without counting overlaps
        return segment.compose_from
    for at in sorted({segment.compose_from, *(opens for opens, _ in later)}):
        if union_size([mask for opens, mask in later if opens > at]) < segment.size:
            return at
    return segment.compose_from


def open_segments(tx: Tx, office: Office, kind: PlateKind) -> list[Segment]:
    """Return the segments that are open to random selection at this moment."""
    return [segment for segment in segments(tx, office, kind) if segment.opens_at <= tx.now]


class Ranks:
    """The serials of several segments, numbered through in the order of release: what a draw chooses from."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self.ids = tuple(segment.segment_id for segment in segments)
        self._ends = list(accumulate(segment.size for segment in segments))
        self._starts = dict(zip(self.ids, [0, *self._ends], strict=False))
        self.size = self._ends[-1] if segments else 0

    def split(self, rank: int) -> tuple[Segment, int]:
        """Return the segment of a rank, and the rank within that segment."""
        index = bisect_right(self._ends, rank)
        return self.segments[index], rank - (self._ends[index - 1] if index else 0)

    def start(self, segment: Segment) -> int:
        return self._starts[segment.segment_id]

    def of(self, rows: Iterable[Row]) -> set[int]:
        """Return the ranks of rows that have a segment and a position, skipping rows of other segments."""
        starts = self._starts
        return {starts[row["segment_id"]] + row["position"] for row in rows if row["segment_id"] in starts}


def open_ranks(tx: Tx, office: Office, kind: PlateKind) -> Ranks:
    """Return the ranks of the segments that are open to random selection at this moment."""
    return ranks_of(released(tx, office, kind), tx.now)


def ranks_of(known: Released, now: datetime) -> Ranks:
    """Return the ranks of the released segments that are open to random selection at a moment."""
    return _first_opened(known, known.opened(now))


@lru_cache(maxsize=1024)
def _first_opened(known: Released, opened: int) -> Ranks:
    # Keyed by the number of open segments, which identifies them: they are the ones that opened first.
    first = sorted(known.segments, key=lambda segment: segment.opens_at)[:opened]
    return Ranks([segment for segment in known.segments if segment in first])


def count(tx: Tx, office: Office, kind: PlateKind) -> PoolCount:
    """Return how full a pool is at this moment."""
    row = tx.one("pool.taken", office=office.code, kind=kind, now=to_millis(tx.now))
    opened, kept_back = open_segments(tx, office, kind), withheld(tx, office, kind)
    return PoolCount(
        released=sum(segment.size for segment in opened),
        taken=row["taken"] if row else 0,
        withheld=sum(_withheld_of(segment, kept_back) for segment in opened),
    )


def _withheld_of(segment: Segment, masks: Iterable[Mask]) -> int:
    parts = [part for part in map(segment.mask.intersection, masks) if part is not None]
    return union_size(parts) if parts else 0


def taken_of(tx: Tx, office: Office, mask: Mask) -> int:
    """Return how many numbers of a mask are reserved or on a vehicle. Slow: call it on a snapshot."""
    rows = tx.all("pool.taken_for_good", office=office.code, kind=mask.kind, like=like_of(mask))
    return sum(mask.matches(row["serial"]) for row in rows)


def like_of(mask: Mask) -> str:
    """Return a pattern for LIKE; it also matches letters in place of digits."""
    return mask.pattern.replace("#", "_").replace("@", "_")


def office_of_segment(tx: Tx, segment_id: int) -> str | None:
    row = tx.one("pool.segment_by_id", segment_id=segment_id)
    return row["office"] if row else None


def find_segment(open_now: Sequence[Segment], serial: str) -> Segment | None:
    return next((segment for segment in open_now if segment.mask.matches(serial)), None)


def pool_state(tx: Tx, office: str, kind: PlateKind, serial: str) -> str | None:
    """Return the state of a number that is not free, from ``batch`` to ``resting``; None when it is free."""
    row = tx.one("pool.get", office=office, kind=kind, serial=serial, now=to_millis(tx.now))
    return row["state"] if row else None


def purge(tx: Tx) -> int:
    """Delete holds and rests that ended more than ``PURGE_LAG`` ago; return how many."""
    before = to_millis(tx.now - PURGE_LAG)
    return tx.run("pool.purge_holds", before=before) + tx.run("pool.purge_rested", before=before)
