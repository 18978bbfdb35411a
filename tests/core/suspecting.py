"""Makes owners and admins do what the rules of suspected abuse look for, through the real services."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from core.bootstrap import Core
from core.ports import Tx
from core.suspicion import Suspicion, find_suspicion
from core.suspicion.presses import PressWay
from tests.core.sql import sql

REVIEWER = 9001
RULES: dict[str, dict[str, Any]] = {"suspicion": {"pace_presses": 3, "pace_seconds": 5}}


def presses(
    tx: Tx,
    core: Core,
    account_id: int,
    begun: int,
    moments: Iterable[datetime],
    way: PressWay = PressWay.DRAW,
) -> None:
    """Record presses at some moments."""
    for at in moments:
        core.presses.record(tx, account_id, begun, "粤K", way, at=at)


def every(first: datetime, number: int, **gap: float) -> list[datetime]:
    """Return moments that are equally far apart."""
    return [first + place * timedelta(**gap) for place in range(number)]


async def detects(core: Core) -> list[Suspicion]:
    """Run the job; return all suspicions."""
    found = await core.store.read(core.detection.find)
    await core.store.run(core.detection.store, found)
    return await suspicions(core)


async def suspicions(core: Core) -> list[Suspicion]:
    def read(tx: Tx) -> list[Suspicion]:
        rows = sql(tx, "SELECT suspicion_id FROM suspicion ORDER BY suspicion_id")
        return [find_suspicion(tx, row["suspicion_id"]) for row in rows]

    return await core.store.read(read)
