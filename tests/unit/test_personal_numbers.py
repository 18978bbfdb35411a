"""Personal data are recognised in what is typed, and what the service itself asks for is not taken for it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.values.personal_numbers import InputKind, holds_personal_data
from core.values.vehicles import check_digit
from tests import factories

NOBODY = factories.IDENTITY
FULL_WIDTH = {ord(char): chr(ord(char) + 0xFEE0) for char in "0123456789X+-:"}
PARTS = st.sampled_from([" ", "-", ".", "·", "/", "_", "—", "  ", " - ", ",", "\u3000"])
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


@st.composite
def grouped(draw: st.DrawFn, number: str) -> str:
    """A number in groups of any length, with the label and the words that people write around it."""
    cuts = draw(st.sets(st.integers(1, len(number) - 1), max_size=6))
    part = draw(PARTS)
    places = [0, *sorted(cuts), len(number)]
    groups = [number[first:last] for first, last in pairwise(places)]
    if len(groups) > 1 and all(len(group) == 5 for group in groups[: max(1, len(groups) - 1)]):
        return number  # groups of five are plate numbers
    typed = part.join(groups)
    if draw(st.booleans()):
        typed = typed.translate(FULL_WIDTH)
    before = draw(st.sampled_from(["", "身份证号:", "手机:", "手机号码 ", "我的是", "/find ", "号码为（"]))
    return before + typed + draw(st.sampled_from(["", "。", " 谢谢", "）"]))


@given(number=st.integers(0, 25_000).map(factories.identity), data=st.data())
def test_identity_is_seen_in_any_grouping(number: str, data: st.DataObject) -> None:
    assert holds_personal_data(data.draw(grouped(number)))


@given(number=st.integers(0, 25_000).map(factories.identity), data=st.data())
def test_mistyped_identity_is_seen_in_any_grouping(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 16))
    digit = data.draw(st.sampled_from("0123456789"))
    wrong = data.draw(
        st.sampled_from(
            [
                number[:place] + digit + number[place + 1 :],
                number[:place] + number[place + 1 :],
                number[:place] + digit + number[place:],
            ]
        )
    )
    assert holds_personal_data(data.draw(grouped(wrong)))


@given(number=st.integers(0, 9_999_999).map(factories.credit_code), data=st.data())
def test_credit_code_is_seen_in_any_grouping(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(8, 17))
    wrong = data.draw(st.sampled_from([number, number[:place] + number[place + 1 :], number.lower()]))
    assert holds_personal_data(data.draw(grouped(wrong)))


HEADS = st.sampled_from(["13", "15", "17", "18", "19"])


@given(number=st.integers(0, 999_999_999), head=HEADS, data=st.data())
def test_mobile_number_is_seen_in_any_grouping(number: int, head: str, data: st.DataObject) -> None:
    prefix = data.draw(st.sampled_from(["", "86", "+86", "+86 ", "0086"]))
    assert holds_personal_data(data.draw(grouped(prefix + head + f"{number:09d}")))


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002Y",  # the last character mistyped
        f"/identity {NOBODY} 5001 已核对",
        "/identity 110105 19491231 002X 2003 已核对原件",
        "1101 0519 4912 3100 2x",
        NOBODY[:-1],
        NOBODY[:-1] + "x",
        "110105491231002",  # of fifteen digits, as before 1999
        "1101051949123100",
        "9144 0900 MA00 0000 0X",
        "91440900MA0000000",
        "138 0013 8000 110105 19491231 002X",
        "13800138000 和 13900139000",
        "Tel13800138000",
        "1380013800",  # a digit is missing
        "138001380001",
        "0668-2880123",
        "(010) 6512 3456",
        "+852 9123 4567",
        "00852 91234567".replace(" ", ""),
        "2001 138 0013 8000",
        "粤K·12345 手机 138 0013 8000",
        "2026-12-01 138-0013-8000",
        "440902 2001-01-01 1234",
    ],
)
def test_personal_numbers_are_seen(text: str) -> None:
    assert holds_personal_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "粤K12345 A6789 B1234",
        "13812 34567 1",  # wishes
        "13812 34567 89012 13912",
        "00123 45678 12345",
        "粤K·13812 000108",
        "/confirm 粤K 13812 000108",
        "LSVTESTX3RM000001 ABCD12345678901",
        "LSV TESTX3 RM000001",
        "123456",
        "【选号】验证码119571,5分钟内有效。",
        "/admins add 987654321 clerk 粤K",
        "/closed 粤K 2026-12-31 盘点",
        "/stats 2026-01-15 2026-02-28",
        "2026-11-19 2026-10-10 9:00",
        "2026年12月1日 09:00 至 2026年12月31日 17:00",
        "/release 粤K small A#### from 2026-12-01T09:00 compose 2026-12-15",
        "/grant LSVTESTX3RM000001 random=1 compose=5 系统故障",
        "x" * 100_000,
        "7 " * 50_000,
    ],
)
def test_other_numbers_are_no_personal_ones(text: str) -> None:
    assert not holds_personal_data(text)


VINS = st.builds(
    lambda maker, kind, tail: f"L{maker}{kind}0{tail}"[:17],
    st.text(LETTERS, min_size=2, max_size=2),
    st.text(LETTERS + "0123456789", min_size=5, max_size=5),
    st.text(LETTERS + "0123456789", min_size=2, max_size=2).flatmap(
        lambda head: st.integers(0, 999_999).map(lambda number: f"{head}{number:06d}")
    ),
).map(lambda vin: vin[:8] + check_digit(vin) + vin[9:])
CERTIFICATES = st.builds(
    lambda maker, number: f"{maker}{number:010d}",
    st.text(LETTERS + "0123456789", min_size=5, max_size=5).filter(lambda maker: not maker.isdecimal()),
    st.integers(0, 9_999_999_999),
)
PLATES = st.builds(
    lambda office, dot, serial: f"{office}{dot}{serial:05d}",
    st.sampled_from(["粤K", "京A", "粤 k"]),
    st.sampled_from(["", "·", " ", "-"]),
    st.integers(0, 99_999),
)
DATES = (
    st.dates()
    .filter(lambda day: 2000 <= day.year < 2100)
    .flatmap(
        lambda day: st.sampled_from(
            [day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日"]
        )
    )
)
CODES = st.integers(0, 999_999).map(lambda code: f"{code:06d}")


@given(
    st.lists(st.one_of(VINS, CERTIFICATES, PLATES, CODES), min_size=1, max_size=4), st.sampled_from(InputKind)
)
def test_what_the_service_asks_for_stays(typed: list[str], asked: InputKind) -> None:
    for value in typed:
        assert not holds_personal_data(value, asked)
        assert not holds_personal_data(value.lower(), asked)


@given(st.lists(st.one_of(PLATES, VINS, DATES), min_size=1, max_size=4))
def test_what_commands_are_given_stays(typed: list[str]) -> None:
    assert not holds_personal_data("/find " + " ".join(typed))


@given(st.integers(10**14, 10**15 - 1))
def test_certificate_of_digits_alone_stays_where_it_is_asked_for(number: int) -> None:
    assert not holds_personal_data(f"合格证号：{number}", InputKind.VEHICLE)


@given(st.integers(0, 25_000).map(factories.identity))
def test_identity_typed_for_a_vehicle_is_seen(number: str) -> None:
    assert holds_personal_data(number, InputKind.VEHICLE)
    assert holds_personal_data(" ".join((number[:6], number[6:14], number[14:])), InputKind.VEHICLE)


@pytest.mark.parametrize("text", ["9123 4567", "E12345678", "010-1234567", "1101 0519", "H0123456789"])
def test_whatever_is_typed_for_a_number_is_personal(text: str) -> None:
    assert holds_personal_data(text, InputKind.NUMBER)
    assert not holds_personal_data("119571", InputKind.NUMBER)
    assert not holds_personal_data("返回", InputKind.NUMBER)


@pytest.mark.parametrize("text", ["张三", "张三1", "Zhang San", "姓名：张三", "茂名某公司🚗"])
def test_whatever_is_typed_for_a_name_is_personal(text: str) -> None:
    assert holds_personal_data(text, InputKind.NAME)
    assert not holds_personal_data(text)


@pytest.mark.parametrize(
    "typed",
    [
        "110105*19491231*0021",
        "110105|19491231|0021",
        "110105=19491231=0021",
        "110105：19491231；0021",
        "110105~19491231_0021",
        "110105生日19491231尾0021",
        "110105 出生日期:19491231 尾号:0021",
        "138*0013*8001",
        "138_0013_8001",
    ],
)
def test_signs_and_words_between_the_groups_hide_nothing(typed: str) -> None:
    assert holds_personal_data(typed)
