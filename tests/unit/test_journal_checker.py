"""The checker of public journals: valid ones verify, and whatever is wrong is named with its line."""

import hashlib
import itertools
import os
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.public_journal.checker import Candidate, JournalError, Report, check, main, summary
from tests.core.journal_writer import (
    DAY,
    HOUR,
    SECOND,
    Entry,
    Office,
    chained,
    journal,
    line,
    three_days,
    valid,
)


@cache
def _pools(seed: int = 7) -> tuple[list[Entry], ...]:
    return tuple(office.entries for office in valid(seed))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


@pytest.fixture
def lines() -> list[str]:
    return journal("粤K", *_pools()).splitlines(keepends=True)


def _check(path: Path, text: str | list[str] | bytes, **options: Any) -> Report:
    content = "".join(text) if isinstance(text, list) else text
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return check(path, **options)


def _wrong(path: Path, text: str | list[str] | bytes, **options: Any) -> tuple[int, str]:
    with pytest.raises(JournalError) as caught:
        _check(path, text, **options)
    return caught.value.line, caught.value.reason


# Valid journals


@pytest.mark.parametrize("seed", range(12))
def test_valid_journals_verify(path: Path, seed: int) -> None:
    offices = valid(seed)
    report = _check(path, journal("粤K", *(office.entries for office in offices)), office="粤K")
    drawn = [entry for office in offices for entry in office.entries if entry["event"] == "drawn"]
    published = {
        (entry["kind"], entry["digest"])
        for office in offices
        for entry in office.entries
        if entry["event"] == "seed_published"
    }
    assert report.draws_verified + report.draws_open == len(drawn)
    assert report.draws_verified > report.draws_open > 0
    assert len(published) > 2
    assert report.entries == sum(len(office.entries) for office in offices)
    assert report.heads == {office.kind: office.head for office in offices}
    assert sum(office.from_list for office in offices) > 5


@pytest.mark.soak
def test_hundreds_of_valid_journals_verify(path: Path) -> None:
    for seed in range(1000, 1400):
        _check(path, journal("粤K", *(office.entries for office in valid(seed, steps=40))))


class OneLetter(Office):
    """An office with a single new-energy letter: a mask may be one number, and not be written as it is."""

    @property
    def letters(self) -> str:
        return "D"


def test_mask_of_one_number_is_withheld_however_it_is_written(path: Path) -> None:
    office = OneLetter(Random(1), kind="small_nev")
    office.begin()
    office.release("@1234#", "first")
    office.withhold("@12345")
    drawn = office.draw(1)
    assert len(drawn["numbers"]) == 9
    office.now += DAY
    office.ensure_seed()
    assert _check(path, journal("粤K", office.entries)).draws_verified == 1


def test_journal_without_pools_is_valid(path: Path) -> None:
    report = _check(path, journal("粤K"))
    assert (report.entries, report.first_at, report.heads) == (0, None, {})


def test_hash_of_a_receipt_is_found(path: Path, lines: list[str]) -> None:
    entries = _pools()[1]
    _check(path, lines, heads=[entries[3]["hash"][:16], entries[-1]["hash"]])


def test_progress_is_told_to_the_end(path: Path, lines: list[str]) -> None:
    told: list[tuple[int, int]] = []
    _check(path, lines, progress=lambda done, total: told.append((done, total)))
    size = path.stat().st_size
    assert [told[0], told[-1]] == [(size, 2 * size), (2 * size, 2 * size)]


def test_candidates_are_explained(path: Path, lines: list[str]) -> None:
    found: dict[tuple[str, int], list[Candidate]] = {}
    _check(path, lines, explain=lambda kind, n, candidates: found.update({(kind, n): candidates}))
    reasons = {candidate.reason for candidates in found.values() for candidate in candidates}
    assert reasons == {"given", "repeated", "taken", "held", "waiting", "resting", "withheld", "has a 4"}
    for entry in _pools()[0]:
        if entry["event"] == "drawn" and ("small", entry["n"]) in found:
            candidates = found["small", entry["n"]]
            assert len(candidates) == entry["looked_at"]
            given = [one.number for one in candidates if one.reason == "given"]
            assert given == entry["numbers"]


# Files that are damaged


