"""Figures for the desk's reports: how full segments are, and selections by outcome.

All figures are read on one read-only snapshot and computed from the tables themselves, so that they add
up: every selected number is reserved, registered, expired, void or revoked.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.appeals import Queued, queue
from core.clock import CHINA, from_millis, to_millis
from core.people.scope import Scope
from core.pool.segments import Freed, Segment, any_composable_from, freed, mask_of, withheld
from core.ports import Row, Tx
from core.preselection import PreselectionState
from core.values.masks import Mask
from core.values.offices import Office
from core.values.plates import PlateKind

MARK = 0.6
"""Share of a segment's numbers taken at which the next one should be prepared (the 60 % mark)."""
NEARLY_EMPTY = 0.95
"""Share at which hardly any choice is left."""
SPANS = (7, 30, 90)
"""Selectable periods, in days up to and including today."""
_ZONE = int(timedelta(hours=8).total_seconds() * 1000)
"""China's UTC offset in milliseconds, to compute hours and days; there is no daylight saving time."""
_EPOCH = date(1970, 1, 1)
_MAX_MASKS = 12
"""Maximum withheld masks for which overlaps are computed exactly."""


# --- how full segments are ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """How full a segment is."""

    office: str
    segment: Segment
    compose_from: datetime  # later than the segment's own if all of it was withheld until lately
    taken: int  # reserved, or on a vehicle
    held: int  # currently in a batch, on a shortlist, or resting
    withheld: tuple[Mask, ...] = ()  # the withheld masks, intersected with the segment
    withheld_size: int = 0  # the numbers in these; some may have been taken before

    @property
    def kind(self) -> PlateKind:
        return self.segment.mask.kind

    @property
    def free(self) -> int:
        """The numbers neither taken nor held; withheld ones count as free."""
        return max(0, self.segment.size - self.taken - self.held)

    @property
    def share(self) -> float:
        """The share of taken numbers, from 0 to 1."""
        return self.taken / self.segment.size

    @property
    def past_mark(self) -> bool:
        """Whether the share has reached ``MARK``, so that the next segment should be prepared."""
        return self.share >= MARK


def fills(tx: Tx, offices: Iterable[Office]) -> list[Fill]:
    """Return how full the segments of some offices are, ordered by office, kind and release."""
    by_code = {office.code: office for office in offices}
    held = Counter(row["segment_id"] for row in tx.all("statistics.held", now=to_millis(tx.now)))
    rows = tx.all("statistics.segments", **Scope(offices=tuple(by_code)).values)
    withheld_masks: dict[tuple[str, str], list[Mask]] = {}
    freed_masks: dict[tuple[str, str], list[Freed]] = {}
    found = []
    for row in rows:
        pool = row["office"], row["kind"]
        if pool not in withheld_masks:
            office, kind = by_code[row["office"]], PlateKind(row["kind"])
            withheld_masks[pool], freed_masks[pool] = withheld(tx, office, kind), freed(tx, office, kind)
        found.append(_fill(row, held[row["segment_id"]], withheld_masks[pool], freed_masks[pool]))
    order = list(PlateKind)
    return sorted(
        found,
        key=lambda fill: (list(by_code).index(fill.office), order.index(fill.kind), fill.segment.segment_id),
    )


def _fill(row: Row, held: int, withheld_masks: Iterable[Mask], freed_masks: Iterable[Freed]) -> Fill:
    mask = mask_of(row["kind"], row["mask"], row["nev_letters"])
    parts = tuple(part for part in map(mask.intersection, withheld_masks) if part is not None)
    segment = Segment(
        segment_id=row["segment_id"],
        mask=mask,
        opens_at=from_millis(row["opens_at"]),
        compose_from=from_millis(row["compose_from"]),
        released_at=from_millis(row["released_at"]),
    )
    return Fill(
        office=row["office"],
        segment=segment,
        compose_from=any_composable_from(segment, freed_masks),
        taken=row["taken"],
        held=held,
        withheld=parts,
        withheld_size=min(mask.size, size_of_union(parts)),
    )


