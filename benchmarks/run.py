"""Run all benchmarks in sequence; without a PostgreSQL server those that need one are skipped with a note.

python -m benchmarks.run            # some fifteen minutes
python -m benchmarks.run --quick    # under two
"""

import argparse
import subprocess
import sys
import time

URL = "postgresql://postgres@127.0.0.1:5432/postgres"
QUICK = {
    "way": [],
    "steps": ["--seconds", "2", "--rounds", "1"],
    "draws": ["--seconds", "0.2", "--while", "1000", "--all-free"],
    "pictures": ["40"],
    "notices": ["--notices", "4000", "--seconds", "2"],
    "rehearsal": ["--seconds", "1", "--rounds", "1"],
    "clock_jumps": ["--seconds", "1.2"],
    "store": ["--seconds", "0.2"],
    "imports": ["--rows", "10000"],
    "verify": ["--draws", "5000"],
}
FULL: dict[str, list[str]] = {name: [] for name in QUICK}
ON_POSTGRES = {"draws": ["--while", "2000"]}
"""Shorter runs on PostgreSQL, where each draw has a commit of its own."""
ON_BOTH_ENGINES = ("draws", "notices", "store", "imports")


def postgres_answers(url: str) -> bool:
    """Return whether the PostgreSQL server can be reached."""
    try:
        import psycopg  # noqa: PLC0415 - an optional driver

        psycopg.connect(url, connect_timeout=2).close()
    except Exception as error:  # noqa: BLE001 - no driver, no server, no right: the same to us
        print(f"*** no PostgreSQL at {url} ({type(error).__name__}): its benchmarks are SKIPPED", flush=True)
        return False
    return True


def run(name: str, arguments: list[str]) -> bool:
    """Run one benchmark; return whether it succeeded."""
    print(f"\n=== {name} {' '.join(arguments)}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own programs


def main() -> int:
    """Run all benchmarks; return 1 if one failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--url", default=URL, help="of a PostgreSQL server (default: %(default)s)")
    given = parser.parse_args()
    begun, failed = time.monotonic(), []
    both = postgres_answers(given.url)
    for name, arguments in (QUICK if given.quick else FULL).items():
        ways = [arguments]
        if both and name in ON_BOTH_ENGINES:
            less = [] if given.quick else ON_POSTGRES.get(name, [])
            ways.append([*arguments, *less, "--engine", "postgres", "--url", given.url])
        failed += [name for way in ways if not run(name, way)]
    print(f"\n{time.monotonic() - begun:.0f} s" + (f"; FAILED: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
