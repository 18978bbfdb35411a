"""No module gives one name twice at its top level: the first meaning would be lost without a word."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for folder in ("bot", "core", "sandbox", "tools") for path in (ROOT / folder).rglob("*.py")
)


def _given(source: str) -> Iterator[str]:
    for statement in ast.parse(source).body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def twice(source: str) -> set[str]:
    """Return the names that a module gives twice."""
    return {name for name, count in Counter(_given(source)).items() if count > 1}


def test_a_second_meaning_is_seen() -> None:
    assert twice("READING = 1\n\ndef read(): ...\n\nREADING: int = 2\n") == {"READING"}


def test_each_name_is_given_once() -> None:
    found = {str(path.relative_to(ROOT)): twice(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {name: names for name, names in found.items() if names} == {}