def test_file_of_which_the_end_is_missing(path: Path, lines: list[str]) -> None:
    assert _wrong(path, lines[:-1]) == (
        len(lines),
        "the last line, with the heads, is missing: the file was cut",
    )


def test_file_cut_within_a_line(path: Path, lines: list[str]) -> None:
    number, reason = _wrong(path, "".join(lines[:40])[:-30])
    assert (number, reason) == (40, "the line does not end: the file was cut")


def test_line_missing_in_the_middle(path: Path, lines: list[str]) -> None:
    number, reason = _wrong(path, lines[:30] + lines[31:])
    assert (number, reason) == (31, "seq is 31 after 29: entries are missing or moved")


def test_first_line_missing(path: Path, lines: list[str]) -> None:
    assert _wrong(path, lines[1:])[0] == 1


def test_lines_in_another_order(path: Path, lines: list[str]) -> None:
    assert _wrong(path, [*lines[:20], lines[21], lines[20], *lines[22:]])[0] == 21


def test_line_after_the_last(path: Path, lines: list[str]) -> None:
    assert _wrong(path, [*lines, lines[-1]]) == (len(lines) + 1, "there is a line after the last one")


def test_pool_missing_of_the_end(path: Path, lines: list[str]) -> None:
    kept = [one for one in lines if '"kind":"small_nev"' not in one]
    assert _wrong(path, kept) == (len(kept), "the heads of the last line are not those of the entries")


@pytest.mark.parametrize("key", ["at", "until", "looked_at", "n"])
def test_digit_changed(path: Path, lines: list[str], key: str) -> None:
    place = next(index for index, one in enumerate(lines) if '"event":"drawn"' in one and '"n":7,' in one)
    before = f'"{key}":'
    start = lines[place].index(before) + len(before)
    end = lines[place].index(",", start) - 1
    digit = str((int(lines[place][end]) + 1) % 10)
    lines[place] = lines[place][:end] + digit + lines[place][end + 1 :]
    assert _wrong(path, lines)[0] == place + 1


@pytest.mark.parametrize(
    ("content", "number", "words"),
    [
        (b"", 1, "is empty"),
        (b"\n", 1, "not JSON"),
        (b"\xff\xfe\n", 1, "not UTF-8"),
        (b"[]\n", 1, "not a JSON object"),
        (b"[" * 100_000 + b"\n", 1, "not JSON"),
        (b'{"a":' + b"9" * 5000 + b"}\n", 1, "not JSON"),
        (b'{"format": "xuanhao-journal/1","office":"A"}\n', 1, "canonically"),
        (b'{"format":"xuanhao-journal/1","office":"A"}\r\n', 1, "canonically"),
        (b'{"format":"xuanhao-journal/1","office":"\\ud800"}\n', 1, "canonically"),
        (b'{"format":"xuanhao-journal/2","office":"A"}\n', 1, "first line"),
        (b'{"format":"xuanhao-journal/1","office":"A"}\n{"a":NaN}\n', 2, "no event"),
    ],
)
def test_what_is_no_journal(path: Path, content: bytes, number: int, words: str) -> None:
    found, reason = _wrong(path, content)
    assert found == number
    assert words in reason


def test_line_nested_as_deeply_as_can_be_read(path: Path) -> None:
    """Writing it canonically may need more of the stack than reading it did."""
    for depth in range(sys.getrecursionlimit() - 100, sys.getrecursionlimit() + 20):
        assert _wrong(path, '{"format":' + "[" * depth + "]" * depth + "}\n")[0] == 1


def test_enormous_line_is_refused(path: Path, lines: list[str]) -> None:
    assert _wrong(path, [*lines[:5], "x" * 5_000_000 + "\n"]) == (6, "the line is longer than 4194304 bytes")


