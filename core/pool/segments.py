"""The pool of an office and kind: releases, holds, what is free (docs/domain.md, sections 5 and 8).

Absent is free: a number has a row only while it is not free, so a release of seven millions is one row.
What is held for minutes lies in ``hold``, what is taken for good, or rests, in ``plate``: never in both.
So a draw writes into a table of a few rows, however many numbers there are and are given away. Holding a
number and taking it for good are an INSERT each, which the other table's row forbids; both are done under
the pool's lock (``pool.next_draw``, ``pool.open_pool``), or two at once would not see each other's row.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache

from core import audit
from core.audit import AuditAction
from core.clock import CHINA, from_millis, to_millis
from core.errors import (
    AlreadyWithheld,
    NotWithheld,
    ReleaseInThePast,
    SegmentOverlaps,
    WishNotReleased,
    WishRandomOnly,
    WishWithheld,
)
from core.pool.seeded_stream import Draw, Seeds, below
from core.ports import Tx
from core.values.masks import SMALL_MASKS, Mask, parse_mask
from core.values.offices import Office
from core.values.plates import PlateKind

PURGE_LAG = timedelta(minutes=10)
"""How long a row outlives its end.

A hold that ran out, so that a press received before and handled late still finds it; a rest, so that a list
of what is free, read before, stays correctable.
"""


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
class Opening:
    """When a segment opens to random selection and to self-composition."""

    random_from: datetime
    compose_from: datetime
    compose_by: datetime  # later than ``compose_from``: on a day that is drawn from between the two


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolCount:
    """How full a pool is; withheld numbers count as free here."""

    released: int
    taken: int

    @property
    def free(self) -> int:
        return self.released - self.taken


@lru_cache(maxsize=1024)
def mask_of(kind: str, pattern: str, nev_letters: str) -> Mask:
    """Return a mask that was judged when it was stored; making one anew at every draw is slow."""
    return parse_mask(PlateKind(kind), pattern, nev_letters=nev_letters)


@dataclass(frozen=True, slots=True, eq=False)
class Released:
    """All that was released of a pool, in the order of release.

    While nothing is released it is one and the same object, so that what is made of it can be kept.
    """

    segments: tuple[Segment, ...]

    def opened(self, now: datetime) -> int:
        return sum(segment.opens_at <= now for segment in self.segments)


def released(tx: Tx, office: Office, kind: PlateKind) -> Released:
    """Return all that was released of a pool; making it anew at every draw is slow."""
    row = tx.one("pool.segments", office=office.code, kind=kind)
    return _released(kind, (row["known"] if row else None) or "")


@lru_cache(maxsize=1024)
def _released(kind: PlateKind, known: str) -> Released:
    found = [_segment(kind, *one.split("|")) for one in known.split(";") if one]
    return Released(tuple(sorted(found, key=lambda segment: segment.segment_id)))


def _segment(kind: PlateKind, number: str, mask: str, nev_letters: str, *moments: str) -> Segment:
    opens_at, compose_from, released_at = (from_millis(int(moment)) for moment in moments)
    return Segment(
        segment_id=int(number),
        # With the letters of its release: a letter that an office adds later changes no rank, or the
        # draws of before could not be recomputed.
        mask=mask_of(kind, mask, nev_letters),
        opens_at=opens_at,
        compose_from=compose_from,
        released_at=released_at,
    )


def segments(tx: Tx, office: Office, kind: PlateKind) -> list[Segment]:
    """Return all that was released of a pool, in the order of release."""
    return list(released(tx, office, kind).segments)


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


def opening(tx: Tx, release: Release) -> Opening:
    """Return when a release would open both ways; a day that is yet to be drawn as the days it may be."""
    office = release.office
    opens_at = release.opens_at or tx.now
    at = release.compose_from
    if at is None and _at_once(release, first=not segments(tx, office, release.mask.kind)):
        at = opens_at
    if at is not None:
        return Opening(random_from=opens_at, compose_from=at, compose_by=at)
    first, last = (_composable(opens_at, days) for days in _random_only(office))
    return Opening(random_from=opens_at, compose_from=first, compose_by=last)


def validate_release(tx: Tx, release: Release) -> None:
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
            done = audit.handled(tx, audit.segment_subject(segment.segment_id), AuditAction.RELEASED)
            raise SegmentOverlaps(segment.mask.pattern, by=done.by)
    return known


def jumped_order(tx: Tx, office: Office, mask: Mask) -> list[str]:
    """Return the masks that GA 36-2018 puts before this one and that are not all released; of small cars."""
    order = [mask.pattern for mask in SMALL_MASKS] if mask.kind == PlateKind.SMALL else []
    shape = mask.shape
    if shape not in order:
        return []
    released: Counter[str] = Counter()
    for segment in segments(tx, office, mask.kind):
        released[segment.mask.shape] += segment.size
    before = SMALL_MASKS[: order.index(shape)]
    return [mask.pattern for mask in before if released[mask.pattern] < mask.size]


def taken_of(tx: Tx, office: Office, mask: Mask) -> int:
    """Return how many numbers of a mask are reserved or on a vehicle; for a snapshot."""
    like = mask.pattern.replace("#", "_").replace("@", "_")  # which lets through a letter for a digit
    rows = tx.all("pool.taken_for_good", office=office.code, kind=mask.kind, like=like)
    return sum(mask.matches(row["serial"]) for row in rows)


def _compose_from(release: Release, opens_at: datetime, draw: Draw, *, first: bool) -> datetime:
    """Return from when a segment may be composed (docs/domain.md, section 5.5).

    A new segment is random-only for some days; then, on a day drawn from those after them, it
    opens at midnight. The draw is of the same stream as the batches, so that it can be checked.
    """
    if release.compose_from is not None:
        return release.compose_from
    if _at_once(release, first=first):
        return opens_at
    least, most = _random_only(release.office)
    after = least + below(draw.words(), most - least + 1) if least < most else least
    return _composable(opens_at, after)


def _at_once(release: Release, *, first: bool) -> bool:
    return release.compose_now or (first and not release.compose_drawn)


def _random_only(office: Office) -> tuple[int, int]:
    """Return for how many days a new segment is random-only, at least and at most."""
    fixed, drawn = office.compose_after_days, office.compose_draw_days
    return fixed + (drawn > 0), fixed + drawn


def _composable(opens_at: datetime, days: int) -> datetime:
    """Return the midnight so many days after a segment's opening, not before that."""
    day = opens_at.astimezone(CHINA).date() + timedelta(days=days)
    return max(datetime.combine(day, time(), CHINA), opens_at)


