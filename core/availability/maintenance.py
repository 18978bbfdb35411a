"""Maintenance (系统维护): an admin closes phase 2 of an office, or of all (docs/domain.md, section 3)."""

from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors import InMaintenance, OfficeClosed
from core.people.admins import EVERYWHERE
from core.ports import Tx
from core.values.offices import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """What is closed."""

    office: str  # a code, or EVERYWHERE
    text: str  # what owners see


def running(tx: Tx) -> list[Maintenance]:
    """Return all that is closed."""
    return [Maintenance(office=row["office"], text=row["text"]) for row in tx.all("maintenance.all")]


def of_office(tx: Tx, code: str) -> Maintenance | None:
    """Return the maintenance of an office, its own before that of all."""
    found = {maintenance.office: maintenance for maintenance in running(tx)}
    return found.get(code) or found.get(EVERYWHERE)


def ensure_not_in_maintenance(tx: Tx, code: str) -> None:
    """Refuse what may not begin while an office is closed.

    Raises:
        InMaintenance: it is.
    """
    closed = of_office(tx, code)
    if closed is not None:
        raise InMaintenance(closed.text)


def ensure_open(tx: Tx, office: Office, moment: datetime) -> None:
    """Refuse what begins in phase 2 while an office does not serve.

    Raises:
        OfficeClosed: it is outside the service hours; when they begin again.
        InMaintenance: somebody at the desk has closed it.
    """
    if not office.hours.is_open(moment):
        raise OfficeClosed(office.hours.next_opening(moment))
    ensure_not_in_maintenance(tx, office.code)


def text_of(tx: Tx, code: str) -> str:
    """Return what owners read of what is closed under this very name; empty where it is not."""
    return next((maintenance.text for maintenance in running(tx) if maintenance.office == code), "")


def begin(tx: Tx, code: str, text: str, actor: str, *, expected: str = "") -> None:
    """Close an office, or all; of one that is closed already the text changes.

    Args:
        tx: the transaction.
        code: what is closed: an office, or EVERYWHERE.
        text: what owners will read.
        actor: who closes it.
        expected: the text that stood there when the admin was asked; empty for none.

    Raises:
        HandledMeanwhile: somebody else has closed it since, changed its text, or opened it again.
    """
    subject = audit.office_subject(code)
    values = {"office": code, "text": text, "actor": actor}
    done = (
        tx.run("maintenance.change", seen=expected, **values)
        if expected
        else tx.run("maintenance.begin", now=to_millis(tx.now), **values)
    )
    if not done:
        current = text_of(tx, code)
        action = AuditAction.BEGAN_MAINTENANCE if current else AuditAction.ENDED_MAINTENANCE
        raise audit.handled(tx, subject, action)
    audit.record(tx, actor, AuditAction.BEGAN_MAINTENANCE, subject, office=code or None, text=text)


def end(tx: Tx, code: str, actor: str) -> None:
    """Open again what was closed.

    Raises:
        HandledMeanwhile: it is not closed under this very name any more.
    """
    subject = audit.office_subject(code)
    if not tx.run("maintenance.end", office=code):
        raise audit.handled(tx, subject, AuditAction.ENDED_MAINTENANCE)
    audit.record(tx, actor, AuditAction.ENDED_MAINTENANCE, subject, office=code or None)
