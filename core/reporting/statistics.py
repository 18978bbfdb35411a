"""Figures for the desk's reports: how full segments are, and what is pending.

All figures are read on one read-only snapshot and computed from the tables themselves.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import CHINA, from_millis, to_millis
from core.people.scope import Scope
from core.pool.segments import Freed, Segment, any_composable_from, freed, mask_of, segments, withheld
from core.ports import Row, Tx
from core.values.masks import Mask, union_size
from core.values.offices import Office
from core.values.plates import PlateKind

MARK = 0.6
"""Share of a segment's numbers taken at which the next one should be prepared (the 60 % mark)."""
NEARLY_EMPTY = 0.95
"""Share at which hardly any choice is left."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreleasedMask:
    """A withheld mask of which some numbers were never released, so that no segment shows them."""

    kind: PlateKind
    mask: Mask
    size: int  # the numbers that are in no segment
    since: datetime
    reason: str  # empty where it was withheld before reasons were stored


def unreleased_masks(tx: Tx, office: Office) -> tuple[UnreleasedMask, ...]:
    """Return the withheld masks of an office that lie, wholly or partly, in no segment; by kind and age."""
    found = []
    for kind in PlateKind:
        released = [segment.mask for segment in segments(tx, office, kind)]
        for row in tx.all("bulletin.withheld", office=office.code, kind=kind):
            mask = mask_of(kind, row["mask"], office.nev_letters)
            within = [part for part in map(mask.intersection, released) if part is not None]
            size = mask.size - union_size(within)
            if size > 0:
                since = from_millis(row["since"])
                found.append(
                    UnreleasedMask(kind=kind, mask=mask, size=size, since=since, reason=row["reason"])
                )
    return tuple(found)


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
        withheld_size=union_size(parts),
    )


# --- pending work ---------------------------------------------------------------------------


def due_by_day(tx: Tx, scope: Scope, days: int) -> tuple[tuple[date, int], ...]:
    """Return the number of reservations ending on each of the next days; overdue ones count as today's.

    One that ends at midnight ends on the day before.
    """
    today = tx.now.astimezone(CHINA).date()
    found, offices = [], counted_offices(tx, scope)
    for ahead in range(days):
        since, until = (_midnight(today + timedelta(days=number)) for number in (ahead, ahead + 1))
        found.append((today + timedelta(days=ahead), _due_between(tx, offices, since if ahead else 0, until)))
    return tuple(found)


def _midnight(day: date) -> int:
    return to_millis(datetime.combine(day, time(), CHINA))


def counted_offices(tx: Tx, scope: Scope) -> Sequence[str]:
    """Return the offices of a scope whose reservations are counted, also those no longer served."""
    return [row["code"] for row in tx.all("statistics.offices")] if scope.everywhere else scope.offices


def _due_between(tx: Tx, offices: Sequence[str], after: int, until: int) -> int:
    """Return how many reservations end after a moment, and not after another."""
    rows = (tx.one("statistics.due", office=code, after=after, until=until) for code in offices)
    return sum(row["numbers"] for row in rows if row)
