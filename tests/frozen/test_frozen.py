"""What is stored, carried by messages in chats, or typed by people must not change."""

import pytest

from tests.frozen import dump


@pytest.mark.parametrize("subject", dump.SUBJECTS)
def test_what_is_frozen_has_not_changed(subject: str) -> None:
    told = dump.difference(subject)
    if told:
        pytest.fail(told, pytrace=False)


def test_every_golden_file_has_its_subject() -> None:
    assert {file.stem for file in dump.GOLDEN.glob("*.txt")} == set(dump.SUBJECTS)


def test_control_changed_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = [line.replace("reserved", "taken") for line in dump.lines_of("enum_values")]
    monkeypatch.setattr(dump, "lines_of", lambda _subject: changed)
    told = dump.difference("enum_values")
    assert "-preselection state: reserved" in told
    assert "+preselection state: taken" in told
