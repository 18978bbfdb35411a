"""The pending tasks of each kind, as /desk lists them.

Each list takes the transaction, the configuration and the admin's scope.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import product, takewhile

from core import audit, suspicion
from core.appeals import queue
from core.audit import SubjectKind
from core.availability.holidays import country_calendar, year_without_schedule
from core.clock import CHINA, from_millis, to_millis
from core.people import chief_requests, second_chief
from core.people.scope import Scope
from core.people.sms_budget import TOLD_AT, codes_today, gateway_trouble
from core.people.sms_receipts import LISTED_FROM, delivery_rate
from core.pool.segments import Segment, segments
from core.ports import Row, Tx
from core.preselection.contradictions import Contradiction, contradicted
from core.reporting import checked_days
from core.reporting.statistics import MARK
from core.reporting.tasks import MAX_LISTED, DeskServices, Task, TaskKind
from core.suspicion import SuspicionState
from core.values.plates import PlateKind

NEAR_WORKDAYS = 1
"""How many working days before a deadline it counts as near."""
SHUT_WORKDAYS = 3
"""The same if the bot cannot reach the owner, so that the office has to call."""
FAILURES_SHOWN = timedelta(days=30)


def _due(tx: Tx, services: DeskServices, scope: Scope) -> Iterator[Task]:
    return _reserved(tx, services, scope, TaskKind.DEADLINE)


def _due_shut(tx: Tx, services: DeskServices, scope: Scope) -> Iterator[Task]:
    return _reserved(tx, services, scope, TaskKind.SHUT)


def _reserved(tx: Tx, services: DeskServices, scope: Scope, task_kind: TaskKind) -> Iterator[Task]:
    query, workdays = "work_queue.due", NEAR_WORKDAYS
    if task_kind == TaskKind.SHUT:
        query, workdays = "work_queue.due_shut", SHUT_WORKDAYS
    calendar = country_calendar(tx, services.calendar)
    last = calendar.add_workdays(tx.now.astimezone(CHINA).date(), workdays)
    until = datetime.combine(last + timedelta(days=1), time(), CHINA)
    for row in tx.all(query, until=to_millis(until) + 1, most=MAX_LISTED, **scope.values):
        subject = audit.preselection_subject(row["preselection_id"])
        deadline, office = from_millis(row["deadline"]), services.offices.get(row["office"])
        is_over = deadline < tx.now
        is_held = is_over and tx.one("restoration.holds", preselection_id=row["preselection_id"]) is not None
        yield Task(
            task_kind=task_kind,
            at=deadline,
            is_held=is_held,
            grace_until=deadline + office.expiry_grace if office and is_over and not is_held else None,
            subject=subject,
            office=row["office"],
            about=subject,
            plate=row["serial"],
            kind=row["kind"],
        )


def _unconfirmed(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    return _contradicted(tx, scope, Contradiction.REGISTERED, TaskKind.UNCONFIRMED)


def _of_other_kind(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    return _contradicted(tx, scope, Contradiction.KIND, TaskKind.KIND_MISMATCH)


def _contradicted(tx: Tx, scope: Scope, contradiction: Contradiction, task_kind: TaskKind) -> Iterator[Task]:
    for reserved in contradicted(tx, contradiction, scope, MAX_LISTED):
        yield Task(
            task_kind=task_kind,
            at=reserved.deadline,
            subject=reserved.subject,
            office=reserved.plate.office,
            about=reserved.subject,
            plate=reserved.plate.serial,
            kind=reserved.plate.kind,
            what=reserved.registry_kind,
        )


def _appeals(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    for appeal in queue(tx, None if scope.everywhere else scope.offices)[:MAX_LISTED]:
        subject = audit.appeal_subject(appeal.appeal_id)
        yield Task(task_kind=TaskKind.APPEAL, at=appeal.submitted_at, subject=subject, office=appeal.office)


def _suspicions(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    for found in suspicion.listed(tx, scope, MAX_LISTED):
        yield Task(
            task_kind=TaskKind.SUSPICION,
            at=found.raised_at,
            subject=found.own_subject,
            office=found.office,
            about=found.subject,
            what=found.kind,
            is_asked=found.state == SuspicionState.ASKED,
        )


def _unreminded(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    since = to_millis(tx.now - FAILURES_SHOWN)
    for row in tx.all("work_queue.unreminded", since=since, most=MAX_LISTED, **scope.values):
        yield unreminded_task(row)


def unreminded_task(row: Row) -> Task:
    """Return the task for a number that expired without a ban."""
    return Task(
        task_kind=TaskKind.UNREMINDED,
        at=from_millis(row["unreminded_at"]),
        subject=audit.expiry_subject(row["preselection_id"]),
        office=row["office"],
        about=audit.preselection_subject(row["preselection_id"]),
        plate=row["serial"],
        kind=row["kind"],
    )


def _failed(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    since = to_millis(tx.now - FAILURES_SHOWN)
    for row in tx.all("work_queue.failed", since=since, subject="", most=MAX_LISTED, **scope.values):
        yield failed_task(tx, row)


def failed_task(tx: Tx, row: Row) -> Task:
    """Return the task for a failed notification, with its office and number, if any."""
    subject = row["subject"]
    topic, _, number = subject.partition(":")
    office, plate, kind = json.loads(row["details"]).get("office") or None, "", ""
    if topic == SubjectKind.PRESELECTION and (
        about := tx.one("preselection.by_id", preselection_id=int(number))
    ):
        office, plate, kind = about["office"], about["serial"] or "", about["kind"]
    case = subject if plate else _account_of(tx, row["chat_id"])
    return Task(
        task_kind=TaskKind.FAILED,
        at=from_millis(row["ended_at"]),
        subject=audit.notice_subject(row["notice_id"]),
        office=office,
        chat_id=row["chat_id"],
        about=case,
        whom=subject if topic == SubjectKind.ADMIN else "",
        plate=plate,
        kind=kind,
        what=row["purpose"].partition(":")[0],
        error=row["error"] or "",
    )


def _account_of(tx: Tx, chat_id: int) -> str:
    """Return the account that a notification was for; empty for an admin's chat without one."""
    row = tx.one("accounts.of_chat", chat_id=chat_id)
    return audit.account_subject(row["account_id"]) if row else ""


