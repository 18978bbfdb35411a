"""Withheld numbers: reasons, the drawn day after their end, the second chief, and what is published."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import FixedClock, from_millis, to_millis
from core.errors.desk import HandledMeanwhile
from core.errors.selection import WishesRefused, WishRandomOnly
from core.errors.staff import OwnRequest, RequestOver, SecondChiefTooNew
from core.people import second_chief
from core.people.admins import Role, RoleAssignment
from core.people.second_chief import UnwithholdResult
from core.pool import bulletin, releases
from core.pool import segments as pool_segments
from core.pool.batches import Batch
from core.pool.bulletin import PublishedCount, WithheldMask, rounded_gone
from core.pool.number_status import NumberStatus, status_of, withholdings_of
from core.pool.releases import Compose, Release
from core.pool.seeded_stream import Draw, below
from core.ports import Tx
from core.preselection.composed_selection import ComposeResult
from core.reporting import statistics
from core.values.masks import parse_mask
from core.values.plates import Plate, PlateKind
from tests.core.interceptor import Interceptor, meeting
from tests.core.sql import sql
from tests.core.test_race import parties, together
from tests.core.tools import NOON, release, reserved, verified

SMALL = PlateKind.SMALL
MASK = parse_mask(SMALL, "A888#")
NUMBER = Plate(office="粤K", kind=SMALL, serial="A8881")
FIRST, SECOND, THIRD = "chat:1001", "chat:1002", "chat:1003"
"""Chiefs; the first one is named in the settings."""
NOTICES = "SELECT chat_id, purpose, state FROM notice WHERE subject LIKE 'unwithhold:%'"


async def withheld(core: Core, *released: str) -> None:
    """Withhold a mask of a pool that has two segments."""
    for pattern in released or ("A####", "B####"):
        await core.store.run(release, core, pattern)

    def withholds(tx: Tx) -> None:
        releases.withhold(tx, core.offices["粤K"], MASK, FIRST, reason="拍卖")

    await core.store.run(withholds)


async def add_chiefs(core: Core, *actors: str, office: str = "粤K", hours_ago: int = 24) -> None:
    role = RoleAssignment(role=Role.CHIEF, office=office)
    for actor in actors:
        await core.store.run(core.admins.add, int(actor[5:]), role, "cli")
    since = to_millis(NOON - timedelta(hours=hours_ago))
    await core.store.run(sql, f"UPDATE admin SET since = {since}")  # noqa: S608 - ours


async def ask(core: Core, actor: str = FIRST, reason: str = "拍卖取消") -> UnwithholdResult:
    return await core.store.run(core.second_chief.ask, core.offices["粤K"], MASK, actor, reason)


async def asked(core: Core, *chiefs: str) -> int:
    """Withhold, add chiefs, and let the first one ask; return the request."""
    await withheld(core)
    await add_chiefs(core, *chiefs)
    request = (await ask(core)).request
    assert request is not None
    return request.request_id


async def confirm(core: Core, request_id: int, actor: str = SECOND) -> datetime:
    return await core.store.run(core.second_chief.confirm, request_id, core.offices["粤K"], actor)


async def entries(core: Core, event: str) -> list[dict[str, Any]]:
    rows = await core.store.read(sql, "SELECT body FROM public_entry ORDER BY seq")
    return [entry for row in rows if (entry := json.loads(row["body"]))["event"] == event]


async def read(core: Core) -> bulletin.Bulletin:
    return await core.store.run(core.bulletins.read, core.offices["粤K"], SMALL)


async def status(core: Core) -> tuple[NumberStatus, datetime | None]:
    found = await core.store.read(status_of, core.offices["粤K"], NUMBER)
    return found.status, found.compose_from


async def test_single_chief_ends_it_at_once_and_it_is_published(core: Core) -> None:
    await withheld(core)
    done = await ask(core)
    assert done.request is None
    (began,), (ended,) = await entries(core, "withheld"), await entries(core, "unwithheld")
    assert (began["reason"], began["by"]) == ("拍卖", "chief:all")
    assert (ended["reason"], ended["by"], ended["second"]) == ("拍卖取消", "chief:all", "")
    assert ended["random_from"] == to_millis(NOON)
    assert ended["compose_from"] == to_millis(done.compose_from or NOON)
    assert ended["draw_days"] == [8, 14]
    (row,) = await core.store.read(sql, "SELECT * FROM withholding")
    assert (row["ended_reason"], row["ended_role"], row["second_role"]) == ("拍卖取消", "chief:all", "")


async def test_day_is_the_one_that_the_public_journal_gives(core: Core) -> None:
    await withheld(core)
    chain = await core.store.read(sql, "SELECT seq, hash FROM public_entry ORDER BY seq")
    done = await ask(core)
    (ended,) = await entries(core, "unwithheld")
    head = next(row["hash"] for row in chain if row["seq"] == ended["seq"] - 1)
    secret = await core.store.read(_secret_of_today, core)
    draw = Draw(seed=secret, office="粤K", kind=SMALL, n=0, nonce="unwithheld:A888#", head=head)
    midnight = NOON.replace(hour=0) + timedelta(days=8 + below(draw.words(), 7))
    assert done.compose_from == midnight


def _secret_of_today(tx: Tx, core: Core) -> bytes:
    return core.seeds.today(tx, "粤K", SMALL).secret


async def test_freed_numbers_are_for_draws_only_until_the_drawn_day(core: Core, clock: FixedClock) -> None:
    await withheld(core)
    opens = (await ask(core)).compose_from
    assert opens is not None
    assert await status(core) == (NumberStatus.FREE, opens)
    account, begun = await core.store.run(verified, core, 0)
    office = core.offices["粤K"]

    def wish(tx: Tx, serial: str) -> ComposeResult:
        return core.selection.compose(tx, account, begun, office, [serial], received_at=tx.now)

    with pytest.raises(WishesRefused) as refused:
        await core.store.run(wish, "A8881")
    (why,) = (error for _serial, error in refused.value.refused)
    assert isinstance(why, WishRandomOnly)
    assert why.opens == opens
    clock.set(opens + timedelta(hours=12))
    account, begun = await core.store.run(verified, core, 1)
    assert (await core.store.run(wish, "A8881")).taken == "A8881"


async def test_freed_numbers_are_not_suggested_before_the_day(core: Core) -> None:
    await withheld(core)
    await core.store.run(reserved, core, 0, "A8890")
    await ask(core)
    account, begun = await core.store.run(verified, core, 1)
    office = core.offices["粤K"]

    def wish(tx: Tx) -> ComposeResult:
        return core.selection.compose(tx, account, begun, office, ["A8890"], received_at=tx.now)

    suggested = (await core.store.run(wish)).suggestions
    assert suggested
    assert not any(MASK.matches(serial) for serial in suggested)


async def test_freed_numbers_are_drawn_at_once(core: Core) -> None:
    await withheld(core, "A888#")
    _account, begun = await core.store.run(verified, core, 0)
    office = core.offices["粤K"]

    def draw(tx: Tx) -> Batch:
        return core.selection.draw(tx, begun, office, nonce="1", without_four=False, received_at=tx.now).batch

    assert not (await core.store.run(draw)).serials
    await ask(core)
    assert len((await core.store.run(draw)).serials) == 10


async def test_numbers_that_were_never_released_need_no_day(core: Core) -> None:
    await withheld(core, "B####")
    assert (await ask(core)).compose_from == NOON
    assert (await entries(core, "unwithheld"))[0]["draw_days"] == [0, 0]


# --- the second chief ------------------------------------------------------------------------


async def test_second_chief_confirms_and_stands_in_the_journal(core: Core) -> None:
    request_id = await asked(core, SECOND)
    assert (await status(core))[0] == NumberStatus.WITHHELD
    told = await core.store.read(sql, f"{NOTICES} AND due_at = {to_millis(NOON)}")
    assert told == [{"chat_id": 1002, "purpose": "unwithhold", "state": "waiting"}]
    opens = await confirm(core, request_id)
    assert await status(core) == (NumberStatus.FREE, opens)
    (ended,) = await entries(core, "unwithheld")
    assert (ended["by"], ended["second"]) == ("chief:all", "chief:粤K")
    told = await core.store.read(sql, f"{NOTICES} AND due_at = {to_millis(NOON)} ORDER BY chat_id")
    assert told == [
        {"chat_id": 1001, "purpose": "unwithhold_decided", "state": "waiting"},
        {"chat_id": 1002, "purpose": "unwithhold", "state": "cancelled"},
    ]


async def test_chief_confirms_only_a_day_after_their_appointment(core: Core, clock: FixedClock) -> None:
    await withheld(core)
    await add_chiefs(core, SECOND, hours_ago=0)
    request = (await ask(core)).request
    assert request is not None  # it waits, rather than take effect without a second chief
    office, later = core.offices["粤K"], NOON + timedelta(hours=24)
    assert await core.store.read(core.other_chiefs.waits_until, office.code, FIRST) == later
    clock.set(later - timedelta(seconds=1))
    with pytest.raises(SecondChiefTooNew) as refused:
        await confirm(core, request.request_id)
    assert refused.value.at == later
    assert (await status(core))[0] == NumberStatus.WITHHELD
    again = await core.store.read(sql, f"{NOTICES} AND due_at = {to_millis(later)}")
    assert again == [{"chat_id": 1002, "purpose": f"unwithhold:{to_millis(later)}", "state": "waiting"}]
    clock.set(later)
    assert await core.store.read(core.other_chiefs.waits_until, office.code, FIRST) is None
    await confirm(core, request.request_id)
    assert (await status(core))[0] == NumberStatus.FREE


async def test_chief_who_was_removed_and_added_again_is_new(core: Core) -> None:
    request_id = await asked(core, SECOND)
    role = RoleAssignment(role=Role.CHIEF, office="粤K")
    await core.store.run(core.admins.remove, 1002, role, "cli")
    await core.store.run(core.admins.add, 1002, role, "cli")
    with pytest.raises(SecondChiefTooNew):
        await confirm(core, request_id)
    await core.store.run(core.second_chief.refuse, request_id, SECOND)  # that, they may


async def test_chief_of_the_settings_is_never_new(core: Core) -> None:
    await withheld(core)
    await add_chiefs(core, SECOND, hours_ago=0)
    request = (await ask(core, SECOND)).request
    assert request is not None
    await confirm(core, request.request_id, FIRST)


async def test_chief_of_another_office_is_no_second_one(core: Core) -> None:
    await withheld(core)
    await add_chiefs(core, SECOND, office="粤A")
    assert (await ask(core)).request is None


async def test_who_asks_cannot_confirm(core: Core) -> None:
    request_id = await asked(core, SECOND)
    with pytest.raises(OwnRequest):
        await confirm(core, request_id, FIRST)
    assert (await status(core))[0] == NumberStatus.WITHHELD


async def test_refused_and_withdrawn_stay_withheld(core: Core) -> None:
    request_id = await asked(core, SECOND)
    await core.store.run(core.second_chief.refuse, request_id, SECOND)
    with pytest.raises(HandledMeanwhile):
        await confirm(core, request_id)
    again = (await ask(core)).request
    assert again is not None
    with pytest.raises(RequestOver):
        await core.store.run(core.second_chief.withdraw, again.request_id, SECOND)
    await core.store.run(core.second_chief.withdraw, again.request_id, FIRST)
    with pytest.raises(HandledMeanwhile):
        await confirm(core, again.request_id)
    assert (await status(core))[0] == NumberStatus.WITHHELD
    assert await entries(core, "unwithheld") == []


async def test_request_expires_and_can_be_made_again(core: Core, clock: FixedClock) -> None:
    request_id = await asked(core, SECOND)
    with pytest.raises(HandledMeanwhile):
        await ask(core)
    clock.set(NOON + timedelta(days=6))
    assert len(await core.store.read(second_chief.waiting, 10)) == 1
    clock.set(NOON + timedelta(days=7))
    assert await core.store.read(second_chief.waiting, 10) == []
    with pytest.raises(RequestOver):
        await confirm(core, request_id)
    await core.store.run(core.seeds.keep_up, core.offices["粤K"], SMALL)
    again = (await ask(core)).request
    assert again is not None
    await confirm(core, again.request_id)


async def test_request_of_before_is_settled_when_the_other_chief_has_gone(core: Core) -> None:
    await asked(core, SECOND)
    role = RoleAssignment(role=Role.CHIEF, office="粤K")
    await core.store.run(core.admins.remove, 1002, role, "cli")
    assert (await ask(core)).request is None
    states = await core.store.read(sql, "SELECT state FROM unwithhold_request")
    assert states == [{"state": "withdrawn"}]


async def _decided_by_two(core: Core, engine: str, *, guarded: bool) -> list[Any]:
    """Let one chief confirm a request while another one refuses it."""
    request_id = await asked(core, SECOND, THIRD)
    meet = meeting("pool.decide_unwithhold", parties(engine))

    def between(tx: Tx) -> Interceptor:
        found = Interceptor(tx, before=meet)
        run = found.run
        if not guarded:
            found.run = lambda query, /, **values: run(query, **values) or 1  # type: ignore[method-assign]
        return found

    def confirms(tx: Tx) -> datetime:
        return core.second_chief.confirm(between(tx), request_id, core.offices["粤K"], SECOND)

    def refuses(tx: Tx) -> None:
        core.second_chief.refuse(between(tx), request_id, THIRD)

    return await together(core.store.run(confirms), core.store.run(refuses))


async def test_one_of_two_decisions_counts(core: Core, engine: str) -> None:
    outcomes = await _decided_by_two(core, engine, guarded=True)
    assert sum(isinstance(outcome, HandledMeanwhile) for outcome in outcomes) == 1
    confirmed = not isinstance(outcomes[0], HandledMeanwhile)
    assert (await status(core))[0] == (NumberStatus.FREE if confirmed else NumberStatus.WITHHELD)


async def test_control_unguarded_decisions_both_count(core: Core, engine: str) -> None:
    outcomes = await _decided_by_two(core, engine, guarded=False)
    assert not any(isinstance(outcome, HandledMeanwhile) for outcome in outcomes)


async def test_one_of_two_confirmations_counts(core: Core, engine: str) -> None:
    request_id = await asked(core, SECOND, THIRD)
    meet = meeting("pool.decide_unwithhold", parties(engine))

    def confirms(tx: Tx, actor: str) -> datetime:
        return core.second_chief.confirm(Interceptor(tx, before=meet), request_id, core.offices["粤K"], actor)

    outcomes = await together(*(core.store.run(confirms, actor) for actor in (SECOND, THIRD)))
    assert sum(isinstance(outcome, HandledMeanwhile) for outcome in outcomes) == 1
    assert len(await entries(core, "unwithheld")) == 1


async def test_whole_segment_given_free_is_composable_only_from_the_drawn_day(core: Core) -> None:
    await withheld(core, "A888#", "B####")
    opens = (await ask(core)).compose_from
    line = (await read(core)).lines[0]
    assert (line.compose_from, line.compose) == (opens, Compose.DRAWN)
    (fill, _) = await core.store.read(statistics.fills, [core.offices["粤K"]])
    assert fill.compose_from == opens


async def test_part_of_a_segment_given_free_leaves_the_rest_composable(core: Core) -> None:
    await withheld(core)
    await ask(core)
    assert (await read(core)).lines[0].compose_from == NOON


# --- the bulletin ----------------------------------------------------------------------------


async def test_ended_withholding_stays_in_the_bulletin_for_thirty_days(core: Core, clock: FixedClock) -> None:
    request_id = await asked(core, SECOND)
    (running,) = (await read(core)).withheld
    assert (running.reason, running.role, running.ended_at) == ("拍卖", "chief:all", None)
    opens = await confirm(core, request_id)
    found = await read(core)
    assert found.withheld == ()
    assert found.ended == (
        WithheldMask(
            pattern="A888#",
            size=10,
            since=NOON,
            reason="拍卖",
            role="chief:all",
            ended_at=NOON,
            ended_reason="拍卖取消",
            ended_role="chief:all",
            second_role="chief:粤K",
            compose_from=opens,
        ),
    )
    clock.set(NOON + timedelta(days=30))
    assert len((await read(core)).ended) == 1
    clock.set(NOON + timedelta(days=30, seconds=1))
    assert (await read(core)).ended == ()
    assert len(await core.store.read(withholdings_of, core.offices["粤K"], NUMBER)) == 1


async def test_sum_is_that_of_the_lines(core: Core) -> None:
    for pattern in ("A####", "B1###", "C88##", "D8888"):
        await core.store.run(release, core, pattern)
    counted = await core.store.read(bulletin.count, core.offices)
    await core.store.run(bulletin.record_counts, counted)
    found = await read(core)
    assert [line.left.about for line in found.lines] == [9_900, 990, None, None]
    assert found.left == PublishedCount(about=10_890)


async def test_lines_without_figures_have_no_sum(core: Core) -> None:
    await core.store.run(release, core, "C88##")
    counted = await core.store.read(bulletin.count, core.offices)
    await core.store.run(bulletin.record_counts, counted)
    assert (await read(core)).left == bulletin.UNTOLD


async def test_ways_in_which_numbers_have_left_are_counted(core: Core) -> None:
    await withheld(core)
    await core.store.run(reserved, core, 0, "A1234")
    await core.store.run(reserved, core, 1, "A1235")
    counted = await core.store.read(bulletin.count, core.offices)
    first = counted[0]
    assert (first.drawn, first.composed, first.withheld, first.free) == (0, 2, 10, 9_988)
    plate = Plate(office="粤K", kind=SMALL, serial="A1235")
    await core.store.run(core.counter.revoke, plate, "本人申请", "chat:1001")
    (after, _) = await core.store.read(bulletin.count, core.offices)
    assert (after.drawn, after.composed) == (0, 1)
    await core.store.run(bulletin.record_counts, counted)
    line, other = (await read(core)).lines
    few = PublishedCount(about=None)
    assert (line.drawn, line.composed, line.withheld) == (few, few, few)
    assert (other.drawn, other.composed, other.withheld) == (few, few, None)


def test_numbers_that_have_left_reveal_no_single_one() -> None:
    assert rounded_gone(0, 10_000) == rounded_gone(100, 10_000) == PublishedCount(about=None)
    assert rounded_gone(1_299, 10_000) == PublishedCount(about=1_200)
    assert rounded_gone(7, 99) == bulletin.UNTOLD


async def test_how_the_day_of_composing_was_set_is_stored(core: Core) -> None:
    office = core.offices["粤K"]
    later = NOON + timedelta(days=3)
    orders = (
        Release(office=office, mask=parse_mask(SMALL, "A####"), actor="test"),
        Release(office=office, mask=parse_mask(SMALL, "B####"), actor="test", compose_now=True),
        Release(office=office, mask=parse_mask(SMALL, "C####"), actor="test", compose_from=later),
        Release(office=office, mask=parse_mask(SMALL, "D####"), actor="test"),
    )
    skipped = []
    for order in orders:
        skipped.append((await core.store.read(releases.opening, order)).skipped)
        await core.store.run(core.pools.release, order)
    lines = (await read(core)).lines
    assert [line.compose for line in lines] == [Compose.FIRST, Compose.NOW, Compose.DATE, Compose.DRAWN]
    assert [entry["compose"] for entry in await entries(core, "released")] == [
        "first",
        "now",
        "date",
        "drawn",
    ]
    first, now, date, drawn = skipped
    assert (first, date, drawn) == (None, None, None)
    assert now is not None
    assert (now.random_only, now.drawn) == (7, 7)
    midnight = NOON.replace(hour=0)
    assert (now.first, now.last) == (midnight + timedelta(days=8), midnight + timedelta(days=14))


async def test_withholding_without_a_reason_is_published_without_one(core: Core) -> None:
    await core.store.run(release, core, "A####")
    text = "INSERT INTO withholding (office, kind, mask, since) VALUES ('粤K', 'small', 'A888#', 1)"
    await core.store.run(sql, text)
    (mask,) = (await read(core)).withheld
    assert (mask.reason, mask.role, mask.since) == ("", "", from_millis(1))
    assert await core.store.read(pool_segments.freed, core.offices["粤K"], SMALL) == []
