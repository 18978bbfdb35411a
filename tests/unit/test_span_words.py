"""The spans of /stats as people type them."""

from datetime import date

import pytest

from bot.desk.reports.span_words import read_span, span_of
from bot.errors.commands import DaysReversed, NoSuchDay, SpanAhead, SpanTooLong, Usage
from core.errors.base import InputError
from core.reporting.spans import Span

TODAY = date(2026, 11, 28)


def span(first: str, last: str) -> Span:
    return Span(first=date.fromisoformat(first), last=date.fromisoformat(last))


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("", "2026-11-22", "2026-11-28"),
        ("30", "2026-10-30", "2026-11-28"),
        ("近90天", "2026-08-31", "2026-11-28"),
        ("45 days", "2026-10-15", "2026-11-28"),
        ("本月", "2026-11-01", "2026-11-28"),
        ("上月", "2026-10-01", "2026-10-31"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("2026-11", "2026-11-01", "2026-11-28"),
        ("2026年2月", "2026-02-01", "2026-02-28"),
        ("12月", "2025-12-01", "2025-12-31"),
        ("２０２６－０９", "2026-09-01", "2026-09-30"),
        ("2026-11-01 至 2026-11-15", "2026-11-01", "2026-11-15"),
        ("2026/11/1~2026/11/15", "2026-11-01", "2026-11-15"),
        ("11月1日到11月15日", "2026-11-01", "2026-11-15"),
        ("12月20日 至 1月5日", "2025-12-20", "2026-01-05"),
        ("2026-11-20 至 2026-12-31", "2026-11-20", "2026-11-28"),
        ("昨天", "2026-11-27", "2026-11-27"),
        ("今天", "2026-11-28", "2026-11-28"),
    ],
)
def test_span_is_read(typed: str, first: str, last: str) -> None:
    assert span_of(read_span("stats", typed, TODAY), TODAY) == span(first, last)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("2026-12", SpanAhead),
        ("2027-01-01 至 2027-01-02", SpanAhead),
        ("2026-11-15 至 2026-11-01", DaysReversed),
        ("2025-01-01 至 2026-11-01", SpanTooLong),
        ("400天", SpanTooLong),
        ("2026-13", NoSuchDay),
        ("9999-12", NoSuchDay),
        ("2026-02-30", NoSuchDay),
        ("0", Usage),
        ("一个季度", Usage),
        ("本月 上月", Usage),
    ],
)
def test_odd_span_is_refused(typed: str, error: type[InputError]) -> None:
    with pytest.raises(error):
        read_span("stats", typed, TODAY)


@pytest.mark.parametrize("kept", ["", "x", "-3", "0", "999", "2026-99-01..2026-11-01", "m9"])
def test_kept_span_of_another_version_is_the_last_week(kept: str) -> None:
    assert span_of(kept, TODAY) == span("2026-11-22", "2026-11-28")
