"""Codes as typed, or pasted from the text message."""

import pytest

from bot.owner.codes import digits


@pytest.mark.parametrize(
    "typed",
    ["123456", "123 456", "\uff11\uff12\uff13456", "验证码:123456", "验证码\uff1a 123456", "code 123456"],
)
def test_code_is_taken_with_what_stands_before_it(typed: str) -> None:
    assert digits(typed) == "123456"
