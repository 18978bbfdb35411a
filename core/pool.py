"""The pool of an office and kind: releases, holds, what is free (docs/domain.md, sections 5 and 8).

Absent is free: a number has a row only while it is not free, so a release of seven millions is one
row, and taking a number is one INSERT that may replace only a hold that has run out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache

from core import audit
from core.clock import CHINA, from_millis, to_millis
from core.draws import Draw, Seeds, below
from core.errors import (
    AlreadyWithheld,
    NotWithheld,
    ReleaseInThePast,
    SegmentOverlaps,
    WishNotReleased,
    WishRandomOnly,
    WishWithheld,
)
from core.masks import SMALL_MASKS, Mask, parse_mask
from core.offices import Office
from core.plates import PlateKind
from core.ports import Row, Tx

PURGE_LAG = timedelta(minutes=10)
"""How long a row outlives its hold: a list of what is free, read before, stays correctable so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Serials put into a pool at one time (号段)."""

    segment_id: int
    mask: Mask
    opens_at: datetime
    compose_from: datetime
    released_at: datetime

    @property
    def size(self) -> int:
        """Return how many serials it has."""
        return self.mask.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What an office puts into its pool.

    ``opens_at`` None opens it now. Without a word on composing, the day on which it opens to
    self-composition is drawn, unless it is the pool's first segment, which opens both ways at once.
    """

    office: Office
    mask: Mask
    actor: str
    opens_at: datetime | None = None
    compose_from: datetime | None = None
    compose_now: bool = False
    compose_drawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolCount:
    """How full a pool is; withheld numbers count as free here."""

    released: int
    taken: int

    @property
    def free(self) -> int:
        """Return how many are not taken."""
        return self.released - self.taken


@lru_cache(maxsize=1024)
def mask_of(kind: str, pattern: str, nev_letters: str) -> Mask:
    """Return a mask that was judged when it was stored; making one anew at every draw is slow."""
    return parse_mask(PlateKind(kind), pattern, nev_letters=nev_letters)


def segments(tx: Tx, office: Office, kind: PlateKind) -> list[Segment]:
    """Return all that was released of a pool, in the order of release."""
    rows = tx.all("pool.segments", office=office.code, kind=kind)
    return [_segment(row) for row in rows]


def _segment(row: Row) -> Segment:
    # With the letters of its release: a letter that an office adds later changes no rank, or the
    # draws of before could not be recomputed.
    mask = mask_of(row["kind"], row["mask"], row["nev_letters"])
    return _segment_of(row["segment_id"], mask, row["opens_at"], row["compose_from"], row["released_at"])


@lru_cache(maxsize=1024)
def _segment_of(segment_id: int, mask: Mask, opens_at: int, compose_from: int, released_at: int) -> Segment:
    """Return a segment; making sixteen of them anew at every draw is slow."""
    return Segment(
        segment_id=segment_id,
        mask=mask,
        opens_at=from_millis(opens_at),
        compose_from=from_millis(compose_from),
        released_at=from_millis(released_at),
    )


def withheld(tx: Tx, office: Office, kind: PlateKind) -> list[Mask]:
    """Return the masks that are kept back of a pool."""
    rows = tx.all("pool.withheld", office=office.code, kind=kind)
    return [mask_of(kind, row["mask"], office.nev_letters) for row in rows]


def open_segments(tx: Tx, office: Office, kind: PlateKind) -> list[Segment]:
    """Return the segments that are open to random selection at this moment."""
    return [segment for segment in segments(tx, office, kind) if segment.opens_at <= tx.now]


def count(tx: Tx, office: Office, kind: PlateKind) -> PoolCount:
    """Return how full a pool is at this moment."""
    row = tx.one("pool.taken", office=office.code, kind=kind, now=to_millis(tx.now))
    released = sum(segment.size for segment in open_segments(tx, office, kind))
    return PoolCount(released=released, taken=row["taken"] if row else 0)


class Pools:
    """Releases numbers."""

    def __init__(self, seeds: Seeds) -> None:
        self._seeds = seeds

    def release(self, tx: Tx, release: Release) -> Segment:
        """Put a segment into the pool: one row, whatever its size.

        Raises:
            SegmentOverlaps: some of it was released before.
            ReleaseInThePast: it opens, or opens to self-composition, before now.
        """
        office, mask = release.office, release.mask
        tx.run("pool.open_pool", office=office.code, kind=mask.kind)
        known = _without_overlap(tx, release)
        seed = self._seeds.current(tx, office.code, mask.kind)
        opens_at = release.opens_at or tx.now
        nonce = f"compose:{mask.pattern}"
        draw = Draw(seed=seed.secret, office=office.code, kind=mask.kind, n=0, nonce=nonce)
        compose_from = _compose_from(release, opens_at, draw, first=not known)
        if opens_at < tx.now or compose_from < opens_at:
            raise ReleaseInThePast
        row = tx.one(
            "pool.add_segment",
            office=office.code,
            kind=mask.kind,
            mask=mask.pattern,
            nev_letters=mask.nev_letters,
            size=mask.size,
            opens_at=to_millis(opens_at),
            compose_from=to_millis(compose_from),
            now=to_millis(tx.now),
            actor=release.actor,
        )
        if row is None:
            raise SegmentOverlaps(mask.pattern)
        segment = Segment(
            segment_id=row["segment_id"],
            mask=mask,
            opens_at=opens_at,
            compose_from=compose_from,
            released_at=tx.now,
        )
        _record_release(tx, release, segment)
        return segment


