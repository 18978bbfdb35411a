"""Maintenance (系统维护): an admin closes phase 2 of one office or all (docs/domain.md, section 13)."""

from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.audit import AuditAction
from core.clock import from_millis, to_millis
from core.errors.clock import ClockInDoubt
from core.errors.offices import InMaintenance, OfficeClosed
from core.people.admins import EVERYWHERE
from core.ports import Tx
from core.values.offices import Office
from core.values.personal_numbers import ensure_no_personal_number
from core.values.text import one_line

_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """A maintenance closure."""

    office: str  # a code, or EVERYWHERE
    text: str  # shown to owners


def running(tx: Tx) -> list[Maintenance]:
    """Return all that is closed."""
    return [Maintenance(office=row["office"], text=row["text"]) for row in tx.all("maintenance.all")]


def of_office(tx: Tx, code: str) -> Maintenance | None:
    """Return the maintenance of an office; its own takes precedence over that of all offices."""
    found = {maintenance.office: maintenance for maintenance in running(tx)}
    return found.get(code) or found.get(EVERYWHERE)


def ensure_not_in_maintenance(tx: Tx, code: str) -> None:
    """Reject an action that may not begin during maintenance of an office, or while the clock is in doubt.

    Raises:
        InMaintenance: the office is in maintenance.
        ClockInDoubt: the clock is in doubt; judged by the same statement, because this runs at every draw.
    """
    rows = tx.all("maintenance.closing")
    texts = {row["office"]: row["text"] for row in rows if not row["is_clock"]}
    text = texts.get(code, texts.get(EVERYWHERE))
    if text is not None:
        raise InMaintenance(text)
    if len(texts) < len(rows):
        raise ClockInDoubt


def ensure_open(tx: Tx, office: Office, moment: datetime) -> None:
    """Reject the start of phase 2 while an office is closed.

    Raises:
        OfficeClosed: the moment is outside the service hours; the error has the next opening.
        InMaintenance: the office is in maintenance.
        ClockInDoubt: the clock is in doubt.
    """
    if not office.hours.is_open(moment):
        raise OfficeClosed(office.hours.next_opening(moment))
    ensure_not_in_maintenance(tx, office.code)


def text_of(tx: Tx, code: str) -> str:
    """Return the text of the closure of exactly this code; empty if there is none."""
    return next((maintenance.text for maintenance in running(tx) if maintenance.office == code), "")


def parse_text(typed: str) -> str:
    """Return the text for owners in one line, cut to the maximum length; it may name an office's telephone.

    Raises:
        PersonalNumberInText: it contains an identity number or a mobile number.
        ControlCharacterInText: it contains a control character.
    """
    ensure_no_personal_number(typed, allow_landlines=True)
    return one_line(typed)[:_LONGEST_TEXT]


def begin(tx: Tx, code: str, text: str, actor: str, *, expected: str = "") -> None:
    """Close one office or all; if already closed, change the text.

    Args:
        tx: the transaction.
        code: an office, or EVERYWHERE.
        text: the text for owners.
        actor: who closes it.
        expected: the text that the admin was shown; empty if it was not closed.

    Raises:
        HandledMeanwhile: another admin has closed it, changed its text or reopened it since.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRestoration:
    """A restore from a backup whose lost numbers a chief has not dealt with; maintenance of all holds it."""

    backup_at: datetime
    overdue: int  # reservations whose deadline has passed
    withheld: int  # masks that are withheld


def open_restoration(tx: Tx) -> OpenRestoration | None:
    """Return the restoration that ends with the maintenance of all offices; None if there is none."""
    row = tx.one("restoration.open")
    counts = tx.one("restoration.consequences", now=to_millis(tx.now))
    if row is None or counts is None:
        return None
    return OpenRestoration(
        backup_at=from_millis(row["backup_at"]), overdue=counts["overdue"], withheld=counts["withheld"]
    )


def end(tx: Tx, code: str, actor: str) -> None:
    """Reopen an office, or all.

    Raises:
        HandledMeanwhile: there is no longer a closure of exactly this code.
    """
    subject = audit.office_subject(code)
    if not tx.run("maintenance.end", office=code):
        raise audit.handled(tx, subject, AuditAction.ENDED_MAINTENANCE)
    if code == EVERYWHERE:  # after a restore: the admin has dealt with the numbers issued since the backup
        tx.run("restoration.settle", now=to_millis(tx.now))
    audit.record(tx, actor, AuditAction.ENDED_MAINTENANCE, subject, office=code or None)
