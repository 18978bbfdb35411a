"""Reviewers are told that an appeal waits: at once, and then at most every quarter of an hour.

What is told is counted when it is sent, so one message covers all that has come until then.
"""

from datetime import datetime, timedelta

from core import audit
from core.clock import from_millis, to_millis
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.people.admins import Admins, Permission, Role
from core.ports import Tx

EVERY = timedelta(minutes=15)
_SLOT = EVERY // timedelta(milliseconds=1)


def tell_reviewers(tx: Tx, admins: Admins, office: str) -> None:
    """Plan a message to the reviewers of an office; where nobody reviews, to its chiefs."""
    for chat_id in _recipients(tx, admins, office):
        due = _next(tx, chat_id)
        # Two appeals at the same moment plan one message: the quarter of an hour is part of its key.
        purpose = f"{NotificationPurpose.APPEALS_WAIT}:{to_millis(due) // _SLOT}"
        plan(tx, Plan(chat_id=chat_id, purpose=purpose, subject=audit.admin_subject(chat_id), due_at=due))


def _recipients(tx: Tx, admins: Admins, office: str) -> list[int]:
    able = [admin for admin in admins.all(tx) if admin.may(Permission.APPEALS, office)]
    reviewers = [
        admin.chat_id
        for admin in able
        if any(one.role == Role.REVIEWER and one.office in {"", office} for one in admin.assignments)
    ]
    return reviewers or [admin.chat_id for admin in able]


def _next(tx: Tx, chat_id: int) -> datetime:
    """Return when a chat may be told next; a message that still waits counts as the last one."""
    row = tx.one("notices.last_due", chat_id=chat_id, like=f"{NotificationPurpose.APPEALS_WAIT}:%")
    last = from_millis(row["due_at"]) if row and row["due_at"] is not None else None
    if last is None:
        return tx.now
    return last if last > tx.now else max(tx.now, last + EVERY)
