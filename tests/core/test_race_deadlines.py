"""A closed day that is entered while owners reserve and choose their reminders."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import CHINA, from_millis
from core.ports import Tx
from core.preselection import get
from tests.core.interceptor import Interceptor, intercepted
from tests.core.sql import sql
from tests.core.tools import release, reserved, verified

SHUT = date(2026, 3, 12)
DEADLINE, MOVED = datetime(2026, 3, 17, 17, tzinfo=CHINA), datetime(2026, 3, 18, 17, tzinfo=CHINA)
POSTGRES = [pytest.param("postgres", marks=pytest.mark.postgres)]


def closes(core: Core, *without: str) -> Callable[[Tx], Any]:
    def close(tx: Tx) -> None:
        between = Interceptor(tx, without=frozenset(without))
        core.day_changes.close_days(between, core.offices["粤K"], (SHUT,), "检修", "chat:1")

    return close


async def reserve_beside_closing(core: Core, *without: str) -> datetime | None:
    """Reserve a number; after the calendar was read, the office enters a closed day."""
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 0)
    place = core.offices["粤K"]

    def reserve(tx: Tx) -> None:
        assert core.selection.compose(tx, account, begun, place, ["A1234"], received_at=tx.now).taken

    await intercepted(core.store, reserve, "closed_days.of_office", closes(core, *without))
    return (await core.store.read(get, begun)).deadline


async def test_number_reserved_beside_closing_is_moved(core: Core) -> None:
    assert await reserve_beside_closing(core) == MOVED


@pytest.mark.parametrize("engine", POSTGRES, indirect=True)
async def test_control_without_lock_number_keeps_shut_days_deadline(core: Core) -> None:
    assert await reserve_beside_closing(core, "pool.lock_office") == DEADLINE


async def test_reminders_chosen_beside_closing_are_of_new_deadline(core: Core) -> None:
    await core.store.run(release, core, "A####")
    account, _ = await core.store.run(reserved, core, 0, "A1234")

    def choose(tx: Tx) -> None:
        core.deadlines.wish_reminders(tx, account, 0)

    # The owner has chosen by the old deadline; the day is entered before the reminders are planned.
    await intercepted(core.store, choose, "preselection.of_account", closes(core))
    waiting = "SELECT due_at FROM notice WHERE purpose LIKE 'reminder:%' AND state = 'waiting'"
    rows = await core.store.read(sql, waiting)
    assert [from_millis(row["due_at"]) for row in rows] == [MOVED.replace(hour=8)]
