"""Benchmarks still run: each is started as `make bench` starts it, with less to do."""

import subprocess
import sys

import pytest

from benchmarks.run import ON_BOTH_ENGINES, QUICK
from tests.engines import postgres_url

LONG = {
    "growth": ["--sizes", "0,300", "--offices", "1,3", "--times", "3"],
    "journal": ["--seconds", "0.2", "--rounds", "1"],
    "opening_simulation": ["--owners", "500", "--offices", "2"],
    "outage": ["--owners", "50"],
    "several_workers": ["--owners", "20", "--workers", "0,2", "--spread", "3", "--thinks", "0.2", "0.5"],
}
"""Benchmarks that `make bench` leaves out."""


def _runs() -> list[list[str]]:
    runs = [[name, *arguments] for name, arguments in (QUICK | LONG).items()]
    return runs + [[*run, "--engine", "postgres"] for run in runs if run[0] in ON_BOTH_ENGINES]


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("run", _runs(), ids=" ".join)
def test_benchmark_runs_through(run: list[str]) -> None:
    name, *arguments = run
    if "postgres" in arguments:
        arguments += ["--url", postgres_url()]
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", f"benchmarks.{name}", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert done.stdout.strip()
