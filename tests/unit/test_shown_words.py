"""Texts shown to users are in ``bot/texts`` or ``bot/i18n``; Chinese elsewhere needs a reason given here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CHINESE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
ALLOWED = {
    "bot/cli/parser.py": "the name of the program",
    "core/public_journal/checker.py": "a program of its own, which says its result in both languages",
    "bot/cli/release.py": "an example of what is typed",
    "bot/cli/restore.py": "the same",
    "bot/cli/admin_link.py": "the same",
    "bot/cli/init.py": "the same",
    "bot/cli/journal.py": "the same",
    "bot/cli/verify.py": "the same",
    "core/backup/gap.py": "reasons that are written down; bot/i18n/formatting.py words them",
    "core/errors/backup.py": "an example of what is typed",
    "core/settings/model.py": "the placeholder of an address in the example settings",
    "bot/demo/demo.py": "the name of the program",
    "sandbox/registry.py": "the page of its vehicles",
    "bot/demo/data.py": "the people and offices of the demo, and what its page tells them",
    "bot/desk/reports/span_words.py": "what people type for a span of days",
    "bot/desk/arguments.py": "what people type in dates, before them, and in the names of plate kinds",
    "bot/desk/admin_words.py": "what people type for the end of a role",
    "bot/desk/appeal_decisions.py": "the words that people type before an appeal's number",
    "bot/desk/ban_ends.py": "what people type for the end of a ban",
    "bot/desk/day_words.py": "what people type for days and hours",
    "bot/desk/extension.py": "what people type around a number of working days",
    "bot/desk/opening_hours.py": "the words of /hours that people type",
    "bot/desk/notes.py": "what is typed before a note on an appeal",
    "bot/desk/undo_arguments.py": "the words that people type around what is taken back",
    "bot/desk/form_steps.py": "what people type for a number of years",
    "bot/desk/keywords.py": "the words of commands that people type",
    "bot/desk/grants.py": "what people type around a number of chances",
    "bot/desk/releases.py": "what people type around a date",
    "bot/routing/commands.py": "the names of commands that people type",
    "bot/owner/typed_choices.py": "what people type instead of pressing a button",
    "bot/pictures/text_layout.py": "the signs that may not begin or end a line",
    "bot/pictures/font.py": "the sign that stands for characters which the font lacks",
    "sandbox/entities.py": "the signs at which an address ends",
    "sandbox/people.py": "the people of the sandbox, and the name of its bot",
    "core/preselection/expiry.py": "a reason that is written down; bot/i18n/formatting.py words it",
    "core/values/holiday_text.py": "what notices of holidays and people write of days",
    "core/values/hours.py": "what people type in service hours",
    "core/values/names.py": "which characters a name may have",
    "core/reporting/audit_search.py": "what people type in dates, and between what they look for",
    "core/values/text.py": "the dots that people type",
    "core/values/offices.py": "the usual papers as settings name them; bot/i18n/formatting.py words them",
    "core/values/number_search.py": "the words that people type around what they look for",
    "core/values/plates.py": "the characters of the provinces, and what people type between numbers",
    "core/values/labels.py": "what papers print and people type before a value",
    "core/values/name_and_number.py": "what people type between a name and a number",
    "core/values/personal_numbers.py": "what people type in dates and between the groups of a number",
    "core/rehearsal/owner.py": "the invented owner of a rehearsal, in place of what somebody typed",
    "core/rehearsal/practice.py": "the invented office of a practice",
    "core/rehearsal/cases.py": "the invented owners of a practice, and what was typed about them",
    "core/appeals/reviews.py": "a reason that is written down; bot/i18n/formatting.py words it",
}
"""Modules whose string literals may contain Chinese, each with the reason."""


def modules() -> Iterator[Path]:
    """Return all modules except those that contain the texts."""
    words = {ROOT / "bot/texts", ROOT / "bot/i18n"}
    for package in ("bot", "core", "sandbox"):
        yield from (path for path in (ROOT / package).rglob("*.py") if not words & set(path.parents))


def chinese_in(source: str) -> list[str]:
    """Return the string literals of a module with Chinese, without docstrings and comments."""
    tree = ast.parse(source)
    remarks = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    return [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Constant)
        and isinstance(one.value, str)
        and id(one) not in remarks
        and CHINESE.search(one.value)
    ]


def test_no_shown_word_stands_outside_the_texts() -> None:
    found = {path.relative_to(ROOT).as_posix(): chinese_in(path.read_text("utf-8")) for path in modules()}
    assert {name: words for name, words in found.items() if words and name not in ALLOWED} == {}


def test_no_module_is_allowed_what_it_does_not_need() -> None:
    assert [name for name in ALLOWED if not chinese_in((ROOT / name).read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "source",
    ['note = "请稍后"', 'def f(n):\n    return f"第{n}次"', 'go(note=("a" "返回"))', '{"【预选】": 1}'],
)
def test_control_a_word_in_code_is_found(source: str) -> None:
    assert len(chinese_in(source)) == 1 + source.count("{n}")


@pytest.mark.parametrize(
    "source", ['"""模块。"""', 'def f():\n    """返回 Return."""', "x = 1  # 备选", 'x = "a"']
)
def test_docstrings_and_comments_may_be_chinese(source: str) -> None:
    assert chinese_in(source) == []
