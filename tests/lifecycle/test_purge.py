"""What nobody needs is forgotten when its time has come, and nothing younger is."""

from datetime import timedelta
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import to_millis
from core.notifications import queue as notification_queue
from core.ports import Tx
from core.preselection import PreselectionState
from tests.core import tools
from tests.lifecycle.house import OFFICE, House, local

WEEK, DAY, SECOND = timedelta(days=7), timedelta(days=1), timedelta(seconds=1)


def draft_of(house: House, begun: int) -> dict[str, Any]:
    return house.sql("SELECT * FROM preselection WHERE preselection_id = ?", begun)[0]


def held(house: House, begun: int) -> list[dict[str, Any]]:
    """Return the numbers that a preselection holds at this moment."""
    now = to_millis(house.now)
    return house.sql("SELECT * FROM hold WHERE preselection_id = ? AND held_until >= ?", begun, now)


async def purge(house: House) -> None:
    while await house.store.run(house.core.endings.drop_old_drafts):
        pass
    await house.store.run(house.core.endings.purge_codes)
    await house.store.run(notification_queue.purge)


def draw(tx: Tx, core: Core, begun: int) -> None:
    """Draw a batch for a preselection."""
    core.selection.draw(
        tx, begun, core.offices[OFFICE], nonce="press:1", received_at=tx.now, without_four=False
    )


# --- drafts ---------------------------------------------------------------------------------


async def test_draft_of_a_week_is_kept(house: House) -> None:
    _, begun = await house.store.run(tools.verified, house.core, 1)
    house.clock.advance(WEEK)
    await purge(house)
    assert draft_of(house, begun)["state"] == PreselectionState.VERIFIED


async def test_older_draft_is_dropped_with_its_vehicle(house: House) -> None:
    _, begun = await house.store.run(tools.verified, house.core, 1)
    house.clock.advance(WEEK + SECOND)
    await purge(house)
    row = draft_of(house, begun)
    assert (row["state"], row["vin"], row["certificate"]) == (PreselectionState.CANCELLED, None, None)


async def test_draft_that_was_touched_is_kept(house: House) -> None:
    account, begun = await house.store.run(tools.verified, house.core, 1)
    house.clock.advance(WEEK)
    await house.store.run(house.core.preselections.correct, begun)
    house.clock.advance(SECOND)
    await purge(house)
    assert draft_of(house, begun)["state"] == PreselectionState.INFORMED
    assert account.is_registered


async def test_dropped_draft_gives_its_numbers_back(house: House) -> None:
    _, begun = await house.store.run(tools.verified, house.core, 1)
    await house.store.run(draw, house.core, begun)
    assert len(held(house, begun)) == 10
    house.age("preselection", "updated_at", WEEK + SECOND)  # a clock that jumped while the batch lives
    await purge(house)
    assert held(house, begun) == []
    assert house.sql("SELECT * FROM selecting") == []


@pytest.mark.parametrize("reserved", [True, False])
async def test_only_drafts_are_dropped(house: House, reserved: bool) -> None:  # noqa: FBT001 - of a table
    await house.reserve(1)
    if not reserved:
        await house.confirm(1)
    house.clock.advance(WEEK * 4)
    await purge(house)
    one = await house.preselection(1)
    assert one.vin is not None
    assert one.state == (PreselectionState.RESERVED if reserved else PreselectionState.REGISTERED)


async def test_many_drafts_are_all_dropped(house: House) -> None:
    begun = [(await house.store.run(tools.verified, house.core, number))[1] for number in range(220)]
    house.clock.advance(WEEK + SECOND)
    await purge(house)
    states = [draft_of(house, one)["state"] for one in begun]
    assert set(states) == {PreselectionState.CANCELLED}


async def test_owner_of_dropped_draft_begins_anew(house: House) -> None:
    await house.store.run(tools.verified, house.core, 1)
    house.clock.advance(WEEK + SECOND)
    await purge(house)
    house.clock.set(local("2026-03-18"))
    assert (await house.reserve_another(1, 1)).state == PreselectionState.RESERVED


# --- codes ----------------------------------------------------------------------------------


async def test_code_of_a_day_is_kept(house: House) -> None:
    await house.store.run(tools.verified, house.core, 1)
    house.clock.advance(DAY)
    await purge(house)
    assert len(house.sql("SELECT * FROM sms_code")) == 1


async def test_older_code_is_forgotten(house: House) -> None:
    await house.store.run(tools.verified, house.core, 1)
    house.clock.advance(DAY + SECOND)
    await purge(house)
    assert house.sql("SELECT * FROM sms_code") == []


async def test_counts_of_yesterday_still_stand(house: House) -> None:
    await house.store.run(tools.verified, house.core, 1)
    house.clock.set(local("2026-03-11", 23, 59))
    await purge(house)
    assert {row["day"] for row in house.sql("SELECT day FROM sms_day")} == {"2026-03-10"}


async def test_counts_of_earlier_days_are_forgotten(house: House) -> None:
    await house.store.run(tools.verified, house.core, 1)
    house.clock.set(local("2026-03-12", 0))
    await purge(house)
    assert house.sql("SELECT day FROM sms_day") == []


# --- notifications --------------------------------------------------------------------------------


async def test_notices_are_kept_for_400_days(house: House) -> None:
    await house.reserve(1)
    await house.until(local("2026-03-17", 20), None)
    house.clock.advance(notification_queue.KEEP)
    await purge(house)
    assert len(await house.notices(1)) == 4
    house.clock.advance(SECOND)
    await purge(house)
    assert await house.notices(1) == []


async def test_waiting_notices_are_never_purged(house: House) -> None:
    await house.reserve(1)
    house.clock.advance(notification_queue.KEEP * 2)
    await purge(house)
    assert len(await house.notices(1)) == 3
