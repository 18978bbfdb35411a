"""What an owner types on the page of random selection, instead of pressing a button."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from core.errors.plates import SerialError
from core.values.offices import Office
from core.values.plates import PlateKind, parse_serial
from core.values.text import compact

_MOST = 40
"""Characters of the longest text that is looked at."""
_NUMERALS = "一二三四五六七八九十"
_PLACE = re.compile(rf"第?(\d{{1,2}}|[{_NUMERALS}])[个号]?")
_AROUND = "【】[]「」“”\"'!。.,、?~"
_COUNT = re.compile(r"\(.*\)$")


class Meaning(Enum):
    """What was meant."""

    NUMBER = auto()  # one that may or may not be on the screen
    DRAW = auto()
    CONFIRM = auto()
    COMPOSE = auto()
    WITHOUT_FOUR = auto()
    HOME = auto()
    UNKNOWN = auto()


_WORDS = {
    Meaning.DRAW: "换一批 随机一次 随机 再来一批 下一批 再抽一次 换 NEXTBATCH DRAW NEXT",
    Meaning.CONFIRM: "确认 确认选号 确定 确定选用 就这个 选它 CONFIRM YES",
    Meaning.COMPOSE: "自编 自编选号 COMPOSE",
    Meaning.WITHOUT_FOUR: "不包含4 不要4 不含4 NO4",
    Meaning.HOME: "返回首页 首页 返回 HOME",
}
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A typed text, understood."""

    meaning: Meaning
    serial: str = ""  # of a number


def read(text: str, office: Office, kind: PlateKind, serials: Sequence[str]) -> Choice:
    """Return what a text means; ``serials`` are those on the screen, in the order of their marks ①②③."""
    if len(text) > _MOST:
        return Choice(meaning=Meaning.UNKNOWN)
    typed = _COUNT.sub("", compact(text, _AROUND))
    if typed in _MEANINGS:
        return Choice(meaning=_MEANINGS[typed])
    place = _place(typed)
    if 0 < place <= len(serials):
        return Choice(meaning=Meaning.NUMBER, serial=serials[place - 1])
    try:
        serial = parse_serial(kind, text, office=office.code, nev_letters=office.nev_letters)
    except SerialError:
        return Choice(meaning=Meaning.UNKNOWN)
    return Choice(meaning=Meaning.NUMBER, serial=serial)


def _place(typed: str) -> int:
    """Return the place in the picture that a text names: 3, 第3个, ③; 0 if it names none."""
    found = _PLACE.fullmatch(typed)
    if found is None:
        return 0
    return _NUMERALS.find(found[1]) + 1 or int(found[1])
