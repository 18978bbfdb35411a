"""The tail of a pool: exact to the last number, with the long list corrected inside the transaction."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core.bootstrap import Core
from core.clock import FixedClock, to_millis
from core.errors.selection import NoBatchesLeft
from core.pool import free_list
from core.pool.free_list import FreeList, list_free, read_free_list, snapshot_key
from core.pool.segments import count, open_ranks, purge
from core.ports import Tx
from core.preselection.random_selection import DrawResult
from core.snapshots import NO_SNAPSHOTS, SnapshotNeeded, Snapshots
from core.values.plates import PlateKind
from tests.core.interceptor import Interceptor
from tests.core.sql import fill, sql
from tests.core.tools import release, verified

LAST = {"A0007", "A4242", "A9999"}


async def draw(core: Core, begun: int, *, without_four: bool = False) -> DrawResult:
    """Draw as the bot does: with the list of free numbers when requested."""
    place, snapshots = core.offices["粤K"], NO_SNAPSHOTS

    def step(tx: Tx) -> DrawResult:
        return core.selection.draw(
            tx,
            begun,
            place,
            nonce="press",
            received_at=tx.now,
            without_four=without_four,
            snapshots=snapshots,
        )

    for _ in range(3):
        try:
            return await core.store.run(step)
        except SnapshotNeeded as needed:
            snapshots = snapshots.having(needed.key, await core.store.read(needed.read))
    raise AssertionError("the list was never right")


async def all_taken_but(core: Core, keep: str) -> int:
    """Release 10,000 numbers of which few are free; return the preselection that draws them."""
    await core.store.run(release, core, "A####")
    _, other = await core.store.run(verified, core, 0)
    _, begun = await core.store.run(verified, core, 1)

    def take(tx: Tx) -> None:
        fill(tx, segment_id=1, mask="A####", size=10_000, keep=keep, holder=other)

    await core.store.run(take)
    return begun


@pytest.mark.parametrize("largest_scan", [50_000, 10])
async def test_last_three_of_10000_are_given(
    core: Core, largest_scan: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(free_list, "LARGEST_SCAN_INSIDE", largest_scan)
    begun = await all_taken_but(core, "n IN (7, 4242, 9999)")
    drawn = await draw(core, begun)
    assert set(drawn.batch.serials) == LAST
    assert (await core.store.read(count, core.offices["粤K"], PlateKind.SMALL)).free == 0


async def test_last_three_are_charged_once(core: Core) -> None:
    begun = await all_taken_but(core, "n IN (7, 4242, 9999)")
    assert (await draw(core, begun)).quota.batches == 4
    assert set((await draw(core, begun)).batch.serials) == LAST  # a released number is drawn again


async def test_without_four_leaves_fours(core: Core) -> None:
    begun = await all_taken_but(core, "n IN (7, 4242, 9999)")
    drawn = await draw(core, begun, without_four=True)
    assert set(drawn.batch.serials) == LAST - {"A4242"}


async def test_only_fours_left_charge_nothing(core: Core) -> None:
    begun = await all_taken_but(core, "n IN (4, 4242)")
    drawn = await draw(core, begun, without_four=True)
    assert (drawn.batch.serials, drawn.quota.batches) == ((), 5)


async def test_withheld_tail_is_not_given(core: Core) -> None:
    begun = await all_taken_but(core, "n IN (7, 4242, 9999)")
    row = "INSERT INTO withholding (office, kind, mask, since) VALUES ('粤K', 'small', 'A99##', 0)"
    await core.store.run(sql, row)
    assert set((await draw(core, begun)).batch.serials) == LAST - {"A9999"}


@pytest.mark.parametrize("largest_scan", [50_000, 10])
async def test_empty_pool_charges_nothing(
    core: Core, largest_scan: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(free_list, "LARGEST_SCAN_INSIDE", largest_scan)
    begun = await all_taken_but(core, "false")
    drawn = await draw(core, begun)
    assert (drawn.batch.serials, drawn.quota.batches) == ((), 5)


async def test_empty_draw_needs_a_chance(core: Core) -> None:
    """Nothing is charged, yet without a draw left the pool is not even examined."""
    begun = await all_taken_but(core, "false")
    await core.store.run(sql, "UPDATE vehicle SET random_used = 5")
    with pytest.raises(NoBatchesLeft):
        await draw(core, begun)


# --- the list that was read on a snapshot -----------------------------------------------------------


def both_lists(
    tx: Tx, core: Core, free: FreeList, without: frozenset[str] = frozenset()
) -> tuple[list[int], list[int]]:
    """Return the corrected list, and the free numbers of a pool of a thousand at this time."""
    place, now = core.offices["粤K"], to_millis(tx.now)
    ranks = open_ranks(tx, place, PlateKind.SMALL)
    snapshots = Snapshots({snapshot_key(place, PlateKind.SMALL): free})
    put_right = list_free(Interceptor(tx, without=without), place, PlateKind.SMALL, ranks, snapshots)
    living = f"SELECT position FROM plate WHERE held_until IS NULL OR held_until >= {now}"  # noqa: S608 - ours
    held = f"SELECT position FROM hold WHERE held_until >= {now}"  # noqa: S608 - ours
    taken = {row["position"] for row in sql(tx, f"{living} UNION ALL {held}")}
    return put_right, [rank for rank in range(1000) if rank not in taken]


def _place(position: int) -> str:
    return f"'粤K', 'small', 'A1{position:03d}', 1, {position}"


def _is_taken(tx: Tx, position: int) -> bool:
    now = to_millis(tx.now)
    return bool(
        sql(
            tx,
            f"""
            SELECT 1 AS taken FROM plate
            WHERE position = {position} AND (held_until IS NULL OR held_until >= {now})
            UNION ALL SELECT 1 AS taken FROM hold WHERE position = {position} AND held_until >= {now}
            """,  # noqa: S608 - nothing here comes from outside
        )
    )


def _hold(tx: Tx, begun: int, position: int, state: str, seconds: int) -> None:
    if _is_taken(tx, position):
        return
    until = to_millis(tx.now + timedelta(seconds=seconds))
    names = "office, kind, serial, segment_id, position, state, preselection_id, draw_no, held_until"
    values = f"{_place(position)}, '{state}', {begun}, 1, {until}"
    sql(tx, f"DELETE FROM hold WHERE position = {position}")  # noqa: S608 - ours
    sql(tx, f"INSERT INTO hold ({names}) VALUES ({values})")  # noqa: S608 - ours


def _reserve(tx: Tx, begun: int, position: int) -> None:
    if _is_taken(tx, position):
        return
    names = "office, kind, serial, segment_id, position, state, preselection_id, since"
    values = f"{_place(position)}, 'reserved', {begun}, {to_millis(tx.now)}"
    for table in ("hold", "plate"):
        sql(tx, f"DELETE FROM {table} WHERE position = {position}")  # noqa: S608 - ours
    sql(tx, f"INSERT INTO plate ({names}) VALUES ({values})")  # noqa: S608 - ours


def _give_up(tx: Tx, position: int) -> None:
    sql(tx, f"DELETE FROM hold WHERE position = {position}")  # noqa: S608 - ours


def _revive(tx: Tx, position: int) -> None:
    """Revive an expired hold: a press came in time and is handled late."""
    now = to_millis(tx.now)
    where = f"position = {position} AND held_until BETWEEN {now - 60_000} AND {now}"
    sql(tx, f"UPDATE hold SET held_until = {now + 185_000} WHERE {where}")  # noqa: S608 - ours


def _rest(tx: Tx, position: int, seconds: int) -> None:
    now = to_millis(tx.now)
    change = f"state = 'resting', held_until = {now + 1000 * seconds}, since = {now}"
    sql(tx, f"UPDATE plate SET {change} WHERE position = {position} AND state = 'reserved'")  # noqa: S608 - ours


def some_change(dice: random.Random, begun: int) -> Callable[[Tx], object]:
    """Return a random event in a pool of a thousand."""
    position = dice.randrange(1000)
    return dice.choice(
        [
            lambda tx: _hold(tx, begun, position, "batch", dice.choice([1, 95])),
            lambda tx: _hold(tx, begun, position, "shortlist", 185),
            lambda tx: _reserve(tx, begun, position),
            lambda tx: _give_up(tx, position),
            lambda tx: _revive(tx, position),
            lambda tx: _rest(tx, position, dice.choice([0, 1, 100])),
            purge,
        ]
    )


async def lists_of_a_busy_pool(
    core: Core, clock: FixedClock, *without: str
) -> list[tuple[list[int], list[int]]]:
    """Return lists read in the middle of many changes and corrected after more of them."""
    await core.store.run(release, core, "A1###")
    _, begun = await core.store.run(verified, core, 0)
    place, dice, found = core.offices["粤K"], random.Random(7), []

    def changes(tx: Tx) -> None:
        for _ in range(50):
            some_change(dice, begun)(tx)

    for _ in range(15):
        await core.store.run(changes)
        clock.advance(timedelta(seconds=dice.choice([0, 1, 20, 100])))
        free = await core.store.read(read_free_list, place, PlateKind.SMALL)
        for _ in range(3):
            await core.store.run(changes)
            clock.advance(timedelta(seconds=dice.choice([0, 1, 40, 90])))
        found.append(await core.store.run(both_lists, core, free, frozenset(without)))
    return found


async def test_put_right_list_is_what_is_free(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(free_list, "LARGEST_SCAN_INSIDE", 10)
    for put_right, really in await lists_of_a_busy_pool(core, clock):
        assert put_right == really


@pytest.mark.parametrize("query", ["pool.held", "pool.taken_since", "pool.rested"])
async def test_control_list_is_wrong_without(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    """Each of the three checks inside the transaction is needed."""
    monkeypatch.setattr(free_list, "LARGEST_SCAN_INSIDE", 10)
    found = await lists_of_a_busy_pool(core, clock, query)
    assert sum(put_right != really for put_right, really in found) > len(found) // 2


async def test_late_press_revives_hold_after_list(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A press received in time and handled late revives a hold that had expired meanwhile."""
    monkeypatch.setattr(free_list, "LARGEST_SCAN_INSIDE", 10)
    await core.store.run(release, core, "A1###")
    _, begun = await core.store.run(verified, core, 0)
    place = core.offices["粤K"]
    batch = (await draw(core, begun)).batch
    pressed = clock.now() + timedelta(seconds=94)
    clock.advance(timedelta(seconds=97))
    free = await core.store.read(read_free_list, place, PlateKind.SMALL)
    await core.store.run(core.selection.pick, begun, place, batch.serials[0], received_at=pressed)
    put_right, really = await core.store.run(both_lists, core, free)
    assert (put_right, len(really)) == (really, 999)


