"""``release`` on the command line: asks first, and says what is wrong as the chat does."""

import asyncio
import os
import pty
import signal
import sys
from io import StringIO
from pathlib import Path

import pytest

from core.public_journal import checker
from tests.e2e.test_command_line_keys import call, config, content

Said = pytest.CaptureFixture[str]


@pytest.fixture
async def made(tmp_path: Path, capsys: Said) -> Path:
    path = config(tmp_path)
    assert await call("init", config=path) == 0
    capsys.readouterr()
    return path


class Terminal(StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "count"), [("y\n", 1), ("yes\n", 1), ("n\n", 0), ("\n", 0), ("", 0)])
async def test_it_asks_on_a_terminal(
    made: Path, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch, typed: str, count: int
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    assert await call("release", "粤K", "small", "B####", config=made) == 0
    said = capsys.readouterr().out
    assert "粤K small B####: 10,000 numbers, random from 20" in said
    assert "[y/N]" in said
    assert ("nothing was released" in said) == (count == 0)
    assert sum('INSERT INTO "segment"' in one for one in content(tmp_path)) == count


async def test_an_interrupt_ends_it_at_the_question(made: Path, tmp_path: Path) -> None:
    person, terminal = pty.openpty()
    words = ("-m", "bot", "release", "粤K", "small", "B####", "--config", str(made))
    program = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdin=terminal, stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    await asyncio.wait_for(program.stdout.readuntil(b"[y/N]"), 60)
    program.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(program.wait(), 20) == 130
    os.close(person)
    os.close(terminal)
    assert not any('INSERT INTO "segment"' in one for one in content(tmp_path))


async def test_without_a_terminal_it_needs_a_word(
    made: Path, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("y\n"))
    assert await call("release", "粤K", "small", "B####", config=made) == 2
    said = capsys.readouterr()
    assert "10,000" in said.out  # what would be released
    assert "repeat the command with --yes" in said.err
    assert not any('INSERT INTO "segment"' in one for one in content(tmp_path))


WRONG: dict[tuple[str, ...], str] = {
    (): 'usage: xuanhao release 粤K small "A####"',
    ("粤K", "small"): "quote a mask, as the shell takes what follows a # for a comment",
    ("粤K", "lorry", "A####"): "kinds: small, small_nev, large_nev",
    ("粤Z", "small", "A####"): "粤Z",
    ("粤K", "small", "A####", "from", "2020-01-01T09:00"): "A release cannot open in the past.",
    ("粤K", "small", "A####", "from", "2030-12-01T09:00", "compose", "2030-11-30"): (
        "Self-composed selection cannot open before random selection."
    ),
}


@pytest.mark.parametrize("words", WRONG)
async def test_what_is_wrong_is_said(made: Path, capsys: Said, words: tuple[str, ...]) -> None:
    assert await call("release", *words, "--yes", config=made) in {1, 2}
    said = capsys.readouterr()
    assert said.out == ""
    if "粤Z" not in words:
        assert WRONG[words] in said.err
    assert "``" not in said.err, "the docstring of a class"


async def test_printed_times_are_chinas(made: Path, capsys: Said) -> None:
    words = ("粤K", "small", "A####", "from", "2030-12-01T09:00", "compose", "2030-12-09")
    assert await call("release", *words, "--yes", config=made) == 0
    said = capsys.readouterr().out
    assert "random from 2030-12-01T09:00+08:00" in said
    assert "self-composed from 2030-12-09T00:00+08:00" in said


async def test_skipped_days_are_named(made: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "this skips the 7 days of random selection only and the 7 days after them"
    assert await call("release", "粤K", "small", "A####", "compose", "now", "--yes", config=made) == 0
    assert said not in capsys.readouterr().out  # the first segment opens both ways at once
    assert await call("release", "粤K", "small", "B####", "compose", "now", "--yes", config=made) == 0
    assert said in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert await call("release", "粤K", "small", "C####", "compose", "now", config=made) == 0
    assert capsys.readouterr().out.count(said) == 1


async def test_journal_of_an_office_is_written_and_checked(made: Path, tmp_path: Path, capsys: Said) -> None:
    path = tmp_path / "journal.jsonl"
    assert await call("release", "粤K", "small", "A####", "--yes", config=made) == 0
    assert await call("journal", "粤k", str(path), config=made) == 0
    assert "entries of 粤K" in capsys.readouterr().out
    assert checker.check(path, office="粤K").entries > 0
    assert await call("journal", "粤B", str(path), config=made) == 1
    capsys.readouterr()
    assert await call("journal", "粤K", str(tmp_path / "nowhere" / "j"), config=made) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert await call("journal", "粤K", str(path / "j"), config=made) == 2
    assert capsys.readouterr().err == f"{path / 'j'}: Not a directory\n"
    assert await call("journal", "粤K", str(tmp_path), config=made) == 2
    assert not list(tmp_path.parent.glob(".*.part"))
