"""Subscriptions to releases, openings for self-composition, and the next opening of service hours.

A scheduled job announces events. Each announced event has a row, so that announcing is idempotent, also
with concurrent workers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core import audit
from core.clock import moment_or_none, to_millis
from core.notifications.queue import NotificationPurpose
from core.ports import Tx
from core.values.offices import Office

NO_KIND = ""
"""The plate kind of topics that concern an office as a whole."""


class SubscriptionTopic(StrEnum):
    """A topic to subscribe to."""

    RELEASE = "release"  # 投放提醒
    COMPOSE = "compose"  # 自编开放提醒
    OPENING = "opening"  # 开放提醒: the next opening, once


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription."""

    office: str
    kind: str  # a plate kind, or NO_KIND
    topic: SubscriptionTopic


def of_chat(tx: Tx, chat_id: int) -> list[Subscription]:
    rows = tx.all("subscriptions.of_chat", chat_id=chat_id)
    return [
        Subscription(office=row["office"], kind=row["kind"], topic=SubscriptionTopic(row["topic"]))
        for row in rows
    ]


def subscribe(tx: Tx, chat_id: int, wish: Subscription) -> None:
    tx.run(
        "subscriptions.add",
        chat_id=chat_id,
        office=wish.office,
        kind=wish.kind,
        topic=wish.topic,
        now=to_millis(tx.now),
    )


def unsubscribe(tx: Tx, chat_id: int, wish: Subscription) -> None:
    tx.run(
        "subscriptions.remove",
        chat_id=chat_id,
        office=wish.office,
        kind=wish.kind,
        topic=wish.topic,
    )


def announce(tx: Tx, offices: Mapping[str, Office]) -> int:
    """Plan notifications about everything that has opened since the last call; return how many."""
    return _announce_segments(tx) + _announce_openings(tx, offices)


def is_pending(tx: Tx, offices: Mapping[str, Office]) -> bool:
    """Whether there is something to announce; read on a read-only snapshot at every run of the job."""
    if tx.all("announcements.segments_due", now=to_millis(tx.now)):
        return True
    return any(
        _is_awaited_and_open(tx, offices, row["office"]) for row in tx.all("subscriptions.offices_awaited")
    )


def _announce_segments(tx: Tx) -> int:
    announced = 0
    for row in tx.all("announcements.segments_due", now=to_millis(tx.now)):
        subject = audit.segment_subject(row["segment_id"])
        if _first(tx, f"{subject}:{row['topic']}"):
            wish = Subscription(office=row["office"], kind=row["kind"], topic=SubscriptionTopic(row["topic"]))
            details = {name: row[name] for name in ("office", "kind", "mask", "compose_from")}
            _tell(tx, wish, subject, details)
            announced += 1
    return announced


def _announce_openings(tx: Tx, offices: Mapping[str, Office]) -> int:
    announced = 0
    for row in tx.all("subscriptions.offices_awaited"):
        code = row["office"]
        if not _is_awaited_and_open(tx, offices, code):
            continue
        wish = Subscription(office=code, kind=NO_KIND, topic=SubscriptionTopic.OPENING)
        subject = f"opening:{code}:{_opening_of(tx, offices[code])}"
        announced += _tell(tx, wish, subject, {"office": code})
        tx.run("subscriptions.remove_opening", office=code, subject=subject)
    return announced


def _opening_of(tx: Tx, office: Office) -> str:
    """Return what identifies the present opening: when it began, or when the maintenance within it ended."""
    opened = office.hours.opened_at(tx.now)
    row = tx.one(
        "subscriptions.maintenance_ended",
        subject=audit.office_subject(office.code),
        of_all=audit.office_subject(""),
    )
    ended = moment_or_none(row["at"]) if row else None
    if ended is not None and (opened is None or ended > opened):
        return ended.isoformat()
    return opened.isoformat() if opened else "always"


def _is_awaited_and_open(tx: Tx, offices: Mapping[str, Office], code: str) -> bool:
    return code in offices and offices[code].hours.is_open(tx.now)


def _first(tx: Tx, subject: str) -> bool:
    return bool(tx.run("announcements.add", subject=subject, now=to_millis(tx.now)))


def _tell(tx: Tx, wish: Subscription, subject: str, details: Mapping[str, object]) -> int:
    return tx.run(
        "subscriptions.add_notices",
        purpose=NotificationPurpose(wish.topic),
        subject=subject,
        details=json.dumps(dict(details), ensure_ascii=False, sort_keys=True),
        now=to_millis(tx.now),
        topic=wish.topic,
        office=wish.office,
        kind=wish.kind,
    )
