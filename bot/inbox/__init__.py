"""A transactional inbox: updates are stored before they are confirmed, and take effect exactly once.

    messenger ──► Poller ──► InboxService.accept ──► table inbox, one transaction per batch
                                  │                      ▲
                                  ▼                      │ load, record_failure, dead_letter, leases
                             Dispatcher ───────────► WorkerInbox
                                  │ one chat's updates in order, chats concurrently
                                  ▼
                             a handler, whose transactions call mark_applied(tx, id) and mark_done(tx, id)

States of an update:

    waiting ──mark_applied──► applied ──mark_done──► done (a tombstone, deleted after two days)
       │                         │
       └──────── broken ◄────────┘   a dead letter: retries are exhausted, or it cannot be read

Delivery is at least once: after a crash, or when another worker takes over, an unfinished update is
handled again. ``mark_applied`` then returns False: nothing happens twice, and the chat is only shown the
current screen. A worker holds its ``waiting`` and ``applied`` updates by leases, which its heartbeats renew.
When all of a worker's leases have expired, another worker takes its updates over.
"""

from bot.inbox.bodies import Cipher
from bot.inbox.dispatcher import Dispatcher
from bot.inbox.errors import ReceiptClosedError, UnreadableUpdateError
from bot.inbox.model import DeadLetter, QueuedUpdate
from bot.inbox.poller import Poller, updates_of
from bot.inbox.retry import RetryPolicy
from bot.inbox.service import InboxService
from bot.inbox.store import Lease, WorkerInbox, mark_applied, mark_done
from bot.inbox.workers import LEASE, Share, Workers, new_worker_name

__all__ = [
    "LEASE",
    "Cipher",
    "DeadLetter",
    "Dispatcher",
    "InboxService",
    "Lease",
    "Poller",
    "QueuedUpdate",
    "ReceiptClosedError",
    "RetryPolicy",
    "Share",
    "UnreadableUpdateError",
    "WorkerInbox",
    "Workers",
    "mark_applied",
    "mark_done",
    "new_worker_name",
    "updates_of",
]
