"""The status of a plate number at this moment, for the counter (docs/domain.md, section 5)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.clock import to_millis
from core.pool.bulletin import WithheldMask, withheld_mask
from core.pool.segments import (
    Segment,
    composable_from,
    find_segment,
    freed,
    mask_of,
    segments,
    withheld,
)
from core.ports import Tx
from core.values.offices import Office
from core.values.plates import Plate, PlateKind


class NumberStatus(StrEnum):
    """The status of a plate number."""

    FREE = "free"
    NEVER_RELEASED = "never_released"
    NOT_OPEN = "not_open"  # released, but not open yet
    WITHHELD = "withheld"
    BATCH = "batch"  # held in an owner's batch for some seconds
    SHORTLIST = "shortlist"
    RESERVED = "reserved"
    REGISTERED = "registered"
    RESTING = "resting"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateStatus:
    """The status of a number, and when it changes next, if known."""

    plate: Plate
    status: NumberStatus
    opens: datetime | None = None  # if not open yet
    after_restore: bool = False  # withheld since it was issued or confirmed after a backup, until verified
    compose_from: datetime | None = None  # if free, but not open to self-composition yet


def first_opening(tx: Tx, office: Office, kind: PlateKind, pattern: str) -> Segment | None:
    """Return the segment in which numbers of a pattern can be self-composed first; None if none has any."""
    found = (segment for segment in segments(tx, office, kind) if segment.mask.meets(pattern))
    return min(found, key=lambda segment: segment.compose_from, default=None)


def withholdings_of(tx: Tx, office: Office, plate: Plate) -> tuple[WithheldMask, ...]:
    """Return all withholdings of a number, running and ended, in their order."""
    rows = tx.all("pool.withholdings", office=plate.office, kind=plate.kind)
    found = (withheld_mask(row, plate.kind, office) for row in rows)
    return tuple(
        one for one in found if mask_of(plate.kind, one.pattern, office.nev_letters).matches(plate.serial)
    )


def status_of(tx: Tx, office: Office, plate: Plate) -> PlateStatus:
    """Return the status of a number of an office; for display only, since it is not locked."""
    names = {"office": plate.office, "kind": plate.kind, "serial": plate.serial}
    row = tx.one("pool.get", now=to_millis(tx.now), **names)
    if row is not None:
        return PlateStatus(plate=plate, status=NumberStatus(row["state"]))
    segment = find_segment(segments(tx, office, plate.kind), plate.serial)
    if segment is None:
        return PlateStatus(plate=plate, status=NumberStatus.NEVER_RELEASED)
    if any(mask.matches(plate.serial) for mask in withheld(tx, office, plate.kind)):
        after_restore = tx.one("restoration.withholds", **names) is not None
        return PlateStatus(plate=plate, status=NumberStatus.WITHHELD, after_restore=after_restore)
    if segment.opens_at > tx.now:
        return PlateStatus(plate=plate, status=NumberStatus.NOT_OPEN, opens=segment.opens_at)
    opens = composable_from(segment, freed(tx, office, plate.kind), plate.serial)
    later = opens if opens > tx.now else None
    return PlateStatus(plate=plate, status=NumberStatus.FREE, compose_from=later)
