"""Granting a vehicle chances beyond its quota, and in whose name (docs/domain.md, section 5.3).

A quota counts everywhere, but its owner stands at one counter.
"""

from dataclasses import dataclass

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors.counter import GrantElsewhere, NothingGranted
from core.notifications import queue as notification_queue
from core.notifications.queue import NotificationPurpose, Plan
from core.people.accounts import Accounts
from core.people.admins import EVERYWHERE, Admin, Permission
from core.ports import Tx
from core.preselection.model import UNFINISHED, Preselection, PreselectionState, from_row

MAX_GRANTED = 100
"""Maximum batches, or wishes, of one grant."""
_AGAIN = frozenset({PreselectionState.EXPIRED, PreselectionState.CANCELLED, PreselectionState.VOID})
"""States after which a vehicle may be selected for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Chances granted to a vehicle beyond its quota."""

    vin: str
    batches: int
    wishes: int
    expected: tuple[int, int]  # how many of each were already granted when the confirmation was shown
    reason: str
    actor: str
    office: str = ""  # of the audit log; empty if granted for all offices


def of_vehicle(tx: Tx, vin: str) -> list[Preselection]:
    """Return the preselections of a vehicle, whatever their state, the newest first."""
    return [from_row(row) for row in tx.all("preselection.of_vin", vin=vin)]


def office_of_grant(tx: Tx, admin: Admin, vin: str) -> str:
    """Return the office in whose name an admin grants chances; EVERYWHERE for a chief of all offices.

    Raises:
        NotPermitted: the admin may grant none.
        GrantElsewhere: the vehicle's newest preselection, if any, is at no office of theirs.
    """
    admin.require(Permission.GRANT)
    if admin.may(Permission.GRANT):
        return EVERYWHERE
    newest = next(iter(of_vehicle(tx, vin)), None)
    if newest is None or not admin.may(Permission.GRANT, newest.office):
        raise GrantElsewhere
    return newest.office


def granted_of(tx: Tx, vin: str) -> tuple[int, int]:
    """Return how many batches and wishes a vehicle was granted so far."""
    row = tx.one("vehicles.get", vin=vin)
    return (row["random_granted"], row["compose_granted"]) if row else (0, 0)


def validate_grant(batches: int, wishes: int) -> None:
    """Check that a grant is neither empty nor above ``MAX_GRANTED`` of a kind.

    Raises:
        NothingGranted: it is empty, or above the maximum.
    """
    if not (0 <= batches <= MAX_GRANTED and 0 <= wishes <= MAX_GRANTED and batches + wishes):
        raise NothingGranted


def grant_chances(tx: Tx, accounts: Accounts, grant: Grant) -> None:
    """Grant a vehicle chances beyond its quota, and tell the owners whom they help.

    Raises:
        NothingGranted: as ``validate_grant``.
        HandledMeanwhile: another admin has granted it some since the confirmation was shown.
    """
    validate_grant(grant.batches, grant.wishes)
    subject = audit.vehicle_subject(grant.vin)
    tx.run("vehicles.add", vin=grant.vin)
    batches, wishes = grant.expected
    given = tx.run(
        "vehicles.grant",
        vin=grant.vin,
        batches=grant.batches,
        wishes=grant.wishes,
        seen_batches=batches,
        seen_wishes=wishes,
    )
    if not given:
        raise audit.handled(tx, subject, AuditAction.GRANTED_CHANCES)
    audit.record(
        tx,
        grant.actor,
        AuditAction.GRANTED_CHANCES,
        subject,
        office=grant.office or None,
        random=grant.batches,
        compose=grant.wishes,
        reason=grant.reason,
    )
    details = {"random": grant.batches, "compose": grant.wishes}
    for preselection in helped_by_grant(tx, grant.vin):
        notification_queue.plan(
            tx,
            Plan(
                chat_id=accounts.by_id(tx, preselection.account_id).chat_id,
                purpose=f"{NotificationPurpose.GRANTED}:{to_millis(tx.now)}",  # there may be more grants
                subject=preselection.subject,
                due_at=tx.now,
                details=details,
            ),
        )


def helped_by_grant(tx: Tx, vin: str) -> list[Preselection]:
    """Return the preselections of a vehicle that new chances are for.

    Without any underway it is the last one, if it has ended without registration: its owner may begin again.
    """
    known = of_vehicle(tx, vin)
    underway = [preselection for preselection in known if preselection.state in UNFINISHED]
    ended = [preselection for preselection in known[:1] if preselection.state in _AGAIN]
    return underway or ended
