"""The figures of the desk's reports agree with the events."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.db.sqlite_tx import SqliteTx
from core.errors.desk import NotPermitted
from core.people.admins import Admin, Permission, Role, RoleAssignment
from core.people.scope import Scope, scope_of
from core.pool.releases import Release, withhold
from core.ports import Tx
from core.reporting.statistics import MARK, fills
from core.values.masks import parse_mask
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.sql import fill, sql
from tests.core.tools import build, release, reserved, verified
from tests.engines import open_test_store
from tests.world import office

K = Scope(offices=("粤K",))
SMALL = PlateKind.SMALL


def plate(serial: str) -> Plate:
    return Plate(office="粤K", kind=SMALL, serial=serial)


async def count(core: Core) -> dict[str, tuple[int, int, int]]:
    """Return the numbers taken, held and free of each segment."""
    found = await core.store.read(fills, core.offices.values())
    return {fill.segment.mask.pattern: (fill.taken, fill.held, fill.free) for fill in found}


async def test_pool_without_segments_has_no_fill(core: Core) -> None:
    assert await count(core) == {}


async def test_fill_counts_what_is_taken_and_what_is_held(core: Core) -> None:
    for mask in ("A10##", "B10##"):
        await core.store.run(release, core, mask)
    await core.store.run(reserved, core, 1, "A1001")
    await core.store.run(reserved, core, 2, "A1002")
    await core.store.run(core.counter.register, plate("A1002"), factories.vin(2)[-6:], actor="chat:1")
    _, begun = await core.store.run(verified, core, 3)
    place = core.offices["粤K"]
    drawn = await core.store.run(
        lambda tx: core.selection.draw(tx, begun, place, nonce="n", without_four=False, received_at=tx.now)
    )
    held = [serial[0] for serial in drawn.batch.serials]
    assert await count(core) == {
        "A10##": (2, held.count("A"), 98 - held.count("A")),
        "B10##": (0, held.count("B"), 100 - held.count("B")),
    }


async def test_hold_that_has_run_out_is_free_again(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A10##")
    _, begun = await core.store.run(verified, core, 3)
    place = core.offices["粤K"]
    await core.store.run(
        lambda tx: core.selection.draw(tx, begun, place, nonce="n", without_four=False, received_at=tx.now)
    )
    assert await count(core) == {"A10##": (0, 10, 90)}
    clock.advance(timedelta(minutes=5))
    assert await count(core) == {"A10##": (0, 0, 100)}


async def test_number_that_was_given_back_is_free_again(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A10##")
    await core.store.run(reserved, core, 1, "A1001")
    assert await count(core) == {"A10##": (1, 0, 99)}
    await core.store.run(core.counter.revoke, plate("A1001"), "test", "chat:1")
    clock.advance(timedelta(seconds=1))
    assert await count(core) == {"A10##": (0, 0, 100)}


async def test_mark_is_passed_at_six_tenths(core: Core) -> None:
    for mask in ("A10##", "B10##"):
        await core.store.run(release, core, mask)
    _, begun = await core.store.run(reserved, core, 1, "A1099")
    for segment_id, mask, taken in ((1, "A10##", 58), (2, "B10##", 60)):
        await core.store.run(
            fill, segment_id=segment_id, mask=mask, size=100, keep=f"n >= {taken}", holder=begun
        )
    found = await core.store.read(fills, core.offices.values())
    assert [(fill.taken, fill.past_mark) for fill in found] == [(59, False), (60, True)]
    assert found[1].share == pytest.approx(MARK)


async def test_withheld_numbers_are_counted_once(core: Core) -> None:
    await core.store.run(release, core, "A10##")
    place = core.offices["粤K"]
    for mask in ("A####", "A1#8#", "B####"):
        await core.store.run(withhold, place, parse_mask(SMALL, mask), "chat:1")
    (one,) = await core.store.read(fills, [place])
    assert ([mask.pattern for mask in one.withheld], one.withheld_size) == (["A10##", "A108#"], 100)


async def test_segments_come_kind_by_kind(core: Core) -> None:
    place = core.offices["粤K"]
    for kind, mask in (
        ("large_nev", "123##D"),
        ("small", "B10##"),
        ("small_nev", "D123##"),
        ("small", "A10##"),
    ):
        order = Release(office=place, mask=parse_mask(PlateKind(kind), mask), actor="test")
        await core.store.run(core.pools.release, order)
    found = await core.store.read(fills, [place])
    assert [fill.segment.mask.pattern for fill in found] == ["B10##", "A10##", "D123##", "123##D"]


async def test_fills_of_one_office_leave_others_out(engine: str, tmp_path: Path, clock: FixedClock) -> None:
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock, {"offices": [office("粤A"), office("粤K")]})
        for code in ("粤K", "粤A"):
            order = Release(office=core.offices[code], mask=parse_mask(SMALL, "A10##"), actor="test")
            await store.run(core.pools.release, order)
        assert {fill.office for fill in await store.read(fills, [core.offices["粤A"]])} == {"粤A"}
        both = await store.read(fills, core.offices.values())
        assert [fill.office for fill in both] == ["粤A", "粤K"]


def plan_of(tx: Tx, name: str) -> str:
    assert isinstance(tx, SqliteTx)
    query = tx._find(name)
    rows = tx._cursor.execute(f"EXPLAIN QUERY PLAN {query.text}", dict.fromkeys(query.parameters, 1))
    return "; ".join(row[3] for row in rows)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_counting_reads_its_own_index_alone(core: Core) -> None:
    """In a pool of millions, only the index of taken numbers and the current holds."""
    counting = "plate USING COVERING INDEX plate_for_good"
    assert counting in await core.store.read(plan_of, "statistics.segments")
    await core.store.run(sql, "DROP INDEX IF EXISTS plate_of_segment")
    assert counting in await core.store.read(plan_of, "statistics.segments")
    assert "plate_ending" in await core.store.read(plan_of, "statistics.held")
    for name, index in (
        ("statistics.offices", "preselection_of_plate"),
        ("statistics.selected", "preselection_by_hour"),
        ("statistics.ended", "preselection_by_end"),
        ("statistics.waiting", "preselection_waiting"),
        ("statistics.due", "preselection_waiting"),
        ("statistics.deeds", "audit_deeds"),
    ):
        plan = await core.store.read(plan_of, name)
        assert f"COVERING INDEX {index}" in plan, plan
        assert "FOR GROUP BY" not in plan or name == "statistics.deeds"
    for name in ("work_queue.due", "work_queue.due_shut"):
        assert "preselection_deadlines" in await core.store.read(plan_of, name)
    assert "notice_failed" in await core.store.read(plan_of, "work_queue.failed")
    assert "inbox_broken" in await core.store.read(plan_of, "work_queue.broken")


def test_scope_is_of_the_offices_at_which_one_may() -> None:
    served = ("粤A", "粤K")
    chief = Admin(chat_id=1, assignments=frozenset({RoleAssignment(role=Role.CHIEF, office="")}))
    clerk = Admin(chat_id=2, assignments=frozenset({RoleAssignment(role=Role.CLERK, office="粤K")}))
    assert scope_of(chief, Permission.STATS, served) == Scope(offices=served, everywhere=True)
    assert scope_of(clerk, Permission.STATS, served) == Scope(offices=("粤K",))
    assert scope_of(clerk, Permission.STATS, served).holds(None) is False
    with pytest.raises(NotPermitted):
        scope_of(clerk, Permission.AUDIT, served)
