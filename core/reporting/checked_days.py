"""Whether each day's draws could be recomputed, once its seed was published (docs/journal.md, section 5)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import CHINA, from_millis, to_millis
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.people.admins import Admins
from core.ports import Tx
from core.reporting.own_draws import draws_of_day
from core.values.plates import PlateKind

AGAIN = timedelta(hours=20)
"""How long after a failed check a pool is checked again."""
TELL_AT = time(8)
"""When owners are told of the day before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCheck:
    """A pool that is to be checked, and the days whose outcome that gives."""

    office: str
    kind: str
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedDraws:
    """Draws of one owner from a pool that were recomputed."""

    office: str
    kind: PlateKind
    draws: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDay:
    """A day whose draws could not be recomputed."""

    office: str
    kind: str
    day: date
    checked_at: datetime
    reason: str


def due(tx: Tx) -> list[DueCheck]:
    """Return the pools with published seeds whose days have not been checked."""
    days: dict[tuple[str, str], list[str]] = {}
    for row in tx.all("checks.due", before=to_millis(tx.now - AGAIN)):
        days.setdefault((row["office"], row["kind"]), []).append(row["day"])
    return [DueCheck(office=office, kind=kind, days=tuple(of)) for (office, kind), of in days.items()]


def failed(tx: Tx, most: int) -> list[FailedDay]:
    """Return the days that are inconsistent, oldest first."""
    return [
        FailedDay(
            office=row["office"],
            kind=row["kind"],
            day=date.fromisoformat(row["day"]),
            checked_at=from_millis(row["checked_at"]),
            reason=row["reason"],
        )
        for row in tx.all("checks.failed", most=most)
    ]


def record(tx: Tx, checked: DueCheck, reason: str, admins: Admins) -> None:
    """Record the outcome of a check, and tell who has to know.

    Args:
        tx: the transaction.
        checked: the pool and its days.
        reason: what is wrong; empty if everything is consistent.
        admins: know the chiefs, who are told what is wrong.
    """
    pool = {"office": checked.office, "kind": checked.kind}
    for day in checked.days:
        draws = draws_of_day(tx, checked.office, checked.kind, day).draws
        tx.run(
            "checks.note",
            **pool,
            day=day,
            now=to_millis(tx.now),
            draws=draws,
            is_consistent=int(not reason),
            reason=reason,
        )
        if not reason and draws:
            _tell_owners(tx, checked, day)
    if reason:
        _tell_chiefs(tx, checked, admins.chiefs(tx))


def is_subscribed(tx: Tx, chat_id: int) -> bool:
    """Return whether a chat wants to be told when a day on which it drew has been checked."""
    return tx.one("checks.subscription", chat_id=chat_id) is not None


def subscribe(tx: Tx, chat_id: int) -> None:
    """Tell a chat from now on."""
    tx.run("checks.subscribe", chat_id=chat_id, now=to_millis(tx.now))


def unsubscribe(tx: Tx, chat_id: int) -> None:
    """Tell it no longer."""
    tx.run("checks.unsubscribe", chat_id=chat_id)


def is_inconsistent_for(tx: Tx, chat_id: int, day: str) -> bool:
    """Return whether any draw of a chat on a day could not be recomputed."""
    return tx.one("checks.inconsistent_of_chat", chat_id=chat_id, day=day) is not None


def verified_of(tx: Tx, chat_id: int, day: str) -> list[VerifiedDraws]:
    """Return how many draws of a chat on a day were recomputed, by pool."""
    return [
        VerifiedDraws(office=row["office"], kind=PlateKind(row["kind"]), draws=row["draws"])
        for row in tx.all("checks.verified_of_chat", chat_id=chat_id, day=day)
    ]


def _tell_owners(tx: Tx, checked: DueCheck, day: str) -> None:
    """Tell those who want it, in the morning; one line a day, whatever the number of pools."""
    morning = datetime.combine(date.fromisoformat(day) + timedelta(days=1), TELL_AT, CHINA)
    midnight = datetime.combine(date.fromisoformat(day) + timedelta(days=2), time(), CHINA)
    if tx.now >= midnight:
        return  # it was not yesterday
    tx.run(
        "checks.add_notices",
        office=checked.office,
        kind=checked.kind,
        day=day,
        purpose=NotificationPurpose.CHECKED,
        subject=f"checked:{day}",
        details=json.dumps({"day": day}),
        due_at=to_millis(max(tx.now, morning)),
        pointless_after=to_millis(midnight),
        now=to_millis(tx.now),
    )


def _tell_chiefs(tx: Tx, checked: DueCheck, chiefs: Sequence[int]) -> None:
    subject = f"journal:{checked.office}:{checked.kind}"
    details = {"office": checked.office, "kind": checked.kind, "day": checked.days[0]}
    for chat_id in chiefs:
        purpose = f"{NotificationPurpose.JOURNAL_WRONG}:{to_millis(tx.now)}"
        plan(tx, Plan(chat_id=chat_id, purpose=purpose, subject=subject, due_at=tx.now, details=details))
