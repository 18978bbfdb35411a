"""Renders notifications, from the state at the time of sending."""

from collections.abc import Mapping
from datetime import date

from bot.dialog.languages import language_of
from bot.dialog.names import ActionName
from bot.dialog.view import Button
from bot.i18n import formatting
from bot.i18n.language import speaking
from bot.notifications.appeals import waiting_appeals
from bot.notifications.chief_requests import (
    request_decided,
    request_made,
    unwithholding_asked,
    unwithholding_decided,
)
from bot.notifications.openings import about_opening, office_of
from bot.notifications.parts import TextPart
from bot.notifications.roles import role_text
from bot.texts import notifications as notices
from bot.texts.desk import broadcasts as broadcast_texts
from bot.texts.desk import owner_messages, sms, warnings
from bot.texts.desk.reports import waiting
from bot.texts.owner import appeal, checking, home, suspicion, wishes
from bot.texts.owner import receipt as receipts
from bot.texts.owner.exported import USER_TYPES
from core.appeals import AppealState
from core.bootstrap import Core
from core.clock import from_millis
from core.errors.preselection import StepOutOfOrder
from core.notifications import broadcasts
from core.notifications.queue import Notification, NotificationPurpose, is_overtaken
from core.people.accounts import UserType
from core.people.sms_budget import gateway_trouble
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, get
from core.preselection.contradictions import contradiction_of
from core.preselection.deadlines import MoveCause
from core.reporting import checked_days, work_queue
from core.suspicion import SuspicionState, find_asked, find_suspicion
from core.values.offices import Office
from core.values.plates import PlateKind


