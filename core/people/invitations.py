"""One-time links that give their holder a role at the desk, within a day.

The token has 192 random bits and is shown once, to who made the link; the database has its SHA-256, so
nobody who reads the database can use it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, to_millis
from core.errors.desk import RoleHeld
from core.errors.invitations import (
    InvitationExpired,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
)
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.people.admins import Admins, Role, RoleAssignment
from core.ports import RandomBytes, Row, Tx

VALID_FOR = timedelta(hours=24)
_KEPT_FOR = timedelta(days=30)
"""How long it is known that a link was used or has expired."""
_TOKEN_BYTES = 24
_NAME_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link, used or not."""

    digest: str  # of its token
    assignment: RoleAssignment
    made_by: str  # the actor
    valid_until: datetime
    is_used: bool
    is_revoked: bool

    @property
    def name(self) -> str:
        """Return what names the link on a button: the beginning of its digest, which opens nothing."""
        return self.digest[:_NAME_LENGTH]


class Invitations:
    """Makes and accepts links.

    Args:
        admins: gives the roles.
        random_bytes: the source of tokens.
    """

    def __init__(self, admins: Admins, random_bytes: RandomBytes) -> None:
        self._admins = admins
        self._random_bytes = random_bytes

    def make(self, tx: Tx, assignment: RoleAssignment, actor: str) -> str:
        """Make a link, record it, and return its token: 48 hex digits.

        Whether the actor may give the role is checked by the caller.
        """
        token = self._random_bytes(_TOKEN_BYTES).hex()
        until = tx.now + VALID_FOR
        tx.run("invitations.purge", before=to_millis(tx.now - _KEPT_FOR))
        tx.run(
            "invitations.add",
            digest=digest_of(token),
            role=assignment.role,
            office=assignment.office,
            actor=actor,
            now=to_millis(tx.now),
            until=to_millis(until),
        )
        subject = audit.office_subject(assignment.office)
        audit.record(
            tx,
            actor,
            AuditAction.INVITED_ADMIN,
            subject,
            office=assignment.office or None,
            role=assignment.role,
        )
        return token

    def require(self, tx: Tx, digest: str, chat_id: int) -> Invitation:
        """Return the link that a chat could use now.

        Args:
            tx: the transaction.
            digest: of the link's token.
            chat_id: who has opened it.

        Raises:
            RoleHeld: the chat has the role already; the link stays as it is.
            InvitationUsed, InvitationRevoked, InvitationExpired, InvitationUnknown: it cannot be used.
        """
        row = tx.one("invitations.get", digest=digest)
        if row is None:
            raise InvitationUnknown
        found = _invitation(row)
        if found.assignment in self._admins.of(tx, chat_id).assignments:
            raise RoleHeld
        _ensure_open(tx, found)
        if not self._may_still_give(tx, found):
            raise InvitationUnknown
        return found

    def accept(self, tx: Tx, digest: str, chat_id: int) -> RoleAssignment:
        """Use a link for a chat, which is notified and gets the commands of the role; return the role.

        Raises:
            RoleHeld, InvitationUsed, InvitationRevoked, InvitationExpired, InvitationUnknown: as ``require``.
        """
        found = self.require(tx, digest, chat_id)
        if not tx.run("invitations.use", digest=digest, chat_id=chat_id, now=to_millis(tx.now)):
            # Used by another chat, or revoked, since it was read.
            _ensure_open(tx, self.find(tx, found.name))
            raise InvitationUsed
        audit.record(
            tx,
            audit.chat_actor(chat_id),
            AuditAction.ACCEPTED_INVITATION,
            audit.admin_subject(chat_id),
            office=found.assignment.office or None,
            role=found.assignment.role,
        )
        self._admins.add(tx, chat_id, found.assignment, found.made_by)
        _tell_maker(tx, found, chat_id)
        return found.assignment

    def find(self, tx: Tx, name: str) -> Invitation:
        """Return the link that is named so.

        Raises:
            InvitationUnknown: there is none.
        """
        is_name = len(name) == _NAME_LENGTH and name.isalnum()
        row = tx.one("invitations.named", beginning=f"{name}%") if is_name else None
        if row is None:
            raise InvitationUnknown
        return _invitation(row)

    def open(self, tx: Tx) -> list[Invitation]:
        """Return the links that can still be used, of all offices, those that end first first."""
        rows = tx.all("invitations.open", now=to_millis(tx.now))
        return [_invitation(row) for row in rows]

    def revoke(self, tx: Tx, name: str, actor: str) -> Invitation:
        """Revoke a link that nobody has used, and return it; the caller checks whether the actor may.

        Raises:
            InvitationUsed, InvitationRevoked, InvitationExpired, InvitationUnknown: it opens nothing anyway.
        """
        found = self.find(tx, name)
        if not tx.run("invitations.revoke", digest=found.digest, actor=actor, now=to_millis(tx.now)):
            _ensure_open(tx, self.find(tx, name))
            raise InvitationUsed
        office = found.assignment.office
        audit.record(
            tx,
            actor,
            AuditAction.REVOKED_INVITATION,
            audit.office_subject(office),
            office=office or None,
            role=found.assignment.role,
        )
        return found

    def _may_still_give(self, tx: Tx, found: Invitation) -> bool:
        """Whether who made a link may give its role now; the command line always may."""
        chat = audit.chat_of(found.made_by)
        if chat == found.made_by:
            return True
        return self._admins.of(tx, int(chat)).may_manage(found.assignment)


def digest_of(token: str) -> str:
    """Return the digest under which a token's link is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def _invitation(row: Row) -> Invitation:
    return Invitation(
        digest=row["digest"],
        assignment=RoleAssignment(role=Role(row["role"]), office=row["office"]),
        made_by=row["made_by"],
        valid_until=from_millis(row["valid_until"]),
        is_used=row["used_at"] is not None,
        is_revoked=row["revoked_at"] is not None,
    )


def _ensure_open(tx: Tx, found: Invitation) -> None:
    if found.is_used:
        raise InvitationUsed
    if found.is_revoked:
        raise InvitationRevoked
    if found.valid_until <= tx.now:
        raise InvitationExpired


def _tell_maker(tx: Tx, used: Invitation, chat_id: int) -> None:
    """Tell the admin who made a link who has used it; nobody, if the command line made it."""
    maker = audit.chat_of(used.made_by)
    if maker == used.made_by:
        return
    assignment = used.assignment
    wanted = Plan(
        chat_id=int(maker),
        purpose=f"{NotificationPurpose.INVITATION_USED}:{to_millis(tx.now)}",
        subject=audit.admin_subject(chat_id),
        due_at=tx.now,
        details={"role": assignment.role, "office": assignment.office, "chat": chat_id},
    )
    plan(tx, wanted)
