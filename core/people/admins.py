"""Who may do what at the desk: roles, for all offices or some (docs/domain.md, section 13).

Chiefs come from the settings; all others are entered by a chief. A role is a row, so that taking it
away counts from the next step on, whatever screen its holder looks at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors import HandledMeanwhile, NoSuchAdmin, NotPermitted, NotYourOffice, RoleHeld
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.ports import Tx

EVERYWHERE = ""
"""In the place of an office: all of them."""


class Role(StrEnum):
    """What somebody is at the desk."""

    CHIEF = "chief"
    CLERK = "clerk"  # the counter
    REVIEWER = "reviewer"  # appeals


class Permission(StrEnum):
    """What is done at the desk; a command each, but for those that belong together."""

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
    VEHICLES = "vehicles"
    STATS = "stats"
    AUDIT = "audit"
    BROADCAST = "broadcast"
    MAINTENANCE = "maintenance"
    ADMINS = "admins"


_CLERK = frozenset(
    {
        Permission.DESK,
        Permission.FIND,
        Permission.SEGMENTS,
        Permission.CONFIRM,
        Permission.VOID,
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
OF_NO_OFFICE = frozenset({Permission.VEHICLES, Permission.GRANT, Permission.ADMINS})
"""What concerns all offices at once, so that only who has the role for all of them may do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssignment:
    """One role of somebody, at one office or everywhere."""

    role: Role
    office: str  # a code, or EVERYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """Somebody at the desk, with all that they are."""

    chat_id: int
    assignments: frozenset[RoleAssignment]

    @property
    def is_any(self) -> bool:
        """Whether they are anything at all."""
        return bool(self.assignments)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return all that they may do somewhere."""
        return frozenset(permission for assignment in self.assignments for permission in self._of(assignment))

    def may(self, permission: Permission, office: str = EVERYWHERE) -> bool:
        """Whether they may do this at an office; without one: at all of them."""
        return any(
            permission in self._of(assignment) and assignment.office in {EVERYWHERE, office}
            for assignment in self.assignments
        )

    def require(self, permission: Permission, office: str | None = None) -> None:
        """Refuse what they may not do.

        Args:
            permission: what it is.
            office: where; None while that is not known yet, EVERYWHERE for all of them.

        Raises:
            NotYourDuty: they may do it nowhere.
            NotYourOffice: they may do it, but not there.
        """
        if permission not in self.permissions:
            raise NotPermitted
        if office is not None and not self.may(permission, office):
            raise NotYourOffice

    def offices(self, permission: Permission, served: Iterable[str]) -> list[str]:
        """Return the offices, of those that are served, at which they may do this."""
        return [code for code in served if self.may(permission, code)]

    def _of(self, assignment: RoleAssignment) -> frozenset[Permission]:
        permissions = PERMISSIONS[assignment.role]
        return permissions if assignment.office == EVERYWHERE else permissions - OF_NO_OFFICE


class Admins:
    """Knows and changes who is at the desk.

    Args:
        chiefs: the chats that the settings name.
    """

    def __init__(self, chiefs: Iterable[int]) -> None:
        self._chiefs = tuple(chiefs)

    def of(self, tx: Tx, chat_id: int) -> Admin:
        """Return what somebody is at the desk; a stranger is nothing."""
        assignments = {
            RoleAssignment(role=Role(row["role"]), office=row["office"])
            for row in tx.all("admins.of_chat", chat_id=chat_id)
        }
        if chat_id in self._chiefs:
            assignments.add(RoleAssignment(role=Role.CHIEF, office=EVERYWHERE))
        return Admin(chat_id=chat_id, assignments=frozenset(assignments))

    def all(self, tx: Tx) -> list[Admin]:
        """Return everybody at the desk, those of the settings first."""
        chats = dict.fromkeys((*self._chiefs, *(row["chat_id"] for row in tx.all("admins.chats"))))
        return [self.of(tx, chat_id) for chat_id in chats]

    def is_from_settings(self, chat_id: int) -> bool:
        """Whether the settings name this chat, so that no command takes its role away."""
        return chat_id in self._chiefs

    def validate_assignment(self, tx: Tx, chat_id: int, assignment: RoleAssignment) -> None:
        """Refuse to give a role that they have, before it is asked about.

        Raises:
            RoleHeld: they have it.
        """
        if assignment in self.of(tx, chat_id).assignments:
            raise RoleHeld

    def add(self, tx: Tx, chat_id: int, assignment: RoleAssignment, actor: str) -> None:
        """Give somebody a role. They are told, and get their commands.

        Raises:
            HandledMeanwhile: somebody else has given it already.
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
        """Take a role away. They are told, and lose its commands.

        Raises:
            NoSuchAdmin: it stands in the settings alone.
            HandledMeanwhile: somebody else has taken it away already.
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
