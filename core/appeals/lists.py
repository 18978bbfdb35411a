"""Lists of appeals: those that wait, were decided, or concern an owner or a vehicle."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.appeals.model import AppealState, Queued
from core.clock import from_millis
from core.people.accounts import Account
from core.ports import Row, Tx


def queue(tx: Tx, offices: Iterable[str] | None) -> list[Queued]:
    """Return the pending appeals of some offices, oldest first; None for all offices, past ones included."""
    codes = None if offices is None else frozenset(offices)
    return [
        Queued(
            appeal_id=row["appeal_id"],
            account_id=row["account_id"],
            office=row["office"],
            vin=row["vin"],
            submitted_at=from_millis(row["submitted_at"]),
        )
        for row in tx.all("appeals.queue")
        if codes is None or row["office"] in codes
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealEntry:
    """An appeal in a list."""

    appeal_id: int
    office: str
    vin: str
    state: AppealState
    at: datetime  # when it was submitted or, in the list of decided ones, decided


def decided(tx: Tx, offices: Sequence[str], *, skip: int, limit: int) -> list[AppealEntry]:
    """Return decided appeals of some offices, the last decision first."""
    rows = tx.all("appeals.decided", offices=",".join(offices), most=limit, skip=skip)
    return [_entry(row, row["ended_at"]) for row in rows]


def appeals_of_case(tx: Tx, account_id: int | None, vin: str | None, limit: int) -> list[AppealEntry]:
    """Return the submitted appeals of an owner, or about a vehicle, newest first."""
    rows = tx.all("appeals.of_case", account_id=account_id or 0, vin=vin or "", most=limit)
    return [_entry(row, row["submitted_at"]) for row in rows]


def _entry(row: Row, at: int) -> AppealEntry:
    return AppealEntry(
        appeal_id=row["appeal_id"],
        office=row["office"],
        vin=row["vin"],
        state=AppealState(row["state"]),
        at=from_millis(at),
    )


def awarded_to(tx: Tx, account: Account) -> list[str]:
    """Return the VINs that appeals have awarded to an owner and that have no number yet."""
    return [row["vin"] for row in tx.all("appeals.awarded_to", account_id=account.account_id)]
