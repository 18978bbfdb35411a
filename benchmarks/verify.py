"""The checker of public journals: a journal of 100,000 draws is written, and checked by the checker alone.

The pool has 240,000 numbers, so far none taken; then a draw every ten seconds, for twelve days. A tenth of
the owners puts a number on the shortlist and takes it, the other batches lapse, and after one in a hundred a
number is self-composed. The checker runs as its own program, as outside; its time includes reading the file
twice.

    python -m benchmarks.verify [--draws N] [--keep FILE]
"""

import argparse
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, TextIO

from core.public_journal import checker
from core.public_journal.checker import Mask, below, day_of, stream

MASK, SIZE, WANT = "@####", 240_000, 10
FIRST = 1_793_581_200_000  # 2026-11-02, 9:00 in China


class Writer:
    """Writes a valid journal; the state is held in dicts, since the pool never runs low."""

    def __init__(self, file: TextIO, dice: random.Random) -> None:
        self._file, self._dice = file, dice
        self._head, self._seq, self._at = "0" * 64, 0, FIRST
        self._seed, self._day = b"", ""
        self._held: dict[str, int] = {}
        self._taken: set[str] = set()
        self._mask = Mask("small", MASK, "")

    def write(self, draws: int) -> None:
        self._file.write(_line({"format": checker.FORMAT, "office": "粤K"}))
        self._add("begun", office="粤K", carried=False, draws=0)
        self._add("withheld", mask="@8888", letters="", reason="", by="chief:粤K")
        self._ensure_seed()
        self._add(
            "released",
            mask=MASK,
            letters="",
            size=SIZE,
            opens_at=FIRST,
            compose_from=FIRST,
            compose="first",
            draw_days=[],
            by="chief:粤K",
        )
        for n in range(1, draws + 1):
            self._at += self._dice.randrange(20_000)
            self._ensure_seed()
            self._draw(n)
        self._publish()
        heads = {"small": {"hash": self._head, "seq": self._seq}}
        self._file.write(_line({"end": True, "heads": heads}))

    def _add(self, event: str, **keys: object) -> None:
        self._seq += 1
        entry = {"at": self._at, "event": event, "kind": "small", "seq": self._seq, **keys}
        self._head = hashlib.sha256(f"{self._head}\n{_line(entry)[:-1]}".encode()).hexdigest()
        self._file.write(_line(entry | {"hash": self._head}))

    def _ensure_seed(self) -> None:
        if self._day != day_of(self._at):
            self._publish()
            self._seed, self._day = self._dice.randbytes(32), day_of(self._at)
            self._add("seed_committed", day=self._day, digest=hashlib.sha256(self._seed).hexdigest())

    def _publish(self) -> None:
        if self._seed:
            digest = hashlib.sha256(self._seed).hexdigest()
            self._add("seed_published", day=self._day, digest=digest, secret=self._seed.hex())

    def _is_free(self, number: str) -> bool:
        return number not in self._taken and self._held.get(number, -1) < self._at and number[1:] != "8888"

    def _draw(self, n: int) -> None:
        nonce = f"{self._dice.getrandbits(128):032x}"
        words = stream(self._seed, "粤K", "small", n, nonce, self._head)
        numbers: list[str] = []
        looked_at = 0
        without_four = self._dice.random() < 1 / 3
        while len(numbers) < WANT:
            number, looked_at = self._mask.number(below(words, SIZE)), looked_at + 1
            if self._is_free(number) and number not in numbers and not (without_four and "4" in number):
                numbers.append(number)
        until = self._at + 95_000
        self._held |= dict.fromkeys(numbers, until)
        self._add(
            "drawn",
            n=n,
            day=self._day,
            nonce=nonce,
            without_four=without_four,
            size=SIZE,
            want=WANT,
            looked_at=looked_at,
            numbers=numbers,
            until=until,
            ended=[],
            extended=[],
            waiting=[],
        )
        if self._dice.random() < 1 / 10:
            self._claim(n, numbers)
        elif self._dice.random() < 1 / 100:
            wished = self._mask.number(self._dice.randrange(SIZE))
            if self._is_free(wished):
                self._taken.add(wished)
                self._add("claimed", number=wished, way="wish", draw=0, ended=[])

    def _claim(self, n: int, numbers: list[str]) -> None:
        number, *others = self._dice.sample(numbers, WANT)
        self._add("held", holds=[[number, n, self._at + 185_000]])
        self._add("claimed", number=number, way="draw", draw=n, ended=sorted(others))
        self._taken.add(number)
        for other in others:
            del self._held[other]


def _line(entry: dict[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep the journal")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.keep or Path(folder, "journal.jsonl")
        with path.open("w", encoding="utf-8") as file:
            Writer(file, random.Random(36)).write(given.draws)
        begun = time.monotonic()
        done = subprocess.run([sys.executable, checker.__file__, path], check=False)  # noqa: S603 - our own
        seconds = time.monotonic() - begun
        size = path.stat().st_size
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{given.draws:,} draws, {size / 1e6:.0f} MB; memory {used.ru_maxrss / 1000:.0f} MB")
    for what, took in (("on the clock", seconds), ("of CPU", used.ru_utime + used.ru_stime)):
        print(f"{took:.1f} s {what}, {given.draws / took:,.0f} draws/s")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
