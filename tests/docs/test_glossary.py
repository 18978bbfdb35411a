"""The glossary names what is in the code; names that it has replaced do not return."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
AREAS = ("bot", "core", "sandbox", "tests")
ANYWHERE: tuple[str, ...] = ()

OLD_NAMES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            *(
                "Scene",
                "scene",
                "Asked",
                "Present",
                "Go",
                "Shelf",
                "Patience",
                "Finisher",
                "Sealed",
                "Delivery",
            ),
            *(
                "Raw",
                "Room",
                "Broken",
                "note_failure",
                "SnapshotWanted",
                "Intake",
                "Carried",
                "Codec",
                "Steps",
            ),
            *("RehearsingSteps", "RehearsalAsked", "RehearsalStage", "Stage", "Played", "Words", "Outside"),
            *("Forget", "Offer", "lead_outside", "lead_back", "coming_from", "words_of", "place_in_album"),
            *("Question", "Glance", "desk_picture", "draw_plate", "Judged", "likeness", "oddities"),
            *("Misfortune", "Keeper", "Sms", "Webhook", "Notice", "Matter", "House", "Desk", "Duty", "Post"),
            *("Sentence", "Bond", "Parcel", "Holding", "Hindrance", "OwnData", "Chances", "Tried", "Drawn"),
            *("Standing", "PlateStanding", "Dossier", "Dossiers", "Journal", "Registry", "Order", "Figures"),
            *(
                "Outcome",
                "State",
                "Topic",
                "Purpose",
                "impose",
                "the_vin",
                "hindrances",
                "dossiers",
                "duties",
            ),
            *("note_sent", "note_over"),
        ),
        ANYWHERE,
    ),
    "Receipt": (
        "bot/pictures/",
        "bot/owner/",
        "tests/unit/",
        "tests/frozen/",
        "tests/receipts.py",
    ),  # 预选号凭证
    "Lane": ("sandbox/webhook.py",),
    "Query": ("core/db/",),  # of SQL
    "Answer": ("bot/bot_api/", "tests/"),  # of a server
    "Person": ("tests/", "sandbox/person.py"),  # who talks to the bot in a test
    "Page": ("tests/browser_person.py",),  # Playwright's
    "Item": ("tests/",),  # pytest's
    "Given": ("tests/core/test_verification.py",),
    "Kept": ("tests/core/test_privacy.py",),
    "Taker": ("tests/inbox/test_poller.py",),
    "Place": ("tests/store/", "tests/inbox/", "tests/e2e/"),
    "Waiting": ("tests/unit/test_render_worker.py",),
}
"""Identifiers that were replaced, and where they may still stand: the beginnings of paths."""

OLD_PATHS = (
    *("bot/receipt", "bot/screens", "bot/importing", "bot/sandbox", "bot/drawing.py", "bot/letters.py"),
    *("bot/jobs.py", "bot/sheets.py", "core/notices.py", "core/endings.py", "core/standing.py"),
    *("core/dossier.py", "core/waiting.py", "core/journal.py", "core/secrets.py", "core/calendar.py"),
    *("bot/pictures/desk.py", "bot/photos/likeness.py", "sandbox/hands.py", "tests/afterwards"),
)


class Row(NamedTuple):
    """A row of the glossary: the names in code, and the files or folders that define them."""

    names: tuple[str, ...]
    paths: tuple[str, ...]


def _rows(text: str) -> list[Row]:
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and "`" in cells[3]:
            rows.append(Row(*(tuple(re.findall(r"`([^`]+)`", cell)) for cell in cells[2:])))
    return rows


def _glossary() -> list[Row]:
    return _rows((ROOT / "docs/glossary.md").read_text(encoding="utf-8"))


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _names_of(node: ast.stmt) -> Iterator[str]:
    """Yield what a statement defines: a class, a function, constants, fields, type aliases."""
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.name
        case ast.Assign():
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _defined(tree: ast.Module) -> set[str]:
    """Return the names of a module, and ``Class.member`` of its classes."""
    names = {name for node in tree.body for name in _names_of(node)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{name}" for member in node.body for name in _names_of(member)}
            names |= {name for member in node.body for name in _names_of(member) if name.islower()}
    return names


def _defined_in(paths: tuple[str, ...]) -> set[str]:
    files = [
        file
        for path in paths
        for file in ([ROOT / path] if path.endswith(".py") else (ROOT / path).glob("*.py"))
    ]
    return {name for file in files for name in _defined(_tree(file))}


def test_every_name_of_the_glossary_is_defined_where_it_says() -> None:
    rows = _glossary()
    assert len(rows) > 70
    missing = [(name, row.paths) for row in rows for name in row.names if name not in _defined_in(row.paths)]
    assert missing == []


def test_every_file_of_the_glossary_exists() -> None:
    assert [path for row in _glossary() for path in row.paths if not (ROOT / path).exists()] == []


def test_no_name_stands_in_two_rows() -> None:
    names = [name for row in _glossary() for name in row.names]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_control_a_wrong_name_is_found() -> None:
    (row,) = _rows("| 黑名单 | ban | `Sentence` | `core/people/blacklist.py` |")
    assert row.names == ("Sentence",)
    assert "Sentence" not in _defined_in(row.paths)
    assert {"Ban", "Ban.subject"} <= _defined_in(row.paths)


def _identifiers(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                yield name
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.rpartition(".")[2]


def _returned(file: str, tree: ast.Module) -> set[str]:
    """Return the old names that a file uses and may not."""
    return {
        name
        for name in _identifiers(tree)
        if name in OLD_NAMES and not file.startswith(OLD_NAMES[name] or "\0")
    }


def test_replaced_names_do_not_return() -> None:
    suspect = re.compile(rf"\b(?:{'|'.join(OLD_NAMES)})\b")  # parsing is slow: most files have none of them
    files = [file for area in AREAS for file in sorted((ROOT / area).rglob("*.py"))]
    found = {
        (path, name)
        for file in files
        if suspect.search(file.read_text(encoding="utf-8"))
        for path in [file.relative_to(ROOT).as_posix()]
        for name in _returned(path, _tree(file))
    }
    assert len(files) > 400
    assert found == set()


def test_replaced_paths_do_not_return() -> None:
    assert [path for path in OLD_PATHS if (ROOT / path).exists()] == []


def test_control_a_replaced_name_is_found() -> None:
    tree = ast.parse("from a import b as Scene\ndef f(scene): return Receipt()\nclass Notice: ...")
    assert _returned("bot/dialog/x.py", tree) == {"Scene", "scene", "Receipt", "Notice"}
    assert _returned("bot/pictures/receipt.py", tree) == {"Scene", "scene", "Notice"}
