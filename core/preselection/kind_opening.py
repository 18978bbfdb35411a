"""Whether a plate kind has numbers to select: told before an owner enters anything."""

from dataclasses import dataclass
from datetime import datetime

from core.pool.segments import segments
from core.ports import Tx
from core.values.offices import Office
from core.values.plates import PlateKind


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOpening:
    """Whether a plate kind has an open segment at an office."""

    is_open: bool
    opens_at: datetime | None = None  # the next scheduled opening, if none is open


def kind_opening(tx: Tx, office: Office, kind: PlateKind) -> KindOpening:
    released = segments(tx, office, kind)
    if any(segment.opens_at <= tx.now for segment in released):
        return KindOpening(is_open=True)
    return KindOpening(is_open=False, opens_at=min((one.opens_at for one in released), default=None))
