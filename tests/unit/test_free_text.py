"""Free text is kept as it was typed, but for characters that no keyboard types."""

import pytest

from core.errors.identity import ControlCharacterInText
from core.values.text import in_lines, in_width, one_line, without_hidden


@pytest.mark.parametrize("typed", ["资料不符，共２处；（Ａ栏）！", "①㎡", "好👨\u200d👩\u200d👧❤\ufe0f"])
def test_text_stays_as_it_was_typed(typed: str) -> None:
    assert one_line(f"  {typed}\n") == in_lines(f"\n{typed} \n") == typed


def test_white_space_becomes_one_space_in_one_line_only() -> None:
    assert (one_line("甲\u3000\n乙"), in_lines("甲\u3000丙 \n\n 乙\n")) == ("甲 乙", "甲\u3000丙\n\n乙")


@pytest.mark.parametrize("hidden", ["\x00", "\x07", "\x7f", "\x85x\x86", "\u202e", "\u2066"])
def test_control_character_is_refused(hidden: str) -> None:
    for read in (one_line, in_lines):
        with pytest.raises(ControlCharacterInText):
            read(f"甲{hidden}乙")


@pytest.mark.parametrize("blank", ["", " \n", "\u200b\ufeff"])
def test_text_that_nobody_sees_is_none(blank: str) -> None:
    assert one_line(blank) == ""


def test_narrow_text_has_the_length_of_the_typed_one() -> None:
    typed = "粤Ｋ，１２：３０\t㎡①ﬁ"
    assert (in_width(typed), len(in_width(typed))) == ("粤K,12:30 ㎡1ﬁ", len(typed))


def test_marks_that_copying_brings_along_are_left_out() -> None:
    assert without_hidden("\ufeff12\u200b月👨\u200d👩\x07") == "12月👨\u200d👩\x07"
