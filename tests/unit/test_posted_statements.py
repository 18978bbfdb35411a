"""Statements that PostgreSQL is sent without waiting: nobody may ask how many rows they changed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def uses(source: str, posted: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """Yield each use of a posted query, and whether it is a statement of its own: ``tx.run(…)``."""
    tree = ast.parse(source)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.args[0].value
            if name in posted:
                is_run = isinstance(node.func, ast.Attribute) and node.func.attr == "run"
                yield name, is_run and id(node) in alone


def test_nobody_asks_for_the_count_of_a_posted_statement() -> None:
    posted = pytest.importorskip("core.db.postgres_tx").POSTED
    found = [
        use
        for folder in ("core", "bot")
        for path in (ROOT / folder).rglob("*.py")
        for use in uses(path.read_text(encoding="utf-8"), posted)
    ]
    assert {name for name, _ in found} == posted
    assert [name for name, is_alone in found if not is_alone] == []


@pytest.mark.parametrize("source", ['n = tx.run("a.b")', 'tx.one("a.b")', 'if not tx.run("a.b", x=1): pass'])
def test_control_a_count_that_is_asked_for_is_found(source: str) -> None:
    assert list(uses(source, frozenset({"a.b"}))) == [("a.b", False)]
