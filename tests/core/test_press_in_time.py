"""A press received in time keeps the hold until it is handled, however late (docs/domain.md, section 5.1)."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import FixedClock, to_millis
from core.errors.selection import HoldEnded
from core.ports import Row, Tx
from core.preselection.random_selection import shortlist
from tests.core.interceptor import Interceptor
from tests.core.sql import sql
from tests.core.tools import release, verified

MOMENT = timedelta(milliseconds=1)
AFTER_END = timedelta(seconds=30)
OWNER, OTHER = 0, 1


class Unguarded(Interceptor):
    """Does not look whether a press waits: an ended hold is anybody's."""

    def one(self, query: str, /, **values: Any) -> Row | None:
        if query == "pool.give_way":
            self._drop_ended(values["now"])
        return super().one(query, **values)

    def all(self, query: str, /, **values: Any) -> Any:
        if query == "pool.take":
            self._drop_ended(values["now"])
        return super().all(query, **values)

    def _drop_ended(self, now: int) -> None:
        sql(self._tx, f"DELETE FROM hold WHERE held_until < {now}")  # noqa: S608 - ours


class Held:
    """An owner with a shortlisted number from a pool of ten, and another owner who wants it."""

    def __init__(self, core: Core, clock: FixedClock) -> None:
        self.core, self.clock, self.place = core, clock, core.offices["粤K"]

    async def begin(self) -> None:
        await self.core.store.run(release, self.core, "A123#")
        self.owner = await self.core.store.run(verified, self.core, OWNER)
        self.other = await self.core.store.run(verified, self.core, OTHER)
        self.serial, self.end = await self.core.store.run(self._shortlists)

    def _shortlists(self, tx: Tx) -> tuple[str, datetime]:
        begun = self.owner[1]
        batch = self.core.selection.draw(
            tx, begun, self.place, nonce="n", received_at=tx.now, without_four=False
        ).batch
        self.core.selection.pick(tx, begun, self.place, batch.serials[0], received_at=tx.now)
        (kept,) = shortlist(tx, begun, received_at=tx.now)
        return kept.serial, kept.held_until

    async def is_received(self, at: datetime, *, state: str = "waiting", chat: int | None = None) -> None:
        """Store an update in the inbox, as the poller does, that was received at a time."""
        chat_id = self.owner[0].chat_id if chat is None else chat
        row = f"(1, {chat_id}, {to_millis(at)}, '{state}', 'w', 0, 0)"
        columns = "(update_id, chat_id, received_at, state, worker, lease_until, tries)"
        await self.core.store.run(sql, f"INSERT INTO inbox {columns} VALUES {row}")  # noqa: S608 - ours

    async def other_takes(self, way: str, between: type[Interceptor] = Interceptor) -> bool:
        """Let the other owner draw everything there is, or compose the number; return whether they got it."""
        account, begun = self.other

        def composes(tx: Tx) -> bool:
            tried = self.core.selection.compose(
                between(tx), account, begun, self.place, [self.serial], received_at=tx.now
            )
            return tried.taken is not None

        def draws(tx: Tx) -> bool:
            drawn = self.core.selection.draw(
                between(tx), begun, self.place, nonce="m", received_at=tx.now, without_four=False
            )
            return self.serial in drawn.batch.serials

        return await self.core.store.run(composes if way == "compose" else draws)

    def claims(self, tx: Tx, at: datetime) -> str | None:
        account, begun = self.owner
        return self.core.selection.claim(tx, account, begun, self.place, self.serial, received_at=at).serial


@pytest.fixture
async def held(core: Core, clock: FixedClock) -> Held:
    held = Held(core, clock)
    await held.begin()
    return held


WAYS = pytest.mark.parametrize("way", ["draw", "compose"])


@WAYS
async def test_number_stays_until_the_press_is_handled(held: Held, way: str) -> None:
    """The press came at the very end, and another owner is handled first, half a minute later."""
    await held.is_received(held.end)
    held.clock.set(held.end + AFTER_END)
    assert not await held.other_takes(way)
    assert await held.core.store.run(held.claims, held.end) == held.serial


@WAYS
async def test_control_without_guard_the_number_is_lost(held: Held, way: str) -> None:
    await held.is_received(held.end)
    held.clock.set(held.end + AFTER_END)
    assert await held.other_takes(way, Unguarded)
    with pytest.raises(HoldEnded):
        await held.core.store.run(held.claims, held.end)


@WAYS
async def test_nothing_is_kept_for_longer_than_150_seconds(held: Held, way: str) -> None:
    await held.is_received(held.end)
    held.clock.set(held.end + timedelta(seconds=150))
    assert not await held.other_takes(way)
    held.clock.set(held.end + timedelta(seconds=160))
    assert await held.other_takes(way)


@WAYS
@pytest.mark.parametrize(
    "waits",
    [
        lambda held: held.is_received(held.end + MOMENT),
        lambda held: held.is_received(held.end, state="applied"),
        lambda held: held.is_received(held.end, state="done"),
        lambda held: held.is_received(held.end, chat=held.other[0].chat_id),
    ],
    ids=["received after the end", "applied", "done", "of somebody else"],
)
async def test_other_presses_keep_nothing(held: Held, way: str, waits: Callable[[Held], Any]) -> None:
    await waits(held)
    held.clock.set(held.end + AFTER_END)
    assert await held.other_takes(way)


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("way", ["draw", "compose"])
async def test_claim_and_others_at_once_end_with_the_claim(held: Held, way: str) -> None:
    """Two workers: the claim is marked as applied and waits for the pool while the other owner takes."""
    await held.is_received(held.end)
    held.clock.set(held.end + AFTER_END)

    def handles(tx: Tx) -> str | None:
        assert tx.run("inbox.applied", update_id=1)
        return held.claims(tx, held.end)

    taken, claimed = await asyncio.gather(held.other_takes(way), held.core.store.run(handles))
    assert (taken, claimed) == (False, held.serial)
