"""The documents and the code agree: what one names exists in the other."""

import argparse
import ast
import io
import os
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot import cli
from bot.desk.commands import DESK
from bot.routing.commands import OWNER_COMMANDS
from bot.texts.menu import DESK_MENU, OWNER_MENU
from core.settings.reading import OTHER_VARIABLES
from tools import make_report_pictures

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
TEXTS = {
    *(".md", ".py", ".toml", ".sql", ".js", ".css", ".html", ".yml", ".yaml", ".csv", ".txt", ".cfg"),
    "Makefile",
}


def _files(*endings: str) -> Iterator[Path]:
    """Return the project's own files, by suffix or name, without hidden and generated ones."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            folder
            for folder in folders
            if folder == ".github" or not folder.startswith((".", "__py", "demo-", "site"))
        ]
        yield from (Path(folder, name) for name in names if Path(name).suffix in endings or name in endings)


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", _text("Makefile"), re.MULTILINE))


def _subcommands() -> set[str]:
    (group,) = [action for action in cli.parser_of_commands()._actions if action.choices]
    return set(group.choices or ())


def _chat_commands(text: str) -> set[str]:
    return set(re.findall(r"`/([a-z]+)`", text))


@pytest.mark.parametrize("readme", READMES)
def test_make_targets_of_the_readme_exist(readme: str) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", _text(readme), re.MULTILINE))
    assert len(named) > 5
    assert named <= _make_targets()


@pytest.mark.parametrize("readme", READMES)
def test_commands_of_the_readme_exist(readme: str) -> None:
    named = set(re.findall(r"(?:python -m bot|\bxuanhao) ([a-z-]+)", _text(readme)))
    assert len(named) > 4
    assert named <= _subcommands()
    assert _chat_commands(_text(readme)) <= {*OWNER_COMMANDS, *DESK}


@pytest.mark.parametrize("page", ["docs/command-line.md", "docs/command-line.zh-CN.md"])
def test_every_command_option_and_status_is_in_the_manual(page: str) -> None:
    text = _text(page)
    (group,) = [action for action in cli.parser_of_commands()._actions if action.choices]
    options = {
        option
        for command in dict(group.choices or {}).values()
        for action in command._actions
        if action.help != argparse.SUPPRESS
        for option in action.option_strings
        if option not in {"-h", "--help"}
    }
    assert len(options) > 10
    assert {option for option in options if not re.search(rf"`{option}[` ]", text)} == set()
    assert {command for command in _subcommands() if f"| `{command}` |" not in text} == set()
    for status in (cli.DONE, cli.FAILED, cli.BAD_SETTINGS, cli.INTERRUPTED):
        assert f"\n| {status} |" in text
    for variable in (*OTHER_VARIABLES, "XUANHAO_TABLE__KEY", "HTTPS_PROXY"):
        assert f"`{variable}`" in text


def test_menus_have_a_word_for_each_command() -> None:
    assert (tuple(OWNER_MENU), tuple(DESK_MENU)) == (OWNER_COMMANDS, tuple(DESK))


def test_links_lead_somewhere() -> None:
    dead = [
        (page.name, target)
        for page in _files(".md")
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert dead == []


def _named_paths(page: str = "docs/architecture.md") -> set[str]:
    """Return the paths that a page names."""
    return set(re.findall(r"`((?:core|bot|sandbox|tests|docs|benchmarks|tools)/[\w./-]*)`", _text(page)))


@pytest.mark.parametrize(("page", "least"), [("architecture", 40), ("contributing", 20)])
def test_paths_of_a_page_exist(page: str, least: int) -> None:
    named = _named_paths(f"docs/{page}.md")
    assert len(named) > least
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_architecture_fits_on_a_few_pages() -> None:
    assert len(_text("docs/architecture.md").splitlines()) <= 180


@pytest.mark.parametrize("readme", READMES)
def test_every_page_is_linked_from_the_readme(readme: str) -> None:
    """Pages in Chinese are linked from the Chinese one only; the English ones lead to them."""
    linked = set(re.findall(r"\]\((docs/[^)#]+\.md)", _text(readme)))
    pages = {page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").glob("*.md")}
    chinese = {page for page in pages if page.endswith(".zh-CN.md")}
    assert pages - linked == (chinese if readme == "README.md" else set())


@pytest.mark.parametrize("package", ["bot", "core"])
def test_layers_of_the_architecture_are_those_that_are_enforced(package: str) -> None:
    contracts = tomllib.loads(_text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (enforced,) = [one["layers"] for one in contracts if one["name"] == f"layers of {package}"]
    told = (
        _text("docs/architecture.md")
        .partition(f"- **{package}:** ")[2]
        .partition("\n- ")[0]
        .partition("\n\n")[0]
    )
    layers = [[name.strip("` \n") for name in layer.split("·")] for layer in told.split("→")]
    assert layers == [layer.split(" | ") for layer in enforced]


def test_queries_of_what_is_scarce_exist() -> None:
    table = _text("docs/architecture.md").partition("| what | how | query |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+\.\w+)`", table))
    known = {
        f"{file.stem}.{name}"
        for file in (ROOT / "core/db/queries").glob("*.sql")
        for name in re.findall(r"^-- name: (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) > 30
    assert named - known == set()


def test_every_module_is_named_in_the_architecture() -> None:
    named = _named_paths()
    folders = tuple(path for path in named if path.endswith("/") and path.count("/") > 1)
    modules = [file.relative_to(ROOT).as_posix() for file in _files(".py")]
    missing = [
        module
        for module in modules
        if module.startswith(("core/", "bot/"))
        and not Path(module).name.startswith("__")
        and module not in named
        and not module.startswith(folders)
    ]
    assert missing == []


def _sections(page: str) -> set[str]:
    """Return the numbers of a page's sections, and of the items in their lists: 5, 5.1."""
    found: set[str] = set()
    chapter = ""
    for line in _text(page).splitlines():
        if heading := re.match(r"## (\d+)\. ", line):
            chapter = heading[1]
            found.add(chapter)
        elif point := re.match(r"(\d+)\. ", line):
            found.add(f"{chapter}.{point[1]}")
    return found


