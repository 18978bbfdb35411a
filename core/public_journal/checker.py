"""Checks a public journal of licence plate pools and recomputes its draws (docs/journal.md).

    python checker.py FILE [--office 粤K] [--head HASH] [--draw N --kind small]

One file, Python 3.11 or newer, nothing to install. The journal is read twice, line by line. The first pass
checks the form of the lines and the chain of hashes, and collects the published seeds. The second replays
each pool entry by entry and recomputes each draw from the state at that moment. All times are milliseconds
since 1970, UTC.

Exit status 0: all that can be verified is right; 1: it is not, and the line is named; 2: the file cannot be
read, or the arguments are wrong.
"""

import argparse
import hashlib
import hmac
import io
import json
import math
import os
import re
import stat
import sys
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from itertools import accumulate, count
from pathlib import Path
from typing import Any, BinaryIO

FORMAT = "xuanhao-journal/1"
MAX_LINE = 4 * 2**20  # bytes, with the line's end
MAX_REJECTED = 300  # candidates, then a draw goes over to the list of free numbers
CLOCKS_DIFFER = 60_000  # the clocks of two workers
LATE = 900_000  # how late a press that came in time may be handled
WAITING = 150_000  # how long an ended hold is kept for a press that waits
HOUR, DAY = 3_600_000, 86_400_000
DIGITS, LETTERS = "0123456789", "ABCDEFGHJKLMNPQRSTUVWXYZ"
KINDS = {  # the patterns of masks; the new-energy letter's position
    "small": (re.compile(f"[#@{DIGITS}{LETTERS}]{{5}}"), None),
    "small_nev": (re.compile(f"[@{LETTERS}][#@{DIGITS}{LETTERS}][#{DIGITS}]{{4}}"), 0),
    "large_nev": (re.compile(f"[#{DIGITS}]{{5}}[@{LETTERS}]"), 5),
}
FREE, HELD, RESTING, SELECTED, CONFIRMED = range(5)  # the states of a number
BLOCK = 4096  # numbers that are counted together

Entry = dict[str, Any]
Progress = Callable[[int, int], None]
"""Is told how many bytes of how many have been read, both passes counted."""


