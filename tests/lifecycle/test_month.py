"""Owners through the autumn of 2026, hour by hour, and then for two years, day by day.

There are a thousand owners in ``make soak``, and fewer in ``make test``.

The period from 14 September to the end of October includes 中秋 (25 to 27 September), 国庆 (1 to 7 October),
and as working days a Sunday (20 September) and a Saturday (10 October).
"""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from core.clock import CHINA, from_millis
from core.pool.segments import pool_state
from core.ports import Tx
from core.preselection import PreselectionState
from core.values.plates import PlateKind
from tests.core.sql import sql
from tests.lifecycle import model
from tests.lifecycle.harness import OFFICE, Harness, chat_of, local, open_harness, serial_of, states
from tests.lifecycle.model import Life

FEW, MANY = 600, 1000
BEGIN = local("2026-09-14", 8)
LAST_SELECTION = local("2026-10-23", 20)
END = local("2026-10-28", 0)
"""The last owners still have time left then."""
HOUR = timedelta(hours=1)


def lives(owners: int) -> list[Life]:
    """Return the actions of owners: two in five come to the counter, one at the last minute."""
    dice = random.Random(6)
    made = []
    for number in range(owners):
        day = BEGIN.date() + timedelta(days=dice.randrange((LAST_SELECTION - BEGIN).days + 1))
        selected = local(day.isoformat(), dice.randrange(8, 23), dice.randrange(60), dice.randrange(60))
        life = Life(number=number, chat_id=chat_of(number), selected_at=selected)
        if dice.random() < 0.4:
            life = replace(life, confirmed_at=_confirmation(dice, selected))
        made.append(life)
    return made


def _confirmation(dice: random.Random, selected: datetime) -> datetime:
    last = model.deadline(selected)
    if dice.random() < 0.2:
        return last
    day = model.workday(selected.date(), dice.randint(1, model.VALIDITY))
    return local(day.isoformat(), dice.randrange(9, 17), dice.randrange(60), dice.randrange(1, 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The final contents of the database."""

    states: Counter[PreselectionState]
    bans: dict[bytes, datetime]
    not_free: set[int]


def count(tx: Tx, harness: Harness, owners: int) -> Counts:
    return Counts(
        states=states(tx, harness.core, range(owners)),
        bans={
            bytes(ban["identity_hash"]): from_millis(ban["until"])
            for ban in sql(tx, "SELECT identity_hash, until FROM ban WHERE lifted_at IS NULL")
        },
        not_free={
            number
            for number in range(owners)
            if pool_state(tx, OFFICE, PlateKind.SMALL, serial_of(number)) is not None
        },
    )


async def live_through(harness: Harness, everybody: list[Life]) -> None:
    """Let all owners act, with a tick at every full hour."""
    script: list[tuple[datetime, Callable[[int], Awaitable[object]], int]] = []
    for life in everybody:
        script.append((life.selected_at, harness.reserve, life.number))
        if life.confirmed_at:
            script.append((life.confirmed_at, harness.confirm, life.number))
    script.sort(key=lambda event: event[0])
    upcoming = iter(script)
    event = next(upcoming, None)
    tick = BEGIN
    while tick <= END:
        while event is not None and event[0] <= tick:
            harness.clock.set(event[0])
            await event[1](event[2])
            event = next(upcoming, None)
        harness.clock.set(tick)
        await harness.tick()
        tick += HOUR


@pytest.mark.parametrize("owners", [FEW, pytest.param(MANY, marks=pytest.mark.soak)])
async def test_autumn_follows_the_rules_by_hour(owners: int) -> None:
    everybody = lives(owners)
    async with open_harness(BEGIN, validity_workdays=model.VALIDITY) as harness:
        await live_through(harness, everybody)
        counts = await harness.store.run(count, harness, owners)
        await _judge_messages(harness, everybody)
        await _judge_states(harness, everybody, counts)
        await _live_on_for_two_years(harness, everybody)


async def _judge_messages(harness: Harness, everybody: list[Life]) -> None:
    told = harness.messenger.count()
    assert told == model.told(everybody, END)
    assert len(told) > 2 * len(everybody)
    chosen = {life.chat_id: life for life in everybody}
    for chat_id, kind, at in told:
        life = chosen[chat_id]
        assert not kind.startswith("reminder") or at - life.selected_at >= timedelta(hours=12)
        assert life.confirmed_at is None or at < life.confirmed_at or kind == "registered"


async def _judge_states(harness: Harness, everybody: list[Life], counts: Counts) -> None:
    over = {
        life.number
        for life in everybody
        if not life.confirmed_at and model.deadline(life.selected_at) + model.GRACE < END
    }
    done = {life.number for life in everybody if life.confirmed_at and life.confirmed_at <= END}
    live = set(range(len(everybody))) - over - done
    assert min(len(over), len(done), len(live)) > 20
    assert counts.states == {
        PreselectionState.EXPIRED: len(over),
        PreselectionState.REGISTERED: len(done),
        PreselectionState.RESERVED: len(live),
    }
    assert counts.not_free == done | live
    for life in everybody:
        account = await harness.account(life.number)
        expected = model.barred_until(life.selected_at) if life.number in over else None
        assert counts.bans.get(account.identity_hash or b"") == expected


async def _live_on_for_two_years(harness: Harness, everybody: list[Life]) -> None:
    """Every ban is lifted on its date, with one notification; every open reservation has expired by then."""
    day = harness.now
    until = day.replace(year=day.year + 2) + timedelta(days=20)
    harness.messenger.told.clear()
    await harness.until(until, timedelta(days=1))
    lifted = {(told.chat_id, told.at) for told in harness.messenger.told if told.kind == "lifted"}
    assert lifted == {
        (life.chat_id, model.barred_until(life.selected_at))
        for life in everybody
        if not life.confirmed_at or life.confirmed_at > END  # the simulation ended before they came
    }
    assert sum(told.kind == "lifted" for told in harness.messenger.told) == len(lifted)
    assert harness.sql("SELECT 1 FROM ban WHERE lifted_at IS NULL") == []


def test_some_selections_are_too_late_for_a_reminder() -> None:
    quiet = [
        life
        for life in lives(MANY)
        if timedelta() < model.mornings(life)["reminder 3"] - life.selected_at < model.QUIET
    ]
    assert len(quiet) > 20


def test_autumn_has_holidays_and_worked_weekends() -> None:
    days = {life.selected_at.astimezone(CHINA).date() for life in lives(FEW)}
    assert {date(2026, 9, 20), date(2026, 9, 25), date(2026, 10, 1), date(2026, 10, 10)} <= days
