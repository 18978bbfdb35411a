"""The clock guard: nothing ends, opens or is deleted by a clock that has jumped (docs/domain.md, section 13).

The clock of the transactions is compared with the time at which it was last trusted, with the steady time
that has passed since, and with the ``Date`` header of the Bot API.

    trusted ──a jump without a header, or a header that disagrees──▶ in doubt
       ▲                                                                │
       └── a header that agrees, the clock set right, or a chief ───────┘

The state is one row, so that a restart or another worker knows it. During a doubt nobody can begin to select.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.clock import moment_or_none, to_millis
from core.errors.clock import ClockInDoubt, ClockTrusted
from core.people.admins import EVERYWHERE
from core.ports import Tx

MOST_JUMP = timedelta(hours=1)
"""Largest difference that is taken for the inaccuracy of clocks."""


class Cause(StrEnum):
    """What the clock disagrees with; stored in the database."""

    JUMP = "jump"  # the time at which it was last trusted, without a header to judge by
    HEADER = "header"  # the Bot API's header


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A clock that disagrees with a reference."""

    cause: Cause
    reference: datetime  # the time that the reference shows now


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A doubt that has not been resolved."""

    since: datetime  # by the doubted clock
    cause: Cause
    reference: datetime  # the time that the reference showed then
    header_offset: timedelta | None  # header minus clock; None if no header is known
    is_told: bool  # a chief has been told

    def reference_at(self, now: datetime) -> datetime:
        """Return the time that the reference shows when the doubted clock shows ``now``."""
        return self.reference + (now - self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """The stored state, and the time of the transaction that has read it."""

    now: datetime
    version: int
    seen_at: datetime | None  # when the trusted clock was last seen, else the newest entry in the audit log
    doubt: Doubt | None
    accepted: timedelta | None  # header minus clock, as a chief has accepted it


def is_near(one: datetime, other: datetime) -> bool:
    """Return whether two clocks show the same time, as precisely as it matters."""
    return abs(one - other) <= MOST_JUMP


def judge(
    now: datetime, *, header: datetime | None, base: datetime | None, accepted: timedelta | None
) -> Finding | None:
    """Compare a clock with its references.

    Args:
        now: the time that the clock shows.
        header: the time that the Bot API shows; None if unknown. It decides if it is known.
        base: the time to expect: by the steady clock while the process runs, at the start the time last
            seen; None in a new database.
        accepted: header minus clock, if a chief has accepted a difference.

    Returns:
        None if the clock can be trusted.
    """
    if header is not None:
        agrees = is_near(now, header) or (accepted is not None and is_near(now, header - accepted))
        return None if agrees else Finding(cause=Cause.HEADER, reference=header)
    if base is None or is_near(now, base):
        return None
    return Finding(cause=Cause.JUMP, reference=base)


def read_state(tx: Tx) -> ClockState:
    """Return the stored state and the current time."""
    row = tx.one("clock.state")
    if row is None:
        last = tx.one("clock.last_entry")
        seen_at = moment_or_none(last["at"]) if last else None
        return ClockState(now=tx.now, version=0, seen_at=seen_at, doubt=None, accepted=None)
    since, reference = moment_or_none(row["doubted_at"]), moment_or_none(row["reference_at"])

    def offset(column: str) -> timedelta | None:
        return None if row[column] is None else timedelta(milliseconds=row[column])

    return ClockState(
        now=tx.now,
        version=row["version"],
        seen_at=moment_or_none(row["seen_at"]),
        doubt=None
        if since is None or reference is None
        else Doubt(
            since=since,
            cause=Cause(row["cause"]),
            reference=reference,
            header_offset=offset("header_offset"),
            is_told=row["told_at"] is not None,
        ),
        accepted=offset("accepted_offset"),
    )


def is_in_doubt(tx: Tx) -> bool:
    """Return whether the clock is in doubt."""
    return tx.one("clock.is_in_doubt") is not None


def ensure_trusted(tx: Tx) -> None:
    """Reject an action whose result would depend on a doubted clock.

    Raises:
        ClockInDoubt: the clock is in doubt.
    """
    if is_in_doubt(tx):
        raise ClockInDoubt


def beat(tx: Tx, state: ClockState, accepted: timedelta | None) -> None:
    """Record that the clock is trusted at this moment.

    Args:
        tx: the transaction.
        state: as it was judged.
        accepted: the accepted difference of the header, or None if the header agrees by itself.
    """
    tx.run("clock.open")
    tx.run("clock.beat", now=to_millis(tx.now), version=state.version, accepted_offset=_millis(accepted))


def begin_doubt(tx: Tx, state: ClockState, finding: Finding, header: datetime | None) -> bool:
    """Begin a doubt; return False if the state has changed since it was judged.

    Args:
        tx: the transaction.
        state: as it was judged.
        finding: why.
        header: the time that the Bot API showed at ``state.now``; None if unknown.
    """
    tx.run("clock.open")
    begun = tx.run(
        "clock.doubt",
        now=to_millis(state.now),
        version=state.version,
        cause=finding.cause,
        reference_at=to_millis(finding.reference),
        header_offset=None if header is None else _millis(header - state.now),
    )
    if begun:
        audit.record(
            tx,
            audit.SYSTEM,
            AuditAction.DOUBTED_CLOCK,
            audit.office_subject(EVERYWHERE),
            cause=finding.cause,
            reference=finding.reference.isoformat(timespec="seconds"),
        )
    return bool(begun)


def note_header(tx: Tx, state: ClockState, header: datetime) -> None:
    """Record by how much the header differs during a doubt; a chief who confirms the clock accepts that."""
    tx.run("clock.note_header", version=state.version, header_offset=_millis(header - state.now))


def note_told(tx: Tx, state: ClockState) -> None:
    """Record that a chief has been told of a doubt."""
    tx.run("clock.told", version=state.version, now=to_millis(tx.now))


def resolve(tx: Tx, state: ClockState) -> bool:
    """End a doubt, because the clock agrees again; return False if it has been ended meanwhile."""
    return _trust(tx, state.version, audit.SYSTEM, is_accepted=False)


def validate_doubt(tx: Tx) -> ClockState:
    """Return the state of a clock that a chief may confirm.

    Raises:
        ClockTrusted: the clock is not in doubt.
    """
    state = read_state(tx)
    if state.doubt is None:
        raise ClockTrusted
    return state


def confirm(tx: Tx, version: int, actor: str) -> None:
    """End a doubt, because a chief says that the clock is right; overrules the header.

    Args:
        tx: the transaction.
        version: of the state that the chief was shown.
        actor: the chief.

    Raises:
        HandledMeanwhile: the doubt has ended, or another one has begun.
    """
    if not _trust(tx, version, actor, is_accepted=True):
        raise audit.handled(tx, audit.office_subject(EVERYWHERE), AuditAction.CONFIRMED_CLOCK)


def confirmed_by(tx: Tx) -> str:
    """Return the actor who has ended the last doubt; ``system`` if the clock agreed by itself."""
    row = tx.one(
        "audit.last_done",
        subject=audit.office_subject(EVERYWHERE),
        action=AuditAction.CONFIRMED_CLOCK.value,
    )
    return str(row["actor"]) if row else audit.SYSTEM


def overdue(tx: Tx) -> int:
    """Return how many reservations would have expired by the clock of this transaction."""
    row = tx.one("clock.overdue", now=to_millis(tx.now))
    return int(row["reservations"]) if row else 0


def _trust(tx: Tx, version: int, actor: str, *, is_accepted: bool) -> bool:
    ended = tx.run("clock.trust", now=to_millis(tx.now), version=version, is_accepted=int(is_accepted))
    if ended:
        audit.record(tx, actor, AuditAction.CONFIRMED_CLOCK, audit.office_subject(EVERYWHERE))
    return bool(ended)


def _millis(span: timedelta | None) -> int | None:
    return None if span is None else round(span / timedelta(milliseconds=1))