class JournalError(Exception):
    """The journal is wrong: ``line`` is the line's number, ``reason`` says in a sentence what is wrong.

    ``line`` is 0 if it is not about a line: the file is not a continuation of what was seen before.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line, self.reason = line, reason


class _Wrong(Exception):
    """What is wrong with an entry; becomes a ``JournalError`` where the line's number is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was verified. Times are those of the earliest and latest entry, None without entries."""

    office: str
    entries: int
    draws_verified: int
    draws_open: int  # their seed is not published yet: all but the stream was verified
    oldest_open: str | None  # the earliest day of such a seed
    claims: int
    late_days: tuple[str, ...]  # whose seed was committed on that day itself, or after it
    first_at: int | None
    last_at: int | None
    heads: dict[str, str]  # of each plate kind: the hash of the last entry


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that a draw examined, and what became of it.

    ``reason`` is "given", or why it was not: "repeated", "taken", "held", "waiting", "resting", "withheld",
    "has a 4".
    """

    number: str
    reason: str


Explain = Callable[[str, int, list[Candidate]], None]
"""Is called with the plate kind, the number and the candidates of each draw that can be recomputed."""


def check(
    path: str | os.PathLike[str],
    *,
    office: str | None = None,
    heads: Sequence[str] = (),
    progress: Progress | None = None,
    explain: Explain | None = None,
) -> Report:
    """Check a journal (docs/journal.md).

    Args:
        path: the file.
        office: the code of the office that it must be of.
        heads: hashes, or at least their first 16 digits, that entries of the file must have.
        progress: is told how far the check is.
        explain: is told the candidates of each draw.

    Raises:
        JournalError: the journal is wrong, or lacks one of ``heads``.
        OSError: the file cannot be read, or is no regular file.
        ValueError: one of ``heads`` is no hash.
    """
    if bad := [head for head in heads if not re.fullmatch("[0-9a-f]{16,64}", head)]:
        raise ValueError(f"{bad[0]!r} is not a hash of 64 hexadecimal digits, nor its first 16 or more")
    if not stat.S_ISREG(Path(path).stat().st_mode):
        raise OSError(f"{os.fspath(path)} is not a regular file")
    with Path(path).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        show = progress or (lambda _done, _total: None)
        chains = _Chains(office, heads)
        for line, entry in _lines(file, lambda done: show(done, 2 * size)):
            _at_line(line, chains.add, entry)
        chains.ensure_complete()
        pools: dict[str, _Pool] = {}
        file.seek(0)
        for line, entry in _lines(file, lambda done: show(size + done, 2 * size)):
            if "event" in entry:
                kind = entry["kind"]
                if kind not in pools:
                    pools[kind] = _Pool(chains.office, kind, chains.secrets, explain)
                _at_line(line, pools[kind].add, entry)
    return Report(
        office=chains.office,
        entries=chains.entries,
        draws_verified=sum(pool.verified for pool in pools.values()),
        draws_open=sum(pool.unverified for pool in pools.values()),
        oldest_open=min((pool.oldest_open for pool in pools.values() if pool.oldest_open), default=None),
        claims=sum(pool.claims for pool in pools.values()),
        late_days=tuple(sorted({day for pool in pools.values() for day in pool.late_days})),
        first_at=chains.first_at,
        last_at=chains.last_at,
        heads={kind: head["hash"] for kind, head in chains.heads.items()},
    )


def _at_line(line: int, step: Callable[[Entry], None], entry: Entry) -> None:
    try:
        step(entry)
    except _Wrong as wrong:
        raise JournalError(line, str(wrong)) from None


def _ensure(condition: object, reason: str) -> None:
    if not condition:
        raise _Wrong(reason)


# Lines and their form (sections 1 and 2)


def _canonical(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _lines(file: BinaryIO, read: Callable[[int], object]) -> Iterator[tuple[int, Entry]]:
    """Yield the lines with their numbers; never more than one line is in memory."""
    done = 0
    for number in count(1):
        line = file.readline(MAX_LINE + 1)
        if not line:
            read(done)
            return
        done += len(line)
        if number % 1000 == 0:
            read(done)
        if len(line) > MAX_LINE:
            raise JournalError(number, f"the line is longer than {MAX_LINE} bytes")
        if not line.endswith(b"\n"):
            raise JournalError(number, "the line does not end: the file was cut")
        try:
            text = line[:-1].decode()
            entry = json.loads(text)
            is_canonical = _canonical(entry) == text  # may recurse deeper than reading does
        except UnicodeDecodeError:
            raise JournalError(number, "the line is not UTF-8") from None
        except (ValueError, RecursionError):
            raise JournalError(number, "the line is not JSON") from None
        if not isinstance(entry, dict):
            raise JournalError(number, "the line is not a JSON object")
        if not is_canonical:
            raise JournalError(number, "the line is not written canonically")
        yield number, entry


def _matches(pattern: str) -> Callable[[object], bool]:
    full = re.compile(pattern).fullmatch
    return lambda value: isinstance(value, str) and full(value) is not None


def _is_int(value: object) -> bool:
    return type(value) is int and 0 <= value < 10**14  # as a time: before the year 5138


def _is_numbers(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_number, value)) and len(set(value)) == len(value)


def _is_holds(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(hold, list) and len(hold) == len(("number", "draw", "until")) for hold in value)
        and all(_is_number(number) and _is_int(draw) and _is_int(until) for number, draw, until in value)
        and len({number for number, _, _ in value}) == len(value)
    )


def _is_days(value: object) -> bool:
    if not isinstance(value, list) or not all(map(_is_int, value)):
        return False
    return not value or (len(value) == len(("least", "most")) and value[0] <= value[1] < 10**5)


_is_number = _matches(f"[{DIGITS}{LETTERS}]{{5,6}}")
_is_hash = _matches("[0-9a-f]{64}")
_is_day = _matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


_MASK: dict[str, Callable[[object], bool]] = {"mask": _is_text, "letters": _is_text, "by": _is_text}
FORMS: dict[str, dict[str, Callable[[object], bool]]] = {
    "begun": {"office": _is_text, "carried": _is_bool, "draws": _is_int},
    "carried": {"numbers": _is_numbers},
    "seed_committed": {"day": _is_day, "digest": _is_hash},
    "seed_published": {"day": _is_day, "digest": _is_hash, "secret": _is_hash},
    "beacon": {"source": _is_text, "round": _is_int, "value": _is_text},
    "released": _MASK
    | {"size": _is_int, "opens_at": _is_int, "compose_from": _is_int, "draw_days": _is_days}
    | {"compose": _matches("first|now|date|drawn")},
    "withheld": _MASK | {"reason": _is_text},
    "unwithheld": _MASK
    | {"reason": _is_text, "second": _is_text, "draw_days": _is_days}
    | {"random_from": _is_int, "compose_from": _is_int},
    "drawn": {"n": _is_int, "day": _is_day, "nonce": _is_text, "without_four": _is_bool, "size": _is_int}
    | {"want": _is_int, "looked_at": _is_int, "numbers": _is_numbers, "until": _is_int}
    | {"ended": _is_numbers, "extended": _is_holds, "waiting": _is_numbers},
    "held": {"holds": _is_holds},
    "claimed": {"number": _is_number, "way": _matches("draw|wish"), "draw": _is_int, "ended": _is_numbers},
    "confirmed": {"number": _is_number},
    "returned": {"number": _is_number, "rests_until": _is_int}
    | {"why": _matches("expired|voided|revoked|appeal|carried")},
    "reinstated": {"number": _is_number, "why": _matches("confirmed|voided|revoked|approved")},
    "cancelled": {"mask": _is_text, "reason": _is_text, "by": _is_text},
    "redated": {"mask": _is_text, "reason": _is_text, "by": _is_text}
    | {"opens_at": _is_int, "compose_from": _is_int, "compose": _matches("first|now|date|drawn")},
    "restored": {"backup_at": _is_int, "lost_at": _is_int},
}
"""The keys of each event, and what their values are."""
for _form in FORMS.values():
    _form |= {"at": _is_int, "event": _is_text, "kind": _is_text, "seq": _is_int, "hash": _is_hash}


def _ensure_form(entry: Entry) -> None:
    form = FORMS.get(str(entry.get("event")))
    if form is None:
        raise _Wrong(f"there is no event {entry.get('event')!r}")
    missing, superfluous = form.keys() - entry.keys(), entry.keys() - form.keys()
    _ensure(not missing, f"{entry['event']} has no {', '.join(sorted(missing))}")
    _ensure(not superfluous, f"{entry['event']} must not have {', '.join(sorted(superfluous))}")
    for key, is_right in form.items():
        _ensure(is_right(entry[key]), f"{key} of {entry['event']} is not as it must be")


class _Chains:
    """The first pass: the form of the file, the chain of each pool, and the published seeds."""

    def __init__(self, office: str | None, wanted: Sequence[str]) -> None:
        self._wanted_office, self._wanted = office, set(wanted)
        self._lines, self._ended, self._kind = 0, False, ""
        self.office, self.entries, self._latest = "", 0, 0
        self.first_at: int | None = None
        self.last_at: int | None = None
        self.heads: dict[str, Entry] = {}  # by kind: hash and seq of the last entry
        self.secrets: dict[str, bytes] = {}  # by digest

    def add(self, entry: Entry) -> None:
        self._lines += 1
        _ensure(not self._ended, "there is a line after the last one")
        if self._lines == 1:
            self._begin(entry)
        elif "end" in entry:
            _ensure(entry.keys() == {"end", "heads"} and entry["end"] is True, "the last line is malformed")
            _ensure(entry["heads"] == self.heads, "the heads of the last line are not those of the entries")
            self._ended = True
        else:
            _ensure_form(entry)
            self._link(entry)

    def ensure_complete(self) -> None:
        if not self._lines:
            raise JournalError(1, "the file is empty")
        if not self._ended:
            raise JournalError(self._lines + 1, "the last line, with the heads, is missing: the file was cut")
        if self._wanted:
            head = min(self._wanted)
            raise JournalError(
                0,
                f"this head is not in the file: {head}. Its entry may be newer than the file's last one"
                f"{f' of {minute_of(self.last_at)}' if self.last_at is not None else ''}: then check a newer "
                "file; or it is of another office; otherwise this is another chain than the one you saw",
            )

    def _begin(self, entry: Entry) -> None:
        is_first = entry.keys() == {"format", "office"} and isinstance(entry["office"], str)
        _ensure(is_first and entry["format"] == FORMAT, f"this is not the first line of a {FORMAT}")
        self.office = entry["office"]
        if self._wanted_office is not None and self.office != self._wanted_office:
            raise _Wrong(f"the journal is that of {self.office}, not of {self._wanted_office}")

    def _link(self, entry: Entry) -> None:
        kind, seq, at = entry["kind"], entry["seq"], entry["at"]
        _ensure(kind in KINDS, f"there is no plate kind {kind!r}")
        if kind != self._kind:
            _ensure(kind not in self.heads, f"entries of {kind} come after those of another pool")
            self._kind, self._latest = kind, 0
        before = self.heads.get(kind, {"hash": "0" * 64, "seq": 0})
        _ensure(seq == before["seq"] + 1, f"seq is {seq} after {before['seq']}: entries are missing or moved")
        body = _canonical({key: value for key, value in entry.items() if key != "hash"})
        found = hashlib.sha256(f"{before['hash']}\n{body}".encode()).hexdigest()
        _ensure(found == entry["hash"], "the hash does not fit: this entry or the one before was changed")
        _ensure((entry["event"] == "begun") == (seq == 1), "a chain begins with begun, and only once")
        _ensure(at >= self._latest - CLOCKS_DIFFER, "at is more than a minute before an earlier entry")
        self.heads[kind] = {"hash": found, "seq": seq}
        self.entries += 1
        self._latest = max(at, self._latest)
        self.first_at = at if self.first_at is None else min(at, self.first_at)
        self.last_at = at if self.last_at is None else max(at, self.last_at)
        if self._wanted:
            self._wanted = {head for head in self._wanted if not found.startswith(head)}
        if entry["event"] == "seed_published":
            secret = bytes.fromhex(entry["secret"])
            _ensure(
                hashlib.sha256(secret).hexdigest() == entry["digest"], "the secret does not fit its digest"
            )
            self.secrets[entry["digest"]] = secret


# Numbers and masks (section 3)


class Mask:
    """A set of numbers, each with a rank in ascending order.

    Raises:
        _Wrong: there is no such mask.
    """

    def __init__(self, kind: str, pattern: str, letters: str) -> None:
        form, nev = KINDS[kind]
        is_small_enough = nev is not None or sum(char not in DIGITS + "#" for char in pattern) <= len("@@")
        _ensure(form.fullmatch(pattern) and is_small_enough, f"{pattern!r} is not a mask of {kind}")
        is_ascending = all(letter in LETTERS for letter in letters) and sorted(set(letters)) == list(letters)
        _ensure(is_ascending and bool(letters) == (nev is not None), f"letters of {pattern} are not right")
        _ensure(nev is None or pattern[nev] in "@" + letters, f"{pattern} has no new-energy letter")
        self.pattern, self.letters = pattern, letters
        self.alphabets = [
            {"#": DIGITS, "@": letters if place == nev else LETTERS}.get(char, char)
            for place, char in enumerate(pattern)
        ]
        self.skipped = int(all(alphabet[0] == "0" for alphabet in self.alphabets))  # 00000 is not issued
        self.size = math.prod(map(len, self.alphabets)) - self.skipped
        _ensure(self.size, "00000 is not issued")
        self._ranks: list[dict[str, int]] = []  # of each position: what its characters add to the rank
        after = 1
        for alphabet in reversed(self.alphabets):
            self._ranks.insert(0, {char: place * after for place, char in enumerate(alphabet)})
            after *= len(alphabet)
        self._match = re.compile("".join(f"[{alphabet}]" for alphabet in self.alphabets)).fullmatch

    def contains(self, number: str) -> bool:
        return self._match(number) is not None and number != "00000"

    def number(self, rank: int) -> str:
        """Return the number with a rank from 0 to ``size`` - 1."""
        rank += self.skipped
        chars = []
        for alphabet in reversed(self.alphabets):
            rank, place = divmod(rank, len(alphabet))
            chars.append(alphabet[place])
        return "".join(reversed(chars))

    def rank(self, number: str) -> int:
        """Return the rank of a number of this mask."""
        return sum([ranks[char] for ranks, char in zip(self._ranks, number, strict=True)]) - self.skipped

    def overlaps(self, other: "Mask") -> bool:
        common = [
            set(mine) & set(theirs) for mine, theirs in zip(self.alphabets, other.alphabets, strict=True)
        ]
        return all(common) and any(chars != {"0"} for chars in common)


class Segment:
    """The numbers that were released together: a byte for the state of each, and counts of the free ones.

    A hold or rest that has ended stays in its state until ``_Pool._settle``.
    """

    def __init__(self, mask: Mask, opens_at: int, compose_from: int, compose: str) -> None:
        self.mask, self.opens_at, self.compose_from, self.compose = mask, opens_at, compose_from, compose
        self.free = mask.size
        self._states = bytearray(mask.size)
        self._free_in = [min(BLOCK, mask.size - start) for start in range(0, mask.size, BLOCK)]

    def state(self, rank: int) -> int:
        return self._states[rank]

    def change(self, rank: int, state: int) -> None:
        difference = (state == FREE) - (self._states[rank] == FREE)
        self._states[rank] = state
        self._free_in[rank // BLOCK] += difference
        self.free += difference

    def find_free(self, position: int) -> int:
        """Return the rank of the free number that has ``position`` free ones before it."""
        low = 0
        for free in self._free_in:
            if position < free:
                break
            position -= free
            low += BLOCK
        high = min(low + BLOCK, self.mask.size)
        while high - low > 1:
            middle = (low + high) // 2
            before = self._states.count(FREE, low, middle)
            if position < before:
                high = middle
            else:
                low, position = middle, position - before
        return low


# The stream (section 3)


def stream(seed: bytes, office: str, kind: str, n: int, nonce: str, head: str) -> Iterator[int]:
    """Yield the 64-bit words of draw ``n``; ``head`` is the hash of the entry before it."""
    begun = hmac.new(seed, f"{office}|{kind}|{n}|{nonce}|{head}|".encode(), hashlib.sha256)
    for counter in count():
        block = begun.copy()
        block.update(b"%d" % counter)
        digest = block.digest()
        for start in (0, 8, 16, 24):
            yield int.from_bytes(digest[start : start + 8])


def below(words: Iterator[int], size: int) -> int:
    """Return a number from 0 to ``size`` - 1, all equally probable, from the next words of a stream."""
    fair = 2**64 - 2**64 % size
    return next(word for word in words if word < fair) % size


def day_of(at: int) -> str:
    """Return the date in China."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + (at + 8 * HOUR) // DAY).isoformat()


