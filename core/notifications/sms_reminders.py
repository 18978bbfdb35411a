"""Reminders by SMS, for owners whom the chat does not reach (docs/domain.md, section 6).

A reminder by SMS is a notification of its own, with the purpose of the one that it stands for as a suffix. It
is retried like all others, and counts as delivered when the gateway has accepted it. If the program dies
between the gateway and the record, it is sent again.
"""

from dataclasses import replace

from core.notifications.queue import Notification, NotificationPurpose, Plan, plan
from core.notifications.reminders import Deadline, last_morning_of
from core.ports import Tx
from core.values.offices import Office
from core.values.workdays import WorkingCalendar

NO_PHONE = "NoPhone"
"""The error of a reminder to an owner without a phone number."""
TRIES_IN_CHAT = 5
"""After how many failed tries in the chat an SMS is sent as well: about eight minutes."""

_STOOD_FOR = frozenset(
    {
        NotificationPurpose.REMINDER,
        NotificationPurpose.MOVED,
        NotificationPurpose.EXTENDED,
        NotificationPurpose.DESK_MESSAGE,
    }
)


def plan_last(tx: Tx, deadline: Deadline, office: Office, calendar: WorkingCalendar) -> None:
    """Plan the last reminder by SMS as well (the setting ``sms.reminders = "last"``)."""
    last = last_morning_of(deadline, office, calendar)
    if last is not None and last.due_at > tx.now:
        plan(tx, _by_sms(last), renew=True)


def plan_instead(tx: Tx, failed: Notification) -> None:
    """Plan an SMS now for a reminder that the chat has not taken; idempotent. Other topics have none."""
    if failed.topic not in _STOOD_FOR:
        return
    stands_for = Plan(
        chat_id=failed.chat_id,
        purpose=failed.purpose,
        subject=failed.subject,
        due_at=tx.now,
        details=failed.details,
        pointless_after=failed.pointless_after,
    )
    plan(tx, _by_sms(stands_for))


def is_about_move(by_sms: Notification) -> bool:
    """Return whether an SMS stands for a message about a moved deadline."""
    stood_for = by_sms.purpose.split(":")[1:2]
    return stood_for in ([NotificationPurpose.MOVED], [NotificationPurpose.EXTENDED])


def is_about_message(by_sms: Notification) -> bool:
    """Return whether an SMS tells of a message of the desk."""
    return by_sms.purpose.split(":")[1:2] == [NotificationPurpose.DESK_MESSAGE]


def _by_sms(wanted: Plan) -> Plan:
    return replace(wanted, purpose=f"{NotificationPurpose.SMS_REMINDER}:{wanted.purpose}")
