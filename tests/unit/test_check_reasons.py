"""Each sentence in which the checker says what is wrong has an explanation in both languages."""

import ast
from pathlib import Path

import pytest

from bot.i18n.language import Language, speaking
from bot.texts.owner.check_reasons import _OTHER, explained
from core.public_journal import checker

_RAISED_BY = {"_ensure": 1, "_Wrong": 0, "JournalError": 1}
"""Calls that name what is wrong, and which argument does."""


def _sentences() -> list[str]:
    """Return what the checker can say, with A1234 for each value."""
    tree = ast.parse(Path(str(checker.__file__)).read_text(encoding="utf-8"))
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)]
    found = []
    for call in calls:
        place = _RAISED_BY.get(getattr(call.func, "id", ""))
        if place is not None and len(call.args) > place:
            said = call.args[place]
            if isinstance(said, ast.Constant):
                found.append(str(said.value))
            elif isinstance(said, ast.JoinedStr):
                found.append(
                    "".join(
                        str(one.value) if isinstance(one, ast.Constant) else "A1234" for one in said.values
                    )
                )
    return [one for one in found if one != "draw A1234: A1234"]


@pytest.mark.parametrize("language", list(Language))
def test_each_sentence_is_explained(language: Language) -> None:
    sentences = _sentences()
    assert len(sentences) > 60
    with speaking(language):
        unexplained = [
            one for one in sentences if explained(one) == _OTHER() and "not in the file" not in one
        ]
    assert unexplained == []


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        ("the hash does not fit: this entry or the one before was changed", "哈希值对不上"),
        (
            "draw 12: candidate 3 is A1234: it was free and not taken",
            "第 12 次抽号:重新计算时第 3 个候选号码 A1234",
        ),
        ("draw 12: A1234 was given, but it is withheld", "第 12 次抽号:给出的号码 A1234 当时不能给出"),
        ("draw 12: A1234 was given, but it is not among the candidates", "A1234 不是用种子算出来的"),
        ("draw 3 follows draw 1", "记录有缺失"),
        ("A1234 cannot be self-composed: it is withheld", "号码 A1234 当时不能自编选定"),
        ("A1234 was selected for good before", "号码 A1234 已被选定"),
        ("A#### is withheld already", "暂不投放或恢复投放"),
        ("A#### overlaps A12##", "号段的投放"),
        ("the pool has 10 numbers, not 11", "与重新计算的结果不同"),
        ("seq of drawn is not as it must be", "格式不对"),
        ("a sentence of a newer checker", "这一行与规则不符"),
    ],
)
def test_sentence_is_explained_as_what_it_is(reason: str, meaning: str) -> None:
    assert meaning in explained(reason).replace(chr(0xFF1A), ":")
