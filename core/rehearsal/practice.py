"""The practice of the desk (练习管理): the services on an invented office, moved through time at will.

Like a rehearsed selection, a practice is a database in memory, stored compressed in the row of its
conversation between two steps. It has an invented office with the code of a real one, a clock of its own, and
one admin, who is a chief there whatever they are at the real desk: all can be tried.

    stored ──opened──▶ database, clock, services ──steps, days──▶ packed ──▶ stored
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from core.availability.closed_days import OfficeDays, days_of
from core.bootstrap import Core, Ports, bootstrap
from core.clock import CHINA, FixedClock
from core.db import MemoryDatabase, MemoryStore
from core.ports import PhotoStore
from core.rehearsal import cases, days
from core.rehearsal.owner import CHAT, mark_of
from core.settings import Settings
from core.values.hours import ServiceHours
from core.values.offices import Office

NAME = "演练车管所(虚构)"
ADDRESS = "演练路1号(虚构)"
MOST_VEHICLES = 500
"""Maximum vehicles of an imported file: the whole practice is written with each step."""

_KIND = "practice"
_ALWAYS = ServiceHours.parse("00:00-24:00")
_MARK = 4  # bytes
_AHEAD = struct.Struct(">q")  # how far the practice's clock is ahead, in milliseconds
_CODE_ENDS = b"\0"
_COMPRESSION = 1
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
_INTO_THE_DAY = timedelta(hours=1)
_MANY_CODES = 1_000_000
_SHORTEST_VALIDITY, _LONGEST_VALIDITY = 3, 10
"""Working days: the cases need some, and what has happened before the first step is played day by day."""


@dataclass(kw_only=True)
class OpenPractice:
    """An opened practice: its database and clock, and the services of its office."""

    database: MemoryDatabase
    clock: FixedClock
    core: Core
    office: Office
    ahead: timedelta  # how much later its time is than the real one

    def set_time(self, real: datetime) -> None:
        """Set the clock for a moment of real time."""
        self.clock.set(real + self.ahead)

    def settle(self) -> None:
        """Let arrive and end what is due."""
        self.database.run(days.settle, self.core)

    def to_next_workday(self) -> None:
        """Move on to the morning of the next working day, after all that happens on the way."""
        before = self.clock.now()
        then = _morning(self.days(), before.astimezone(CHINA).date() + timedelta(days=1))
        days.pass_until(self.database, self.clock, self.core, then)
        self.ahead += then - before

    def days(self) -> OfficeDays:
        """Return the working days and counter hours of the office, with what was entered in the practice."""
        return self.database.read(days_of, self.office, self.core.calendar)


class Practice:
    """The services of practices, one set for each office, and the way in which a practice is stored.

    Args:
        cores: the services, by the code of the office.
        mark: identifies the schema, the newest key, and that it is a practice.
    """

    def __init__(self, cores: Mapping[str, Core], mark: bytes) -> None:
        self._cores = cores
        self._mark = mark

    def is_current(self, packed: bytes) -> bool:
        """Return whether a stored practice has the schema of this program, and its newest key."""
        return packed[:_MARK] == self._mark

    def ahead_of(self, packed: bytes) -> timedelta:
        """Return how much later the time of a stored practice is than the real one."""
        (millis,) = _AHEAD.unpack_from(packed, _MARK)
        return timedelta(milliseconds=millis)

    def blank(self, office: str | None) -> bytes:
        """Return a practice that has not begun, at an office if it is served, else at the first."""
        code = next((code for code in self._cores if code == office), next(iter(self._cores)))
        return self._packed(timedelta(0), code, b"")

    @contextmanager
    def opened(self, packed: bytes) -> Iterator[OpenPractice]:
        """Yield a practice; the caller sets its time. One that is blank has an empty database."""
        code, _, image = packed[_MARK + _AHEAD.size :].partition(_CODE_ENDS)
        core, clock = self._cores[code.decode()], FixedClock(_BEFORE_ALL)
        with MemoryDatabase(clock, image=zlib.decompress(image) if image else None) as database:
            office = core.offices[code.decode()]
            ahead = self.ahead_of(packed)
            yield OpenPractice(database=database, clock=clock, core=core, office=office, ahead=ahead)

    def begin(self, place: OpenPractice, now: datetime) -> None:
        """Fill a blank practice with its cases; its first day is today, or the next working day."""
        first = _morning(place.days(), now.astimezone(CHINA).date())
        place.ahead = first - now
        cases.play(place.database, place.clock, place.core, first)
        place.set_time(now)

    def packed(self, place: OpenPractice) -> bytes:
        """Return a practice in the form stored between two steps."""
        image = zlib.compress(place.database.serialize(), _COMPRESSION)
        return self._packed(place.ahead, place.office.code, image)

    def _packed(self, ahead: timedelta, code: str, image: bytes) -> bytes:
        millis = ahead // timedelta(milliseconds=1)
        return b"".join((self._mark, _AHEAD.pack(millis), code.encode(), _CODE_ENDS, image))


async def prepare_practice(core: Core, photos: PhotoStore) -> Practice:
    """Build the services for practices, separate from the real ones; ``photos`` has those of the appeal."""
    store = MemoryStore(MemoryDatabase(core.clock))
    try:
        ports = Ports(clock=core.clock, store=store, photos=photos)
        cores = {
            office.code: await bootstrap(_settings(core.settings, office), ports)
            for office in core.settings.offices
        }
    finally:
        await store.close()
    return Practice(cores, mark_of(core.vault, _KIND))


def _settings(real: Settings, office: Office) -> Settings:
    sms = {"provider": (), "per_day": _MANY_CODES}
    return real.model_copy(
        update={
            "offices": (_invented(office),),
            "elsewhere": (),
            "telegram": real.telegram.model_copy(update={"admins": (CHAT,)}),
            "sms": real.sms.model_copy(update=sms),
            "registry": real.registry.model_copy(update={"mode": "strict"}),
        }
    )


def _invented(office: Office) -> Office:
    """Return an office that nobody takes for the real one, with hours and limits that let all be tried."""
    return replace(
        office,
        name=NAME,
        address=ADDRESS,
        phone=None,
        latitude=None,
        longitude=None,
        hours=_ALWAYS,
        compose_total=max(office.compose_total, office.compose_per_try),
        validity_workdays=min(max(office.validity_workdays, _SHORTEST_VALIDITY), _LONGEST_VALIDITY),
        extensions=max(office.extensions, 1),
        extension_workdays=max(office.extension_workdays, 3),
        undo_minutes=max(office.undo_minutes, 1),
        ban_years=max(office.ban_years, 1),
    )


def _morning(open_days: OfficeDays, day: date) -> datetime:
    """Return an hour after the counter opens on a day, or on the next working day that has counter hours."""
    calendar, hours = open_days.calendar, open_days.office.counter_hours
    if not calendar.is_workday(day):
        day = calendar.add_workdays(day, 1)
    while (opening := hours.first_opening(day)) is None:
        day = calendar.add_workdays(day, 1)
    return opening + _INTO_THE_DAY
