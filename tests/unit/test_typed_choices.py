"""What an owner types on the page of random selection, and how much time is said to be left."""

from datetime import timedelta

import pytest

from bot.i18n import formatting
from bot.owner.typed_choices import Choice, Meaning, read
from core.values.plates import PlateKind
from tests.core.tools import settings

OFFICE = settings().offices[0]
SERIALS = ("A6719", "12345", "AB123")


@pytest.mark.parametrize(
    ("typed", "serial"),
    [
        ("A6719", "A6719"),
        ("a6719", "A6719"),
        ("Ａ６７１９", "A6719"),
        ("粤K·A6719", "A6719"),
        ("粤k 12345", "12345"),
        ("①", "A6719"),
        ("2", "12345"),
        ("第3个", "AB123"),
        ("第三个", "AB123"),
        ("A0001", "A0001"),  # not on the screen: the page says so
    ],
)
def test_number_is_understood_in_each_form(typed: str, serial: str) -> None:
    found = read(typed, OFFICE, PlateKind.SMALL, SERIALS)
    assert found == Choice(meaning=Meaning.NUMBER, serial=serial)


@pytest.mark.parametrize(
    ("typed", "meaning"),
    [
        ("换一批", Meaning.DRAW),
        ("【换一批(4)】", Meaning.DRAW),
        ("随机一次!", Meaning.DRAW),
        ("next batch", Meaning.DRAW),
        ("确认", Meaning.CONFIRM),
        ("自编选号", Meaning.COMPOSE),
        ("不要4", Meaning.WITHOUT_FOUR),
        ("我要888", Meaning.UNKNOWN),
        ("9", Meaning.UNKNOWN),
        ("0", Meaning.UNKNOWN),
        ("粤A·A6719", Meaning.UNKNOWN),
        ("", Meaning.UNKNOWN),
        ("长" * 4000, Meaning.UNKNOWN),
    ],
)
def test_words_of_buttons_are_understood(typed: str, meaning: Meaning) -> None:
    assert read(typed, OFFICE, PlateKind.SMALL, SERIALS).meaning == meaning


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (180, "还剩约 3 分钟"),
        (119.4, "还剩约 2 分钟"),
        (90, "还剩约 1 分半钟"),
        (59.3, "还剩约 1 分钟"),
        (30.6, "还剩 30 秒"),
        (29.2, "还剩 30 秒"),
        (22, "还剩 22 秒"),
        (4.2, "还剩 5 秒"),
        (0, "还剩 0 秒"),
        (-3, "还剩 0 秒"),
    ],
)
def test_time_left_is_said_as_precisely_as_it_is_redrawn(seconds: float, words: str) -> None:
    assert formatting.remaining(timedelta(seconds=seconds)) == words