def minute_of(at: int) -> str:
    """Return the date and the time of day in China."""
    minutes = (at + 8 * HOUR) % DAY // 60_000
    return f"{day_of(at)} {minutes // 60:02}:{minutes % 60:02}"


def _days_between(at: int, later: int) -> int:
    return (later + 8 * HOUR) // DAY - (at + 8 * HOUR) // DAY


def midnight_after(at: int, days: int) -> int:
    """Return the midnight in China ``days`` days after ``at``, but not before ``at``."""
    return max(((at + 8 * HOUR) // DAY + days) * DAY - 8 * HOUR, at)


# The second pass (sections 2 and 3)


class _Pool:
    """Replays the entries of one pool."""

    def __init__(self, office: str, kind: str, secrets: dict[str, bytes], explain: Explain | None) -> None:
        self._office, self._kind, self._secrets, self._explain = office, kind, secrets, explain
        self.late_days: set[str] = set()
        self.verified = self.unverified = self.claims = 0
        self.oldest_open: str | None = None
        self._head, self._at = "0" * 64, 0
        self._is_beginning = False  # entries of the state at the beginning may follow
        self._last_draw = 0
        self._seeds: dict[str, str] = {}  # the days of all seeds, by digest
        self._current: dict[str, str] = {}  # the newest digest of each day
        self._published: set[str] = set()  # digests
        self._days: set[str] = set()  # that have had a seed since the last restore
        self._segments: list[Segment] = []
        self._withheld: dict[str, Mask] = {}  # by pattern
        self._wide: list[Mask] = []  # those that are not one number as it is written
        self._reopened: list[tuple[Mask, int, int]] = []  # random_from, compose_from
        self._holds: dict[str, tuple[int, int]] = {}  # draw and until of the last hold of a number
        self._rests: dict[str, int] = {}
        self._given_back: dict[str, str] = {}  # why, of numbers returned and not selected since
        self._ends: list[tuple[int, str]] = []  # a heap: when a hold or rest ends
        self._lately: deque[tuple[int, str]] = deque()  # those that have ended

    def add(self, entry: Entry) -> None:
        event, self._at = entry["event"], entry["at"]
        if event not in {"released", "seed_committed", "withheld", "carried", "returned", "held"}:
            self._is_beginning = False
        self._settle()
        getattr(self, f"_on_{event}")(entry)
        self._head = entry["hash"]

    # The beginning, seeds, segments

    def _on_begun(self, entry: Entry) -> None:
        _ensure(entry["office"] == self._office, f"this chain is that of {entry['office']}")
        self._is_beginning = entry["carried"]
        self._last_draw = entry["draws"]
        _ensure(entry["carried"] or not entry["draws"], "a new pool has no draws")

    def _on_carried(self, entry: Entry) -> None:
        _ensure(self._is_beginning, "carried does not follow the beginning of the chain")
        for number in entry["numbers"]:
            segment, rank = self._place(number)
            _ensure(segment.state(rank) == FREE, f"{number} is carried twice")
            segment.change(rank, SELECTED)

    def _on_seed_committed(self, entry: Entry) -> None:
        day, digest = entry["day"], entry["digest"]
        _ensure(day not in self._days, f"there is a second seed of {day}")
        _ensure(digest not in self._seeds, "this seed was committed before")
        if day <= day_of(self._at):
            self.late_days.add(day)
        self._days.add(day)
        self._seeds[digest] = day
        self._current[day] = digest

    def _on_seed_published(self, entry: Entry) -> None:
        day, digest = entry["day"], entry["digest"]
        _ensure(self._seeds.get(digest) == day, f"this is not a committed seed of {day}")
        _ensure(digest not in self._published, "this seed was published before")
        self._published.add(digest)

    def _on_beacon(self, entry: Entry) -> None:
        """It counts by being in the chain."""

    def _on_restored(self, entry: Entry) -> None:  # noqa: ARG002 - all events are called alike
        self._days.clear()  # the seeds of draws that were lost are replaced

    def _on_released(self, entry: Entry) -> None:
        mask, opens_at, compose = self._mask(entry), entry["opens_at"], entry["compose"]
        for segment in self._segments:
            _ensure(not mask.overlaps(segment.mask), f"{mask.pattern} overlaps {segment.mask.pattern}")
        _ensure(entry["size"] == mask.size, f"{mask.pattern} has {mask.size} numbers")
        _ensure(compose != "first" or not self._segments, f"{mask.pattern} is not the first segment")
        is_carried = self._is_beginning and compose == "date"
        is_early = opens_at < self._at - CLOCKS_DIFFER and not is_carried
        _ensure(not is_early, f"{mask.pattern} opens before it is released")
        _ensure(entry["compose_from"] >= opens_at, "compose_from is before opens_at")
        if compose in {"first", "now"}:
            _ensure(entry["compose_from"] == opens_at, "compose_from is not opens_at")
        _ensure(
            bool(entry["draw_days"]) == (compose == "drawn"),
            "draw_days belong to a drawn day, and to no other",
        )
        if compose == "drawn":
            self._ensure_drawn_day(entry, opens_at, f"compose:{mask.pattern}")
        self._segments.append(Segment(mask, opens_at, entry["compose_from"], compose))

    def _scheduled(self, pattern: str) -> Segment:
        """Return a segment that has not opened yet.

        Its clock may be behind by as much as the clocks of two workers differ.
        """
        for segment in self._segments:
            if segment.mask.pattern == pattern:
                is_open = segment.opens_at <= self._at - CLOCKS_DIFFER
                _ensure(not is_open and segment.free == segment.mask.size, f"{pattern} has opened already")
                return segment
        raise _Wrong(f"{pattern} is not released")

    def _on_cancelled(self, entry: Entry) -> None:
        self._segments.remove(self._scheduled(entry["mask"]))

    def _on_redated(self, entry: Entry) -> None:
        segment, opens_at, composed = self._scheduled(entry["mask"]), entry["opens_at"], entry["compose_from"]
        pattern = segment.mask.pattern
        _ensure(opens_at >= self._at - CLOCKS_DIFFER, f"{pattern} opens before it is redated")
        _ensure(composed >= opens_at, "compose_from is before opens_at")
        if entry["compose"] in {"first", "now"}:
            _ensure(composed == opens_at, "compose_from is not opens_at")
        if entry["compose"] == "drawn":
            days = _days_between(segment.opens_at, segment.compose_from)
            _ensure(segment.compose == "drawn", f"the day of {pattern} was not drawn")
            _ensure(
                composed == midnight_after(opens_at, days), "compose_from is not as many days after opens_at"
            )
        segment.opens_at, segment.compose_from, segment.compose = opens_at, composed, entry["compose"]

    def _ensure_drawn_day(self, entry: Entry, opens_at: int, nonce: str) -> None:
        least, most = entry["draw_days"]
        secret = self._secret_of_releases() if least < most else None
        if secret is not None:
            words = stream(secret, self._office, self._kind, 0, nonce, self._head)
            least = most = least + below(words, most - least + 1)
        days = [midnight_after(opens_at, after) for after in range(least, most + 1)]
        _ensure(entry["compose_from"] in days, "compose_from is not on a day that the seed can give")

    def _secret_of_releases(self) -> bytes | None:
        """Return the seed of today, or of tomorrow once that is published; None if this file lacks it."""
        today = day_of(self._at)
        is_over = self._current.get(today) in self._published
        return self._secret(day_of(self._at + DAY) if is_over else today)

    def _mask(self, entry: Entry) -> Mask:
        return Mask(self._kind, entry["mask"], entry["letters"])

    def _secret(self, day: str) -> bytes | None:
        """Return the seed of a day; None if it is published nowhere in this file."""
        digest = self._current.get(day)
        _ensure(digest, f"the seed of {day} is not committed yet")
        _ensure(digest not in self._published, f"the seed of {day} is already published")
        return self._secrets.get(str(digest))

    def _on_withheld(self, entry: Entry) -> None:
        mask = self._mask(entry)
        _ensure(mask.pattern not in self._withheld, f"{mask.pattern} is withheld already")
        self._withheld[mask.pattern] = mask
        if mask.pattern != mask.number(0):
            self._wide.append(mask)

    def _on_unwithheld(self, entry: Entry) -> None:
        mask = self._withheld.pop(entry["mask"], None)
        if mask is None or mask.letters != entry["letters"]:
            raise _Wrong(f"{entry['mask']} is not withheld")
        self._wide = [wide for wide in self._wide if wide is not mask]
        random_from = entry["random_from"]
        _ensure(random_from >= self._at - CLOCKS_DIFFER, "random_from is before the end of the withholding")
        _ensure(entry["draw_days"], "draw_days is empty")
        self._ensure_drawn_day(entry, random_from, f"unwithheld:{mask.pattern}")
        still = [reopened for reopened in self._reopened if reopened[2] > self._at - CLOCKS_DIFFER]
        # From now on, also by a clock that is behind.
        opens = random_from if random_from > self._at else 0
        self._reopened = [*still, (mask, opens, entry["compose_from"])]

    # The state of a number

    def _place(self, number: str) -> tuple[Segment, int]:
        for segment in self._segments:
            if segment.mask.contains(number):
                return segment, segment.mask.rank(number)
        raise _Wrong(f"{number} is not released")

    def _settle(self) -> None:
        """Make free what has ended before now, and forget holds that no late press can still name."""
        while self._ends and self._ends[0][0] < self._at:
            end, number = heappop(self._ends)
            if self._end(number) == end:
                segment, rank = self._place(number)
                segment.change(rank, FREE)
                self._lately.append((end, number))
        while self._lately and self._lately[0][0] < self._at - HOUR:
            end, number = self._lately.popleft()
            if number in self._holds and self._holds[number][1] == end:
                del self._holds[number]
            if self._rests.get(number) == end:
                del self._rests[number]

    def _end(self, number: str) -> int | None:
        """Return when the last hold of a number, or else its rest, ends or has ended."""
        return self._holds[number][1] if number in self._holds else self._rests.get(number)

    def _why_not_free(self, number: str, segment: Segment, rank: int) -> str:
        """Return "taken", "held" or "resting"; nothing if the number is free or withheld."""
        if segment.state(rank) >= SELECTED:
            return "taken"
        if number in self._holds and self._holds[number][1] >= self._at:
            return "held"
        return "resting" if self._rests.get(number, -1) >= self._at else ""

    def _is_withheld(self, number: str) -> bool:
        if number in self._withheld or any(mask.contains(number) for mask in self._wide):
            return True
        return any(
            mask.contains(number) and random_from > self._at for mask, random_from, _ in self._reopened
        )

    def _hold(self, number: str, draw: int, until: int) -> None:
        segment, rank = self._place(number)
        segment.change(rank, HELD)
        self._holds[number] = (draw, until)
        heappush(self._ends, (until, number))

    def _ensure_held(self, number: str, draw: int) -> None:
        """Ensure that a number is held by a draw, or was while a late press may still be handled."""
        given = self._holds.get(number)
        _ensure(given is not None and given[0] == draw, f"{number} is not held by draw {draw}")
        _ensure(given is not None and given[1] >= self._at - LATE, f"the hold of {number} has ended")

    def _end_holds(self, numbers: list[str]) -> set[int]:
        """Return numbers to the pool; return the draws that held them."""
        draws = set()
        for number in numbers:
            segment, rank = self._place(number)
            _ensure(segment.state(rank) in {FREE, HELD}, f"{number} is in ended, but nobody holds it")
            hold = self._holds.pop(number, None)
            if hold is not None:
                segment.change(rank, FREE)
                draws.add(hold[0])
        return draws

    # Draws

    def _on_drawn(self, entry: Entry) -> None:
        n, numbers = entry["n"], entry["numbers"]
        _ensure(n == self._last_draw + 1, f"draw {n} follows draw {self._last_draw}")
        self._last_draw = n
        try:
            self._redraw(entry)
        except _Wrong as wrong:
            raise _Wrong(f"draw {n}: {wrong}") from None
        for number in numbers:
            self._hold(number, n, entry["until"])
        self._change_holds(entry["extended"])

    def _redraw(self, entry: Entry) -> None:
        day, numbers = entry["day"], entry["numbers"]
        today = {day_of(self._at), day_of(self._at + CLOCKS_DIFFER)}
        _ensure(day in today, f"it was made with the seed of {day}, on {day_of(self._at)}")
        secret = self._secret(day)
        _ensure(len(self._end_holds(entry["ended"])) <= 1, "the numbers in ended are of several draws")
        opened = [segment for segment in self._segments if segment.opens_at <= self._at]
        size = sum(segment.mask.size for segment in opened)
        _ensure(entry["size"] == size, f"the pool has {size} numbers, not {entry['size']}")
        _ensure(len(numbers) <= min(entry["want"], entry["looked_at"]), "more numbers were given than it may")
        _ensure(not numbers or entry["until"] >= self._at, "its numbers are not held")
        for number in entry["waiting"]:
            until = self._holds.get(number, (0, -1))[1]
            _ensure(
                self._at - WAITING <= until < self._at,
                f"{number} cannot be waiting: no hold of it ended in the last 150 s",
            )
        if secret is None:
            self._ensure_givable(entry)
            self.unverified += 1
            self.oldest_open = min(day, self.oldest_open or day)
            return
        words = stream(secret, self._office, self._kind, entry["n"], entry["nonce"], self._head)
        candidates = self._candidates(entry, opened, words)
        if self._explain is not None:
            self._explain(self._kind, entry["n"], candidates)
        if numbers != [candidate.number for candidate in candidates if candidate.reason == "given"]:
            self._ensure_givable(entry)  # says more than that it is not what the stream gives
        _ensure_same(entry, candidates)
        self.verified += 1

    def _ensure_givable(self, entry: Entry) -> None:
        """Ensure that the numbers of a draw were free, without its stream."""
        for number in entry["numbers"]:
            segment, rank = self._place(number)
            reason = self._reason(number, segment, rank, entry)
            _ensure(not reason, f"{number} was given, but {_IS.get(reason)}")
            _ensure(segment.opens_at <= self._at, f"{number} was given, but its segment is not open yet")

    def _reason(self, number: str, segment: Segment, rank: int, entry: Entry) -> str:
        """Return why a number cannot be given; nothing if it can."""
        if reason := self._why_not_free(number, segment, rank):
            return reason
        if number in entry["waiting"]:
            return "waiting"
        if self._is_withheld(number):
            return "withheld"
        return "has a 4" if entry["without_four"] and "4" in number else ""

    def _candidates(self, entry: Entry, opened: list[Segment], words: Iterator[int]) -> list[Candidate]:
        """Return the candidates of a draw.

        One by one, which gives the same as in groups, since no group is larger than what is missing or left.
        """
        candidates: list[Candidate] = []
        given: dict[str, tuple[Segment, int]] = {}
        ends = list(accumulate(segment.mask.size for segment in opened))

        def examine(segment: Segment, rank: int) -> None:
            number = segment.mask.number(rank)
            reason = "repeated" if number in given else self._reason(number, segment, rank, entry)
            if not reason:
                given[number] = (segment, rank)
            candidates.append(Candidate(number, reason or "given"))

        while ends and len(given) < entry["want"] and len(candidates) - len(given) < MAX_REJECTED:
            drawn = below(words, ends[-1])
            index = bisect_right(ends, drawn)
            examine(opened[index], drawn - (ends[index - 1] if index else 0))
        if not ends or len(given) == entry["want"]:
            return candidates
        # The list of what is free. Everything that leaves it is marked, and unmarked at the end.
        left_out = [*given.values(), *self._ended_after_now()]
        for segment, rank in left_out:
            segment.change(rank, HELD)
        while len(given) < entry["want"] and (left := sum(segment.free for segment in opened)):
            position = below(words, left)
            for segment in opened:
                if position < segment.free:
                    break
                position -= segment.free
            rank = segment.find_free(position)
            examine(segment, rank)
            segment.change(rank, HELD)
            left_out.append((segment, rank))
        for segment, rank in left_out:
            segment.change(rank, FREE)
        return candidates

    def _ended_after_now(self) -> Iterator[tuple[Segment, int]]:
        """Yield what an earlier entry, whose clock is ahead, has settled, but is not free yet now."""
        for end, number in self._lately:
            if end >= self._at:
                segment, rank = self._place(number)
                if segment.state(rank) == FREE and self._why_not_free(number, segment, rank):
                    yield segment, rank

    def _change_holds(self, holds: list[tuple[str, int, int]]) -> None:
        for number, draw, until in holds:
            if not self._is_beginning:
                self._ensure_held(number, draw)
            segment, rank = self._place(number)
            _ensure(segment.state(rank) < SELECTED, f"{number} was selected for good before")
            self._hold(number, draw, until)

    def _on_held(self, entry: Entry) -> None:
        self._change_holds(entry["holds"])

    # Selections

    def _on_claimed(self, entry: Entry) -> None:
        number, draw = entry["number"], entry["draw"]
        segment, rank = self._place(number)
        _ensure(segment.state(rank) < SELECTED, f"{number} was selected for good before")
        if entry["way"] == "draw":
            self._ensure_held(number, draw)
        else:
            self._ensure_composable(number, segment)
            reason = self._why_not_free(number, segment, rank)
            is_own = reason == "held" and self._holds[number][0] == draw
            _ensure(not reason or is_own, f"{number} cannot be self-composed: {_IS.get(reason)}")
        self._end_holds(entry["ended"])
        self._select(number, segment, rank)
        self.claims += 1

    def _select(self, number: str, segment: Segment, rank: int) -> None:
        self._holds.pop(number, None)
        self._rests.pop(number, None)
        self._given_back.pop(number, None)
        segment.change(rank, SELECTED)

    def _ensure_composable(self, number: str, segment: Segment) -> None:
        compose_from = [segment.compose_from]
        compose_from += [compose for mask, _, compose in self._reopened if mask.contains(number)]
        _ensure(
            segment.opens_at <= self._at, f"{number} cannot be self-composed: its segment is not open yet"
        )
        _ensure(max(compose_from) <= self._at, f"{number} cannot be self-composed yet, only drawn")
        _ensure(not self._is_withheld(number), f"{number} cannot be self-composed: it is withheld")

    def _on_confirmed(self, entry: Entry) -> None:
        self._selected(entry["number"], CONFIRMED)

    def _on_returned(self, entry: Entry) -> None:
        number, until = entry["number"], entry["rests_until"]
        _ensure(entry["why"] != "carried" or self._is_beginning, "why is carried only at the beginning")
        self._selected(number, RESTING)
        self._given_back[number] = entry["why"]
        self._rests[number] = until
        heappush(self._ends, (until, number))

    def _on_reinstated(self, entry: Entry) -> None:
        """The desk has taken something back: the number is selected again for whom it was."""
        number, why = entry["number"], entry["why"]
        segment, rank = self._place(number)
        if why == "confirmed":
            _ensure(segment.state(rank) == CONFIRMED, f"{number} was not confirmed")
            segment.change(rank, SELECTED)
            return
        given_back = self._given_back.get(number)
        is_right = given_back in ({"voided", "revoked"} if why == "approved" else {why})
        _ensure(is_right, f"{number} was not {why}, or was selected since")
        reason = self._why_not_free(number, segment, rank)
        _ensure(reason in {"", "resting"}, f"{number} cannot be given back: {_IS.get(reason)}")
        self._select(number, segment, rank)

    def _selected(self, number: str, state: int) -> None:
        segment, rank = self._place(number)
        _ensure(segment.state(rank) != CONFIRMED, f"{number} is confirmed for good")
        _ensure(segment.state(rank) == SELECTED, f"{number} was not selected")
        segment.change(rank, state)


_IS = {
    "taken": "it was selected for good before",
    "held": "it is held",
    "resting": "it rests",
    "waiting": "it is in waiting",
    "withheld": "it is withheld",
    "has a 4": "it has a 4",
}


def _ensure_same(entry: Entry, candidates: list[Candidate]) -> None:
    """Compare what a draw gave with what its stream gives."""
    numbers, examined = entry["numbers"], {candidate.number for candidate in candidates}
    for place, candidate in enumerate(candidates, 1):
        is_skipped = candidate.reason == "given" and candidate.number not in numbers
        _ensure(not is_skipped, f"candidate {place} is {candidate.number}: it was free and not taken")
    for number in numbers:
        _ensure(number in examined, f"{number} was given, but it is not among the candidates")
    given = [candidate.number for candidate in candidates if candidate.reason == "given"]
    _ensure(numbers == given, f"its numbers are {', '.join(given)}, in this order")
    for number in entry["waiting"]:
        _ensure(number in examined, f"{number} is in waiting, but it is not among the candidates")
    looked_at = entry["looked_at"]
    _ensure(looked_at == len(candidates), f"it looked at {len(candidates)} candidates, not at {looked_at}")


# The command line


def summary(report: Report) -> str:
    """Return what was verified, in English and in Chinese: a line each."""
    days = [day_of(at) for at in (report.first_at, report.last_at) if at is not None]
    span = " – ".join(days) or "–"
    since = f"; the oldest of {report.oldest_open}" if report.oldest_open else ""
    oldest = f",最早为 {report.oldest_open}" if report.oldest_open else ""
    late, late_too = "", ""
    if report.late_days:
        first, last, number = report.late_days[0], report.late_days[-1], len(report.late_days)
        late = f" Committed no earlier than on their own day: the seeds of {number} days, {first} to {last}."
        late_too = f"其中 {number} 天的种子({first} 至 {last})当天才公示摘要。"
    return (
        f"{report.office}: verified. {report.entries:,} entries of {span}; "
        f"{report.draws_verified:,} draws recomputed; {report.draws_open:,} not yet verifiable "
        f"(seed not published{since}); {report.claims:,} numbers selected.{late}\n"
        f"{report.office}:核验无误。{span} 共 {report.entries:,} 条记录;"
        f"重新计算 {report.draws_verified:,} 次抽取;"
        f"{report.draws_open:,} 次尚不能核验(种子尚未公布{oldest});选定 {report.claims:,} 个号码。"
        f"{late_too}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Check a journal as the arguments say; return the exit status."""
    parser = argparse.ArgumentParser(description="Check a public journal of licence plate pools.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--office", help="the office that it must be of, 粤K")
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        type=_typed_head,
        help="a hash that must be in it; 16 digits or more",
    )
    parser.add_argument("--draw", type=int, metavar="N", help="print the candidates of draw N")
    parser.add_argument("--kind", choices=KINDS, help="of the pool of this plate kind")
    given = parser.parse_args(argv)
    if (given.draw is None) != (given.kind is None):
        parser.error("--draw and --kind belong together")
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors="backslashreplace")  # a terminal without Chinese

    found = []

    def explain(kind: str, n: int, candidates: list[Candidate]) -> None:
        if (kind, n) == (given.kind, given.draw):
            found.append(n)
            for place, candidate in enumerate(candidates, 1):
                print(f"{place:>4} {candidate.number} {candidate.reason}")

    try:
        report = check(given.file, office=given.office, heads=given.head, progress=_show, explain=explain)
    except JournalError as wrong:
        print(f"{given.file}: {wrong}\n{_failed(wrong)}")
        return 1
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if given.draw is not None and not found:
        print(f"there is no draw {given.draw} of {given.kind}, or its seed is not published yet")
    print(*(f"the journal contains {head} / 公开记录中有 {head}\n" for head in given.head), sep="", end="")
    print(summary(report))
    return 0


def _failed(wrong: JournalError) -> str:
    """Return in Chinese where a journal is wrong."""
    if wrong.line:
        return f"核验不通过:第 {wrong.line} 行,原因见上。"
    return (
        "核验不通过:文件中没有您给出的链头(--head)。如果它比文件的最后一条记录新,请换用较新的文件再核验;"
        "如果它属于别的机关,请换用那个机关的文件;否则,这份记录与您当时看到的不是同一份。"
    )


def _typed_head(text: str) -> str:
    """Return the hash of what a receipt shows: also with the number of the entry before it."""
    return text.lower().split()[-1] if text.strip() else text


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        part = done / total if total else 1
        end = "\n" if done == total else ""
        print(f"\r{'█' * int(40 * part):░<40} {part:4.0%}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
