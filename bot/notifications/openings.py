"""Renders notifications of what can be selected: openings, releases, wished numbers."""

from bot.dialog.names import ActionName
from bot.dialog.view import Button
from bot.i18n import formatting
from bot.notifications.message import NotificationMessage
from bot.texts import notifications as notices
from bot.texts.owner import wished
from core.availability.closed_days import days_of
from core.bootstrap import Core
from core.clock import from_millis
from core.notifications.queue import Notification, NotificationPurpose
from core.pool.number_status import NumberStatus, status_of
from core.pool.openings import OpeningWay
from core.ports import Tx
from core.values.offices import Office
from core.values.plates import Plate, PlateKind


def office_of(tx: Tx, core: Core, code: str) -> Office | None:
    """Return an office with the hours of single days; None if it is not served."""
    office = core.offices.get(code)
    return None if office is None else days_of(tx, office, core.calendar).office


def about_wished(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    details = notification.details
    office = core.offices.get(str(details["office"]))
    if office is None:
        return None
    kind, mask, way = PlateKind(str(details["kind"])), str(details["mask"]), OpeningWay(str(details["way"]))
    composed = details.get("compose_from")
    compose_from = from_millis(composed) if isinstance(composed, int) else None
    wish = str(details["wish"])
    one = mask if way == OpeningWay.BACK else wish
    found = status_of(tx, office, Plate(office=office.code, kind=kind, serial=one))
    if found.status == NumberStatus.WITHHELD:
        return None
    if way == OpeningWay.BACK:
        if found.status != NumberStatus.FREE:
            return None  # somebody has taken it since
        compose_from = found.compose_from
    later = formatting.day(compose_from) if compose_from is not None and compose_from > tx.now else ""
    text = wished.notice(office, kind, wish, mask, way, later)
    ways = (
        Button(label=notices.PRESELECT(), action=ActionName.PRESELECT),
        Button(label=wished.OPEN(), action=ActionName.WISHED),
    )
    return NotificationMessage(text=text, rows=(ways,))


def about_rescheduled(_tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    details = notification.details
    office = core.offices.get(str(details.get("office", "")))
    before, opens_at = details.get("before"), details.get("opens_at")
    if office is None or not isinstance(before, int):
        return None
    text = notices.rescheduled(
        office,
        str(details.get("kind", "")),
        str(details.get("mask", "")),
        from_millis(before),
        from_millis(opens_at) if isinstance(opens_at, int) else None,
    )
    return NotificationMessage(text=text)


def about_opening(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    office = office_of(tx, core, str(notification.details.get("office", "")))
    if office is None or not office.hours.is_open(tx.now):  # closed again in the meantime: too late
        return None
    go = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
    return NotificationMessage(text=notices.opening(office), rows=((go,),))


def about_served(_tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    office = core.offices.get(str(notification.details.get("office", "")))
    go = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
    return None if office is None else NotificationMessage(text=notices.served(office), rows=((go,),))


def about_segment(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    """Return that a segment was released, or can be self-composed."""
    details = notification.details
    office = core.offices.get(str(details.get("office", "")))
    if office is None:
        return None
    kind, mask = str(details.get("kind", "")), str(details.get("mask", ""))
    go = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
    off = Button(
        label=notices.UNSUBSCRIBE(),
        action=ActionName.UNSUBSCRIBE,
        arg=f"{office.code}.{kind}.{notification.topic}",
    )
    if notification.topic == NotificationPurpose.COMPOSE:
        text = notices.compose(office, kind, mask)
    else:
        compose_from = details.get("compose_from")
        when = compose_from if isinstance(compose_from, int) else 0
        text = notices.release(office, kind, mask, when, tx.now)
    return NotificationMessage(text=text, rows=((go, off),))
