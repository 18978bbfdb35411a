"""The grace of the counter: owners read the closing, and the desk can confirm for four hours longer."""

from datetime import timedelta

import pytest

from core.preselection import PreselectionState
from tests.lifecycle.harness import local, open_harness

MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize("minutes", [0, 1, 240, 1440])
async def test_number_expires_a_millisecond_after_the_grace(minutes: int) -> None:
    async with open_harness(local("2026-03-10"), expiry_grace_minutes=minutes) as harness:
        await harness.reserve(1)
        await harness.remind("2026-03-17")
        end = local("2026-03-17", 17) + timedelta(minutes=minutes)
        await harness.until(end, None)
        assert (await harness.preselection(1)).state == PreselectionState.RESERVED
        await harness.until(end + MILLISECOND, None)
        assert (await harness.preselection(1)).state == PreselectionState.EXPIRED
        assert await harness.ban_until(1) == local("2028-03-17", 0)  # from the deadline, not from its grace


async def test_counter_confirms_within_the_grace() -> None:
    async with open_harness(local("2026-03-10")) as harness:
        await harness.reserve(1)
        await harness.remind("2026-03-17")
        await harness.until(local("2026-03-17", 20, 59), None)
        await harness.confirm(1)
        await harness.until(local("2026-03-18", 12))
        assert (await harness.preselection(1)).state == PreselectionState.REGISTERED
        assert await harness.ban_until(1) is None


async def test_owner_is_not_told_of_the_grace() -> None:
    async with open_harness(local("2026-03-10")) as harness:
        await harness.reserve(1)
        await harness.until(local("2026-03-17", 22))
        assert not any("21:00" in told.words for told in harness.messenger.told)
