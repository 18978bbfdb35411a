"""What a notification about a role says; nothing, if the role has changed since."""

from bot.texts.desk import staff
from core.bootstrap import Core
from core.clock import from_millis
from core.notifications.queue import Notification, NotificationPurpose
from core.people.admins import ENDED, ENDING, Role, RoleAssignment
from core.ports import Tx


def role_text(tx: Tx, core: Core, notification: Notification) -> str:
    """Return the text of a notification about a role or a link to one; empty if it is no longer true.

    A role that was given before its holder opened the bot is told only then, so it may have gone meanwhile.
    """
    details = notification.details
    until = details.get("until")
    told = RoleAssignment(
        role=Role(str(details["role"])),
        office=str(details.get("office", "")),
        until=from_millis(until) if isinstance(until, int) else None,
    )
    if notification.topic == NotificationPurpose.INVITATION_USED:
        return staff.link_used(int(str(details["chat"])), told)
    chat_id, phase = notification.chat_id, details.get("phase")
    admin = core.admins.of(tx, chat_id)
    now = {one: one.until for one in admin.assignments}
    if phase == ENDED:
        return staff.role_ended(told) if core.admins.has_ended(tx, chat_id, told) else ""
    is_held = told in now
    if phase == ENDING:
        return staff.role_ends(told) if is_held and now[told] == told.until else ""
    given = details.get("given") is True
    return staff.role(told, admin, given=given) if given == is_held else ""
