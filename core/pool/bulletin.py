"""The pool bulletin (号池公示): what an office has released, and how much of it is left.

It is public (docs/domain.md, section 5.6). The numbers left are counted by a scheduled job on a read-only
snapshot, and published rounded, so that they do not reveal whether a single number is free.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import CHINA, from_millis, to_millis
from core.pool.segments import mask_of
from core.ports import Row, Tx
from core.public_journal.chain import Head
from core.public_journal.export import head_of
from core.values.masks import Mask, union_size
from core.values.offices import Office
from core.values.plates import PlateKind

COUNT_EVERY = timedelta(minutes=10)
SMALLEST_TOLD = 100
"""Minimum size of a segment whose count is published; up to this many left, no exact count is."""
_FIGURES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCount:
    """How many numbers are left, as published.

    ``about`` is rounded down to two significant figures and always below the true count, so that not even an
    untouched segment reveals its single numbers; it is 0 when nothing is left. None means a hundred or fewer
    or, if ``is_told`` is false, that no count is published: not counted yet, or too small a segment.
    """

    about: int | None
    is_told: bool = True


UNTOLD = PublishedCount(about=None, is_told=False)


def rounded(free: int, size: int) -> PublishedCount:
    """Return what is published when ``free`` of ``size`` numbers are left."""
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
    """A withheld mask (暂不投放)."""

    pattern: str
    size: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSeed:
    """A seed whose day is over, so that its draws can be verified."""

    day: date
    digest: str  # SHA-256 of the secret, in hex
    secret: str  # in hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """The bulletin of a pool at one moment."""

    at: datetime
    lines: tuple[PublishedSegment, ...]  # in the order of release, including those that have not opened yet
    withheld: tuple[WithheldMask, ...]
    left: PublishedCount  # over all segments that have opened
    counted_at: datetime | None  # time of the oldest of their counts; None if not all are counted
    digest: str  # SHA-256 of today's seed; empty if nothing has been released
    last_seed: PublishedSeed | None
    head: Head | None  # of the pool's chain in the public journal; None if nothing has been released

    @property
    def released(self) -> int:
        return sum(line.size for line in self.lines if line.opens_at <= self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The seeds of a pool, as they are published."""

    ahead: tuple[tuple[date, str], ...]  # the days from today on, with the digests of their seeds, in hex
    published: tuple[PublishedSeed, ...]  # newest first
    count: int  # of all that are published
    head: Head | None  # of the pool's chain in the public journal


class Bulletins:
    """Reads the bulletins of pools."""

    def read(self, tx: Tx, office: Office, kind: PlateKind) -> Bulletin:
        """Return the bulletin of a pool. Its cost depends on the number of segments, not of plates."""
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
            digest=_digest(tx, office, kind),
            last_seed=_last_seed(tx, office, kind),
            head=head_of(tx, office.code, kind),
        )

    def read_seeds(self, tx: Tx, office: Office, kind: PlateKind, *, skipped: int, most: int) -> Seeds:
        """Return the seeds of a pool: all that are committed to, and a page of those that are published."""
        pool = {"office": office.code, "kind": kind}
        today = tx.now.astimezone(CHINA).date().isoformat()
        counted = tx.one("journal.count_published_seeds", **pool)
        return Seeds(
            ahead=tuple(
                (date.fromisoformat(row["day"]), row["digest"])
                for row in tx.all("journal.seeds_ahead", day=today, **pool)
            ),
            published=tuple(
                map(_published, tx.all("journal.published_seeds", skipped=skipped, most=most, **pool))
            ),
            count=int(counted["seeds"]) if counted else 0,
            head=head_of(tx, office.code, kind),
        )


def _digest(tx: Tx, office: Office, kind: PlateKind) -> str:
    today = tx.now.astimezone(CHINA).date().isoformat()
    row = tx.one("pool.seed_of_day", office=office.code, kind=kind, day=today)
    return str(row["digest"]) if row else ""


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
    return _published(row) if row else None


def _published(row: Row) -> PublishedSeed:
    return PublishedSeed(
        day=date.fromisoformat(row["day"]), digest=row["digest"], secret=row["secret_published"]
    )


# --- counting, by a scheduled job ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentCount:
    """The number of free plates of a segment at one moment."""

    segment_id: int
    free: int
    at: datetime


def is_due(tx: Tx) -> bool:
    """Whether any open segment has not been counted within ``COUNT_EVERY``."""
    before = to_millis(tx.now - COUNT_EVERY)
    return tx.one("bulletin.uncounted", now=to_millis(tx.now), before=before) is not None


def count(tx: Tx, offices: Mapping[str, Office]) -> list[SegmentCount]:
    """Count the free numbers of every open segment. Slow: call it on a read-only snapshot."""
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
    for count in counts:
        tx.run("bulletin.note", segment_id=count.segment_id, free=count.free, counted_at=to_millis(count.at))


def _withheld_masks(tx: Tx, office: Office | None, kind: str) -> list[Mask]:
    if office is None:  # no longer served
        return []
    rows = tx.all("bulletin.withheld", office=office.code, kind=kind)
    return [mask_of(kind, row["mask"], office.nev_letters) for row in rows]


def _free_but_withheld(tx: Tx, row: Row, masks: Sequence[Mask]) -> int:
    """Return how many free numbers of a segment are withheld, so neither drawn nor self-composed."""
    own = mask_of(row["kind"], row["mask"], row["nev_letters"])
    within = [common for mask in masks if (common := own.intersection(mask)) is not None]
    if not within:
        return 0
    likes = json.dumps([mask.pattern.replace("#", "_").replace("@", "_") for mask in within])
    found = tx.one("bulletin.taken_and_withheld", segment_id=row["segment_id"], likes=likes)
    return union_size(within) - (found["taken"] if found else 0)
