"""Command arguments in the variants that keyboards and habits produce."""

from datetime import date, datetime

import pytest

from bot.desk.arguments import first_time, kind_or_none, read_time, split_args, split_named_args
from bot.desk.bans import read_wish
from bot.desk.releases import read_release
from bot.errors.commands import UnreadableTime, Usage
from core.clock import CHINA
from core.values.plates import PlateKind

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    "written",
    [
        "2026-12-01T09:00",
        "2026-12-01 09:00",
        "2026-12-1 9:00",
        "2026/12/1 9:00",
        "2026.12.01 09:00:00",
        "2026年12月1日 9:00",
        "2026年12月1日9时",
        "2026 年 12 月 1 日 9点00分",
        "12月1日 9:00",
        "12月1号9点",
        "２０２６－１２－０１ ０９：００",
    ],
)
def test_time_is_read_however_it_is_written(written: str) -> None:
    assert datetime(2026, 12, 1, 9, 0, tzinfo=CHINA) == read_time(written, TODAY)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "明天",
        "2026-13-01",
        "2026-02-30",
        "12-01",
        "26-12-01",
        "2026-12-01T25:00",
        "2026-12-01 09:00 x",
        "2026-12-011",
        "0000-01-01",
        "0001-01-01",  # what is counted from it leaves the calendar
        "9999-12-31",
    ],
)
def test_what_is_no_time_is_not_guessed(written: str) -> None:
    with pytest.raises(UnreadableTime):
        read_time(written, TODAY)


def test_day_without_a_year_needs_to_know_the_year() -> None:
    with pytest.raises(UnreadableTime):
        read_time("12月1日")


@pytest.mark.parametrize("reason", ["停电", "9点停电,第一行\n第二行"])
@pytest.mark.parametrize("day", ["2026-3-17 ", "3月17日", "2026/03/17，", "2026年3月17日 "])
def test_day_at_the_beginning_leaves_the_reason_as_it_was_typed(day: str, reason: str) -> None:
    at, left = first_time(day + reason, TODAY)
    assert (date(2026, 3, 17), reason) == (at.date(), left)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("粤K12345 资料 有误", "粤K12345"),
        ("粤K 12345 资料 有误", "粤K 12345"),
        ("粤k·12345，资料 有误", "粤k·12345"),
        ("粤K · 12345\n资料 有误", "粤K · 12345"),
        ("+86 138 0013 8001 资料 有误", "+86 138 0013 8001"),
        ("138-0013-8001,资料 有误", "138-0013-8001"),
        ("110105 19491231 002x 资料 有误", "110105 19491231 002x"),
        ("110105 1949 1231 002X 资料 有误", "110105 1949 1231 002X"),
        ("5002 资料 有误", "5002"),
        ("@zhao 资料 有误", "@zhao"),
    ],
)
def test_name_may_have_blanks_in_it(written: str, name: str) -> None:
    assert [name, "资料 有误"] == split_named_args("void", written, 2)


@pytest.mark.parametrize("written", ["", "粤K12345", "粤K 12345 ", "  ", "，"])
def test_name_alone_is_not_enough(written: str) -> None:
    with pytest.raises(Usage):
        split_named_args("void", written, 2)


def test_commas_part_words_but_not_the_last() -> None:
    assert split_args("withhold", " 粤K， small、A888# ", 3) == ["粤K", "small", "A888#"]
    assert split_args("reject", "12,看不清,请重拍", 2) == ["12", "看不清,请重拍"]


@pytest.mark.parametrize("written", ["small_nev", "Small_NEV", "小型新能源", "小型新能源汽车"])
def test_kind_is_read_by_its_names(written: str) -> None:
    assert kind_or_none(written) == PlateKind.SMALL_NEV


@pytest.mark.parametrize(
    "written",
    [
        "2028-01-01 违规",
        "until 2028/1/1 违规",
        "Until 2028年1月1日违规",
        "到2028-1-1，违规",
        "2028年1月1日 违规",
    ],
)
def test_end_of_a_ban_is_never_taken_for_its_reason(written: str) -> None:
    wish = read_wish(written, TODAY)
    assert (date(2028, 1, 1), "违规") == (wish.until, wish.reason)


def test_day_without_a_year_may_begin_a_reason() -> None:
    wish = read_wish("3月1日冒用身份", TODAY)
    assert (wish.until, wish.reason) == (None, "3月1日冒用身份")
    assert date(2026, 12, 1) == read_wish("until 12月1日 违规", TODAY).until


@pytest.mark.parametrize("written", ["until 违规", "2028-13-01 违规", "2028-01-01违规"])
def test_end_that_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(UnreadableTime):
        read_wish(written, TODAY)


def test_release_is_read_in_any_order_and_width() -> None:
    words = ["粤ｋ", "小型汽车", "b####", "COMPOSE", "2026/12/8", "from", "12月1日", "9:00"]
    read = read_release(words, TODAY)
    assert (read.office, read.kind, read.mask) == ("粤K", PlateKind.SMALL, "B####")
    assert (read.opens, read.compose) == ("2026-12-01T09:00", "2026-12-08T00:00")


@pytest.mark.parametrize(
    "written",
    [
        "粤K small",
        "粤K small B#### from",
        "粤K small B#### now",
        "粤K small B#### from 2026-12-01 from 2026-12-02",
        "粤K bus B####",
    ],
)
def test_release_that_is_written_otherwise_is_refused(written: str) -> None:
    with pytest.raises(Usage):
        read_release(written.split(), TODAY)


NEW_YEARS_EVE = date(2026, 12, 30)


@pytest.mark.parametrize(
    ("written", "today", "day"),
    [
        ("1月2日", NEW_YEARS_EVE, date(2027, 1, 2)),
        ("12月31日", NEW_YEARS_EVE, date(2026, 12, 31)),
        ("12月30日", NEW_YEARS_EVE, NEW_YEARS_EVE),
        ("12月29日", NEW_YEARS_EVE, date(2026, 12, 29)),  # just past: not taken for next year's
        ("6月1日", NEW_YEARS_EVE, date(2027, 6, 1)),
        ("3月9日", TODAY, date(2026, 3, 9)),
        ("2026年1月2日", NEW_YEARS_EVE, date(2026, 1, 2)),
        ("2月29日", date(2027, 12, 30), date(2028, 2, 29)),
    ],
)
def test_day_without_a_year_that_is_long_past_is_next_years(written: str, today: date, day: date) -> None:
    assert read_time(written, today).date() == day
    at, reason = first_time(f"{written} 停电", today)
    assert (at.date(), reason) == (day, "停电")
    assert read_wish(f"until {written} 违规", today).until == day


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("号码 粤K·12345 资料 有误", "粤K·12345"),
        ("车牌号\uff1a粤K12345，资料 有误", "粤K12345"),
        ("身份证号：110105 19491231 002X 资料 有误", "110105 19491231 002X"),
        ("手机:138 0013 8001 资料 有误", "138 0013 8001"),
        ("VIN：LSVTESTX3RM000001 资料 有误", "LSVTESTX3RM000001"),
    ],
)
def test_label_before_a_name_is_dropped(written: str, name: str) -> None:
    assert [name, "资料 有误"] == split_named_args("void", written, 2)


def test_reason_keeps_what_looks_like_a_label() -> None:
    assert split_named_args("void", "粤K12345 号码:有误", 2) == ["粤K12345", "号码:有误"]
