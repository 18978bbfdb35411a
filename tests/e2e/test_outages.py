"""Chiefs hear once of what fails for everybody, and when it works again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.notifications.alarms import Alarms, Subject
from core.errors.verification import SmsGatewayError
from tests import factories
from tests.person import Person
from tests.world import CHIEF, OTHER, OWNER, World, eventually, open_world


class Told:
    """Records what the chiefs were told, on a clock that the test controls."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.said: list[tuple[Subject, int, bool]] = []
        self.alarms = Alarms([1], self._tell, now=lambda: self.now)

    async def _tell(self, _chief: int, subject: Subject, minutes: int, fails: bool) -> None:  # noqa: FBT001 - the port
        self.said.append((subject, minutes, fails))

    async def fails(self, subject: Subject, *, every: float, times: int) -> None:
        for _ in range(times):
            self.alarms.report(subject, works=False)
            self.now += every
        await self.settle()

    async def works(self, subject: Subject) -> None:
        self.alarms.report(subject, works=True)
        await self.settle()

    async def settle(self) -> None:
        for task in list(self.alarms._tasks):
            await task


async def test_short_failures_are_not_told() -> None:
    told = Told()
    await told.fails(Subject.DATABASE, every=10, times=5)
    await told.works(Subject.DATABASE)
    await told.fails(Subject.POLLING, every=1, times=30)
    await told.works(Subject.POLLING)

    assert told.said == []


async def test_outage_of_minutes_is_told_once_and_its_end() -> None:
    told = Told()
    await told.fails(Subject.DATABASE, every=10, times=60)
    await told.works(Subject.DATABASE)
    await told.works(Subject.DATABASE)

    assert told.said == [(Subject.DATABASE, 2, True), (Subject.DATABASE, 10, False)]


async def test_lasting_outage_is_told_every_hour() -> None:
    told = Told()
    await told.fails(Subject.POLLING, every=10, times=6 * 60 * 3)

    assert [minutes for _, minutes, _ in told.said] == [2, 62, 122]


async def test_codes_that_fail_in_a_row_are_an_outage_at_once() -> None:
    told = Told()
    await told.fails(Subject.SMS, every=1, times=2)
    await told.works(Subject.SMS)
    assert told.said == []
    await told.fails(Subject.SMS, every=1, times=9)

    assert told.said == [(Subject.SMS, 0, True)]


class FailingGateway:
    """A gateway that is out of order until it is repaired."""

    def __init__(self) -> None:
        self.is_down = True

    async def send(self, *, phone: str, code: str, purpose: str) -> None:  # noqa: ARG002 - the port
        if self.is_down:
            raise SmsGatewayError


@pytest.fixture
def gateway() -> FailingGateway:
    return FailingGateway()


@pytest.fixture
async def world(tmp_path: Path, gateway: FailingGateway) -> AsyncIterator[World]:
    async with open_world("sqlite", tmp_path, sms=gateway) as world:
        yield world


async def types_phone(person: Person, number: int) -> None:
    """Register up to the telephone, and type it, so that a code has to be sent."""
    await person.say("/start")
    await person.press("【预选号牌】")
    await person.press("同意并继续")
    await person.say("测试车主")
    await person.say(factories.identity(number))
    await person.say(factories.phone(number))


async def test_chiefs_hear_of_a_failing_gateway(world: World, gateway: FailingGateway) -> None:
    chief = world.person(CHIEF)
    await chief.say("/start")
    await chief.settled()
    for number, chat in enumerate((OWNER, OTHER)):
        await types_phone(world.person(chat), number)
        await world.person(chat).see("短信")
    await chief.settled()
    assert not any("短信发送不出去" in shown.words for shown in chief.history)
    world.service.alarms.report(Subject.SMS, works=False)  # a third one
    await eventually(lambda: any("短信发送不出去" in shown.words for shown in chief.history))
    gateway.is_down = False
    world.service.alarms.report(Subject.SMS, works=True)
    await eventually(lambda: any("已恢复正常" in shown.words for shown in chief.history))
