"""Ask whether advisories are known against the locked versions.

    python tools/audit.py [FILE…]    default: requirements.lock

Exit status 0: none is known; 1: some are, they are printed; 3: not checked, or not all of them, since the
service that knows them gave no answer. It is never taken for a pass.
"""

import json
import subprocess
import sys
from typing import Any

FOUND, NOT_CHECKED = 1, 3


def advisories(report: dict[str, Any]) -> list[str]:
    """Return a line for each advisory in a report of pip-audit."""
    return [
        f"{entry['name']} {entry['version']}: {one['id']}, fixed in {', '.join(one['fix_versions']) or '-'}"
        for entry in report["dependencies"]
        for one in entry.get("vulns", ())
    ]


def skipped(report: dict[str, Any]) -> list[str]:
    """Return the packages that could not be checked."""
    return [f"{one['name']}: {one['skip_reason']}" for one in report["dependencies"] if "skip_reason" in one]


def judge(output: str, errors: str) -> tuple[int, list[str]]:
    """Return exit status and lines for what pip-audit has printed."""
    try:
        report = json.loads(output)
    except ValueError:
        last = (errors.strip().splitlines() or ["no answer"])[-1]
        return NOT_CHECKED, [f"audit: NOT CHECKED, the advisory service gave no answer: {last[:200]}"]
    found, left, count = advisories(report), skipped(report), len(report["dependencies"])
    if left:
        found.append(f"audit: NOT CHECKED: {len(left)} of {count} packages, as {left[0]}")
        return (FOUND if found[1:] else NOT_CHECKED), found
    return (FOUND if found else 0), found or [f"audit: {count} packages, no advisory known"]


def main() -> int:
    """Run pip-audit; return the exit status."""
    files = sys.argv[1:] or ["requirements.lock"]
    wanted = [part for file in files for part in ("-r", file)]
    options = ["--format", "json", "--progress-spinner", "off", "--disable-pip", "--require-hashes"]
    done = subprocess.run(  # noqa: S603 - the files are the project's own
        [sys.executable, "-m", "pip_audit", *options, *wanted], capture_output=True, text=True, check=False
    )
    status, lines = judge(done.stdout, done.stderr)
    for line in lines:
        print(line)
    return status


if __name__ == "__main__":
    sys.exit(main())
