"""号池公示: what an office has released, and how much of it is left (docs/domain.md, sections 5.5 and 6).

For anybody. How many numbers are left is counted some times an hour by a tick, beside the writers, and
published rounded, so that nobody learns of a single number whether it is free.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import CHINA, from_millis, to_millis
from core.pool.seeded_stream import Seeds
from core.pool.segments import mask_of
from core.ports import Row, Tx
from core.values.masks import Mask, union_size
from core.values.offices import Office
from core.values.plates import PlateKind

COUNT_EVERY = timedelta(minutes=10)
SMALLEST_TOLD = 100
"""Of fewer numbers than these nothing exact is told: neither of a segment so small, nor of so few left."""
_FIGURES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCount:
    """How many numbers are left, as everybody may know it.

    ``about`` is rounded down to two figures, always by something, so that not even an untouched segment
    tells of its single numbers, and 0 when nothing is left; None stands for a hundred or fewer, or, with
    ``is_told`` false, for nothing at all: not counted yet, or too small a segment.
    """

    about: int | None
    is_told: bool = True


UNTOLD = PublishedCount(about=None, is_told=False)


def rounded(free: int, size: int) -> PublishedCount:
    """Return what may be told of so many free numbers among so many."""
    if size < SMALLEST_TOLD:
        return UNTOLD
    if free == 0:
        return PublishedCount(about=0)
    below = free - 1
    if below < SMALLEST_TOLD:
        return PublishedCount(about=None)
    step: int = 10 ** (len(str(below)) - _FIGURES)
    return PublishedCount(about=below // step * step)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSegment:
    """A segment as it is published."""

    pattern: str
    size: int
    opens_at: datetime
    compose_from: datetime
    left: PublishedCount


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldMask:
    """A mask that is kept back (暂不投放)."""

    pattern: str
    size: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSeed:
    """A seed whose day is over: everybody may recompute its draws."""

    day: date
    digest: str  # SHA-256 of the secret, in hex
    secret: str  # in hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What is published of a pool at a moment."""

    at: datetime
    lines: tuple[PublishedSegment, ...]  # in the order of release, those that are still to open among them
    withheld: tuple[WithheldMask, ...]
    left: PublishedCount  # over all segments that have opened
    counted_at: datetime | None  # when the least fresh of them was counted; None: not all have been yet
    digest: str  # SHA-256 of the seed of today; empty while nothing was released
    last_seed: PublishedSeed | None

    @property
    def released(self) -> int:
        return sum(line.size for line in self.lines if line.opens_at <= self.at)


class Bulletins:
    """Publishes pools."""

    def __init__(self, seeds: Seeds) -> None:
        self._seeds = seeds

    def read(self, tx: Tx, office: Office, kind: PlateKind) -> Bulletin:
        """Return what is published of a pool. It takes as long as there are segments, not numbers."""
        rows = tx.all("bulletin.segments", office=office.code, kind=kind)
        opened = [row for row in rows if row["opens_at"] <= to_millis(tx.now)]
        counted = bool(opened) and all(row["counted_at"] is not None for row in opened)
        free, size = sum(row["free"] or 0 for row in opened), sum(row["size"] for row in opened)
        return Bulletin(
            at=tx.now,
            lines=tuple(_line(row) for row in rows),
            withheld=_withheld(tx, office, kind),
            left=rounded(free, size) if counted else UNTOLD,
            counted_at=from_millis(min(row["counted_at"] for row in opened)) if counted else None,
            digest=self._digest(tx, office, kind) if rows else "",
            last_seed=_last_seed(tx, office, kind),
        )

    def _digest(self, tx: Tx, office: Office, kind: PlateKind) -> str:
        """Return what today's seed was committed to by; before the first draw of a day that is now."""
        row = tx.one("pool.current_seed", office=office.code, kind=kind)
        today = tx.now.astimezone(CHINA).date().isoformat()
        if row is not None and row["day"] >= today:
            return str(row["digest"])
        # Of two at once the second waits here, and then finds what the first has committed to.
        tx.run("pool.open_pool", office=office.code, kind=kind)
        return self._seeds.current(tx, office.code, kind).digest


def _line(row: Row) -> PublishedSegment:
    counted = row["counted_at"] is not None
    return PublishedSegment(
        pattern=row["mask"],
        size=row["size"],
        opens_at=from_millis(row["opens_at"]),
        compose_from=from_millis(row["compose_from"]),
        left=rounded(row["free"], row["size"]) if counted else UNTOLD,
    )


def _withheld(tx: Tx, office: Office, kind: PlateKind) -> tuple[WithheldMask, ...]:
    rows = tx.all("bulletin.withheld", office=office.code, kind=kind)
    return tuple(
        WithheldMask(
            pattern=row["mask"],
            size=mask_of(kind, row["mask"], office.nev_letters).size,
            since=from_millis(row["since"]),
        )
        for row in rows
    )


def _last_seed(tx: Tx, office: Office, kind: PlateKind) -> PublishedSeed | None:
    row = tx.one("bulletin.last_published_seed", office=office.code, kind=kind)
    if row is None:
        return None
    return PublishedSeed(
        day=date.fromisoformat(row["day"]), digest=row["digest"], secret=row["secret_published"]
    )


# --- counting: a tick's ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentCount:
    """What was counted of a segment."""

    segment_id: int
    free: int
    at: datetime


def is_due(tx: Tx) -> bool:
    """Whether a segment has opened that was not counted lately."""
    before = to_millis(tx.now - COUNT_EVERY)
    return tx.one("bulletin.uncounted", now=to_millis(tx.now), before=before) is not None


def count(tx: Tx, offices: Mapping[str, Office]) -> list[SegmentCount]:
    """Count what is free in every segment that has opened: for a snapshot, beside the writers."""
    taken = Counter({row["segment_id"]: row["taken"] for row in tx.all("bulletin.taken")})
    taken.update({row["segment_id"]: row["taken"] for row in tx.all("bulletin.held")})
    masks: dict[tuple[str, str], list[Mask]] = {}
    counts = []
    for row in tx.all("bulletin.opened", now=to_millis(tx.now)):
        pool = (row["office"], row["kind"])
        if pool not in masks:
            masks[pool] = _withheld_masks(tx, offices.get(row["office"]), row["kind"])
        free = row["size"] - taken[row["segment_id"]] - _free_but_withheld(tx, row, masks[pool])
        counts.append(SegmentCount(segment_id=row["segment_id"], free=max(0, free), at=tx.now))
    return counts


def record_counts(tx: Tx, counts: Sequence[SegmentCount]) -> None:
    """Keep what was counted."""
    for count in counts:
        tx.run("bulletin.note", segment_id=count.segment_id, free=count.free, counted_at=to_millis(count.at))


def _withheld_masks(tx: Tx, office: Office | None, kind: str) -> list[Mask]:
    if office is None:  # served no more
        return []
    rows = tx.all("bulletin.withheld", office=office.code, kind=kind)
    return [mask_of(kind, row["mask"], office.nev_letters) for row in rows]


def _free_but_withheld(tx: Tx, row: Row, masks: Sequence[Mask]) -> int:
    """Return how many free numbers of a segment no draw gives and no wish takes."""
    own = mask_of(row["kind"], row["mask"], row["nev_letters"])
    within = [common for mask in masks if (common := own.intersection(mask)) is not None]
    if not within:
        return 0
    likes = json.dumps([mask.pattern.replace("#", "_").replace("@", "_") for mask in within])
    found = tx.one("bulletin.taken_and_withheld", segment_id=row["segment_id"], likes=likes)
    return union_size(within) - (found["taken"] if found else 0)
