"""Rows that are no longer needed are deleted when their time has come, and none earlier."""

from datetime import timedelta
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import to_millis
from core.notifications import queue as notification_queue
from core.ports import Tx
from core.preselection import PreselectionState
from tests.core import tools
from tests.lifecycle.harness import OFFICE, Harness, local

WEEK, DAY, SECOND = timedelta(days=7), timedelta(days=1), timedelta(seconds=1)


def draft_of(harness: Harness, begun: int) -> dict[str, Any]:
    return harness.sql("SELECT * FROM preselection WHERE preselection_id = ?", begun)[0]


def held(harness: Harness, begun: int) -> list[dict[str, Any]]:
    """Return the numbers that a preselection holds at this time."""
    now = to_millis(harness.now)
    return harness.sql("SELECT * FROM hold WHERE preselection_id = ? AND held_until >= ?", begun, now)


async def purge(harness: Harness) -> None:
    while await harness.store.run(harness.core.cleanup.drop_old_drafts):
        pass
    await harness.store.run(harness.core.cleanup.purge_codes)
    await harness.store.run(notification_queue.purge)


def draw(tx: Tx, core: Core, begun: int) -> None:
    """Draw a batch for a preselection."""
    core.selection.draw(
        tx, begun, core.offices[OFFICE], nonce="press:1", received_at=tx.now, without_four=False
    )


# --- drafts ---------------------------------------------------------------------------------


async def test_draft_of_a_week_is_kept(harness: Harness) -> None:
    _, begun = await harness.store.run(tools.verified, harness.core, 1)
    harness.clock.advance(WEEK)
    await purge(harness)
    assert draft_of(harness, begun)["state"] == PreselectionState.VERIFIED


async def test_older_draft_is_dropped_with_its_vehicle(harness: Harness) -> None:
    _, begun = await harness.store.run(tools.verified, harness.core, 1)
    harness.clock.advance(WEEK + SECOND)
    await purge(harness)
    row = draft_of(harness, begun)
    assert (row["state"], row["vin"], row["certificate"]) == (PreselectionState.CANCELLED, None, None)


async def test_draft_that_was_touched_is_kept(harness: Harness) -> None:
    account, begun = await harness.store.run(tools.verified, harness.core, 1)
    harness.clock.advance(WEEK)
    await harness.store.run(harness.core.preselections.correct, begun)
    harness.clock.advance(SECOND)
    await purge(harness)
    assert draft_of(harness, begun)["state"] == PreselectionState.INFORMED
    assert account.is_registered


async def test_dropped_draft_gives_its_numbers_back(harness: Harness) -> None:
    _, begun = await harness.store.run(tools.verified, harness.core, 1)
    await harness.store.run(draw, harness.core, begun)
    assert len(held(harness, begun)) == 10
    harness.age("preselection", "updated_at", WEEK + SECOND)  # a clock that jumped while the batch was held
    await purge(harness)
    assert held(harness, begun) == []
    assert harness.sql("SELECT * FROM selecting") == []


@pytest.mark.parametrize("reserved", [True, False])
async def test_only_drafts_are_dropped(harness: Harness, reserved: bool) -> None:  # noqa: FBT001 - of a table
    await harness.reserve(1)
    if not reserved:
        await harness.confirm(1)
    harness.clock.advance(WEEK * 4)
    await purge(harness)
    one = await harness.preselection(1)
    assert one.vin is not None
    assert one.state == (PreselectionState.RESERVED if reserved else PreselectionState.REGISTERED)


async def test_many_drafts_are_all_dropped(harness: Harness) -> None:
    begun = [(await harness.store.run(tools.verified, harness.core, number))[1] for number in range(220)]
    harness.clock.advance(WEEK + SECOND)
    await purge(harness)
    states = [draft_of(harness, one)["state"] for one in begun]
    assert set(states) == {PreselectionState.CANCELLED}


async def test_owner_of_dropped_draft_begins_anew(harness: Harness) -> None:
    await harness.store.run(tools.verified, harness.core, 1)
    harness.clock.advance(WEEK + SECOND)
    await purge(harness)
    harness.clock.set(local("2026-03-18"))
    assert (await harness.reserve_another(1, 1)).state == PreselectionState.RESERVED


# --- codes ----------------------------------------------------------------------------------


async def test_code_of_a_day_is_kept(harness: Harness) -> None:
    await harness.store.run(tools.verified, harness.core, 1)
    harness.clock.advance(DAY)
    await purge(harness)
    assert len(harness.sql("SELECT * FROM sms_code")) == 1


async def test_older_code_is_forgotten(harness: Harness) -> None:
    await harness.store.run(tools.verified, harness.core, 1)
    harness.clock.advance(DAY + SECOND)
    await purge(harness)
    assert harness.sql("SELECT * FROM sms_code") == []


async def test_counts_of_yesterday_still_stand(harness: Harness) -> None:
    await harness.store.run(tools.verified, harness.core, 1)
    harness.clock.set(local("2026-03-11", 23, 59))
    await purge(harness)
    assert {row["day"] for row in harness.sql("SELECT day FROM sms_day")} == {"2026-03-10"}


async def test_counts_of_earlier_days_are_forgotten(harness: Harness) -> None:
    await harness.store.run(tools.verified, harness.core, 1)
    harness.clock.set(local("2026-03-12", 0))
    await purge(harness)
    assert harness.sql("SELECT day FROM sms_day") == []


# --- notifications --------------------------------------------------------------------------------


async def test_notices_are_kept_for_400_days(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.remind("2026-03-17")
    await harness.until(local("2026-03-17", 20), None)
    harness.clock.advance(notification_queue.KEEP)
    await purge(harness)
    assert set(await harness.states(1)) == {"expired"}  # the reminders ended hours before
    harness.clock.advance(SECOND)
    await purge(harness)
    assert await harness.notices(1) == []


async def test_waiting_notices_are_never_purged(harness: Harness) -> None:
    await harness.reserve(1)
    harness.clock.advance(notification_queue.KEEP * 2)
    await purge(harness)
    assert len(await harness.notices(1)) == 3
