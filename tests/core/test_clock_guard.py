"""The clock guard: when a clock is doubted, what is stored of it, and who ends a doubt."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import audit
from core.audit import AuditAction
from core.availability import clock_guard
from core.availability.clock_guard import MOST_JUMP, Cause, ClockState, Finding, is_near, judge
from core.availability.maintenance import begin, ensure_not_in_maintenance
from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.clock import ClockInDoubt, ClockTrusted
from core.errors.desk import HandledMeanwhile
from core.errors.offices import InMaintenance
from core.ports import Store
from tests.core.sql import sql

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
MONTH, HALF_HOUR = timedelta(days=30), timedelta(minutes=30)
CHIEF = audit.chat_actor(1001)


@pytest.fixture
def store(core: Core) -> Store:
    return core.store


SPANS = st.timedeltas(min_value=timedelta(days=-9000), max_value=timedelta(days=9000))
TIMES = st.none() | SPANS.map(lambda span: NOW + span)


# --- the rule ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "base", "accepted", "cause"),
    [
        (None, None, None, None),  # a new database, the Bot API is unreachable
        (None, NOW - HALF_HOUR, None, None),
        (None, NOW - MONTH, None, Cause.JUMP),  # an outage, or a clock ahead: unknown
        (None, NOW + MONTH, None, Cause.JUMP),
        (NOW, NOW - MONTH, None, None),  # an outage
        (NOW, NOW + MONTH, None, None),  # the clock was ahead before
        (NOW - MONTH, NOW - MONTH, None, Cause.HEADER),  # a clock that is ahead
        (NOW - MONTH, NOW, None, Cause.HEADER),  # it was so all the time
        (NOW - MONTH, NOW, -MONTH, None),  # a chief has overruled the header
        (NOW, NOW, -MONTH, None),  # the header is right by now
        (NOW + MONTH, NOW, -MONTH, Cause.HEADER),
        (None, NOW - MONTH, -MONTH, Cause.JUMP),
    ],
)
def test_clock_is_doubted(
    header: datetime | None, base: datetime | None, accepted: timedelta | None, cause: Cause | None
) -> None:
    finding = judge(NOW, header=header, base=base, accepted=accepted)
    assert (finding.cause if finding else None) == cause


@given(header=TIMES, base=TIMES)
def test_doubt_means_a_difference_from_its_reference(header: datetime | None, base: datetime | None) -> None:
    finding = judge(NOW, header=header, base=base, accepted=None)
    if finding is None:
        assert header is None or is_near(NOW, header)
        assert header is not None or base is None or is_near(NOW, base)
    else:
        assert finding.reference == (base if header is None else header)
        assert abs(finding.reference - NOW) > MOST_JUMP


@given(header=SPANS.map(lambda span: NOW + span), base=TIMES, jump=SPANS)
def test_accepted_header_confirms_no_jump(header: datetime, base: datetime, jump: timedelta) -> None:
    """What a chief has accepted is one difference: after a jump the header disagrees again."""
    accepted = header - NOW
    assert judge(NOW, header=header, base=base, accepted=accepted) is None
    finding = judge(NOW + jump, header=header, base=base, accepted=accepted)
    if abs(jump) > MOST_JUMP and not is_near(NOW + jump, header):
        assert finding == Finding(cause=Cause.HEADER, reference=header)


# --- the stored state -------------------------------------------------------------------------


async def _state(store: Store) -> ClockState:
    return await store.read(clock_guard.read_state)


async def _doubts(store: Store, header: datetime | None = None) -> ClockState:
    state = await _state(store)
    finding = judge(state.now, header=header, base=state.now - MONTH, accepted=None)
    assert finding is not None
    assert await store.run(clock_guard.begin_doubt, state, finding, header)
    return await _state(store)


async def _journal(store: Store) -> list[tuple[str, str, str]]:
    rows = await store.read(sql, "SELECT actor, action, subject FROM audit ORDER BY entry_id")
    return [(row["actor"], row["action"], row["subject"]) for row in rows]


async def test_new_database_has_never_seen_the_clock(store: Store) -> None:
    state = await _state(store)
    assert (state.seen_at, state.doubt, state.accepted) == (None, None, None)


async def test_trusted_clock_is_noted(store: Store, clock: FixedClock) -> None:
    await store.run(clock_guard.beat, await _state(store), None)
    seen = clock.now()
    clock.advance(MONTH)
    assert (await _state(store)).seen_at == seen


async def test_doubt_is_stored_and_journalled(store: Store, clock: FixedClock) -> None:
    state = await _doubts(store)
    assert state.doubt is not None
    assert (state.doubt.cause, state.doubt.is_told) == (Cause.JUMP, False)
    clock.advance(HALF_HOUR)
    assert state.doubt.reference_at(clock.now()) == clock.now() - MONTH
    assert await _journal(store) == [("system", AuditAction.DOUBTED_CLOCK, "office:all")]


async def test_doubt_begins_once(store: Store) -> None:
    before = await _state(store)
    await _doubts(store)
    finding = Finding(cause=Cause.HEADER, reference=NOW)
    assert not await store.run(clock_guard.begin_doubt, before, finding, None)


async def test_no_time_is_noted_during_a_doubt(store: Store, clock: FixedClock) -> None:
    state = await _doubts(store)
    clock.advance(MONTH)
    await store.run(clock_guard.beat, state, None)
    assert (await _state(store)).seen_at is None


async def test_nothing_begins_during_a_doubt(store: Store) -> None:
    await store.run(ensure_not_in_maintenance, "粤K")
    await store.run(clock_guard.ensure_trusted)
    state = await _doubts(store)
    for check in (lambda tx: ensure_not_in_maintenance(tx, "粤K"), clock_guard.ensure_trusted):
        with pytest.raises(ClockInDoubt):
            await store.run(check)
    await store.run(clock_guard.resolve, state)
    await store.run(ensure_not_in_maintenance, "粤K")


async def test_maintenance_is_told_first(store: Store) -> None:
    await _doubts(store)
    await store.run(begin, "", "明天再来", CHIEF)
    with pytest.raises(InMaintenance, match=r".*") as caught:
        await store.run(ensure_not_in_maintenance, "粤K")
    assert caught.value.text == "明天再来"


async def test_clock_that_agrees_again_ends_the_doubt_once(store: Store, clock: FixedClock) -> None:
    state = await _doubts(store)
    assert await store.run(clock_guard.resolve, state)
    assert not await store.run(clock_guard.resolve, state)
    after = await _state(store)
    assert (after.doubt, after.seen_at, after.accepted) == (None, clock.now(), None)
    assert (await _journal(store))[1:] == [("system", AuditAction.CONFIRMED_CLOCK, "office:all")]


async def test_chief_ends_the_doubt_and_accepts_the_header(store: Store, clock: FixedClock) -> None:
    header = clock.now() + MONTH
    state = await _doubts(store, header)
    await store.run(clock_guard.confirm, state.version, CHIEF)
    after = await _state(store)
    assert (after.doubt, after.accepted) == (None, MONTH)
    assert judge(after.now, header=header, base=None, accepted=after.accepted) is None
    assert (await _journal(store))[1:] == [(CHIEF, AuditAction.CONFIRMED_CLOCK, "office:all")]
    assert await store.read(clock_guard.confirmed_by) == CHIEF


async def test_accepted_difference_is_forgotten_when_the_header_agrees(store: Store) -> None:
    header = (await _state(store)).now + MONTH
    await store.run(clock_guard.confirm, (await _doubts(store, header)).version, CHIEF)
    await store.run(clock_guard.beat, await _state(store), None)
    assert (await _state(store)).accepted is None


async def test_header_that_appears_during_the_doubt_is_accepted_too(store: Store) -> None:
    state = await _doubts(store)
    await store.run(clock_guard.note_header, state, state.now - MONTH)
    await store.run(clock_guard.confirm, state.version, CHIEF)
    assert (await _state(store)).accepted == -MONTH


async def test_second_chief_is_told_who_was_first(store: Store) -> None:
    state = await _doubts(store)
    await store.run(clock_guard.confirm, state.version, CHIEF)
    with pytest.raises(HandledMeanwhile) as caught:
        await store.run(clock_guard.confirm, state.version, audit.chat_actor(1002))
    assert caught.value.by == CHIEF


async def test_answer_to_an_older_question_confirms_no_new_doubt(store: Store) -> None:
    older = await _doubts(store)
    await store.run(clock_guard.resolve, older)
    await _doubts(store)
    with pytest.raises(HandledMeanwhile):
        await store.run(clock_guard.confirm, older.version, CHIEF)
    assert (await _state(store)).doubt is not None


async def test_trusted_clock_cannot_be_confirmed(store: Store) -> None:
    with pytest.raises(ClockTrusted):
        await store.run(clock_guard.validate_doubt)


async def test_told_chiefs_are_remembered(store: Store) -> None:
    state = await _doubts(store)
    await store.run(clock_guard.note_told, state)
    doubt = (await _state(store)).doubt
    assert doubt is not None
    assert doubt.is_told


async def test_audit_log_shows_when_an_older_database_was_last_used(store: Store, clock: FixedClock) -> None:
    used = clock.now()
    await store.run(lambda tx: audit.record(tx, audit.SYSTEM, AuditAction.CLOSED_DAY, "office:粤K"))
    clock.advance(MONTH)
    assert (await _state(store)).seen_at == used
    await _doubts(store)
    assert (await _state(store)).seen_at == used
