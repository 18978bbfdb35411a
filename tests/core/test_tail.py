"""The tail of a pool: exact to the last number, and the long list put right inside the transaction."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core import batches
from core.batches import FreeListWanted, Order, list_free, read_free_list
from core.bootstrap import Core
from core.clock import FixedClock, to_millis
from core.errors import NoBatchesLeft
from core.plates import PlateKind
from core.pool import count, open_segments, purge
from core.ports import Tx
from core.selection import Drawn
from tests.core.sql import fill, sql
from tests.core.tools import release, verified

LAST = {"A0007", "A4242", "A9999"}


async def draw(core: Core, begun: int, *, without_four: bool = False) -> Drawn:
    """Draw as the bot does: with the list of what is free when it is asked for."""
    place, free = core.offices["粤K"], None

    def step(tx: Tx) -> Drawn:
        return core.selection.draw(
            tx, begun, place, nonce="press", at=tx.now, without_four=without_four, free=free
        )

    for _ in range(3):
        try:
            return await core.store.run(step)
        except FreeListWanted as wanted:
            free = await core.store.read(wanted.read)
    raise AssertionError("the list was never right")


async def all_taken_but(core: Core, keep: str) -> int:
    """Release 10,000 numbers of which few are left; return who is to draw them."""
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
    monkeypatch.setattr(batches, "LARGEST_SCAN_INSIDE", largest_scan)
    begun = await all_taken_but(core, "n IN (7, 4242, 9999)")
    drawn = await draw(core, begun)
    assert set(drawn.batch.serials) == LAST
    assert (await core.store.read(count, core.offices["粤K"], PlateKind.SMALL)).free == 0


async def test_last_three_are_charged_once(core: Core) -> None:
    begun = await all_taken_but(core, "n IN (7, 4242, 9999)")
    assert (await draw(core, begun)).chances.batches == 4
    assert set((await draw(core, begun)).batch.serials) == LAST  # what goes back is drawn again


async def test_without_four_leaves_fours(core: Core) -> None:
    begun = await all_taken_but(core, "n IN (7, 4242, 9999)")
    drawn = await draw(core, begun, without_four=True)
    assert set(drawn.batch.serials) == LAST - {"A4242"}


async def test_only_fours_left_charge_nothing(core: Core) -> None:
    begun = await all_taken_but(core, "n IN (4, 4242)")
    drawn = await draw(core, begun, without_four=True)
    assert (drawn.batch.serials, drawn.chances.batches) == ((), 5)


async def test_withheld_tail_is_not_given(core: Core) -> None:
    begun = await all_taken_but(core, "n IN (7, 4242, 9999)")
    row = "INSERT INTO withholding (office, kind, mask, since) VALUES ('粤K', 'small', 'A99##', 0)"
    await core.store.run(sql, row)
    assert set((await draw(core, begun)).batch.serials) == LAST - {"A9999"}


@pytest.mark.parametrize("largest_scan", [50_000, 10])
async def test_empty_pool_charges_nothing(
    core: Core, largest_scan: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "LARGEST_SCAN_INSIDE", largest_scan)
    begun = await all_taken_but(core, "false")
    drawn = await draw(core, begun)
    assert (drawn.batch.serials, drawn.chances.batches) == ((), 5)


async def test_empty_draw_needs_a_chance(core: Core) -> None:
    """Nothing is charged, yet who has no draw left draws nothing: not even to look."""
    begun = await all_taken_but(core, "false")
    await core.store.run(sql, "UPDATE vehicle SET random_used = 5")
    with pytest.raises(NoBatchesLeft):
        await draw(core, begun)


# --- the list that was read beside the writers -----------------------------------------------------


def order(tx: Tx, core: Core, begun: int) -> Order:
    return Order(
        office=core.offices["粤K"],
        kind=PlateKind.SMALL,
        preselection_id=begun,
        nonce="n",
        without_four=False,
        held_until=tx.now + timedelta(seconds=95),
    )


def both_lists(tx: Tx, core: Core, begun: int, free: batches.FreeList) -> tuple[list[int], list[int]]:
    """Return the list put right, and what is really free at this moment."""
    taker = batches._Taker(tx, order(tx, core, begun), 1)
    really = list_free(tx, open_segments(tx, core.offices["粤K"], PlateKind.SMALL))
    return taker._free_ranks(free), really


def _take(tx: Tx, begun: int, position: int, state: str, seconds: int | None) -> None:
    until = "NULL" if seconds is None else to_millis(tx.now + timedelta(seconds=seconds))
    now, names = to_millis(tx.now), "office, kind, serial, state, segment_id, position, preselection_id"
    sql(
        tx,
        f"""
        INSERT INTO plate ({names}, held_until, since)
        VALUES ('粤K', 'small', 'A1{position:03d}', '{state}', 1, {position}, {begun}, {until}, {now})
        ON CONFLICT (office, kind, serial) DO UPDATE SET state = excluded.state,
        held_until = excluded.held_until, since = excluded.since WHERE plate.held_until < {now}
        """,  # noqa: S608 - nothing here comes from outside
    )


def _end(tx: Tx, position: int) -> None:
    ended = to_millis(tx.now) - 1
    where = f"position = {position} AND held_until > {ended}"
    sql(tx, f"UPDATE plate SET held_until = {ended} WHERE {where}")  # noqa: S608 - ours


def _rest(tx: Tx, position: int) -> None:
    now = to_millis(tx.now)
    change = f"state = 'resting', held_until = {now}, since = {now}"
    sql(tx, f"UPDATE plate SET {change} WHERE position = {position} AND state = 'reserved'")  # noqa: S608 - ours


def some_change(dice: random.Random, begun: int) -> Callable[[Tx], object]:
    """Return something that happens to a pool of a thousand."""
    position = dice.randrange(1000)
    return dice.choice(
        [
            lambda tx: _take(tx, begun, position, "batch", dice.choice([1, 95])),
            lambda tx: _take(tx, begun, position, "shortlist", 185),
            lambda tx: _take(tx, begun, position, "reserved", None),
            lambda tx: _end(tx, position),
            lambda tx: _rest(tx, position),
            purge,
        ]
    )


async def test_put_right_list_is_what_is_free(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "LARGEST_SCAN_INSIDE", 10)
    await core.store.run(release, core, "A1###")
    _, begun = await core.store.run(verified, core, 0)
    place, dice = core.offices["粤K"], random.Random(7)

    def changes(tx: Tx) -> None:
        for _ in range(40):
            some_change(dice, begun)(tx)

    for _ in range(25):
        await core.store.run(changes)
        clock.advance(timedelta(seconds=dice.choice([0, 1, 20, 100])))
        free = await core.store.read(read_free_list, place, PlateKind.SMALL)
        for _ in range(3):
            await core.store.run(changes)
            clock.advance(timedelta(seconds=dice.choice([0, 1, 40, 90])))
        put_right, really = await core.store.run(both_lists, core, begun, free)
        assert put_right == really


async def test_late_press_revives_hold_after_list(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A press received in time and handled late gives a hold new life that had run out meanwhile."""
    monkeypatch.setattr(batches, "LARGEST_SCAN_INSIDE", 10)
    await core.store.run(release, core, "A1###")
    _, begun = await core.store.run(verified, core, 0)
    place = core.offices["粤K"]
    batch = (await draw(core, begun)).batch
    pressed = clock.now() + timedelta(seconds=94)
    clock.advance(timedelta(seconds=97))
    free = await core.store.read(read_free_list, place, PlateKind.SMALL)
    await core.store.run(core.selection.pick, begun, place, batch.serials[0], at=pressed)
    put_right, really = await core.store.run(both_lists, core, begun, free)
    assert put_right == really


