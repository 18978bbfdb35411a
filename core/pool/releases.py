"""Releasing segments into a pool and withholding numbers (docs/domain.md, sections 5 and 8)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.clock import CHINA, to_millis
from core.errors.pool import (
    AlreadyWithheld,
    ComposeBeforeOpening,
    NotWithheld,
    ReleaseInThePast,
    SegmentOverlaps,
)
from core.pool import openings
from core.pool.seeded_stream import Draw, below
from core.pool.seeds import Seeds
from core.pool.segments import Segment, segments, withheld
from core.ports import Tx
from core.public_journal import chain
from core.public_journal.chain import Head
from core.public_journal.entries import Event
from core.values.masks import SMALL_MASKS, Mask
from core.values.offices import Office
from core.values.plates import PlateKind


class Compose(StrEnum):
    """How it was set from when a segment can be self-composed; the values are stored and published."""

    FIRST = "first"  # the pool's first segment: as soon as it opens
    NOW = "now"  # the office has skipped the random-only days
    DATE = "date"  # the office has named the day
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What an office releases into its pool.

    ``opens_at`` None opens it now. If none of the ``compose_*`` fields is set, the day on which it opens to
    self-composition is drawn, except for the pool's first segment, which opens to both at once.
    """

    office: Office
    mask: Mask
    actor: str
    opens_at: datetime | None = None
    compose_from: datetime | None = None
    compose_now: bool = False
    compose_drawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedDays:
    """The days that ``compose now`` skips: those for draws only, and those of which one is drawn."""

    random_only: int
    drawn: int
    first: datetime  # the earliest and the latest midnight at which self-composition would have opened
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When a segment opens to random selection and to self-composition."""

    random_from: datetime
    compose_from: datetime
    compose_by: datetime  # if later: the day is yet to be drawn between the two
    skipped: SkippedDays | None = None  # what ``compose now`` skips; None if nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeing:
    """The end of a withholding.

    ``by`` and ``second`` are roles as the public journal names them; ``second`` is that of the chief who has
    confirmed it, empty if there is no other.
    """

    office: Office
    mask: Mask
    actor: str
    reason: str
    by: str
    second: str = ""


class Pools:
    """Releases numbers, and makes withheld ones available again."""

    def __init__(self, seeds: Seeds) -> None:
        self._seeds = seeds

    def release(self, tx: Tx, release: Release) -> Segment:
        """Add a segment to the pool: one row, whatever its size.

        Raises:
            SegmentOverlaps: some of it was released before.
            ReleaseInThePast: it opens before now.
            ComposeBeforeOpening: it opens to self-composition before it opens.
        """
        office, mask = release.office, release.mask
        head = chain.lock(tx, office.code, mask.kind)
        known = _without_overlap(tx, release)
        if not known:
            head = self._seeds.commit_ahead(tx, office.code, mask.kind, head)
        opens_at = release.opens_at or tx.now
        compose_from, compose = self._compose_from(tx, release, opens_at, head, first=not known)
        _ensure_in_order(tx, opens_at, compose_from)
        row = tx.one(
            "pool.add_segment",
            office=office.code,
            kind=mask.kind,
            mask=mask.pattern,
            nev_letters=mask.nev_letters,
            size=mask.size,
            opens_at=to_millis(opens_at),
            compose_from=to_millis(compose_from),
            compose=compose,
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
        openings.record_release(tx, office.code, mask, opens_at, compose_from)
        chain.append(
            tx,
            office.code,
            mask.kind,
            head,
            Event.RELEASED,
            mask=mask.pattern,
            letters=mask.nev_letters,
            size=mask.size,
            opens_at=to_millis(opens_at),
            compose_from=to_millis(compose_from),
            compose=compose,
            draw_days=list(_random_only(office)) if compose == Compose.DRAWN else [],
            by=chain.public_role(tx, release.actor, office.code),
        )
        return segment

    def unwithhold(self, tx: Tx, freeing: Freeing) -> datetime:
        """End the withholding of a mask; return from when its numbers can be self-composed.

        They can be drawn at once, but self-composed only from a day that is drawn as for a new segment, so
        that nobody can know beforehand when to wish for them. Numbers that were never released need no such
        day: their segment will have its own.

        Raises:
            HandledMeanwhile: this mask is not withheld, or another admin has made it available meanwhile.
            NoSeedToday: no day can be drawn today.
        """
        office, mask = freeing.office, freeing.mask
        head = chain.lock(tx, office.code, mask.kind)
        if mask not in withheld(tx, office, mask.kind):
            raise audit.mask_handled(tx, _pool(office, mask), AuditAction.UNWITHHELD, mask.pattern)
        known = segments(tx, office, mask.kind)
        is_released = any(segment.mask.intersection(mask) is not None for segment in known)
        compose_from = tx.now
        if is_released:
            compose_from = self._drawn_day(tx, office, f"unwithheld:{mask.pattern}", tx.now, mask, head)
        tx.run(
            "pool.unwithhold",
            office=office.code,
            kind=mask.kind,
            mask=mask.pattern,
            now=to_millis(tx.now),
            reason=freeing.reason,
            role=freeing.by,
            second=freeing.second,
            compose_from=to_millis(compose_from),
        )
        if is_released:
            openings.record_freed(tx, office.code, mask, compose_from)
        _record_mask(tx, office, mask, freeing.actor, AuditAction.UNWITHHELD, reason=freeing.reason)
        chain.append(
            tx,
            office.code,
            mask.kind,
            head,
            Event.UNWITHHELD,
            mask=mask.pattern,
            letters=mask.nev_letters,
            reason=freeing.reason,
            by=freeing.by,
            second=freeing.second,
            random_from=to_millis(tx.now),
            compose_from=to_millis(compose_from),
            draw_days=list(_random_only(office)) if is_released else [0, 0],
        )
        return compose_from

    def _compose_from(
        self, tx: Tx, release: Release, opens_at: datetime, head: Head, *, first: bool
    ) -> tuple[datetime, Compose]:
        """Return from when a segment may be composed, and how that was set (docs/domain.md, section 5.5).

        A new segment is random-only for some days; it opens at midnight on a day drawn from those that
        follow. The day is drawn from the same stream as the batches, so that it can be verified.
        """
        if release.compose_from is not None:
            return release.compose_from, Compose.DATE
        if _at_once(release, first=first):
            return opens_at, Compose.FIRST if first and not release.compose_drawn else Compose.NOW
        nonce = f"compose:{release.mask.pattern}"
        day = self._drawn_day(tx, release.office, nonce, opens_at, release.mask, head)
        return day, Compose.DRAWN

    def _drawn_day(
        self, tx: Tx, office: Office, nonce: str, opens_at: datetime, mask: Mask, head: Head
    ) -> datetime:
        """Return the midnight of a day drawn from those after the random-only days."""
        least, most = _random_only(office)
        if least == most:
            return composable(opens_at, least)
        seed = self._seeds.of_releases(tx, office.code, mask.kind)
        draw = Draw(seed=seed.secret, office=office.code, kind=mask.kind, n=0, nonce=nonce, head=head.hash)
        return composable(opens_at, least + below(draw.words(), most - least + 1))


def opening(tx: Tx, release: Release) -> Opening:
    """Return when a release would open; a day that is yet to be drawn is given as a range."""
    office = release.office
    opens_at = release.opens_at or tx.now
    at, is_first = release.compose_from, not segments(tx, office, release.mask.kind)
    if at is None and _at_once(release, first=is_first):
        at = opens_at
    first, last = (composable(opens_at, days) for days in _random_only(office))
    if at is not None:
        skipped = None
        if release.compose_now and not is_first and last > opens_at:
            skipped = SkippedDays(
                random_only=office.compose_after_days, drawn=office.compose_draw_days, first=first, last=last
            )
        return Opening(random_from=opens_at, compose_from=at, compose_by=at, skipped=skipped)
    return Opening(random_from=opens_at, compose_from=first, compose_by=last)


def freed_opening(tx: Tx, office: Office, mask: Mask) -> Opening | None:
    """Return when the numbers of a withheld mask would open if it ended now; None if none is released."""
    if all(segment.mask.intersection(mask) is None for segment in segments(tx, office, mask.kind)):
        return None
    first, last = (composable(tx.now, days) for days in _random_only(office))
    return Opening(random_from=tx.now, compose_from=first, compose_by=last)


def validate_release(tx: Tx, release: Release) -> None:
    """Check a release before its confirmation is asked for.

    Raises:
        SegmentOverlaps, ReleaseInThePast, ComposeBeforeOpening: as at the release.
    """
    _without_overlap(tx, release)
    _ensure_in_order(tx, release.opens_at or tx.now, release.compose_from)


def _ensure_in_order(tx: Tx, opens_at: datetime, compose_from: datetime | None) -> None:
    if opens_at < tx.now:
        raise ReleaseInThePast
    if compose_from is not None and compose_from < opens_at:
        raise ComposeBeforeOpening


def _without_overlap(tx: Tx, release: Release) -> list[Segment]:
    known = segments(tx, release.office, release.mask.kind)
    for segment in known:
        if segment.mask.intersection(release.mask) is not None:
            done = audit.handled(tx, audit.segment_subject(segment.segment_id), AuditAction.RELEASED)
            raise SegmentOverlaps(segment.mask.pattern, by=done.by, at=segment.released_at)
    return known


def jumped_order(tx: Tx, office: Office, mask: Mask) -> list[str]:
    """Return the masks that GA 36-2018 puts before this one and that are not yet released; small only."""
    order = [mask.pattern for mask in SMALL_MASKS] if mask.kind == PlateKind.SMALL else []
    shape = mask.shape
    if shape not in order:
        return []
    released: Counter[str] = Counter()
    for segment in segments(tx, office, mask.kind):
        released[segment.mask.shape] += segment.size
    before = SMALL_MASKS[: order.index(shape)]
    return [mask.pattern for mask in before if released[mask.pattern] < mask.size]


def _at_once(release: Release, *, first: bool) -> bool:
    return release.compose_now or (first and not release.compose_drawn)


def _random_only(office: Office) -> tuple[int, int]:
    """Return the minimum and maximum number of days for which a new segment is random-only."""
    fixed, drawn = office.compose_after_days, office.compose_draw_days
    return fixed + (drawn > 0), fixed + drawn


def composable(opens_at: datetime, days: int) -> datetime:
    """Return the midnight ``days`` days after a segment's opening, but not before the opening."""
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


