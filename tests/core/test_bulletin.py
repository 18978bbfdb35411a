"""号池公示: the count of free numbers is exact, and published without revealing single numbers."""

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bootstrap import Core
from core.clock import FixedClock
from core.pool import bulletin, releases
from core.pool import segments as pool_segments
from core.pool.bulletin import SMALLEST_TOLD, PublishedCount, rounded
from core.pool.releases import Release
from core.values.masks import Mask, parse_mask, union_size
from core.values.plates import PlateKind
from tests.core.tools import release, reserved, verified

SMALL = PlateKind.SMALL


async def counts(core: Core) -> dict[str, int]:
    """Count as the tick does; return the free numbers by segment mask."""
    counted = await core.store.read(bulletin.count, core.offices)
    await core.store.run(bulletin.record_counts, counted)
    free = {count.segment_id: count.free for count in counted}
    segments = await core.store.read(pool_segments.segments, core.offices["粤K"], SMALL)
    return {
        segment.mask.pattern: free[segment.segment_id] for segment in segments if segment.segment_id in free
    }


async def read(core: Core) -> bulletin.Bulletin:
    return await core.store.run(core.bulletins.read, core.offices["粤K"], SMALL)


def test_few_and_small_are_never_told_exactly() -> None:
    assert rounded(7, 99) == PublishedCount(about=None, is_told=False)
    assert rounded(0, 99) == PublishedCount(about=None, is_told=False)
    assert rounded(99, 10_000) == PublishedCount(about=None)
    assert rounded(0, 10_000) == PublishedCount(about=0)
    assert rounded(100, 10_000) == PublishedCount(about=None)
    assert rounded(101, 10_000) == PublishedCount(about=100)
    assert rounded(9_999, 10_000) == rounded(10_000, 10_000) == PublishedCount(about=9_900)
    assert rounded(7_059_999, 7_059_999) == PublishedCount(about=7_000_000)


@given(st.integers(SMALLEST_TOLD + 1, 8_000_000))
def test_rounding_keeps_two_figures_and_is_never_exact(free: int) -> None:
    about = rounded(free, 10_000_000).about
    assert about is not None
    assert 1 <= free - about <= free / 9
    assert len(str(about).rstrip("0")) <= 2


@st.composite
def _some_masks(draw: st.DrawFn) -> list[Mask]:
    pattern = st.text(alphabet="#@0A8", min_size=5, max_size=5).filter(
        lambda text: sum(char in "@A" for char in text) <= 2 and text != "00000"
    )
    return [parse_mask(SMALL, one) for one in draw(st.lists(pattern, max_size=6))]


@given(_some_masks())
def test_union_holds_no_serial_twice(masks: list[Mask]) -> None:
    total = 0
    for index, mask in enumerate(masks):  # by inclusion and exclusion, unoptimised
        common = [both for other in masks[:index] if (both := mask.intersection(other)) is not None]
        total += mask.size - union_size(common)
    assert total == union_size(masks)


def test_many_masks_that_overlap_are_counted_at_once() -> None:
    masks = [parse_mask(SMALL, f"{a}{b}###") for a in "#123456789" for b in "#123456789"]
    assert union_size(masks) == 100_000 - 1
    assert union_size([parse_mask(SMALL, literal) for literal in ("88###", "#88##", "##88#")]) == 2800


async def test_taken_and_withheld_numbers_are_not_left(core: Core) -> None:
    office = core.offices["粤K"]
    await core.store.run(release, core, "A1###")
    await core.store.run(release, core, "B####")
    await core.store.run(reserved, core, 0, "A1888")
    await core.store.run(reserved, core, 1, "A1234")
    for pattern in ("A188#", "A1#88", "####8"):
        await core.store.run(releases.withhold, office, parse_mask(SMALL, pattern), "test")
    kept = {f"A1{n:03d}" for n in range(1000)}
    kept = {one for one in kept if one[2:4] == "88" or one[3:] == "88"}
    assert len(kept) == 19
    assert await counts(core) == {"A1###": 1000 - len(kept) - 1, "B####": 10_000}


async def test_bulletin_tells_all_that_is_public(core: Core, clock: FixedClock) -> None:
    office = core.offices["粤K"]
    await core.store.run(release, core, "A1###")
    later = clock.now() + timedelta(days=2)
    order = Release(office=office, mask=parse_mask(SMALL, "B####"), actor="test", opens_at=later)
    await core.store.run(core.pools.release, order)
    await core.store.run(releases.withhold, office, parse_mask(SMALL, "A188#"), "test")
    before = await read(core)
    assert (before.counted_at, before.left.is_told, before.released) == (None, False, 1000)
    await counts(core)
    found = await read(core)
    assert [(line.pattern, line.left) for line in found.lines] == [
        ("A1###", PublishedCount(about=980)),
        ("B####", PublishedCount(about=None, is_told=False)),
    ]
    assert [(mask.pattern, mask.size) for mask in found.withheld] == [("A188#", 10)]
    assert found.left == PublishedCount(about=980)
    assert found.lines[1].compose_from > found.lines[1].opens_at == later


async def test_bulletin_of_nothing_is_read(core: Core) -> None:
    found = await read(core)
    assert (found.lines, found.withheld, found.digest, found.last_seed) == ((), (), "", None)


async def test_digest_is_that_of_today_and_looking_commits_to_nothing(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A1###")
    first = (await core.store.read(core.bulletins.read, core.offices["粤K"], SMALL)).digest
    clock.advance(timedelta(days=1))
    assert (await read(core)).last_seed is None
    await core.store.run(core.seeds.keep_up, core.offices["粤K"], SMALL)
    found = await read(core)
    assert found.digest != first
    assert found.last_seed is not None
    assert (
        hashlib.sha256(bytes.fromhex(found.last_seed.secret)).hexdigest() == found.last_seed.digest == first
    )
    seed = await core.store.run(core.seeds.today, "粤K", SMALL)
    assert seed.digest == found.digest


async def test_counts_are_due_every_ten_minutes(core: Core, clock: FixedClock) -> None:
    assert not await core.store.read(bulletin.is_due)
    await core.store.run(release, core, "A1###")
    assert await core.store.read(bulletin.is_due)
    await counts(core)
    clock.advance(timedelta(minutes=9))
    assert not await core.store.read(bulletin.is_due)
    clock.advance(timedelta(minutes=2))
    assert await core.store.read(bulletin.is_due)


async def test_older_count_does_not_overwrite_a_newer_one(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A1###")
    old = await core.store.read(bulletin.count, core.offices)
    clock.advance(timedelta(minutes=1))
    await core.store.run(verified, core, 0)
    await counts(core)
    newer = (await read(core)).counted_at
    await core.store.run(bulletin.record_counts, old)
    assert (await read(core)).counted_at == newer


@pytest.mark.parametrize("kind", list(PlateKind))
async def test_every_kind_is_counted(core: Core, kind: PlateKind) -> None:
    pattern = {"small": "C####", "small_nev": "D1####", "large_nev": "1####D"}[kind]
    office = core.offices["粤K"]
    order = Release(office=office, mask=parse_mask(kind, pattern), actor="test", compose_now=True)
    await core.store.run(core.pools.release, order)
    await core.store.run(
        releases.withhold, office, parse_mask(kind, pattern[:-2] + "8" + pattern[-1]), "test"
    )
    (one,) = await core.store.read(bulletin.count, core.offices)
    assert one.free == 9_000
