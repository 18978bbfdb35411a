"""The public journal verifies although the clock was put back between two entries."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.clock import ClockInDoubt
from core.pool import releases
from core.pool.releases import Freeing
from core.ports import Tx
from core.public_journal import chain
from core.public_journal.checker import JournalError
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from tests.core.journals import checked, keep_seeds, written
from tests.core.tools import release, verified

BACK = timedelta(seconds=-30)
ENDED = timedelta(seconds=100)
"""After which a batch has ended, but by the clock put back it has not; a shortlist lasts longer."""


class Owner:
    """An owner who may select."""

    def __init__(self, core: Core, number: int) -> None:
        self._core, self._place = core, core.offices["粤K"]
        self._number = number

    async def arrives(self) -> None:
        self.account, self.begun = await self._core.store.run(verified, self._core, self._number)

    async def draws(self) -> tuple[str, ...]:
        def draw(tx: Tx) -> tuple[str, ...]:
            values = {"nonce": f"{self._number} {tx.now}", "received_at": tx.now, "without_four": False}
            return self._core.selection.draw(tx, self.begun, self._place, **values).batch.serials  # type: ignore[arg-type]

        return await self._core.store.run(draw)

    async def does(self, act: Callable[..., object], *what: object) -> None:
        await self._core.store.run(lambda tx: act(tx, *what, received_at=tx.now))

    async def picks(self, serial: str) -> None:
        await self.does(self._core.selection.pick, self.begun, self._place, serial)

    async def unpicks(self, serial: str) -> None:
        await self.does(self._core.selection.unpick, self.begun, self._place, serial)

    async def claims(self, serial: str) -> None:
        await self.does(self._core.selection.claim, self.account, self.begun, self._place, serial)

    async def leaves(self) -> None:
        await self._core.store.run(self._core.preselections.correct, self.begun)


@pytest.fixture
async def one(core: Core, clock: FixedClock) -> Owner:
    await core.store.run(release, core, "A888#")  # as many numbers as a batch has
    clock.advance(-BACK)  # so that it is open by the clock put back too
    owner = Owner(core, 0)
    await owner.arrives()
    return owner


@pytest.fixture
async def other(core: Core, one: Owner) -> Owner:
    owner = Owner(core, 1)
    await owner.arrives()
    return owner


@pytest.fixture
async def verifies(core: Core, clock: FixedClock, tmp_path: Path) -> AsyncIterator[None]:
    """Checks the journal at the end, when the seeds are published."""
    yield
    clock.advance(timedelta(days=1))
    await core.store.run(keep_seeds, core)
    assert checked(await core.store.read(written, "粤K"), tmp_path / "journal").draws_open == 0


@pytest.mark.usefixtures("verifies")
async def test_batch_of_who_has_left_is_drawn(clock: FixedClock, one: Owner, other: Owner) -> None:
    await one.draws()
    await one.leaves()
    clock.advance(BACK)
    assert len(await other.draws()) == 10


@pytest.mark.usefixtures("verifies")
async def test_number_that_was_given_up_is_drawn(clock: FixedClock, one: Owner, other: Owner) -> None:
    serial = (await one.draws())[3]
    await one.picks(serial)
    clock.advance(ENDED)
    await one.unpicks(serial)
    clock.advance(BACK)
    assert await other.draws() == (serial,)


@pytest.mark.usefixtures("verifies")
async def test_batch_that_ended_before_the_next_is_drawn(
    core: Core, clock: FixedClock, one: Owner, other: Owner
) -> None:
    before = await one.draws()
    await core.store.run(release, core, "B888#")
    clock.advance(ENDED)
    after = await one.draws()
    clock.advance(BACK)
    assert set(await other.draws()) & (set(before) - set(after))


@pytest.mark.usefixtures("verifies")
async def test_batch_that_ended_before_a_claim_is_drawn(clock: FixedClock, one: Owner, other: Owner) -> None:
    serial = (await one.draws())[3]
    await one.picks(serial)
    clock.advance(ENDED)
    await one.claims(serial)
    clock.advance(BACK)
    assert len(await other.draws()) == 9


@pytest.mark.usefixtures("verifies")
async def test_numbers_no_longer_withheld_are_drawn(core: Core, clock: FixedClock, one: Owner) -> None:
    mask, office = parse_mask(PlateKind.SMALL, "A888#"), core.offices["粤K"]
    await core.store.run(releases.withhold, office, mask, "cli")
    freeing = Freeing(office=office, mask=mask, actor="cli", reason="", by="cli")
    await core.store.run(partial(core.pools.unwithhold, freeing=freeing))
    clock.advance(BACK)
    assert len(await one.draws()) == 10


FAR_BACK = timedelta(minutes=-10)


@pytest.mark.usefixtures("verifies")
async def test_pool_waits_for_a_clock_that_was_put_back_far(
    core: Core, clock: FixedClock, one: Owner, other: Owner
) -> None:
    serial = (await one.draws())[3]
    await one.picks(serial)
    clock.advance(FAR_BACK)
    for act in (other.draws, one.leaves, partial(one.unpicks, serial), partial(one.claims, serial)):
        with pytest.raises(ClockInDoubt):
            await act()
    with pytest.raises(ClockInDoubt):
        await core.store.run(release, core, "B888#")
    clock.advance(-FAR_BACK + BACK)
    await one.claims(serial)
    assert len(await other.draws()) == 9


async def test_control_clock_that_was_put_back_far_leaves_what_never_verifies(
    core: Core,
    clock: FixedClock,
    one: Owner,
    other: Owner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chain, "is_waited_for", lambda _: False)
    await one.draws()
    clock.advance(FAR_BACK)
    await other.draws()
    with pytest.raises(JournalError):
        checked(await core.store.read(written, "粤K"), tmp_path / "journal")


async def test_clock_that_a_chief_has_confirmed_is_not_waited_for(
    core: Core, clock: FixedClock, one: Owner
) -> None:
    """More than an hour: unless it is confirmed, the clock guard lets nobody select."""
    await one.draws()
    clock.advance(timedelta(minutes=-59))
    with pytest.raises(ClockInDoubt):
        await core.store.run(chain.lock, "粤K", "small")
    clock.advance(timedelta(minutes=-2))
    assert (await core.store.run(chain.lock, "粤K", "small")).seq
