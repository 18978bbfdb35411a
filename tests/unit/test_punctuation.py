"""Chinese is shown in its own punctuation; what is not a sentence stays unchanged."""

import re

import pytest

from bot.i18n.language import Language, speaking
from bot.i18n.punctuation import FULL_WIDTH, punctuated
from bot.texts.error_texts.preselection import VIN_PRESELECTED
from tests.person import as_typed
from tools import make_texts

COMMA, COLON, OPENS, CLOSES = (FULL_WIDTH[half] for half in ",:()")
KEPT = re.compile(r"<code>.*?</code>|<[^<>]*>|\{[^{}]*\}|【[^】]*】", re.DOTALL)
IN_CHINESE = re.compile(r"[\u4e00-\u9fff][,;:!?(]|[,;:!?)][\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("请核对,有误可修改:", f"请核对{COMMA}有误可修改{COLON}"),
        ("<b>告知</b>(第 {version} 版)", f"<b>告知</b>{OPENS}第 {{version}} 版{CLOSES}"),
        ("{name},{address}({hours})", f"{{name}}{COMMA}{{address}}{OPENS}{{hours}}{CLOSES}"),
        ("今日种子的 SHA-256:", f"今日种子的 SHA-256{COLON}"),
        ("点【随机一次(5)】,再选", f"点【随机一次(5)】{COMMA}再选"),
        ("<code>A,B</code>,以及", f"<code>A,B</code>{COMMA}以及"),
        ("查看(/privacy)", f"查看{OPENS}/privacy{CLOSES}"),
    ],
)
def test_sentence_has_chinese_signs(typed: str, shown: str) -> None:
    assert punctuated(typed) == shown


@pytest.mark.parametrize(
    "typed", ["2026-12-01T09:00", "300,000", "【换一批({left})】", "at {count:,}", "60%"]
)
def test_what_is_no_sentence_stays(typed: str) -> None:
    assert punctuated(typed) == typed


def test_no_chinese_word_is_shown_with_signs_of_the_keyboard() -> None:
    sources = [str(message.id) for message in make_texts.entries(make_texts.extracted())]
    shown = {words: punctuated(words) for words in sources}
    assert len(shown) > 1000
    assert [one for one in shown.values() if IN_CHINESE.search(KEPT.sub("", one))] == []
    assert [words for words in shown if as_typed(shown[words]) != as_typed(words)] == []


def test_prescribed_words_are_shown_to_the_sign() -> None:
    assert VIN_PRESELECTED() == "该车辆已预选号牌,不允许再次预选号牌!"


def test_english_keeps_its_own_signs() -> None:
    with speaking(Language.ENGLISH):
        assert not set(FULL_WIDTH.values()) & set(VIN_PRESELECTED())
