"""The keywords of commands: each in English, as the manual writes it, and in Chinese."""

from enum import StrEnum

from core.reporting.waiting_list import WaitingFilter
from core.values.text import tidy


class Keyword(StrEnum):
    """A keyword, named as in the manual."""

    FROM = "from"
    COMPOSE = "compose"
    RANDOM = "random"
    NOW = "now"
    DRAWN = "drawn"
    ON = "on"
    OFF = "off"
    ALL = "all"
    ADD = "add"
    NAME = "name"
    LINK = "link"
    AT = "at"


WORDS: dict[Keyword, tuple[str, ...]] = {
    Keyword.FROM: ("from", "从", "自", "定时"),
    Keyword.COMPOSE: ("compose", "自编选号", "自编号牌", "自编"),
    Keyword.RANDOM: ("random", "随机选号", "随机"),
    Keyword.NOW: ("now", "立即", "马上", "现在", "同时"),
    Keyword.DRAWN: ("drawn", "抽签"),
    Keyword.ON: ("on", "开始", "开启", "开"),
    Keyword.OFF: ("off", "结束", "关闭", "关"),
    Keyword.ALL: ("all", "全部发牌机关", "全部机关", "全部", "所有"),
    Keyword.ADD: ("add", "添加", "增加"),
    Keyword.NAME: ("name", "姓名", "改名", "名字"),
    Keyword.LINK: ("link", "链接"),
    Keyword.AT: ("at", "定时"),
}
"""The words for each keyword; longer ones before those that they begin with."""

FILTER_WORDS = {
    WaitingFilter.ALL: ("全部", "所有", "all"),
    WaitingFilter.TODAY: ("今天", "今日", "今天到期", "当天", "today"),
    WaitingFilter.WEEK: ("本周", "这周", "本周到期", "week", "thisweek"),
    WaitingFilter.UNREACHABLE: ("联系不上", "失联", "unreachable"),
    WaitingFilter.KNOWN: ("已上牌未确认", "已上牌", "未确认", "registered"),
}
"""What the filters are called when they are typed, in either language."""


def is_keyword(raw: str, *keywords: Keyword) -> bool:
    """Whether a word is one of these keywords, in either language, case and width ignored."""
    word = tidy(raw).lower()
    return any(word in WORDS[keyword] for keyword in keywords)


def keyword_of(raw: str, *keywords: Keyword) -> Keyword | None:
    """Return which of these keywords a word is, None if none."""
    return next((keyword for keyword in keywords if is_keyword(raw, keyword)), None)


def pattern_of(*keywords: Keyword) -> str:
    """Return a regular expression that matches any word for these keywords."""
    return "|".join(word for keyword in keywords for word in WORDS[keyword])
