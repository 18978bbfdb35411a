"""The reservations of an office that wait to be registered (/list): filtered, by deadline, in pages.

Everything is read from one snapshot, so that the counts on the filters agree with the rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from core.clock import CHINA, to_millis
from core.people.scope import Scope
from core.ports import Row, Tx
from core.preselection import Preselection, from_row
from core.preselection.contradictions import Contradiction, has_registry
from core.reporting.turnover import EVER, waiting_by_kind
from core.values.plates import PlateKind


class WaitingFilter(StrEnum):
    """Which of them are listed; the values are kept in conversations."""

    ALL = "all"
    TODAY = "today"  # they end today, or have ended and can still be confirmed
    WEEK = "week"  # they end by Sunday
    UNREACHABLE = "unreachable"  # the bot cannot reach their owners
    KNOWN = "known"  # the registry knows their vehicles as registered


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingChoice:
    """What is listed of which office."""

    office: str
    filter: WaitingFilter = WaitingFilter.ALL
    kind: PlateKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingReservation:
    """One row of the list."""

    preselection: Preselection
    is_unreachable: bool
    contradiction: Contradiction | None  # how the registry contradicts it

    @property
    def is_extended(self) -> bool:
        """Whether its deadline was moved, at the desk or for want of a reminder."""
        return bool(self.preselection.desk_extensions) or self.preselection.deadline_before is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    """A page of the list, and how many each filter would list."""

    at: datetime
    rows: tuple[WaitingReservation, ...]
    page: int  # the last one there is, if a later one was asked for
    total: int
    by_filter: Mapping[WaitingFilter, int]  # of the chosen kind
    by_kind: Mapping[PlateKind, int]  # of the chosen filter
    has_several_kinds: bool  # the office as a whole


def waiting_page(tx: Tx, choice: WaitingChoice, page: int, size: int) -> WaitingPage:
    """Return a page of an office's reservations."""
    counts = {one: _counts(tx, choice.office, one) for one in WaitingFilter}
    by_kind = counts[choice.filter]
    by_filter = {one: _of_kind(found, choice.kind) for one, found in counts.items()}
    total = by_filter[choice.filter]
    page = min(max(page, 0), max(0, (total - 1) // size))
    return WaitingPage(
        at=tx.now,
        rows=waiting_rows(tx, choice, skip=page * size, limit=size) if total else (),
        page=page,
        total=total,
        by_filter=by_filter,
        by_kind=by_kind,
        has_several_kinds=sum(map(bool, counts[WaitingFilter.ALL].values())) > 1,
    )


def waiting_rows(tx: Tx, choice: WaitingChoice, *, skip: int, limit: int) -> tuple[WaitingReservation, ...]:
    """Return a part of an office's reservations, by deadline."""
    values: dict[str, object] = {"office": choice.office, "kind": choice.kind or "", "skip": skip}
    if choice.filter == WaitingFilter.UNREACHABLE:
        rows = tx.all("waiting_list.page_unreachable", most=limit, **values)
    elif choice.filter == WaitingFilter.KNOWN:
        rows = tx.all("waiting_list.page_known", most=limit, **values)
    else:
        rows = tx.all("waiting_list.page", most=limit, until=_until(tx, choice.filter), **values)
    return tuple(map(_reservation, rows))


def unreachable_owners(tx: Tx, scope: Scope) -> int:
    """Return how many owners of the pending reservations in a scope cannot be reached."""
    row = tx.one("waiting_list.count_unreachable_owners", **scope.values)
    return int(row["owners"]) if row else 0


def _reservation(row: Row) -> WaitingReservation:
    contradiction = row["contradiction"]
    return WaitingReservation(
        preselection=from_row(row),
        is_unreachable=bool(row["is_unreachable"]),
        contradiction=Contradiction(contradiction) if contradiction else None,
    )


def _counts(tx: Tx, office: str, wanted: WaitingFilter) -> dict[PlateKind, int]:
    if wanted == WaitingFilter.KNOWN and not has_registry(tx):
        return dict.fromkeys(PlateKind, 0)
    if wanted in {WaitingFilter.UNREACHABLE, WaitingFilter.KNOWN}:
        rows = tx.all(f"waiting_list.count_{wanted}", office=office)
        found = {PlateKind(row["kind"]): row["numbers"] for row in rows}
        return {kind: found.get(kind, 0) for kind in PlateKind}
    return waiting_by_kind(tx, office, _until(tx, wanted))


def _of_kind(counts: Mapping[PlateKind, int], kind: PlateKind | None) -> int:
    return sum(counts.values()) if kind is None else counts[kind]


def _until(tx: Tx, wanted: WaitingFilter) -> int:
    """Return the latest deadline that a filter lists: one at midnight belongs to the day before."""
    today = tx.now.astimezone(CHINA).date()
    if wanted == WaitingFilter.TODAY:
        return _midnight_after(today)
    if wanted == WaitingFilter.WEEK:
        return _midnight_after(today + timedelta(days=6 - today.weekday()))
    return EVER


def _midnight_after(day: date) -> int:
    return to_millis(datetime.combine(day + timedelta(days=1), time(), CHINA))
