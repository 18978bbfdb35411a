"""Roles and permissions of admins, for one office or all (docs/domain.md, section 13).

The first chiefs come from the settings; chiefs add all other admins. Roles are rows and are checked at
every step, so removing one takes effect at once, whatever screen its holder has open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.clock import moment_or_none, to_millis
from core.errors.desk import HandledMeanwhile, NoSuchAdmin, NotPermitted, NotYourOffice, RoleHeld
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.ports import Tx

EVERYWHERE = ""
"""Replaces an office's code; means all offices."""


class Role(StrEnum):
    """A role at the desk."""

    CHIEF = "chief"
    CLERK = "clerk"  # the counter
    REVIEWER = "reviewer"  # appeals


class Permission(StrEnum):
    """A permission at the desk: usually for one command, or for several related ones."""

    DESK = "desk"
    FIND = "find"
    SEGMENTS = "segments"
    RELEASE = "release"
    WITHHOLD = "withhold"
    CONFIRM = "confirm"
    VOID = "void"
    REVOKE = "revoke"
    APPEALS = "appeals"
    BAN = "ban"
    BLACKLIST = "blacklist"
    IDENTITY = "identity"
    GRANT = "grant"
    USERTYPE = "usertype"
    CLOSED = "closed"
    UNDO = "undo"
    EXTEND = "extend"
    HOLIDAYS = "holidays"
    VEHICLES = "vehicles"
    STATS = "stats"
    AUDIT = "audit"
    BROADCAST = "broadcast"
    MAINTENANCE = "maintenance"
    CLOCK = "clock"
    ADMINS = "admins"


_CLERK = frozenset(
    {
        Permission.DESK,
        Permission.FIND,
        Permission.SEGMENTS,
        Permission.CONFIRM,
        Permission.VOID,
        Permission.EXTEND,
        Permission.BLACKLIST,
        Permission.IDENTITY,
        Permission.USERTYPE,
        Permission.STATS,
    }
)
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CHIEF: frozenset(Permission),
    Role.CLERK: _CLERK,
    Role.REVIEWER: frozenset({Permission.DESK, Permission.FIND, Permission.APPEALS, Permission.STATS}),
}
OF_NO_OFFICE = frozenset(
    {Permission.VEHICLES, Permission.GRANT, Permission.ADMINS, Permission.CLOCK, Permission.HOLIDAYS}
)
"""Permissions that affect all offices at once, so they require the role for all offices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssignment:
    """One role, at one office or at all."""

    role: Role
    office: str  # a code, or EVERYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """An admin with all role assignments; a stranger has none."""

    chat_id: int
    assignments: frozenset[RoleAssignment]

    @property
    def is_any(self) -> bool:
        """Whether there is any role."""
        return bool(self.assignments)

    @property
    def permissions(self) -> frozenset[Permission]:
        """The permissions held at any office."""
        return frozenset(permission for assignment in self.assignments for permission in self._of(assignment))

    def may(self, permission: Permission, office: str = EVERYWHERE) -> bool:
        """Return whether they have a permission at an office; by default, at all offices."""
        return any(
            permission in self._of(assignment) and assignment.office in {EVERYWHERE, office}
            for assignment in self.assignments
        )

    def require(self, permission: Permission, office: str | None = None) -> None:
        """Require a permission.

        Args:
            permission: the permission.
            office: the office; None if not known yet, EVERYWHERE for all offices.

        Raises:
            NotPermitted: they have it at no office.
            NotYourOffice: they have it, but not there.
        """
        if permission not in self.permissions:
            raise NotPermitted
        if office is not None and not self.may(permission, office):
            raise NotYourOffice

    def offices(self, permission: Permission, served: Iterable[str]) -> list[str]:
        """Return the served offices at which they have a permission."""
        return [code for code in served if self.may(permission, code)]

    def _of(self, assignment: RoleAssignment) -> frozenset[Permission]:
        permissions = PERMISSIONS[assignment.role]
        return permissions if assignment.office == EVERYWHERE else permissions - OF_NO_OFFICE


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
            RoleAssignment(role=Role(row["role"]), office=row["office"])
            for row in tx.all("admins.of_chat", chat_id=chat_id)
        }
        if chat_id in self._chiefs:
            assignments.add(RoleAssignment(role=Role.CHIEF, office=EVERYWHERE))
        return Admin(chat_id=chat_id, assignments=frozenset(assignments))

    def all(self, tx: Tx) -> list[Admin]:
        """Return all admins, those from the settings first."""
        chats = dict.fromkeys((*self._chiefs, *(row["chat_id"] for row in tx.all("admins.chats"))))
        return [self.of(tx, chat_id) for chat_id in chats]

    def chiefs(self, tx: Tx) -> list[int]:
        """Return the chats of the chiefs of all offices, those from the settings first."""
        return [admin.chat_id for admin in self.all(tx) if admin.may(Permission.ADMINS)]

    def chief_since(self, tx: Tx, chat_id: int, office: str) -> datetime | None:
        """Return since when a chat has been a chief of an office; None for one that the settings name."""
        if self.is_from_settings(chat_id):
            return None
        row = tx.one("admins.chief_since", chat_id=chat_id, office=office)
        return moment_or_none(row["since"]) if row else None

    def is_from_settings(self, chat_id: int) -> bool:
        """Return whether the settings name this chat, so that no command can remove its role."""
        return chat_id in self._chiefs

    def validate_assignment(self, tx: Tx, chat_id: int, assignment: RoleAssignment) -> None:
        """Check, before asking for confirmation, that a chat does not already have a role.

        Raises:
            RoleHeld: it has the role.
        """
        if assignment in self.of(tx, chat_id).assignments:
            raise RoleHeld

    def add(self, tx: Tx, chat_id: int, assignment: RoleAssignment, actor: str) -> None:
        """Grant a role; the recipient is notified and gets its commands.

        Raises:
            HandledMeanwhile: another admin has already granted it.
        """
        new = tx.run(
            "admins.add",
            chat_id=chat_id,
            role=assignment.role,
            office=assignment.office,
            actor=actor,
            now=to_millis(tx.now),
        )
        if not new:
            raise audit.handled(tx, audit.admin_subject(chat_id), AuditAction.ADDED_ADMIN)
        self._record(tx, chat_id, assignment, actor, AuditAction.ADDED_ADMIN)

    def remove(self, tx: Tx, chat_id: int, assignment: RoleAssignment, actor: str) -> None:
        """Remove a role; its holder is notified and loses its commands.

        Raises:
            NoSuchAdmin: the role comes from the settings only.
            HandledMeanwhile: another admin has already removed it.
        """
        if not tx.run("admins.remove", chat_id=chat_id, role=assignment.role, office=assignment.office):
            raise NoSuchAdmin if self.is_from_settings(chat_id) else self._removed(tx, chat_id)
        self._record(tx, chat_id, assignment, actor, AuditAction.REMOVED_ADMIN)

    def _removed(self, tx: Tx, chat_id: int) -> HandledMeanwhile:
        return audit.handled(tx, audit.admin_subject(chat_id), AuditAction.REMOVED_ADMIN)

    def _record(
        self, tx: Tx, chat_id: int, assignment: RoleAssignment, actor: str, action: AuditAction
    ) -> None:
        subject = audit.admin_subject(chat_id)
        audit.record(tx, actor, action, subject, office=assignment.office or None, role=assignment.role)
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
                },
            ),
        )
