"""Before anything ends after an outage, the reminders go out: in the chat, and by SMS."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from bot.scheduler import Jobs


class _Ticks:
    def __init__(self) -> None:
        self.runs: list[str] = []

    async def tell(self) -> None:
        self.runs.append("tell")

    async def tell_by_sms(self) -> None:
        self.runs.append("tell_by_sms")


async def test_reminders_by_sms_come_first_as_well() -> None:
    ticks = _Ticks()
    await Jobs._remind_first(cast("Jobs", ticks))
    assert sorted(ticks.runs) == ["tell", "tell_by_sms"]


class _Start:
    """The first tick after a start, which hangs in one of its parts."""

    def __init__(self) -> None:
        self._clock = SimpleNamespace(check=self._trusted)
        self._may_end = False
        self.runs: list[str] = []

    async def _trusted(self) -> bool:
        return True

    async def recount(self) -> None:
        await asyncio.Event().wait()

    async def _remind_first(self) -> None:
        self.runs.append("remind")

    async def ends(self) -> None:
        self.runs.append("ends")


async def test_tick_that_is_stopped_half_way_does_nothing_more() -> None:
    start = _Start()
    tick = asyncio.create_task(Jobs._reminders_and_ends(cast("Jobs", start)))
    await asyncio.sleep(0)
    tick.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tick
    assert not start.runs
