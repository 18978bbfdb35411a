"""The desk's work queue: the pending tasks of an admin, oldest first (/desk).

Admins see the kinds of tasks for which they have the permission. Tasks that do not end automatically
(notifications that could not be sent, updates that could not be handled) end when an admin marks them as
handled. Once per working day, every admin with pending tasks gets a summary, unless turned off.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import product, takewhile

from core import audit
from core.audit import AuditAction, SubjectKind
from core.availability import closed_days
from core.clock import CHINA, from_millis, to_millis
from core.errors.desk import AlreadyHandled, NothingToHandle
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.people.admins import EVERYWHERE, Admin, Admins, Permission
from core.people.scope import Scope, scope_of
from core.pool.segments import Segment, segments
from core.ports import Row, Tx
from core.reporting.statistics import MARK, due_by_day, waiting_appeals
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.workdays import WorkingCalendar

NEAR_WORKDAYS = 1
"""How many working days before a deadline it counts as near."""
SHUT_WORKDAYS = 3
"""The same if the bot cannot reach the owner, so that the office has to call."""
SCHEDULE_AHEAD = timedelta(days=60)
"""How far ahead to warn about a year without a published schedule."""
FAILURES_SHOWN = timedelta(days=30)
MAX_LISTED = 200
"""Maximum listed tasks of one kind; more are not read in practice."""
DUE_DAYS = 7


class TaskKind(StrEnum):
    """The kind of a task."""

    DEADLINE = "deadline"  # a reserved number whose deadline is near
    SHUT = "shut"  # the same, and the bot cannot reach its owner
    APPEAL = "appeal"
    FAILED = "failed"  # a notification that could not be sent
    BROKEN = "broken"  # an update that could not be handled
    POOL = "pool"  # all released segments of a pool are past the mark
    SCHEDULED = "scheduled"  # a scheduled release
    RESTORED = "restored"  # after a restore: a number to verify, or all selecting suspended
    CALENDAR = "calendar"  # a year whose working days are not published


PERMISSION_FOR = {
    TaskKind.DEADLINE: Permission.CONFIRM,
    TaskKind.SHUT: Permission.CONFIRM,
    TaskKind.APPEAL: Permission.APPEALS,
    TaskKind.FAILED: Permission.CLOSED,
    TaskKind.BROKEN: Permission.ADMINS,
    TaskKind.POOL: Permission.RELEASE,
    TaskKind.SCHEDULED: Permission.RELEASE,
    TaskKind.RESTORED: Permission.MAINTENANCE,
    TaskKind.CALENDAR: Permission.CLOSED,
}
"""The permission required to see each kind of task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One pending task."""

    task_kind: TaskKind
    at: datetime  # since when it has been pending, or when it is due
    subject: str  # "preselection:7", "appeal:3", "notice:5", "update:9", "pool:粤K:small", "segment:3"
    office: str | None = None
    about: str = ""  # the subject of its preselection: "preselection:7"
    plate: str = ""  # the serial of its number
    kind: str = ""  # of a pool or segment
    mask: str = ""  # of a segment
    free: int = 0  # numbers left in a pool
    share: float = 0.0  # how full a pool is
    what: str = ""  # the purpose of a notification, the year without a schedule
    error: str = ""  # the name of a class


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkQueue:
    """The pending tasks of an admin at one moment."""

    at: datetime
    tasks: tuple[Task, ...]  # oldest first
    task_kinds: tuple[TaskKind, ...]  # the kinds shown to the admin, including those without tasks
    due: tuple[tuple[date, int], ...] = ()  # number of reservations by the day they end, from today

    @property
    def is_pressing(self) -> bool:
        """Whether any task needs action; scheduled releases do not."""
        return any(task.task_kind != TaskKind.SCHEDULED for task in self.tasks)

    @property
    def counts(self) -> Mapping[TaskKind, int]:
        """The number of tasks of each kind; ``MAX_LISTED`` means that many or more."""
        return Counter(task.task_kind for task in self.tasks)

    def oldest(self, task_kind: TaskKind) -> datetime | None:
        return next((task.at for task in self.tasks if task.task_kind == task_kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskServices:
    """The configuration that the work queue depends on."""

    offices: Mapping[str, Office] = field(repr=False)
    calendar: WorkingCalendar = field(repr=False)


def read_work_queue(tx: Tx, services: DeskServices, admin: Admin) -> WorkQueue:
    """Return the pending tasks of an admin, oldest first.

    Raises:
        NotPermitted: they are not at the desk.
    """
    admin.require(Permission.DESK)
    task_kinds = _task_kinds(admin)
    tasks = [task for task_kind in task_kinds for task in _of(tx, services, admin, task_kind)]
    due: tuple[tuple[date, int], ...] = ()
    if TaskKind.DEADLINE in task_kinds:
        due = due_by_day(tx, scope_of(admin, Permission.CONFIRM, services.offices), DUE_DAYS)
    return WorkQueue(
        at=tx.now,
        tasks=tuple(sorted(tasks, key=lambda task: (task.at, task.subject))),
        task_kinds=task_kinds,
        due=due,
    )


def is_pressing(tx: Tx, services: DeskServices, admin: Admin) -> bool:
    """Return whether any task of an admin needs action; stops at the first one."""
    task_kinds = [task_kind for task_kind in _task_kinds(admin) if task_kind != TaskKind.SCHEDULED]
    return any(True for task_kind in task_kinds for _ in _of(tx, services, admin, task_kind))


def _task_kinds(admin: Admin) -> tuple[TaskKind, ...]:
    return tuple(task_kind for task_kind in TaskKind if PERMISSION_FOR[task_kind] in admin.permissions)


def _of(tx: Tx, services: DeskServices, admin: Admin, task_kind: TaskKind) -> Iterable[Task]:
    return _LISTS[task_kind](tx, services, scope_of(admin, PERMISSION_FOR[task_kind], services.offices))


def _due(tx: Tx, services: DeskServices, scope: Scope) -> Iterator[Task]:
    return _reserved(tx, services, scope, TaskKind.DEADLINE)


def _due_shut(tx: Tx, services: DeskServices, scope: Scope) -> Iterator[Task]:
    return _reserved(tx, services, scope, TaskKind.SHUT)


def _reserved(tx: Tx, services: DeskServices, scope: Scope, task_kind: TaskKind) -> Iterator[Task]:
    query, workdays = "work_queue.due", NEAR_WORKDAYS
    if task_kind == TaskKind.SHUT:
        query, workdays = "work_queue.due_shut", SHUT_WORKDAYS
    last = services.calendar.add_workdays(tx.now.astimezone(CHINA).date(), workdays)
    until = datetime.combine(last + timedelta(days=1), time(), CHINA)
    for row in tx.all(query, until=to_millis(until) + 1, most=MAX_LISTED, **scope.values):
        subject = audit.preselection_subject(row["preselection_id"])
        yield Task(
            task_kind=task_kind,
            at=from_millis(row["deadline"]),
            subject=subject,
            office=row["office"],
            about=subject,
            plate=row["serial"],
            kind=row["kind"],
        )


def _appeals(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    for appeal in waiting_appeals(tx, scope)[:MAX_LISTED]:
        subject = audit.appeal_subject(appeal.appeal_id)
        yield Task(task_kind=TaskKind.APPEAL, at=appeal.submitted_at, subject=subject, office=appeal.office)


def _failed(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    since = to_millis(tx.now - FAILURES_SHOWN)
    for row in tx.all("work_queue.failed", since=since, most=MAX_LISTED):
        task = _failure(tx, row)
        if scope.holds(task.office):
            yield task


def _failure(tx: Tx, row: Row) -> Task:
    """Return the task for a failed notification, with its office and number, if any."""
    subject = row["subject"]
    topic, _, number = subject.partition(":")
    office, plate, kind = json.loads(row["details"]).get("office") or None, "", ""
    if topic == SubjectKind.PRESELECTION and (
        about := tx.one("preselection.by_id", preselection_id=int(number))
    ):
        office, plate, kind = about["office"], about["serial"] or "", about["kind"]
    return Task(
        task_kind=TaskKind.FAILED,
        at=from_millis(row["ended_at"]),
        subject=audit.notice_subject(row["notice_id"]),
        office=office,
        about=subject if plate else "",
        plate=plate,
        kind=kind,
        what=row["purpose"].partition(":")[0],
        error=row["error"] or "",
    )


def _broken(tx: Tx, _services: DeskServices, _scope: Scope) -> Iterator[Task]:
    return (_set_aside(row) for row in tx.all("work_queue.broken", most=MAX_LISTED))


def _set_aside(row: Row) -> Task:
    return Task(
        task_kind=TaskKind.BROKEN,
        at=from_millis(row["received_at"]),
        subject=audit.update_subject(row["update_id"]),
        error=row["note"] or "",
    )


def _pools(tx: Tx, services: DeskServices, scope: Scope) -> Iterator[Task]:
    """Yield the pools all of whose segments, released or scheduled, are past the mark.

    One segment below the mark is sufficient choice, however full the older ones are. So the newest is counted
    first, and counting usually stops there.
    """
    for code, kind in product(scope.offices, PlateKind):
        newest_first = segments(tx, services.offices[code], kind)[::-1]
        taken = list(takewhile(_is_past_mark, ((segment, _taken(tx, segment)) for segment in newest_first)))
        if newest_first and len(taken) == len(newest_first):
            size, gone = sum(segment.size for segment in newest_first), sum(count for _, count in taken)
            yield Task(
                task_kind=TaskKind.POOL,
                at=max(segment.released_at for segment in newest_first),
                subject=audit.pool_subject(code, kind),
                office=code,
                kind=kind,
                free=size - gone,
                share=gone / size,
            )


def _is_past_mark(counted: tuple[Segment, int]) -> bool:
    segment, taken = counted
    return taken / segment.size >= MARK


def _taken(tx: Tx, segment: Segment) -> int:
    row = tx.one("work_queue.taken_of_segment", segment_id=segment.segment_id)
    return row["taken"] if row else 0


def _scheduled(tx: Tx, services: DeskServices, scope: Scope) -> Iterator[Task]:
    rows = tx.all("work_queue.scheduled", now=to_millis(tx.now), most=MAX_LISTED, **scope.values)
    for row in rows:
        if row["office"] in services.offices:
            yield Task(
                task_kind=TaskKind.SCHEDULED,
                at=from_millis(row["opens_at"]),
                subject=audit.segment_subject(row["segment_id"]),
                office=row["office"],
                kind=row["kind"],
                mask=row["mask"],
            )


def _restored(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    """Yield what a restore has left to the desk: everything suspended, and the numbers to verify."""
    row = tx.one("restoration.open")
    if row is not None and scope.everywhere:  # only they can end it
        yield Task(
            task_kind=TaskKind.RESTORED,
            at=from_millis(row["restored_at"]),
            subject=audit.restoration_subject(row["restoration_id"]),
        )
    for row in tx.all("restoration.unverified", most=MAX_LISTED):
        if scope.holds(row["office"]):
            yield Task(
                task_kind=TaskKind.RESTORED,
                at=from_millis(row["restored_at"]),
                subject=audit.plate_subject(row["office"], row["kind"], row["serial"]),
                office=row["office"],
                plate=row["serial"],
                kind=row["kind"],
            )


def _years(tx: Tx, services: DeskServices, _scope: Scope) -> Iterator[Task]:
    year = (tx.now + SCHEDULE_AHEAD).astimezone(CHINA).year
    if not services.calendar.has_schedule(year):
        yield Task(task_kind=TaskKind.CALENDAR, at=tx.now, subject=f"year:{year}", what=str(year))


_LISTS: dict[TaskKind, Callable[[Tx, DeskServices, Scope], Iterable[Task]]] = {
    TaskKind.DEADLINE: _due,
    TaskKind.SHUT: _due_shut,
    TaskKind.APPEAL: _appeals,
    TaskKind.FAILED: _failed,
    TaskKind.BROKEN: _broken,
    TaskKind.POOL: _pools,
    TaskKind.SCHEDULED: _scheduled,
    TaskKind.RESTORED: _restored,
    TaskKind.CALENDAR: _years,
}


# --- handling tasks that do not end automatically -------------------------------------------


def handled_by(tx: Tx, subject: str) -> str | None:
    """Return the actor who has handled a task, None if it is pending."""
    row = tx.one("work_queue.handled", subject=subject)
    return row["handled_by"] if row else None


def find(tx: Tx, admin: Admin, subject: str, served: Iterable[str]) -> Task:
    """Return a task that an admin may handle, by its subject: "notice:5" or "update:9".

    Raises:
        AlreadyHandled: another was faster.
        NothingToHandle: there is no such task, it is no longer pending, or the admin may not handle it.
        NotPermitted, NotYourOffice: they may not.
    """
    is_update = subject.partition(":")[0] == SubjectKind.UPDATE
    task = _find_update(tx, admin, subject) if is_update else _find_notification(tx, subject)
    if task is None or not scope_of(admin, PERMISSION_FOR[task.task_kind], served).holds(task.office):
        raise NothingToHandle
    by = handled_by(tx, subject)
    if by is not None:
        raise AlreadyHandled(by)
    return task


def _find_update(tx: Tx, admin: Admin, subject: str) -> Task | None:
    admin.require(Permission.ADMINS, EVERYWHERE)
    row = tx.one("work_queue.broken_one", update_id=int(subject.partition(":")[2]))
    return _set_aside(row) if row else None


def _find_notification(tx: Tx, subject: str) -> Task | None:
    row = tx.one("work_queue.failed_one", notice_id=int(subject.partition(":")[2]))
    return _failure(tx, row) if row else None


def handle(tx: Tx, admin: Admin, subject: str, served: Iterable[str], actor: str) -> Task:
    """Mark a task that does not end automatically as handled; return it.

    Raises:
        AlreadyHandled, NothingToHandle, NotPermitted, NotYourOffice: as it is found.
    """
    task = find(tx, admin, subject, served)
    if not tx.run("work_queue.handle", subject=subject, actor=actor, now=to_millis(tx.now)):
        raise AlreadyHandled(handled_by(tx, subject) or "")
    audit.record(tx, actor, AuditAction.HANDLED, subject, office=task.office)
    return task


# --- the daily summary ----------------------------------------------------------------------


def wants_summary(tx: Tx, chat_id: int) -> bool:
    """Whether a chat receives the daily summary; on by default."""
    return tx.one("work_queue.summary_is_off", chat_id=chat_id) is None


def set_summary(tx: Tx, chat_id: int, *, on: bool) -> None:
    """Turn the daily summary of a chat on or off."""
    if on:
        tx.run("work_queue.turn_summary_on", chat_id=chat_id)
    else:
        tx.run("work_queue.turn_summary_off", chat_id=chat_id, now=to_millis(tx.now))


class Summaries:
    """Plans the daily summaries.

    Args:
        services: the configuration of the work queue.
        admins: the recipients.
        send_from: the local time from which summaries are sent.
    """

    def __init__(self, services: DeskServices, admins: Admins, send_from: time) -> None:
        self._services = services
        self._admins = admins
        self._send_from = send_from

    def due(self, tx: Tx) -> tuple[int, ...] | None:
        """Return the chats that need a summary today; None if it is too early or already done.

        Called on a read-only snapshot at every tick; does its work once per day.
        """
        now = tx.now.astimezone(CHINA)
        if now.time() < self._send_from or tx.one("announcements.exists", subject=_announcement(now.date())):
            return None
        off = {row["chat_id"] for row in tx.all("work_queue.summaries_off")}
        wanting = (admin for admin in self._admins.all(tx) if admin.chat_id not in off)
        return tuple(admin.chat_id for admin in wanting if self._concerns(tx, admin, now.date()))

    def plan(self, tx: Tx, chats: Iterable[int]) -> None:
        """Plan today's summaries; idempotent across workers. They expire at midnight."""
        today = tx.now.astimezone(CHINA).date()
        subject = _announcement(today)
        if not tx.run("announcements.add", subject=subject, now=to_millis(tx.now)):
            return
        midnight = datetime.combine(today + timedelta(days=1), time(), CHINA)
        for chat_id in chats:
            plan(
                tx,
                Plan(
                    chat_id=chat_id,
                    purpose=NotificationPurpose.SUMMARY,
                    subject=subject,
                    due_at=tx.now,
                    pointless_after=midnight,
                ),
            )

    def of_chat(self, tx: Tx, chat_id: int) -> WorkQueue | None:
        """Return the contents of a chat's summary; None if no task needs action by now."""
        admin = self._admins.of(tx, chat_id)
        if Permission.DESK not in admin.permissions:
            return None
        queue = read_work_queue(tx, self._services, admin)
        return queue if queue.is_pressing else None

    def _concerns(self, tx: Tx, admin: Admin, today: date) -> bool:
        return (
            Permission.DESK in admin.permissions
            and any(
                closed_days.calendar_of(tx, self._services.offices[code], self._services.calendar).is_workday(
                    today
                )
                for code in admin.offices(Permission.DESK, self._services.offices)
            )
            and is_pressing(tx, self._services, admin)
        )


def _announcement(day: date) -> str:
    return f"desk:{day.isoformat()}"