def test_gigabyte_without_lines_is_refused_at_once(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**30)
    tracemalloc.start()
    with pytest.raises(JournalError) as caught:
        check(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.line == 1
    assert most < 20_000_000


def test_journal_of_another_office(path: Path, lines: list[str]) -> None:
    assert _wrong(path, lines, office="粤A") == (1, "the journal is that of 粤K, not of 粤A")
    lines[0] = lines[0].replace("粤K", "粤A")
    assert _wrong(path, lines, office="粤A") == (2, "this chain is that of 粤K")


def test_hash_that_is_not_in_it(path: Path, lines: list[str]) -> None:
    line, reason = _wrong(path, lines, heads=["0123456789abcdef"])
    assert line == 0
    assert reason.startswith("this head is not in the file: 0123456789abcdef. Its entry may be newer than")


@pytest.mark.parametrize("head", ["", "0123456789abcde", "0123456789ABCDEF", "f" * 65, "x" * 16])
def test_what_is_no_hash(path: Path, lines: list[str], head: str) -> None:
    with pytest.raises(ValueError, match="is not a hash"):
        _check(path, lines, heads=[head])


def test_directory_and_missing_file(tmp_path: Path, path: Path) -> None:
    with pytest.raises(OSError, match="not a regular file"):
        check(tmp_path)
    with pytest.raises(FileNotFoundError):
        check(path)
    os.mkfifo(path)
    with pytest.raises(OSError, match="not a regular file"):
        check(path)


# Journals that were forged as a whole: all hashes are right


@dataclass
class Forged:
    """A pool whose entries are changed and chained again."""

    path: Path
    entries: list[Entry] = field(default_factory=lambda: deepcopy(_pools()[0]))

    def find(self, event: str, *, where: Callable[[Entry], bool] = lambda _: True) -> int:
        return next(
            index for index, entry in enumerate(self.entries) if entry["event"] == event and where(entry)
        )

    def draw(self, *, least: int = 5) -> int:
        """Return the index of a draw that gave at least so many numbers and looked at more."""
        return self.find(
            "drawn", where=lambda entry: len(entry["numbers"]) >= least and entry["looked_at"] > least + 8
        )

    def reason_at(self, index: int) -> str:
        """Return what is wrong with the entry, which must be the first line that is named."""
        number, reason = _wrong(self.path, journal("粤K", chained(self.entries)))
        assert number == index + 2, reason
        return reason


@pytest.fixture
def forged(path: Path) -> Forged:
    return Forged(path)


def test_control_chained_again_it_is_valid(path: Path, forged: Forged) -> None:
    _check(path, journal("粤K", chained(forged.entries)))


def test_number_of_a_draw_replaced(forged: Forged) -> None:
    index = forged.find("drawn", where=lambda entry: entry["looked_at"] == len(entry["numbers"]) > 8)
    entry = forged.entries[index]
    unseen = next(
        number for number in (f"A00{rank:02}" for rank in range(79)) if number not in line(entry) + "A0048"
    )
    was = entry["numbers"][2]
    entry["numbers"] = [unseen if number == was else number for number in entry["numbers"]]
    assert forged.reason_at(index) == f"draw {entry['n']}: candidate 3 is {was}: it was free and not taken"


def test_candidate_skipped(forged: Forged) -> None:
    index = forged.draw()
    entry = forged.entries[index]
    was = entry["numbers"].pop(1)
    reason = forged.reason_at(index)
    assert reason.startswith(f"draw {entry['n']}: candidate ")
    assert reason.endswith(f" is {was}: it was free and not taken")


def test_numbers_in_another_order(forged: Forged) -> None:
    index = forged.draw()
    forged.entries[index]["numbers"] = forged.entries[index]["numbers"][::-1]
    assert "in this order" in forged.reason_at(index)


@pytest.mark.parametrize("difference", [-1, 1])
def test_looked_at_is_off(forged: Forged, difference: int) -> None:
    index = forged.draw()
    entry = forged.entries[index]
    entry["looked_at"] += difference
    right = entry["looked_at"] - difference
    assert forged.reason_at(index) == (
        f"draw {entry['n']}: it looked at {right} candidates, not at {entry['looked_at']}"
    )


def test_another_nonce(forged: Forged) -> None:
    index = forged.draw()
    forged.entries[index]["nonce"] += "0"
    assert "it was free and not taken" in forged.reason_at(index)


def test_size_is_off(forged: Forged) -> None:
    index = forged.draw()
    forged.entries[index]["size"] += 1
    assert "numbers, not" in forged.reason_at(index)


def test_draw_left_out(forged: Forged) -> None:
    index = forged.draw()
    n = forged.entries[index]["n"]
    del forged.entries[index]
    following = forged.find("drawn", where=lambda entry: entry["n"] > n)
    number, reason = _wrong(forged.path, journal("粤K", chained(forged.entries)))
    assert index + 2 <= number <= following + 2, reason


def test_two_draws_with_one_number(forged: Forged) -> None:
    draws = [index for index, entry in enumerate(forged.entries) if entry["event"] == "drawn"]
    index = next(
        later
        for earlier, later in itertools.pairwise(draws)
        if forged.entries[earlier]["numbers"]
        and forged.entries[earlier]["until"] > forged.entries[later]["at"]
        and len(forged.entries[later]["numbers"]) > 5
        and not set(forged.entries[earlier]["numbers"]) & set(forged.entries[later]["ended"])
    )
    given = forged.entries[draws[draws.index(index) - 1]]["numbers"][0]
    entry = forged.entries[index]
    entry["numbers"] = [given, *entry["numbers"][1:]]
    assert forged.reason_at(index) == f"draw {entry['n']}: {given} was given, but it is held"


def test_withheld_number_given(path: Path) -> None:
    office = _small_office(path)
    office.withhold("B0004")
    drawn = office.draw(1)
    drawn["numbers"] = ["B0004", *drawn["numbers"][1:]]
    assert _reason_of_last(office, path) == "draw 1: B0004 was given, but it is withheld"


def _small_office(path: Path, *, compose: str = "first") -> Office:
    """Return a pool of ten numbers, valid so far, whose seed is not published."""
    office = Office(Random(36), want=3)
    office.begin()
    office.release("B000#", compose)
    _check(path, journal("粤K", office.entries))
    office.now += SECOND
    return office


def _reason_of_last(office: Office, path: Path) -> str:
    """Return what is wrong with a pool's last entry."""
    number, reason = _wrong(path, journal("粤K", chained(office.entries)))
    assert number == len(office.entries) + 1, reason
    return reason


def _claim(office: Office, number: str, way: str = "wish", draw: int = 0) -> None:
    office.write("claimed", number=number, way=way, draw=draw, ended=[])


def test_wish_of_a_withheld_number(path: Path) -> None:
    office = _small_office(path)
    office.withhold("B000@")
    office.withhold("B00#7")
    _claim(office, "B0007")
    assert _reason_of_last(office, path) == "B0007 cannot be self-composed: it is withheld"


def test_wish_of_a_number_that_can_only_be_drawn(path: Path) -> None:
    office = _small_office(path, compose="date")
    _claim(office, "B0007")
    assert _reason_of_last(office, path) == "B0007 cannot be self-composed yet, only drawn"


def test_wish_of_a_number_whose_withholding_has_just_ended(path: Path) -> None:
    office = _small_office(path)
    office.withhold("B00#7")
    office.unwithhold("B00#7")
    office.now += HOUR
    _claim(office, "B0006")
    _check(path, journal("粤K", office.entries))
    _claim(office, "B0007")
    assert "B0007 cannot be self-composed" in _reason_of_last(office, path)


def test_wish_of_a_held_number(path: Path) -> None:
    office = _small_office(path)
    held = office.draw(1)["numbers"][0]
    _claim(office, held)
    assert _reason_of_last(office, path) == f"{held} cannot be self-composed: it is held"


def test_wish_of_one_s_own_held_number(path: Path) -> None:
    office = _small_office(path)
    held = office.draw(1)["numbers"][0]
    _claim(office, held, draw=1)
    assert _check(path, journal("粤K", office.entries)).claims == 1


def test_wish_of_a_resting_number(path: Path) -> None:
    office = _small_office(path)
    _claim(office, "B0007")
    office.write("returned", number="B0007", why="expired", rests_until=office.now + HOUR)
    office.now += HOUR
    _claim(office, "B0007")
    assert _reason_of_last(office, path) == "B0007 cannot be self-composed: it rests"


def test_wish_of_a_number_of_no_segment(path: Path) -> None:
    office = _small_office(path)
    _claim(office, "C0007")
    assert _reason_of_last(office, path) == "C0007 is not released"


def test_number_selected_twice(path: Path) -> None:
    office = _small_office(path)
    _claim(office, "B0007")
    _claim(office, "B0007")
    assert _reason_of_last(office, path) == "B0007 was selected for good before"


def test_claim_of_a_number_that_was_never_given(path: Path) -> None:
    office = _small_office(path)
    numbers = office.draw(1)["numbers"]
    _claim(office, next(one for one in office.segments[0].numbers if one not in numbers), "draw", 1)
    assert "is not held by draw 1" in _reason_of_last(office, path)


@pytest.mark.parametrize(("late", "is_right"), [(900_000, True), (900_001, False)])
def test_claim_after_the_hold(path: Path, late: int, is_right: bool) -> None:  # noqa: FBT001
    office = _small_office(path)
    drawn = office.draw(1)
    office.now = drawn["until"] + late
    _claim(office, drawn["numbers"][0], "draw", 1)
    if is_right:
        _check(path, journal("粤K", office.entries))
    else:
        assert _reason_of_last(office, path) == f"the hold of {drawn['numbers'][0]} has ended"


def test_hold_of_somebody_else_is_not_extended(path: Path) -> None:
    office = _small_office(path)
    first = office.draw(1)["numbers"]
    office.draw(2)
    office.write("held", holds=[[first[0], 2, office.now + SECOND]])
    assert _reason_of_last(office, path) == f"{first[0]} is not held by draw 2"


def test_confirmation_of_a_number_that_was_not_selected(path: Path) -> None:
    office = _small_office(path)
    office.write("confirmed", number="B0003")
    assert _reason_of_last(office, path) == "B0003 was not selected"


def test_return_of_a_confirmed_number(path: Path) -> None:
    office = _small_office(path)
    _claim(office, "B0003")
    office.write("confirmed", number="B0003")
    office.write("returned", number="B0003", why="voided", rests_until=office.now)
    assert _reason_of_last(office, path) == "B0003 is confirmed for good"


@pytest.mark.parametrize("mask", ["B000#", "B00#7", "#0001", "@0002"])
def test_overlapping_segments(path: Path, mask: str) -> None:
    office = _small_office(path)
    office.release(mask, "now")
    overlaps = mask != "#0001"
    if overlaps:
        assert _reason_of_last(office, path) == f"{mask} overlaps B000#"
    else:
        _check(path, journal("粤K", office.entries))


def test_segments_that_have_only_00000_in_common(path: Path) -> None:
    office = Office(Random(1))
    office.begin()
    office.release("0000#", "first")
    office.release("000#0", "now")
    office.draw(1)
    assert office.entries[-1]["size"] == 18
    office.now += DAY
    office.ensure_seed()
    assert _check(path, journal("粤K", office.entries)).draws_verified == 1


@pytest.mark.parametrize("mask", ["B00#", "B00##0", "@@@##", "O000#", "b000#", "B000?", "00000", ""])
def test_masks_that_are_none(path: Path, mask: str) -> None:
    office = _small_office(path)
    office.withhold("B0001")
    office.entries[-1]["mask"] = mask
    assert mask in _reason_of_last(office, path)


def test_withheld_twice_and_ended_twice(path: Path) -> None:
    office = _small_office(path)
    office.withhold("B0001")
    office.withhold("B0001")
    assert _reason_of_last(office, path) == "B0001 is withheld already"
    office.entries.pop()
    office.unwithhold("B0001")
    _check(path, journal("粤K", office.entries))
    office.withheld["B0001"] = []
    office.unwithhold("B0001")
    assert _reason_of_last(office, path) == "B0001 is not withheld"


def test_size_of_a_segment(path: Path) -> None:
    office = _small_office(path)
    office.release("C000#", "now")
    office.entries[-1]["size"] = 11
    assert _reason_of_last(office, path) == "C000# has 10 numbers"


@pytest.mark.parametrize("event", ["released", "unwithheld"])
def test_day_that_was_not_drawn(path: Path, event: str) -> None:
    office = _small_office(path)
    if event == "released":
        office.release("C000#")
    else:
        office.withhold("B000#")
        office.unwithhold("B000#")
    index = len(office.entries) - 1
    office.publish()
    _check(path, journal("粤K", office.entries))
    for days in (-1, 1):
        changed = [dict(entry) for entry in office.entries]
        changed[index]["compose_from"] += days * DAY
        number, reason = _wrong(path, journal("粤K", chained(changed)))
        assert number == index + 2
        assert "compose_from" in reason


# Seeds


def test_seed_that_does_not_fit(path: Path) -> None:
    office = _small_office(path)
    office.publish()
    office.entries[-1]["secret"] = "00" * 32
    assert _reason_of_last(office, path) == "the secret does not fit its digest"


def test_seed_that_was_not_committed(path: Path) -> None:
    office = _small_office(path)
    office.seed = bytes(32)
    office.publish()
    assert _reason_of_last(office, path) == "this is not a committed seed of 2026-11-02"


def test_two_seeds_of_a_day(path: Path) -> None:
    office = _small_office(path)
    digest = hashlib.sha256(bytes(32)).hexdigest()
    office.write("seed_committed", day="2026-11-02", digest=digest)
    assert _reason_of_last(office, path) == "there is a second seed of 2026-11-02"
    office.entries.pop()
    office.write("restored", backup_at=office.now, lost_at=office.now)
    office.write("seed_committed", day="2026-11-02", digest=digest)
    _check(path, journal("粤K", office.entries))


def test_draw_without_seed(path: Path) -> None:
    office = _small_office(path)
    office.now += DAY
    office.seed_day = "2026-11-03"
    office.draw(1)
    assert _reason_of_last(office, path) == "draw 1: the seed of 2026-11-03 is not committed yet"


def test_draw_with_the_seed_of_another_day(path: Path) -> None:
    office = _small_office(path)
    office.now += DAY
    office.seed_day = "2026-11-03"
    office.draw(1)
    office.entries[-1]["day"] = "2026-11-02"
    assert "it was made with the seed of 2026-11-02, on 2026-11-03" in _reason_of_last(office, path)


@pytest.mark.parametrize(("before", "is_right"), [(59, True), (61, False)])
def test_draw_by_a_clock_that_is_behind_at_midnight(path: Path, before: int, is_right: bool) -> None:  # noqa: FBT001
    office = _small_office(path)
    office.now += 15 * HOUR - SECOND  # midnight
    office.ensure_seed()
    office.now -= before * SECOND
    office.draw(1)
    if is_right:
        _check(path, journal("粤K", office.entries))
    else:
        assert _wrong(path, journal("粤K", office.entries))[0] == len(office.entries) + 1


def test_draw_with_a_published_seed(path: Path) -> None:
    office = _small_office(path)
    office.publish()
    office.draw(1)
    assert _reason_of_last(office, path) == "draw 1: the seed of 2026-11-02 is already published"


# The form of entries


def test_unknown_event_and_keys(path: Path) -> None:
    office = _small_office(path)
    office.write("given", number="B0001")
    assert _reason_of_last(office, path) == "there is no event 'given'"
    office.entries.pop()
    office.write("confirmed", number="B0001", owner="张三")
    assert _reason_of_last(office, path) == "confirmed must not have owner"
    office.entries.pop()
    office.write("confirmed")
    assert _reason_of_last(office, path) == "confirmed has no number"


@pytest.mark.parametrize("value", [1.5, True, None, "1", -1, 10**15, [], {}])
def test_values_of_another_type(path: Path, value: object) -> None:
    office = _small_office(path)
    office.draw(1)
    office.entries[-1]["looked_at"] = value
    assert _reason_of_last(office, path) == "looked_at of drawn is not as it must be"


def test_every_key_of_every_entry_is_judged(path: Path) -> None:
    entries = _pools()[0]
    seen: dict[str, int] = {}
    for index, entry in enumerate(entries):
        seen.setdefault(entry["event"], index)
    for index in seen.values():
        for key in entries[index].keys() - {"hash", "seq"}:
            changed = [dict(entry) for entry in entries]
            changed[index][key] = None
            assert _wrong(path, journal("粤K", chained(changed)))[0] == index + 2, key


def test_time_goes_back(path: Path) -> None:
    office = _small_office(path)
    office.now -= 60_000 + SECOND
    office.withhold("B0001")
    _check(path, journal("粤K", chained(office.entries)))
    office.now -= 1
    office.withhold("B0002")
    assert _reason_of_last(office, path) == "at is more than a minute before an earlier entry"


# Alterations at random


def _alterations(content: bytes, dice: Random) -> Iterator[bytes]:
    while True:
        lines = content.splitlines(keepends=True)
        place, other = dice.sample(range(len(lines)), 2)
        match dice.randrange(6):
            case 0:
                at = dice.randrange(len(content))
                flipped = content[at] ^ (1 << dice.randrange(8))
                yield content[:at] + bytes([flipped]) + content[at + 1 :]
            case 1:
                yield b"".join(lines[:place] + lines[place + 1 :])
            case 2:
                yield b"".join([*lines[:place], lines[other], *lines[place:]])
            case 3:
                lines[place], lines[other] = lines[other], lines[place]
                yield b"".join(lines)
            case 4:
                digits = [index for index, char in enumerate(lines[place]) if 48 <= char <= 57]
                if digits:
                    at = dice.choice(digits)
                    digit = 48 + (lines[place][at] - 48 + dice.randint(1, 9)) % 10
                    lines[place] = lines[place][:at] + bytes([digit]) + lines[place][at + 1 :]
                    yield b"".join(lines)
            case _:
                yield content[: dice.randrange(len(content))]


def _missed(path: Path, content: bytes, count: int, seed: int) -> list[bytes]:
    missed = []
    for altered, _ in zip(_alterations(content, Random(seed)), range(count), strict=False):
        path.write_bytes(altered)
        try:
            check(path)
        except JournalError:
            continue
        missed.append(altered)
    return missed


def test_a_thousand_alterations_are_all_found(path: Path) -> None:
    content = journal("粤K", *_pools()).encode()
    assert _missed(path, content, 1000, seed=36) == []


@pytest.mark.soak
def test_ten_thousand_alterations_are_all_found(path: Path) -> None:
    content = journal("粤K", *_pools(8)).encode()
    assert _missed(path, content, 10_000, seed=37) == []


def test_control_the_journal_itself_is_not_found(path: Path) -> None:
    path.write_bytes(journal("粤K", *_pools()).encode())
    check(path)


@pytest.mark.soak
def test_memory_does_not_grow_with_the_file(path: Path) -> None:
    office = Office(Random(1))
    office.begin()
    for number in range(16_000):
        office.write("beacon", source="drand", round=number, value="f" * 3000)
    path.write_text(journal("粤K", office.entries), encoding="utf-8")
    assert path.stat().st_size > 50_000_000
    tracemalloc.start()
    check(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5_000_000


# The command line of the file


def test_exit_statuses(path: Path, lines: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text("".join(lines), encoding="utf-8")
    head = _pools()[0][-1]["hash"]
    assert main([str(path), "--office", "粤K", "--head", f"#14 {head[:16].upper()}"]) == 0
    contained, english, chinese = capsys.readouterr().out.splitlines()
    assert contained == f"the journal contains {head[:16]} / 公开记录中有 {head[:16]}"
    assert english.startswith("粤K: verified.")
    assert chinese.startswith("粤K:核验无误。")
    assert main([str(path), "--office", "粤A"]) == 1
    wrong, wrong_too = capsys.readouterr().out.splitlines()
    assert wrong == f"{path}: line 1: the journal is that of 粤K, not of 粤A"
    assert wrong_too.startswith("核验不通过:第 1 行")
    assert main([str(path.with_name("none"))]) == 2
    assert main([str(path), "--head", "12"]) == 2
    with pytest.raises(SystemExit) as stopped:
        main([str(path), "--draw", "3"])
    assert stopped.value.code == 2


def test_seeds_that_were_committed_late_are_named(path: Path, lines: list[str]) -> None:
    """The model commits to each seed on its own day; the service does so a week ahead."""
    path.write_text("".join(lines), encoding="utf-8")
    report = check(path)
    committed = {entry["day"] for pool in _pools() for entry in pool if entry["event"] == "seed_committed"}
    assert set(report.late_days) == committed
    assert f"the seeds of {len(committed)} days" in summary(report)
    assert "当天才公示摘要" in summary(report)


def test_candidates_of_one_draw_are_printed(
    path: Path, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text("".join(lines), encoding="utf-8")
    entry = next(one for one in _pools()[0] if one["event"] == "drawn" and one["n"] == 3)
    assert main([str(path), "--draw", "3", "--kind", "small"]) == 0
    *printed, _, _ = capsys.readouterr().out.splitlines()
    assert len(printed) == entry["looked_at"]
    assert [one.split()[1] for one in printed if one.endswith(" given")] == entry["numbers"]
    assert main([str(path), "--draw", "99", "--kind", "small"]) == 0
    assert "there is no draw 99 of small" in capsys.readouterr().out


def test_pool_of_each_kind_verifies(path: Path) -> None:
    for kind in ("small", "small_nev", "large_nev"):
        office = three_days(Random(5), kind)
        assert _check(path, journal("粤K", office.entries)).draws_verified > 20
