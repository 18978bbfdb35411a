"""Reviewers hear of appeals: at once, then at most every quarter of an hour; nobody decides blindly."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.appeals import AppealState, appeals_of_case, decided
from core.bootstrap import Core
from core.clock import FixedClock, from_millis
from core.errors.appeals import PhotosNotSeen
from core.notifications import queue as notification_queue
from core.people.admins import Role, RoleAssignment
from core.ports import Tx
from tests import factories
from tests.core.appealing import REVIEWER, appealed, approves
from tests.core.sql import sql
from tests.core.tools import build, registered, release, reserved
from tests.engines import open_test_store
from tests.world import office

QUARTER = timedelta(minutes=15)


@pytest.fixture
async def core(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Core]:
    """Four owners have reserved numbers, and one office has a reviewer."""
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock, {"offices": [office("粤K"), office("粤A")]})
        await store.run(release, core, "A####")
        for number in range(4):
            await store.run(reserved, core, number, f"A100{number}")
        role = RoleAssignment(role=Role.REVIEWER, office="粤K")
        await store.run(core.admins.add, REVIEWER, role, "chat:1001")
        yield core


def appeals(tx: Tx, core: Core, vehicle: int) -> int:
    return appealed(tx, core, registered(tx, core, 10 + vehicle), vehicle)


async def told(core: Core) -> list[tuple[int, str]]:
    """Return whom it is planned to tell, and after how many minutes from noon."""
    rows = await core.store.read(
        sql, "SELECT chat_id, due_at FROM notice WHERE purpose LIKE 'appeals_wait%' ORDER BY due_at, chat_id"
    )
    return [(row["chat_id"], f"{from_millis(row['due_at']):%M}") for row in rows]


async def test_first_is_told_at_once_and_the_next_after_a_quarter(core: Core, clock: FixedClock) -> None:
    await core.store.run(appeals, core, 0)
    assert await told(core) == [(REVIEWER, "00")]
    clock.advance(timedelta(minutes=3))
    for vehicle in (1, 2):
        await core.store.run(appeals, core, vehicle)
    assert await told(core) == [(REVIEWER, "00"), (REVIEWER, "15")]
    clock.advance(timedelta(minutes=40))
    await core.store.run(appeals, core, 3)
    assert (await told(core))[2:] == [(REVIEWER, "43")]


async def test_chiefs_are_told_where_nobody_reviews(core: Core) -> None:
    role = RoleAssignment(role=Role.REVIEWER, office="粤K")
    await core.store.run(core.admins.remove, REVIEWER, role, "chat:1001")
    await core.store.run(appeals, core, 0)
    assert await told(core) == [(1001, "00")]


async def test_decision_needs_the_photos(core: Core, clock: FixedClock) -> None:
    """The guard is in the update; what was seen before the appeal waits again does not count."""
    number = await core.store.run(appeals, core, 0)
    seen = (await core.store.read(core.reviews.card, number)).obstacles.digest

    def decides(tx: Tx) -> None:
        core.reviews.approve(tx, number, REVIEWER, expected=seen, bar=False)

    with pytest.raises(PhotosNotSeen):
        await core.store.run(decides)
    with pytest.raises(PhotosNotSeen):
        await core.store.run(core.reviews.reject, number, "照片看不清", REVIEWER)
    await core.store.run(core.reviews.record_viewing, number, REVIEWER + 1)  # another one's look
    with pytest.raises(PhotosNotSeen):
        await core.store.run(decides)
    await core.store.run(approves, core, number)  # the control: with the photos
    clock.advance(timedelta(minutes=1))
    await core.store.run(core.approval_undoing.undo, number, "看错了", 1001)
    with pytest.raises(PhotosNotSeen):
        await core.store.run(decides)


async def test_decided_ones_are_listed_newest_first_and_on_their_case(core: Core, clock: FixedClock) -> None:
    numbers = [await core.store.run(appeals, core, vehicle) for vehicle in range(3)]
    for number in numbers[:2]:
        clock.advance(timedelta(minutes=1))
        await core.store.run(approves, core, number)
    found = await core.store.read(lambda tx: decided(tx, ["粤K"], skip=0, limit=10))
    assert [entry.appeal_id for entry in found] == numbers[1::-1]
    assert {entry.state for entry in found} == {AppealState.APPROVED}
    assert await core.store.read(lambda tx: decided(tx, ["粤A"], skip=0, limit=10)) == []
    (case,) = await core.store.read(lambda tx: appeals_of_case(tx, None, factories.vin(2), 10))
    assert (case.appeal_id, case.state) == (numbers[2], AppealState.PENDING)


async def test_what_was_sent_long_ago_does_not_delay(core: Core, clock: FixedClock) -> None:
    await core.store.run(appeals, core, 0)
    (sent,) = [
        one
        for one in await core.store.run(notification_queue.lease, "w", 100)
        if one.topic == notification_queue.NotificationPurpose.APPEALS_WAIT
    ]
    await core.store.run(notification_queue.mark_sent, sent, "w")
    clock.advance(QUARTER)
    await core.store.run(appeals, core, 1)
    assert await told(core) == [(REVIEWER, "00"), (REVIEWER, "15")]
