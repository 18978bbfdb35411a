"""How Sphinx makes a site of the documents: ``make docs``. A link that leads nowhere is an error there.

The folder of the project is the source, so that pages link each other as they do in the repository. README.md
is the first page; it gets the menu here, since a reader of the file alone has no use for it.
"""  # noqa: INP001 - Sphinx reads it by its path

from collections.abc import Iterable
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

_ROOT = Path(__file__).parent.parent
_FIRST = "README"

project = "xuanhao 选号"
html_title = project
html_theme = "furo"
html_show_copyright = False
html_copy_source = False
extensions = ["myst_parser"]
myst_heading_anchors = 3
myst_enable_extensions = ["html_image"]
root_doc = _FIRST
include_patterns = ["*.md", "docs/**.md", "benchmarks/README.md", "sandbox/README.md"]
exclude_patterns = [".*", "site", "demo-data"]

_MENU = {
    "Use": ["docs/owners", "docs/operations", "docs/domain", "docs/journal"],
    "Run": [
        *("docs/deployment", "docs/command-line", "docs/keys", "docs/backup", "docs/monitoring"),
        *("docs/registry", "docs/scaling", "docs/reliability", "SECURITY"),
    ],
    "Develop": [
        *("docs/contributing", "docs/architecture", "docs/glossary", "docs/messenger", "docs/sandbox"),
        *("benchmarks/README", "docs/decisions/README", "CHANGELOG"),
    ],
}


def _pages() -> list[str]:
    """Return the names of all pages but the first, in alphabetical order."""
    files = [file for pattern in include_patterns for file in _ROOT.glob(pattern.replace("**", "**/*"))]
    names = {file.relative_to(_ROOT).with_suffix("").as_posix() for file in files}
    return sorted(names - {_FIRST})


def _menu() -> str:
    """Return hidden tables of contents: the lists above, other pages, and those in Chinese."""
    chinese = [name for name in _pages() if name.endswith(".zh-CN")]
    decisions = [name for name in _pages() if name.startswith("docs/decisions/2")]
    named = {name for names in _MENU.values() for name in names} | {*chinese, *decisions}
    others = [name for name in _pages() if name not in named]
    groups = _MENU | {"Develop": [*_MENU["Develop"], *others], "中文": chinese}
    return "".join(_toctree(caption, names) for caption, names in groups.items())


def _toctree(caption: str, names: Iterable[str]) -> str:
    lines = "\n".join(f"/{name}" for name in names)
    return f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{lines}\n```\n"


def _add_menus(_app: Sphinx, name: str, content: list[str]) -> None:
    if name == _FIRST:
        content[0] += _menu()
    if name == "docs/decisions/README":
        decisions = [page for page in reversed(_pages()) if page.startswith("docs/decisions/2")]
        content[0] += _toctree("", decisions).replace(":hidden:\n:caption: \n", "")


def _lead_to_the_first_page(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        page = f'<!doctype html><meta http-equiv="refresh" content="0; url={_FIRST}.html">'
        Path(app.outdir, "index.html").write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect what is above with Sphinx."""
    app.add_lexer("mermaid", TextLexer)
    app.connect("source-read", _add_menus)
    app.connect("build-finished", _lead_to_the_first_page)
