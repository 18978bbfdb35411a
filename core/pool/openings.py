"""From when numbers can be selected, recorded for those who wish for them (docs/domain.md, section 15).

Written by the transaction that releases or returns them; ``core.notifications.wished`` tells of them later.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from core.clock import to_millis
from core.ports import Tx
from core.values.masks import Mask
from core.values.plates import Plate

TELL_AFTER = timedelta(minutes=10)
"""How long after numbers came back those who wished for them are told: all at one time.

Longer than the time within which a wish for a number that has just become free counts as suspicious.
"""


class OpeningWay(StrEnum):
    """Why numbers can be selected; the values are stored."""

    RELEASE = "release"  # their segment is open to random selection
    COMPOSE = "compose"  # they are open to self-composition
    FREED = "freed"  # they are no longer withheld
    BACK = "back"  # a number was given back, and has rested


def record_release(tx: Tx, office: str, mask: Mask, opens_at: datetime, compose_from: datetime) -> None:
    """Record when a segment opens: both ways at once, or one after the other."""
    _record(tx, office, mask, OpeningWay.RELEASE, compose_from, tell_at=opens_at)
    if compose_from > opens_at:
        _record(tx, office, mask, OpeningWay.COMPOSE, compose_from, tell_at=compose_from)


def record_freed(tx: Tx, office: str, mask: Mask, compose_from: datetime) -> None:
    """Record that released numbers are no longer withheld, and from when they can be self-composed."""
    _record(tx, office, mask, OpeningWay.FREED, compose_from, tell_at=tx.now + TELL_AFTER)
    if compose_from > tx.now:
        _record(tx, office, mask, OpeningWay.COMPOSE, compose_from, tell_at=compose_from + TELL_AFTER)


def record_return(tx: Tx, plate: Plate, free_from: datetime) -> None:
    """Record when a number that was given back has rested."""
    tx.run(
        "wished.add_return",
        office=plate.office,
        kind=plate.kind,
        serial=plate.serial,
        tell_at=to_millis(free_from + TELL_AFTER),
    )


def _record(
    tx: Tx, office: str, mask: Mask, way: OpeningWay, compose_from: datetime, *, tell_at: datetime
) -> None:
    tx.run(
        "wished.add_opening",
        office=office,
        kind=mask.kind,
        mask=mask.pattern,
        nev_letters=mask.nev_letters,
        way=way,
        compose_from=to_millis(compose_from),
        tell_at=to_millis(tell_at),
    )
