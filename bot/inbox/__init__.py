"""InboxService of updates: written down before they are confirmed, handled once, one chat's in order.

    messenger ──► Poller (or the webhook) ──► InboxService.accept ──► inbox, one transaction a batch
                                                   │                    ▲
                                                   ▼                    │ load, done, failed, broken
                                              Dispatcher ◄──────────── WorkerInbox
                                                   │ one chat's in order, chats beside each other
                                                   ▼
                                   process_with(application) ──► handlers, whose own transaction
                                                                 calls mark_applied(tx, update_id)

The states of an update:

    waiting ──mark_applied──► applied ──mark_done──► done (a tombstone for two days)
       │                        │
       └──────── broken ◄───────┘   tried too often, or it cannot be read; shown to the admins

``waiting`` and ``applied`` belong to a worker with a lease; when it has run out another takes over.
An update already applied is never applied again, only answered again: by the present screen.
"""

from bot.inbox.dispatcher import Dispatcher
from bot.inbox.errors import ReceiptClosedError, TokenRefusedError, UnreadableUpdateError
from bot.inbox.model import DeadLetter, QueuedUpdate
from bot.inbox.poller import Poller, updates_of
from bot.inbox.ptb import current_update, process_with
from bot.inbox.retry import RetryPolicy
from bot.inbox.service import InboxService, new_worker_name
from bot.inbox.store import Cipher, Lease, WorkerInbox, mark_applied, mark_done

__all__ = [
    "Cipher",
    "DeadLetter",
    "Dispatcher",
    "InboxService",
    "Lease",
    "Poller",
    "QueuedUpdate",
    "ReceiptClosedError",
    "RetryPolicy",
    "TokenRefusedError",
    "UnreadableUpdateError",
    "WorkerInbox",
    "current_update",
    "mark_applied",
    "mark_done",
    "new_worker_name",
    "process_with",
    "updates_of",
]
