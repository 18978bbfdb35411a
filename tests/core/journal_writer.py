"""Writes public journals (docs/journal.md): a small model of an office, slow and obvious on purpose.

Nothing is shared with the program or its checker, so that all three have to agree on the page.
"""

import hashlib
import hmac
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from random import Random
from typing import Any

Entry = dict[str, Any]

CHINA = timezone(timedelta(hours=8))
MORNING = int(datetime(2026, 11, 2, 1, tzinfo=UTC).timestamp() * 1000)
"""9:00 of a Monday in China."""
SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
NEV_LETTERS = "ABCDEFGHJK"


def line(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chained(entries: list[Entry]) -> list[Entry]:
    """Return the entries of one pool with fresh ``seq`` and ``hash``."""
    before, linked = "0" * 64, []
    for seq, entry in enumerate(entries, 1):
        bare = {key: value for key, value in entry.items() if key != "hash"} | {"seq": seq}
        before = hashlib.sha256((before + "\n" + line(bare)).encode()).hexdigest()
        linked.append(bare | {"hash": before})
    return linked


def journal(office: str, *pools: list[Entry]) -> str:
    """Return the whole file of an office."""
    heads = {
        entries[-1]["kind"]: {"hash": entries[-1]["hash"], "seq": len(entries)}
        for entries in pools
        if entries
    }
    lines: list[Entry] = [{"format": "xuanhao-journal/1", "office": office}]
    lines += [entry for entries in pools for entry in entries]
    return "".join(line(entry) + "\n" for entry in [*lines, {"end": True, "heads": heads}])


def words(seed: bytes, message: str) -> Iterator[int]:
    counter = 0
    while True:
        yield from struct.unpack(">4Q", hmac.digest(seed, f"{message}|{counter}".encode(), "sha256"))
        counter += 1


def below(source: Iterator[int], size: int) -> int:
    while True:
        word = next(source)
        if word < 2**64 - 2**64 % size:
            return word % size


def numbers_of(kind: str, mask: str, letters: str) -> list[str]:
    """Return all numbers of a mask, ascending."""
    nev = {"small_nev": 0, "large_nev": 5}.get(kind)
    alphabets = [
        "0123456789" if char == "#" else (letters if place == nev else LETTERS) if char == "@" else char
        for place, char in enumerate(mask)
    ]
    return [number for number in map("".join, product(*alphabets)) if number != "00000"]


@dataclass
class Segment:
    numbers: list[str]
    opens_at: int
    compose_from: int


@dataclass
class Hold:
    draw: int
    until: int
    owner: int


@dataclass
class Office:
    """The pool of one plate kind, and what happens in it."""

    random: Random
    office: str = "粤K"
    kind: str = "small"
    want: int = 10
    now: int = MORNING
    entries: list[Entry] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    withheld: dict[str, list[str]] = field(default_factory=dict)  # the numbers of each mask
    reopening: list[tuple[list[str], int, int]] = field(default_factory=list)  # random_from, compose_from
    holds: dict[str, Hold] = field(default_factory=dict)
    selected: dict[str, str] = field(default_factory=dict)  # "reserved" or "registered"
    rests: dict[str, int] = field(default_factory=dict)
    draws: int = 0
    seed: bytes = b""
    seed_day: str = ""
    from_list: int = 0  # draws that came to the list of free numbers

    @property
    def letters(self) -> str:
        return "" if self.kind == "small" else NEV_LETTERS

    @property
    def head(self) -> str:
        return str(self.entries[-1]["hash"]) if self.entries else "0" * 64

    def write(self, event: str, **keys: object) -> Entry:
        bare: Entry = {
            "at": self.now,
            "event": event,
            "kind": self.kind,
            "seq": len(self.entries) + 1,
            **keys,
        }
        found = hashlib.sha256((self.head + "\n" + line(bare)).encode()).hexdigest()
        self.entries.append(bare | {"hash": found})
        return self.entries[-1]

    def begin(self) -> None:
        self.write("begun", office=self.office, carried=False, draws=0)

    def begin_carried(self, mask: str, taken: int) -> None:
        """Begin a journal of a pool that has been in use."""
        self.write("begun", office=self.office, carried=True, draws=5000)
        numbers = numbers_of(self.kind, mask, self.letters)
        opened, composed = self.now - 30 * DAY, self.now - 20 * DAY
        self.segments.append(Segment(numbers, opened, composed))
        self._write_released(mask, opened, composed, "date", [])
        self.withhold(mask.replace("#", "4"))
        carried = self.random.sample(
            sorted(number for number in numbers if not self.is_withheld(number)), taken
        )
        for some in (carried[::2], carried[1::2]):
            self.write("carried", numbers=some)
        self.rests[carried.pop()] = self.now + HOUR
        ((resting, end),) = self.rests.items()
        self.write("returned", number=resting, why="carried", rests_until=end)
        held = next(
            number for number in numbers if number not in (*carried, resting) and not self.is_withheld(number)
        )
        self.holds[held] = Hold(4999, self.now + 50 * SECOND, 1)
        self.write("held", holds=[[held, 4999, self.now + 50 * SECOND]])
        self.selected |= dict.fromkeys(carried, "reserved")
        self.draws = 5000

    def wait(self, least: int, most: int) -> None:
        self.now += self.random.randint(least, most)

    def ensure_seed(self) -> None:
        """Publish the seed of a day that is over, and commit to today's."""
        day = datetime.fromtimestamp(self.now / 1000, CHINA).date().isoformat()
        if self.seed_day >= day:
            return
        self.publish()
        self.seed, self.seed_day = self.random.randbytes(32), day
        self.write("seed_committed", day=day, digest=hashlib.sha256(self.seed).hexdigest())

    def publish(self) -> None:
        if self.seed:
            digest = hashlib.sha256(self.seed).hexdigest()
            self.write("seed_published", day=self.seed_day, digest=digest, secret=self.seed.hex())

    def stream(self, n: int, nonce: str) -> Iterator[int]:
        return words(self.seed, f"{self.office}|{self.kind}|{n}|{nonce}|{self.head}")

    # Segments and withholdings

    def release(self, mask: str, compose: str = "drawn", *, opens_in: int = 0) -> None:
        self.ensure_seed()
        opens_at = self.now + opens_in
        composed = {"date": opens_at + 3 * HOUR}.get(compose, opens_at)
        if compose == "drawn":
            composed = self.drawn_day(opens_at, f"compose:{mask}")
        self.segments.append(Segment(numbers_of(self.kind, mask, self.letters), opens_at, composed))
        self._write_released(mask, opens_at, composed, compose, [0, 2] if compose == "drawn" else [])

    def _write_released(
        self, mask: str, opens_at: int, compose_from: int, compose: str, draw_days: list[int]
    ) -> None:
        self.write(
            "released",
            mask=mask,
            letters=self.letters,
            size=len(self.segments[-1].numbers),
            opens_at=opens_at,
            compose_from=compose_from,
            compose=compose,
            draw_days=draw_days,
            by="chief:粤K",
        )

    def drawn_day(self, opens_at: int, nonce: str) -> int:
        days = 0 + below(self.stream(0, nonce), 3)
        day = datetime.fromtimestamp(opens_at / 1000, CHINA).date() + timedelta(days=days)
        midnight = datetime(day.year, day.month, day.day, tzinfo=CHINA)
        return max(int(midnight.timestamp() * 1000), opens_at)

    def withhold(self, mask: str) -> None:
        self.withheld[mask] = numbers_of(self.kind, mask, self.letters)
        self.write("withheld", mask=mask, letters=self.letters, reason="吉祥号", by="cli")

    def unwithhold(self, mask: str) -> None:
        self.ensure_seed()
        numbers, random_from = self.withheld.pop(mask), self.now + 2 * HOUR
        compose_from = self.drawn_day(random_from, f"unwithheld:{mask}")
        self.reopening.append((numbers, random_from, compose_from))
        self.write(
            "unwithheld",
            mask=mask,
            letters=self.letters,
            reason="",
            by="chief:粤K",
            second="chief:all",
            random_from=random_from,
            compose_from=compose_from,
            draw_days=[0, 2],
        )

    # What a number is

    def is_taken(self, number: str) -> bool:
        """Whether a number is selected for good, rests or is held at this moment."""
        if number in self.selected or self.rests.get(number, -1) >= self.now:
            return True
        return number in self.holds and self.holds[number].until >= self.now

    def is_withheld(self, number: str) -> bool:
        if any(number in numbers for numbers in self.withheld.values()):
            return True
        return any(number in numbers and start > self.now for numbers, start, _ in self.reopening)

    def may_be_composed(self, number: str) -> bool:
        (segment,) = [one for one in self.segments if number in one.numbers]
        starts = [segment.compose_from] + [start for numbers, _, start in self.reopening if number in numbers]
        return segment.opens_at <= self.now >= max(starts) and not self.is_withheld(number)

    def opened(self) -> list[str]:
        return [
            number for segment in self.segments if segment.opens_at <= self.now for number in segment.numbers
        ]

    def of_owner(self, owner: int) -> list[str]:
        return sorted(number for number, hold in self.holds.items() if hold.owner == owner)

    # Owners

    def draw(self, owner: int, *, without_four: bool = False) -> Entry:
        """Draw a batch in groups, as section 3 says; the owner's batch before is returned first."""
        self.ensure_seed()
        mine = [self.holds[number] for number in self.of_owner(owner)]
        newest = max((hold.draw for hold in mine), default=0)
        ended = [number for number in self.of_owner(owner) if self.holds[number].draw == newest]
        ended = [] if self.random.random() < 0.3 else ended  # as if it were the shortlist
        for number in ended:
            del self.holds[number]
        n, nonce = self.draws + 1, f"q{self.random.randrange(10**12)}"
        source, pool = self.stream(n, nonce), self.opened()
        numbers: list[str] = []
        waiting: list[str] = []
        looked_at, rejections = 0, 300

        def take(group: list[str]) -> int:
            before = len(numbers)
            for number in group:
                hold = self.holds.get(number)
                is_refused = number in numbers or self.is_taken(number) or self.is_withheld(number)
                if is_refused or (without_four and "4" in number) or number in waiting:
                    continue
                if hold and self.now - hold.until <= 150 * SECOND and self.random.random() < 0.5:
                    waiting.append(number)
                    continue
                numbers.append(number)
            return len(numbers) - before

        while pool and len(numbers) < self.want and rejections:
            group = [pool[below(source, len(pool))] for _ in range(min(self.want - len(numbers), rejections))]
            looked_at += len(group)
            rejections -= len(group) - take(group)
        free = [number for number in pool if not self.is_taken(number) and number not in numbers]
        self.from_list += bool(pool) and len(numbers) < self.want
        while pool and free and len(numbers) < self.want:
            some = range(min(self.want - len(numbers), len(free)))
            group = [free.pop(below(source, len(free))) for _ in some]
            looked_at += len(group)
            take(group)
        until = self.now + 95 * SECOND if numbers else self.now - 1
        extended = [
            (number, self.holds[number].draw, self.now + 180 * SECOND)
            for number in self.of_owner(owner)
            if number not in numbers and self.holds[number].until >= self.now
        ]
        entry = self.write(
            "drawn",
            n=n,
            day=self.seed_day,
            nonce=nonce,
            without_four=without_four,
            size=len(pool),
            want=self.want,
            looked_at=looked_at,
            numbers=numbers,
            until=until,
            ended=ended,
            extended=extended,
            waiting=waiting,
        )
        self.draws = n
        self.holds |= {number: Hold(n, until, owner) for number in numbers}
        for number, _, end in extended:
            self.holds[number].until = end
        return entry

    def pick(self, owner: int) -> None:
        """Put a number on the shortlist, and end the hold of another."""
        mine = [number for number in self.of_owner(owner) if self.holds[number].until >= self.now - 150_000]
        picked = self.random.sample(mine, min(2, len(mine)))
        holds: list[tuple[str, int, int]] = []
        for one, end in zip(picked, (self.now + 180 * SECOND, self.now - 1), strict=False):
            self.holds[one].until = end
            holds.append((one, self.holds[one].draw, end))
        self.write("held", holds=holds)

    def claim(self, owner: int) -> Entry | None:
        """Select a number that was drawn."""
        mine = [number for number in self.of_owner(owner) if self.holds[number].until >= self.now - 150_000]
        if not mine:
            return None
        number = self.random.choice(mine)
        return self._claim(owner, number, way="draw", draw=self.holds[number].draw)

    def wish(self, owner: int) -> Entry | None:
        """Select a self-composed number, by chance one that is held."""
        own = self.of_owner(owner)
        possible = [
            number
            for number in self.opened()
            if (not self.is_taken(number) or (number in own and number not in self.selected))
            and self.may_be_composed(number)
        ]
        if not possible:
            return None
        number = self.random.choice([one for one in possible if one in own] or possible)
        return self._claim(owner, number, way="wish", draw=self.holds[number].draw if number in own else 0)

    def _claim(self, owner: int, number: str, *, way: str, draw: int) -> Entry:
        self.holds.pop(number, None)
        self.rests.pop(number, None)
        ended = self.of_owner(owner)
        for one in ended:
            del self.holds[one]
        self.selected[number] = "reserved"
        return self.write("claimed", number=number, way=way, draw=draw, ended=ended)

    def end_one(self) -> None:
        """Confirm or return a number that is selected."""
        reserved = sorted(number for number, state in self.selected.items() if state == "reserved")
        if not reserved:
            return
        number = self.random.choice(reserved)
        if self.random.random() < 0.3:
            self.selected[number] = "registered"
            self.write("confirmed", number=number)
            return
        del self.selected[number]
        self.rests[number] = self.now + self.random.choice([-1, HOUR])
        why = self.random.choice(["expired", "voided", "revoked", "appeal"])
        self.write("returned", number=number, why=why, rests_until=self.rests[number])

    # Days

    def go_on(self, steps: int, *, owners: int = 6, most_wait: int = 60) -> None:
        """Let owners and the counter act at random."""
        for _ in range(steps):
            ahead = self.random.choice([0, 0, 0, 20 * SECOND])  # another worker's clock is behind
            self.wait(0, most_wait * SECOND)
            self.now -= ahead
            owner = self.random.randrange(owners)
            (act,) = self.random.choices(["draw", "pick", "claim", "wish", "end"], [8, 3, 2, 1, 2])
            if act == "draw":
                self.draw(owner, without_four=self.random.random() < 0.3)
            elif act == "pick":
                self.pick(owner)
            elif act == "claim":
                self.claim(owner)
            elif act == "wish":
                self.wish(owner)
            else:
                self.end_one()
            self.now += ahead


def three_days(random: Random, kind: str = "small", *, steps: int = 20) -> Office:
    """Return a new pool after three days; the seed of the last is not published."""
    office = Office(random, kind=kind)
    first, second, third = {
        "small": ("A00##", "B7#Z8", "C123#"),
        "small_nev": ("D0000#", "@12345", "F9999#"),
        "large_nev": ("0000#D", "12345@", "9999#F"),
    }[kind]
    office.begin()
    office.draw(1)  # of an empty pool
    office.withhold(first[:-1] + "8" if kind != "large_nev" else "00008D")
    office.release(first, "first")
    office.write("beacon", source="drand", round=4_000_000, value=office.random.randbytes(32).hex())
    office.release(second, opens_in=HOUR)
    office.go_on(steps)
    office.now += DAY
    office.release(third, "now")
    office.unwithhold(next(iter(office.withheld)))
    office.go_on(steps)
    office.write("restored", backup_at=office.now - HOUR, lost_at=office.now)
    office.publish()
    office.seed, office.seed_day = b"", ""
    office.withhold(third)
    office.go_on(steps, owners=20, most_wait=5)  # so much is held that the list of free numbers is needed
    office.now += DAY
    office.go_on(steps)
    return office


def valid(seed: int, *, steps: int = 20) -> tuple[Office, ...]:
    """Return the pools of an office: two new ones, and one that existed before its journal."""
    random = Random(seed)
    older = Office(random, kind="large_nev", want=5)
    older.begin_carried("5555#@", 70)
    older.go_on(steps)
    older.now += DAY
    older.go_on(steps)
    return three_days(random, steps=steps), three_days(random, "small_nev", steps=steps), older
