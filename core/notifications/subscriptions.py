"""Subscriptions to releases, openings for self-composition, and the next opening of service hours.

A scheduled job announces events. Each announced event has a row, so that announcing is idempotent, also
with concurrent workers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core import audit
from core.clock import to_millis
from core.notifications.queue import NotificationPurpose
from core.ports import Tx
from core.values.offices import Office
from core.values.plates import PlateKind

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


def next_opening_of(office: Office) -> Subscription:
    """Return the subscription to the next opening of an office."""
    return Subscription(office=office.code, kind=NO_KIND, topic=SubscriptionTopic.OPENING)


def offered_at(office: Office) -> list[Subscription]:
    """Return what can be subscribed to at an office; one that never closes has no opening."""
    of_kinds = [
        Subscription(office=office.code, kind=kind, topic=topic)
        for kind in PlateKind
        for topic in (SubscriptionTopic.RELEASE, SubscriptionTopic.COMPOSE)
    ]
    return of_kinds if office.hours.always else [next_opening_of(office), *of_kinds]


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


def await_office(tx: Tx, chat_id: int, office: str) -> None:
    """Tell a chat when an office is served here, which it is not yet."""
    tx.run("subscriptions.await_office", chat_id=chat_id, office=office, now=to_millis(tx.now))


def stop_awaiting(tx: Tx, chat_id: int, office: str) -> None:
    tx.run("subscriptions.stop_awaiting", chat_id=chat_id, office=office)


def is_awaited(tx: Tx, chat_id: int, office: str) -> bool:
    """Return whether a chat wants to be told when an office is served."""
    return tx.one("subscriptions.is_awaited", chat_id=chat_id, office=office) is not None


def announce(tx: Tx, offices: Mapping[str, Office]) -> None:
    """Plan notifications about everything that has opened since the last call.

    Args:
        tx: the transaction.
        offices: those that are served, with the hours of single days where an opening is awaited
            (``core.availability.closed_days.with_awaited_days``).
    """
    _announce_segments(tx)
    _announce_openings(tx, offices)
    _announce_served(tx, offices)


def is_pending(tx: Tx, offices: Mapping[str, Office]) -> bool:
    """Whether there is something to announce; read on a read-only snapshot at every run of the job.

    The offices are those of ``announce``.
    """
    if tx.all("announcements.segments_due", now=to_millis(tx.now)):
        return True
    if any(row["office"] in offices for row in tx.all("subscriptions.offices_not_served_yet")):
        return True
    return any(
        _is_awaited_and_open(tx, offices, row["office"]) for row in tx.all("subscriptions.offices_awaited")
    )


def _announce_segments(tx: Tx) -> None:
    for row in tx.all("announcements.segments_due", now=to_millis(tx.now)):
        subject = audit.segment_subject(row["segment_id"])
        if _first(tx, f"{subject}:{row['topic']}"):
            wish = Subscription(office=row["office"], kind=row["kind"], topic=SubscriptionTopic(row["topic"]))
            details = {name: row[name] for name in ("office", "kind", "mask", "compose_from")}
            _tell(tx, wish, subject, details)


def _announce_openings(tx: Tx, offices: Mapping[str, Office]) -> None:
    for row in tx.all("subscriptions.offices_awaited"):
        code = row["office"]
        if not _is_awaited_and_open(tx, offices, code):
            continue
        waiting = tx.all("subscriptions.lock_opening", office=code)
        if not waiting:
            continue
        # Not named by the opening: after a maintenance the same opening is announced once more.
        subject = f"opening:{code}:{max(row['since'] for row in waiting)}"
        wish = Subscription(office=code, kind=NO_KIND, topic=SubscriptionTopic.OPENING)
        _tell(tx, wish, subject, {"office": code})
        tx.run("subscriptions.remove_opening", office=code, subject=subject)


def _announce_served(tx: Tx, offices: Mapping[str, Office]) -> None:
    """Tell those who have waited for an office that it is in the settings now."""
    for row in tx.all("subscriptions.offices_not_served_yet"):
        code = row["office"]
        if code not in offices:
            continue
        subject = f"served:{code}:{to_millis(tx.now)}"
        tx.run(
            "subscriptions.tell_served",
            purpose=NotificationPurpose.SERVED,
            subject=subject,
            details=json.dumps({"office": code}, ensure_ascii=False),
            now=to_millis(tx.now),
            office=code,
        )
        tx.run("subscriptions.remove_served", office=code, subject=subject)


def _is_awaited_and_open(tx: Tx, offices: Mapping[str, Office], code: str) -> bool:
    return code in offices and offices[code].hours.is_open(tx.now)


def _first(tx: Tx, subject: str) -> bool:
    return bool(tx.run("announcements.add", subject=subject, now=to_millis(tx.now)))


def _tell(tx: Tx, wish: Subscription, subject: str, details: Mapping[str, object]) -> None:
    tx.run(
        "subscriptions.add_notices",
        purpose=NotificationPurpose(wish.topic),
        subject=subject,
        details=json.dumps(dict(details), ensure_ascii=False, sort_keys=True),
        now=to_millis(tx.now),
        topic=wish.topic,
        office=wish.office,
        kind=wish.kind,
    )
