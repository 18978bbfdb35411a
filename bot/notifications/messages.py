"""Renders notifications, from the state at the time of sending."""

from dataclasses import dataclass
from datetime import date

from bot.dialog.languages import language_of
from bot.dialog.names import ActionName
from bot.dialog.view import Button, Rows
from bot.i18n import formatting
from bot.i18n.language import speaking
from bot.notifications.calendar_file import calendar_file, cancellation_file
from bot.owner.mine import receipt_of
from bot.pictures.picture import Picture
from bot.texts import notifications as notices
from bot.texts.desk import broadcasts as broadcast_texts
from bot.texts.desk import sms, staff, warnings, withholding
from bot.texts.desk.reports import waiting
from bot.texts.owner import appeal, checking, suspicion
from core.appeals import AppealState
from core.bootstrap import Core
from core.clock import from_millis
from core.errors.preselection import StepOutOfOrder
from core.notifications import broadcasts
from core.notifications.queue import Notification, NotificationPurpose, is_overtaken
from core.people import second_chief
from core.people.admins import Permission
from core.people.second_chief import RequestState
from core.people.sms_budget import gateway_trouble
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, get
from core.preselection.contradictions import contradiction_of
from core.preselection.deadlines import MoveCause
from core.public_journal.export import entry_of_claim
from core.reporting import checked_days
from core.suspicion import SuspicionState, find_asked, find_suspicion
from core.values.offices import Office
from core.values.plates import PlateKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A text message, optionally with a picture."""

    text: str
    rows: Rows = ()
    picture: Picture | None = None
    is_quiet: bool = False  # makes no sound


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuePart:
    """A venue, which Telegram opens in a map."""

    title: str
    address: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A file to send."""

    name: str
    content: bytes
    caption: str


Part = TextPart | VenuePart | FilePart


