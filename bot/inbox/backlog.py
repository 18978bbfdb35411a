"""How much may wait for one chat: what somebody sends faster than it can be answered is dropped.

A chat gets about one message a second from the bot, so a hundred waiting messages would keep its owner from
using the bot for minutes, and each takes room in the database. What comes first is kept: each answer changes
the screen, so what was sent without waiting for it was meant for a screen that no longer exists. A press that
waits behind so much is of an old revision and would do nothing; presses have a limit of their own, as they
may come from somebody who types nothing. The sender is told. Changes of membership are never dropped.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.inbox.model import NO_CHAT, RawUpdate

_TOLD_EVERY = 60.0  # seconds between two notices to one chat
_MOST_TOLD = 10_000  # chats remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogLimits:
    """How many updates may wait for one chat before further ones are dropped."""

    typed: int = 20  # for messages and edits
    presses: int = 40


def excess(
    updates: Iterable[tuple[int, RawUpdate]], waiting: Callable[[int], int], limits: BacklogLimits
) -> set[int]:
    """Return the ids of the updates of a batch that are one too many for their chat.

    Args:
        updates: new updates with their chats, in order.
        waiting: returns how many updates already wait for a chat.
        limits: how many may.
    """
    counts: Counter[int] = Counter()
    dropped: set[int] = set()
    for chat_id, raw in updates:
        limit = _limit_of(raw, limits)
        if limit is None or chat_id == NO_CHAT:
            continue
        if chat_id not in counts:
            counts[chat_id] = waiting(chat_id)
        if counts[chat_id] >= limit:
            dropped.add(raw["update_id"])
        else:
            counts[chat_id] += 1
    return dropped


def _limit_of(raw: RawUpdate, limits: BacklogLimits) -> int | None:
    if "callback_query" in raw:
        return limits.presses
    return limits.typed if "message" in raw or "edited_message" in raw else None


class Notices:
    """Remembers which chats were told lately that something was dropped.

    Args:
        now: a monotonic clock, in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._told: dict[int, float] = {}

    def is_due(self, chat_id: int) -> bool:
        """Return whether to tell a chat now, and remember that it was told."""
        now = self._now()
        if now - self._told.get(chat_id, float("-inf")) < _TOLD_EVERY:
            return False
        self._told.pop(chat_id, None)
        self._told[chat_id] = now
        while len(self._told) > _MOST_TOLD:
            del self._told[next(iter(self._told))]
        return True
