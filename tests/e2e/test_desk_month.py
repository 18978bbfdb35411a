"""A month of an office, with each slip that a desk makes, and how it is put right; at the end the sums.

``make test`` plays it with few owners, ``make soak`` with three hundred.
"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime, time
from pathlib import Path

import pytest

from core.audit import AuditAction
from core.clock import CHINA
from core.preselection import PreselectionState
from tests.core.sql import sql
from tests.e2e import office_slips as slips
from tests.e2e.office_month import FIRST_OWNER, Month, people, serial_of
from tests.world import office, open_world

FEW, MANY = 44, 300
FIRST_DAY = date(2026, 3, 2)
LAST_DAY = date(2026, 3, 31)
SLIPS = range(1, 21)
"""Owners to whom something particular happens; the others come, or do not, by their number."""
ENDED = (
    PreselectionState.REGISTERED,
    PreselectionState.EXPIRED,
    PreselectionState.VOID,
    PreselectionState.CANCELLED,
)


def workday(number: int) -> date:
    """Return a working day of the month; the first is 0."""
    return slips.CALENDAR.add_workdays(FIRST_DAY, number)


@pytest.fixture(
    params=[pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.soak)],
)
def owners(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
async def month(engine: str, tmp_path: Path, owners: int) -> AsyncIterator[Month]:
    offices = [office(hours="00:00-24:00", undo_minutes=60)]
    at = datetime.combine(FIRST_DAY, time(8, 0), CHINA)
    async with open_world(engine, tmp_path, at=at, people=people(owners + 3), offices=offices) as world:
        await world.release()
        played = Month(world)
        await played.open()
        yield played


# --- the month ------------------------------------------------------------------------------------


async def test_sums_hold_after_a_month_of_slips(month: Month, owners: int) -> None:
    ordinary = [number for number in range(1, owners + 1) if number not in SLIPS]
    await month.to(workday(0), time(11))
    await month.owners_reserve(SLIPS)
    await slips.mistypes_with_a_question_open(month)
    await slips.confirms_the_wrong_number(month)
    await slips.voids_the_wrong_person(month)
    await month.to(workday(1), time(10))
    await slips.releases_the_wrong_mask_and_date(month)
    await slips.approves_the_wrong_appeal(month, owners)
    await slips.bans_with_the_wrong_cause(month)
    await slips.grants_the_wrong_chances(month)
    await slips.moves_an_identity_to_the_wrong_chat(month, owners)
    await slips.extends_with_a_reason(month, 11)
    await month.to(workday(2), time(10))
    await slips.closes_the_wrong_day(month, workday(4))
    await slips.serves_the_queue_after_the_deadline(month, 12)
    await month.confirms(month.clerks[1], 11)
    month.expires(number for number in SLIPS if month.fates[number] == PreselectionState.RESERVED)
    for day in range(8, 12):
        await month.to(workday(day), time(11))
        await month.owners_reserve(ordinary[day - 8 :: 4])
    await month.to(workday(12), time(10))
    for number in ordinary:
        await comes_or_not(month, number)
    await month.to(workday(18), time(10))
    month.expires(number for number in ordinary if month.fates[number] == PreselectionState.RESERVED)
    last = [owners + 3]
    await month.owners_reserve(last)
    await month.to(LAST_DAY, time(12))
    await assert_sums(month)
    await assert_nobody_is_barred_without_a_reminder(month)
    await assert_nothing_is_told_twice(month)


@pytest.mark.parametrize("owners", [2], indirect=True)
async def test_sums_see_what_is_wrong(month: Month) -> None:
    """The control: a number in another state, an act that was not done, and a message too many are seen."""
    await month.owners_reserve([1, 2])
    await month.confirms(month.clerks[0], 1)
    await month.tick()
    await assert_sums(month)
    await assert_nothing_is_told_twice(month)
    month.fates[2] = PreselectionState.EXPIRED
    with pytest.raises(AssertionError):
        await assert_sums(month)
    month.fates[2] = PreselectionState.RESERVED
    month.acts[AuditAction.REGISTERED] += 1
    with pytest.raises(AssertionError):
        await assert_sums(month)
    await month.world.service.application.bot.send_message(FIRST_OWNER + 1, "粤K·A0001 已确认上牌。")
    with pytest.raises(AssertionError):
        await assert_nothing_is_told_twice(month)


async def comes_or_not(month: Month, number: int) -> None:
    """Six of ten come; one has wrong data, one gives the number up; two never come."""
    match number % 10:
        case 0 | 1:
            pass
        case 2:
            await month.voids(month.chief, number)
            month.acts[AuditAction.BANNED] += 1
        case 3:
            await month.revokes(number)
        case _:
            await month.confirms(month.clerks[number % 2], number)


# --- the sums -------------------------------------------------------------------------------------


async def assert_sums(month: Month) -> None:
    """Compare the database, /stats and the audit log with what was done."""
    rows = await month.world.store.read(
        sql, "SELECT serial, state, COUNT(*) AS n FROM preselection WHERE serial IS NOT NULL GROUP BY 1, 2"
    )
    found = {(row["serial"], row["state"]) for row in rows}
    assert found == {(serial_of(number), fate.value) for number, fate in month.fates.items()}
    assert all(row["n"] == 1 for row in rows)
    by_state = Counter(month.fates.values())
    taken = {
        row["serial"]
        for row in await month.world.store.read(
            sql, "SELECT serial FROM plate WHERE state IN ('reserved', 'registered')"
        )
    }
    kept = {PreselectionState.RESERVED, PreselectionState.REGISTERED}
    assert taken == {serial_of(number) for number, fate in month.fates.items() if fate in kept}
    await assert_printed(month, by_state)
    await assert_each_act_is_in_the_log_once(month)


async def assert_printed(month: Month, by_state: Counter[PreselectionState]) -> None:
    """Compare the figures of /stats with the states; the only place that knows how they are printed."""
    printed = await month.printed_figures()
    came_in = printed["waited"] + printed["selected"] + printed["given_back"]
    went_out = sum(printed[end] for end in ("registered", "expired", "void", "cancelled"))
    assert came_in == went_out + printed["reserved"]
    assert went_out - printed["given_back"] == sum(by_state[state] for state in ENDED)
    assert (printed["waited"], printed["selected"]) == (0, sum(by_state.values()))
    assert printed["reserved"] == by_state[PreselectionState.RESERVED]
    assert printed["expired"] == by_state[PreselectionState.EXPIRED]
    assert (printed["registered"], printed["void"]) == (
        month.acts[AuditAction.REGISTERED],
        month.acts[AuditAction.VOIDED],
    )


async def assert_each_act_is_in_the_log_once(month: Month) -> None:
    rows = await month.world.store.read(sql, "SELECT action FROM audit WHERE actor LIKE 'chat:%'")
    counted = Counter(AuditAction(row["action"]) for row in rows)
    looked = {AuditAction.LOOKED_UP, AuditAction.SAW_PHOTOS}
    done = Counter({action: count for action, count in counted.items() if action not in looked})
    assert done == month.acts


async def assert_nobody_is_barred_without_a_reminder(month: Month) -> None:
    expired = await month.world.store.read(
        sql, "SELECT preselection_id, ended_at FROM preselection WHERE state = 'expired'"
    )
    sent = await month.world.store.read(
        sql, "SELECT subject, ended_at FROM notice WHERE purpose LIKE 'reminder:%' AND state = 'sent'"
    )
    assert expired
    for row in expired:
        subject = f"preselection:{row['preselection_id']}"
        assert any(one["subject"] == subject and one["ended_at"] < row["ended_at"] for one in sent), row


async def assert_nothing_is_told_twice(month: Month) -> None:
    """Each owner got as many messages as notifications were sent to them; none has written anything."""
    rows = await month.world.store.read(
        sql, "SELECT chat_id, COUNT(*) AS n FROM notice WHERE state = 'sent' GROUP BY chat_id"
    )
    told = {row["chat_id"]: row["n"] for row in rows}
    for number in month.fates:
        chat = FIRST_OWNER + number
        messages = [shown for shown in month.world.person(chat).history if shown.from_bot]
        assert len(messages) == told.get(chat, 0), (number, messages)
