"""Taking the ban of a void back, and only that: one that the void had lengthened goes on as it was before."""

import json

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, to_millis
from core.notifications.queue import NotificationPurpose
from core.people import blacklist
from core.people.blacklist import Ban, Cause
from core.ports import Row, Tx

_BANS = frozenset({AuditAction.BANNED.value, AuditAction.CHANGED_BAN.value})


def ban_of_void(tx: Tx, identity_hash: bytes | None, preselection_id: int) -> Ban | None:
    """Return the running ban of an identity that the void of a reservation has made or lengthened, if any."""
    ban = blacklist.running(tx, identity_hash)
    if ban is None or ban.cause != Cause.VOID or ban.preselection_id != preselection_id:
        return None
    return ban


def undo_ban_of_void(tx: Tx, ban: Ban, reason: str, actor: str) -> None:
    """Lift the ban of a void, or give it the end that it had before the void; its owner is told.

    Raises:
        HandledMeanwhile: another admin has changed or lifted it in the meantime.
    """
    earlier = _earlier(tx, ban)
    if earlier is None:
        blacklist.lift(tx, ban, actor, reason)
        return
    until, cause, stored = earlier
    changed = tx.run(
        "blacklist.restore",
        ban_id=ban.ban_id,
        until=until,
        cause=cause,
        reason=stored,
        seen=to_millis(ban.until),
    )
    if not changed:
        raise audit.handled(tx, ban.subject)
    details = {"until": until, "reason": stored}
    audit.record(tx, actor, AuditAction.CHANGED_BAN, ban.subject, office=ban.office, **details)
    restored = blacklist.running(tx, ban.identity_hash)
    if restored is not None:
        blacklist.tell(tx, restored, NotificationPurpose.BANNED)


def _earlier(tx: Tx, ban: Ban) -> tuple[int, str, str] | None:
    """Return end, cause and reason of a ban before the void; None if the void began it, or it would be over.

    They are in the audit log: the void has overwritten the row.
    """
    entries = [
        _details(row) for row in tx.all("audit.of_subject", subject=ban.subject) if row["action"] in _BANS
    ]
    voids = [place for place, entry in enumerate(entries) if entry.get("cause") == Cause.VOID]
    if not voids or voids[-1] == 0:
        return None
    before = entries[: voids[-1]]
    until, reason = before[-1].get("until"), before[-1].get("reason")
    causes = [str(entry["cause"]) for entry in before if entry.get("cause")]
    if not isinstance(until, int) or from_millis(until) <= tx.now:
        return None
    return until, causes[-1] if causes else Cause.ADMIN.value, str(reason or "-")


def _details(row: Row) -> dict[str, object]:
    found: dict[str, object] = json.loads(row["details"])
    return found
