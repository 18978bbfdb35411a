"""Errors in an admin's command, in addition to those of the domain."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from core.errors.base import InputError


class Part(StrEnum):
    """A part of a command, which may be missing."""

    OFFICE = "office"
    KIND = "kind"
    MASK = "mask"
    TIME = "time"
    PLATE = "plate"
    VIN = "vin"
    VIN_END = "vin_end"
    PERSON = "person"
    IDENTITY = "identity"
    USER_TYPE = "user_type"
    CASE = "case"
    QUERY = "query"
    TERM = "term"
    UNDONE = "undone"
    APPEAL = "appeal"
    DAY = "day"
    PLACE = "place"
    HOURS = "hours"
    CHANCES = "chances"
    SWITCH = "switch"
    CHAT = "chat"
    ROLE = "role"
    NAME = "name"
    REASON = "reason"
    TEXT = "text"


class Usage(InputError):
    """The arguments of ``command`` are malformed; its usage is in the manual.

    ``missing`` are the parts that were not found in them, in their order; empty if something else is wrong.
    """

    def __init__(self, command: str, missing: Iterable[Part] = ()) -> None:
        super().__init__()
        self.command = command
        self.missing = tuple(missing)
        self.office = ""  # of the admin, and a plate kind of it, for the example; may be empty
        self.kind = ""
        self.limited = False  # whether the reader may use a part of the command only


class NotAsAsked(InputError):
    """The text typed for a card is not in the form that the card asks for."""


class UnreadableTime(InputError):
    """A time is not in a form that the manual lists."""


class NoSuchDay(UnreadableTime):
    """The calendar has no such day; ``written`` is what was typed."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.written = written


class BroadcastHourMissing(InputError):
    """When a broadcast is to be sent is not said by day and hour."""


class OfficeMissing(Usage):
    """The command begins with a date where the office should stand."""

    def __init__(self, command: str) -> None:
        super().__init__(command, (Part.OFFICE,))


class EndNotEarlier(InputError):
    """The new end of a ban to be shortened is not before its current end, ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class EndNotLater(InputError):
    """The new end of a ban to be extended is not after its current end, ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class DateInReason(InputError):
    """What should be the reason has something like a date, ``written``; it is not guessed at."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.written = written


class DaysReversed(InputError):
    """A span of days ends before it begins."""


class SpanAhead(InputError):
    """A span for which figures are asked has not begun."""


class SpanTooLong(InputError):
    """A span for which figures are asked has more than ``most`` days."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class DaysTooMany(InputError):
    """A span has more than ``most`` days."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
