"""The checker on what the desk takes back: numbers given back by mistake, and releases that are redated."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.public_journal.checker import JournalError, check
from tests.core.journal_writer import DAY, HOUR, Office, journal


@pytest.fixture
def office() -> Office:
    made = Office(Random(1))
    made.begin()
    made.release("A00##", "first")
    return made


def selected(office: Office) -> str:
    """Let an owner select a number; return it."""
    entry = office.wish(1)
    assert entry is not None
    return str(entry["number"])


def ended(office: Office, event: str, why: str, *, rests: int = HOUR) -> str:
    """Let the desk confirm or end a reservation."""
    number = selected(office)
    keys: dict[str, Any] = {"number": number}
    if event == "returned":
        keys |= {"why": why, "rests_until": office.now + rests}
    office.write(event, **keys)
    return number


def reason(office: Office, path: Path) -> str:
    """Return what is wrong with the last entry; empty if nothing is."""
    path.write_text(journal("粤K", office.entries), encoding="utf-8")
    try:
        check(path)
    except JournalError as wrong:
        return wrong.reason if wrong.line == len(office.entries) + 1 else f"another line: {wrong}"
    return ""


@pytest.mark.parametrize(
    ("event", "why", "undone", "said"),
    [
        ("confirmed", "", "confirmed", ""),
        ("returned", "voided", "voided", ""),
        ("returned", "revoked", "revoked", ""),
        ("returned", "voided", "approved", ""),
        ("returned", "expired", "voided", "was not voided"),
        ("returned", "expired", "approved", "was not approved"),
        ("returned", "revoked", "confirmed", "was not confirmed"),
        ("confirmed", "", "voided", "was not voided"),
    ],
)
def test_number_comes_back_only_as_it_went(
    office: Office, tmp_path: Path, event: str, why: str, undone: str, said: str
) -> None:
    number = ended(office, event, why)
    office.write("reinstated", number=number, why=undone)
    wrong = reason(office, tmp_path / "j")
    assert said in wrong
    assert bool(said) == bool(wrong)


def test_number_that_comes_back_is_selected_again(office: Office, tmp_path: Path) -> None:
    number = ended(office, "returned", "revoked")
    office.write("reinstated", number=number, why="revoked")
    office.write("confirmed", number=number)
    assert reason(office, tmp_path / "j") == ""
    office.write("claimed", number=number, way="wish", draw=0, ended=[])
    assert reason(office, tmp_path / "j") == f"{number} was selected for good before"


def test_number_that_somebody_selected_since_does_not_come_back(office: Office, tmp_path: Path) -> None:
    number = ended(office, "returned", "revoked", rests=-1)
    office.now += 1
    office.write("claimed", number=number, way="wish", draw=0, ended=[])
    office.write("returned", number=number, why="expired", rests_until=office.now - 1)
    office.now += 1
    office.write("reinstated", number=number, why="revoked")
    assert "was not revoked, or was selected since" in reason(office, tmp_path / "j")


def test_number_that_somebody_holds_does_not_come_back(office: Office, tmp_path: Path) -> None:
    number = ended(office, "returned", "revoked", rests=-1)
    office.now += 1
    office.rests.clear()
    office.selected.clear()
    while True:
        drawn = office.draw(2)
        if number in drawn["numbers"]:
            break
        office.now += HOUR
    office.write("reinstated", number=number, why="revoked")
    assert "it is held" in reason(office, tmp_path / "j")


def test_scheduled_release_may_be_redated_and_cancelled(office: Office, tmp_path: Path) -> None:
    office.release("B00##", opens_in=DAY)
    before = office.entries[-1]
    dates = {"opens_at": before["opens_at"] + 7 * DAY, "compose_from": before["compose_from"] + 7 * DAY}
    said = {"mask": "B00##", "reason": "日期写错", "by": "chief:粤K"}
    office.write("redated", **said, **dates, compose="drawn")
    office.write("cancelled", **said)
    del office.segments[-1]
    office.release("B00##", "now")
    assert reason(office, tmp_path / "j") == ""
    office.write("cancelled", **{**said, "mask": "C00##"})
    assert reason(office, tmp_path / "j") == "C00## is not released"


def test_drawn_day_is_not_moved_by_itself(office: Office, tmp_path: Path) -> None:
    office.release("B00##", opens_in=DAY)
    before = office.entries[-1]
    office.write(
        "redated",
        mask="B00##",
        reason="日期写错",
        by="chief:粤K",
        opens_at=before["opens_at"],
        compose_from=before["compose_from"] + DAY,
        compose="drawn",
    )
    assert "not as many days after opens_at" in reason(office, tmp_path / "j")


def test_open_segment_is_not_cancelled(office: Office, tmp_path: Path) -> None:
    office.now += HOUR
    office.write("cancelled", mask="A00##", reason="日期写错", by="chief:粤K")
    assert reason(office, tmp_path / "j") == "A00## has opened already"
