"""The pool bulletin (号池公示): what an office has released, and how much of it is left.

It is public (docs/domain.md, section 5.6). The numbers left are counted by a scheduled job on a read-only
snapshot, and published rounded, so that they do not reveal whether a single number is free.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import CHINA, from_millis, moment_or_none, to_millis
from core.pool import segments as pool_segments
from core.pool.releases import Compose
from core.pool.segments import Freed, Segment, mask_of
from core.ports import Row, Tx
from core.public_journal.chain import Head
from core.public_journal.export import head_of
from core.values.masks import Mask, union_size
from core.values.offices import Office
from core.values.plates import PlateKind

COUNT_EVERY = timedelta(minutes=10)
SMALLEST_TOLD = 100
"""Minimum size of a segment whose count is published; up to this many left, no exact count is."""
ENDED_SHOWN = timedelta(days=30)
"""How long an ended withholding stays in the bulletin."""
_FIGURES = 2
_DRAWN, _COMPOSED = "random", "composed"
"""The stored ways in which a number was selected (``core.preselection.Way``)."""


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


def rounded_gone(count: int, size: int) -> PublishedCount:
    """Return what is published when ``count`` of ``size`` numbers have left the pool in one way.

    Unlike what is left, none is not told from a few: that would reveal that every number is still free.
    """
    return rounded(max(1, count), size)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSegment:
    """A segment as it is published."""

    pattern: str
    size: int
    opens_at: datetime
    compose_from: datetime  # later than the segment's own if all of it was withheld until lately
    compose: Compose | None  # how compose_from was set; None for a segment from before that was stored
    left: PublishedCount
    drawn: PublishedCount  # selected for good from a batch
    composed: PublishedCount  # selected for good by a wish
    withheld: PublishedCount | None  # neither selected nor selectable; None if nothing of it is withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldMask:
    """A withheld mask (暂不投放), or one that was withheld until lately.

    Roles are as the public journal names them. Reason and role are empty for what was withheld before they
    were stored.
    """

    pattern: str
    size: int
    since: datetime
    reason: str
    role: str
    ended_at: datetime | None
    ended_reason: str
    ended_role: str
    second_role: str  # empty if there was no second chief to confirm the end
    compose_from: datetime | None  # from when the numbers can be self-composed


def withheld_mask(row: Row, kind: PlateKind, office: Office) -> WithheldMask:
    """Return a withholding, running or ended, from its row."""
    return WithheldMask(
        pattern=row["mask"],
        size=mask_of(kind, row["mask"], office.nev_letters).size,
        since=from_millis(row["since"]),
        reason=row["reason"],
        role=row["role"],
        ended_at=moment_or_none(row["ended_at"]),
        ended_reason=row["ended_reason"],
        ended_role=row["ended_role"],
        second_role=row["second_role"],
        compose_from=moment_or_none(row["compose_from"]),
    )


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
    ended: tuple[WithheldMask, ...]  # withholdings that have ended within ``ENDED_SHOWN``, the newest first
    left: PublishedCount  # the sum of what the lines of opened segments publish
    counted_at: datetime | None  # time of the oldest of their counts; None if not all are counted
    digest: str  # SHA-256 of today's seed; empty without one, and once it is published
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
        freed = pool_segments.freed(tx, office, kind)
        lines = tuple(_line(row, freed) for row in rows)
        return Bulletin(
            at=tx.now,
            lines=lines,
            withheld=_withheld(tx, office, kind),
            ended=_ended(tx, office, kind),
            left=_sum([line.left for line in lines if line.opens_at <= tx.now]) if counted else UNTOLD,
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


def _sum(counts: Sequence[PublishedCount]) -> PublishedCount:
    """Return the sum of published counts; what publishes no figure adds nothing, so it is never too high."""
    about = sum(count.about or 0 for count in counts)
    is_exact = all(count.is_told and count.about is not None for count in counts)
    return PublishedCount(about=about) if about or is_exact else UNTOLD


def _line(row: Row, freed: Sequence[Freed]) -> PublishedSegment:
    segment = Segment(
        segment_id=row["segment_id"],
        mask=mask_of(row["kind"], row["mask"], row["nev_letters"]),
        opens_at=from_millis(row["opens_at"]),
        compose_from=from_millis(row["compose_from"]),
        released_at=from_millis(row["released_at"]),
    )
    compose_from = pool_segments.any_composable_from(segment, freed)
    compose = Compose(row["compose"]) if row["compose"] else None
    counted = row["counted_at"] is not None
    withheld, size = row["withheld"], row["size"]
    return PublishedSegment(
        pattern=row["mask"],
        size=size,
        opens_at=segment.opens_at,
        compose_from=compose_from,
        compose=compose if compose_from == segment.compose_from else Compose.DRAWN,
        left=rounded(row["free"], size) if counted else UNTOLD,
        drawn=rounded_gone(row["drawn"], size) if counted else UNTOLD,
        composed=rounded_gone(row["composed"], size) if counted else UNTOLD,
        withheld=rounded_gone(withheld, size) if counted and withheld else None,
    )


def _withheld(tx: Tx, office: Office, kind: PlateKind) -> tuple[WithheldMask, ...]:
    rows = tx.all("bulletin.withheld", office=office.code, kind=kind)
    return tuple(withheld_mask(row, kind, office) for row in rows)


def _ended(tx: Tx, office: Office, kind: PlateKind) -> tuple[WithheldMask, ...]:
    since = to_millis(tx.now - ENDED_SHOWN)
    rows = tx.all("bulletin.unwithheld", office=office.code, kind=kind, since=since)
    return tuple(withheld_mask(row, kind, office) for row in rows)


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
    """The numbers of a segment at one moment: free ones, and how the others have left the pool."""

    segment_id: int
    free: int
    drawn: int
    composed: int
    withheld: int  # free but for being withheld
    at: datetime


def is_due(tx: Tx) -> bool:
    """Whether any open segment has not been counted within ``COUNT_EVERY``."""
    before = to_millis(tx.now - COUNT_EVERY)
    return tx.one("bulletin.uncounted", now=to_millis(tx.now), before=before) is not None


def count(tx: Tx, offices: Mapping[str, Office]) -> list[SegmentCount]:
    """Count the free numbers of every open segment. Slow: call it on a read-only snapshot."""
    taken = Counter({row["segment_id"]: row["taken"] for row in tx.all("bulletin.taken")})
    taken.update({row["segment_id"]: row["taken"] for row in tx.all("bulletin.held")})
    ways = Counter({(row["segment_id"], row["way"]): row["taken"] for row in tx.all("bulletin.by_way")})
    masks: dict[tuple[str, str], list[Mask]] = {}
    counts = []
    for row in tx.all("bulletin.opened", now=to_millis(tx.now)):
        pool = (row["office"], row["kind"])
        if pool not in masks:
            masks[pool] = _withheld_masks(tx, offices.get(row["office"]), row["kind"])
        segment_id = row["segment_id"]
        withheld = max(0, _free_but_withheld(tx, row, masks[pool]))
        counts.append(
            SegmentCount(
                segment_id=segment_id,
                free=max(0, row["size"] - taken[segment_id] - withheld),
                drawn=ways[segment_id, _DRAWN],
                composed=ways[segment_id, _COMPOSED],
                withheld=withheld,
                at=tx.now,
            )
        )
    return counts


def record_counts(tx: Tx, counts: Sequence[SegmentCount]) -> None:
    for count in counts:
        tx.run(
            "bulletin.note",
            segment_id=count.segment_id,
            free=count.free,
            drawn=count.drawn,
            composed=count.composed,
            withheld=count.withheld,
            counted_at=to_millis(count.at),
        )


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
    likes = json.dumps(list(map(pool_segments.like_of, within)))
    found = tx.one("bulletin.taken_and_withheld", segment_id=row["segment_id"], likes=likes)
    return union_size(within) - (found["taken"] if found else 0)
