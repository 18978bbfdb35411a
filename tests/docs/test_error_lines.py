"""What the command line prints when it fails stands in the manual, with what to do about it."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from bot.cli import journal, restore
from bot.demo import demo
from bot.inbox.errors import CannotListenError
from bot.local_socket import errors as local_socket
from core.errors import backup, installation, keys, moving, settings, store
from core.errors.base import InputError, OperationError, SettingsError, XuanhaoError

ROOT = Path(__file__).parents[2]
PAGES = {
    "docs/command-line.md": ("| line | what to do |", "| the command says | because |"),
    "docs/command-line.zh-CN.md": ("| 显示 | 处理 |", "| 命令显示 | 原因 |"),
}
MODULES = (settings, keys, store, installation, backup, moving, local_socket, demo, journal, restore)
TOLD_ELSEWHERE = {
    "KeyFileUnreadable": "docs/keys.md",
    "KeyFileUnusable": "docs/keys.md",
    "KeysDoNotFit": "docs/keys.md",
    "SettingsRefused": "config.example.toml",
}
WITH_A_REASON_OF_ITS_OWN = {
    *("BackupNotWritten", "JournalNotWritten", "StoreUnavailable"),  # a file or host, and the system's reason
    *("ServiceRefused", "ServiceRefusedInput"),  # what the chat would say
    *("BadRows", "MomentUnreadable", "LossBeforeBackup", "NoTerminal"),  # asks for what is missing
    *("OfficeNotServed", "PassphraseNeeded", "PassphraseTooShort", "PassphraseWrong", "MoveUrlsWrong"),
}
"""Errors whose line says all that can be said."""
BUGS = {"MalformedRequest", "QueryError", "StoreClosed", "StoreConstraintError", "TransactionSpoilt"}
"""Only a mistake in the program leads to them."""


def _leaves(module: ModuleType) -> Iterator[type[XuanhaoError]]:
    """Yield the errors that a module defines and raises."""
    defined = [kind for kind in vars(module).values() if isinstance(kind, type)]
    for kind in defined:
        is_error = issubclass(kind, InputError | OperationError | SettingsError)
        if is_error and kind.__module__ == module.__name__ and not kind.__subclasses__():
            yield kind


def _printed() -> dict[str, type[XuanhaoError]]:
    kinds = [*(kind for module in MODULES for kind in _leaves(module)), CannotListenError]
    return {kind.__name__: kind for kind in kinds}


def _messages(tree: ast.AST) -> Iterator[str]:
    """Yield the texts in a class or module, with … for what is filled in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _quotes(page: str, header: str) -> list[str]:
    table = (ROOT / page).read_text(encoding="utf-8").partition(header)[2].partition("\n\n")[0]
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    return [quote for cell in cells for quote in re.findall(r"`([^`]+)`", cell)]


def _all_quotes(page: str) -> list[str]:
    return [quote for header in PAGES[page] for quote in _quotes(page, header)]


def _is_quoted(message: str, quotes: list[str]) -> bool:
    patterns = (".*".join(re.escape(part) for part in quote.strip("…").split("…")) for quote in quotes)
    return any(re.search(pattern, message) for pattern in patterns)


def _missing(quotes: list[str]) -> list[str]:
    known = {*TOLD_ELSEWHERE, *WITH_A_REASON_OF_ITS_OWN, *BUGS}
    return [
        name
        for name, kind in _printed().items()
        if name not in known
        and not any(_is_quoted(one, quotes) for one in _messages(ast.parse(inspect.getsource(kind))))
    ]


def test_every_error_of_the_command_line_is_in_the_manual() -> None:
    assert len(_printed()) > 60
    assert _missing(_all_quotes("docs/command-line.md")) == []


def test_control_a_missing_line_is_noticed() -> None:
    quotes = [quote for quote in _all_quotes("docs/command-line.md") if "is in use" not in quote]
    assert _missing(quotes) == ["StoreInUse"]


def test_lists_of_exceptions_have_no_error_that_is_gone() -> None:
    assert {*TOLD_ELSEWHERE, *WITH_A_REASON_OF_ITS_OWN, *BUGS} - set(_printed()) == set()


def test_both_languages_quote_the_same_lines() -> None:
    english, chinese = map(_all_quotes, PAGES)
    assert english == chinese


def test_every_quoted_line_is_one_of_the_program() -> None:
    files = [file for area in ("bot", "core") for file in (ROOT / area).rglob("*.py")]
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files)
    said = "\n".join(message for tree in trees for message in _messages(tree))
    quotes = _all_quotes("docs/command-line.md")
    assert len(quotes) > 40
    assert [quote for quote in quotes if not _is_quoted(said, [quote])] == []
