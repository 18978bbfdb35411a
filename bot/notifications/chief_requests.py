"""Messages about what another chief is asked for, and what became of it."""

from html import escape

from bot.dialog.names import ActionName
from bot.dialog.view import Button
from bot.i18n import formatting
from bot.notifications.message import NotificationMessage
from bot.texts.desk import chief_requests as texts
from bot.texts.desk import parts, withholding
from core.audit import SubjectKind
from core.bootstrap import Core
from core.notifications.queue import Notification
from core.people import blacklist, chief_requests, second_chief
from core.people.chief_requests import ChiefRequest
from core.people.other_chiefs import RequestState
from core.people.roles import Role
from core.pool.releases import freed_opening
from core.pool.segments import mask_of
from core.ports import Tx
from core.preselection import get


def _whom(tx: Tx, core: Core, found: ChiefRequest) -> str:
    """Return whom or what a request is about, masked; empty if it has gone."""
    kind, _colon, rest = found.about.subject.partition(":")
    account = None
    if kind == SubjectKind.BAN:
        identity_hash = blacklist.holder_of(tx, int(rest))
        account = core.accounts.by_identity(tx, identity_hash) if identity_hash else None
    elif kind == SubjectKind.ACCOUNT:
        account = core.accounts.by_id(tx, int(rest))
    elif kind == SubjectKind.PRESELECTION:
        number = get(tx, int(rest)).plate
        return formatting.plate(number.office, number.serial) if number else ""
    elif kind == SubjectKind.VEHICLE:
        return f"<code>{escape(rest)}</code>"
    return parts.somebody(account, "") if account else ""


def request_made(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    """Return the message to another chief about a grave act; nothing once it is decided."""
    found = chief_requests.find(tx, notification.subject_id)
    is_chief = core.admins.of(tx, notification.chat_id).has(Role.CHIEF, found.about.office)
    if not is_chief or found.state != RequestState.WAITING or found.is_over(tx.now):
        return None
    see = Button(label=texts.OPEN(), action=ActionName.REQUEST, arg=str(found.request_id))
    return NotificationMessage(text=texts.notice(found, _whom(tx, core, found)), rows=((see,),))


def request_decided(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    """Return the message to who has asked another chief; nothing if they withdrew the request."""
    found = chief_requests.find(tx, notification.subject_id)
    is_told = found.state in {RequestState.CONFIRMED, RequestState.REFUSED} or found.is_over(tx.now)
    return NotificationMessage(text=texts.decided(found, tx.now, _whom(tx, core, found))) if is_told else None


def unwithholding_asked(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    """Return the message to another chief about a withholding; nothing once it is decided."""
    found = second_chief.find(tx, notification.subject_id)
    is_chief = core.admins.of(tx, notification.chat_id).has(Role.CHIEF, found.office)
    office = core.offices.get(found.office)
    if not is_chief or office is None or found.state != RequestState.WAITING or found.is_over(tx.now):
        return None
    mask = mask_of(found.kind, found.pattern, office.nev_letters)
    opens = withholding.opens_later(freed_opening(tx, office, mask))
    may_from = core.other_chiefs.may_decide_from(tx, office.code, notification.chat_id)
    number = str(found.request_id)
    confirm = Button(label=withholding.CONFIRM(), action=ActionName.CONFIRM, arg=number)
    refuse = Button(label=withholding.REFUSE(), action=ActionName.REJECT, arg=number)
    ways = (confirm, refuse) if may_from is None else (refuse,)
    return NotificationMessage(text=withholding.request(found, may_from, opens), rows=(ways,))


def unwithholding_decided(tx: Tx, _core: Core, notification: Notification) -> NotificationMessage | None:
    """Return the message to the chief who has asked to end a withholding; nothing if they withdrew it."""
    found = second_chief.find(tx, notification.subject_id)
    is_told = found.state in {RequestState.CONFIRMED, RequestState.REFUSED} or found.is_over(tx.now)
    return NotificationMessage(text=withholding.decided(found, tx.now)) if is_told else None