def render_notification(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    """Return the messages of a notification, in its chat's language; empty if it is no longer relevant."""
    with speaking(language_of(tx, notification.chat_id)):
        return _worded(tx, core, notification)


def _worded(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    match notification.topic:
        case (
            NotificationPurpose.REMINDER
            | NotificationPurpose.EXPIRED
            | NotificationPurpose.MOVED
            | NotificationPurpose.EXTENDED
        ):
            return _about_preselection(tx, core, notification)
        case NotificationPurpose.VOIDED | NotificationPurpose.REVOKED:
            return _about_end(tx, core, notification)
        case (
            NotificationPurpose.ROLE
            | NotificationPurpose.UNWITHHOLD
            | NotificationPurpose.UNWITHHOLD_DECIDED
            | NotificationPurpose.SUMMARY
            | NotificationPurpose.BROADCAST
            | NotificationPurpose.BROADCAST_OVER
            | NotificationPurpose.SMS_USAGE
            | NotificationPurpose.SMS_FAILING
            | NotificationPurpose.CHECKED
            | NotificationPurpose.JOURNAL_WRONG
        ):
            return _from_desk(tx, core, notification)
        case (
            NotificationPurpose.IDENTITY
            | NotificationPurpose.PHONE
            | NotificationPurpose.APPEAL
            | NotificationPurpose.SUPERSEDED
            | NotificationPurpose.SUSPENDED
            | NotificationPurpose.RESUMED
        ):
            return _about_decision(tx, core, notification)
        case NotificationPurpose.BANNED | NotificationPurpose.LIFTED:
            return _about_ban(core, notification)
        case _:
            return _about_opening(tx, core, notification)


def _about_preselection(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    try:
        preselection = get(tx, int(notification.subject.partition(":")[2]))
    except StepOutOfOrder:
        return ()
    office = core.offices.get(preselection.office)
    if office is None:
        return ()
    if notification.topic == NotificationPurpose.EXPIRED:
        until = notification.details.get("until")
        text = notices.expired(
            preselection,
            office,
            until if isinstance(until, int) else None,
            unreminded=preselection.unreminded_at is not None,
        )
        has_expired = preselection.state == PreselectionState.EXPIRED
        return _with_cancellation(preselection, office, text) if has_expired else ()
    if preselection.state != PreselectionState.RESERVED or is_overtaken(tx, notification):
        return ()
    if contradiction_of(tx, preselection.preselection_id) is not None:
        return ()  # it does not expire: the message would threaten with what cannot happen
    return _of_reserved(tx, core, notification, preselection, office)


def _about_end(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    preselection = get(tx, int(notification.subject.partition(":")[2]))
    office = core.offices.get(preselection.office)
    if notification.topic == NotificationPurpose.REVOKED:
        return _with_cancellation(preselection, office, notices.revoked(preselection, office))
    until = notification.details.get("until")
    text = notices.voided(preselection, office, until if isinstance(until, int) else None)
    return _with_cancellation(preselection, office, text)


def _from_desk(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    if notification.topic in {NotificationPurpose.BROADCAST, NotificationPurpose.BROADCAST_OVER}:
        return _of_broadcast(tx, notification)
    if notification.topic in {NotificationPurpose.CHECKED, NotificationPurpose.JOURNAL_WRONG}:
        return _about_journal(tx, notification)
    if notification.topic == NotificationPurpose.ROLE:
        return (_about_role(notification),)
    if notification.topic in {NotificationPurpose.UNWITHHOLD, NotificationPurpose.UNWITHHOLD_DECIDED}:
        return _about_unwithholding(tx, core, notification)
    if notification.topic in {NotificationPurpose.SMS_USAGE, NotificationPurpose.SMS_FAILING}:
        return _about_sms(tx, core, notification)
    queue = core.summaries.of_chat(tx, notification.chat_id)
    go = Button(label=waiting.OPEN_DESK(), action=ActionName.DESK)
    return () if queue is None else (TextPart(text=waiting.summary(queue), rows=((go,),)),)


def _about_unwithholding(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    found = second_chief.find(tx, int(notification.subject.partition(":")[2]))
    if notification.topic == NotificationPurpose.UNWITHHOLD_DECIDED:
        return (TextPart(text=withholding.decided(found)),)
    is_chief = core.admins.of(tx, notification.chat_id).may(Permission.WITHHOLD, found.office)
    if not is_chief or found.state != RequestState.WAITING or found.expires_at <= tx.now:
        return ()
    number = str(found.request_id)
    ways = (
        Button(label=withholding.CONFIRM(), action=ActionName.CONFIRM, arg=number),
        Button(label=withholding.REFUSE(), action=ActionName.REJECT, arg=number),
    )
    return (TextPart(text=withholding.request(found), rows=(ways,)),)


def _about_sms(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    go = Button(label=waiting.OPEN_DESK(), action=ActionName.DESK)
    if notification.topic == NotificationPurpose.SMS_USAGE:
        text = sms.usage(str(notification.details.get("mark", "")), core.settings.sms.per_day)
        return (TextPart(text=text, rows=((go,),)),)
    trouble = gateway_trouble(tx)
    return () if trouble is None else (TextPart(text=sms.failing(trouble, tx.now), rows=((go,),)),)


def _of_broadcast(tx: Tx, notification: Notification) -> tuple[Part, ...]:
    if notification.topic == NotificationPurpose.BROADCAST_OVER:
        return _about_broadcast(tx, notification)
    broadcast = broadcasts.get(tx, int(notification.subject.partition(":")[2]))
    if broadcast.state != broadcasts.BroadcastState.RUNNING:  # stopped in the meantime
        return ()
    mute = Button(label=broadcast_texts.MUTE(), action=ActionName.MUTE, arg=broadcast.office)
    return (TextPart(text=broadcast_texts.letter(broadcast.office, broadcast.text), rows=((mute,),)),)


def _about_broadcast(tx: Tx, notification: Notification) -> tuple[Part, ...]:
    broadcast = broadcasts.get(tx, int(str(notification.details["broadcast"])))
    return (TextPart(text=broadcast_texts.over(broadcast, broadcasts.figures(tx, broadcast))),)


def _about_decision(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    """Return the messages about what the desk has decided on an owner's identity, appeal or selection."""
    if notification.topic == NotificationPurpose.IDENTITY:
        return (_about_identity(notification),)
    if notification.topic == NotificationPurpose.PHONE:
        go = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
        return (TextPart(text=notices.PHONE_TAKEN(), rows=((go,),)),)
    if notification.topic in {NotificationPurpose.SUSPENDED, NotificationPurpose.RESUMED}:
        return _about_suspicion(tx, core, notification)
    return _about_appeal(tx, core, notification)


def _about_suspicion(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    found = find_suspicion(tx, int(notification.subject.partition(":")[2]))
    account_id = found.account_id
    if account_id is None:
        return ()
    is_suspended = bool(find_asked(tx, account_id))
    if notification.topic == NotificationPurpose.RESUMED:
        go = Button(label=appeal.SELECT(), action=ActionName.PRESELECT)
        return () if is_suspended else (TextPart(text=suspicion.resumed(), rows=((go,),)),)
    if found.state != SuspicionState.ASKED:
        return ()
    go = Button(label=suspicion.ANSWER(), action=ActionName.ANSWER)
    text = suspicion.suspended(found, core.settings.suspicion, core.offices.get(found.office), None)
    return (TextPart(text=text, rows=((go,),)),)


def _about_appeal(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    if notification.topic == NotificationPurpose.SUPERSEDED:
        lost = get(tx, int(str(notification.details["preselection"])))
        plate = formatting.plate(lost.office, lost.serial) if lost.serial else ""
        office = core.offices.get(lost.office)
        return _with_cancellation(lost, office, appeal.superseded(plate, notification.details, office))
    found = core.appeals.get(tx, int(notification.subject.partition(":")[2]))
    approved = found.state == AppealState.APPROVED
    go = Button(
        label=appeal.SELECT() if approved else appeal.SEE(),
        action=ActionName.APPEAL,
        arg=str(found.appeal_id),
    )
    return (TextPart(text=appeal.decided(found, core.offices.get(found.office)), rows=((go,),)),)


def _about_identity(notification: Notification) -> TextPart:
    given = notification.details.get("given") is True
    go = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
    text = notices.IDENTITY_GIVEN() if given else notices.IDENTITY_TAKEN()
    return TextPart(text=text, rows=((go,),))


def _about_role(notification: Notification) -> TextPart:
    details = notification.details
    given = details.get("given") is True
    return TextPart(text=staff.role(str(details["role"]), str(details.get("office", "")), given=given))


def _of_reserved(
    tx: Tx, core: Core, notification: Notification, preselection: Preselection, office: Office
) -> tuple[Part, ...]:
    rows = (
        (Button(label=notices.RECEIPT(), action=ActionName.RECEIPT, arg=str(preselection.preselection_id)),),
    )
    if notification.topic in {NotificationPurpose.MOVED, NotificationPurpose.EXTENDED}:
        cause = MoveCause(str(notification.details.get("cause", MoveCause.CLOSED)))
        text = notices.moved(preselection, office, cause, _closed_day(notification))
        return (TextPart(text=text, rows=rows), *_file(preselection, office))
    text = notices.reminder(preselection, office, core.deadlines.days_left(tx, preselection))
    picture = receipt_of(preselection, office, entry_of_claim(tx, preselection.preselection_id))
    part = TextPart(text=text, rows=rows, picture=picture)
    return (part, *_venue(office), *_file(preselection, office))


def _closed_day(notification: Notification) -> notices.ClosedDay | None:
    """Return the closed day that has moved a deadline; None for another cause, or an older notification."""
    closed, why = notification.details.get("day"), notification.details.get("reason")
    if not isinstance(closed, str) or not isinstance(why, str):
        return None
    return notices.ClosedDay(day=date.fromisoformat(closed), reason=why)


def _venue(office: Office) -> tuple[Part, ...]:
    if office.latitude is None or office.longitude is None:
        return ()
    venue = VenuePart(
        title=office.name, address=office.address, latitude=office.latitude, longitude=office.longitude
    )
    return (venue,)


def _file(preselection: Preselection, office: Office) -> tuple[Part, ...]:
    if preselection.deadline is None:
        return ()
    content = calendar_file(preselection, office, preselection.deadline)
    return (
        FilePart(
            name=f"{preselection.office}{preselection.serial}.ics",
            content=content,
            caption=notices.CALENDAR_FILE(),
        ),
    )


def _with_cancellation(preselection: Preselection, office: Office | None, text: str) -> tuple[Part, ...]:
    """Return the file that takes a deadline out of a calendar, and the message that the number has ended.

    The message comes last, so that it is what the owner sees in the chat.
    """
    if office is None or preselection.deadline is None or preselection.serial is None:
        return (TextPart(text=text),)
    content = cancellation_file(preselection, office, preselection.deadline)
    name = f"{preselection.office}{preselection.serial}.ics"
    return (FilePart(name=name, content=content, caption=notices.CANCELLATION_FILE()), TextPart(text=text))


def _about_journal(tx: Tx, notification: Notification) -> tuple[Part, ...]:
    details = notification.details
    day = date.fromisoformat(str(details["day"]))
    if notification.topic == NotificationPurpose.CHECKED:
        if checked_days.is_inconsistent_for(tx, notification.chat_id, day.isoformat()):
            return ()
        return (TextPart(text=checking.checked(day), is_quiet=True),)
    go = Button(label=waiting.OPEN_DESK(), action=ActionName.DESK)
    pool = (str(details["office"]), PlateKind(str(details["kind"])))
    return (TextPart(text=warnings.journal_wrong(*pool, day), rows=((go,),)),)


def _about_ban(core: Core, notification: Notification) -> tuple[Part, ...]:
    details = notification.details
    if notification.topic == NotificationPurpose.LIFTED:
        button = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
        return (TextPart(text=notices.LIFTED(), rows=((button,),)),)
    until = details.get("until")
    if not isinstance(until, int):
        return ()
    office = core.offices.get(str(details.get("office", "")))
    return (TextPart(text=notices.banned(from_millis(until), str(details.get("reason", "")), office)),)


def _about_opening(tx: Tx, core: Core, notification: Notification) -> tuple[Part, ...]:
    details = notification.details
    office = core.offices.get(str(details.get("office", "")))
    if office is None:
        return ()
    go = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
    if notification.topic == NotificationPurpose.OPENING:
        if not office.hours.is_open(tx.now):  # closed again in the meantime: too late
            return ()
        return (TextPart(text=notices.opening(office), rows=((go,),)),)
    if notification.topic == NotificationPurpose.SERVED:
        return (TextPart(text=notices.served(office), rows=((go,),)),)
    kind, mask = str(details.get("kind", "")), str(details.get("mask", ""))
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
    return (TextPart(text=text, rows=((go, off),)),)