async def test_writer_that_began_before_list_is_seen(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction is dated by its beginning, and may be committed after a list that was read later."""
    monkeypatch.setattr(batches, "LARGEST_SCAN_INSIDE", 10)
    await core.store.run(release, core, "A1###")
    _, begun = await core.store.run(verified, core, 0)
    before = clock.now()
    clock.advance(timedelta(seconds=2))
    free = await core.store.read(read_free_list, core.offices["粤K"], PlateKind.SMALL)
    clock.set(before)
    await core.store.run(_take, begun, 77, "reserved", None)
    clock.advance(timedelta(seconds=3))
    put_right, really = await core.store.run(both_lists, core, begun, free)
    assert put_right == really


async def test_old_list_is_asked_for_anew(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "LARGEST_SCAN_INSIDE", 10)
    await core.store.run(release, core, "A1###")
    _, begun = await core.store.run(verified, core, 0)
    free = await core.store.read(read_free_list, core.offices["粤K"], PlateKind.SMALL)
    clock.advance(batches._FRESH + timedelta(seconds=1))
    with pytest.raises(FreeListWanted):
        await core.store.run(both_lists, core, begun, free)


async def test_list_of_other_segments_is_not_used(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "LARGEST_SCAN_INSIDE", 10)
    await core.store.run(release, core, "A1###")
    _, begun = await core.store.run(verified, core, 0)
    free = await core.store.read(read_free_list, core.offices["粤K"], PlateKind.SMALL)
    with pytest.raises(FreeListWanted):
        await core.store.run(both_lists, core, begun, replace(free, segment_ids=(2,)))
