"""Notifications: what is told without being asked (docs/domain.md, section 6).

A notification is a row with a due time, written in the transaction that causes it and cancelled in the one
that ends the cause.

    waiting ──leased───▶ sending ──▶ sent
       ▲  │                 │ ├────▶ failed     it cannot be sent; shown to the admins
       │  └──▶ cancelled    │ └────▶ late       what it is about was over before it was sent
       └──── failed once, or its worker died ┘

A worker that dies between sending and recording leaves a notification of which nobody can know whether it
arrived. It is sent again: a reminder that is missed costs its owner two years, one that comes twice
costs a glance.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from core.clock import CHINA, from_millis, moment_or_none, to_millis
from core.ports import Row, Tx
from core.values.offices import Office
from core.values.workdays import WorkingCalendar

QUIET_AFTER_SELECTION = timedelta(hours=12)
"""So long after the selection no reminder comes: the receipt has just said it all."""
REMIND_AT = time(9)
LAST_MORNING_AT = time(8)
LEASE = timedelta(minutes=10)
"""How long a worker that gives no sign of life keeps a notification: longer than a call that is told to wait
may take, or a second worker would send what the first is only waiting to send."""
MAX_TRIES = 40
"""How often something is tried that never becomes pointless: some eight days."""
KEEP = timedelta(days=400)
CHAT_GONE = "ChatGone"
"""The error of a notification to a chat that no longer exists, which the Bot API reports as a bad request."""
BLOCKED = ("Forbidden", CHAT_GONE)
"""The errors of notifications to a chat that is shut to us, or gone."""
UNCERTAIN = "Uncertain"
"""The error of a notification that is sent once at most, and of which nobody knows whether it arrived."""


class NotificationPurpose(StrEnum):
    """What a notification is for."""

    REMINDER = "reminder"  # with the working days left and its own day behind it: reminder:3:2026-03-12
    EXPIRED = "expired"
    MOVED = "moved"  # the deadline has moved; with its new date behind it
    BANNED = "banned"  # with its moment behind it: a change of the ban is told too
    LIFTED = "lifted"  # the same
    RELEASE = "release"
    COMPOSE = "compose"
    OPENING = "opening"
    VOIDED = "voided"  # an admin has ended a reservation: the data were wrong
    REVOKED = "revoked"  # the same, without a ban
    IDENTITY = "identity"  # an identity was moved, with its moment behind it
    BROADCAST = "broadcast"  # what an office tells many at one time
    BROADCAST_OVER = "broadcast_over"  # to the admin who began it
    APPEAL = "appeal"  # an appeal was decided
    SUPERSEDED = "superseded"  # an appeal of somebody else has set aside what one had of a vehicle
    ROLE = "role"  # a role at the desk was given or taken, with its moment behind it
    SUMMARY = "summary"  # what waits at the desk, once a working day


class NoticeState(StrEnum):
    """Where a notification stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    LATE = "late"
    CANCELLED = "cancelled"


ONCE = frozenset({NotificationPurpose.BROADCAST})
"""What is rather missed than told twice: its sending is noted before it begins, and is not begun again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A notification to be sent. ``details`` hold no personal data."""

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
    def is_once(self) -> bool:
        """Whether it is sent once at most."""
        return self.topic in ONCE


def plan(tx: Tx, wanted: Plan, *, renew: bool = False) -> None:
    """Write a notification down, once for its subject, purpose and chat.

    Args:
        tx: the transaction that causes it.
        wanted: the notice.
        renew: take the place of one that waits or was cancelled; never of one that was sent.
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
    """The cause has ended: nothing more is told of it."""
    tx.run("notices.cancel", subject=subject, now=to_millis(tx.now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """What reminders are about."""

    chat_id: int
    account_id: int
    subject: str  # "preselection:7"
    reserved_at: datetime
    deadline: datetime


def last_day_of(deadline: datetime) -> date:
    """Return the last day of a deadline; a counter that closes at midnight closes on the day before."""
    return (deadline - timedelta.resolution).astimezone(CHINA).date()


def reminder_times(
    deadline: Deadline, office: Office, calendar: WorkingCalendar, count: int | None
) -> list[tuple[int, datetime]]:
    """Return when to remind: the working days left, and the moment.

    Args:
        deadline: of what.
        office: whose reminders.
        calendar: the office's working days.
        count: how many the owner wants before the last one, None for all of the office's. The last
            one, on the last morning, cannot be muted.
    """
    last_day = last_day_of(deadline.deadline)
    before = sorted(days for days in office.reminder_workdays if days > 0)
    chosen = [*(before if count is None else before[:count]), 0]
    moments = []
    for days in sorted(chosen, reverse=True):
        day = calendar.add_workdays(last_day, -days)
        at = datetime.combine(day, REMIND_AT if days else LAST_MORNING_AT, CHINA)
        if at - deadline.reserved_at >= QUIET_AFTER_SELECTION and at < deadline.deadline:
            moments.append((days, at))
    return moments


def plan_reminders(tx: Tx, deadline: Deadline, office: Office, calendar: WorkingCalendar) -> None:
    """Plan the reminders of a reservation anew: after the selection, and when anything about them changes."""
    tx.run("notices.cancel_reminders", subject=deadline.subject, now=to_millis(tx.now))
    count = reminders_wanted(tx, deadline.account_id)
    for days, at in reminder_times(deadline, office, calendar, count):
        if at > tx.now:
            plan(
                tx,
                Plan(
                    chat_id=deadline.chat_id,
                    # With its day: when a deadline moves on its last morning, the new one is reminded of.
                    purpose=f"{NotificationPurpose.REMINDER}:{days}:{at.date().isoformat()}",
                    subject=deadline.subject,
                    due_at=at,
                    details={"days": days},
                    pointless_after=deadline.deadline,
                ),
                renew=True,
            )


def reminders_wanted(tx: Tx, account_id: int) -> int | None:
    """Return how many reminders an owner wants before the last one, None for the office's."""
    row = tx.one("notices.wish_of", account_id=account_id)
    return row["count"] if row else None