async def test_writer_that_began_before_list_is_seen(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction is dated by its start, and may commit after a list that was read later."""
    monkeypatch.setattr(free_list, "LARGEST_SCAN_INSIDE", 10)
    await core.store.run(release, core, "A1###")
    _, begun = await core.store.run(verified, core, 0)
    before = clock.now()
    clock.advance(timedelta(seconds=2))
    free = await core.store.read(read_free_list, core.offices["粤K"], PlateKind.SMALL)
    clock.set(before)
    await core.store.run(_reserve, begun, 77)
    clock.advance(timedelta(seconds=3))
    put_right, really = await core.store.run(both_lists, core, free)
    assert (put_right, len(really)) == (really, 999)


async def test_old_list_is_asked_for_anew(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(free_list, "LARGEST_SCAN_INSIDE", 10)
    await core.store.run(release, core, "A1###")
    free = await core.store.read(read_free_list, core.offices["粤K"], PlateKind.SMALL)
    clock.advance(free_list.FRESH + timedelta(seconds=1))
    with pytest.raises(SnapshotNeeded):
        await core.store.run(both_lists, core, free)


async def test_list_of_other_segments_is_not_used(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_list, "LARGEST_SCAN_INSIDE", 10)
    await core.store.run(release, core, "A1###")
    free = await core.store.read(read_free_list, core.offices["粤K"], PlateKind.SMALL)
    with pytest.raises(SnapshotNeeded):
        await core.store.run(both_lists, core, replace(free, segment_ids=(2,)))
