"""The desk's work queue: the pending tasks of an admin, oldest first (/desk).

Admins see the kinds of tasks for which they have the permission.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.audit import admin_subject
from core.availability import clock_guard
from core.people.accounts import Account, Accounts
from core.people.admins import EVERYWHERE, Admin, Permission, Role
from core.people.scope import scope_of
from core.ports import Tx
from core.reporting.statistics import due_by_day
from core.reporting.task_lists import LISTS
from core.reporting.tasks import PERMISSION_FOR, DeskServices, Task, TaskKind

DUE_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkQueue:
    """The pending tasks of an admin at one moment."""

    at: datetime
    tasks: tuple[Task, ...]  # those of a restore, then oldest first
    task_kinds: tuple[TaskKind, ...]  # the kinds shown to the admin, including those without tasks
    due: tuple[tuple[date, int], ...] = ()  # number of reservations by the day they end, from today
    is_suspended: bool = False  # after a restore nobody can select and nothing expires yet
    is_clock_doubted: bool = False  # nothing expires, opens or is sent until the clock is confirmed

    @property
    def is_pressing(self) -> bool:
        """Whether any task needs action; scheduled releases and owners who were asked do not."""
        return any(_needs_action(task) for task in self.tasks)

    @property
    def counts(self) -> Mapping[TaskKind, int]:
        """The number of tasks of each kind; ``MAX_LISTED`` means that many or more."""
        return Counter(task.task_kind for task in self.tasks)

    def oldest(self, task_kind: TaskKind) -> datetime | None:
        return next((task.at for task in self.tasks if task.task_kind == task_kind), None)


def read_work_queue(tx: Tx, services: DeskServices, admin: Admin) -> WorkQueue:
    """Return the pending tasks of an admin: first those of a restore, whatever their age, then oldest first.

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
        tasks=tuple(sorted(tasks, key=_place)),
        task_kinds=task_kinds,
        due=due,
        is_suspended=tx.one("restoration.open") is not None,
        is_clock_doubted=clock_guard.is_in_doubt(tx),
    )


def recipients(tx: Tx, accounts: Accounts, tasks: Iterable[Task]) -> Mapping[int, Account]:
    """Return the owners whom failed notifications that name no number were for, by chat."""
    chats = {task.chat_id for task in tasks if task.chat_id and not (task.plate or task.whom)}
    found = {chat: accounts.find(tx, chat) for chat in chats}
    return {chat: account for chat, account in found.items() if account is not None}


def is_pressing(tx: Tx, services: DeskServices, admin: Admin) -> bool:
    """Return whether any task of an admin needs action; stops at the first one."""
    task_kinds = [task_kind for task_kind in _task_kinds(admin) if task_kind != TaskKind.SCHEDULED]
    return any(
        _needs_action(task) for task_kind in task_kinds for task in _of(tx, services, admin, task_kind)
    )


def _needs_action(task: Task) -> bool:
    return task.task_kind != TaskKind.SCHEDULED and not task.is_asked


def count_tasks(tx: Tx, services: DeskServices, admin: Admin, task_kind: TaskKind) -> int:
    """Return how many tasks of a kind an admin has; 0 for a kind that they may not see."""
    if task_kind not in _task_kinds(admin):
        return 0
    return sum(1 for _ in _of(tx, services, admin, task_kind))


def _place(task: Task) -> tuple[bool, bool, datetime, str]:
    """Return what tasks are sorted by: what suspends everything first, then the numbers of a restore."""
    is_of_restore = task.task_kind == TaskKind.RESTORED
    return (not is_of_restore, is_of_restore and bool(task.plate), task.at, task.subject)


def _task_kinds(admin: Admin) -> tuple[TaskKind, ...]:
    return tuple(task_kind for task_kind in TaskKind if PERMISSION_FOR[task_kind] in admin.permissions)


def _of(tx: Tx, services: DeskServices, admin: Admin, task_kind: TaskKind) -> Iterable[Task]:
    """Return the tasks of one kind that an admin may see.

    No suspicion about the admin; a request to another chief for the chiefs, and for who has made it.
    """
    tasks = LISTS[task_kind](tx, services, scope_of(admin, PERMISSION_FOR[task_kind], services.offices))
    own = admin_subject(admin.chat_id)
    if task_kind == TaskKind.SUSPICION:
        return (task for task in tasks if task.about != own)
    if task_kind == TaskKind.REQUEST:
        return (
            task for task in tasks if task.whom == own or admin.has(Role.CHIEF, task.office or EVERYWHERE)
        )
    return tasks
