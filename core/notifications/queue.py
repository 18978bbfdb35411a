"""The queue of notifications: reminders and other unsolicited messages (docs/domain.md, section 6).

A notification is a row with a due time. The transaction that causes it writes it; the one that removes
the cause cancels it.

    waiting ──leased───▶ sending ──▶ sent
       ▲  │                 │ ├────▶ failed     it cannot be sent; shown to the admins
       │  └──▶ cancelled    │ └────▶ late       what it is about was over before it was sent
       └──── failed once, or its worker died ┘

If a worker dies between sending and recording, it is unknown whether the notification arrived. It is
resent (at-least-once delivery): missing a reminder can cost an owner a ban of two years, a duplicate
costs nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.clock import from_millis, moment_or_none, to_millis
from core.ports import Row, Tx

LEASE = timedelta(minutes=10)
"""Lease of a worker on a notification. Must exceed the longest wait for the rate limit, or a second worker
would send what the first is still waiting to send."""
MAX_TRIES = 40
"""Maximum attempts for a notification without an expiry, about eight days."""
KEEP = timedelta(days=400)
MESSAGE_WAITS = timedelta(days=30)
"""How long a message of the desk waits for an owner who has blocked the bot."""
CHAT_GONE = "ChatGone"
"""The error of a notification to a nonexistent chat, which the Bot API reports as a bad request."""
BLOCKED = ("Forbidden", CHAT_GONE)
"""The errors of notifications to a chat that has blocked the bot or no longer exists."""
UNCERTAIN = "Uncertain"
"""The error of an at-most-once notification of which it is unknown whether it arrived."""


class NotificationPurpose(StrEnum):
    """What a notification is for."""

    REMINDER = "reminder"  # suffixed with the working days left and its date: reminder:3:2026-03-12
    EXPIRED = "expired"
    MOVED = "moved"  # the deadline has moved; suffixed with the new time
    EXTENDED = "extended"  # the deadline has moved because no reminder had arrived; suffixed likewise
    SMS_REMINDER = "sms_reminder"  # a reminder by SMS; suffixed with the purpose that it stands for
    BANNED = "banned"  # suffixed with its time, so that changes of the ban are sent too
    LIFTED = "lifted"  # suffixed likewise
    RELEASE = "release"
    COMPOSE = "compose"
    OPENING = "opening"
    WISHED = "wished"  # numbers that the recipient wished for can be selected
    VOIDED = "voided"  # an admin ended a reservation because the data were wrong; suffixed with its time
    REVOKED = "revoked"  # an admin ended a reservation, without a ban; suffixed likewise
    REGISTERED = "registered"  # an admin has recorded the number as being on its vehicle; suffixed likewise
    REINSTATED = "reinstated"  # a chief has taken one of these back; suffixed likewise
    RESCHEDULED = "rescheduled"  # a scheduled release was cancelled or has another date; suffixed likewise
    IDENTITY = "identity"  # an identity was moved to another account; suffixed with its time
    USER_TYPE = "user_type"  # an admin has changed the type of an account; suffixed likewise
    GRANTED = "granted"  # an admin has granted a vehicle chances; suffixed likewise
    PHONE = "phone"  # another account has proved the telephone to be its own; suffixed with its time
    SERVED = "served"  # an office that the recipient has waited for is served now
    BROADCAST = "broadcast"  # a broadcast of an office
    BROADCAST_OVER = "broadcast_over"  # to the admin who began the broadcast
    DESK_MESSAGE = "desk_message"  # the desk writes to one owner; suffixed with its time
    APPEALS_WAIT = "appeals_wait"  # to the reviewers of an office; suffixed with the quarter of an hour
    APPEAL = "appeal"  # an appeal was decided, or its approval taken back; suffixed with its time
    SUSPENDED = "suspended"  # the invoice was asked for, and the selection is suspended meanwhile
    RESUMED = "resumed"  # that suspension has ended
    SUPERSEDED = "superseded"  # another owner's appeal has set aside a claim to a vehicle; suffixed likewise
    UNWITHHOLD = "unwithhold"  # to the other chiefs; with a time for one who can confirm only later
    CHIEF_REQUEST = "chief_request"  # to the other chiefs; with a time for one who can agree only later
    CHIEF_REQUEST_DECIDED = "chief_request_decided"  # to who has asked another chief
    UNWITHHOLD_DECIDED = "unwithhold_decided"  # to the chief who has asked to end a withholding
    ROLE = "role"  # an admin role was granted or removed, or ends by itself; suffixed with its time
    INVITATION_USED = "invitation_used"  # to who made a one-time link; suffixed with its time
    SUMMARY = "summary"  # the pending tasks at the desk, once per working day
    SMS_USAGE = "sms_usage"  # to the chiefs: a share of the day's codes is used; suffixed with it
    SMS_FAILING = "sms_failing"  # to the chiefs: the SMS gateway fails; suffixed with its time
    CHECKED = "checked"  # yesterday's draws were recomputed from the public journal
    JOURNAL_WRONG = "journal_wrong"  # to the chiefs: draws could not be recomputed; suffixed with its time


class NotificationState(StrEnum):
    """The state of a notification."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    LATE = "late"
    CANCELLED = "cancelled"


