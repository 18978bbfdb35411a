"""Before anything ends after an outage, the reminders go out: in the chat, and by SMS."""

from typing import cast

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
