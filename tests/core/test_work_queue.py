"""The desk's work queue: each task for admins who may handle it, and a daily summary."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.texts.desk.reports.task_names import NOTICES
from core.bootstrap import Core
from core.clock import CHINA, FixedClock
from core.errors.desk import AlreadyHandled, NothingToHandle, NotPermitted
from core.notifications.queue import (
    MAX_TRIES,
    NotificationPurpose,
    Plan,
    lease,
    mark_failed,
    mark_unreachable,
    plan,
    record_failure,
)
from core.people.admins import Admin, Role, RoleAssignment
from core.pool.releases import Release, withhold
from core.ports import Tx
from core.reporting import daily_summary, task_handling, task_lists, work_queue
from core.reporting.tasks import TaskKind
from core.reporting.work_queue import WorkQueue
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from tests.core.appealing import appealed
from tests.core.sql import fill, sql
from tests.core.tools import NOON, build, registered, release, reserved
from tests.engines import open_test_store
from tests.world import office

MORNING = datetime(2026, 3, 10, 8, 0, tzinfo=CHINA)  # a Tuesday
CHIEF = 1001


def at_desk(role: Role = Role.CHIEF, place: str = "", chat_id: int = CHIEF) -> Admin:
    return Admin(chat_id=chat_id, assignments=frozenset({RoleAssignment(role=role, office=place)}))


@pytest.fixture
async def core(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Core]:
    async with open_test_store(engine, tmp_path, clock) as store:
        yield await build(store, clock, {"offices": [office("粤K"), office("粤A")]})


async def look(core: Core, admin: Admin | None = None) -> WorkQueue:
    return await core.store.read(work_queue.read_work_queue, core.desk_services, admin or at_desk())


def subjects(queue: WorkQueue, task_kind: TaskKind) -> list[str]:
    return [task.subject for task in queue.tasks if task.task_kind == task_kind]


def fails(
    tx: Tx,
    subject: str = "preselection:1",
    chat_id: int = 5001,
    purpose: str = "expired",
    details: Mapping[str, object] | None = None,
) -> None:
    """Make a notification fail permanently."""
    plan(tx, Plan(chat_id=chat_id, purpose=purpose, subject=subject, due_at=tx.now, details=details or {}))
    for notification in lease(tx, "worker", 100):
        mark_failed(tx, notification, "worker", "BadRequest")


def sets_aside(tx: Tx, update_id: int = 7) -> None:
    """Make an update a dead letter."""
    sql(
        tx,
        "INSERT INTO inbox (update_id, chat_id, received_at, state, worker, lease_until, note) "  # noqa: S608
        f"VALUES ({update_id}, 5001, 1773100000000, 'broken', 'w', 0, 'KeyError')",
    )


async def test_empty_desk_has_all_its_matters_but_no_items(core: Core) -> None:
    queue = await look(core)
    assert queue.tasks == ()
    assert not queue.is_pressing
    assert TaskKind.APPEAL in queue.task_kinds
    assert [count for _, count in queue.due] == [0] * 7


async def test_appeal_that_waits_is_on_the_desk(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 0, "A1234")
    owner = await core.store.run(registered, core, 1)
    number = await core.store.run(appealed, core, owner, 0)
    found = [task for task in (await look(core)).tasks if task.task_kind == TaskKind.APPEAL]
    assert [(task.subject, task.office) for task in found] == [(f"appeal:{number}", "粤K")]
    elsewhere = Admin(chat_id=9, assignments=frozenset({RoleAssignment(role=Role.REVIEWER, office="粤A")}))
    assert (await look(core, elsewhere)).tasks == ()


async def test_stranger_has_no_desk(core: Core) -> None:
    with pytest.raises(NotPermitted):
        await look(core, Admin(chat_id=9, assignments=frozenset()))


async def test_deadline_waits_from_the_working_day_before(core: Core, clock: FixedClock) -> None:
    """Selected on Tuesday, due by the next Tuesday: near from Monday on."""
    await core.store.run(release, core, "A10##")
    await core.store.run(reserved, core, 1, "A1001")
    clock.advance(timedelta(days=5))  # Sunday: Monday is the next working day
    assert subjects(await look(core), TaskKind.DEADLINE) == []
    clock.advance(timedelta(days=1))
    queue = await look(core)
    assert subjects(queue, TaskKind.DEADLINE) == ["preselection:1"]
    assert [count for _, count in queue.due] == [0, 1, 0, 0, 0, 0, 0]
    assert queue.is_pressing


async def test_owner_who_cannot_be_reached_waits_for_longer(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A10##")
    await core.store.run(reserved, core, 1, "A1001")
    await core.store.run(mark_unreachable, 5001, "Forbidden")
    clock.advance(timedelta(days=2))
    queue = await look(core)
    assert subjects(queue, TaskKind.SHUT) == ["preselection:1"]
    clock.advance(timedelta(days=4))
    queue = await look(core)
    assert (subjects(queue, TaskKind.SHUT), subjects(queue, TaskKind.DEADLINE)) == (["preselection:1"], [])


async def test_pool_waits_when_every_segment_is_past_the_mark(core: Core) -> None:
    await core.store.run(release, core, "A10##")
    _, begun = await core.store.run(reserved, core, 1, "A1099")
    await core.store.run(fill, segment_id=1, mask="A10##", size=100, keep="n >= 58", holder=begun)
    assert subjects(await look(core), TaskKind.POOL) == []
    await core.store.run(fill, segment_id=1, mask="A10##", size=100, keep="n <> 60", holder=begun)
    (task,) = [task for task in (await look(core)).tasks if task.task_kind == TaskKind.POOL]
    assert (task.office, task.kind, task.free, task.share) == ("粤K", "small", 40, 0.6)
    await core.store.run(release, core, "B10##")
    assert subjects(await look(core), TaskKind.POOL) == []


async def test_release_to_come_is_listed_but_presses_nobody(core: Core, clock: FixedClock) -> None:
    mask, place = parse_mask(PlateKind.SMALL, "A10##"), core.offices["粤K"]
    order = Release(office=place, mask=mask, actor="test", opens_at=NOON + timedelta(days=3))
    await core.store.run(core.pools.release, order)
    queue = await look(core)
    assert subjects(queue, TaskKind.SCHEDULED) == ["segment:1"]
    assert not queue.is_pressing
    clock.advance(timedelta(days=4))
    assert subjects(await look(core), TaskKind.SCHEDULED) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_year_without_schedule_waits_in_time(core: Core, clock: FixedClock) -> None:
    assert subjects(await look(core), TaskKind.CALENDAR) == []
    clock.advance(timedelta(days=3650))
    assert subjects(await look(core), TaskKind.CALENDAR) == ["year:2036"]


async def test_failed_notice_waits_until_somebody_deals_with_it(core: Core) -> None:
    await core.store.run(release, core, "A10##")
    await core.store.run(reserved, core, 1, "A1001")
    await core.store.run(fails)
    (task,) = (await look(core)).tasks
    assert (task.task_kind, task.office, task.plate, task.what) == (
        TaskKind.FAILED,
        "粤K",
        "A1001",
        "expired",
    )
    await core.store.run(task_handling.handle, at_desk(), task.subject, core.offices, "chat:1001")
    assert (await look(core)).tasks == ()
    with pytest.raises(AlreadyHandled) as refused:
        await core.store.run(task_handling.handle, at_desk(), task.subject, core.offices, "chat:3001")
    assert refused.value.by == "chat:1001"
    journal = await core.store.read(sql, "SELECT actor, subject, office FROM audit WHERE action = 'handled'")
    assert journal == [{"actor": "chat:1001", "subject": task.subject, "office": "粤K"}]


def test_every_notice_that_is_owed_to_somebody_has_a_name() -> None:
    not_owed = {"release", "compose", "opening", "broadcast", "summary"}
    assert {purpose.value for purpose in NotificationPurpose} - not_owed <= set(NOTICES)


@pytest.mark.parametrize("purpose", ["release", "broadcast"])
async def test_subscribers_who_shut_us_out_bury_nothing(core: Core, purpose: str) -> None:
    def fails_to_announce(tx: Tx) -> None:
        plan(tx, Plan(chat_id=5001, purpose=purpose, subject="segment:1", due_at=tx.now))
        for notification in lease(tx, "worker", 100):
            mark_failed(tx, notification, "worker", "Forbidden")

    await core.store.run(fails_to_announce)
    assert (await look(core)).tasks == ()


async def test_notice_that_is_tried_again_does_not_wait(core: Core) -> None:
    def tries_once(tx: Tx) -> None:
        plan(tx, Plan(chat_id=5001, purpose="role:1", subject="admin:1", due_at=tx.now))
        (notification,) = lease(tx, "worker", 1)
        assert notification.tries < MAX_TRIES
        record_failure(tx, notification, "worker", "TimedOut", timedelta())

    await core.store.run(tries_once)
    assert (await look(core)).tasks == ()


async def test_broken_update_is_for_chiefs_of_all_offices(core: Core) -> None:
    await core.store.run(sets_aside)
    assert subjects(await look(core), TaskKind.BROKEN) == ["update:7"]
    assert (await look(core, at_desk(place="粤K"))).tasks == ()
    with pytest.raises(NotPermitted):
        await core.store.run(task_handling.handle, at_desk(place="粤K"), "update:7", core.offices, "chat:1")
    await core.store.run(task_handling.handle, at_desk(), "update:7", core.offices, "chat:1")
    assert (await look(core)).tasks == ()


@pytest.mark.parametrize("subject", ["notice:99", "update:99"])
async def test_what_is_not_there_cannot_be_dealt_with(core: Core, subject: str) -> None:
    with pytest.raises(NothingToHandle):
        await core.store.run(task_handling.handle, at_desk(), subject, core.offices, "chat:1")


async def test_desk_of_one_office_shows_nothing_of_another(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A10##")
    await core.store.run(reserved, core, 1, "A1001")
    await core.store.run(fails)
    clock.advance(timedelta(days=6))
    assert len((await look(core, at_desk(place="粤K"))).tasks) == 2
    there = await look(core, at_desk(place="粤A"))
    assert (there.tasks, sum(count for _, count in there.due)) == ((), 0)
    with pytest.raises(NothingToHandle):
        await core.store.run(task_handling.handle, at_desk(place="粤A"), "notice:1", core.offices, "chat:1")


async def test_failures_of_other_offices_hide_none(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_lists, "MAX_LISTED", 1)
    await core.store.run(release, core, "A10##")
    await core.store.run(reserved, core, 1, "A1001")
    there, here = {"office": "粤A", "reason": '"office": "粤K"'}, {"office": "粤K"}
    for purpose, details in (("suspended", there), ("resumed", here)):
        await core.store.run(fails, subject="suspicion:1", purpose=purpose, details=details)
        clock.advance(timedelta(minutes=1))
    await core.store.run(fails)
    first = {place: (await look(core, at_desk(place=place))).tasks[0] for place in ("", "粤A", "粤K")}
    assert {place: task.what for place, task in first.items()} == {
        "": "suspended",
        "粤A": "suspended",
        "粤K": "resumed",
    }
    await core.store.run(task_handling.handle, at_desk(), first["粤K"].subject, core.offices, "chat:1")
    assert (await look(core, at_desk(place="粤K"))).tasks[0].what == "expired"


async def test_numbers_of_other_offices_to_verify_hide_none(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_lists, "MAX_LISTED", 1)
    mask = parse_mask(PlateKind.SMALL, "A1001")

    def restores(tx: Tx) -> None:
        sql(
            tx,
            "INSERT INTO restoration (backup_at, lost_at, restored_at, settled_at) VALUES (1, 2, 3, 4)",
        )
        for place in core.offices.values():
            withhold(tx, place, mask, "cli")
            tx.run("restoration.add_plate", restoration_id=1, office=place.code, kind="small", serial="A1001")

    await core.store.run(restores)
    for code in core.offices:
        (task,) = (await look(core, at_desk(place=code))).tasks
        assert (task.task_kind, task.office) == (TaskKind.RESTORED, code)


async def test_each_role_sees_its_own_matters(core: Core) -> None:
    shown = {role: (await look(core, at_desk(role))).task_kinds for role in Role}
    assert shown[Role.CLERK] == (
        TaskKind.DEADLINE,
        TaskKind.SHUT,
        TaskKind.UNCONFIRMED,
        TaskKind.KIND_MISMATCH,
        TaskKind.UNREMINDED,
        TaskKind.REQUEST,
    )
    assert shown[Role.REVIEWER] == (TaskKind.APPEAL, TaskKind.SUSPICION, TaskKind.REQUEST)
    assert set(shown[Role.CHIEF]) == set(TaskKind)


async def test_items_come_oldest_first(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A10##")
    await core.store.run(reserved, core, 1, "A1001")
    await core.store.run(sets_aside)
    clock.advance(timedelta(days=6))
    await core.store.run(fails)
    moments = [task.at for task in (await look(core)).tasks]
    assert len(moments) > 2
    assert moments == sorted(moments)


# --- the daily summary ----------------------------------------------------------------------


async def tick(core: Core) -> list[int]:
    """Run the tick; return the chats for which a summary is newly planned."""
    before = set(await summaries(core))
    due = await core.store.read(core.summaries.due)
    if due is not None:
        await core.store.run(core.summaries.plan, due)
    return [chat for chat, _ in sorted(set(await summaries(core)) - before)]


async def summaries(core: Core) -> list[tuple[int, str]]:
    rows = await core.store.read(sql, "SELECT chat_id, subject FROM notice WHERE purpose = 'summary'")
    return [(row["chat_id"], row["subject"]) for row in rows]


async def test_summary_comes_once_a_day_when_something_waits(core: Core, clock: FixedClock) -> None:
    await core.store.run(sets_aside)
    clock.set(MORNING)
    assert await tick(core) == []  # it is not half past eight yet
    clock.advance(timedelta(minutes=30))
    assert await tick(core) == [CHIEF]
    assert await tick(core) == []
    clock.advance(timedelta(hours=10))
    assert await tick(core) == []
    clock.advance(timedelta(hours=14))
    assert await tick(core) == [CHIEF]


async def test_nothing_is_written_on_a_day_without_work(core: Core) -> None:
    assert await tick(core) == []
    assert await summaries(core) == []
    assert await core.store.read(core.summaries.due) is None  # done for today nevertheless


async def test_no_summary_comes_on_a_day_off(core: Core, clock: FixedClock) -> None:
    await core.store.run(sets_aside)
    clock.set(datetime(2026, 3, 14, 12, 0, tzinfo=CHINA))  # Saturday
    assert await tick(core) == []
    clock.advance(timedelta(days=2))
    assert await tick(core) == [CHIEF]


async def test_whoever_turned_it_off_gets_none(core: Core, clock: FixedClock) -> None:
    await core.store.run(sets_aside)
    await core.store.run(daily_summary.set_summary, CHIEF, on=False)
    assert await tick(core) == []
    await core.store.run(daily_summary.set_summary, CHIEF, on=True)
    clock.advance(timedelta(days=1))
    assert await tick(core) == [CHIEF]


async def test_second_ticker_of_the_same_morning_writes_nothing(core: Core) -> None:
    await core.store.run(sets_aside)
    due = await core.store.read(core.summaries.due)
    assert due is not None
    assert due.chats == (CHIEF,)
    for _ in range(2):
        await core.store.run(core.summaries.plan, due)
    assert len(await summaries(core)) == 1


async def test_day_that_begins_between_reading_and_writing_keeps_its_own_summary(
    core: Core, clock: FixedClock
) -> None:
    late = await core.store.read(core.summaries.due)
    assert late is not None
    assert late.chats == ()
    await core.store.run(sets_aside)
    clock.advance(timedelta(days=1))
    await core.store.run(core.summaries.plan, late)
    assert await tick(core) == [CHIEF]


async def test_summary_of_work_that_was_done_meanwhile_says_nothing(core: Core) -> None:
    await core.store.run(sets_aside)
    assert await core.store.read(core.summaries.of_chat, CHIEF) is not None
    await core.store.run(task_handling.handle, at_desk(), "update:7", core.offices, "chat:1")
    assert await core.store.read(core.summaries.of_chat, CHIEF) is None
    assert await core.store.read(core.summaries.of_chat, 5001) is None