def wish_reminders(tx: Tx, account_id: int, count: int) -> None:
    """Note how many reminders an owner wants before the last one."""
    tx.run("notices.wish", account_id=account_id, count=count)


# --- what the sender does -------------------------------------------------------------------


def lease(tx: Tx, worker: str, limit: int) -> list[Notification]:
    """Take some notifications that are due into one worker's hands, in the order in which they are due."""
    tx.run("notices.reclaim", now=to_millis(tx.now))
    rows = tx.all(
        "notices.claim",
        worker=worker,
        claimed_until=to_millis(tx.now + LEASE),
        now=to_millis(tx.now),
        most=limit,
    )
    return sorted(
        (_notification(row) for row in rows),
        key=lambda notification: (notification.due_at, notification.notification_id),
    )


def take_over(tx: Tx, worker: str) -> int:
    """Take what other workers had in their hands when they died; for whoever is alone on the database.

    Returns:
        How many notifications wait again.
    """
    return tx.run("notices.take_over", worker=worker, now=to_millis(tx.now))


def mark_begun(tx: Tx, notification: Notification, worker: str) -> bool:
    """Note that the sending begins of what is sent once at most; False when it is in other hands by now."""
    return record_part_sent(tx, notification, worker, 1)


def record_part_sent(tx: Tx, notification: Notification, worker: str, parts: int) -> bool:
    """Note how many messages of a notification are out; False when it is in other hands by now."""
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
    """Note that all of a notification is out."""
    tx.run("notices.sent", notice_id=notification.notification_id, worker=worker, now=to_millis(tx.now))


def mark_over(tx: Tx, notification: Notification, worker: str, *, late: bool) -> None:
    """Note that a notification is not sent, for what it is about is over."""
    tx.run(
        "notices.drop",
        notice_id=notification.notification_id,
        worker=worker,
        state=NoticeState.LATE if late else NoticeState.CANCELLED,
        now=to_millis(tx.now),
    )


def record_failure(tx: Tx, notification: Notification, worker: str, error: str, after: timedelta) -> None:
    """Note a failed try: once more after a while, or, when that would be pointless, never.

    Args:
        tx: the transaction.
        notification: which.
        worker: in whose hands it is.
        error: the name of what went wrong.
        after: how long the messenger asked to wait, or nothing.
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
    """Note that a notification cannot be sent at all."""
    tx.run(
        "notices.give_up",
        notice_id=notification.notification_id,
        worker=worker,
        error=error,
        now=to_millis(tx.now),
    )


def mark_unreachable(tx: Tx, chat_id: int, reason: str) -> None:
    """Note that a chat has shut the bot out, or is gone."""
    tx.run("notices.unreachable", chat_id=chat_id, reason=reason, now=to_millis(tx.now))


def mark_reachable(tx: Tx, chat_id: int) -> None:
    """Note that a chat can be reached again."""
    tx.run("notices.reachable", chat_id=chat_id)


def retry_delay(tries: int) -> timedelta:
    """Return how long after so many tries the next one comes: 30 s, doubled, at most six hours."""
    return min(timedelta(seconds=30) * (1 << min(max(0, tries - 1), 10)), timedelta(hours=6))


def purge(tx: Tx) -> int:
    """Forget notifications that ended long ago."""
    return tx.run("notices.purge", before=to_millis(tx.now - KEEP))


def failures(tx: Tx) -> tuple[int, int]:
    """Return how many notifications failed lately (at most 50), and how many chats cannot be reached."""
    row = tx.one("notices.count_unreachable")
    return len(tx.all("notices.failed")), row["chats"] if row else 0


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
    """Whether a later reminder of the same thing is due or out; only the latest has a point."""
    return notification.topic == NotificationPurpose.REMINDER and bool(
        tx.one(
            "notices.is_overtaken",
            subject=notification.subject,
            due_at=to_millis(notification.due_at),
            now=to_millis(tx.now),
        )
    )


def next_of(tx: Tx, subject: str) -> datetime | None:
    row = tx.one("notices.next_of_subject", subject=subject)
    return from_millis(row["due_at"]) if row else None
