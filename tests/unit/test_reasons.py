"""A reason says something; one that is published says more."""

import pytest

from core.errors.desk import ReasonTooShort
from core.errors.identity import PersonalNumberInText
from core.values.reasons import LONGEST_REASON, parse_published_reason, parse_reason, reason_or_none
from tests import factories


@pytest.mark.parametrize("typed", ["", " ", "\u200b", "。。", "误", "误误误", "1234", "😀😀"])
def test_what_says_nothing_is_no_reason(typed: str) -> None:
    with pytest.raises(ReasonTooShort):
        parse_reason(typed)


@pytest.mark.parametrize("typed", ["", " \n", "\u200b\u2060"])
def test_reason_may_be_left_out_where_none_is_needed(typed: str) -> None:
    assert reason_or_none(typed) == ""


def test_half_a_reason_is_refused_even_where_none_is_needed() -> None:
    with pytest.raises(ReasonTooShort):
        reason_or_none("误")


def test_reason_is_one_line_of_limited_length() -> None:
    assert parse_reason(" 资料\n有误 ") == "资料 有误"
    assert len(parse_reason("资料有误" * 100)) == LONGEST_REASON


def test_published_reason_needs_four_different_letters() -> None:
    with pytest.raises(ReasonTooShort):
        parse_published_reason("办错号")
    assert parse_published_reason("办错号码") == "办错号码"


def test_nobodys_number_is_in_a_reason() -> None:
    with pytest.raises(PersonalNumberInText):
        reason_or_none(f"冒用 {factories.identity(3)}")
