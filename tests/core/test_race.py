"""Two hundred owners compose one number at once; and what would happen without the guard."""

import asyncio
from threading import Barrier

from core.bootstrap import Core
from core.clock import to_millis
from core.ports import Tx
from core.selection import Tried, Unavailable
from tests.core.tools import release, verified

OWNERS = 200


async def test_one_of_200_wins_number(core: Core) -> None:
    await core.store.run(release, core, "A####")
    owners = [await core.store.run(verified, core, number) for number in range(OWNERS)]
    place = core.offices["粤K"]

    def tries(tx: Tx, number: int) -> Tried:
        account, begun = owners[number]
        return core.selection.compose(tx, account, begun, place, ["A1234"], at=tx.now)

    tried = await asyncio.gather(*(core.store.run(tries, number) for number in range(OWNERS)))
    assert [one.taken for one in tried].count("A1234") == 1
    lost = [one for one in tried if one.taken is None]
    assert len(lost) == OWNERS - 1
    assert {one.chances.wishes for one in lost} == {19}
    assert {one.reasons for one in lost} == {(("A1234", Unavailable.PRESELECTED),)}


async def test_control_without_guard_two_win(core: Core, engine: str) -> None:
    """Checking first and writing later lets two owners believe that the number is theirs.

    On SQLite writers are one after the other, so there only the guard's absence within one function
    could be shown; the race needs PostgreSQL.
    """
    if engine == "sqlite":
        return
    await core.store.run(release, core, "A####")
    owners = [await core.store.run(verified, core, number) for number in range(2)]
    both_have_looked = Barrier(2)

    def unguarded(tx: Tx, begun: int) -> bool:
        free = tx.one("pool.get", office="粤K", kind="small", serial="A1234") is None
        both_have_looked.wait(5)
        if free:
            tx.run(
                "pool.take",
                office="粤K",
                kind="small",
                serial="A1234",
                state="batch",
                segment_id=1,
                position=1234,
                preselection_id=begun,
                draw_no=1,
                held_until=to_millis(tx.now) + 90_000,
                now=to_millis(tx.now),
            )
        return free

    won = await asyncio.gather(*(core.store.run(unguarded, begun) for _, begun in owners))
    assert won == [True, True]
