"""``make`` says in its last line of its own what is wrong and what to do, also under a path with blanks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEW_ENOUGH = "Python 3.11 or newer is needed, and {python} is not: make PYTHON=/path/to/python3.11 ..."
NOBODY = "http://127.0.0.1:9/simple"
"""An index that refuses connections."""

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="no make")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with what ``make install`` reads, at a path with a blank and Chinese characters."""
    folder = tmp_path / "选号 程序"
    folder.mkdir()
    for file in (ROOT / "Makefile", ROOT / "pyproject.toml", *ROOT.glob("requirements*.lock")):
        shutil.copy(file, folder)
    return folder


def _program(folder: Path, text: str) -> Path:
    """Write a program that stands for an interpreter; ``REAL`` in it is a real one."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{text.replace('REAL', sys.executable)}\n", encoding="utf-8")
    program.chmod(0o700)
    return program


def _made(folder: Path, target: str, **variables: object) -> tuple[str, str]:
    """Run ``make``, which must fail, and return its standard output and its own last line of errors."""
    environment = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": NOBODY}
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        environment.pop(name, None)
    done = subprocess.run(  # noqa: S603 - ours
        ["make", target, *(f"{name}={value}" for name, value in variables.items())],  # noqa: S607 - of the system
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if not line.startswith("make: ***")][-1]


@pytest.mark.parametrize("target", ["demo", "install", "run", "check", "docs", "wheel", "lock"])
def test_an_old_python_is_refused_before_anything_is_made(checkout: Path, target: str) -> None:
    old = _program(checkout, 'shift; exec REAL -c "import sys; sys.version_info = (3, 10, 12); $1"')
    assert _made(checkout, target, PYTHON=old) == ("", NEW_ENOUGH.format(python=old))
    assert not list(checkout.glob(".venv*"))


def test_a_missing_python_is_refused(checkout: Path) -> None:
    assert _made(checkout, "demo", PYTHON="python9") == ("", NEW_ENOUGH.format(python="python9"))


def test_without_venv_the_package_of_debian_is_named(checkout: Path) -> None:
    without = _program(
        checkout, '[ "$1" = -m ] && { echo "ensurepip is not available"; exit 1; }; exec REAL "$@"'
    )
    said, error = _made(checkout, "demo", PYTHON=without)
    assert said == "ensurepip is not available\n"
    assert error.endswith("on Debian the package python3-venv may be missing")
    assert not list(checkout.glob(".venv*"))


def test_without_a_package_index_it_says_which_variable_names_one(checkout: Path) -> None:
    said, error = _made(checkout, "install", PYTHON=sys.executable)
    assert said == "installing requirements.lock: a minute, or some on a slow line ...\n"
    assert error == (
        "requirements.lock could not be installed: see above; a package index must be reachable "
        "(PIP_INDEX_URL names another one), and have its packages for this Python: 3.11 to 3.13 are tested"
    )
