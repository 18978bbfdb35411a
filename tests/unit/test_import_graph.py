"""The import graph of the program has no cycle, including imports for type checkers and inside functions."""

import ast
from collections.abc import Container, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "bot", "sandbox")
FILES_IN_AN_AREA = 12


def modules() -> dict[str, Path]:
    """Return the files of the program by module name."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}


def imported(source: str, known: Container[str]) -> Iterator[str]:
    """Yield the modules that a module imports; the package, for a name of the package itself."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield from _first((f"{node.module}.{alias.name}", node.module), known)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from _first((alias.name,), known)


def _first(names: Iterable[str], known: Container[str]) -> list[str]:
    files = (file for name in names for file in (name, f"{name}.__init__"))
    return [file for file in files if file in known][:1]


def graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Return which modules each module imports."""
    return {name: set(imported(source, sources)) - {name} for name, source in sources.items()}


def order(sources: Mapping[str, str]) -> list[str]:
    """Return the modules in topological order.

    Raises:
        CycleError: the imports form a cycle.
    """
    return list(TopologicalSorter(graph(sources)).static_order())


def test_no_module_imports_itself_by_way_of_others() -> None:
    sources = {name: path.read_text(encoding="utf-8") for name, path in modules().items()}
    assert len(order(sources)) > 300


def test_control_a_circle_for_type_checkers_is_found() -> None:
    hidden = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from core.a import A\n"
    with pytest.raises(CycleError):
        order({"core.a": "from core import b", "core.b": hidden})


@pytest.mark.parametrize("package", ["core", "bot"])
def test_areas_can_be_seen(package: str) -> None:
    files = [path.name for path in (ROOT / package).iterdir() if path.is_file()]
    assert len(files) <= FILES_IN_AN_AREA
