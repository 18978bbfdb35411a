"""Recordings of calls are compared test by test, ignoring what varies by itself."""

from pathlib import Path

import pytest

from tests.recording import compared, content, differing


def recording(folder: Path, **tests: str) -> Path:
    folder.mkdir()
    for name, text in tests.items():
        (folder / f"e2e_test_things.py_{name}[sqlite].txt").write_text(text, encoding="utf-8")
    return folder


def test_equal_recordings_do_not_differ(tmp_path: Path) -> None:
    old, new = (recording(tmp_path / name, test_a="passed\n") for name in ("old", "new"))
    assert differing(old, new) == {}
    assert compared([old, new]) == 0


def test_changed_missing_and_further_tests_differ(tmp_path: Path) -> None:
    old = recording(tmp_path / "old", test_a="sendMessage 1\n", test_b="passed\n", test_c="passed\n")
    new = recording(tmp_path / "new", test_a="sendMessage 2\n", test_b="passed\n", test_d="passed\n")
    found = differing(old, new)
    assert set(found) == {f"test_things.py_test_{letter}[sqlite]" for letter in "acd"}
    assert "-sendMessage 1\n+sendMessage 2" in found["test_things.py_test_a[sqlite]"]
    assert compared([old, new]) == 1


def test_what_differs_by_itself_is_only_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = recording(tmp_path / "old", test_a="1\n", test_b="1\n")
    again = recording(tmp_path / "again", test_a="2\n", test_b="1\n")
    new = recording(tmp_path / "new", test_a="3\n", test_b="1\n")
    assert compared([old, again, new]) == 0
    assert "0 differ" in capsys.readouterr().out
    assert compared([old, again, recording(tmp_path / "newer", test_a="1\n", test_b="4\n")]) == 1


def test_test_is_known_by_its_name_wherever_its_file_is(tmp_path: Path) -> None:
    old, new = recording(tmp_path / "old", test_a="passed\n"), tmp_path / "new"
    new.mkdir()
    (new / "e2e_owners_test_things.py_test_a[sqlite].txt").write_text("passed\n", encoding="utf-8")
    assert differing(old, new) == {}


def test_moments_in_a_file_of_text_are_told_to_the_minute() -> None:
    assert content(b"2026-03-10 10:00:01") == content(b"2026-03-10 10:00:59")
    assert content(b"2026-03-10 10:00:01") != content(b"2026-03-10 10:01:01")
