"""The workflow of the forge and the hooks of pre-commit call what exists."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def _loaded(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def _steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in _loaded(file)["jobs"].values() for step in job["steps"]]


def test_there_is_a_workflow() -> None:
    assert WORKFLOWS


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_commands_of_a_workflow_exist(file: Path) -> None:
    commands = [step["run"] for step in _steps(file) if "run" in step]
    called = {target for command in commands for target in re.findall(r"\bmake ([a-z-]+)", command)}
    scripts = [ROOT / word for command in commands for word in command.split() if word.startswith(".ci/")]
    assert called or scripts
    assert called <= _targets()
    assert [script for script in scripts if not os.access(script, os.X_OK)] == []


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_actions_have_a_version(file: Path) -> None:
    used = [step["uses"] for step in _steps(file) if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w-]+/[\w-]+@v?[\w.]+", action)] == []


def test_tests_run_on_every_python_that_is_declared() -> None:
    declared = re.findall(
        r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    )
    matrix = _loaded(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert declared
    assert matrix["python"] == declared


def test_hooks_are_the_checks_of_make_check() -> None:
    """Each hook runs a locked tool that ``make check`` runs as well, and none is left out."""
    (local,) = _loaded(ROOT / ".pre-commit-config.yaml")["repos"]
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    checks = {" ".join(line.split()[:2]).removesuffix(" .") for line in re.findall(r"\$\(BIN\)/(.+)", recipe)}
    hooks = {re.sub(r" --.*", "", hook["entry"]).removeprefix(".venv/bin/") for hook in local["hooks"]}
    assert local["repo"] == "local"
    assert hooks == checks