ONCE = frozenset({NotificationPurpose.BROADCAST})
"""Purposes with at-most-once delivery: the attempt is recorded before sending and never repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A notification to be sent. ``details`` contain no personal data."""

    chat_id: int
    purpose: str
    subject: str
    due_at: datetime
    details: Mapping[str, object] = field(default_factory=dict)
    pointless_after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A notification that a worker has leased."""

    notification_id: int
    chat_id: int
    purpose: str
    subject: str
    details: Mapping[str, object]
    due_at: datetime
    pointless_after: datetime | None
    parts_sent: int
    tries: int

    @property
    def topic(self) -> NotificationPurpose:
        return NotificationPurpose(self.purpose.partition(":")[0])

    @property
    def subject_id(self) -> int:
        """The number of its subject: 7 for ``preselection:7``."""
        return int(self.subject.partition(":")[2])

    @property
    def is_once(self) -> bool:
        """Whether it has at-most-once delivery."""
        return self.topic in ONCE


def plan(tx: Tx, wanted: Plan, *, renew: bool = False) -> None:
    """Enqueue a notification; idempotent by subject, purpose and chat.

    Args:
        tx: the transaction that causes it.
        wanted: the notification.
        renew: replace a waiting or cancelled one; one that was sent is never replaced.
    """
    tx.run(
        "notices.add_again" if renew else "notices.add",
        chat_id=wanted.chat_id,
        purpose=wanted.purpose,
        subject=wanted.subject,
        details=json.dumps(dict(wanted.details), ensure_ascii=False, sort_keys=True),
        due_at=to_millis(wanted.due_at),
        pointless_after=None if wanted.pointless_after is None else to_millis(wanted.pointless_after),
        now=to_millis(tx.now),
    )


def cancel(tx: Tx, subject: str) -> None:
    """Cancel the waiting notifications about a subject."""
    tx.run("notices.cancel", subject=subject, now=to_millis(tx.now))


def lease(tx: Tx, worker: str, limit: int, *, by_sms: bool = False) -> list[Notification]:
    """Lease due notifications for one worker; return them in the order of their due times.

    Args:
        tx: the transaction.
        worker: the worker's name.
        limit: the maximum number.
        by_sms: those to send by SMS, instead of those to send to a chat.
    """
    tx.run("notices.reclaim", now=to_millis(tx.now))
    rows = tx.all(
        "notices.claim",
        worker=worker,
        claimed_until=to_millis(tx.now + LEASE),
        now=to_millis(tx.now),
        most=limit,
        by_sms=int(by_sms),
    )
    return sorted(
        (_notification(row) for row in rows),
        key=lambda notification: (notification.due_at, notification.notification_id),
    )


def take_over(tx: Tx, worker: str) -> int:
    """Release the leases of other workers; only for a worker that is alone on the database.

    Returns:
        The number of notifications that wait again.
    """
    return tx.run("notices.take_over", worker=worker, now=to_millis(tx.now))


def mark_begun(tx: Tx, notification: Notification, worker: str) -> bool:
    """Record the start of an at-most-once delivery; False if the worker has lost the lease."""
    return record_part_sent(tx, notification, worker, 1)


def record_part_sent(tx: Tx, notification: Notification, worker: str, parts: int) -> bool:
    """Record how many messages of a notification were sent; False if the worker has lost the lease."""
    until = to_millis(tx.now + LEASE)
    return bool(
        tx.run(
            "notices.part_sent",
            notice_id=notification.notification_id,
            worker=worker,
            parts=parts,
            claimed_until=until,
        )
    )


def mark_sent(tx: Tx, notification: Notification, worker: str) -> None:
    """Mark a notification as sent."""
    tx.run("notices.sent", notice_id=notification.notification_id, worker=worker, now=to_millis(tx.now))


def mark_over(tx: Tx, notification: Notification, worker: str, *, late: bool) -> None:
    """Mark a notification as late or cancelled, because its cause no longer exists."""
    tx.run(
        "notices.drop",
        notice_id=notification.notification_id,
        worker=worker,
        state=NotificationState.LATE if late else NotificationState.CANCELLED,
        now=to_millis(tx.now),
    )


def record_failure(tx: Tx, notification: Notification, worker: str, error: str, after: timedelta) -> None:
    """Record a failed attempt; schedule a retry, unless it would come too late.

    Args:
        tx: the transaction.
        notification: which.
        worker: the holder of the lease.
        error: the name of the error.
        after: the delay requested by the messenger, or zero.
    """
    try_at = tx.now + max(after, retry_delay(notification.tries))
    until = notification.pointless_after
    if notification.tries >= MAX_TRIES if until is None else try_at >= until:
        mark_failed(tx, notification, worker, error)
        return
    tx.run(
        "notices.again",
        notice_id=notification.notification_id,
        worker=worker,
        try_at=to_millis(try_at),
        error=error,
        afresh=int(notification.is_once),
    )


def mark_failed(tx: Tx, notification: Notification, worker: str, error: str) -> None:
    """Mark a notification as permanently failed."""
    tx.run(
        "notices.give_up",
        notice_id=notification.notification_id,
        worker=worker,
        error=error,
        now=to_millis(tx.now),
    )


def mark_unreachable(tx: Tx, chat_id: int, reason: str) -> None:
    """Record that a chat has blocked the bot or no longer exists."""
    tx.run("notices.unreachable", chat_id=chat_id, reason=reason, now=to_millis(tx.now))


def mark_blocked(tx: Tx, chat_id: int) -> None:
    """Record that an owner has blocked the bot, before any message to them fails.

    Nothing is stored about a chat without an account: no message is due to it.
    """
    tx.run("notices.blocked", chat_id=chat_id, reason=BLOCKED[0], now=to_millis(tx.now))


def is_unreachable(tx: Tx, chat_id: int) -> bool:
    """Return whether a chat is known to have blocked the bot, or not to exist any longer."""
    return tx.one("notices.is_unreachable", chat_id=chat_id) is not None


def mark_reachable(tx: Tx, chat_id: int) -> None:
    """Record that a chat can be reached; tell it the moves, roles and desk's messages that it has missed."""
    if tx.run("notices.reachable", chat_id=chat_id):
        now, since = to_millis(tx.now), to_millis(tx.now - MESSAGE_WAITS)
        tx.run("notices.tell_moves_again", chat_id=chat_id, now=now)
        tx.run("notices.tell_roles_again", chat_id=chat_id, now=now)
        tx.run("notices.tell_messages_again", chat_id=chat_id, since=since, now=now)


