"""The causes of a ban (黑名单): each is kept with its own end, and can be lifted alone."""

from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, to_millis
from core.notifications.queue import NotificationPurpose
from core.people.blacklist import Ban, Cause, lift, running, show_cause, tell
from core.ports import Row, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class BanCause:
    """One of the causes of a ban, with its own end."""

    cause_id: int  # 0: the ban itself, written by a version that kept no causes
    office: str
    reason: str
    cause: Cause
    since: datetime
    until: datetime
    preselection_id: int | None = None


def causes_of(tx: Tx, ban: Ban) -> list[BanCause]:
    """Return the causes of a running ban, the oldest first; there is always one."""
    rows = tx.all("blacklist.causes", ban_id=ban.ban_id, now=to_millis(tx.now))
    return [_cause(row) for row in rows] or [
        BanCause(
            cause_id=0,
            office=ban.office,
            reason=ban.reason,
            cause=ban.cause,
            since=ban.since,
            until=ban.until,
            preselection_id=ban.preselection_id,
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidBan:
    """The running ban of an identity, and the cause of it that a void has made."""

    ban: Ban
    cause: BanCause


def ban_of_void(tx: Tx, identity_hash: bytes | None, preselection_id: int) -> VoidBan | None:
    """Return the ban that the void of a reservation has made, or added a cause to; None if it is over."""
    ban = running(tx, identity_hash)
    for cause in causes_of(tx, ban) if ban else ():
        if ban and cause.cause == Cause.VOID and cause.preselection_id == preselection_id:
            return VoidBan(ban=ban, cause=cause)
    return None


def lift_cause(tx: Tx, ban: Ban, cause_id: int, actor: str, reason: str) -> list[BanCause]:
    """Lift one cause of a ban, and notify the owner; return those that remain, which end the ban.

    Raises:
        HandledMeanwhile: the cause or the whole ban has ended in the meantime.
    """
    tx.one("blacklist.lock", identity_hash=ban.identity_hash)
    causes = causes_of(tx, ban)
    lifted = next((cause for cause in causes if cause.cause_id == cause_id), None)
    left = [cause for cause in causes if cause != lifted]
    if lifted is None:
        raise audit.handled(tx, ban.subject)
    if not left:
        lift(tx, ban, actor, reason)
        return []
    tx.run("blacklist.lift_cause", cause_id=cause_id, actor=actor, reason=reason, now=to_millis(tx.now))
    shown = show_cause(tx, ban, max(left, key=lambda cause: cause.until))
    audit.record(
        tx,
        actor,
        AuditAction.CHANGED_BAN,
        ban.subject,
        office=lifted.office,
        until=to_millis(shown.until),
        lifted=lifted.reason,
        reason=reason,
    )
    tell(tx, shown, NotificationPurpose.BANNED)
    return left


def _cause(row: Row) -> BanCause:
    return BanCause(
        cause_id=row["cause_id"],
        office=row["office"],
        reason=row["reason"],
        cause=Cause(row["cause"]),
        since=from_millis(row["since"]),
        until=from_millis(row["until"]),
        preselection_id=row["preselection_id"],
    )