def _broken(tx: Tx, _services: DeskServices, _scope: Scope) -> Iterator[Task]:
    return (broken_task(row) for row in tx.all("work_queue.broken", most=MAX_LISTED))


def broken_task(row: Row) -> Task:
    """Return the task for an update that could not be handled."""
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


def _unwithheld(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    for request in second_chief.waiting(tx, MAX_LISTED):
        if scope.holds(request.office):
            yield Task(
                task_kind=TaskKind.UNWITHHOLD,
                at=request.at,
                subject=request.subject,
                office=request.office,
                kind=request.kind,
                mask=request.pattern,
            )


def _requests(tx: Tx, _services: DeskServices, scope: Scope) -> Iterator[Task]:
    for request in chief_requests.waiting(tx, MAX_LISTED):
        if scope.holds(request.about.office):
            yield Task(
                task_kind=TaskKind.REQUEST,
                at=request.at,
                subject=request.subject,
                office=request.about.office,
                what=request.about.act.value,
                whom=audit.admin_subject(int(audit.chat_of(request.actor))),
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
    for row in tx.all("restoration.unverified", most=MAX_LISTED, **scope.values):
        yield Task(
            task_kind=TaskKind.RESTORED,
            at=from_millis(row["restored_at"]),
            subject=audit.plate_subject(row["office"], row["kind"], row["serial"]),
            office=row["office"],
            plate=row["serial"],
            kind=row["kind"],
        )


def _years(tx: Tx, services: DeskServices, _scope: Scope) -> Iterator[Task]:
    year = year_without_schedule(tx, services.calendar)
    if year is not None:
        yield Task(task_kind=TaskKind.CALENDAR, at=tx.now, subject=f"year:{year}", what=str(year))


def _journal(tx: Tx, _services: DeskServices, _scope: Scope) -> Iterator[Task]:
    for day in checked_days.failed(tx, MAX_LISTED):
        yield Task(
            task_kind=TaskKind.JOURNAL,
            at=day.checked_at,
            subject=f"journal:{day.office}:{day.kind}:{day.day}",
            office=day.office,
            kind=day.kind,
            what=day.day.isoformat(),
            error=day.reason,
        )


def _sms(tx: Tx, services: DeskServices, _scope: Scope) -> Iterator[Task]:
    trouble = gateway_trouble(tx)
    if trouble is not None:
        yield Task(
            task_kind=TaskKind.SMS,
            at=trouble.since,
            subject="sms:gateway",
            what="gateway",
            count=trouble.failures,
        )
    rate = delivery_rate(tx)
    if rate.failed >= LISTED_FROM:
        yield Task(
            task_kind=TaskKind.SMS,
            at=tx.now,
            subject="sms:receipts",
            what="receipts",
            count=rate.failed,
            share=rate.share,
        )
    sent, cap = codes_today(tx), services.codes_per_day
    if sent * 100 >= cap * TOLD_AT[0]:
        yield Task(
            task_kind=TaskKind.SMS, at=tx.now, subject="sms:usage", what="usage", count=sent, share=sent / cap
        )


LISTS: dict[TaskKind, Callable[[Tx, DeskServices, Scope], Iterable[Task]]] = {
    TaskKind.DEADLINE: _due,
    TaskKind.SHUT: _due_shut,
    TaskKind.UNCONFIRMED: _unconfirmed,
    TaskKind.KIND_MISMATCH: _of_other_kind,
    TaskKind.APPEAL: _appeals,
    TaskKind.SUSPICION: _suspicions,
    TaskKind.UNREMINDED: _unreminded,
    TaskKind.FAILED: _failed,
    TaskKind.BROKEN: _broken,
    TaskKind.POOL: _pools,
    TaskKind.SCHEDULED: _scheduled,
    TaskKind.REQUEST: _requests,
    TaskKind.UNWITHHOLD: _unwithheld,
    TaskKind.RESTORED: _restored,
    TaskKind.CALENDAR: _years,
    TaskKind.JOURNAL: _journal,
    TaskKind.SMS: _sms,
}
"""The list of each kind of task."""
