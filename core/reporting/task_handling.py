"""Handling tasks that do not end automatically.

Notifications that could not be sent, numbers that expired without a ban, and updates that could not be
handled end when an admin marks them as handled.
"""

from collections.abc import Iterable

from core import audit
from core.audit import AuditAction, SubjectKind
from core.clock import to_millis
from core.errors.desk import AlreadyHandled, NothingToHandle
from core.people.admins import EVERYWHERE, Admin, Permission
from core.people.scope import scope_of
from core.ports import Tx
from core.reporting.task_lists import FAILURES_SHOWN, broken_task, failed_task, unreminded_task
from core.reporting.tasks import MAX_LISTED, PERMISSION_FOR, Task, TaskKind


def handled_by(tx: Tx, subject: str) -> str | None:
    """Return the actor who has handled a task, None if it is pending."""
    row = tx.one("work_queue.handled", subject=subject)
    return row["handled_by"] if row else None


def find(tx: Tx, admin: Admin, subject: str, served: Iterable[str]) -> Task:
    """Return a task that an admin may handle, by its subject: "notice:5", "expiry:7" or "update:9".

    Raises:
        AlreadyHandled: another was faster.
        NothingToHandle: there is no such task, it is no longer pending, or the admin may not handle it.
        NotPermitted, NotYourOffice: they may not.
    """
    match subject.partition(":")[0]:
        case SubjectKind.UPDATE:
            task = _find_update(tx, admin, subject)
        case SubjectKind.EXPIRY:
            task = _find_unreminded(tx, subject)
        case _:
            task = _find_notification(tx, subject)
    if task is None or not scope_of(admin, PERMISSION_FOR[task.task_kind], served).holds(task.office):
        raise NothingToHandle
    by = handled_by(tx, subject)
    if by is not None:
        raise AlreadyHandled(by)
    return task


def _find_update(tx: Tx, admin: Admin, subject: str) -> Task | None:
    admin.require(Permission.CLOCK, EVERYWHERE)  # as the list of them
    row = tx.one("work_queue.broken_one", update_id=int(subject.partition(":")[2]))
    return broken_task(row) if row else None


def _find_unreminded(tx: Tx, subject: str) -> Task | None:
    row = tx.one("work_queue.unreminded_one", preselection_id=int(subject.partition(":")[2]))
    return unreminded_task(row) if row else None


def _find_notification(tx: Tx, subject: str) -> Task | None:
    row = tx.one("work_queue.failed_one", notice_id=int(subject.partition(":")[2]))
    return failed_task(tx, row) if row else None


def handle(tx: Tx, admin: Admin, subject: str, served: Iterable[str], actor: str) -> Task:
    """Mark a task that does not end automatically as handled; return it.

    Raises:
        AlreadyHandled, NothingToHandle, NotPermitted, NotYourOffice: as it is found.
    """
    task = find(tx, admin, subject, served)
    if not tx.run("work_queue.handle", subject=subject, actor=actor, now=to_millis(tx.now)):
        raise AlreadyHandled(handled_by(tx, subject) or "")
    what = f"{task.task_kind}:{task.what}" if task.task_kind == TaskKind.FAILED else task.task_kind.value
    audit.record(tx, actor, AuditAction.HANDLED, subject, office=task.office, task=what)
    return task


def handle_all(tx: Tx, admin: Admin, subject: str, served: Iterable[str], actor: str) -> list[str]:
    """Mark all failed notifications to the recipient of one as handled, as far as an admin may; return which.

    Raises:
        AlreadyHandled, NothingToHandle, NotPermitted, NotYourOffice: as the one is found.
    """
    codes = tuple(served)
    handle(tx, admin, subject, codes, actor)
    handled = [subject]
    since = to_millis(tx.now - FAILURES_SHOWN)
    number = int(subject.partition(":")[2])
    for row in tx.all("work_queue.failed_of_chat", notice_id=number, since=since, most=MAX_LISTED):
        other = audit.notice_subject(row["notice_id"])
        try:
            handle(tx, admin, other, codes, actor)
        except (AlreadyHandled, NothingToHandle):
            continue  # another office's, or another admin was faster
        handled.append(other)
    return handled
