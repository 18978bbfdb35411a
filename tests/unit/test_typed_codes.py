"""Codes as typed, or pasted from the text message."""

import pytest

from bot.owner.codes import digits


@pytest.mark.parametrize(
    "typed",
    [
        "123456",
        "【选号】验证码123456,5分钟内有效。",
        "【选号】验证码\uff1a123456\uff0c5分钟内有效。请勿告诉他人",
        "Your code is 123456. It is valid for 5 minutes.",
        "123456 123456",
        "123 456",
        "\uff11\uff12\uff13456",
        "验证码:123456",
        "验证码\uff1a 123456",
        "code 123456",
    ],
)
def test_code_is_taken_with_what_stands_before_it(typed: str) -> None:
    assert digits(typed) == "123456"


@pytest.mark.parametrize("typed", ["119571 或 119572", "1195711", "13800138000", "12345"])
def test_code_is_not_guessed_among_other_digits(typed: str) -> None:
    assert digits(typed) != "119571"
    assert len(digits(typed)) != 6
