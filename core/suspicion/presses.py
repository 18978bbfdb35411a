"""The presses with which owners select: recorded by the step that handles them, kept for some weeks.

A refused step changes nothing, so a press that came too soon is recorded by the transaction that shows the
refusal, like a probe (``core.people.probes``).
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from core import audit
from core.clock import to_millis
from core.errors.base import XuanhaoError
from core.errors.selection import DrawnTooSoon, TriedTooSoon
from core.pool.segments import mask_of
from core.ports import Tx
from core.settings.tables import SuspicionSettings
from core.suspicion.model import (
    Finding,
    SuspicionKind,
    ensure_not_suspended,
    find_undecided,
    raise_suspicion,
)
from core.values.offices import Office
from core.values.plates import Plate, PlateKind

MAX_EVENTS = 20
"""Maximum events in the evidence of one suspicion; the newest are kept."""


class PressWay(StrEnum):
    """What a press was for."""

    DRAW = "draw"
    COMPOSE = "compose"
    PICK = "pick"


class Presses:
    """Records presses, and notices wishes for numbers that were freed seconds ago.

    Args:
        rules: the rules in force.
    """

    def __init__(self, rules: SuspicionSettings) -> None:
        self._rules = rules

    def record(
        self, tx: Tx, account_id: int, preselection_id: int, office: str, way: PressWay, *, at: datetime
    ) -> None:
        """Record a press that was received at ``at``.

        Raises:
            SelectionSuspended: the owner was asked for the invoice; found by the same statement.
        """
        recorded = tx.run(
            "suspicion.add_press",
            account_id=account_id,
            preselection_id=preselection_id,
            office=office,
            way=way,
            at=to_millis(at),
        )
        if not recorded:
            ensure_not_suspended(tx, account_id)

    def note(self, tx: Tx, chat_id: int, error: XuanhaoError, *, at: datetime) -> None:
        """Record a press that was refused because it came too soon; other errors are ignored."""
        if not isinstance(error, DrawnTooSoon | TriedTooSoon):
            return
        row = tx.one("suspicion.selecting_of_chat", chat_id=chat_id)
        if row is not None:
            way = PressWay.DRAW if isinstance(error, DrawnTooSoon) else PressWay.COMPOSE
            self.record(tx, row["account_id"], row["preselection_id"], row["office"], way, at=at)

    def purge(self, tx: Tx) -> None:
        """Delete the presses that no rule looks at any longer."""
        kept = timedelta(days=max(1, self._rules.shared_days))
        tx.run("suspicion.purge_presses", before=to_millis(tx.now - kept))

    # --- wishes for numbers that were just freed ----------------------------------------------

    def freed(
        self, tx: Tx, office: Office, kind: PlateKind, preselection_id: int, wishes: Sequence[str]
    ) -> dict[str, tuple[str, int]]:
        """Return which wishes were freed seconds ago: how, and when, in milliseconds since 1970.

        To be called before one of them is taken, as that overwrites what is known of it. The opening of a
        whole segment to self-composition is no freeing: everybody waits for it.
        """
        if not self._rules.freed_seconds:
            return {}
        pool = {"office": office.code, "kind": kind}
        since = to_millis(tx.now - timedelta(seconds=self._rules.freed_seconds))
        found: dict[str, tuple[str, int]] = {}
        for row in tx.all("suspicion.ended_withholdings", since=since, now=to_millis(tx.now), **pool):
            mask = mask_of(kind, row["mask"], office.nev_letters)
            found |= {wish: ("withholding", row["at"]) for wish in wishes if mask.matches(wish)}
        rows = tx.all(
            "suspicion.rests_and_holds",
            since=since,
            now=to_millis(tx.now),
            preselection_id=preselection_id,
            wishes=json.dumps(list(wishes)),
            **pool,
        )
        return found | {row["serial"]: (row["what"], row["at"]) for row in rows}

    def note_freed(
        self, tx: Tx, account_id: int, preselection_id: int, plate: Plate, freed: tuple[str, int]
    ) -> None:
        """Raise a suspicion about an owner whose wish was for a number that was freed seconds ago."""
        subject = audit.account_subject(account_id)
        what, at = freed
        event = {
            "plate": str(plate),
            "what": what,
            "freed_at": at,
            "taken_at": to_millis(tx.now),
            "preselection": preselection_id,
        }
        before = find_undecided(tx, SuspicionKind.FREED, subject)
        earlier = before.evidence.get("events") if before else None
        events = [*(earlier if isinstance(earlier, list) else []), event]
        raise_suspicion(
            tx,
            Finding(
                kind=SuspicionKind.FREED,
                subject=subject,
                office=plate.office,
                weight=(before.weight if before else 0) + 1,
                evidence={"events": events[-MAX_EVENTS:]},
            ),
        )
