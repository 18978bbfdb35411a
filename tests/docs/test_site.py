"""The menu of the site has each page once, and its pages need nothing that Sphinx cannot show."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def conf() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs/conf.py"))


def _title(page: str) -> str:
    return (ROOT / f"{page}.md").read_text(encoding="utf-8").partition("\n")[0]


def test_menu_has_every_page_once_and_no_title_twice(conf: dict[str, Any]) -> None:
    named = [page for pages in conf["MENU"].values() for page in pages]
    there = {
        file.relative_to(ROOT).with_suffix("").as_posix()
        for pattern in ("*.md", "docs/*.md", "benchmarks/*.md", "sandbox/*.md")
        for file in ROOT.glob(pattern)
    }
    left_out = {"README", *(name.removesuffix(".md") for name in conf["exclude_patterns"])}
    assert len(named) > 25
    assert sorted(named) == sorted(there - left_out | {"docs/decisions/README"})
    titles = [_title(page) for page in named]
    assert sorted({title for title in titles if titles.count(title) > 1}) == []


def test_titles_of_decisions_begin_with_their_date() -> None:
    files = sorted((ROOT / "docs/decisions").glob("2*.md"))
    assert len(files) > 20
    assert [
        file.name for file in files if not re.match(rf"# {file.name[:10]}: \S", _title(_name(file)))
    ] == []


def _name(file: Path) -> str:
    return file.relative_to(ROOT).with_suffix("").as_posix()


def test_drawings_need_no_script() -> None:
    """A mermaid drawing would be shown as its source."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert [page.name for page in pages if "```mermaid" in page.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    ("page", "joined"),
    [
        ("数据存在\n数据库中", "数据存在数据库中"),
        ("- 一，\n  二。\n- 三", "- 一，二。\n- 三"),
        ("一\n\n二", "一\n\n二"),
        ("存在\nSQLite", "存在\nSQLite"),
        ("| 一 |\n| 二 |", "| 一 |\n| 二 |"),
        ("```sh\n# 一\n二\n```\n三\n四", "```sh\n# 一\n二\n```\n三四"),
    ],
)
def test_lines_of_chinese_are_joined_outside_of_code(conf: dict[str, Any], page: str, joined: str) -> None:
    assert conf["join_chinese"](page) == joined
