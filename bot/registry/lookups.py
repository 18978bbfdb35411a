"""Looks vehicles up, outside of any transaction; stops asking for a while after several failures."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.registry.client import RegistryClient
from core.bootstrap import Core
from core.errors.registry import RegistryAskFailed, RegistryUnavailable
from core.registry.answers import AnsweredRegistry
from core.registry.breaker import Breaker
from core.registry.lookup import RegistryVehicle

_LOGGER = logging.getLogger(__name__)
_SUSPENDED = "suspended"
"""The result of a question that was not asked, in the metric."""

Ask = Callable[[str], Awaitable[RegistryVehicle | None]]


class RegistryLookups:
    """Asks the registry, and keeps its answers for the transactions.

    Args:
        registry: where transactions find the answers.
        ask: asks about a VIN.
        breaker: suspends the questions after failures.
        now: the time of failures, as people are told it.
        on_answer: is told the result of each question: ``found``, ``unknown``, ``suspended`` or the failure.
        on_health: is told whether the registry has answered.
    """

    def __init__(
        self,
        registry: AnsweredRegistry,
        ask: Ask,
        breaker: Breaker,
        *,
        now: Callable[[], datetime],
        on_answer: Callable[[str], None],
        on_health: Callable[[bool], None],
    ) -> None:
        self._registry = registry
        self._ask = ask
        self._breaker = breaker
        self._now = now
        self._on_answer = on_answer
        self._on_health = on_health
        self._failing_since: datetime | None = None
        self._asking: dict[str, asyncio.Future[None]] = {}

    async def look_up(self, vin: str) -> None:
        """Ask about a vehicle and keep the answer; those who ask at the same time share one question.

        Raises:
            RegistryUnavailable: it does not answer, or has not lately.
        """
        asking = self._asking.get(vin)
        if asking is None:
            asking = asyncio.ensure_future(self._looked_up(vin))
            self._asking[vin] = asking
            asking.add_done_callback(lambda _done: self._asking.pop(vin, None))
        await asyncio.shield(asking)

    async def _looked_up(self, vin: str) -> None:
        asked_at = self._now()
        if not self._breaker.allows():
            self._on_answer(_SUSPENDED)
            raise self._unavailable(vin, asked_at)
        try:
            vehicle = await self._ask(vin)
        except RegistryAskFailed as error:
            self._failed(error, asked_at)
            raise self._unavailable(vin, asked_at) from None
        except BaseException:
            self._breaker.give_up()
            raise
        self._breaker.succeeded()
        self._failing_since = None
        self._on_answer("unknown" if vehicle is None else "found")
        self._on_health(True)  # noqa: FBT003 - as the port is called
        self._registry.put(vin, vehicle)

    def _unavailable(self, vin: str, asked_at: datetime) -> RegistryUnavailable:
        since = self._failing_since or asked_at
        self._registry.mark_unanswered(vin, since)
        return RegistryUnavailable(vin, since)

    def _failed(self, error: RegistryAskFailed, at: datetime) -> None:
        _LOGGER.warning("the vehicle registry: %s", error)
        self._breaker.failed()
        self._failing_since = self._failing_since or at
        self._on_answer(error.failure)
        self._on_health(False)  # noqa: FBT003 - the same


class NoRegistryLookups:
    """For the modes that ask nobody."""

    async def look_up(self, vin: str) -> None:
        raise NotImplementedError


def registry_lookups_of(
    core: Core, *, on_answer: Callable[[str], None], on_health: Callable[[bool], None]
) -> RegistryLookups | NoRegistryLookups:
    """Return what asks the registry of the settings."""
    registry, settings = core.vehicle_registry, core.settings.registry.http
    if settings is None or not isinstance(registry, AnsweredRegistry):
        return NoRegistryLookups()
    return RegistryLookups(
        registry,
        RegistryClient(settings).ask,
        Breaker(failures=settings.failures, open_seconds=settings.pause_seconds),
        now=core.clock.now,
        on_answer=on_answer,
        on_health=on_health,
    )
