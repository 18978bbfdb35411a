"""Every draw can be recomputed from published data, by the rules of docs/domain.md, section 6."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count, islice
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.pool import batches
from core.ports import Tx
from core.preselection.random_selection import DrawResult
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from tests.core.model import serials_of
from tests.core.sql import sql
from tests.core.tools import release, verified

DAY = timedelta(days=1)
LOOKS = 25  # before the tail, so that a small pool uses both algorithms


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The published state of a pool at the time of one draw."""

    seed: bytes
    segments: list[list[str]]  # the serials of each, in the order of their ranks
    withheld: set[str]
    taken: set[str]


def words(seed: bytes, draw: dict[str, Any]) -> Iterator[int]:
    """Yield the stream: HMAC-SHA-256(seed, office|kind|n|nonce|head|counter), four words per block."""
    for counter in count():
        text = f"{draw['office']}|{draw['kind']}|{draw['n']}|{draw['nonce']}|{draw['head']}|{counter}"
        block = hmac.new(seed, text.encode(), hashlib.sha256).digest()
        yield from (int.from_bytes(block[start : start + 8], "big") for start in (0, 8, 16, 24))


def choose(stream: Iterator[int], size: int) -> int:
    """Return the next unbiased word modulo the size."""
    limit = 2**64 // size * size
    return next(word for word in stream if word < limit) % size


def recompute(draw: dict[str, Any], then: Moment) -> tuple[list[str], int]:
    """Return the numbers that a draw must give, and the number of candidates examined."""
    every = [serial for segment in then.segments for serial in segment]
    stream, given, looked_at, in_vain = words(then.seed, draw), list[str](), 0, 0

    def fits(serial: str) -> bool:
        if serial in then.taken or serial in given or serial in then.withheld:
            return False
        return not (draw["without_four"] and "4" in serial)

    while every and len(given) < 10 and in_vain < LOOKS:
        candidate = every[choose(stream, len(every))]
        looked_at += 1
        if fits(candidate):
            given.append(candidate)
        else:
            in_vain += 1
    free = [serial for serial in every if serial not in then.taken and serial not in given]
    while in_vain == LOOKS and free and len(given) < 10:
        candidate = free.pop(choose(stream, len(free)))
        looked_at += 1
        if fits(candidate):
            given.append(candidate)
    return given, looked_at


def replay(tx: Tx) -> list[tuple[dict[str, Any], Moment]]:
    """Return every draw with the state of the pool at that time, from the logs."""
    draws = sql(tx, "SELECT * FROM draw ORDER BY n")
    entries = sql(tx, "SELECT seq, body, hash FROM public_entry ORDER BY seq")
    hashes = {row["seq"]: row["hash"] for row in entries}
    drawn = [entry for row in entries if (entry := json.loads(row["body"]))["event"] == "drawn"]
    for draw, entry in zip(draws, drawn, strict=True):
        draw["head"] = hashes[entry["seq"] - 1]
    return [(draw, _moment(tx, draw, draws)) for draw in draws]


def _moment(tx: Tx, draw: dict[str, Any], draws: list[dict[str, Any]]) -> Moment:
    at = draw["drawn_at"]
    masks = sql(tx, f"SELECT mask FROM segment WHERE opens_at <= {at} ORDER BY segment_id")  # noqa: S608 - ours
    kept = sql(tx, f"SELECT mask FROM withholding WHERE since <= {at}")  # noqa: S608 - ours
    seed = sql(tx, f"SELECT secret_published FROM seed WHERE seed_id = {draw['seed_id']}")[0]  # noqa: S608 - ours
    held = [other for other in draws if other["n"] < draw["n"] and other["held_until"] >= at]
    taken = {serial for other in held for serial in json.loads(other["numbers"])}
    entries = sql(tx, f"SELECT details FROM audit WHERE action = 'reserved' AND at <= {at}")  # noqa: S608 - ours
    return Moment(
        seed=bytes.fromhex(seed["secret_published"]),
        segments=[_ranked(row["mask"]) for row in masks],
        withheld=set().union(*(serials_of(row["mask"]) for row in kept)),
        taken=taken | {json.loads(entry["details"])["plate"][-5:] for entry in entries},
    )


def _ranked(pattern: str) -> list[str]:
    mask = parse_mask(PlateKind.SMALL, pattern)
    return [mask.unrank(rank) for rank in range(mask.size)]


