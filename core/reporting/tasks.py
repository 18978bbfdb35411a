"""The model of the desk's tasks: their kinds, who sees them, and what they depend on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.people.admins import Permission
from core.values.offices import Office
from core.values.workdays import WorkingCalendar

MAX_LISTED = 200
"""Maximum listed tasks of one kind; more are not read in practice."""


class TaskKind(StrEnum):
    """The kind of a task."""

    DEADLINE = "deadline"  # a reserved number whose deadline is near
    SHUT = "shut"  # the same, and the bot cannot reach its owner
    UNCONFIRMED = "unconfirmed"  # a reserved number whose vehicle the registry knows as registered
    KIND_MISMATCH = (
        "kind_mismatch"  # a reserved number whose vehicle the registry has with another plate kind
    )
    APPEAL = "appeal"
    SUSPICION = "suspicion"  # suspected abuse that a reviewer has not decided
    UNREMINDED = "unreminded"  # a number that expired without a ban, because no reminder had arrived
    FAILED = "failed"  # a notification that could not be sent
    BROKEN = "broken"  # an update that could not be handled
    POOL = "pool"  # all released segments of a pool are past the mark
    SCHEDULED = "scheduled"  # a scheduled release
    REQUEST = "request"  # another chief is asked to agree to a grave act
    UNWITHHOLD = "unwithhold"  # a chief asks to make withheld numbers available again
    RESTORED = "restored"  # after a restore: a number to verify, or all selecting suspended
    CALENDAR = "calendar"  # a year whose working days are not published
    JOURNAL = "journal"  # a day whose draws could not be recomputed from the public journal
    SMS = "sms"  # the gateway of codes fails, much of the day's codes is used, or messages do not arrive


PERMISSION_FOR = {
    TaskKind.DEADLINE: Permission.CONFIRM,
    TaskKind.SHUT: Permission.CONFIRM,
    TaskKind.UNCONFIRMED: Permission.CONFIRM,
    TaskKind.KIND_MISMATCH: Permission.CONFIRM,
    TaskKind.APPEAL: Permission.APPEALS,
    TaskKind.SUSPICION: Permission.APPEALS,
    TaskKind.UNREMINDED: Permission.CONFIRM,
    TaskKind.FAILED: Permission.CLOSED,
    TaskKind.BROKEN: Permission.CLOCK,
    TaskKind.POOL: Permission.RELEASE,
    TaskKind.SCHEDULED: Permission.RELEASE,
    TaskKind.REQUEST: Permission.DESK,
    TaskKind.UNWITHHOLD: Permission.WITHHOLD,
    TaskKind.RESTORED: Permission.MAINTENANCE,
    TaskKind.CALENDAR: Permission.CLOSED,
    TaskKind.JOURNAL: Permission.CLOCK,
    TaskKind.SMS: Permission.CLOCK,
}
"""The permission required to see each kind of task; CLOCK is one that only chiefs of all offices have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One pending task."""

    task_kind: TaskKind
    at: datetime  # since when it has been pending, or when it is due
    subject: str  # "preselection:7", "expiry:7", "appeal:3", "notice:5", "update:9", "pool:粤K:small", …
    office: str | None = None
    chat_id: int = 0  # of the recipient of a failed notification
    about: str = ""  # of its preselection, "preselection:7", or whom a suspicion is about, "admin:1001"
    whom: str = ""  # the admin whom a failed notification is for, or who asks another chief, "admin:1001"
    plate: str = ""  # the serial of its number
    kind: str = ""  # of a pool or segment
    mask: str = ""  # of a segment
    free: int = 0  # numbers left in a pool
    share: float = 0.0  # how full a pool is
    count: int = 0  # codes that failed, or were sent today, or messages that were not delivered
    what: str = ""  # a notification's purpose, a year, the registry's plate kind, "gateway", a rule
    error: str = ""  # the name of a class
    is_asked: bool = False  # a suspicion for which the invoice was asked for: its owner is to act
    is_held: bool = False  # its deadline has passed, but after a restore it does not expire yet
    grace_until: datetime | None = None  # until when a number whose deadline has passed can be confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskServices:
    """The configuration that the work queue depends on."""

    offices: Mapping[str, Office] = field(repr=False)
    calendar: WorkingCalendar = field(repr=False)
    codes_per_day: int = field(repr=False)
