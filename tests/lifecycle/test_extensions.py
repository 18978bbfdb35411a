"""Nobody is barred of whom no reminder arrived: the deadline moves, or the number ends without a ban.

A number selected on Tuesday 10 March 2026 lasts until Tuesday the 17th, 17:00.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from telegram.error import Forbidden, NetworkError

from core.clock import CHINA
from core.notifications import reminders
from core.preselection import PreselectionState
from core.reporting.task_handling import handle
from core.reporting.tasks import TaskKind
from core.reporting.work_queue import read_work_queue
from tests.lifecycle.harness import Fault, Harness, chat_of, local, open_harness

BLOCKED = Forbidden("Forbidden: bot was blocked by the user")
OWNERS = range(1, 8)


@pytest.fixture
async def shut() -> AsyncIterator[Harness]:
    """Owner 1 has blocked the bot, and reminders never go by SMS."""
    async with open_harness(local("2026-03-10"), tables={"sms": {"reminders": "never"}}) as opened:
        await opened.reserve(1)
        opened.messenger.faults.extend(Fault(error=BLOCKED) for _ in range(200))
        yield opened


async def deadline(harness: Harness, number: int = 1) -> datetime:
    found = (await harness.preselection(number)).deadline
    assert found is not None
    return found.astimezone(CHINA)


async def state(harness: Harness, number: int = 1) -> PreselectionState:
    return (await harness.preselection(number)).state


# --- an outage ------------------------------------------------------------------------------


@pytest.mark.parametrize("tells_first", [True, False])
async def test_month_of_outage_bars_nobody(harness: Harness, *, tells_first: bool) -> None:
    await harness.reserve(*OWNERS)
    harness.clock.set(local("2026-04-16", 16, 55))  # a Thursday
    if tells_first:
        await harness.sender.send_due()
    await harness.tick()
    for number in OWNERS:
        assert await state(harness, number) == PreselectionState.RESERVED
        assert await deadline(harness, number) == local("2026-04-17", 17)
        assert await harness.ban_until(number) is None
    assert harness.messenger.count() == {(chat_of(n), "extended", harness.now): 1 for n in OWNERS}
    assert all("2026年4月17日" in told.words for told in harness.messenger.told if told.kind)


async def test_after_the_second_deadline_they_are_barred(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-04-16", 16, 55), None)
    await harness.until(local("2026-04-17", 18))
    assert [kind for kind, _ in harness.messenger.kinds()] == ["extended", "reminder 0", "expired"]
    assert await harness.ban_until(1) == local("2028-04-17", 0)


async def test_note_of_the_extension_counts_as_reminder(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-04-16", 12), None)
    await harness.until(local("2026-04-17", 18), None)  # down again over the last morning
    assert await state(harness) == PreselectionState.EXPIRED


async def test_receipt_is_no_reminder(harness: Harness) -> None:
    """Selected in the evening for the next working day: its last morning is within the quiet hours."""
    async with open_harness(local("2026-03-10", 22), validity_workdays=1, expiry_grace_minutes=0) as late:
        await late.reserve(1)
        await late.until(local("2026-03-11", 18))
        assert await deadline(late) == local("2026-03-12", 17)
        await late.until(local("2026-03-12", 18))
        assert await state(late) == PreselectionState.EXPIRED


@pytest.mark.parametrize(
    ("arrives", "expected"),
    [
        (local("2026-03-17", 9), PreselectionState.EXPIRED),  # when the counter opens
        (local("2026-03-17", 9, 0, 1), PreselectionState.RESERVED),
        (local("2026-03-17", 16, 55), PreselectionState.RESERVED),
    ],
)
async def test_reminder_counts_until_the_counter_opens(
    harness: Harness, arrives: datetime, expected: PreselectionState
) -> None:
    await harness.reserve(1)
    await harness.until(arrives, None)
    await harness.until(local("2026-03-17", 17, 0, 1), None)
    assert await state(harness) == expected


@pytest.mark.parametrize(
    ("restart", "expected"),
    [
        (local("2026-03-18", 7, 59), "2026-03-18"),  # an hour before the counter opens
        (local("2026-03-18", 8, 1), "2026-03-19"),
        (local("2026-03-20", 12), "2026-03-23"),  # a Friday
        (local("2026-04-03", 12), "2026-04-07"),  # before 清明
    ],
)
async def test_extension_leaves_a_whole_working_day(
    harness: Harness, restart: datetime, expected: str
) -> None:
    await harness.reserve(1)
    await harness.until(restart, None)
    assert await deadline(harness) == local(expected, 17)


async def test_closed_day_is_no_whole_working_day(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.close("2026-04-17")
    await harness.until(local("2026-04-16", 12), None)
    assert await deadline(harness) == local("2026-04-20", 17)


async def test_each_move_is_in_the_audit_log(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-04-16", 12), None)
    rows = harness.sql("SELECT actor, details FROM audit WHERE action = 'moved_deadline'")
    assert len(rows) == 1
    assert '"cause": "unreminded"' in rows[0]["details"]
    before = (await harness.preselection(1)).deadline_before
    assert before == local("2026-03-17", 17)


async def test_registered_meanwhile_is_never_extended(harness: Harness) -> None:
    await harness.reserve(1)
    harness.clock.set(local("2026-04-16", 12))
    await harness.confirm(1)
    await harness.tick()
    assert [told.kind for told in harness.messenger.told] == ["registered"]


# --- nothing can be delivered ---------------------------------------------------------------


async def test_blocked_owner_keeps_number_for_ten_working_days(shut: Harness) -> None:
    await shut.until(local("2026-03-31", 16))  # ten working days after the 17th
    assert await state(shut) == PreselectionState.RESERVED
    assert await deadline(shut) == local("2026-03-31", 17)
    assert (await shut.preselection(1)).extendable_until == local("2026-03-31", 17)


async def test_then_it_expires_without_a_ban_and_stands_at_the_desk(shut: Harness) -> None:
    await shut.until(local("2026-03-31", 22))
    ended = await shut.preselection(1)
    assert ended.state == PreselectionState.EXPIRED
    assert ended.unreminded_at is not None
    assert await shut.ban_until(1) is None
    admin = await shut.store.run(shut.core.admins.of, 1001)
    queue = await shut.store.run(read_work_queue, shut.core.desk_services, admin)
    found = [task for task in queue.tasks if task.task_kind == TaskKind.UNREMINDED]
    assert [(task.about, task.plate) for task in found] == [(ended.subject, "A0001")]
    await shut.store.run(handle, admin, found[0].subject, shut.core.offices, "chat:1001")
    queue = await shut.store.run(read_work_queue, shut.core.desk_services, admin)
    assert TaskKind.UNREMINDED not in queue.counts


async def test_owner_who_unblocks_is_reminded_and_then_barred(shut: Harness) -> None:
    await shut.until(local("2026-03-20", 12))
    shut.messenger.faults.clear()
    await shut.until(local("2026-03-31", 22))
    assert await state(shut) == PreselectionState.EXPIRED
    assert await shut.ban_until(1) == local("2028-03-23", 0)
    assert [kind for kind, _ in shut.messenger.kinds()] == ["extended", "reminder 0", "expired"]


async def test_second_outage_uses_up_no_days(harness: Harness) -> None:
    await harness.reserve(1)
    harness.messenger.faults.extend(Fault(error=NetworkError("reset")) for _ in range(3))
    await harness.until(local("2026-03-20", 12), None)  # extended; the note fails
    assert await deadline(harness) == local("2026-03-23", 17)
    harness.sql("UPDATE notice SET error = NULL")  # as if it had died before the first try
    await harness.until(local("2026-06-10", 12), None)
    assert await deadline(harness) == local("2026-06-11", 17)
    assert await harness.ban_until(1) is None


async def test_office_no_longer_served_bars_nobody(harness: Harness) -> None:
    await harness.reserve(1)
    harness.sql("UPDATE preselection SET office = '粤B'")
    await harness.until(local("2026-03-17", 18), None)
    ended = await harness.preselection(1)
    assert (ended.state, ended.unreminded_at) == (PreselectionState.EXPIRED, None)
    assert await harness.ban_until(1) is None


async def test_control_reminded_owner_is_barred(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.remind("2026-03-17")
    assert await harness.store.run(reminders.arrived_at, "preselection:1") == local("2026-03-17", 8)
    await harness.until(local("2026-03-17", 17) + timedelta(milliseconds=1), None)
    assert await harness.ban_until(1) == local("2028-03-17", 0)
