"""The manuals say what the program says: commands, buttons and messages that they quote exist in it."""

import re
from pathlib import Path

import pytest

from bot.desk.commands import DESK
from bot.i18n.language import Language, speaking
from bot.texts.menu import OWNER_MENU
from tests.unit.test_command_line import RESTART_CANNOT_HELP

ROOT = Path(__file__).parents[2]
COMPOSED = {
    "已由张三(3001)处理:…",  # 已由{actor}处理:{outcome}
    "已由系统处理:该号码已过期收回",  # the same
    "📢 粤K 车管所通知",  # 📢 {office}通知
}
"""Examples in which the program fills in a name."""
COMMAND_LINE_TABLES = {
    "docs/command-line.md": "| the command says | because |",
    "docs/keys.md": "| line | what to do |",
}
STATUS_2 = {
    "SettingsFileMissing": "settings file is missing",
    "SettingsFileNotWritten": "unreadable or invalid",
    "SettingsFileUnreadable": "unreadable or invalid",
    "SettingsSyntax": "unreadable or invalid",
    "SettingsRefused": "unreadable or invalid",
    "KeyFileLost": "the keys are missing",
    "KeyFileUnreadable": "unreadable or another database's",
    "KeyFileUnusable": "unreadable or another database's",
    "KeysDoNotFit": "unreadable or another database's",
    "DatabaseMissing": "there is no database at the path",
    "DatabaseOfAnotherBot": "the database serves another bot",
    "PhotoFolderOfAnother": "the photo folder is another database's",
    "StoreDriverMissing": "the drivers of PostgreSQL are not installed",
    "StoreCorrupt": "the database is damaged",
    "InvalidToken": "the Bot API rejects the token at the start",
    "Usage": "an argument is wrong",
    "NoTerminal": "refuses without it (status 2)",
}
"""How docs/command-line.md words each error that a restart cannot mend."""


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _source(*folders: str) -> str:
    files = [
        file
        for folder in folders
        for ending in ("*.py", "*.po")
        for file in sorted((ROOT / folder).rglob(ending))
    ]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _plain(text: str) -> str:
    """Return text as the bot shows it: no spaces, seams of literals or tags; Chinese punctuation."""
    return re.sub(r'\s|""|</?[a-z]+>', "", text).translate(str.maketrans(",:;!?()", "，：；！？（）"))


@pytest.mark.parametrize("page", ["docs/operations.md", "docs/operations.zh-CN.md"])
def test_every_command_of_the_desk_has_a_section(page: str) -> None:
    headings = re.findall(r"^### /(\w+)$", _text(page), re.MULTILINE)
    assert sorted(headings) == sorted(DESK)


def test_manuals_of_the_desk_say_the_same() -> None:
    """Each section names the buttons, messages, settings and pictures that the other language's names."""
    english, chinese = _quotes_by_section("operations.md"), _quotes_by_section("operations.zh-CN.md")
    assert len(english) > 40
    assert english == chinese


def test_every_command_of_owners_is_explained() -> None:
    rows = re.findall(r"^\| `/(\w+)` \| (.+?) \| (.+?) \|", _text("docs/owners.md"), re.MULTILINE)
    with speaking(Language.CHINESE):
        assert [(name, _plain(words)) for name, words, _ in rows] == [
            (name, _plain(words())) for name, words in OWNER_MENU.items()
        ]


def _quotes_by_section(page: str) -> list[set[str]]:
    """Return what each section quotes of the program, in the order of the page."""
    quote = r"「([^」]*)」|【([^】]*)】|`([a-z]+[_.][a-z_]+)|\((pictures/[^)]*)\)"
    return [
        {_plain("".join(groups)) for groups in re.findall(quote, section)}
        for section in re.split(r"^#+ .*$", _text(f"docs/{page}"), flags=re.MULTILINE)
    ]


def _quoted(page: str) -> set[str]:
    pairs = re.findall(r"「([^」]*)」|【([^】]*)】", _text(page))
    return {message or button for message, button in pairs}


def _unknown(quotes: set[str], source: str) -> set[str]:
    """Return the quotes of which a part is not in the source; figures and codes are examples."""
    return {
        quote
        for quote in quotes
        for part in re.split(r"…|\d+|[A-Z]\b", _plain(quote))
        if len(part) > 1 and part not in source
    }


@pytest.mark.parametrize(
    ("page", "least"),
    [
        ("operations", 80),
        ("operations.zh-CN", 80),
        ("domain", 20),
        ("owners", 2),
        ("journal", 1),
        ("journal.zh-CN", 3),
    ],
)
def test_buttons_and_messages_of_a_manual_exist(page: str, least: int) -> None:
    quotes = _quoted(f"docs/{page}.md")
    assert len(quotes) > least
    composed = {_plain(quote) for quote in COMPOSED}
    quoted = {quote for quote in quotes if _plain(quote) not in composed}
    assert _unknown(quoted, _plain(_source("bot", "core"))) == set()


def test_control_an_invented_button_is_found() -> None:
    assert _unknown({"⛔ 作废", "换一批", "不存在的按钮"}, _plain(_source("bot"))) == {"不存在的按钮"}


@pytest.mark.parametrize("page", COMMAND_LINE_TABLES)
def test_messages_of_the_command_line_exist(page: str) -> None:
    table = _text(page).partition(COMMAND_LINE_TABLES[page])[2].partition("\n\n")[0]
    quotes = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    source = re.sub(r'"\s*\n\s*f?"', "", _source("bot", "core"))
    parts = [part.strip() for quote in quotes for part in quote.rpartition(": ")[2].split("…")]
    assert len(quotes) > 4
    assert [part for part in parts if part not in source] == []


def test_every_reason_for_status_2_is_in_the_manual() -> None:
    manual = " ".join(_text("docs/command-line.md").split())
    assert set(STATUS_2) == {type(error).__name__ for error in RESTART_CANNOT_HELP}
    assert [words for words in STATUS_2.values() if words not in manual] == []


def test_pages_in_two_languages_link_each_other() -> None:
    chinese = sorted((ROOT / "docs").glob("*.zh-CN.md"))
    assert len(chinese) > 5
    for page in chinese:
        english = page.with_name(page.name.replace(".zh-CN", ""))
        assert f"({page.name})" in english.read_text(encoding="utf-8"), english.name
        assert f"({english.name})" in page.read_text(encoding="utf-8"), page.name


def test_tests_that_the_readme_names_exist() -> None:
    for readme in ("README.md", "README.zh-CN.md"):
        named = re.findall(r"\btests/[\w/.-]+", _text(readme))
        assert len(named) > 5
        assert [path for path in named if not (ROOT / path).exists()] == []
