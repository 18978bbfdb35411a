"""Whether this process works: for the endpoint, for systemd, and for the supervisor.

It is *alive* while its event loop runs and none of its own loops has ended: else only a restart helps. It is
*ready* while updates can be received and stored. A database that is down makes it not ready, but a restart
would not help, so it stays alive.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

BEAT_EVERY = 1.0  # seconds
_LATE = 10.0
"""Seconds after which a beat that did not come means that the loop is stuck."""
_ANSWER_WITHIN = 2.0  # seconds for the database
_KNOWN_FOR = 2.0  # seconds for which the database is not asked again

Trouble = Callable[[], str | None]
"""Returns what is wrong, in words; None if nothing is."""


class Health:
    """What is known of this process.

    Args:
        now: a monotonic clock, in seconds.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._beaten_at = now()
        self._is_started = self._is_stopping = False
        self._works: Callable[[], bool] = lambda: True
        self._trouble: Trouble = lambda: None
        self._stands_by: Callable[[], bool] = lambda: False
        self._ask: Callable[[], Awaitable[object]] | None = None
        self._answered: tuple[float, str | None] | None = None
        self._asking: asyncio.Task[str | None] | None = None

    def watch(
        self,
        *,
        works: Callable[[], bool],
        trouble: Trouble,
        standing_by: Callable[[], bool],
        ask_database: Callable[[], Awaitable[object]],
    ) -> None:
        """Learn how to find out.

        Args:
            works: whether the loops of the inbox run.
            trouble: what keeps updates from being received.
            standing_by: whether another worker leads.
            ask_database: fails if the database does not work.
        """
        self._works = works
        self._trouble = trouble
        self._stands_by = standing_by
        self._ask = ask_database

    def started(self) -> None:
        """Record that updates are handled from now on."""
        self._is_started = True

    def stopping(self) -> None:
        """Record that this process is ending."""
        self._is_stopping = True

    async def beat(self) -> None:
        """Beat until cancelled; a loop that is stuck does not."""
        while True:
            self._beaten_at = self._now()
            await asyncio.sleep(BEAT_EVERY)

    @property
    def is_alive(self) -> bool:
        """Whether a restart could not help."""
        if self._now() - self._beaten_at > _LATE:
            return False
        return self._is_stopping or not self._is_started or self._works()

    async def trouble(self) -> str | None:
        """Return why this process is not ready; None if it is."""
        if self._is_stopping:
            return "stopping"
        if not self._is_started:
            return "starting"
        found = (await self._database(), self._trouble())
        return "; ".join(words for words in found if words) or None

    async def status(self) -> str:
        """Return one line about this process."""
        return await self.trouble() or ("standing by" if self._stands_by() else "receiving updates")

    async def _database(self) -> str | None:
        """Ask the database, but not more often than every few seconds, and not twice at a time."""
        if self._answered is not None and self._now() - self._answered[0] < _KNOWN_FOR:
            return self._answered[1]
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._asked())
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                found = await asyncio.shield(self._asking)
        except TimeoutError:
            found = "the database does not answer"
        self._answered = (self._now(), found)
        return found

    async def _asked(self) -> str | None:
        try:
            if self._ask is not None:
                await self._ask()
        except Exception as error:  # noqa: BLE001 - whatever it is, the database cannot be used
            return f"the database fails ({type(error).__name__})"
        return None
