"""The query files: parsed strictly, with precise errors."""

from pathlib import Path

import pytest

from core.db.dialect import POSTGRES, SQLITE, Dialect
from core.db.queries import load_queries
from core.errors.store import QueryError
from tests.store.sample import QUERIES


def load(folder: Path, text: str, dialect: Dialect = SQLITE, **special: str) -> dict[str, str]:
    """Write files and load them; return the texts of the queries."""
    (folder / "f.sql").write_text(text)
    for name, other in special.items():
        (folder / name).mkdir()
        (folder / name / "f.sql").write_text(other)
    return {name: query.text for name, query in load_queries(folder, dialect).items()}


def test_blocks_are_named_after_their_file(tmp_path: Path) -> None:
    text = "-- What this file is about.\n\n-- name: a\n-- Why.\nSELECT 1;\n\n-- name: b\n-- Why.\nSELECT 2"
    assert load(tmp_path, text) == {"f.a": "SELECT 1", "f.b": "SELECT 2"}


def test_purpose_is_kept() -> None:
    assert load_queries(QUERIES, SQLITE)["entry.add"].purpose == "An entry; gives back its number."


def test_parameters_are_found_once_each(tmp_path: Path) -> None:
    (tmp_path / "f.sql").write_text(
        "-- name: a\n-- Why :not.\nSELECT :x, :y, :x, ':no', \"a:b\", 1::int -- :z\n"
    )
    query = load_queries(tmp_path, SQLITE)["f.a"]
    assert (query.parameters, query.count) == (frozenset("xy"), 2)


def test_sqlite_keeps_its_own_marks(tmp_path: Path) -> None:
    text = "-- name: a\n-- Why.\nSELECT :x, 5 % 3, 'a%:b' -- 100 %\n/* ; */;"
    assert load(tmp_path, text)["f.a"] == "SELECT :x, 5 % 3, 'a%:b'"


def test_psycopg_gets_its_marks_and_doubled_percents(tmp_path: Path) -> None:
    text = "-- name: a\n-- Why.\nSELECT :x, 5 % 3, 'it''s a%:b', :y::int"
    assert load(tmp_path, text, POSTGRES)["f.a"] == "SELECT %(x)s, 5 %% 3, 'it''s a%%:b', %(y)s::int"


@pytest.mark.parametrize(("dialect", "word"), [(SQLITE, ""), (POSTGRES, "FOR UPDATE SKIP LOCKED")])
def test_words_of_the_dialect_are_filled_in(tmp_path: Path, dialect: Dialect, word: str) -> None:
    text = "-- name: a\n-- Why.\nSELECT 1 FROM t ${for_update_skip_locked}"
    assert load(tmp_path, text, dialect)["f.a"] == f"SELECT 1 FROM t {word}".strip()  # noqa: S608 - a text, not run


@pytest.mark.parametrize(("dialect", "found"), [(SQLITE, "SELECT 2"), (POSTGRES, "SELECT 1")])
def test_dialect_replaces_single_blocks(tmp_path: Path, dialect: Dialect, found: str) -> None:
    common = "-- name: a\n-- Why.\nSELECT 1\n-- name: b\n-- Why.\nSELECT 0"
    assert load(tmp_path, common, dialect, sqlite="-- name: a\n-- Why.\nSELECT 2") == {
        "f.a": found,
        "f.b": "SELECT 0",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "-- name: a\n-- Why.\nSELECT 1\n-- name: a\n-- Why.\nSELECT 2",
            "f.a: there are two blocks of this name",
        ),
        ("-- name: a\n-- Why.\n\n", "f.a: the block holds no statement"),
        ("-- name: a\n-- Why.\n;", "f.a: the block holds no statement"),
        ("-- name: a\nSELECT 1", "f.a: no comment says what it is for"),
        ("-- name: a\n-- Why.\nSELECT 1; SELECT 2", "f.a: there is more than one statement"),
        ("-- name: a\n-- Why.\nSELECT 1; 'x'", "f.a: there is more than one statement"),
        ("-- name: a\n-- Why.\nSELECT ${word}", r"f.a: unknown word \$\{word\}"),
        ("-- name: a\n-- Why.\nSELECT $1", "f.a: Invalid placeholder"),
        ("-- name: a\n-- Why.\nSELECT 'x", "f.a: a quote or a comment does not end"),
        ("-- name: a\n-- Why.\nSELECT 1 /* x", "f.a: a quote or a comment does not end"),
        ("-- name: a b\n-- Why.\nSELECT 1", "f: 'a b' is no name of a query"),
        ("SELECT 1\n-- name: a\n-- Why.\nSELECT 1", "f: there is SQL before the first '-- name:'"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        load(tmp_path, text)


def test_replacement_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"f\.b: sqlite/ replaces a block that does not exist"):
        load(tmp_path, "-- name: a\n-- Why.\nSELECT 1", sqlite="-- name: b\n-- Why.\nSELECT 2")
