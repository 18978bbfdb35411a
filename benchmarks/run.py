"""Run all benchmarks in sequence, and write what they print into benchmarks/README.md.

Without a PostgreSQL server those that need one are skipped with a note.

python -m benchmarks.run            # at most fifteen minutes on two cores
python -m benchmarks.run --quick    # under two; writes nothing
"""

import argparse
import os
import platform
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.databases import URL
from core.clock import CHINA, SystemClock

QUICK = {
    "way": [],
    "steps": ["--seconds", "2", "--rounds", "1"],
    "draws": ["--seconds", "0.2", "--while", "1000", "--all-free"],
    "opening": ["--owners", "300", "--dialogs", "600"],
    "flood": ["--seconds", "1"],
    "pictures": ["40"],
    "notices": ["--notices", "4000", "--seconds", "2"],
    "rehearsal": ["--seconds", "1", "--rounds", "1"],
    "clock_jumps": ["--seconds", "1.2"],
    "store": ["--seconds", "0.2"],
    "imports": ["--rows", "10000"],
    "verify": ["--draws", "5000"],
}
FULL = {
    "way": [],
    "steps": ["--seconds", "5", "--rounds", "5"],
    "draws": ["--seconds", "0.4", "--rounds", "3", "--while", "2000", "--all-free"],
    "opening": [],
    "flood": [],
    "pictures": ["100"],
    "notices": ["--notices", "20000", "--seconds", "5"],
    "rehearsal": ["--seconds", "2", "--rounds", "2"],
    "clock_jumps": ["--seconds", "2"],
    "store": ["--seconds", "0.5"],
    "imports": ["--rows", "50000"],
    "verify": ["--draws", "30000"],
}
ON_BOTH_ENGINES = ("draws", "notices", "store", "imports")
README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- newest run: written by benchmarks/run.py -->", "<!-- end of the newest run -->"
LIBRARIES = ("python-telegram-bot", "aiogram", "aiohttp", "uvloop", "aiosqlite", "psycopg", "pillow", "isal")


@dataclass(slots=True)
class Runs:
    """What has been run so far."""

    printed: list[str] = field(default_factory=list)  # one block of text for each benchmark
    failed: list[str] = field(default_factory=list)


def postgres_version(url: str) -> str | None:
    """Return the version of the PostgreSQL server, or None if it cannot be reached."""
    try:
        import psycopg  # noqa: PLC0415 - an optional driver

        with psycopg.connect(url, connect_timeout=2) as connection:
            return connection.info.parameter_status("server_version")
    except Exception as error:  # noqa: BLE001 - no driver, no server, no right: the same to us
        print(f"*** no PostgreSQL at {url} ({type(error).__name__}): its benchmarks are SKIPPED", flush=True)
        return None


def run(runs: Runs, name: str, arguments: list[str]) -> None:
    """Run one benchmark; print what it prints as it comes."""
    shown = " ".join(arguments)
    print(f"\n=== {name} {shown}", flush=True)
    command, begun = [sys.executable, "-m", f"benchmarks.{name}", *arguments], time.monotonic()
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        runs.failed.append(name)
    took = f"{time.monotonic() - begun:.0f} s"
    command_line = re.sub(r" --url \S+", "", f"python -m benchmarks.{name} {shown}").strip()
    text = "".join(lines).strip("\n")
    runs.printed.append(f"`{command_line}` ({took})\n\n{indented(text)}\n")


def indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


def machine() -> Iterator[str]:
    """Yield what the figures depend on: processor, system, versions."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"model name\s*: (.*)", cpuinfo.read_text(encoding="utf-8"))
        model = found[1] if found else model
    yield f"{os.cpu_count()} × {model}, {platform.system()} {platform.release().split('-')[0]}"
    yield f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    for name in LIBRARIES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue


def written(runs: Runs, *, seconds: float, load: float, server: str | None) -> str:
    """Return the section of the README."""
    day = SystemClock().now().astimezone(CHINA).date().isoformat()
    facts = [*machine(), f"PostgreSQL {server.split()[0]}" if server else "no PostgreSQL"]
    head = (
        f"{day}, `make bench` in {seconds / 60:.0f} min; load {load:.1f} at its start. {'; '.join(facts)}.\n"
        "Compare within one table only: machines, and hours of one machine, differ.\n"
    )
    return "\n".join([BEGIN, "", head, *runs.printed, END])


def write(section: str) -> None:
    """Replace the section in the README."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    README.write_text(f"{before}{section}{rest.partition(END)[2]}", encoding="utf-8")


def main() -> int:
    """Run all benchmarks; return 1 if one failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="shorter, and write nothing")
    parser.add_argument("--url", default=URL, help="of a PostgreSQL server (default: %(default)s)")
    given = parser.parse_args()
    begun, load, runs = time.monotonic(), os.getloadavg()[0], Runs()
    server = postgres_version(given.url)
    for name, arguments in (QUICK if given.quick else FULL).items():
        run(runs, name, arguments)
        if server and name in ON_BOTH_ENGINES:
            run(runs, name, [*arguments, "--engine", "postgres", "--url", given.url])
    seconds = time.monotonic() - begun
    if not given.quick and not runs.failed:
        write(written(runs, seconds=seconds, load=load, server=server))
    print(
        f"\n{seconds:.0f} s" + (f"; nothing written, FAILED: {', '.join(runs.failed)}" if runs.failed else "")
    )
    return 1 if runs.failed else 0


if __name__ == "__main__":
    sys.exit(main())
