"""How much may wait for one chat: what somebody sends faster than it can be answered is dropped.

A chat gets about one message a second from the bot, so a hundred waiting messages would keep its owner from
using the bot for minutes, and each takes room in the database. What comes first is kept: each answer changes
the screen, so what was sent without waiting for it was meant for a screen that no longer exists. A press that
waits behind so much is of an old revision and would do nothing; presses have a limit of their own, as they
may come from somebody who types nothing. The sender is told, and what may be personal is deleted from the
chat (``personal.py``). Changes of membership are never dropped.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.inbox.errors import ReceiptClosedError
from bot.inbox.model import NO_CHAT, RawUpdate

_LOGGER = logging.getLogger(__name__)
_LONGEST_FLOOD = 60.0  # seconds
_AGAIN = 0.2  # seconds until it is looked again whether a flood is over


class ChatTurns(Protocol):
    """What is needed of the dispatcher."""

    def lock(self, chat_id: int) -> AbstractAsyncContextManager[None]:
        """Hold the turn of a chat, after the updates that wait for it now."""
        ...

    def waiting(self, chat_id: int) -> int:
        """Return how many updates of a chat wait."""
        ...


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


class FloodNotices:
    """Tells private chats that something was dropped: once a flood, below the last answer to it.

    Args:
        turns: who holds the turns of the chats.
        tell: sends the notice; None disables notices.
        longest: seconds after which a chat is told although it has not stopped.
        quiet: seconds for which a chat that was told is not told again. Needed beside other workers: here
            nothing may wait of a chat that floods.
    """

    def __init__(
        self,
        turns: ChatTurns,
        tell: Callable[[int], Awaitable[None]] | None,
        *,
        longest: float = _LONGEST_FLOOD,
        quiet: float = 0.0,
    ) -> None:
        self._turns = turns
        self._tell = tell
        self._longest = longest
        self._quiet = quiet
        self._flooding: set[int] = set()  # chats that are going to be told

    def begin(self, chat_id: int) -> Coroutine[None, None, None] | None:
        """Return what tells a chat, to be run by the caller; None if it is not to be told or soon will be.

        The bot says nothing in groups.
        """
        if chat_id <= 0 or self._tell is None or chat_id in self._flooding:
            return None
        _LOGGER.warning("a chat sends faster than it can be answered: what comes on top is dropped")
        self._flooding.add(chat_id)
        return self._tell_at_the_end(chat_id, self._tell)

    async def _tell_at_the_end(self, chat_id: int, tell: Callable[[int], Awaitable[None]]) -> None:
        until = asyncio.get_running_loop().time() + self._longest
        try:
            while not await self._told(chat_id, tell, until):  # noqa: ASYNC110 - others may hold the turn
                await asyncio.sleep(_AGAIN)
            if self._quiet:
                await asyncio.sleep(self._quiet)
                self._flooding.discard(chat_id)
        except ReceiptClosedError:
            self._flooding.discard(chat_id)

    async def _told(self, chat_id: int, tell: Callable[[int], Awaitable[None]], until: float) -> bool:
        """Tell a chat if nothing of it waits, or the flood has lasted too long; return whether it did."""
        async with self._turns.lock(chat_id):  # comes after what waits now, unless the chat is paused
            if self._turns.waiting(chat_id) and asyncio.get_running_loop().time() < until:
                return False
            if not self._quiet:
                self._flooding.discard(chat_id)  # what is dropped from now on is a flood of its own
            await tell(chat_id)
            return True
