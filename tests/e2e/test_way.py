"""The code path of a press stays within its maximum of files, functions and statements."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEEN = (
    "core/db/sqlite_writer.py",  # on the writing thread
    "bot/pictures/batch.py",  # when the picture is rendered
    "inbox.store",
    "pool.take",
    "preselection.end",
    "inbox.done",
)
"""What the measured presses certainly run through, to show that the measurement is complete."""


def test_press_stays_below_its_ceilings() -> None:
    # In a process of its own: only threads that start afterwards can be profiled.
    command = [sys.executable, "-m", "benchmarks.way", "--list"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr
    assert [literal for literal in SEEN if literal not in done.stdout] == []
    assert "sandbox" not in done.stdout
