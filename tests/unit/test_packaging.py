"""The wheel, the locks, the licences and the audit of the locked packages."""

import json
import re
import subprocess
import sys
import tomllib
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tools import audit, make_licences

ROOT = Path(__file__).parents[2]
DATA = {".sql", ".mo", ".ttf", ".csv", ".json", ".js", ".css", ".html", ".svg"}
"""Endings of the files that the program reads."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)  # noqa: S603 - no shell
    (built,) = folder.glob("*.whl")
    return ZipFile(built)


def metadata(wheel: ZipFile) -> Message:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return Parser().parsestr(wheel.read(name).decode())


def project() -> dict[str, Any]:
    loaded: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return loaded


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", one)[0].lower() for one in requirements}


def locked(file: str) -> set[str]:
    return set(make_licences.locked((ROOT / file).read_text(encoding="utf-8")))


def test_wheel_has_every_file_of_the_program(wheel: ZipFile) -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for package in ("bot", "core", "sandbox")
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", *DATA} and "__pycache__" not in path.parts
    }
    assert len(there) > 600
    assert there <= set(wheel.namelist())


def test_wheel_has_the_example_settings_from_which_init_writes(wheel: ZipFile) -> None:
    example = (ROOT / "config.example.toml").read_bytes()
    assert wheel.read("bot/cli/config.example.toml") == example


def test_wheel_has_nothing_else(wheel: ZipFile) -> None:
    assert {name.split("/")[0].partition("-")[0] for name in wheel.namelist()} == {
        *("bot", "core", "sandbox", "xuanhao")
    }
    assert [name for name in wheel.namelist() if "__pycache__" in name or "/tests/" in name] == []
    assert [name for name in wheel.namelist() if name.endswith((".po", ".lock"))] == []


def test_metadata_say_where_it_runs_and_under_which_licences(wheel: ZipFile) -> None:
    said = metadata(wheel)
    classifiers = set(said.get_all("Classifier", []))
    assert said["License-Expression"] == "MIT"
    assert {"Operating System :: POSIX :: Linux", "Operating System :: MacOS"} <= classifiers
    assert not any("Windows" in one or "Typed" in one for one in classifiers)
    assert re.match(r"\d+\.\d+", said["Version"])


@pytest.mark.parametrize(
    ("file", "groups"),
    [
        ("requirements.lock", ("build",)),
        ("requirements-dev.lock", ("build", "dev", "bench")),
        ("requirements-tools.lock", ("tools",)),
    ],
)
def test_lock_has_all_that_pyproject_asks_for(file: str, groups: tuple[str, ...]) -> None:
    described = project()
    asked = [one for group in groups for one in described["dependency-groups"][group]]
    if file != "requirements-tools.lock":
        asked += described["project"]["dependencies"]
        asked += [one for extra in described["project"]["optional-dependencies"].values() for one in extra]
    assert names(asked) - locked(file) == set()


def test_every_locked_version_has_hashes() -> None:
    for file in ROOT.glob("requirements*.lock"):
        for entry in re.split(r"\n(?=\S)", file.read_text(encoding="utf-8")):
            assert "--hash=sha256:" in entry, entry


def test_versions_of_the_program_are_the_same_in_both_locks() -> None:
    pinned = re.compile(r"^[a-z0-9-]+==\S+", re.MULTILINE)
    program, tests = (
        set(pinned.findall((ROOT / file).read_text(encoding="utf-8")))
        for file in ("requirements.lock", "requirements-dev.lock")
    )
    assert program - tests == set()


def test_page_of_licences_is_up_to_date() -> None:
    licences = {name: make_licences.licence_of(name) for name in sorted(locked("requirements.lock"))}
    known = {name: licence for name, licence in licences.items() if licence is not None}
    assert make_licences.PAGE.read_text(encoding="utf-8") == make_licences.page(known)


def test_every_locked_package_has_a_licence_that_is_allowed() -> None:
    for name in locked("requirements.lock"):
        licence = make_licences.licence_of(name)
        assert licence is not None, name
        assert make_licences.refused(licence) == set(), name


def test_control_another_licence_is_refused() -> None:
    assert make_licences.refused("MIT AND (GPL-3.0-only OR MPL-2.0)") == {"GPL-3.0-only"}


CLEAN = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
BAD = {"name": "pillow", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
UNKNOWN = {"name": "yarl", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("dependencies", "status", "line"),
    [
        ([CLEAN], 0, "audit: 1 packages, no advisory known"),
        ([CLEAN, BAD], 1, "pillow 1: CVE-1, fixed in 2"),
        ([CLEAN, UNKNOWN], 3, "audit: NOT CHECKED: 1 of 2 packages, as yarl: Dependency not found"),
        ([BAD, UNKNOWN], 1, "pillow 1: CVE-1, fixed in 2"),
    ],
)
def test_audit_passes_only_if_all_were_checked(dependencies: list[Any], status: int, line: str) -> None:
    given, lines = audit.judge(json.dumps({"dependencies": dependencies}), "")
    assert (given, lines[0]) == (status, line)


def test_audit_without_an_answer_is_no_pass() -> None:
    status, (line,) = audit.judge("", "Traceback\nConnectionError: no route to host\n")
    assert status == audit.NOT_CHECKED
    assert (
        line == "audit: NOT CHECKED, the advisory service gave no answer: ConnectionError: no route to host"
    )
