"""All benchmarks, one after the other: ``make bench``.

    python -m benchmarks.run [--quick]

Each prints its own table of ratios that were measured side by side. Without a PostgreSQL server its parts
are left out, and that is said.
"""

import argparse
import os
import subprocess
import sys
from contextlib import suppress

import psycopg

URL = os.environ.get("XUANHAO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
QUICK = {
    "steps": ["--seconds", "2", "--rounds", "1"],
    "draws": ["--seconds", "0.7"],
    "notices": ["--notices", "5000", "--seconds", "2"],
    "pictures": ["5"],
    "store": [],
}
ON_BOTH = {"draws", "notices", "store"}


def postgres_answers() -> bool:
    """Whether a server is there."""
    with suppress(psycopg.OperationalError), psycopg.connect(URL, connect_timeout=3):
        return True
    return False


def main(*, quick: bool) -> int:
    """Run all; return 1 when one of them failed."""
    engines = ["sqlite"]
    if postgres_answers():
        engines.append("postgres")
    else:
        print("NO POSTGRESQL SERVER ANSWERS: its figures are left out", flush=True)
    failed = []
    for name, fewer in QUICK.items():
        for engine in engines if name in ON_BOTH else ["sqlite"]:
            more = fewer if quick else []
            if name in ON_BOTH:
                more = [*more, "--engine", engine, *(["--url", URL] if engine == "postgres" else [])]
            print(f"\n== {name} {engine if name in ON_BOTH else ''}", flush=True)
            command = [sys.executable, "-m", f"benchmarks.{name}", *more]
            if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own programs
                failed.append(f"{name} {engine}")
    if failed:
        print("\nFAILED: " + ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="shorter, so less exact")
    sys.exit(main(quick=parser.parse_args().quick))
