"""Roles at the desk and what they permit, at one office or at all (docs/domain.md, section 13)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.errors.base import Refusal
from core.errors.desk import NotPermitted, NotYourOffice
from core.errors.staff import ChiefsByChiefsOfAll, RoleOfAllOffices

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
    UNDO_OWN = "undo_own"  # what one has done at the counter oneself, within the hour
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
        Permission.REVOKE,
        Permission.UNDO_OWN,
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
OF_NO_OFFICE = frozenset({Permission.VEHICLES, Permission.CLOCK, Permission.HOLIDAYS})
"""Permissions that affect all offices at once, so they require the role for all offices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssignment:
    """One role, at one office or at all."""

    role: Role
    office: str  # a code, or EVERYWHERE
    until: datetime | None = field(default=None, compare=False)  # when it ends by itself


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

    def has(self, role: Role, office: str) -> bool:
        """Return whether they have a role at an office, or at all offices."""
        return any(
            assignment.role == role and assignment.office in {EVERYWHERE, office}
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

    def may_manage(self, assignment: RoleAssignment) -> bool:
        """Return whether they may give and remove a role."""
        return _why_not_managed(self, assignment) is None

    def require_to_manage(self, assignment: RoleAssignment) -> None:
        """Require that they may give and remove a role.

        Raises:
            NotPermitted: they may give none.
            RoleOfAllOffices, ChiefsByChiefsOfAll: it is not for the chief of an office to give.
            NotYourOffice: it is a role at another office.
        """
        refused = _why_not_managed(self, assignment)
        if refused is not None:
            raise refused

    def offices(self, permission: Permission, served: Iterable[str]) -> list[str]:
        """Return the served offices at which they have a permission."""
        return [code for code in served if self.may(permission, code)]

    def _of(self, assignment: RoleAssignment) -> frozenset[Permission]:
        permissions = PERMISSIONS[assignment.role]
        return permissions if assignment.office == EVERYWHERE else permissions - OF_NO_OFFICE


def _why_not_managed(admin: Admin, assignment: RoleAssignment) -> Refusal | None:
    if Permission.ADMINS not in admin.permissions:
        return NotPermitted()
    if admin.may(Permission.ADMINS):
        return None
    if assignment.office == EVERYWHERE:
        return RoleOfAllOffices()
    if not admin.may(Permission.ADMINS, assignment.office):
        return NotYourOffice()
    return ChiefsByChiefsOfAll() if assignment.role == Role.CHIEF else None
