"""The tasks of a practice: what is to be tried once, and whether it was done.

Read from the audit log of the practice: what was done and taken back again is done all the same.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.audit import AuditAction, chat_actor
from core.availability.closed_days import days_of
from core.clock import CHINA
from core.ports import Tx
from core.preselection import Preselection
from core.preselection.model import from_row
from core.rehearsal import cases
from core.rehearsal.owner import CHAT
from core.values.offices import Office
from core.values.plates import Plate
from core.values.vehicles import vin_last_six
from core.values.workdays import WorkingCalendar


class TaskName(StrEnum):
    """A task of the guide."""

    CONFIRM = "confirm"
    UNDO = "undo"
    APPEAL = "appeal"
    EXTEND = "extend"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task, with the number and the last six of its vehicle, or the day that it is about."""

    name: TaskName
    is_done: bool
    plate: Plate | None = None
    last_six: str = ""
    day: date | None = None


def tasks_of(tx: Tx, office: Office, calendar: WorkingCalendar) -> tuple[Task, ...]:
    """Return the tasks of a practice, in their order."""
    done = {(row["action"], row["subject"]) for row in tx.all("rehearsal.deeds_of", actor=chat_actor(CHAT))}
    actions = {action for action, _ in done}

    def about(name: TaskName, serial: str, action: AuditAction | None) -> Task:
        reserved = _reservation(tx, office, serial)
        is_done = (action, reserved.subject) in done if action else reserved.desk_extensions > 0
        last_six = vin_last_six(reserved.required_vin)
        return Task(name=name, is_done=is_done, plate=reserved.plate, last_six=last_six)

    decided = bool(actions & {AuditAction.APPROVED_APPEAL, AuditAction.REJECTED_APPEAL})
    closed = bool(actions & {AuditAction.CLOSED_DAY, AuditAction.CHANGED_HOURS})
    return (
        about(TaskName.CONFIRM, cases.CONFIRMABLE, AuditAction.REGISTERED),
        about(TaskName.UNDO, cases.MISTAKEN, AuditAction.UNDID),
        Task(name=TaskName.APPEAL, is_done=decided),
        about(TaskName.EXTEND, cases.TO_EXTEND, None),
        Task(name=TaskName.CLOSE, is_done=closed, day=_next_workday(tx, office, calendar)),
    )


def _next_workday(tx: Tx, office: Office, calendar: WorkingCalendar) -> date:
    return days_of(tx, office, calendar).calendar.add_workdays(tx.now.astimezone(CHINA).date(), 1)


def _reservation(tx: Tx, office: Office, serial: str) -> Preselection:
    """Return the newest reservation of an invented number.

    Raises:
        LookupError: nobody ever had it, which no practice begins with.
    """
    row = tx.one("preselection.last_of_plate", **_columns(cases.plate(office, serial)))
    if row is None:
        raise LookupError(f"nobody has had {serial}")
    return from_row(row)


def _columns(plate: Plate) -> dict[str, str]:
    return {"office": plate.office, "kind": plate.kind, "serial": plate.serial}
