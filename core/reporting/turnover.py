"""What happened to reservations in a span of days: how many waited, came in, went out, and wait.

For every span, kind and office: what waited at its start and what came in (selected, or given back at the
desk) is what went out (registered, expired, void, revoked) and what waits at its end. Only what waits now is
read as such; what waited earlier is computed from it, by all that has come in and gone out since.

The row of a reservation that the desk has given back no longer tells that it had ended. The audit log does:
it went out when it ended and came in when it was given back, so the figures of a past month do not change.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from core.audit import AuditAction
from core.clock import CHINA, from_millis, to_millis
from core.people.scope import Scope
from core.ports import Row, Tx
from core.preselection import PreselectionState
from core.reporting.appeal_figures import AppealFigures, appeal_figures
from core.reporting.spans import Span
from core.reporting.statistics import counted_offices
from core.values.plates import PlateKind

SPANS = (7, 30, 90)
"""Offered spans, in days up to and including today."""
MAX_DAYS = 366
"""The longest span: a leap year."""
EVER = 2**53
"""A time after all others, in milliseconds."""
_EPOCH = date(1970, 1, 1)
_OUTCOMES = {
    PreselectionState.REGISTERED: "registered",
    PreselectionState.EXPIRED: "expired",
    PreselectionState.VOID: "void",
    PreselectionState.CANCELLED: "revoked",
}
_DEEDS = {
    AuditAction.REGISTERED: "registered",
    AuditAction.VOIDED: "void",
    AuditAction.REVOKED: "revoked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What came in and went out."""

    random: int = 0  # numbers selected from a random batch
    composed: int = 0  # numbers selected by self-composition
    given_back: int = 0  # at the desk, after they had ended
    registered: int = 0
    expired: int = 0
    void: int = 0
    revoked: int = 0

    @property
    def selected(self) -> int:
        return self.random + self.composed

    @property
    def came_in(self) -> int:
        return self.selected + self.given_back

    @property
    def went_out(self) -> int:
        return self.registered + self.expired + self.void + self.revoked