def judge_release(tx: Tx, release: Release) -> None:
    """Refuse what would be refused at the release, before it is asked about.

    Raises:
        SegmentOverlaps, ReleaseInThePast: as at the release.
    """
    _without_overlap(tx, release)
    opens_at = release.opens_at or tx.now
    if opens_at < tx.now or (release.compose_from is not None and release.compose_from < opens_at):
        raise ReleaseInThePast


def _without_overlap(tx: Tx, release: Release) -> list[Segment]:
    known = segments(tx, release.office, release.mask.kind)
    for segment in known:
        if segment.mask.intersection(release.mask) is not None:
            raise SegmentOverlaps(segment.mask.pattern)
    return known


def jumped_order(tx: Tx, office: Office, mask: Mask) -> list[str]:
    """Return the masks that GA 36-2018 puts before this one and that are not all released; of small cars."""
    order = [one.pattern for one in SMALL_MASKS] if mask.kind == PlateKind.SMALL else []
    shape = mask.shape
    if shape not in order:
        return []
    released: Counter[str] = Counter()
    for segment in segments(tx, office, mask.kind):
        released[segment.mask.shape] += segment.size
    before = SMALL_MASKS[: order.index(shape)]
    return [one.pattern for one in before if released[one.pattern] < one.size]


def taken_of(tx: Tx, office: Office, mask: Mask) -> int:
    """Return how many numbers of a mask are reserved or on a vehicle at this moment."""
    rows = tx.all("pool.taken_for_good", office=office.code, kind=mask.kind)
    return sum(mask.matches(row["serial"]) for row in rows)


def _compose_from(release: Release, opens_at: datetime, draw: Draw, *, first: bool) -> datetime:
    """Return from when a segment may be composed (docs/domain.md, section 5.5).

    A new segment is random-only for some days; then, on a day drawn from those after them, it
    opens at midnight. The draw is of the same stream as the batches, so that it can be checked.
    """
    if release.compose_from is not None:
        return release.compose_from
    if release.compose_now or (first and not release.compose_drawn):
        return opens_at
    office = release.office
    after = office.compose_after_days
    if office.compose_draw_days:
        after += 1 + below(draw.words(), office.compose_draw_days)
    day = opens_at.astimezone(CHINA).date() + timedelta(days=after)
    return max(datetime.combine(day, time(), CHINA), opens_at)


def _record_release(tx: Tx, release: Release, segment: Segment) -> None:
    audit.record(
        tx,
        audit.Entry(
            actor=release.actor,
            action="released",
            subject=f"segment:{segment.segment_id}",
            office=release.office.code,
            details={
                "kind": segment.mask.kind,
                "mask": segment.mask.pattern,
                "nev_letters": segment.mask.nev_letters,
                "size": segment.size,
                "opens_at": to_millis(segment.opens_at),
                "compose_from": to_millis(segment.compose_from),
            },
        ),
    )


def find_segment(open_now: Sequence[Segment], serial: str) -> Segment | None:
    """Return the segment to which a serial belongs."""
    return next((segment for segment in open_now if segment.mask.matches(serial)), None)


def judge_wish(tx: Tx, office: Office, kind: PlateKind, serial: str) -> Segment:
    """Return the segment of a serial that may be wished for.

    Raises:
        WishNotReleased: it belongs to no open segment.
        WishRandomOnly: its segment is not open to self-composition yet.
        WishWithheld: it is kept back.
    """
    segment = find_segment(open_segments(tx, office, kind), serial)
    if segment is None:
        raise WishNotReleased
    if any(mask.matches(serial) for mask in withheld(tx, office, kind)):
        raise WishWithheld
    if segment.compose_from > tx.now:
        raise WishRandomOnly(segment.compose_from)
    return segment


def is_free(tx: Tx, office: Office, kind: PlateKind, serial: str) -> bool:
    """Whether a number is free at this moment: to show, never to rely on."""
    row = tx.one("pool.get", office=office.code, kind=kind, serial=serial)
    return row is None or (row["held_until"] is not None and row["held_until"] < to_millis(tx.now))


def withhold(tx: Tx, office: Office, mask: Mask, actor: str) -> None:
    """Keep a mask back: no draw gives its free numbers, no wish takes them.

    Raises:
        AlreadyWithheld: the very mask is kept back already.
    """
    tx.run("pool.open_pool", office=office.code, kind=mask.kind)
    values = {"office": office.code, "kind": mask.kind, "mask": mask.pattern}
    if not tx.run("pool.withhold", now=to_millis(tx.now), **values):
        raise AlreadyWithheld
    _record_mask(tx, office, mask, actor, "withheld")


def unwithhold(tx: Tx, office: Office, mask: Mask, actor: str) -> None:
    """Keep a mask back no more.

    Raises:
        NotWithheld: the very mask is not kept back.
    """
    tx.run("pool.open_pool", office=office.code, kind=mask.kind)
    values = {"office": office.code, "kind": mask.kind, "mask": mask.pattern}
    if not tx.run("pool.unwithhold", now=to_millis(tx.now), **values):
        raise NotWithheld
    _record_mask(tx, office, mask, actor, "unwithheld")


def _record_mask(tx: Tx, office: Office, mask: Mask, actor: str, action: str) -> None:
    entry = audit.Entry(
        actor=actor,
        action=action,
        subject=f"pool:{office.code}:{mask.kind}",
        office=office.code,
        details={"mask": mask.pattern, "nev_letters": mask.nev_letters},
    )
    audit.record(tx, entry)


def purge(tx: Tx) -> int:
    """Forget rows whose hold ran out long enough ago; return how many."""
    return tx.run("pool.purge", before=to_millis(tx.now - PURGE_LAG))
