"""Draws: uniform over the whole pool, across segments, independent of its size."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import pairwise
from statistics import fmean

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.pool import batches
from core.pool.batches import Batch, DrawRequest, latest_batch
from core.pool.releases import Release
from core.pool.seeded_stream import Draw, below
from core.ports import Tx
from core.values.masks import SMALL_MASKS, parse_mask
from core.values.plates import LETTERS, PlateKind
from tests.core.interceptor import Interceptor
from tests.core.sql import fill, fill_ranks, sql
from tests.core.tools import release, verified

ON_ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For tests independent of the engine: the stream is the same."""

CELLS = 100
DRAWS = 400
CRITICAL = 148.2  # chi-square, 99 degrees of freedom, 0.1 %
OVERLAP = (340, 460)  # pairs of batches of 10 of 100 share one number on average: 399 of 399, 3 sigma


def chi_square(seen: Counter[str], cells: int) -> float:
    """Return the chi-square statistic against the uniform distribution."""
    expected = seen.total() / cells
    return sum((count - expected) ** 2 / expected for count in seen.values()) + (cells - len(seen)) * expected


def is_uniform(drawn: Sequence[Sequence[str]], cells: int = CELLS) -> bool:
    """Test batches by counts, and by the overlap of consecutive ones: counts alone miss some biases."""
    counts = chi_square(Counter(serial for batch in drawn for serial in batch), cells)
    shared = sum(len(set(sequence) & set(other)) for sequence, other in pairwise(drawn))
    return counts < CRITICAL and OVERLAP[0] < shared < OVERLAP[1]


def stream(number: int) -> Iterator[int]:
    return Draw(
        seed=b"s" * 32, office="粤K", kind="small", n=number, nonce=f"press-{number}", head=""
    ).words()


def test_stream_is_uniform_over_pool() -> None:
    seen = Counter(str(below(words, CELLS)) for n in range(1000) for words in [stream(n)] for _ in range(10))
    assert chi_square(seen, CELLS) < CRITICAL


def test_streams_of_other_draws_differ() -> None:
    known = Draw(seed=b"s" * 32, office="粤K", kind="small", n=1, nonce="1", head="h")
    others = [
        Draw(seed=b"t" * 32, office="粤K", kind="small", n=1, nonce="1", head="h"),
        Draw(seed=b"s" * 32, office="粤A", kind="small", n=1, nonce="1", head="h"),
        Draw(seed=b"s" * 32, office="粤K", kind="small_nev", n=1, nonce="1", head="h"),
        Draw(seed=b"s" * 32, office="粤K", kind="small", n=2, nonce="1", head="h"),
        Draw(seed=b"s" * 32, office="粤K", kind="small", n=1, nonce="2", head="h"),
        Draw(seed=b"s" * 32, office="粤K", kind="small", n=1, nonce="1", head="i"),
    ]
    assert next(known.words()) not in [next(other.words()) for other in others]


@pytest.mark.parametrize("size", [3, 100, 2**63, 2**64])
def test_below_refuses_words_of_bias(size: int) -> None:
    """The words of the last, incomplete round of remainders are rejected."""
    assert below(iter([2**64 - 1, 2**64 - 1 - 2**64 % size]), size) == size - 1


def test_nothing_to_choose_from_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to choose"):
        below(iter([1]), 0)


# --- batches through the services ------------------------------------------------------------------


def draw(tx: Tx, core: Core, begun: int, nonce: str) -> Batch:
    """Draw without quotas."""
    request = DrawRequest(
        office=core.offices["粤K"],
        kind=PlateKind.SMALL,
        preselection_id=begun,
        press=nonce,
        without_four=False,
        received_at=tx.now,
        held_until=tx.now + timedelta(seconds=95),
        shortlist_until=tx.now + timedelta(seconds=185),
    )
    return core.selection._batches.draw(tx, request)


