"""Checks a pool's journal in a child process, so that a long replay does not hold up the event loop."""

import asyncio
import json
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.isolation.child import ChildLimits
from bot.isolation.runner import ChildFailedError, run_isolated
from bot.public_journal.files import JournalFiles
from core.public_journal import checker
from core.public_journal.checker import Candidate, JournalError
from core.public_journal.entries import NO_HASH, Event

LIMITS = ChildLimits(memory=2_000_000_000, cpu_seconds=900, seconds=1200)
"""A million entries take some minutes."""
_MOST_NAMED = 20
"""Numbers that are named of those that a draw passed over for one reason; further ones are only counted."""
_MOST_KEPT = 16
"""Outcomes that are kept."""

_Packed = tuple[int, dict[str, int], dict[str, list[str]], int, str, str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """A pool to be checked, and draws whose candidates are wanted.

    Attributes:
        since: what has happened by then must be in the file that is checked.
        first, last: the numbers of the draws; 0 for none.
    """

    office: str
    kind: str
    since: datetime | None = None
    first: int = 0
    last: int = 0

    @property
    def key(self) -> str:
        """Distinguishes it from other requests of a step."""
        return f"check:{self.office}:{self.kind}:{self.first}:{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputedDraw:
    """A draw that was recomputed and is as it must be."""

    looked_at: int
    passed_over: Mapping[str, int]  # how many candidates, by ``checker.Candidate.reason``
    named: Mapping[str, tuple[str, ...]]  # the first numbers of each reason
    seq: int  # of its entry
    hash: str  # of its entry
    head: str  # of the chain before it
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolCheck:
    """What checking a pool has found."""

    entries: int
    at: datetime  # when the heads were read
    is_finished: bool = True  # False: it took too long or too much memory, and nothing was found
    line: int = 0  # of the file, if something is wrong there
    reason: str = ""  # what is wrong, in English
    draws: Mapping[int, RecomputedDraw] = field(default_factory=dict)


class Checks:
    """Checks pools, one at a time, and keeps the outcomes as long as the files are the same."""

    def __init__(self, files: JournalFiles) -> None:
        self._files = files
        self._turn = asyncio.Semaphore(1)
        self._known: OrderedDict[tuple[Path, int, int], PoolCheck] = OrderedDict()

    async def check(self, wanted: CheckRequest) -> PoolCheck:
        """Return what checking a pool finds; those who ask for the same meanwhile share the outcome.

        Raises:
            OSError: the journal could not be written into a file.
        """
        async with self._files.file(wanted.office, wanted.kind, since=wanted.since) as file:
            key = file.path, wanted.first, wanted.last
            known = self._known.get(key)
            if known is not None:
                return known
            async with self._turn:
                outcome = await _checked(file.path, wanted, file.heads.entries, file.heads.at)
            if outcome.is_finished:
                self._known[key] = outcome
                while len(self._known) > _MOST_KEPT:
                    self._known.popitem(last=False)
            return outcome


async def _checked(path: Path, wanted: CheckRequest, entries: int, at: datetime) -> PoolCheck:
    try:
        line, reason, draws = await run_isolated(
            check_packed, str(path), wanted.office, wanted.first, wanted.last, limits=LIMITS
        )
    except ChildFailedError:
        return PoolCheck(entries=entries, at=at, is_finished=False)
    return PoolCheck(
        entries=entries,
        at=at,
        line=line,
        reason=reason,
        draws={n: _unpacked(packed) for n, packed in draws.items()},
    )


def check_packed(path: str, office: str, first: int, last: int) -> tuple[int, str, dict[int, _Packed]]:
    """Check a file of one pool and return plain values: this runs in the child."""
    found: dict[int, list[Candidate]] = {}

    def explain(_kind: str, n: int, candidates: list[Candidate]) -> None:
        if first <= n <= last:
            found[n] = candidates

    try:
        checker.check(path, office=office, explain=explain)
    except JournalError as error:
        return error.line, error.reason, {}
    return 0, "", _described(path, found) if found else {}


def _described(path: str, found: Mapping[int, list[Candidate]]) -> dict[int, _Packed]:
    """Add to the candidates of draws what their entries say."""
    packed: dict[int, _Packed] = {}
    head, mark = NO_HASH, f'"event":"{Event.DRAWN}"'
    with Path(path).open(encoding="utf-8") as file:
        for text in file:
            if '"event":' not in text:
                continue  # the first line or the last
            entry = json.loads(text) if mark in text else None
            candidates = found.get(entry["n"]) if entry else None
            if entry and candidates is not None:
                packed[entry["n"]] = (
                    len(candidates),
                    *_passed_over(candidates),
                    entry["seq"],
                    entry["hash"],
                    head,
                    entry["numbers"],
                )
            head = _hash_of(text)
    return packed


def _passed_over(candidates: Iterable[Candidate]) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return how many candidates were passed over for each reason, and some of their numbers, each once."""
    counts: Counter[str] = Counter()
    named: dict[str, dict[str, None]] = {}
    for one in candidates:
        if one.reason != "given":
            counts[one.reason] += 1
            numbers = named.setdefault(one.reason, {})
            if len(numbers) < _MOST_NAMED:
                numbers[one.number] = None
    return dict(counts.most_common()), {reason: list(numbers) for reason, numbers in named.items()}


def _hash_of(text: str) -> str:
    """Return the hash of an entry's line without parsing all of it."""
    start = text.index('"hash":"') + len('"hash":"')
    return text[start : start + len(NO_HASH)]


def _unpacked(packed: _Packed) -> RecomputedDraw:
    looked_at, passed_over, named, seq, digest, head, numbers = packed
    return RecomputedDraw(
        looked_at=looked_at,
        passed_over=passed_over,
        named={reason: tuple(some) for reason, some in named.items()},
        seq=seq,
        hash=digest,
        head=head,
        numbers=tuple(numbers),
    )


class CheckNeeded(Exception):
    """A step needs the outcome of a check: run it again with what the check has found."""

    def __init__(self, wanted: CheckRequest, chat_id: int) -> None:
        super().__init__()
        self.wanted = wanted
        self.chat_id = chat_id
