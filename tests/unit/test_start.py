"""What the program loads at its start: libraries for rare files are loaded when they are needed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_AT_THE_START = (
    "babel",
    "icalendar",  # the deadline as a calendar file
    "pi_heif",  # photos, in child processes
    "prometheus_client",  # only with [monitoring]
    "psycopg",  # only with PostgreSQL
    "python_calamine",  # workbooks, in child processes
    "sandbox",  # only the demo
    "segno",  # the code of a receipt
    "xlsxwriter",  # lists of the desk
    "zxingcpp",  # photos, in child processes
)
AT_THE_START = ("aiohttp", "bot.app", "telegram")


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    """Return the modules that the command line has loaded before it runs a command."""
    code = "import bot.cli, sys; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - this program
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return frozenset(done.stdout.split())


@pytest.mark.parametrize("name", NOT_AT_THE_START)
def test_library_for_rare_files_is_not_loaded_at_the_start(loaded: frozenset[str], name: str) -> None:
    assert name not in loaded


def test_control_what_every_start_needs_is_loaded(loaded: frozenset[str]) -> None:
    assert loaded >= set(AT_THE_START)


def test_python_without_the_packages_is_told_what_to_do() -> None:
    command = [sys.executable, "-S", "-m", "bot", "--version"]  # no site-packages
    done = subprocess.run(  # noqa: S603 - this program
        command, cwd=ROOT, env={}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("No module named '")
    assert "make install" in line
