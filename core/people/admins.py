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
from core.errors import HandledMeanwhile, NoSuchAdmin, NotYourDuty, NotYourOffice, RoleHeld
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.ports import Tx

EVERYWHERE = ""
"""In the place of an office: all of them."""


class Role(StrEnum):
    """What somebody is at the desk."""

    CHIEF = "chief"
    CLERK = "clerk"  # the counter
    REVIEWER = "reviewer"  # appeals


class Duty(StrEnum):
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
        Duty.DESK,
        Duty.FIND,
        Duty.SEGMENTS,
        Duty.CONFIRM,
        Duty.VOID,
        Duty.BLACKLIST,
        Duty.IDENTITY,
        Duty.USERTYPE,
        Duty.STATS,
    }
)
DUTIES: dict[Role, frozenset[Duty]] = {
    Role.CHIEF: frozenset(Duty),
    Role.CLERK: _CLERK,
    Role.REVIEWER: frozenset({Duty.DESK, Duty.FIND, Duty.APPEALS, Duty.STATS}),
}
OF_NO_OFFICE = frozenset({Duty.VEHICLES, Duty.GRANT, Duty.ADMINS})
"""What concerns all offices at once, so that only who has the role for all of them may do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One role of somebody, at one office or everywhere."""

    role: Role
    office: str  # a code, or EVERYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """Somebody at the desk, with all that they are."""

    chat_id: int
    posts: frozenset[Post]

    @property
    def is_any(self) -> bool:
        """Whether they are anything at all."""
        return bool(self.posts)

    @property
    def duties(self) -> frozenset[Duty]:
        """Return all that they may do somewhere."""
        return frozenset(duty for post in self.posts for duty in self._of(post))

    def may(self, duty: Duty, office: str = EVERYWHERE) -> bool:
        """Whether they may do this at an office; without one: at all of them."""
        return any(duty in self._of(post) and post.office in {EVERYWHERE, office} for post in self.posts)

    def need(self, duty: Duty, office: str | None = None) -> None:
        """Refuse what they may not do.

        Args:
            duty: what it is.
            office: where; None while that is not known yet, EVERYWHERE for all of them.

        Raises:
            NotYourDuty: they may do it nowhere.
            NotYourOffice: they may do it, but not there.
        """
        if duty not in self.duties:
            raise NotYourDuty
        if office is not None and not self.may(duty, office):
            raise NotYourOffice

    def offices(self, duty: Duty, served: Iterable[str]) -> list[str]:
        """Return the offices, of those that are served, at which they may do this."""
        return [code for code in served if self.may(duty, code)]

    def _of(self, post: Post) -> frozenset[Duty]:
        duties = DUTIES[post.role]
        return duties if post.office == EVERYWHERE else duties - OF_NO_OFFICE


class Admins:
    """Knows and changes who is at the desk.

    Args:
        chiefs: the chats that the settings name.
    """

    def __init__(self, chiefs: Iterable[int]) -> None:
        self._chiefs = tuple(chiefs)

    def of(self, tx: Tx, chat_id: int) -> Admin:
        """Return what somebody is at the desk; a stranger is nothing."""
        posts = {
            Post(role=Role(row["role"]), office=row["office"])
            for row in tx.all("admins.of_chat", chat_id=chat_id)
        }
        if chat_id in self._chiefs:
            posts.add(Post(role=Role.CHIEF, office=EVERYWHERE))
        return Admin(chat_id=chat_id, posts=frozenset(posts))

    def all(self, tx: Tx) -> list[Admin]:
        """Return everybody at the desk, those of the settings first."""
        chats = dict.fromkeys((*self._chiefs, *(row["chat_id"] for row in tx.all("admins.chats"))))
        return [self.of(tx, chat_id) for chat_id in chats]

    def is_from_settings(self, chat_id: int) -> bool:
        """Whether the settings name this chat, so that no command takes its role away."""
        return chat_id in self._chiefs

    def judge_post(self, tx: Tx, chat_id: int, post: Post) -> None:
        """Refuse to give a role that they have, before it is asked about.

        Raises:
            RoleHeld: they have it.
        """
        if post in self.of(tx, chat_id).posts:
            raise RoleHeld

    def add(self, tx: Tx, chat_id: int, post: Post, actor: str) -> None:
        """Give somebody a role. They are told, and get their commands.

        Raises:
            HandledMeanwhile: somebody else has given it already.
        """
        new = tx.run(
            "admins.add",
            chat_id=chat_id,
            role=post.role,
            office=post.office,
            actor=actor,
            now=to_millis(tx.now),
        )
        if not new:
            raise audit.handled(tx, audit.admin_subject(chat_id), AuditAction.ADDED_ADMIN)
        self._record(tx, chat_id, post, actor, AuditAction.ADDED_ADMIN)

    def remove(self, tx: Tx, chat_id: int, post: Post, actor: str) -> None:
        """Take a role away. They are told, and lose its commands.

        Raises:
            NoSuchAdmin: it stands in the settings alone.
            HandledMeanwhile: somebody else has taken it away already.
        """
        if not tx.run("admins.remove", chat_id=chat_id, role=post.role, office=post.office):
            raise NoSuchAdmin if self.is_from_settings(chat_id) else self._removed(tx, chat_id)
        self._record(tx, chat_id, post, actor, AuditAction.REMOVED_ADMIN)

    def _removed(self, tx: Tx, chat_id: int) -> HandledMeanwhile:
        return audit.handled(tx, audit.admin_subject(chat_id), AuditAction.REMOVED_ADMIN)

    def _record(self, tx: Tx, chat_id: int, post: Post, actor: str, action: AuditAction) -> None:
        subject = audit.admin_subject(chat_id)
        audit.record(tx, actor, action, subject, office=post.office or None, role=post.role)
        plan(
            tx,
            Plan(
                chat_id=chat_id,
                purpose=f"{NotificationPurpose.ROLE}:{to_millis(tx.now)}:{action}:{post.role}:{post.office}",
                subject=subject,
                due_at=tx.now,
                details={
                    "role": post.role,
                    "office": post.office,
                    "given": action == AuditAction.ADDED_ADMIN,
                },
            ),
        )