def test_cited_sections_exist() -> None:
    """``docs/domain.md, sections 3 and 6``: each number is a heading, each 5.1 an item below one."""
    cited: set[tuple[str, str]] = set()
    pattern = r"(docs/[\w/-]+\.md)(?:,|:)\s+sections? ([\d., and\n]+)"
    for file in _files(".py", ".sql", ".md", ".toml"):
        for page, numbers in re.findall(pattern, file.read_text(encoding="utf-8")):
            cited |= {(page, one) for one in re.findall(r"\d+(?:\.\d+)?", numbers)}
    assert len(cited) > 10
    assert [(page, number) for page, number in sorted(cited) if number not in _sections(page)] == []


def test_cited_documents_exist() -> None:
    cited = {
        one
        for file in _files(".py", ".sql", ".toml", ".md")
        for one in re.findall(r"\bdocs/[\w/-]+\.md\b", file.read_text(encoding="utf-8"))
    }
    assert [one for one in sorted(cited) if not (ROOT / one).exists()] == []


TICS = re.compile(r"(?i)\b(?:whoever|anew|any more|beside the writers|is no matter|what came of|so many)\b")
"""Phrases that plain technical English does without."""


def _prose(source: str) -> Iterator[str]:
    """Yield the docstrings and comments of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def test_documents_are_in_plain_english() -> None:
    pages = [
        *sorted(set(ROOT.glob("[A-Z]*.md")) - {ROOT / "CHANGELOG.md"}),
        *sorted((ROOT / "docs").glob("*.md")),
    ]
    assert [(page.name, hit) for page in pages for hit in TICS.findall(page.read_text("utf-8"))] == []


@pytest.mark.parametrize("package", ["bot", "core", "sandbox", "benchmarks", "tools"])
def test_docstrings_and_comments_are_in_plain_english(package: str) -> None:
    sources = {path: path.read_text("utf-8") for path in sorted((ROOT / package).rglob("*.py"))}
    found = [
        (path.relative_to(ROOT).as_posix(), hit)
        for path, source in sources.items()
        if TICS.search(source)  # parsing takes twenty times as long
        for text in _prose(source)
        for hit in TICS.findall(text)
    ]
    assert sources
    assert found == []


def test_control_tics_are_found() -> None:
    assert TICS.findall("Whoever comes back is shown it anew.") == ["Whoever", "anew"]
    assert [hit for text in _prose("x = 1  # not any more") for hit in TICS.findall(text)] == ["any more"]


_CHINESE = r"[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef`]"
_OF_ANOTHER_LANGUAGE = re.compile(rf"(?<={_CHINESE})[,:;!?()\"]|[,;!?()\"](?={_CHINESE})")


def _halfwidth(page: str) -> list[str]:
    """Return the lines of Chinese with punctuation of English outside of code, quotes and addresses."""
    text = re.sub(r"^(?:```.*?```|    [^\n]*)$", "", page, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "`", re.sub(r"「[^」]*」|【[^】]*】|<[^>]*>", "的", text))
    return [
        line
        for line in re.sub(r"\]\([^)]*\)", "]", text).splitlines()
        if re.search(r"[\u4e00-\u9fff]", line) and _OF_ANOTHER_LANGUAGE.search(line)
    ]


def test_pages_in_chinese_have_chinese_punctuation() -> None:
    pages = [ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.zh-CN.md"))]
    assert {page.name: lines for page in pages if (lines := _halfwidth(page.read_text("utf-8")))} == {}


def test_control_halfwidth_punctuation_is_found() -> None:
    assert _halfwidth("一,二") == ["一,二"]
    assert _halfwidth("一 `a`,`b`") != []
    assert _halfwidth("「一(二)」，[三](a,b)\n\n    一,二\n```\n一,二\n```\nEnglish, `a`,`b`") == []


MACHINES = re.compile(r"(?<![\w./-])/(?:work|tmp|home|root|Users)/\w")
ISSUES = re.compile(r"(?i)\bissue\s*#?\d|\bissues/\d|(?:fixes|closes|see)\s+#\d")


@pytest.mark.parametrize("pattern", [MACHINES, ISSUES], ids=["paths of a machine", "issue numbers"])
def test_nothing_speaks_of_where_it_was_written(pattern: re.Pattern[str]) -> None:
    found = [
        (file.relative_to(ROOT).as_posix(), hit.group())
        for file in _files(*TEXTS)
        for hit in [pattern.search(file.read_text(encoding="utf-8"))]
        if hit
    ]
    assert found == []


def test_control_patterns_find_what_they_should() -> None:
    assert MACHINES.search("open('/" + "tmp/x')")
    assert ISSUES.search("see issue " + "#12")
    assert not MACHINES.search("GET /sms/tmp/x of http://127.0.0.1/tmp/x")


def _pixels(path: Path) -> tuple[tuple[int, int], bytes]:
    with Image.open(path) as picture:
        return picture.size, picture.convert("RGB").tobytes()


def test_pictures_of_the_manual_are_as_they_would_be_drawn_today(tmp_path: Path) -> None:
    make_report_pictures.main(tmp_path)
    kept = {path.name: path for path in (ROOT / "docs/pictures").glob("*.png")}
    made = {path.name: path for path in tmp_path.iterdir()}
    assert len(made) == 3
    assert [name for name in made if _pixels(kept[name]) != _pixels(made[name])] == []
    assert all(path.stat().st_size < 150_000 for path in kept.values())