def render_notification(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    """Return the messages of a notification, in its chat's language; empty if it is no longer relevant."""
    chat_id = notification.chat_id

    def staff_names() -> Mapping[int, str]:
        return core.staff_names.all(tx) if core.admins.of(tx, chat_id).is_any else {}

    with speaking(language_of(tx, chat_id), staff_names):
        return _worded(tx, core, notification)


def _worded(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    match notification.topic:
        case (
            NotificationPurpose.REMINDER
            | NotificationPurpose.EXPIRED
            | NotificationPurpose.MOVED
            | NotificationPurpose.EXTENDED
            | NotificationPurpose.REINSTATED
        ):
            return _about_preselection(tx, core, notification)
        case NotificationPurpose.VOIDED | NotificationPurpose.REVOKED | NotificationPurpose.REGISTERED:
            return _about_end(tx, core, notification)
        case (
            NotificationPurpose.ROLE
            | NotificationPurpose.INVITATION_USED
            | NotificationPurpose.CHIEF_REQUEST
            | NotificationPurpose.CHIEF_REQUEST_DECIDED
            | NotificationPurpose.UNWITHHOLD
            | NotificationPurpose.UNWITHHOLD_DECIDED
            | NotificationPurpose.SUMMARY
            | NotificationPurpose.APPEALS_WAIT
            | NotificationPurpose.DESK_MESSAGE
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
            | NotificationPurpose.USER_TYPE
            | NotificationPurpose.GRANTED
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
            return about_opening(tx, core, notification)


def _about_preselection(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    try:
        preselection = get(tx, int(notification.subject.partition(":")[2]))
    except StepOutOfOrder:
        return ()
    office = office_of(tx, core, preselection.office)
    if office is None:
        return ()
    if notification.topic == NotificationPurpose.EXPIRED:
        until = _until(notification)
        is_unreminded = preselection.unreminded_at is not None
        text = notices.expired(preselection, office, until, unreminded=is_unreminded)
        has_expired = preselection.state == PreselectionState.EXPIRED
        return (_about_ended(preselection, text, barred=until is not None),) if has_expired else ()
    if preselection.state != PreselectionState.RESERVED or is_overtaken(tx, notification):
        return ()
    if contradiction_of(tx, preselection.preselection_id) is not None:
        return ()  # it does not expire: the message would threaten with what cannot happen
    return _of_reserved(tx, core, notification, preselection, office)


def _about_end(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    preselection = get(tx, int(notification.subject.partition(":")[2]))
    if preselection.state == PreselectionState.RESERVED:
        return ()  # it was taken back meanwhile
    office = core.offices.get(preselection.office)
    if notification.topic == NotificationPurpose.REGISTERED:
        is_registered = preselection.state == PreselectionState.REGISTERED
        return (_about_registered(preselection, office),) if is_registered else ()
    if notification.topic == NotificationPurpose.REVOKED:
        return (_about_ended(preselection, notices.revoked(preselection, office)),)
    until = _until(notification)
    text = notices.voided(preselection, office, until)
    return (_about_ended(preselection, text, barred=until is not None),)


def _until(notification: Notification) -> int | None:
    """Return the end of a ban, in epoch milliseconds, if there is one."""
    until = notification.details.get("until")
    return until if isinstance(until, int) else None


def _about_ended(preselection: Preselection, text: str, *, barred: bool = False) -> TextPart:
    """Return the message that a number has ended: what to do next, and what to do about the calendar."""
    again = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
    mine = Button(label=home.MINE(), action=ActionName.MINE)
    rows = [(mine if barred else again,)]
    if preselection.serial and preselection.deadline:
        number = str(preselection.preselection_id)
        clear = Button(label=receipts.CLEAR_CALENDAR(), action=ActionName.CALENDAR, arg=number)
        rows.append((clear,))
    return TextPart(text=text, rows=rows)


def _about_registered(preselection: Preselection, office: Office | None) -> TextPart:
    number = str(preselection.preselection_id)
    ways = (
        Button(label=receipts.RECEIPT(), action=ActionName.RECEIPT, arg=number),
        Button(label=receipts.SHARE(), action=ActionName.SHARE, arg=number),
    )
    return TextPart(text=notices.registered(preselection, office), rows=(ways,))


def _from_desk(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    if notification.topic in {NotificationPurpose.BROADCAST, NotificationPurpose.BROADCAST_OVER}:
        return _of_broadcast(tx, notification)
    if notification.topic in {NotificationPurpose.CHECKED, NotificationPurpose.JOURNAL_WRONG}:
        return _about_journal(tx, notification)
    if notification.topic in {NotificationPurpose.ROLE, NotificationPurpose.INVITATION_USED}:
        return _about_role(tx, core, notification)
    if notification.topic in {NotificationPurpose.SMS_USAGE, NotificationPurpose.SMS_FAILING}:
        return _about_sms(tx, core, notification)
    render = {
        NotificationPurpose.APPEALS_WAIT: waiting_appeals,
        NotificationPurpose.CHIEF_REQUEST: request_made,
        NotificationPurpose.CHIEF_REQUEST_DECIDED: request_decided,
        NotificationPurpose.UNWITHHOLD: unwithholding_asked,
        NotificationPurpose.UNWITHHOLD_DECIDED: unwithholding_decided,
        NotificationPurpose.DESK_MESSAGE: _message,
    }.get(notification.topic, _summary)
    return render(tx, core, notification)


def _message(_tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    code, text = str(notification.details.get("office")), str(notification.details.get("text"))
    office = core.offices.get(code)
    return (TextPart(text=owner_messages.letter(office.name if office else code, text)),)


def _summary(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    queue = core.summaries.of_chat(tx, notification.chat_id)
    go = Button(label=waiting.OPEN_DESK(), action=ActionName.DESK)
    if queue is None:
        return ()
    owners = work_queue.recipients(tx, core.accounts, queue.tasks[: waiting.SUMMARISED])
    return (TextPart(text=waiting.summary(queue, owners), rows=((go,),)),)


def _about_sms(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    go = Button(label=waiting.OPEN_DESK(), action=ActionName.DESK)
    if notification.topic == NotificationPurpose.SMS_USAGE:
        text = sms.usage(str(notification.details.get("mark", "")), core.settings.sms.per_day)
        return (TextPart(text=text, rows=((go,),)),)
    if "minutes" in notification.details:
        return (TextPart(text=sms.working(int(str(notification.details["minutes"])))),)
    why = str(notification.details.get("why", ""))
    if "provider" in notification.details:
        text = sms.provider_failing(str(notification.details["provider"]), why)
        return (TextPart(text=text, rows=((go,),)),)
    trouble = gateway_trouble(tx)
    return () if trouble is None else (TextPart(text=sms.failing(trouble, tx.now, why), rows=((go,),)),)


def _of_broadcast(tx: Tx, notification: Notification) -> tuple[TextPart, ...]:
    if notification.topic == NotificationPurpose.BROADCAST_OVER:
        return _about_broadcast(tx, notification)
    broadcast = broadcasts.get(tx, int(notification.subject.partition(":")[2]))
    if broadcast.state != broadcasts.BroadcastState.RUNNING:  # stopped in the meantime
        return ()
    if not broadcasts.still_reaches(tx, broadcast, notification.chat_id):  # muted since it was planned
        return ()
    mute = Button(label=broadcast_texts.MUTE(), action=ActionName.MUTE, arg=broadcast.office)
    rows = ((mute,),) if broadcast.office else ()  # one of all offices is muted office by office, at /notify
    return (TextPart(text=broadcast_texts.letter(broadcast.office, broadcast.text), rows=rows),)


def _about_broadcast(tx: Tx, notification: Notification) -> tuple[TextPart, ...]:
    broadcast = broadcasts.get(tx, int(str(notification.details["broadcast"])))
    return (TextPart(text=broadcast_texts.progress(broadcast, broadcasts.figures(tx, broadcast), tx.now)),)


def _about_decision(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    """Return the messages about what the desk has decided on an owner's identity, appeal or selection."""
    if notification.topic == NotificationPurpose.IDENTITY:
        return (_about_identity(notification),)
    if notification.topic in {NotificationPurpose.USER_TYPE, NotificationPurpose.GRANTED}:
        return _about_chances(tx, notification)
    if notification.topic == NotificationPurpose.PHONE:
        go = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
        return (TextPart(text=notices.PHONE_TAKEN(), rows=((go,),)),)
    if notification.topic in {NotificationPurpose.SUSPENDED, NotificationPurpose.RESUMED}:
        return _about_suspicion(tx, core, notification)
    return _about_appeal(tx, core, notification)


def _about_suspicion(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
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


def _about_appeal(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    if notification.topic == NotificationPurpose.SUPERSEDED:
        lost = get(tx, int(str(notification.details["preselection"])))
        plate = formatting.plate(lost.office, lost.serial) if lost.serial else ""
        office = core.offices.get(lost.office)
        text = appeal.superseded(plate, notification.details, office)
        return (_about_ended(lost, text, barred=_until(notification) is not None),)
    found = core.appeals.get(tx, int(notification.subject.partition(":")[2]))
    why = notification.details.get("reason")
    if found.state == AppealState.PENDING:
        see = Button(label=appeal.SEE(), action=ActionName.APPEAL, arg=str(found.appeal_id))
        return (TextPart(text=appeal.reopened(found, str(why)), rows=((see,),)),) if why else ()
    if why:
        return ()  # it has been decided again since
    approved = found.state == AppealState.APPROVED
    go = Button(
        label=appeal.SELECT() if approved else appeal.SEE(),
        action=ActionName.SELECT if approved else ActionName.APPEAL,
        arg=str(found.appeal_id),
    )
    return (TextPart(text=appeal.decided(found, core.offices.get(found.office)), rows=((go,),)),)


def _about_identity(notification: Notification) -> TextPart:
    given = notification.details.get("given") is True
    go = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
    text = notices.IDENTITY_GIVEN() if given else notices.IDENTITY_TAKEN()
    return TextPart(text=text, rows=((go,),))


def _about_chances(tx: Tx, notification: Notification) -> tuple[TextPart, ...]:
    """Return the message that an owner may select elsewhere too, or more often."""
    details = notification.details
    go = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
    if notification.topic == NotificationPurpose.USER_TYPE:
        user_type = UserType(str(details["to"]))
        text = notices.user_type(USER_TYPES[user_type](), is_tied=not user_type.selects_elsewhere)
        return (TextPart(text=text, rows=((go,),)),)
    preselection = get(tx, int(notification.subject.partition(":")[2]))
    batches, wishes = int(str(details["random"])), int(str(details["compose"]))
    return (TextPart(text=notices.granted(preselection, batches, wishes), rows=((go,),)),)


def _about_role(tx: Tx, core: Core, notification: Notification) -> tuple[TextPart, ...]:
    text = role_text(tx, core, notification)
    return (TextPart(text=text),) if text else ()


def _of_reserved(
    tx: Tx, core: Core, notification: Notification, preselection: Preselection, office: Office
) -> tuple[TextPart, ...]:
    number = str(preselection.preselection_id)
    ways = (
        Button(label=receipts.RECEIPT(), action=ActionName.RECEIPT, arg=number),
        Button(label=receipts.PAPERS(), action=ActionName.PAPERS, arg=number),
    )
    late = Button(label=receipts.LATE(), action=ActionName.LATE, arg=number)
    if notification.topic == NotificationPurpose.REINSTATED:
        details = notification.details
        deed, why = str(details.get("deed", "")), str(details.get("reason", ""))
        return (TextPart(text=notices.reinstated(preselection, office, deed, why), rows=(ways,)),)
    if notification.topic in {NotificationPurpose.MOVED, NotificationPurpose.EXTENDED}:
        cause = MoveCause(str(notification.details.get("cause", MoveCause.CLOSED)))
        text = notices.moved(preselection, office, cause, _closed_day(notification))
        update = Button(label=receipts.UPDATE_CALENDAR(), action=ActionName.CALENDAR, arg=number)
        return (TextPart(text=text, rows=(ways, (update, late))),)
    text = notices.reminder(preselection, office, core.deadlines.days_left(tx, preselection))
    settings = Button(label=wishes.REMINDERS(), action=ActionName.REMINDERS, arg=number)
    return (TextPart(text=text, rows=(ways, (late, settings))),)


def _closed_day(notification: Notification) -> notices.ClosedDay | None:
    """Return the days or hours that have moved a deadline; None for another cause, or an older note."""
    details = notification.details
    closed, why, last = details.get("day"), details.get("reason"), details.get("last")
    if not isinstance(why, str):
        return None
    return notices.ClosedDay(
        day=date.fromisoformat(closed) if isinstance(closed, str) else None,
        reason=why,
        last=date.fromisoformat(last) if isinstance(last, str) else None,
        hours=str(details.get("hours", "")),
    )


def _about_journal(tx: Tx, notification: Notification) -> tuple[TextPart, ...]:
    details = notification.details
    day = date.fromisoformat(str(details["day"]))
    if notification.topic == NotificationPurpose.CHECKED:
        if checked_days.is_inconsistent_for(tx, notification.chat_id, day.isoformat()):
            return ()
        verified = checked_days.verified_of(tx, notification.chat_id, day.isoformat())
        return (TextPart(text=checking.checked(day, verified), is_quiet=True),)
    go = Button(label=waiting.OPEN_DESK(), action=ActionName.DESK)
    pool = (str(details["office"]), PlateKind(str(details["kind"])))
    return (TextPart(text=warnings.journal_wrong(*pool, day), rows=((go,),)),)


def _about_ban(core: Core, notification: Notification) -> tuple[TextPart, ...]:
    details = notification.details
    if notification.topic == NotificationPurpose.LIFTED:
        button = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
        return (TextPart(text=notices.LIFTED(), rows=((button,),)),)
    until = details.get("until")
    if not isinstance(until, int):
        return ()
    office = core.offices.get(str(details.get("office", "")))
    mine = Button(label=home.MINE(), action=ActionName.MINE)
    text = notices.banned(from_millis(until), str(details.get("reason", "")), office)
    return (TextPart(text=text, rows=((mine,),)),)
