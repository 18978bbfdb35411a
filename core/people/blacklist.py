"""The blacklist (黑名单): by identity, not by chat account (docs/domain.md, section 6).

It stores only the keyed hash of an identity, so a ban survives the deletion of the account.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, to_millis
from core.errors.blacklist import BanInThePast, Blacklisted, NotBlacklisted
from core.notifications.queue import NotificationPurpose, Plan, cancel, plan
from core.ports import Row, Tx

TIME_IS_OVER = "its time is over"
"""The stored reason for lifting a ban that has expired."""

_AT_ONCE = 100
"""Bans that are over and lifted in one transaction."""


class Cause(StrEnum):
    """The cause of a ban."""

    EXPIRED = "expired"  # a reservation expired
    VOID = "void"  # a reservation had wrong data
    ADMIN = "admin"  # an admin's decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """One entry of the blacklist."""

    ban_id: int
    identity_hash: bytes = field(repr=False)
    office: str
    reason: str
    cause: Cause
    since: datetime
    until: datetime
    preselection_id: int | None = None  # the preselection that caused it
    last_cause: int = 0  # the id of its newest cause; 0 if none was kept, or it was not read

    @property
    def subject(self) -> str:
        return audit.ban_subject(self.ban_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBan:
    """A ban to be set."""

    identity_hash: bytes = field(repr=False)
    office: str
    reason: str
    cause: Cause
    until: datetime
    actor: str
    preselection_id: int | None = None


class ShownCause(Protocol):
    """What a ban shows of the cause that lasts longest."""

    @property
    def until(self) -> datetime: ...
    @property
    def reason(self) -> str: ...
    @property
    def cause(self) -> Cause: ...
    @property
    def office(self) -> str: ...
    @property
    def preselection_id(self) -> int | None: ...


def version_of(ban: Ban | None) -> str:
    """Return a version token of a running ban, empty for None, to detect changes during a confirmation."""
    return "" if ban is None else f"{ban.ban_id}:{to_millis(ban.until)}:{ban.last_cause}"


def get(tx: Tx, ban_id: int) -> Ban:
    """Return a running ban.

    Raises:
        HandledMeanwhile: it was lifted; the error says by whom.
        NotBlacklisted: it is over, or the id is unknown.
    """
    row = tx.one("blacklist.by_id", ban_id=ban_id)
    if row is None:
        raise NotBlacklisted
    if row["lifted_at"] is not None:
        raise audit.handled(tx, from_row(row).subject)
    if row["until"] <= to_millis(tx.now):
        raise NotBlacklisted
    return from_row(row)


def holder_of(tx: Tx, ban_id: int) -> bytes | None:
    """Return whose ban it is or was; None if the id is unknown."""
    row = tx.one("blacklist.by_id", ban_id=ban_id)
    return bytes(row["identity_hash"]) if row else None


def running(tx: Tx, identity_hash: bytes | None) -> Ban | None:
    """Return the running ban of an identity; an expired one that is not lifted yet does not count."""
    if identity_hash is None:
        return None
    row = tx.one("blacklist.running", identity_hash=identity_hash)
    if row is None or row["until"] <= to_millis(tx.now):
        return None
    return from_row(row)


def subjects_of(tx: Tx, identity_hash: bytes | None) -> list[str]:
    """Return the audit log subjects of all bans of an identity, past ones included."""
    if identity_hash is None:
        return []
    return [
        audit.ban_subject(row["ban_id"])
        for row in tx.all("blacklist.of_identity", identity_hash=identity_hash)
    ]


def ensure_not_banned(tx: Tx, identity_hash: bytes | None) -> None:
    """Reject an identity on the blacklist.

    Raises:
        Blacklisted: it is on the blacklist; the error has the reason and the end.
    """
    ban = running(tx, identity_hash)
    if ban is not None:
        raise Blacklisted(ban.until, ban.reason)


def ensure_account_not_banned(tx: Tx, account_id: int) -> None:
    """Reject an account whose identity is on the blacklist.

    Raises:
        Blacklisted: it is on the blacklist; the error has the reason and the end.
    """
    row = tx.one("blacklist.running_of_account", account_id=account_id)
    if row is not None and row["until"] > to_millis(tx.now):
        raise Blacklisted(from_millis(row["until"]), row["reason"])


def add_ban(tx: Tx, new_ban: NewBan) -> Ban:
    """Put an identity on the blacklist; a running ban gets a further cause, and the later end applies.

    Raises:
        BanInThePast: it would be over already.
    """
    if new_ban.until <= tx.now:
        raise BanInThePast
    _lift_if_over(tx, new_ban.identity_hash)
    tx.run("blacklist.keep_first_cause", identity_hash=new_ban.identity_hash)
    tx.one("blacklist.add", **_row_of(tx, new_ban))
    ban = running(tx, new_ban.identity_hash)
    if ban is None:
        raise NotBlacklisted
    _add_cause(tx, ban, new_ban)
    return ban


def set_ban(tx: Tx, new_ban: NewBan, expected: str) -> Ban:
    """Set a ban, or add a further cause to the running one, as decided by an admin; notify the owner.

    The running ban ends with the cause that lasts longest; ``change_end`` shortens it.

    Args:
        tx: the transaction.
        new_ban: the ban.
        expected: ``version_of`` the ban that the admin was shown.

    Raises:
        BanInThePast: it would be over already.
        HandledMeanwhile: another admin has set, changed or lifted one since.
    """
    tx.one("blacklist.lock", identity_hash=new_ban.identity_hash)
    ban = running(tx, new_ban.identity_hash)
    _ensure_as_shown(tx, ban, expected)
    if new_ban.until <= tx.now:
        raise BanInThePast
    changed = _begin(tx, new_ban) if ban is None else _prolong(tx, ban, new_ban)
    _add_cause(tx, changed, new_ban)
    tell(tx, changed, NotificationPurpose.BANNED)
    return running(tx, new_ban.identity_hash) or changed


def _ensure_as_shown(tx: Tx, ban: Ban | None, expected: str) -> None:
    # a question of the former version does not know the newest cause
    if version_of(ban) != expected and version_of(ban).rpartition(":")[0] != (expected or None):
        raise audit.handled(tx, ban.subject if ban else audit.ban_subject(expected.partition(":")[0]))


def _begin(tx: Tx, new_ban: NewBan) -> Ban:
    _lift_if_over(tx, new_ban.identity_hash)
    row = tx.one("blacklist.add_new", **_row_of(tx, new_ban))
    ban = running(tx, new_ban.identity_hash)
    if ban is None or row is None:
        raise audit.handled(tx, ban.subject) if ban else NotBlacklisted
    return ban


def _prolong(tx: Tx, ban: Ban, new_ban: NewBan) -> Ban:
    """Let a running ban show a further cause, if that lasts longer."""
    tx.run("blacklist.keep_first_cause", identity_hash=ban.identity_hash)
    if new_ban.until <= ban.until:
        return ban
    return show_cause(tx, ban, new_ban)


def show_cause(tx: Tx, ban: Ban, longest: ShownCause) -> Ban:
    """Let a running ban end with one of its causes, and show that one.

    Raises:
        HandledMeanwhile: its end was changed in the meantime.
    """
    shown = replace(
        ban,
        until=longest.until,
        reason=longest.reason,
        cause=longest.cause,
        office=longest.office,
        preselection_id=longest.preselection_id,
    )
    done = tx.run(
        "blacklist.prolong",
        ban_id=ban.ban_id,
        until=to_millis(shown.until),
        reason=shown.reason,
        cause=shown.cause,
        preselection_id=shown.preselection_id,
        office=shown.office,
        seen=to_millis(ban.until),
    )
    if not done:
        raise audit.handled(tx, ban.subject)
    return shown


def _row_of(tx: Tx, new_ban: NewBan) -> dict[str, object]:
    return {
        "identity_hash": new_ban.identity_hash,
        "office": new_ban.office,
        "reason": new_ban.reason,
        "cause": new_ban.cause,
        "preselection_id": new_ban.preselection_id,
        "now": to_millis(tx.now),
        "until": to_millis(new_ban.until),
    }


def _add_cause(tx: Tx, ban: Ban, new_ban: NewBan) -> None:
    values = _row_of(tx, new_ban)
    del values["identity_hash"]
    tx.run("blacklist.add_cause", ban_id=ban.ban_id, **values)
    audit.record(
        tx,
        new_ban.actor,
        AuditAction.BANNED,
        ban.subject,
        office=new_ban.office,
        until=to_millis(ban.until),
        cause=new_ban.cause,
        reason=new_ban.reason,
    )


def change_end(tx: Tx, new_end: NewBan, expected: str) -> Ban:
    """Change the end of a running ban, earlier or later, with a reason; its causes stay. Notify the owner.

    Args:
        tx: the transaction.
        new_end: the identity, the end, and the reason of the change.
        expected: ``version_of`` the ban that the admin was shown.

    Raises:
        BanInThePast: it would be over already; lift it instead.
        HandledMeanwhile: another admin has changed or lifted it since.
        NotBlacklisted: there is none.
    """
    ban = running(tx, new_end.identity_hash)
    _ensure_as_shown(tx, ban, expected)
    if ban is None:
        raise NotBlacklisted
    if new_end.until <= tx.now:
        raise BanInThePast
    ends = {"ban_id": ban.ban_id, "until": to_millis(new_end.until), "seen": to_millis(ban.until)}
    if not tx.run("blacklist.set_until", **ends):
        raise audit.handled(tx, ban.subject)
    tx.run("blacklist.move_ends", **ends)
    audit.record(
        tx,
        new_end.actor,
        AuditAction.CHANGED_BAN,
        ban.subject,
        office=ban.office,
        until=to_millis(new_end.until),
        reason=new_end.reason,
    )
    changed = replace(ban, until=new_end.until)
    tell(tx, replace(changed, reason=new_end.reason), NotificationPurpose.BANNED)
    return changed


def lift(tx: Tx, ban: Ban, actor: str, reason: str) -> None:
    """Lift a ban with all its causes, and notify the owner.

    Raises:
        HandledMeanwhile: it has ended in the meantime.
    """
    if not _lift(tx, ban, actor, reason):
        raise audit.handled(tx, ban.subject)


def _lift(tx: Tx, ban: Ban, actor: str, reason: str) -> bool:
    """Lift a ban, unless it is lifted; return whether it was lifted now."""
    done = {"actor": actor, "reason": reason, "now": to_millis(tx.now), "ban_id": ban.ban_id}
    if not tx.run("blacklist.lift", **done):
        return False
    tx.run("blacklist.lift_causes", **done)
    audit.record(tx, actor, AuditAction.LIFTED_BAN, ban.subject, office=ban.office, reason=reason)
    tell(tx, ban, NotificationPurpose.LIFTED)
    return True


def lift_due(tx: Tx) -> int:
    """Lift some of the bans that are over; return how many."""
    rows = tx.all("blacklist.due", now=to_millis(tx.now), most=_AT_ONCE)
    for row in rows:
        _lift(tx, from_row(row), audit.SYSTEM, TIME_IS_OVER)
    return len(rows)


def tell(tx: Tx, ban: Ban, purpose: NotificationPurpose) -> None:
    """Notify the registered owner of an identity about a ban; replaces waiting notifications about it."""
    cancel(tx, ban.subject)
    row = tx.one("accounts.registered_identity", hash=ban.identity_hash)
    if row is not None:
        plan(
            tx,
            Plan(
                chat_id=row["chat_id"],
                purpose=f"{purpose}:{to_millis(tx.now)}",  # unique, so that later changes are sent too
                subject=ban.subject,
                due_at=tx.now,
                details={
                    "until": to_millis(ban.until),
                    "reason": ban.reason,
                    "office": ban.office,
                },
            ),
        )


def _lift_if_over(tx: Tx, identity_hash: bytes) -> None:
    """Lift an expired ban that the scheduler has not lifted yet, so that it cannot block a new one."""
    row = tx.one("blacklist.running", identity_hash=identity_hash)
    if row is not None and row["until"] <= to_millis(tx.now):
        _lift(tx, from_row(row), audit.SYSTEM, TIME_IS_OVER)


def from_row(row: Row) -> Ban:
    """Return the ban of a row of the table ``ban``, with or without its newest cause."""
    return Ban(
        ban_id=row["ban_id"],
        identity_hash=bytes(row["identity_hash"]),
        office=row["office"],
        reason=row["reason"],
        cause=Cause(row["cause"]),
        since=from_millis(row["since"]),
        until=from_millis(row["until"]),
        preselection_id=row["preselection_id"],
        last_cause=row.get("last_cause") or 0,
    )
