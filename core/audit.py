"""The journal: who changed what, when. It only grows."""

import json
from dataclasses import dataclass

from core.clock import to_millis
from core.errors import HandledMeanwhile
from core.ports import Tx

SYSTEM = "system"
"""The actor of what happens by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change of state."""

    actor: str  # "chat:1001", "cli" or "system"
    action: str  # a verb in the past: "released", "reserved"
    subject: str  # "preselection:7", "plate:粤K:small:12345", "segment:3"
    office: str | None = None
    details: dict[str, object] | None = None  # no personal data


def record(tx: Tx, entry: Entry) -> None:
    """Write an entry into the journal, in the transaction that it is about."""
    tx.run(
        "audit.add",
        now=to_millis(tx.now),
        actor=entry.actor,
        action=entry.action,
        office=entry.office,
        subject=entry.subject,
        details=json.dumps(entry.details or {}, ensure_ascii=False, sort_keys=True),
    )


def handled(tx: Tx, subject: str, action: str = "") -> HandledMeanwhile:
    """Return that somebody else was faster, with who it was: the newest entry about a subject.

    Args:
        tx: the transaction.
        subject: what they were faster with.
        action: what they must have done; empty for anything.
    """
    row = (
        tx.one("audit.last_done", subject=subject, action=action)
        if action
        else tx.one("audit.last_of", subject=subject)
    )
    return HandledMeanwhile(by=row["actor"], action=row["action"]) if row else HandledMeanwhile()


def mask_handled(tx: Tx, subject: str, action: str, mask: str) -> HandledMeanwhile:
    """Return that somebody else was faster with a mask of a pool, with who it was."""
    row = tx.one("audit.last_of_mask", subject=subject, action=action, like=f'%"mask": {json.dumps(mask)}%')
    return HandledMeanwhile(by=row["actor"], action=action) if row else HandledMeanwhile()


def plate_subject(office: str, kind: str, serial: str) -> str:
    """Return how the journal calls a number."""
    return f"plate:{office}:{kind}:{serial}"
