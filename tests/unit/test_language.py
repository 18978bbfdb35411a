"""Texts follow the active language, per thread; the catalogue is in step with the code."""

import ast
import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from telegram.constants import CallbackQueryLimit

from bot.i18n import formatting
from bot.i18n.bilingual import bilingual
from bot.i18n.formatting import plain
from bot.i18n.language import Language, Phrase, in_same_language, phrase, speaking, spoken
from bot.texts import errors
from core.clock import CHINA
from core.values.offices import PAPERS
from tools import make_texts

AT = datetime(2026, 12, 1, 17, 0, tzinfo=CHINA)
CHINESE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
SEEN = {"_", "phrase", "verbatim"}
MODULES = sorted(path for folder in make_texts.SOURCES for path in folder.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(make_texts.ROOT).as_posix()


def test_chinese_is_spoken_to_whoever_chose_nothing() -> None:
    assert (spoken(), formatting.BACK()) == (Language.CHINESE, "« 返回")


def test_words_follow_the_language_that_is_spoken() -> None:
    with speaking(Language.ENGLISH):
        assert formatting.BACK() == "« Back"
        with speaking(Language.CHINESE):
            assert formatting.BACK() == "« 返回"
        assert formatting.BACK() == "« Back"
    assert formatting.BACK() == "« 返回"


def test_language_before_comes_back_after_an_error() -> None:
    with pytest.raises(ValueError, match="x"), speaking(Language.ENGLISH):
        raise ValueError("x")
    assert spoken() == Language.CHINESE


def test_words_without_a_translation_stay_chinese() -> None:
    with speaking(Language.ENGLISH):
        assert Phrase("没有译文的一句话")() == "没有译文的一句话"


def test_phrase_in_a_sentence_is_worded() -> None:
    with speaking(Language.ENGLISH):
        assert f"{formatting.BACK}" == "« Back"


def test_typed_word_is_understood_in_both_languages() -> None:
    assert [formatting.BACK.means(said) for said in ("« Back", " « 返回 ", "Bak")] == [True, True, False]


@pytest.mark.parametrize(
    ("language", "expected"),
    [(Language.CHINESE, "2026年12月1日\uff08周二\uff09 17:00"), (Language.ENGLISH, "Tue 1 Dec 2026 17:00")],
)
def test_moments_are_written_as_the_language_does(language: Language, expected: str) -> None:
    with speaking(language):
        assert formatting.moment(AT) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(45, "45 s"), (120, "2 min"), (150, "2 min 30 s")])
def test_spans_are_written_in_english(seconds: int, expected: str) -> None:
    with speaking(Language.ENGLISH):
        assert formatting.span(timedelta(seconds=seconds)) == expected


def test_papers_of_the_standard_list_are_all_known() -> None:
    assert set(PAPERS) == set(formatting._PAPERS)


async def test_language_of_one_thread_or_task_is_its_own() -> None:
    begun, heard = asyncio.Event(), asyncio.Event()

    async def in_english() -> str:
        with speaking(Language.ENGLISH):
            begun.set()
            await heard.wait()
            return formatting.BACK()

    async def beside() -> tuple[str, str]:
        await begun.wait()
        with ThreadPoolExecutor(1) as pool:
            in_thread = await asyncio.get_running_loop().run_in_executor(pool, formatting.BACK)
        heard.set()
        return formatting.BACK(), in_thread

    english, chinese = await asyncio.gather(in_english(), beside())
    assert english == "« Back"
    assert chinese == ("« 返回", "« 返回")


def test_store_thread_takes_the_language_only_with_the_function() -> None:
    with ThreadPoolExecutor(1) as pool, speaking(Language.ENGLISH):
        assert pool.submit(in_same_language(formatting.BACK)).result() == "« Back"
        assert (
            pool.submit(formatting.BACK).result() == "« 返回"
        )  # the control: the thread has no language set


def test_receipt_is_in_both_languages_whatever_the_chats() -> None:
    pictures = []
    for language in Language:
        with speaking(language):
            pictures.append(bilingual(phrase("车主")))
    assert [(words.chinese, words.english) for words in pictures] == [("车主", "Owner")] * len(Language)