async def many_draws(core: Core, clock: FixedClock) -> list[tuple[str, ...]]:
    """Draw repeatedly; every batch expires before the next."""
    _, begun = await core.store.run(verified, core, 0)
    drawn = []
    for number in range(DRAWS):
        batch = await core.store.run(draw, core, begun, f"press-{number}")
        clock.advance(timedelta(seconds=96))
        drawn.append(batch.serials)
    return drawn


async def test_batches_are_uniform_over_pool(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A12##")
    assert is_uniform(await many_draws(core, clock))


@ON_ONE_ENGINE
async def test_batches_are_uniform_over_segments(core: Core, clock: FixedClock) -> None:
    """Small and large segments form one pool: position does not change a number's probability."""
    for pattern in ("1234#", "B555#", "C001#", "C0020", "C0021", "C0022", "C0023", "C0024"):
        await core.store.run(release, core, pattern)
    await core.store.run(release, core, "D77##")
    values = "('粤K', 'small', 'D770#', 0), ('粤K', 'small', 'D77#1', 0), ('粤K', 'small', 'D773#', 0), "
    values += "('粤K', 'small', 'D7722', 0), ('粤K', 'small', 'D7724', 0)"
    await core.store.run(sql, f"INSERT INTO withholding (office, kind, mask, since) VALUES {values}")  # noqa: S608 - ours
    drawn = await many_draws(core, clock)
    known = {serial for batch in drawn for serial in batch}
    assert len(known) == CELLS + 5
    assert is_uniform(drawn, CELLS + 5)


@ON_ONE_ENGINE
async def test_tail_is_uniform_as_well(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every number picked from the list of free numbers is equally likely."""
    monkeypatch.setattr(batches, "MAX_REJECTED", 0)
    await core.store.run(release, core, "A12##")
    assert is_uniform(await many_draws(core, clock))


@ON_ONE_ENGINE
async def test_control_modulo_bias_is_rejected(
    core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "below", lambda words, size: next(words) % 256 % size)
    await core.store.run(release, core, "A12##")
    assert not is_uniform(await many_draws(core, clock))


def test_control_random_start_point_is_rejected() -> None:
    """Random keys with a random start: recently released numbers are likelier to be drawn again."""
    dice = random.Random(1)
    keys = {f"A12{n:02d}": dice.random() for n in range(CELLS)}
    drawn = []
    for _ in range(DRAWS):
        start = dice.random()
        order = sorted(keys, key=lambda serial: (keys[serial] < start, keys[serial]))
        batch = order[:10]
        keys.update((serial, dice.random()) for serial in batch[:3])
        drawn.append(batch)
    assert not is_uniform(drawn)


async def test_newest_batch_is_of_the_kind_chosen_last(core: Core) -> None:
    """Draws of another kind may have higher numbers."""
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 0)
    for number in range(3):
        await core.store.run(draw, core, begun, f"press-{number}")

    def goes_over(tx: Tx) -> Batch | None:
        place, kind = core.offices["粤K"], PlateKind.SMALL_NEV
        mask = parse_mask(kind, "D####9", nev_letters="D")
        core.pools.release(tx, Release(office=place, mask=mask, actor="test", compose_now=True))
        core.preselections.choose(tx, account, place, kind)
        request = DrawRequest(
            office=place,
            kind=kind,
            preselection_id=begun,
            press="other",
            without_four=False,
            received_at=tx.now,
            held_until=tx.now + timedelta(seconds=95),
            shortlist_until=tx.now + timedelta(seconds=185),
        )
        drawn = core.selection._batches.draw(tx, request)
        assert latest_batch(tx, begun) == drawn
        core.preselections.choose(tx, account, place, PlateKind.SMALL)
        return latest_batch(tx, begun)

    back = await core.store.run(goes_over)
    assert back is not None
    assert (back.kind, back.n) == (PlateKind.SMALL, 3)


async def test_showing_a_batch_again_does_not_wait_for_the_pool(core: Core) -> None:
    """A page with a batch is redrawn every few seconds; only the first time changes the holds."""
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    await core.store.run(draw, core, begun, "press")

    def shown(tx: Tx) -> list[str]:
        batch, counted = latest_batch(tx, begun), Interceptor(tx)
        assert batch is not None
        core.selection.sent(counted, batch, core.offices["粤K"], received_at=tx.now)
        return counted.calls

    assert "pool.open_pool" in await core.store.run(shown)  # the control
    assert await core.store.run(shown) == []


# --- what a draw costs -----------------------------------------------------------------------------


async def statements(core: Core, clock: FixedClock, begun: int, draws: int) -> float:
    """Return the mean number of statements per draw; every batch expires before the next."""

    def counted(tx: Tx, number: int) -> int:
        between = Interceptor(tx)
        draw(between, core, begun, f"press-{number}")
        return len(between.calls)

    calls = []
    for number in range(draws):
        clock.advance(timedelta(seconds=96))
        calls.append(await core.store.run(counted, number))
    return fmean(calls)


async def release_all(core: Core, keep: Callable[[str], bool]) -> None:
    for mask in SMALL_MASKS:
        if keep(mask.pattern):
            await core.store.run(release, core, mask.pattern)


async def test_size_of_pool_costs_no_statement(core: Core, clock: FixedClock) -> None:
    """Ten thousand numbers, then all 7,060,000 of an office, all free."""
    _, begun = await core.store.run(verified, core, 0)
    await core.store.run(release, core, "A####")
    small = await statements(core, clock, begun, 10)
    for letter in LETTERS.replace("A", ""):
        await core.store.run(release, core, f"{letter}####")
    await release_all(core, lambda pattern: pattern != "@####")
    released = await core.store.read(sql, "SELECT sum(size) AS size FROM segment")
    assert int(released[0]["size"]) == 7_059_999
    assert abs(await statements(core, clock, begun, 10) - small) <= 1


async def mean_looks(core: Core, draws: int) -> float:
    """Return the mean number of candidates that the last draws examined."""
    rows = await core.store.read(sql, "SELECT looked_at FROM draw ORDER BY n DESC")
    return fmean(int(row["looked_at"]) for row in rows[:draws])


FULL = "n % 10 = 0"  # every tenth number is left


async def test_full_pool_costs_the_same_at_any_size(core: Core, clock: FixedClock) -> None:
    """At nine tenths full a draw examines a hundred candidates: of 10,000 numbers as of 50,000."""
    _, begun = await core.store.run(verified, core, 0)
    _, other = await core.store.run(verified, core, 1)
    costs: list[float] = []
    looks: list[float] = []
    for segment_id, letter in enumerate("ABCDE", start=1):
        await core.store.run(release, core, f"{letter}####")
        filled = partial(
            fill, segment_id=segment_id, mask=f"{letter}####", size=10_000, keep=FULL, holder=other
        )
        await core.store.run(filled)
        if letter in "AE":
            costs.append(await statements(core, clock, begun, 80))
            looks.append(await mean_looks(core, 80))
    assert costs[0] == pytest.approx(costs[1], rel=0.15)
    assert 20 < costs[0] < 50
    assert looks == pytest.approx([100, 100], rel=0.15)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_seven_millions_nine_tenths_full(core: Core, clock: FixedClock) -> None:
    """The same, with rows for 6,354,000 numbers."""
    _, begun = await core.store.run(verified, core, 0)
    _, other = await core.store.run(verified, core, 1)
    await release_all(core, lambda _pattern: True)
    for segment_id, mask in enumerate(SMALL_MASKS, start=1):
        taken = (n for n in range(mask.size) if n % 10)
        await core.store.run(fill_ranks, segment_id, mask, taken, other)
    assert 20 < await statements(core, clock, begun, 100) < 50
    assert await mean_looks(core, 100) == pytest.approx(100, rel=0.15)
