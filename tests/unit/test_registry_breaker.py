"""The circuit breaker of the vehicle registry, the answers that it keeps, and who shares a question."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from bot.registry.lookups import RegistryLookups
from core.errors.registry import RegistryAskFailed, RegistryFailure, RegistryUnavailable
from core.ports import Tx
from core.registry.answers import MOST, AnsweredRegistry, RegistryAnswerNeeded
from core.registry.breaker import Breaker
from core.registry.lookup import RegistryVehicle
from core.values.plates import PlateKind
from tests import factories

NO_TX = cast("Tx", None)  # nothing of it is in the database
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_breaker_opens_tries_once_and_closes(clock: Clock) -> None:
    breaker = Breaker(failures=3, open_seconds=30, now=clock)
    for _ in range(3):
        assert breaker.allows()
        breaker.failed()
    assert (str(breaker.state), breaker.allows()) == ("open", False)
    clock.now = 29.9
    assert not breaker.allows()
    clock.now = 30
    assert str(breaker.state) == "half_open"
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.failed()
    assert str(breaker.state) == "open"
    clock.now = 60
    assert breaker.allows()
    breaker.give_up()
    assert breaker.allows()
    breaker.succeeded()
    assert (str(breaker.state), breaker.allows()) == ("closed", True)


def test_failures_count_in_a_row_only(clock: Clock) -> None:
    breaker = Breaker(failures=2, open_seconds=30, now=clock)
    for _ in range(5):
        breaker.failed()
        breaker.succeeded()
    breaker.failed()
    assert breaker.allows()


def vehicle(number: int) -> RegistryVehicle:
    return RegistryVehicle(
        vin=factories.vin(number),
        certificate=factories.certificate(number),
        kind=PlateKind.SMALL,
        registered=False,
    )


def test_answer_counts_for_its_minutes(clock: Clock) -> None:
    registry = AnsweredRegistry(timedelta(minutes=1), clock)
    with pytest.raises(RegistryAnswerNeeded):
        registry.find(NO_TX, "a")
    registry.put("a", None)
    clock.now = 59
    assert registry.find(NO_TX, "a") is None
    clock.now = 60
    with pytest.raises(RegistryAnswerNeeded):
        registry.validate_vin(NO_TX, "a", PlateKind.SMALL)


def test_number_of_answers_is_limited(clock: Clock) -> None:
    registry = AnsweredRegistry(timedelta(minutes=1), clock)
    for number in range(MOST + 1):
        registry.put(str(number), None)
    with pytest.raises(RegistryAnswerNeeded):
        registry.find(NO_TX, "0")
    assert registry.find(NO_TX, "1") is None


class ToldRegistry:
    """Answers as told, and records what the rest is told."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.fails = False
        self.waits = asyncio.Event()
        self.waits.set()
        self.asked = 0
        self.results: list[str] = []
        self.health: list[bool] = []
        self.kept = AnsweredRegistry(timedelta(minutes=5), clock)
        self.lookups = RegistryLookups(
            self.kept,
            self.ask,
            Breaker(failures=2, open_seconds=30, now=clock),
            now=lambda: NOON + timedelta(seconds=clock.now),
            on_answer=self.results.append,
            on_health=self.health.append,
        )

    async def ask(self, vin: str) -> RegistryVehicle | None:
        self.asked += 1
        await self.waits.wait()
        if self.fails:
            raise RegistryAskFailed("down", RegistryFailure.TIMEOUT)
        return next((one for one in [vehicle(0)] if one.vin == vin), None)

    async def since(self, vin: str) -> float:
        with pytest.raises(RegistryUnavailable) as failed:
            await self.lookups.look_up(vin)
        return (failed.value.since - NOON).total_seconds()


async def test_those_who_ask_at_the_same_time_share_a_question(clock: Clock) -> None:
    registry, vin = ToldRegistry(clock), factories.vin(0)
    registry.waits.clear()
    asking = [asyncio.create_task(registry.lookups.look_up(vin)) for _ in range(5)]
    await asyncio.sleep(0)
    asking[0].cancel()  # the others still get the answer
    registry.waits.set()
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(one) for one in results] == [asyncio.CancelledError, *[type(None)] * 4]
    assert (registry.asked, registry.results) == (1, ["found"])
    assert registry.kept.find(NO_TX, vin) == vehicle(0)


async def test_nobody_waits_for_what_does_not_answer(clock: Clock) -> None:
    registry = ToldRegistry(clock)
    registry.fails = True
    clock.now = 10
    assert await registry.since("a") == 10
    clock.now = 20
    assert [await registry.since("a") for _ in range(4)] == [10] * 4
    assert registry.asked == 2
    assert registry.results == ["timeout"] * 2 + ["suspended"] * 3
    clock.now, registry.fails = 60, False
    await registry.lookups.look_up("a")
    assert (registry.asked, registry.results[-1]) == (3, "unknown")
    assert registry.health == [False, False, True]
    registry.fails = True
    assert await registry.since("b") == 60