def _record_release(tx: Tx, release: Release, segment: Segment) -> None:
    audit.record(
        tx,
        release.actor,
        AuditAction.RELEASED,
        audit.segment_subject(segment.segment_id),
        office=release.office.code,
        kind=segment.mask.kind,
        mask=segment.mask.pattern,
        nev_letters=segment.mask.nev_letters,
        size=segment.size,
        opens_at=to_millis(segment.opens_at),
        compose_from=to_millis(segment.compose_from),
    )


def find_segment(open_now: Sequence[Segment], serial: str) -> Segment | None:
    return next((segment for segment in open_now if segment.mask.matches(serial)), None)


def validate_wish(tx: Tx, office: Office, kind: PlateKind, serial: str) -> Segment:
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
    return pool_state(tx, office.code, kind, serial) is None


def pool_state(tx: Tx, office: str, kind: PlateKind, serial: str) -> str | None:
    """Return what a number is at this moment, from ``batch`` to ``resting``; None when it is free."""
    row = tx.one("pool.get", office=office, kind=kind, serial=serial, now=to_millis(tx.now))
    return row["state"] if row else None


def validate_withhold(tx: Tx, office: Office, mask: Mask) -> None:
    """Refuse to keep back what is kept back, before it is asked about.

    Raises:
        AlreadyWithheld: the very mask is kept back already.
    """
    if mask in withheld(tx, office, mask.kind):
        raise AlreadyWithheld


def validate_unwithhold(tx: Tx, office: Office, mask: Mask) -> None:
    """Refuse to let go what is not kept back, before it is asked about.

    Raises:
        NotWithheld: the very mask is not kept back.
    """
    if mask not in withheld(tx, office, mask.kind):
        raise NotWithheld


def withhold(tx: Tx, office: Office, mask: Mask, actor: str) -> None:
    """Keep a mask back: no draw gives its free numbers, no wish takes them.

    Raises:
        HandledMeanwhile: somebody else keeps the very mask back already.
    """
    tx.run("pool.open_pool", office=office.code, kind=mask.kind)
    values = {"office": office.code, "kind": mask.kind, "mask": mask.pattern}
    if not tx.run("pool.withhold", now=to_millis(tx.now), **values):
        raise audit.mask_handled(tx, _pool(office, mask), AuditAction.WITHHELD, mask.pattern)
    _record_mask(tx, office, mask, actor, AuditAction.WITHHELD)


def unwithhold(tx: Tx, office: Office, mask: Mask, actor: str) -> None:
    """Keep a mask back no more.

    Raises:
        HandledMeanwhile: the very mask is not kept back, or by somebody else not any more.
    """
    tx.run("pool.open_pool", office=office.code, kind=mask.kind)
    values = {"office": office.code, "kind": mask.kind, "mask": mask.pattern}
    if not tx.run("pool.unwithhold", now=to_millis(tx.now), **values):
        raise audit.mask_handled(tx, _pool(office, mask), AuditAction.UNWITHHELD, mask.pattern)
    _record_mask(tx, office, mask, actor, AuditAction.UNWITHHELD)


def _pool(office: Office, mask: Mask) -> str:
    return audit.pool_subject(office.code, mask.kind)


def _record_mask(tx: Tx, office: Office, mask: Mask, actor: str, action: AuditAction) -> None:
    audit.record(
        tx,
        actor,
        action,
        _pool(office, mask),
        office=office.code,
        mask=mask.pattern,
        nev_letters=mask.nev_letters,
    )


def purge(tx: Tx) -> int:
    """Forget holds and rests that ended long enough ago; return how many."""
    before = to_millis(tx.now - PURGE_LAG)
    return tx.run("pool.purge_holds", before=before) + tx.run("pool.purge_rested", before=before)
