"""A failure at any database call of a selection leaves nothing half done."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.ports import Tx
from tests.core.tools import NOON, build, release, verified
from tests.engines import ENGINES, open_test_store
from tests.store.faults import CallCounter, FailingTx, InjectedFaultError

Step = Callable[[Tx], object]


def whole_selection(core: Core, number: int) -> Step:
    """Return a whole selection as one function: registration, draw, shortlist, claim."""

    def run(tx: Tx) -> object:
        place = core.offices["粤K"]
        account, begun = verified(tx, core, number)
        drawn = core.selection.draw(tx, begun, place, nonce="n", at=tx.now, without_four=False)
        serial = drawn.batch.serials[0]
        core.selection.pick(tx, begun, place, serial, at=tx.now)
        return core.selection.claim(tx, account, begun, place, serial, at=tx.now)

    return run


def failing(tx: Tx, run: Step, counter: CallCounter) -> object:
    """Run a step over a transaction that fails on order."""
    return run(FailingTx(tx, counter))


def state(tx: Tx) -> object:
    """Return everything that a selection writes."""
    rows = tx.all("pool.draws", office="粤K", kind="small")
    accounts = [tx.one("accounts.of_chat", chat_id=5000 + n) for n in range(3)]
    journal = [len(tx.all("audit.of_subject", subject=f"preselection:{n}")) for n in range(1, 5)]
    ours = [tx.one("preselection.by_id", preselection_id=n) for n in range(1, 5)]
    return (
        [dict(row) for row in rows],
        [dict(row) if row else None for row in accounts],
        journal,
        [dict(row) if row else None for row in ours],
        [dict(row) for row in tx.all("pool.gaps", segment_id=1, size=10_000, now=2**50)],
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("after", [False, True])
async def test_failure_at_any_call_undoes_all(engine: str, after: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    clock = FixedClock(NOON)
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock)
        await store.run(release, core, "A####")
        await store.run(verified, core, 0)
        before = await store.read(state)
        run = whole_selection(core, 1)
        call = 0
        while True:
            call += 1
            counter = CallCounter(call, after=after)
            try:
                await store.run(failing, run, counter)
                break
            except InjectedFaultError:
                assert await store.read(state) == before
        assert call > 60  # it went through every call, and then the whole succeeded
        assert await store.read(state) != before