def validate_withhold(tx: Tx, office: Office, mask: Mask) -> None:
    """Check a mask to be withheld before the confirmation is asked for.

    Raises:
        AlreadyWithheld: this mask is withheld already.
    """
    if mask in withheld(tx, office, mask.kind):
        raise AlreadyWithheld


def validate_unwithhold(tx: Tx, office: Office, mask: Mask) -> None:
    """Check a mask to be made available again before the confirmation is asked for.

    Raises:
        NotWithheld: this mask is not withheld.
    """
    found = withheld(tx, office, mask.kind)
    if mask not in found:
        raise NotWithheld(tuple(one.pattern for one in found))


def withhold(tx: Tx, office: Office, mask: Mask, actor: str, *, reason: str = "") -> None:
    """Withhold a mask: its free numbers can be neither drawn nor self-composed.

    Args:
        tx: the transaction.
        office: the office of the pool.
        mask: the mask.
        actor: who withholds it.
        reason: why; it is published.

    Raises:
        HandledMeanwhile: another admin has withheld this mask already.
    """
    head = chain.lock(tx, office.code, mask.kind)
    by = chain.public_role(tx, actor, office.code)
    names = {"office": office.code, "kind": mask.kind, "mask": mask.pattern}
    if not tx.run("pool.withhold", now=to_millis(tx.now), reason=reason, role=by, **names):
        raise audit.mask_handled(tx, _pool(office, mask), AuditAction.WITHHELD, mask.pattern)
    _record_mask(tx, office, mask, actor, AuditAction.WITHHELD, **({"reason": reason} if reason else {}))
    values = {"mask": mask.pattern, "letters": mask.nev_letters, "reason": reason, "by": by}
    chain.append(tx, office.code, mask.kind, head, Event.WITHHELD, **values)


def _pool(office: Office, mask: Mask) -> str:
    return audit.pool_subject(office.code, mask.kind)


def _record_mask(
    tx: Tx, office: Office, mask: Mask, actor: str, action: AuditAction, **details: object
) -> None:
    audit.record(
        tx,
        actor,
        action,
        _pool(office, mask),
        office=office.code,
        mask=mask.pattern,
        nev_letters=mask.nev_letters,
        **details,
    )