class Busy:
    """A pool with many concurrent events."""

    def __init__(self, core: Core, clock: FixedClock) -> None:
        self.core, self.clock = core, clock
        self.presses = 0

    async def draw(self, begun: int, *, without_four: bool = False) -> DrawResult:
        self.presses += 1
        self.clock.advance(timedelta(seconds=7))

        def step(tx: Tx) -> DrawResult:
            place, nonce = self.core.offices["粤K"], f"press-{self.presses}"
            return self.core.selection.draw(
                tx, begun, place, nonce=nonce, received_at=tx.now, without_four=without_four
            )

        return await self.core.store.run(step)

    async def compose(self, account: Any, begun: int, serial: str) -> None:
        self.clock.advance(timedelta(seconds=1))
        place = self.core.offices["粤K"]
        await self.core.store.run(
            lambda tx: self.core.selection.compose(tx, account, begun, place, [serial], received_at=tx.now)
        )

    async def withhold(self, mask: str) -> None:
        self.clock.advance(timedelta(seconds=1))

        def step(tx: Tx) -> None:
            now = int(tx.now.timestamp() * 1000)
            values = f"'粤K', 'small', '{mask}', {now}"
            sql(tx, f"INSERT INTO withholding (office, kind, mask, since) VALUES ({values})")  # noqa: S608 - ours

        await self.core.store.run(step)


async def live(core: Core, clock: FixedClock) -> None:
    """Let eight owners draw, drop, compose, and expire, while the pool changes."""
    busy = Busy(core, clock)
    await core.store.run(release, core, "A100#")
    await core.store.run(release, core, "A11##")
    owners = [await core.store.run(verified, core, number) for number in range(8)]
    for number, (_, begun) in enumerate(owners):
        await busy.draw(begun, without_four=number % 3 == 0)
    clock.advance(timedelta(seconds=1))
    await core.store.run(release, core, "B55##")
    await busy.withhold("A114#")
    for number, (account, begun) in enumerate(owners[:4]):
        drawn = await busy.draw(begun, without_four=number % 2 == 0)
        await busy.compose(account, begun, drawn.batch.serials[0])
    await core.store.run(core.preselections.abandon, *owners[4])
    await busy.withhold("B5###")
    clock.advance(timedelta(seconds=50))
    for _ in range(3):
        for _, begun in owners[5:]:
            await busy.draw(begun)
    clock.advance(DAY)
    await core.store.run(
        core.seeds.keep_up, core.offices["粤K"], "small"
    )  # so that the day's seed is published


@pytest.fixture
async def lived(core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Core:
    monkeypatch.setattr(batches, "MAX_REJECTED", LOOKS)
    await live(core, clock)
    return core


async def test_every_draw_is_recomputed(lived: Core) -> None:
    history = await lived.store.read(replay)
    wrong = [
        draw["n"]
        for draw, then in history
        if recompute(draw, then) != (json.loads(draw["numbers"]), draw["looked_at"])
    ]
    assert (wrong, len(history)) == ([], 21)


async def test_both_ways_of_drawing_are_recomputed(lived: Core) -> None:
    """The control of the test above: some draws used the stream only, others the tail."""
    history = await lived.store.read(replay)
    looks = [draw["looked_at"] - len(json.loads(draw["numbers"])) for draw, _ in history]
    assert min(looks) < LOOKS <= max(looks)


async def test_altered_row_is_found(lived: Core) -> None:
    draw, then = (await lived.store.read(replay))[5]
    given = json.loads(draw["numbers"])
    for change in ({"nonce": "another"}, {"n": 99}, {"office": "粤A"}, {"head": "0"}):
        assert recompute({**draw, **change}, then)[0] != given
    assert recompute(draw, replace(then, seed=b"x" * 32))[0] != given
    assert recompute(draw, replace(then, taken={*then.taken, given[3]}))[0] != given


async def test_published_seed_is_the_promised_one(lived: Core) -> None:
    rows = await lived.store.read(sql, "SELECT digest, secret_published FROM seed ORDER BY seed_id")
    secret = bytes.fromhex(rows[0]["secret_published"])
    assert hashlib.sha256(secret).hexdigest() == rows[0]["digest"]


async def test_stream_is_that_of_document(core: Core) -> None:
    from core.pool.seeded_stream import Draw  # noqa: PLC0415 - all other tests here do without it

    named: dict[str, Any] = {
        "office": "粤K",
        "kind": "small",
        "n": 12,
        "nonce": "4382bfdwdsb",
        "head": "0123",
    }
    theirs = Draw(seed=b"s" * 32, **named).words()
    assert list(islice(theirs, 9)) == list(islice(words(b"s" * 32, named), 9))
