"""Cancelling a scheduled release, and giving it another date, before its segment has opened.

Nobody has any of its numbers by then, so the segment's row is deleted or changed. Both are in the public
journal; those who are subscribed to releases, and those who wish for one of its numbers, are told.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import audit
from core.audit import AuditAction
from core.clock import CHINA, to_millis
from core.errors.pool import ComposeBeforeOpening, ReleaseInThePast
from core.errors.undo import NothingToUndo, SegmentOpened
from core.notifications.queue import NotificationPurpose
from core.notifications.subscriptions import SubscriptionTopic
from core.pool import openings
from core.pool.releases import Compose, composable
from core.pool.segments import Segment, segments
from core.ports import Tx
from core.public_journal import chain
from core.public_journal.entries import Event
from core.values.masks import Mask
from core.values.offices import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescheduling:
    """Another date for a scheduled release, or none: it is cancelled."""

    office: Office
    mask: Mask
    reason: str
    actor: str
    opens_at: datetime | None = None  # None: it is cancelled
    compose_from: datetime | None = None  # None: as many days after the opening as before


def scheduled(tx: Tx, office: Office, mask: Mask) -> Segment:
    """Return the segment of a scheduled release.

    Raises:
        NothingToUndo: no such mask was released.
        SegmentOpened: it has opened.
    """
    found = [segment for segment in segments(tx, office, mask.kind) if segment.mask.pattern == mask.pattern]
    if not found:
        raise NothingToUndo
    if found[0].opens_at <= tx.now:
        raise SegmentOpened
    return found[0]


def new_dates(tx: Tx, segment: Segment, wanted: Rescheduling) -> tuple[datetime, datetime]:
    """Return when a segment would open to random selection, and to self-composition.

    Raises:
        ReleaseInThePast: it would open before now.
        ComposeBeforeOpening: it would open to self-composition before it opens.
    """
    opens_at = wanted.opens_at or segment.opens_at
    if opens_at < tx.now:
        raise ReleaseInThePast
    if wanted.compose_from is not None and wanted.compose_from < opens_at:
        raise ComposeBeforeOpening
    if wanted.compose_from is not None or segment.compose_from == segment.opens_at:
        return opens_at, wanted.compose_from or opens_at
    days = segment.compose_from.astimezone(CHINA).date() - segment.opens_at.astimezone(CHINA).date()
    return opens_at, composable(opens_at, days // timedelta(days=1))


def cancel(tx: Tx, wanted: Rescheduling) -> Segment:
    """Cancel a scheduled release; return the segment as it was.

    Raises:
        NothingToUndo: it is not released; another admin may have cancelled it.
        SegmentOpened: it has opened, at this very moment perhaps.
    """
    office, mask = wanted.office, wanted.mask
    head = chain.lock(tx, office.code, mask.kind)
    segment = scheduled(tx, office, mask)
    key = {"segment_id": segment.segment_id}
    if not tx.run("pool.cancel_segment", now=to_millis(tx.now), **key):
        raise SegmentOpened
    _forget_openings(tx, wanted)
    details = {"mask": mask.pattern, "kind": mask.kind, "reason": wanted.reason}
    subject = audit.segment_subject(segment.segment_id)
    audit.record(tx, wanted.actor, AuditAction.CANCELLED_RELEASE, subject, office=office.code, **details)
    by = chain.public_role(tx, wanted.actor, office.code)
    values = {"mask": mask.pattern, "reason": wanted.reason, "by": by}
    chain.append(tx, office.code, mask.kind, head, Event.CANCELLED, **values)
    _tell(tx, wanted, segment, None, None)
    return segment


def redate(tx: Tx, wanted: Rescheduling) -> tuple[datetime, datetime]:
    """Give a scheduled release another date; return when it opens, and when to self-composition.

    A day that was drawn is not drawn again: it stays as many days after the opening, so that nobody can try
    until a day suits them.

    Raises:
        NothingToUndo, SegmentOpened: as ``cancel``.
        ReleaseInThePast, ComposeBeforeOpening: as ``new_dates``.
    """
    office, mask = wanted.office, wanted.mask
    head = chain.lock(tx, office.code, mask.kind)
    segment = scheduled(tx, office, mask)
    opens_at, compose_from = new_dates(tx, segment, wanted)
    row = tx.one(
        "pool.redate_segment",
        segment_id=segment.segment_id,
        opens_at=to_millis(opens_at),
        compose_from=to_millis(compose_from),
        compose=Compose.DATE if wanted.compose_from is not None else None,
        now=to_millis(tx.now),
    )
    if row is None:
        raise SegmentOpened
    _forget_openings(tx, wanted)
    openings.record_release(tx, office.code, mask, opens_at, compose_from)
    audit.record(
        tx,
        wanted.actor,
        AuditAction.REDATED_RELEASE,
        audit.segment_subject(segment.segment_id),
        office=office.code,
        mask=mask.pattern,
        kind=mask.kind,
        reason=wanted.reason,
        before=to_millis(segment.opens_at),
        opens_at=to_millis(opens_at),
        compose_from=to_millis(compose_from),
    )
    chain.append(
        tx,
        office.code,
        mask.kind,
        head,
        Event.REDATED,
        mask=mask.pattern,
        reason=wanted.reason,
        by=chain.public_role(tx, wanted.actor, office.code),
        opens_at=to_millis(opens_at),
        compose_from=to_millis(compose_from),
        compose=row["compose"] or Compose.DATE.value,
    )
    _tell(tx, wanted, segment, opens_at, compose_from)
    return opens_at, compose_from


def _forget_openings(tx: Tx, wanted: Rescheduling) -> None:
    mask = wanted.mask
    names = {"office": wanted.office.code, "kind": mask.kind, "mask": mask.pattern}
    tx.run("wished.forget_openings", now=to_millis(tx.now), **names)


def _tell(
    tx: Tx,
    wanted: Rescheduling,
    segment: Segment,
    opens_at: datetime | None,
    compose_from: datetime | None,
) -> None:
    """Tell those subscribed to releases of the pool, and those who wish for one of its numbers; each once."""
    office, mask = wanted.office.code, wanted.mask
    details = {
        "office": office,
        "kind": mask.kind,
        "mask": mask.pattern,
        "before": to_millis(segment.opens_at),
        "opens_at": None if opens_at is None else to_millis(opens_at),
        "compose_from": None if compose_from is None else to_millis(compose_from),
        "reason": wanted.reason,
    }
    values = {
        "purpose": f"{NotificationPurpose.RESCHEDULED}:{to_millis(tx.now)}",
        "subject": audit.segment_subject(segment.segment_id),
        "details": json.dumps(details, ensure_ascii=False, sort_keys=True),
        "now": to_millis(tx.now),
    }
    tx.run(
        "subscriptions.add_notices", topic=SubscriptionTopic.RELEASE, office=office, kind=mask.kind, **values
    )
    after, is_last = 0, False
    while not is_last:
        rows = tx.all("wished.page_of_pool", office=office, kind=mask.kind, after=after, most=_PAGE)
        is_last = len(rows) < _PAGE
        if not is_last:  # the wishes of the last account may go on in the next page
            rows = [row for row in rows if row["account_id"] != rows[-1]["account_id"]]
            after = rows[-1]["account_id"]
        wishes = {row["account_id"]: row["mask"] for row in reversed(rows) if mask.meets(row["mask"])}
        if wishes:
            tx.run("wished.tell", wishes=json.dumps(sorted(wishes.items())), **values)


_PAGE = 1000
"""Wishes read at one time; a pool has some thousand, and a release is seldom cancelled."""
