"""A press passes no more files, functions and statements than it may."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEEN = (
    "core/db/sqlite_writer.py",  # on the writing thread
    "bot/pictures/batch.py",  # when the picture is drawn
    "inbox.store",
    "pool.take",
    "preselection.end",
    "inbox.done",
)
"""What the measured presses certainly pass: it shows that the measurement sees all of the way."""


def test_press_stays_below_its_ceilings() -> None:
    # In a process of its own: only threads that start afterwards can be profiled.
    command = [sys.executable, "-m", "benchmarks.way", "--list"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr
    assert [literal for literal in SEEN if literal not in done.stdout] == []
    assert "sandbox" not in done.stdout
