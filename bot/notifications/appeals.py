"""The message that appeals wait for a reviewer."""

from datetime import timedelta

from bot.dialog.names import ActionName
from bot.dialog.view import Button
from bot.notifications.message import NotificationMessage
from bot.texts.desk import appeals as texts
from core.appeals import queue
from core.bootstrap import Core
from core.clock import to_millis
from core.notifications.queue import Notification
from core.people.admins import Permission
from core.ports import Tx

_LOOKING = timedelta(minutes=15)
"""So long after the last press a reviewer counts as being at the queue."""
_PAGES = "desk_appeal%"


def waiting_appeals(tx: Tx, core: Core, notification: Notification) -> NotificationMessage | None:
    """Return how many appeals wait; nothing if none does, or if the reviewer is looking at them."""
    chat_id = notification.chat_id
    admin = core.admins.of(tx, chat_id)
    waiting = queue(tx, admin.offices(Permission.APPEALS, core.offices))
    since = to_millis(tx.now - _LOOKING)
    if not waiting or tx.one("dialog.is_looking_at", chat_id=chat_id, screens=_PAGES, since=since):
        return None
    go = Button(label=texts.OPEN_QUEUE(), action=ActionName.QUEUE)
    return NotificationMessage(
        text=texts.waiting(len(waiting), waiting[0].submitted_at, tx.now), rows=((go,),)
    )
