"""The daily summary of the desk's tasks.

Once per working day, every admin with pending tasks gets one, unless turned off.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.availability import closed_days
from core.clock import CHINA, to_millis
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.people.admins import Admin, Admins, Permission
from core.ports import Tx
from core.reporting.tasks import DeskServices
from core.reporting.work_queue import WorkQueue, is_pressing, read_work_queue


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSummaries:
    """Who needs a summary of a day."""

    day: date  # in China, when the tasks were looked at
    chats: tuple[int, ...]


def wants_summary(tx: Tx, chat_id: int) -> bool:
    """Whether a chat receives the daily summary; on by default."""
    return tx.one("work_queue.summary_is_off", chat_id=chat_id) is None


def set_summary(tx: Tx, chat_id: int, *, on: bool) -> None:
    """Turn the daily summary of a chat on or off."""
    if on:
        tx.run("work_queue.turn_summary_on", chat_id=chat_id)
    else:
        tx.run("work_queue.turn_summary_off", chat_id=chat_id, now=to_millis(tx.now))


class Summaries:
    """Plans the daily summaries.

    Args:
        services: the configuration of the work queue.
        admins: the recipients.
        send_from: the local time from which summaries are sent.
    """

    def __init__(self, services: DeskServices, admins: Admins, send_from: time) -> None:
        self._services = services
        self._admins = admins
        self._send_from = send_from

    def due(self, tx: Tx) -> DueSummaries | None:
        """Return who needs a summary today; None if it is too early or already done.

        Called on a read-only snapshot at every tick; does its work once per day.
        """
        now = tx.now.astimezone(CHINA)
        if now.time() < self._send_from or tx.one("announcements.exists", subject=_announcement(now.date())):
            return None
        off = {row["chat_id"] for row in tx.all("work_queue.summaries_off")}
        wanting = (admin for admin in self._admins.all(tx) if admin.chat_id not in off)
        chats = tuple(admin.chat_id for admin in wanting if self._concerns(tx, admin, now.date()))
        return DueSummaries(day=now.date(), chats=chats)

    def plan(self, tx: Tx, due: DueSummaries) -> None:
        """Plan the summaries of a day, even if the next one has begun; idempotent across workers.

        They expire at the day's midnight.
        """
        subject = _announcement(due.day)
        if not tx.run("announcements.add", subject=subject, now=to_millis(tx.now)):
            return
        midnight = datetime.combine(due.day + timedelta(days=1), time(), CHINA)
        for chat_id in due.chats:
            plan(
                tx,
                Plan(
                    chat_id=chat_id,
                    purpose=NotificationPurpose.SUMMARY,
                    subject=subject,
                    due_at=tx.now,
                    pointless_after=midnight,
                ),
            )

    def of_chat(self, tx: Tx, chat_id: int) -> WorkQueue | None:
        """Return the contents of a chat's summary; None if no task needs action by now."""
        admin = self._admins.of(tx, chat_id)
        if Permission.DESK not in admin.permissions:
            return None
        queue = read_work_queue(tx, self._services, admin)
        return queue if queue.is_pressing else None

    def _concerns(self, tx: Tx, admin: Admin, today: date) -> bool:
        return (
            Permission.DESK in admin.permissions
            and any(
                closed_days.calendar_of(tx, self._services.offices[code], self._services.calendar).is_workday(
                    today
                )
                for code in admin.offices(Permission.DESK, self._services.offices)
            )
            and is_pressing(tx, self._services, admin)
        )


def _announcement(day: date) -> str:
    return f"desk:{day.isoformat()}"
