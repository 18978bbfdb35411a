"""Draws: uniform, exact at the tail, recomputable, and blind to the size of the pool."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import pytest

from core import batches
from core.batches import Batch, FreeListWanted, Order
from core.bootstrap import Core
from core.clock import FixedClock, to_millis
from core.draws import Draw, below
from core.masks import SMALL_MASKS, parse_mask
from core.plates import PlateKind
from core.pool import count
from core.ports import Tx
from tests.core.tools import release, verified

CRITICAL_99 = 148.2  # chi-square, 99 degrees of freedom, 0.1 %


def chi_square(seen: Counter[int], cells: int) -> float:
    expected = seen.total() / cells
    return sum((seen[cell] - expected) ** 2 / expected for cell in range(cells))


def stream(number: int) -> Iterator[int]:
    return Draw(seed=b"s" * 32, office="粤K", kind="small", n=number, nonce=f"press-{number}").words()


def test_stream_is_uniform_over_pool() -> None:
    seen = Counter(below(words, 100) for n in range(1000) for words in [stream(n)] for _ in range(10))
    assert chi_square(seen, 100) < CRITICAL_99


def test_control_biased_stream_is_rejected() -> None:
    biased = Counter(word % 256 % 100 for n in range(1000) for word in islice(stream(n), 10))
    assert chi_square(biased, 100) > CRITICAL_99


def _draw(tx: Tx, core: Core, begun: int, nonce: str) -> Batch:
    order = Order(
        office=core.offices["粤K"],
        kind=PlateKind.SMALL,
        preselection_id=begun,
        nonce=nonce,
        without_four=False,
        held_until=tx.now + timedelta(seconds=95),
    )
    return core.selection._batches.draw(tx, order, None)


async def test_batches_are_uniform_over_pool(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A12##")
    _, begun = await core.store.run(verified, core, 0)
    seen: Counter[int] = Counter()
    overlap, before = 0, set[str]()
    for number in range(400):
        batch = await core.store.run(_draw, core, begun, f"press-{number}")
        clock.advance(timedelta(seconds=96))
        seen.update(int(serial[-2:]) for serial in batch.serials)
        overlap += len(before & set(batch.serials))
        before = set(batch.serials)
    assert chi_square(seen, 100) < CRITICAL_99
    assert 340 < overlap < 460  # 399 pairs of batches share one number on average


def _take_all_but(tx: Tx, begun: int, left: set[str]) -> None:
    mask = parse_mask(PlateKind.SMALL, "A####")
    for position in range(mask.size):
        serial = mask.unrank(position)
        if serial not in left:
            tx.run(
                "pool.take",
                office="粤K",
                kind="small",
                serial=serial,
                state="batch",
                segment_id=1,
                position=position,
                preselection_id=begun,
                draw_no=0,
                held_until=to_millis(tx.now + timedelta(days=1)),
                now=to_millis(tx.now),
            )


LAST = {"A0007", "A4242", "A9999"}


@pytest.mark.parametrize("scan", [50_000, 10])
async def test_last_three_of_10000_are_given(core: Core, scan: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "LARGEST_SCAN_INSIDE", scan)
    await core.store.run(release, core, "A####")
    _, other = await core.store.run(verified, core, 0)
    _, begun = await core.store.run(verified, core, 1)
    await core.store.run(_take_all_but, other, LAST)
    place, free = core.offices["粤K"], None
    for _ in range(3):
        try:
            drawn = await core.store.run(
                lambda tx, free: core.selection.draw(
                    tx, begun, place, nonce="last", at=tx.now, without_four=False, free=free
                ),
                free,
            )
            break
        except FreeListWanted as wanted:
            free = await core.store.read(wanted.read)
    assert set(drawn.batch.serials) == LAST
    assert (await core.store.read(count, place, PlateKind.SMALL)).free == 0


async def test_empty_tail_charges_nothing(core: Core) -> None:
    await core.store.run(release, core, "A####")
    _, other = await core.store.run(verified, core, 0)
    _, begun = await core.store.run(verified, core, 1)
    await core.store.run(_take_all_but, other, set())
    drawn = await core.store.run(
        lambda tx: core.selection.draw(
            tx, begun, core.offices["粤K"], nonce="none", at=tx.now, without_four=False
        )
    )
    assert (drawn.batch.serials, drawn.chances.batches) == ((), 5)


async def test_draw_is_recomputed_from_journal(core: Core) -> None:
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    batch = await core.store.run(_draw, core, begun, "press-77")

    def look(tx: Tx) -> tuple[list[str], bytes]:
        row = tx.all("pool.draws", office="粤K", kind="small")[-1]
        return json.loads(row["numbers"]), core.vault.decrypt(
            (tx.one("pool.current_seed", office="粤K", kind="small") or {})["secret_sealed"]
        )

    numbers, seed = await core.store.read(look)
    words = Draw(seed=seed, office="粤K", kind="small", n=batch.n, nonce="press-77").words()
    mask, again = parse_mask(PlateKind.SMALL, "A####"), list[str]()
    while len(again) < 10:
        serial = mask.unrank(below(words, mask.size))
        if serial not in again:
            again.append(serial)
    assert again == numbers == list(batch.serials)


class Counting:
    """Counts the statements of a transaction."""

    def __init__(self, tx: Tx) -> None:
        self.tx, self.calls = tx, 0
        self.now = tx.now

    def run(self, query: str, /, **values: object) -> int:
        self.calls += 1
        return self.tx.run(query, **values)

    def one(self, query: str, /, **values: object) -> object:
        self.calls += 1
        return self.tx.one(query, **values)

    def all(self, query: str, /, **values: object) -> object:
        self.calls += 1
        return self.tx.all(query, **values)


async def test_size_of_pool_costs_no_statement(core: Core) -> None:
    _, begun = await core.store.run(verified, core, 0)

    def statements(tx: Tx, nonce: str) -> int:
        counting = Counting(tx)
        _draw(counting, core, begun, nonce)  # type: ignore[arg-type]
        return counting.calls

    await core.store.run(release, core, "A####")
    await core.store.run(statements, "warm")
    small = await core.store.run(statements, "small")
    for mask in SMALL_MASKS:
        if mask.intersection(parse_mask(PlateKind.SMALL, "A####")) is None:
            await core.store.run(release, core, mask.pattern)
    assert abs(await core.store.run(statements, "large") - small) <= 1
