"""Chiefs hear once of what fails for everybody, and when it works again."""

from bot.notifications.alarms import Alarms, Subject


class Told:
    """Records what the chiefs were told, on a clock that the test controls."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.said: list[tuple[Subject, int, bool]] = []
        self.alarms = Alarms(self._chiefs, self._tell, now=lambda: self.now)

    async def _chiefs(self) -> list[int]:
        return [1]

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


async def test_one_of_several_workers_tells() -> None:
    told = Told()
    told.alarms = Alarms(
        told._chiefs, told._tell, may_tell=lambda subject: subject == Subject.POLLING, now=lambda: told.now
    )
    await told.fails(Subject.DATABASE, every=10, times=20)
    await told.fails(Subject.POLLING, every=10, times=20)

    assert {subject for subject, _, _ in told.said} == {Subject.POLLING}


async def test_lasting_outage_is_told_every_hour() -> None:
    told = Told()
    await told.fails(Subject.POLLING, every=10, times=6 * 60 * 3)

    assert [minutes for _, minutes, _ in told.said] == [2, 62, 122]
