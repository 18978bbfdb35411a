"""The admins: who has which role (docs/domain.md, section 13).

The first chiefs come from the settings; chiefs add all other admins. Roles are rows and are checked at
every step, so removing one takes effect at once, whatever screen its holder has open; so does its end.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from core import audit
from core.audit import AuditAction
from core.clock import CHINA, moment_or_none, to_millis
from core.errors.desk import HandledMeanwhile, NoSuchAdmin, RoleHeld
from core.errors.offices import DayInThePast
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.people.roles import (
    EVERYWHERE,
    OF_NO_OFFICE,
    PERMISSIONS,
    Admin,
    Permission,
    Role,
    RoleAssignment,
)
from core.ports import Tx

__all__ = [
    "EVERYWHERE",
    "OF_NO_OFFICE",
    "PERMISSIONS",
    "Admin",
    "Admins",
    "Permission",
    "Role",
    "RoleAssignment",
    "end_of",
    "last_day_of",
]


def end_of(day: date) -> datetime:
    """Return when a role ends whose last day this is."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA)


def last_day_of(until: datetime) -> date:
    """Return the last day of a role with this end."""
    return (until - timedelta(days=1)).astimezone(CHINA).date()


class Admins:
    """Reads and changes role assignments.

    Args:
        chiefs: the chat ids from the settings.
    """

    def __init__(self, chiefs: Iterable[int]) -> None:
        self._chiefs = tuple(chiefs)

    def of(self, tx: Tx, chat_id: int) -> Admin:
        """Return the admin of a chat; without assignments for a stranger."""
        assignments = {
            RoleAssignment(role=Role(row["role"]), office=row["office"], until=moment_or_none(row["until"]))
            for row in tx.all("admins.of_chat", chat_id=chat_id, now=to_millis(tx.now))
        }
        if chat_id in self._chiefs:
            chief = RoleAssignment(role=Role.CHIEF, office=EVERYWHERE)
            assignments = {chief, *(assignments - {chief})}  # without an end that its row may have
        return Admin(chat_id=chat_id, assignments=frozenset(assignments))

    def all(self, tx: Tx) -> list[Admin]:
        """Return all admins, those from the settings first."""
        rows = tx.all("admins.chats", now=to_millis(tx.now))
        chats = dict.fromkeys((*self._chiefs, *(row["chat_id"] for row in rows)))
        return [self.of(tx, chat_id) for chat_id in chats]

    def chiefs(self, tx: Tx) -> list[int]:
        """Return the chats of the chiefs of all offices, those from the settings first."""
        return [admin.chat_id for admin in self.all(tx) if admin.may(Permission.ADMINS)]

    def chief_since(self, tx: Tx, chat_id: int, office: str) -> datetime | None:
        """Return since when a chat has been a chief of an office; None for one that the settings name."""
        if self.is_from_settings(chat_id):
            return None
        row = tx.one("admins.chief_since", chat_id=chat_id, office=office, now=to_millis(tx.now))
        return moment_or_none(row["since"]) if row else None

    def is_from_settings(self, chat_id: int) -> bool:
        """Return whether the settings name this chat, so that no command can remove its role."""
        return chat_id in self._chiefs

    def has_written(self, tx: Tx, chat_id: int) -> bool:
        """Return whether a chat has ever written to the bot; before, the bot cannot write to it."""
        return tx.one("admins.has_written", chat_id=chat_id) is not None

    def has_ended(self, tx: Tx, chat_id: int, assignment: RoleAssignment) -> bool:
        """Return whether a role has ended by itself at its ``until``."""
        if assignment.until is None:
            return False
        times = {"until": to_millis(assignment.until), "now": to_millis(tx.now)}
        return tx.one("admins.ended", **_key(chat_id, assignment), **times) is not None

    def validate_assignment(self, tx: Tx, chat_id: int, assignment: RoleAssignment) -> None:
        """Check, before asking for confirmation, that a chat does not already have a role.

        Raises:
            RoleHeld: it has the role.
            DayInThePast: the role would have ended already.
        """
        if assignment.until is not None and assignment.until <= tx.now:
            raise DayInThePast(last_day_of(assignment.until))
        if assignment in self.of(tx, chat_id).assignments:
            raise RoleHeld

    def add(self, tx: Tx, chat_id: int, assignment: RoleAssignment, actor: str) -> None:
        """Grant a role; the recipient is notified and gets its commands.

        Raises:
            HandledMeanwhile: another admin has already granted it.
            DayInThePast: it would have ended already.
        """
        until = assignment.until
        if until is not None and until <= tx.now:
            raise DayInThePast(last_day_of(until))
        new = tx.run(
            "admins.add",
            **_key(chat_id, assignment),
            actor=actor,
            now=to_millis(tx.now),
            until=None if until is None else to_millis(until),
        )
        if not new:
            raise audit.handled(tx, audit.admin_subject(chat_id), AuditAction.ADDED_ADMIN)
        self._record(tx, chat_id, assignment, actor, AuditAction.ADDED_ADMIN)
        if until is not None:
            _announce_end(tx, chat_id, assignment, until)

    def remove(self, tx: Tx, chat_id: int, assignment: RoleAssignment, actor: str) -> None:
        """Remove a role; its holder is notified and loses its commands.

        Raises:
            NoSuchAdmin: the role comes from the settings only.
            HandledMeanwhile: another admin has already removed it.
        """
        if not tx.run("admins.remove", **_key(chat_id, assignment), now=to_millis(tx.now)):
            raise NoSuchAdmin if self.is_from_settings(chat_id) else self._removed(tx, chat_id)
        self._record(tx, chat_id, assignment, actor, AuditAction.REMOVED_ADMIN)

    def _removed(self, tx: Tx, chat_id: int) -> HandledMeanwhile:
        return audit.handled(tx, audit.admin_subject(chat_id), AuditAction.REMOVED_ADMIN)

    def _record(
        self, tx: Tx, chat_id: int, assignment: RoleAssignment, actor: str, action: AuditAction
    ) -> None:
        subject = audit.admin_subject(chat_id)
        until = {} if assignment.until is None else {"until": to_millis(assignment.until)}
        audit.record(
            tx, actor, action, subject, office=assignment.office or None, role=assignment.role, **until
        )
        plan(
            tx,
            Plan(
                chat_id=chat_id,
                purpose=f"{NotificationPurpose.ROLE}:{to_millis(tx.now)}:{action}:{assignment.role}:{assignment.office}",
                subject=subject,
                due_at=tx.now,
                details={
                    "role": assignment.role,
                    "office": assignment.office,
                    "given": action == AuditAction.ADDED_ADMIN,
                    **until,
                },
            ),
        )


ENDING, ENDED = "ending", "ended"
"""The phases of a role's end that its holder is told of."""
_TOLD_AT = time(9)
"""When they are told: on the role's last day, and on the day after it."""


def _announce_end(tx: Tx, chat_id: int, assignment: RoleAssignment, until: datetime) -> None:
    """Plan the messages about the end of a role; each is dropped if the role has been removed by then."""
    ended_at = datetime.combine(until.astimezone(CHINA).date(), _TOLD_AT, CHINA)
    for phase, at in ((ENDING, ended_at - timedelta(days=1)), (ENDED, ended_at)):
        wanted = Plan(
            chat_id=chat_id,
            purpose=f"{NotificationPurpose.ROLE}:{to_millis(until)}:{phase}:{assignment.role}:{assignment.office}",
            subject=audit.admin_subject(chat_id),
            due_at=at,
            details={
                "role": assignment.role,
                "office": assignment.office,
                "until": to_millis(until),
                "phase": phase,
            },
            pointless_after=until if phase == ENDING else None,
        )
        if at > tx.now:
            plan(tx, wanted, renew=True)


def _key(chat_id: int, assignment: RoleAssignment) -> dict[str, object]:
    return {"chat_id": chat_id, "role": assignment.role, "office": assignment.office}