_FIGURES = tuple(field.name for field in fields(Flow))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Flow):
    """The figures of one day."""

    day: date
    banned: int = 0  # identities put on the blacklist


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The selections in one hour of the day, over all days."""

    hour: int  # 0 to 23
    random: int = 0
    composed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFigures(Flow):
    """The figures of one plate kind."""

    kind: PlateKind
    waited: int  # at the start of the span
    waiting: int  # at its end


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFigures:
    """What one member of staff, or the system, did to reservations."""

    actor: str
    registered: int = 0
    void: int = 0
    revoked: int = 0
    given_back: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """The figures of a span."""

    at: datetime
    span: Span
    days: tuple[Day, ...]
    hours: tuple[Hour, ...]
    kinds: tuple[KindFigures, ...]
    staff: tuple[StaffFigures, ...]  # who confirmed the most first
    appeals: AppealFigures
    ban_entries: int = 0  # entries of the audit log about bans: each cause of one is an entry

    @property
    def today(self) -> date:
        return self.at.astimezone(CHINA).date()

    @property
    def total(self) -> Day:
        """The sums over all days, with the date of the first."""
        sums = {name: sum(getattr(day, name) for day in self.days) for name in (*_FIGURES, "banned")}
        return Day(day=self.span.first, **sums)

    @property
    def waited(self) -> int:
        return sum(kind.waited for kind in self.kinds)

    @property
    def waiting(self) -> int:
        return sum(kind.waiting for kind in self.kinds)


def stats(tx: Tx, scope: Scope, span: Span) -> Stats:
    """Return the figures of a span that has begun; its end may lie ahead."""
    offices = counted_offices(tx, scope)
    counted = _Counted(span)
    for office in offices:
        counted.selected(tx.all("statistics.selected", office=office, hour=_number_of(span.first) * 24))
        counted.ended(tx.all("statistics.ended", office=office, day=_number_of(span.first)))
        counted.waiting.update(waiting_by_kind(tx, office))
    since, until = to_millis(span.since), to_millis(span.until)
    given_back = tx.all("statistics.given_back", since=since, **scope.values)
    counted.given_back(given_back)
    deeds = [
        row
        for office in offices
        for row in tx.all("statistics.deeds", office=office, since=since, until=until)
    ]
    banned = tx.all("statistics.banned", since=since, until=until, **scope.values)
    entries = tx.one("statistics.ban_entries", since=since, until=until, **scope.values)
    return Stats(
        at=tx.now,
        span=span,
        ban_entries=entries["entries"] if entries else 0,
        days=counted.day_figures(banned),
        hours=counted.hour_figures(),
        kinds=counted.kind_figures(),
        staff=_staff(deeds, [row for row in given_back if row["at"] < until]),
        appeals=appeal_figures(tx, scope, span),
    )


def waiting_by_kind(tx: Tx, office: str, until: int = EVER) -> dict[PlateKind, int]:
    """Return how many reservations of an office are pending whose deadline is not after a time."""
    rows = tx.all("statistics.waiting", office=office, until=until)
    found = {row["kind"]: row["numbers"] for row in rows}
    return {kind: found.get(kind.value, 0) for kind in PlateKind}


def _number_of(day: date) -> int:
    return (day - _EPOCH).days


def _day_of(millis: int) -> date:
    return from_millis(millis).astimezone(CHINA).date()


class _Counted:
    """Sums by day, hour and kind, of a span and of the time since."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._days: dict[date, Counter[str]] = {
            span.first + timedelta(days=ahead): Counter() for ahead in range(span.days)
        }
        self._hours: list[Counter[str]] = [Counter() for _ in range(24)]
        self._kinds: dict[PlateKind, Counter[str]] = {kind: Counter() for kind in PlateKind}
        self._later: Counter[PlateKind] = Counter()  # what came in, less what went out, after the span
        self.waiting: Counter[PlateKind] = Counter()  # now

    def selected(self, rows: Iterable[Row]) -> None:
        for row in rows:
            number, hour = divmod(row["hour"], 24)
            day = _EPOCH + timedelta(days=number)
            self._add(day, PlateKind(row["kind"]), row["way"], row["numbers"], sign=1)
            if day in self._days:
                self._hours[hour][row["way"]] += row["numbers"]

    def ended(self, rows: Iterable[Row]) -> None:
        for row in rows:
            outcome = _OUTCOMES[PreselectionState(row["state"])]
            day = _EPOCH + timedelta(days=row["day"])
            self._add(day, PlateKind(row["kind"]), outcome, row["numbers"], sign=-1)

    def given_back(self, rows: Iterable[Row]) -> None:
        for row in rows:
            kind = PlateKind(row["kind"])
            self._add(_day_of(row["at"]), kind, "given_back", 1, sign=1)
            self._add(_day_of(row["ended_at"]), kind, _DEEDS[AuditAction(row["action"])], 1, sign=-1)

    def _add(self, day: date, kind: PlateKind, figure: str, count: int, *, sign: int) -> None:
        if day in self._days:
            self._days[day][figure] += count
            self._kinds[kind][figure] += count
        elif day > self._span.last:
            self._later[kind] += sign * count

    def day_figures(self, banned: Iterable[Row]) -> tuple[Day, ...]:
        for row in banned:
            self._days[_EPOCH + timedelta(days=row["day"])]["banned"] += row["numbers"]
        return tuple(Day(day=day, **figures) for day, figures in self._days.items())

    def hour_figures(self) -> tuple[Hour, ...]:
        return tuple(Hour(hour=hour, **figures) for hour, figures in enumerate(self._hours))

    def kind_figures(self) -> tuple[KindFigures, ...]:
        found = []
        for kind, figures in self._kinds.items():
            flow = Flow(**figures)
            waiting = self.waiting[kind] - self._later[kind]
            waited = waiting - flow.came_in + flow.went_out
            found.append(KindFigures(kind=kind, waited=waited, waiting=waiting, **figures))
        return tuple(found)


def _staff(deeds: Iterable[Row], given_back: Iterable[Row]) -> tuple[StaffFigures, ...]:
    sums: dict[str, Counter[str]] = {}
    for row in deeds:
        sums.setdefault(row["actor"], Counter())[_DEEDS[AuditAction(row["action"])]] += row["numbers"]
    for row in given_back:
        sums.setdefault(row["actor"], Counter())["given_back"] += 1
    found = [StaffFigures(actor=actor, **figures) for actor, figures in sums.items()]
    return tuple(sorted(found, key=lambda one: (-one.registered, -one.void - one.revoked, one.actor)))
