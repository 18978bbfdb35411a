"""Sends reminders by SMS, through the gateway of the codes, outside of any transaction."""

from dataclasses import dataclass, field

from bot.i18n.formatting import moment
from bot.i18n.language import Language, speaking
from bot.texts import notifications as texts
from bot.texts.desk import owner_messages as message_texts
from core.bootstrap import Core
from core.notifications.queue import Notification
from core.notifications.sms_reminders import is_about_message, is_about_move
from core.ports import Tx
from core.preselection import PreselectionState, get
from core.preselection.contradictions import contradiction_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderSms:
    """A reminder to be sent by SMS.

    Attributes:
        phone: the owner's number in E.164 form; empty if there is none.
        text: the whole text, in Chinese, as the numbers are mainland ones.
        parameters: for gateways that only send templates: ``number``, ``deadline`` and ``place``; of one that
            is no reminder ``purpose``, ``place`` and the office's ``phone``.
    """

    phone: str = field(repr=False)
    text: str
    parameters: dict[str, str]


def render_sms(tx: Tx, core: Core, notification: Notification) -> ReminderSms | None:
    """Return the SMS of a notification, from the present state; None if it is no longer relevant."""
    if is_about_message(notification):
        return _of_message(tx, core, notification)
    reserved = get(tx, notification.subject_id)
    office = core.offices.get(reserved.office)
    if office is None or reserved.deadline is None or reserved.state != PreselectionState.RESERVED:
        return None
    if contradiction_of(tx, reserved.preselection_id) is not None:
        return None  # it does not expire
    is_moved = is_about_move(notification) or reserved.extendable_until is not None
    with speaking(Language.CHINESE):
        return ReminderSms(
            phone=core.accounts.by_id(tx, reserved.account_id).phone,
            text=texts.sms_reminder(reserved, office, is_moved=is_moved),
            parameters={
                "number": texts.number(reserved),
                "deadline": moment(reserved.deadline),
                "place": office.name,
            },
        )


def _of_message(tx: Tx, core: Core, notification: Notification) -> ReminderSms | None:
    """Return the SMS that says that the desk has written; it does not say what."""
    account = core.accounts.find(tx, notification.chat_id)
    office = core.offices.get(str(notification.details.get("office")))
    if account is None or office is None:
        return None
    with speaking(Language.CHINESE):
        return ReminderSms(
            phone=account.phone,
            text=message_texts.sms(office),
            parameters={"purpose": "message", "place": office.name, "phone": office.phone or ""},
        )