def test_name_without_translation_is_said_once() -> None:
    assert bilingual(lambda: "茂名市车辆管理所").english == ""


def test_catalogue_keeps_up_with_the_code() -> None:
    assert make_texts.complaints() == []


def test_control_a_word_without_entry_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "words.py").write_text('NEW = phrase("新词")\n', encoding="utf-8")
    monkeypatch.setattr(make_texts, "SOURCES", (tmp_path,))
    monkeypatch.setattr(make_texts, "ROOT", tmp_path)
    assert len(make_texts.complaints()) == 2


def test_translations_have_the_fields_tags_and_columns_of_their_words() -> None:
    translated = [entry for entry in make_texts.entries(make_texts.written()) if entry.string]
    assert [wrong for message in translated if (wrong := make_texts.unlike(message))] == []


def test_every_word_has_its_english() -> None:
    assert make_texts.untranslated() == []


def test_control_a_word_without_english_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    po = tmp_path / "words.po"
    po.write_text(
        'msgid "一"\nmsgstr ""\n\n#, fuzzy\nmsgid "二"\nmsgstr "two"\n\nmsgid "三"\nmsgstr "three"\n', "utf-8"
    )
    monkeypatch.setattr(make_texts, "PO", po)
    assert make_texts.untranslated() == ["一", "二"]


def test_english_holds_no_chinese_but_what_is_typed_so() -> None:
    said = {str(entry.string) for entry in make_texts.entries(make_texts.written())}
    typed = re.compile(
        r"粤K|茂名|广东|语言|[【】]"
    )  # places, the link to one's language, brackets of buttons
    assert {one for one in said if CHINESE.search(typed.sub("", one))} == set()


@pytest.mark.parametrize("language", Language)
def test_plain_words_of_errors_fit_a_toast(language: Language) -> None:
    with speaking(language):
        said = [plain(words()) for words in errors.PLAIN.values()]
    longest = CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH
    assert [one for one in said if len(one) > longest] == []


@pytest.mark.parametrize(
    ("chinese", "english"),
    [("{n} 个", "{m}"), ("<b>好</b>", "<b>good"), ("{n:,} 个", "{n}"), ("时间|操作", "Time")],
)
def test_control_a_lost_field_tag_or_column_is_found(chinese: str, english: str) -> None:
    assert make_texts.unlike(Message(chinese, english))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_chinese_stands_in_an_f_string(path: Path) -> None:
    strings = [
        one for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(one, ast.JoinedStr)
    ]
    parts = [part.value for string in strings for part in string.values if isinstance(part, ast.Constant)]
    assert [part for part in parts if CHINESE.search(str(part))] == []


SAME_IN_EVERY_LANGUAGE = {
    "bot/i18n/columns.py": "other heads of columns that are understood",
    "bot/texts/command_line.py": "arguments of the command line, which is in English",
    "bot/texts/desk/examples.py": "examples of arguments, which are typed alike in every language",
    "bot/texts/owner/languages.py": "what Chinese is called by its speakers",
    "bot/texts/pictures.py": "the marks on pictures",
    "bot/i18n/punctuation.py": "brackets that it looks for",
}
"""Modules with Chinese text that is not translated, each with the reason."""


def not_looked_up(source: str) -> list[str]:
    """Return the Chinese texts of a module that are not looked up in the catalogue."""
    tree = ast.parse(source)
    apart = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for one in ast.walk(tree):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in SEEN:
            apart |= {id(given) for given in one.args}
    return [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Constant)
        and isinstance(one.value, str)
        and id(one) not in apart
        and CHINESE.search(one.value)
    ]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_chinese_word_is_looked_up(path: Path) -> None:
    found = not_looked_up(path.read_text(encoding="utf-8"))
    assert bool(found) == (name_of(path) in SAME_IN_EVERY_LANGUAGE), found


def test_control_a_word_that_is_not_looked_up_is_found() -> None:
    assert not_looked_up('"""模块"""\nA = phrase("好")\nB = "、".join(_("甲"))') == ["、"]


def test_constant_is_worded_when_it_is_called() -> None:
    word = phrase("« 返回")
    with speaking(Language.ENGLISH):
        assert word() == "« Back"
    assert word() == "« 返回"
