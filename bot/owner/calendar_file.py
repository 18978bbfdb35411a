"""The deadline of a reserved number as an iCalendar file, and its cancellation (RFC 5545, RFC 5546).

A calendar app recognises an event by its UID, and replaces it only by one with a higher SEQUENCE. The time
from the selection to the last change serves as one: also a number that is reinstated comes after its
cancellation.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.i18n import formatting
from bot.i18n.language import spoken
from bot.texts import notifications as texts
from core.preselection import Preselection
from core.values.offices import Office

if TYPE_CHECKING:
    from icalendar import Event

_NO_ADDRESS = "invalid:nomail"
"""The address of an organizer without one, as calendar apps write it."""


def calendar_file(preselection: Preselection, office: Office, deadline: datetime) -> bytes:
    """Return the deadline as a file: an event for the last hour, with an alarm a day before.

    DTSTAMP is the time of the last change of the preselection, so that the same file has the same bytes.
    """
    from icalendar import Alarm  # noqa: PLC0415 - see _event

    event = _event(preselection, office, deadline, preselection.updated_at or deadline)
    event.add("description", texts.event(preselection, office))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", texts.EVENT_TITLE())
    alarm.add("trigger", timedelta(hours=-24))
    event.add_component(alarm)
    return _file(event)


def cancellation_file(preselection: Preselection, office: Office, deadline: datetime) -> bytes:
    """Return a file that removes the event of a number that has ended, with its alarm."""
    from icalendar import vCalAddress, vText  # noqa: PLC0415 - see _event

    event = _event(preselection, office, deadline, preselection.ended_at or deadline)
    event.add("status", "CANCELLED")
    organizer = vCalAddress(_NO_ADDRESS)
    organizer.params["CN"] = vText(office.name)
    event.add("organizer", organizer)
    return _file(event, method="CANCEL")


def _event(preselection: Preselection, office: Office, deadline: datetime, revised_at: datetime) -> "Event":
    from icalendar import Event  # noqa: PLC0415 - 3 MB with dateutil, for a file of some owners

    event = Event()
    event.add("uid", f"preselection-{preselection.preselection_id}-{office.code}@xuanhao")
    event.add("dtstamp", revised_at)
    event.add("sequence", (revised_at - (preselection.reserved_at or revised_at)) // timedelta(seconds=1))
    event.add("dtstart", deadline - timedelta(hours=1))
    event.add("dtend", deadline)
    number = formatting.plate(preselection.office, preselection.serial or "")
    event.add("summary", f"{texts.EVENT_TITLE()} {number}")
    event.add("location", f"{office.name} {office.address}")
    return event


def _file(event: "Event", method: str = "") -> bytes:
    from icalendar import Calendar  # noqa: PLC0415 - see _event

    calendar = Calendar()
    calendar.add("prodid", f"-//xuanhao//{spoken().tag}")
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
