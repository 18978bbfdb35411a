"""The model of a suspicion, how it is raised, and what it means for the selection of its owner."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core import audit
from core.audit import AuditAction, SubjectKind
from core.clock import from_millis, moment_or_none, to_millis
from core.errors.suspicion import SelectionSuspended, SuspicionUnknown
from core.people.scope import Scope
from core.ports import Row, Tx


class SuspicionKind(StrEnum):
    """The rule that was met; the values are stored in the database."""

    PACE = "pace"  # more draws and tries within seconds than a thumb makes
    REACTION = "reaction"  # presses sooner after a batch was shown than anybody reads it
    SHARED = "shared"  # many accounts of one telephone or identity
    TOGETHER = "together"  # accounts that press at the same moments again and again
    FREED = "freed"  # a wish seconds after its number was freed
    INSIDER = "insider"  # what an admin gave, and the success that followed


class SuspicionState(StrEnum):
    """The state of a suspicion."""

    OPEN = "open"
    ASKED = "asked"  # the invoice was asked for; the selection is suspended
    DISMISSED = "dismissed"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule has found about a subject.

    Attributes:
        kind: the rule.
        subject: ``account:3`` or ``admin:1001``, as in the audit log.
        office: the office at which it happened.
        weight: how much was found; an undecided suspicion takes weightier evidence only.
        evidence: ids, moments in milliseconds and counts, without personal data.
    """

    kind: SuspicionKind
    subject: str
    office: str
    weight: int
    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A suspicion as it is stored."""

    suspicion_id: int
    kind: SuspicionKind
    subject: str
    office: str
    state: SuspicionState
    weight: int
    evidence: Mapping[str, object] = field(repr=False)
    raised_at: datetime
    updated_at: datetime
    asked_by: str | None
    asked_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None

    @property
    def is_undecided(self) -> bool:
        return self.state in {SuspicionState.OPEN, SuspicionState.ASKED}

    @property
    def own_subject(self) -> str:
        """The suspicion itself as a subject of the audit log."""
        return audit.suspicion_subject(self.suspicion_id)

    @property
    def account_id(self) -> int | None:
        """The account that it is about; None if it is about an admin."""
        topic, _, number = self.subject.partition(":")
        return int(number) if topic == SubjectKind.ACCOUNT else None

    @property
    def admin_chat(self) -> int | None:
        """The chat of the admin that it is about; None if it is about an account."""
        topic, _, number = self.subject.partition(":")
        return int(number) if topic == SubjectKind.ADMIN else None


def _suspicion(row: Row) -> Suspicion:
    return Suspicion(
        suspicion_id=row["suspicion_id"],
        kind=SuspicionKind(row["kind"]),
        subject=row["subject"],
        office=row["office"],
        state=SuspicionState(row["state"]),
        weight=row["weight"],
        evidence=json.loads(row["evidence"]),
        raised_at=from_millis(row["raised_at"]),
        updated_at=from_millis(row["updated_at"]),
        asked_by=row["asked_by"],
        asked_at=moment_or_none(row["asked_at"]),
        decided_by=row["decided_by"],
        decided_at=moment_or_none(row["decided_at"]),
        reason=row["reason"],
    )


# --- reading --------------------------------------------------------------------------------


def find_suspicion(tx: Tx, suspicion_id: int, *, lock: bool = False) -> Suspicion:
    """Return a suspicion; with ``lock``, lock its row.

    Raises:
        SuspicionUnknown: the id is unknown.
    """
    row = tx.one("suspicion.lock" if lock else "suspicion.by_id", suspicion_id=suspicion_id)
    if row is None:
        raise SuspicionUnknown
    return _suspicion(row)


def find_undecided(tx: Tx, kind: SuspicionKind, subject: str) -> Suspicion | None:
    """Return the undecided suspicion of a kind about a subject."""
    row = tx.one("suspicion.undecided_of", kind=kind, subject=subject)
    return _suspicion(row) if row else None


def listed(tx: Tx, scope: Scope, most: int) -> list[Suspicion]:
    """Return the undecided suspicions of a scope, the oldest first."""
    return [_suspicion(row) for row in tx.all("suspicion.listed", most=most, **scope.values)]


def of_subject(tx: Tx, subject: str) -> list[Suspicion]:
    """Return all suspicions about a subject."""
    return [_suspicion(row) for row in tx.all("suspicion.of_subject", subject=subject)]


def find_asked(tx: Tx, account_id: int) -> list[Suspicion]:
    """Return the suspicions for which an account's invoice was asked for, the oldest first."""
    rows = tx.all("suspicion.asked_of", subject=audit.account_subject(account_id))
    return [_suspicion(row) for row in rows]


def ensure_not_suspended(tx: Tx, account_id: int) -> None:
    """Refuse to select while a reviewer waits for the owner's invoice.

    Raises:
        SelectionSuspended: with the rule because of which it was asked for.
    """
    asked = find_asked(tx, account_id)
    if asked:
        raise SelectionSuspended(asked[0].kind)


# --- raising --------------------------------------------------------------------------------


def raise_suspicion(tx: Tx, found: Finding) -> bool:
    """Raise a suspicion, or add weightier evidence to the undecided one; may run again with the same finding.

    Returns:
        Whether anything has changed.
    """
    values = {
        "kind": found.kind,
        "subject": found.subject,
        "weight": found.weight,
        "evidence": json.dumps(dict(found.evidence), ensure_ascii=False, sort_keys=True),
        "now": to_millis(tx.now),
    }
    row = tx.one("suspicion.raise", office=found.office, **values)
    if row is None:
        return bool(tx.run("suspicion.add_evidence", **values))
    audit.record(
        tx,
        audit.SYSTEM,
        AuditAction.RAISED_SUSPICION,
        audit.suspicion_subject(row["suspicion_id"]),
        office=found.office,
        rule=found.kind,
        about=found.subject,
    )
    return True
