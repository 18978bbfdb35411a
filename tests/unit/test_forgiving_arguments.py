"""Arguments in any order, with Chinese keywords, and with what the form of a mask already tells."""

from datetime import date

import pytest

from bot.desk.arguments import office_at_start, plate_within
from bot.desk.bans import read_wish
from bot.desk.grants import read_chances
from bot.desk.keywords import WORDS, Keyword, is_keyword
from bot.desk.pool_words import is_tail_first, take_pool_words
from bot.desk.releases import read_release
from bot.errors.commands import Usage
from core.values.masks import kind_of_mask
from core.values.plates import PlateKind

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    "written",
    [
        "粤K small B####",
        "B#### 粤K small",
        "small B#### 粤K",
        "粤K B####",
        "粤KB####",
        "粤K·B#### 小型汽车",
        "粤Ｋ Ｂ＃＃＃＃",
    ],
)
def test_segment_is_read_in_any_order(written: str) -> None:
    read = read_release(written.split(), TODAY)
    assert (read.office, read.kind, read.mask) == ("粤K", PlateKind.SMALL, "B####")
    assert (read.opens, read.compose) == ("", "")


@pytest.mark.parametrize(
    ("written", "opens", "compose"),
    [
        ("从 12月1日 9:00", "2026-12-01T09:00", ""),
        ("从2026-12-01起", "2026-12-01T00:00", ""),
        ("from 2026-12-01 compose=now", "2026-12-01T00:00", "now"),
        ("自编 立即", "", "now"),
        ("从 立即 自编=抽签", "", "drawn"),
        ("自编12月8日 从12月1日9点", "2026-12-01T09:00", "2026-12-08T00:00"),
    ],
)
@pytest.mark.parametrize("order", ["粤K B#### {}", "{} 粤K B####"])
def test_options_of_a_release_are_read_in_chinese(order: str, written: str, opens: str, compose: str) -> None:
    read = read_release(order.format(written).split(), TODAY)
    assert (read.mask, read.opens, read.compose) == ("B####", opens, compose)


@pytest.mark.parametrize(
    "written", ["粤K B#### 立即", "粤K 粤A B####", "B#### C####", "粤K B#### 自编 自编 抽签"]
)
def test_release_that_could_mean_two_things_is_refused(written: str) -> None:
    with pytest.raises(Usage):
        read_release(written.split(), TODAY)


@pytest.mark.parametrize(
    ("mask", "kind"),
    [
        ("A####", PlateKind.SMALL),
        ("D8888", PlateKind.SMALL),
        ("D#####", PlateKind.SMALL_NEV),
        ("@@####", PlateKind.SMALL_NEV),
        ("#####D", PlateKind.LARGE_NEV),
        ("######", None),
    ],
)
def test_form_of_a_mask_tells_the_kind(mask: str, kind: PlateKind | None) -> None:
    assert kind_of_mask(mask) is kind


@pytest.mark.parametrize(
    "written", ["粤K small A888# 拟公开 拍卖", "A888#，粤K，拟公开 拍卖", "粤KA888# 拟公开 拍卖"]
)
def test_reason_after_a_segment_stays_as_it_was_typed(written: str) -> None:
    found, reason = take_pool_words("withhold", written)
    assert (found.office, found.kind, found.mask, reason) == ("粤K", PlateKind.SMALL, "A888#", "拟公开 拍卖")


def test_mistyped_kind_is_not_taken_for_a_mask() -> None:
    with pytest.raises(Usage):
        take_pool_words("withhold", "粤K bus A888# 拟公开拍卖")


@pytest.mark.parametrize(
    ("written", "plate", "rest"),
    [
        ("000106 粤KA0001", "粤KA0001", "000106"),
        ("粤K · A0001，000106", "粤K · A0001", "000106"),
        ("资料有误 粤KA0001", "粤KA0001", "资料有误"),
    ],
)
def test_number_is_found_wherever_it_stands(written: str, plate: str, rest: str) -> None:
    assert plate_within(written) == (plate, rest)


def test_two_numbers_are_not_chosen_between() -> None:
    assert plate_within("粤KA0001 粤KA0002") is None


@pytest.mark.parametrize(
    ("first", "second", "is_first"),
    [
        ("35059", "000001", False),
        ("000001", "35059", True),
        ("D12345", "000001", False),
        ("000001", "D12345", True),
        ("LSVTEST02RM000106", "35059", True),
    ],
)
def test_end_of_a_vin_is_told_from_a_number_without_its_office(
    first: str, second: str, *, is_first: bool
) -> None:
    assert is_tail_first(first, second) is is_first


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("倒卖号牌 until 2028-01-01", date(2028, 1, 1)),
        ("倒卖号牌，到2028年1月1日", date(2028, 1, 1)),
        ("倒卖号牌 截止 2028-01-01", date(2028, 1, 1)),
        ("倒卖号牌 2028-01-01", date(2028, 1, 1)),
        ("3年 倒卖号牌", date(2029, 3, 10)),
        ("倒卖号牌 两年", date(2028, 3, 10)),
        ("倒卖号牌", None),
    ],
)
def test_end_of_a_ban_stands_before_or_after_its_reason(written: str, until: date | None) -> None:
    wish = read_wish(written, TODAY)
    assert (wish.until, wish.reason) == (until, "倒卖号牌")


@pytest.mark.parametrize(
    "reason", ["从2025年1月到2025年3月倒卖", "冒用他人身份3年", "倒卖 2025-12-01", "发票日期2027年1月1日不实"]
)
def test_time_within_a_reason_is_no_end(reason: str) -> None:
    assert read_wish(reason, TODAY).reason == reason
    assert read_wish(reason, TODAY).until is None


def test_two_ends_of_a_ban_are_refused() -> None:
    with pytest.raises(Usage):
        read_wish("3年 倒卖 until 2028-01-01", TODAY)


@pytest.mark.parametrize(
    ("written", "batches", "wishes"),
    [
        ("随机=1 自编=5 系统故障", 1, 5),
        ("系统故障 random=1", 1, 0),
        ("随机选号+2次，系统故障", 2, 0),
        ("自编5个 系统故障", 0, 5),
    ],
)
def test_chances_are_read_in_chinese_and_any_order(written: str, batches: int, wishes: int) -> None:
    assert read_chances(written) == (batches, wishes, "系统故障")


def test_office_may_be_left_out() -> None:
    assert office_at_start("粤Ｋ 通知\n第二行") == ("粤Ｋ", "通知\n第二行")
    assert office_at_start("窗口搬迁 粤K") == ("", "窗口搬迁 粤K")


def test_every_keyword_is_known_in_chinese_and_full_width() -> None:
    assert set(WORDS) == set(Keyword)
    for keyword, words in WORDS.items():
        assert words[0] == keyword
        assert any(not word.isascii() for word in words)
        assert is_keyword(f" {keyword.upper()}", keyword)
    assert is_keyword("ａｌｌ", Keyword.ALL)
