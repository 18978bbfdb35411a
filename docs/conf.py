"""How Sphinx makes a site of the documents: ``make docs``. A link that leads nowhere is an error there.

The folder of the project is the source, so that pages link each other as they do in the repository. README.md
is the first page; it gets the menu here, since a reader of the file alone has no use for it.
"""  # noqa: INP001 - Sphinx reads it by its path

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the tests read this file without Sphinx
    from sphinx.application import Sphinx

_ROOT = Path(__file__).parent.parent
_FIRST = "README"

project = "xuanhao 选号"
html_title = project
html_theme = "furo"
html_show_copyright = False
html_copy_source = False
html_static_path = ["site.css"]
html_css_files = ["site.css"]
extensions = ["myst_parser"]
myst_heading_anchors = 3
myst_enable_extensions = ["html_image"]
root_doc = _FIRST
include_patterns = ["*.md", "docs/**.md", "benchmarks/README.md", "sandbox/README.md"]
exclude_patterns = [
    ".*",
    "site",
    "demo-data",
    "CONTRIBUTING.md",
]  # that one only leads to docs/contributing.md

MENU = {
    "Use": ["docs/owners", "docs/operations", "docs/domain", "docs/journal"],
    "Run": [
        *("docs/deployment", "docs/command-line", "docs/keys", "docs/backup", "docs/monitoring"),
        *("docs/registry", "docs/scaling", "docs/performance", "docs/reliability", "SECURITY"),
    ],
    "Develop": [
        *("docs/contributing", "docs/architecture", "docs/glossary", "docs/messenger", "sandbox/README"),
        *("benchmarks/README", "docs/decisions/README", "docs/licences", "CODE_OF_CONDUCT", "CHANGELOG"),
    ],
    "中文": [
        *("README.zh-CN", "docs/operations.zh-CN", "docs/journal.zh-CN", "docs/deployment.zh-CN"),
        *("docs/command-line.zh-CN", "docs/keys.zh-CN", "docs/backup.zh-CN", "docs/monitoring.zh-CN"),
        "docs/registry.zh-CN",
    ],
}
"""What stands beside each page; the decisions stand below theirs."""
_CJK = r"[\u2014\u2018-\u201d\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_SEAM = re.compile(rf"(?<={_CJK})\n *(?={_CJK})")


def _decisions() -> list[str]:
    """Return the names of the decisions, the newest first."""
    files = (_ROOT / "docs/decisions").glob("2*.md")
    return sorted((f"docs/decisions/{file.stem}" for file in files), reverse=True)


def _toctree(caption: str, names: Iterable[str]) -> str:
    lines = "\n".join(f"/{name}" for name in names)
    return f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{lines}\n```\n"


def _add_menus(_app: "Sphinx", name: str, content: list[str]) -> None:
    if name == _FIRST:
        content[0] += "".join(_toctree(caption, names) for caption, names in MENU.items())
    if name == "docs/decisions/README":
        content[0] += _toctree("", _decisions()).replace(":hidden:\n:caption: \n", ":maxdepth: 1\n")


def join_chinese(text: str) -> str:
    """Return a page without the blanks that a browser shows where a line of Chinese is broken."""
    parts = text.split("```")
    return "```".join(_SEAM.sub("", part) if number % 2 == 0 else part for number, part in enumerate(parts))


def _join_lines(_app: "Sphinx", name: str, content: list[str]) -> None:
    if name.endswith(".zh-CN"):
        content[0] = join_chinese(content[0])


def _lead_to_the_first_page(app: "Sphinx", error: Exception | None) -> None:
    if error is None:
        page = f'<!doctype html><meta http-equiv="refresh" content="0; url={_FIRST}.html">'
        Path(app.outdir, "index.html").write_text(page, encoding="utf-8")


def _name_language(
    _app: "Sphinx", page: str, _template: str, context: dict[str, object], _tree: object
) -> None:
    if page.endswith(".zh-CN"):
        context["language"] = "zh-CN"


def setup(app: "Sphinx") -> None:
    """Connect what is above with Sphinx."""
    app.connect("source-read", _add_menus)
    app.connect("source-read", _join_lines)
    app.connect("html-page-context", _name_language)
    app.connect("build-finished", _lead_to_the_first_page)