def size_of_union(masks: Sequence[Mask]) -> int:
    """Return the number of serials in the union of some masks.

    For more than ``_MAX_MASKS`` masks, overlaps are ignored and the result is an upper bound.
    """
    if len(masks) > _MAX_MASKS:
        return sum(mask.size for mask in masks)
    total = 0
    for index, mask in enumerate(masks):
        before = [common for common in map(mask.intersection, masks[:index]) if common is not None]
        total += mask.size - size_of_union(before)
    return total


# --- selections and their outcomes ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The figures of one day."""

    day: date
    random: int = 0  # numbers selected from a random batch
    composed: int = 0  # numbers selected by self-composition
    registered: int = 0  # confirmed at the counter
    expired: int = 0
    void: int = 0
    revoked: int = 0
    banned: int = 0  # identities put on the blacklist

    @property
    def selected(self) -> int:
        return self.random + self.composed


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The selections in one hour of the day, over all days."""

    hour: int  # 0 to 23
    random: int = 0
    composed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """The figures of a period that ends today."""

    at: datetime
    days: tuple[Day, ...]
    hours: tuple[Hour, ...]
    waiting: int  # numbers currently waiting for confirmation
    appeals: int  # currently pending appeals

    @property
    def total(self) -> Day:
        """The sums over all days, with the date of the first."""
        names = ("random", "composed", "registered", "expired", "void", "revoked", "banned")
        sums = {name: sum(getattr(day, name) for day in self.days) for name in names}
        return Day(day=self.days[0].day, **sums)


def stats(tx: Tx, scope: Scope, days: int) -> Stats:
    """Return the figures of the last ``days`` days, including today."""
    today = tx.now.astimezone(CHINA).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time(), CHINA)
    until = datetime.combine(today + timedelta(days=1), time(), CHINA)
    values = {"since": to_millis(since), "until": to_millis(until), "zone": _ZONE, **scope.values}
    selected = tx.all("statistics.selected", **values)
    row = tx.one("statistics.count_reserved", **scope.values)
    return Stats(
        at=tx.now,
        days=_days(
            first, days, selected, tx.all("statistics.ended", **values), tx.all("statistics.banned", **values)
        ),
        hours=_hours(selected),
        waiting=row["numbers"] if row else 0,
        appeals=len(waiting_appeals(tx, scope)),
    )


_ENDS = {
    PreselectionState.REGISTERED: "registered",
    PreselectionState.EXPIRED: "expired",
    PreselectionState.VOID: "void",
    PreselectionState.CANCELLED: "revoked",
}


def _days(
    first: date, count: int, selected: Iterable[Row], ended: Iterable[Row], banned: Iterable[Row]
) -> tuple[Day, ...]:
    sums: dict[date, Counter[str]] = {first + timedelta(days=ahead): Counter() for ahead in range(count)}
    for row in selected:
        sums[_day_of(row["hour"] // 24)][row["way"]] += row["numbers"]
    for row in ended:
        sums[_day_of(row["day"])][_ENDS[PreselectionState(row["state"])]] += row["numbers"]
    for row in banned:
        sums[_day_of(row["day"])]["banned"] += row["numbers"]
    return tuple(Day(day=day, **figures) for day, figures in sums.items())


def _day_of(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def _hours(selected: Iterable[Row]) -> tuple[Hour, ...]:
    sums: list[Counter[str]] = [Counter() for _ in range(24)]
    for row in selected:
        sums[row["hour"] % 24][row["way"]] += row["numbers"]
    return tuple(Hour(hour=hour, **figures) for hour, figures in enumerate(sums))


# --- pending work ---------------------------------------------------------------------------


def waiting_appeals(tx: Tx, scope: Scope) -> list[Queued]:
    """Return the pending appeals, oldest first."""
    return queue(tx, None if scope.everywhere else scope.offices)


def due_by_day(tx: Tx, scope: Scope, days: int) -> tuple[tuple[date, int], ...]:
    """Return the number of reservations ending on each of the next days; overdue ones count as today's."""
    today = tx.now.astimezone(CHINA).date()
    ahead = [today + timedelta(days=number) for number in range(days)]
    until = datetime.combine(ahead[-1] + timedelta(days=1), time(), CHINA)
    sums = dict.fromkeys(ahead, 0)
    for row in tx.all("statistics.due_by_day", until=to_millis(until) + 1, zone=_ZONE, **scope.values):
        sums[max(today, _day_of(row["day"]))] += row["numbers"]
    return tuple(sums.items())
