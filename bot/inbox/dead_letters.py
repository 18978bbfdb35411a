"""Dead letters: updates that could not be handled and are not tried again."""

import logging
from collections.abc import Awaitable, Callable

from bot.inbox.errors import UnreadableUpdateError
from bot.inbox.model import DeadLetter, QueuedUpdate
from bot.inbox.personal import personal_message
from bot.inbox.store import WorkerInbox

_LOGGER = logging.getLogger(__name__)

OnDeadLetter = Callable[[DeadLetter], Awaitable[None]]
"""Reports a dead letter to its sender and the admins."""


class DeadLetters:
    """Stores and reports dead letters.

    Args:
        inbox: where the updates are stored.
        report: informs the sender and the admins; None disables reports.
    """

    def __init__(self, inbox: WorkerInbox, report: OnDeadLetter | None) -> None:
        self._inbox = inbox
        self._report = report

    async def add(self, update: QueuedUpdate, error: BaseException) -> bool:
        """Make an update a dead letter and report it; return False when the database failed."""
        try:
            applied = await self._inbox.dead_letter(update.update_id, error)
        except Exception as failure:  # noqa: BLE001 - repeated after the chat's pause
            _LOGGER.warning("a dead letter could not be stored: %s", type(failure).__name__)
            return False
        _LOGGER.error("update %d is a dead letter: %s", update.update_id, type(error).__name__)
        await self.tell(
            DeadLetter(
                update_id=update.update_id,
                chat_id=update.chat_id,
                received_at=update.received_at,
                tries=update.tries,
                error=type(error).__name__,
                applied=applied,
                personal_message=_personal_message(update),
            )
        )
        return True

    async def tell(self, letter: DeadLetter) -> None:
        """Report a dead letter; it stays one when the report fails."""
        if self._report is None:
            return
        try:
            await self._report(letter)
        except Exception as failure:  # noqa: BLE001 - admins also find it in their work queue
            _LOGGER.warning("dead letter %d was not reported: %s", letter.update_id, type(failure).__name__)


def _personal_message(update: QueuedUpdate) -> int | None:
    try:
        return personal_message(update.decode())
    except UnreadableUpdateError:  # nobody can know what it was
        return None
