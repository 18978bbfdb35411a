"""What of a pool can be self-composed at this moment (docs/domain.md, section 5).

Read while wishes are typed and again when they are tried: a few rows, whatever the size of the pool.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import to_millis
from core.errors.selection import WishNotReleased, WishRandomOnly, WishWithheld
from core.pool.segments import Freed, Segment, composable_from, find_segment, freed, open_segments, withheld
from core.ports import Tx
from core.values.masks import Mask
from core.values.offices import Office
from core.values.plates import PlateKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Composable:
    """The open segments of a pool, and what of them cannot be self-composed."""

    pool: tuple[str, PlateKind]  # the office's code, and the kind
    open_now: tuple[Segment, ...]
    composed_now: tuple[Segment, ...]  # those that are open to self-composition too
    withheld: tuple[Mask, ...]
    freed: tuple[Freed, ...]
    now: int

    def ensure(self, serial: str) -> Segment:
        """Return the segment of a serial that may be self-composed, whether it is free or not.

        Raises:
            WishNotReleased: it belongs to no open segment.
            WishRandomOnly: its segment is not open to self-composition yet, or it was withheld until lately.
            WishWithheld: it is withheld.
        """
        segment = find_segment(self.open_now, serial)
        if segment is None:
            raise WishNotReleased(self.patterns)
        if any(mask.matches(serial) for mask in self.withheld):
            raise WishWithheld
        opens = composable_from(segment, self.freed, serial)
        if to_millis(opens) > self.now:
            raise WishRandomOnly(opens)
        return segment

    def allows(self, serial: str) -> bool:
        """Return whether a serial may be self-composed, whether it is free or not."""
        segment = find_segment(self.composed_now, serial)
        if segment is None or any(mask.matches(serial) for mask in self.withheld):
            return False
        return to_millis(composable_from(segment, self.freed, serial)) <= self.now

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of the segments that are open to self-composition, in the order of release."""
        return tuple(segment.mask.pattern for segment in self.composed_now)


def composable(tx: Tx, office: Office, kind: PlateKind) -> Composable:
    """Return what of a pool can be self-composed at this moment; for display, since nothing is locked."""
    opened = open_segments(tx, office, kind)
    return Composable(
        pool=(office.code, kind),
        open_now=tuple(opened),
        composed_now=tuple(segment for segment in opened if segment.compose_from <= tx.now),
        withheld=tuple(withheld(tx, office, kind)),
        freed=tuple(freed(tx, office, kind)),
        now=to_millis(tx.now),
    )


def free_of(tx: Tx, found: Composable, serials: Sequence[str]) -> list[str]:
    """Return those serials that are free at this moment, in their order; for display, as nothing is locked.

    One statement, which looks up each of them: callers pass some dozens at most.
    """
    code, kind = found.pool
    rows = tx.all(
        "pool.not_free", office=code, kind=kind, serials=json.dumps(list(serials)), now=to_millis(tx.now)
    )
    not_free = {row["serial"] for row in rows}
    return [serial for serial in serials if serial not in not_free]
