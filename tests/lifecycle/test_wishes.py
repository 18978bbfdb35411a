"""The number of reminders that an owner wants: fewer, more again, never none, and none of them twice.

A number selected on Tuesday 10 March 2026 lasts until Tuesday the 17th; the office reminds 3 and 1
working days before, and on the last morning.
"""

import pytest
from telegram.error import NetworkError

from tests.lifecycle.harness import Fault, Harness, chat_of, local

THIRD, EVE, LAST = local("2026-03-12", 9), local("2026-03-16", 9), local("2026-03-17", 8)
END = local("2026-03-17", 16)


@pytest.mark.parametrize(
    ("count", "expected"), [(0, [LAST]), (1, [EVE, LAST]), (2, [THIRD, EVE, LAST]), (10, [THIRD, EVE, LAST])]
)
async def test_wish_leaves_so_many_reminders(harness: Harness, count: int, expected: list[object]) -> None:
    await harness.reserve(1)
    await harness.wish(1, count)
    await harness.until(END)
    assert [at for _, at in harness.messenger.kinds()] == expected


@pytest.mark.parametrize("count", [0, 1, 2])
async def test_wish_holds_for_the_next_number(harness: Harness, count: int) -> None:
    await harness.reserve(1)
    await harness.wish(1, count)
    await harness.until(local("2026-03-12", 8))
    await harness.reserve_another(1, 7)
    assert len(await harness.reminders(1)) == count + 1


async def test_wish_is_the_owners_own(harness: Harness) -> None:
    await harness.reserve(1, 2)
    await harness.wish(1, 0)
    await harness.until(END)
    assert [at for _, at in harness.messenger.kinds(chat_of(2))] == [THIRD, EVE, LAST]


@pytest.mark.parametrize("later", [0, 1, 2])
async def test_changed_wish_repeats_nothing(harness: Harness, later: int) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-12", 12))
    for count in (0, 2, later):
        await harness.wish(1, count)
    await harness.until(END)
    expected = [THIRD, EVE, LAST] if later else [THIRD, LAST]
    assert [at for _, at in harness.messenger.kinds()] == expected


async def test_more_reminders_after_their_day_bring_none_back(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.wish(1, 0)
    await harness.until(local("2026-03-16", 12))
    await harness.wish(1, 2)
    await harness.until(END)
    assert [at for _, at in harness.messenger.kinds()] == [LAST]


async def test_wish_loses_no_reminder_that_is_due(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-17", 7))
    harness.messenger.faults.append(Fault(error=NetworkError("reset")))
    await harness.until(LAST)
    await harness.wish(1, 0)
    await harness.until(END)
    assert [kind for kind, _ in harness.messenger.kinds()] == ["reminder 3", "reminder 1", "reminder 0"]


async def test_wish_after_confirmation_plans_nothing(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.confirm(1)
    await harness.wish(1, 2)
    await harness.until(END)
    assert [told.kind for told in harness.messenger.told] == ["registered"]
