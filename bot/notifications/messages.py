"""Renders notifications, from the state at the time of sending."""

from collections.abc import Callable, Mapping
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
from bot.notifications.message import NotificationMessage
from bot.notifications.openings import (
    about_opening,
    about_rescheduled,
    about_segment,
    about_served,
    about_wished,
    office_of,
)
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


def render_notification(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    """Return the message of a notification, in its chat's language; None if it is no longer relevant."""
    chat_id = notification.chat_id

    def staff_names() -> Mapping[int, str]:
        return core.staff_names.all(tx) if core.admins.of(tx, chat_id).is_any else {}

    with speaking(language_of(tx, chat_id), staff_names):
        return RENDERERS[notification.topic](tx, core, notification)


def _to_preselect(text: str) -> NotificationMessage:
    """Return a message with the button 【预选号牌】."""
    go = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
    return NotificationMessage(text=text, rows=((go,),))


def _to_desk(text: str) -> NotificationMessage:
    """Return a message with the button that opens the work queue."""
    go = Button(label=waiting.OPEN_DESK(), action=ActionName.DESK)
    return NotificationMessage(text=text, rows=((go,),))


def _subject_of(tx: Tx, core: Core, notification: Notification) -> tuple[Preselection, Office] | None:
    """Return the preselection that a notification is about, and its office; None if that is not served."""
    preselection = get(tx, notification.subject_id)
    office = office_of(tx, core, preselection.office)
    return None if office is None else (preselection, office)


def _about_expiry(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    found = _subject_of(tx, core, notification)
    if found is None or found[0].state != PreselectionState.EXPIRED:
        return None
    (preselection, office), until = found, _until(notification)
    is_unreminded = preselection.unreminded_at is not None
    text = notices.expired(preselection, office, until, unreminded=is_unreminded)
    return _about_ended(preselection, text, barred=until is not None)


def _about_reserved(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    found = _subject_of(tx, core, notification)
    if found is None:
        return None
    preselection, office = found
    if preselection.state != PreselectionState.RESERVED or is_overtaken(tx, notification):
        return None
    if contradiction_of(tx, preselection.preselection_id) is not None:
        return None  # it does not expire: the message would threaten with what cannot happen
    return _of_reserved(tx, core, notification, preselection, office)


def _about_end(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    preselection = get(tx, notification.subject_id)
    if preselection.state == PreselectionState.RESERVED:
        return None  # it was taken back meanwhile
    office = core.offices.get(preselection.office)
    if notification.topic == NotificationPurpose.REGISTERED:
        is_registered = preselection.state == PreselectionState.REGISTERED
        return _about_registered(preselection, office) if is_registered else None
    if notification.topic == NotificationPurpose.REVOKED:
        return _about_ended(preselection, notices.revoked(preselection, office))
    until = _until(notification)
    text = notices.voided(preselection, office, until)
    return _about_ended(preselection, text, barred=until is not None)


def _until(notification: Notification) -> int | None:
    """Return the end of a ban, in epoch milliseconds, if there is one."""
    until = notification.details.get("until")
    return until if isinstance(until, int) else None


def _about_ended(preselection: Preselection, text: str, *, barred: bool = False) -> NotificationMessage:
    """Return the message that a number has ended: what to do next, and what to do about the calendar."""
    again = Button(label=notices.PRESELECT(), action=ActionName.PRESELECT)
    mine = Button(label=home.MINE(), action=ActionName.MINE)
    rows = [(mine if barred else again,)]
    if preselection.serial and preselection.deadline:
        number = str(preselection.preselection_id)
        clear = Button(label=receipts.CLEAR_CALENDAR(), action=ActionName.CALENDAR, arg=number)
        rows.append((clear,))
    return NotificationMessage(text=text, rows=rows)


def _about_registered(preselection: Preselection, office: Office | None) -> NotificationMessage:
    number = str(preselection.preselection_id)
    ways = (
        Button(label=receipts.RECEIPT(), action=ActionName.RECEIPT, arg=number),
        Button(label=receipts.SHARE(), action=ActionName.SHARE, arg=number),
    )
    return NotificationMessage(text=notices.registered(preselection, office), rows=(ways,))


def _message(_tx: Tx, core: Core, notification: Notification) -> NotificationMessage:
    code, text = str(notification.details.get("office")), str(notification.details.get("text"))
    office = core.offices.get(code)
    return NotificationMessage(text=owner_messages.letter(office.name if office else code, text))


def _summary(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    queue = core.summaries.of_chat(tx, notification.chat_id)
    if queue is None:
        return None
    owners = work_queue.recipients(tx, core.accounts, queue.tasks[: waiting.SUMMARISED])
    return _to_desk(waiting.summary(queue, owners))


def _about_sms_usage(_tx: Tx, core: Core, notification: Notification) -> NotificationMessage:
    return _to_desk(sms.usage(str(notification.details.get("mark", "")), core.settings.sms.per_day))


def _about_failing_sms(tx: Tx, _core: Core, notification: Notification) -> NotificationMessage | None:
    if "minutes" in notification.details:
        return NotificationMessage(text=sms.working(int(str(notification.details["minutes"]))))
    why = str(notification.details.get("why", ""))
    if "provider" in notification.details:
        return _to_desk(sms.provider_failing(str(notification.details["provider"]), why))
    trouble = gateway_trouble(tx)
    return None if trouble is None else _to_desk(sms.failing(trouble, tx.now, why))


def _of_broadcast(tx: Tx, _core: Core, notification: Notification) -> NotificationMessage | None:
    broadcast = broadcasts.get(tx, notification.subject_id)
    if broadcast.state != broadcasts.BroadcastState.RUNNING:  # stopped in the meantime
        return None
    if not broadcasts.still_reaches(tx, broadcast, notification.chat_id):  # muted since it was planned
        return None
    mute = Button(label=broadcast_texts.MUTE(), action=ActionName.MUTE, arg=broadcast.office)
    rows = ((mute,),) if broadcast.office else ()  # one of all offices is muted office by office, at /notify
    return NotificationMessage(text=broadcast_texts.letter(broadcast.office, broadcast.text), rows=rows)


def _about_broadcast(tx: Tx, _core: Core, notification: Notification) -> NotificationMessage:
    broadcast = broadcasts.get(tx, int(str(notification.details["broadcast"])))
    return NotificationMessage(
        text=broadcast_texts.over(broadcast, broadcasts.figures(tx, broadcast), tx.now)
    )


def _about_suspension(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    found = find_suspicion(tx, notification.subject_id)
    if found.account_id is None or found.state != SuspicionState.ASKED:
        return None
    go = Button(label=suspicion.ANSWER(), action=ActionName.ANSWER)
    text = suspicion.suspended(found, core.settings.suspicion, core.offices.get(found.office), None)
    return NotificationMessage(text=text, rows=((go,),))


def _about_resumption(tx: Tx, _core: Core, notification: Notification) -> NotificationMessage | None:
    account_id = find_suspicion(tx, notification.subject_id).account_id
    if account_id is None or find_asked(tx, account_id):
        return None
    go = Button(label=appeal.SELECT(), action=ActionName.PRESELECT)
    return NotificationMessage(text=suspicion.resumed(), rows=((go,),))


def _about_superseded(tx: Tx, core: Core, notification: Notification) -> NotificationMessage:
    lost = get(tx, int(str(notification.details["preselection"])))
    plate = formatting.plate(lost.office, lost.serial) if lost.serial else ""
    text = appeal.superseded(plate, notification.details, core.offices.get(lost.office))
    return _about_ended(lost, text, barred=_until(notification) is not None)


def _about_appeal(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    found = core.appeals.get(tx, notification.subject_id)
    why = notification.details.get("reason")
    if found.state == AppealState.PENDING:
        see = Button(label=appeal.SEE(), action=ActionName.APPEAL, arg=str(found.appeal_id))
        return NotificationMessage(text=appeal.reopened(found, str(why)), rows=((see,),)) if why else None
    if why:
        return None  # it has been decided again since
    approved = found.state == AppealState.APPROVED
    go = Button(
        label=appeal.SELECT() if approved else appeal.SEE(),
        action=ActionName.SELECT if approved else ActionName.APPEAL,
        arg=str(found.appeal_id),
    )
    return NotificationMessage(text=appeal.decided(found, core.offices.get(found.office)), rows=((go,),))


def _about_phone(_tx: Tx, _core: Core, _notification: Notification) -> NotificationMessage:
    return _to_preselect(notices.PHONE_TAKEN())


def _about_identity(_tx: Tx, _core: Core, notification: Notification) -> NotificationMessage:
    given = notification.details.get("given") is True
    return _to_preselect(notices.IDENTITY_GIVEN() if given else notices.IDENTITY_TAKEN())


def _about_user_type(_tx: Tx, _core: Core, notification: Notification) -> NotificationMessage:
    user_type = UserType(str(notification.details["to"]))
    said = notices.user_type(USER_TYPES[user_type](), is_tied=not user_type.selects_elsewhere)
    return _to_preselect(said)


def _about_chances(tx: Tx, _core: Core, notification: Notification) -> NotificationMessage:
    details = notification.details
    preselection = get(tx, notification.subject_id)
    batches, wishes = int(str(details["random"])), int(str(details["compose"]))
    return _to_preselect(notices.granted(preselection, batches, wishes))


def _about_role(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    text = role_text(tx, core, notification)
    return NotificationMessage(text=text) if text else None


def _of_reserved(
    tx: Tx, core: Core, notification: Notification, preselection: Preselection, office: Office
) -> NotificationMessage | None:
    number = str(preselection.preselection_id)
    ways = (
        Button(label=receipts.RECEIPT(), action=ActionName.RECEIPT, arg=number),
        Button(label=receipts.PAPERS(), action=ActionName.PAPERS, arg=number),
    )
    late = Button(label=receipts.LATE(), action=ActionName.LATE, arg=number)
    if notification.topic == NotificationPurpose.REINSTATED:
        details = notification.details
        deed, why = str(details.get("deed", "")), str(details.get("reason", ""))
        return NotificationMessage(text=notices.reinstated(preselection, office, deed, why), rows=(ways,))
    if notification.topic in {NotificationPurpose.MOVED, NotificationPurpose.EXTENDED}:
        cause = MoveCause(str(notification.details.get("cause", MoveCause.CLOSED)))
        text = notices.moved(preselection, office, cause, _closed_day(notification))
        update = Button(label=receipts.UPDATE_CALENDAR(), action=ActionName.CALENDAR, arg=number)
        return NotificationMessage(text=text, rows=(ways, (update, late)))
    text = notices.reminder(preselection, office, core.deadlines.days_left(tx, preselection))
    settings = Button(label=wishes.REMINDERS(), action=ActionName.REMINDERS, arg=number)
    return NotificationMessage(text=text, rows=(ways, (late, settings)))


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


def _about_checked_day(tx: Tx, _core: Core, notification: Notification) -> NotificationMessage | None:
    chat_id, day = notification.chat_id, str(notification.details["day"])
    if checked_days.is_inconsistent_for(tx, chat_id, day):
        return None
    verified = checked_days.verified_of(tx, chat_id, day)
    return NotificationMessage(text=checking.checked(date.fromisoformat(day), verified), is_quiet=True)


def _about_wrong_journal(_tx: Tx, _core: Core, notification: Notification) -> NotificationMessage:
    details = notification.details
    kind, day = PlateKind(str(details["kind"])), date.fromisoformat(str(details["day"]))
    return _to_desk(warnings.journal_wrong(str(details["office"]), kind, day))


def _about_ban(_tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    until = _until(notification)
    if until is None:
        return None
    office = core.offices.get(str(notification.details.get("office", "")))
    mine = Button(label=home.MINE(), action=ActionName.MINE)
    text = notices.banned(from_millis(until), str(notification.details.get("reason", "")), office)
    return NotificationMessage(text=text, rows=((mine,),))


def _about_lifted_ban(_tx: Tx, _core: Core, _notification: Notification) -> NotificationMessage:
    return _to_preselect(notices.LIFTED())


RENDERERS: Mapping[NotificationPurpose, Callable[[Tx, Core, Notification], NotificationMessage | None]] = {
    NotificationPurpose.REMINDER: _about_reserved,
    NotificationPurpose.MOVED: _about_reserved,
    NotificationPurpose.EXTENDED: _about_reserved,
    NotificationPurpose.REINSTATED: _about_reserved,
    NotificationPurpose.EXPIRED: _about_expiry,
    NotificationPurpose.VOIDED: _about_end,
    NotificationPurpose.REVOKED: _about_end,
    NotificationPurpose.REGISTERED: _about_end,
    NotificationPurpose.IDENTITY: _about_identity,
    NotificationPurpose.PHONE: _about_phone,
    NotificationPurpose.USER_TYPE: _about_user_type,
    NotificationPurpose.GRANTED: _about_chances,
    NotificationPurpose.BANNED: _about_ban,
    NotificationPurpose.LIFTED: _about_lifted_ban,
    NotificationPurpose.APPEAL: _about_appeal,
    NotificationPurpose.SUPERSEDED: _about_superseded,
    NotificationPurpose.SUSPENDED: _about_suspension,
    NotificationPurpose.RESUMED: _about_resumption,
    NotificationPurpose.RELEASE: about_segment,
    NotificationPurpose.COMPOSE: about_segment,
    NotificationPurpose.OPENING: about_opening,
    NotificationPurpose.SERVED: about_served,
    NotificationPurpose.WISHED: about_wished,
    NotificationPurpose.RESCHEDULED: about_rescheduled,
    NotificationPurpose.CHECKED: _about_checked_day,
    NotificationPurpose.DESK_MESSAGE: _message,
    NotificationPurpose.BROADCAST: _of_broadcast,
    NotificationPurpose.BROADCAST_OVER: _about_broadcast,
    NotificationPurpose.APPEALS_WAIT: waiting_appeals,
    NotificationPurpose.CHIEF_REQUEST: request_made,
    NotificationPurpose.CHIEF_REQUEST_DECIDED: request_decided,
    NotificationPurpose.UNWITHHOLD: unwithholding_asked,
    NotificationPurpose.UNWITHHOLD_DECIDED: unwithholding_decided,
    NotificationPurpose.ROLE: _about_role,
    NotificationPurpose.INVITATION_USED: _about_role,
    NotificationPurpose.SUMMARY: _summary,
    NotificationPurpose.SMS_USAGE: _about_sms_usage,
    NotificationPurpose.SMS_FAILING: _about_failing_sms,
    NotificationPurpose.JOURNAL_WRONG: _about_wrong_journal,
}
"""All purposes but ``SMS_REMINDER``, which is not for the chat."""