def retry_delay(tries: int) -> timedelta:
    """Return the delay before the next attempt: 30 s, doubled with each attempt, at most six hours."""
    return min(timedelta(seconds=30) * (1 << min(max(0, tries - 1), 10)), timedelta(hours=6))


def purge(tx: Tx) -> int:
    """Delete notifications that ended longer than ``KEEP`` ago; return how many."""
    return tx.run("notices.purge", before=to_millis(tx.now - KEEP))


def _notification(row: Row) -> Notification:
    return Notification(
        notification_id=row["notice_id"],
        chat_id=row["chat_id"],
        purpose=row["purpose"],
        subject=row["subject"],
        details=json.loads(row["details"]),
        due_at=from_millis(row["due_at"]),
        pointless_after=moment_or_none(row["pointless_after"]),
        parts_sent=row["parts_sent"],
        tries=row["tries"],
    )


def is_overtaken(tx: Tx, notification: Notification) -> bool:
    """Return whether a later reminder of the same subject is due or sent; only the latest is useful."""
    return notification.topic == NotificationPurpose.REMINDER and bool(
        tx.one(
            "notices.is_overtaken",
            subject=notification.subject,
            due_at=to_millis(notification.due_at),
            now=to_millis(tx.now),
        )
    )


def next_of(tx: Tx, subject: str) -> datetime | None:
    """Return when the next notification about a subject is due; those that are overdue do not count."""
    row = tx.one("notices.next_of_subject", subject=subject, now=to_millis(tx.now))
    return from_millis(row["due_at"]) if row else None
