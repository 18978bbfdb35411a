"""The pictures of the desk's reports: with no, one and many entries, and with the largest numbers."""

import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.pictures import segments, statistics, work_queue
from bot.pictures.cards import ReportPicture
from bot.pictures.chart_canvas import _COLOURS, Ground, axis, fitted
from bot.pictures.figure_tiles import Tile
from bot.pictures.font import text_width
from bot.pictures.segments import Bar, Segments, segments_picture
from bot.pictures.statistics import Chart, Column, StatisticsSheet, stats_picture
from bot.pictures.work_queue import Ahead, Dashboard, dashboard_picture

HUGE = 98_765_432
WORDS = "全部发牌机关的统计与待办事项一览表" * 3
DAYS = (1, 7, 30, 90)


def opened(file: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(file))
    picture.load()
    return picture


def bar(taken: float = 0.3, **more: object) -> Bar:
    given: dict[str, object] = {
        "head": "小型汽车",
        "mask": "A####",
        "held": 0.0,
        "withheld": 0.0,
        "share": "30.0%",
        "figures": "已用 3,000 · 暂留 20 · 可选 6,980 / 10,000",
        "ways": "随机:开放 · 自编:3月20日 00:00起",
        **more,
    }
    return Bar(taken=taken, **given)  # type: ignore[arg-type]  # a test's own


def page(*bars: Bar, **more: str) -> Segments:
    words = {
        "title": "粤K 茂名市 号段",
        "at": "2026年3月10日 10:00 统计",
        "mark_words": "60%",
        "empty": "尚未投放任何号段",
        "taken_words": "已用",
        "past_words": "过 60%",
        "full_words": "过 95%",
        "held_words": "暂留",
        "free_words": "可选",
        "withheld_words": "暂不投放",
        **more,
    }
    return Segments(bars=bars, mark=0.6, **words)


def figures(number: int, days: int, *, appeals: bool = False) -> StatisticsSheet:
    tiles = tuple(Tile(label="选定号码", number=f"{number:,}", hint="日均 1.0") for _ in range(7 + appeals))
    parts = (number // days, number // days)
    columns = tuple(Column(parts=parts, label=f"{1 + day % 12}/{1 + day % 31}") for day in range(days))
    hours = tuple(Column(parts=(number // 24, 0), label=str(hour)) for hour in range(24))
    meanings = ((Ground.BLUE, "随机选号"), (Ground.GREEN, "自编选号"))
    return StatisticsSheet(
        title="粤K 茂名市 近 30 天",
        at="2026年3月10日 10:00 统计",
        tiles=tiles,
        random=0.5 if number else 0.0,
        random_words="随机选号 50.0%" if number else "",
        composed_words="自编选号 50.0%" if number else "",
        nothing="这段时间没有选定号码",
        charts=(
            Chart(title="每日", meanings=meanings, columns=columns),
            Chart(title="时段", meanings=meanings, columns=hours),
        ),
    )


def dashboard(number: int, tiles: int = 6) -> Dashboard:
    return Dashboard(
        title="待办事项",
        at="2026年3月10日 10:00 统计",
        tiles=tuple(Tile(label="临近到期", number=f"{number:,}", ground=Ground.RED) for _ in range(tiles)),
        days_title="未来 7 天到期的号码",
        days=tuple(Ahead(label=f"3/{day}", number=number * day, today=not day) for day in range(7)),
    )


def _stats(number: int, days: int) -> bytes:
    return stats_picture(figures(number, days))


ALL: dict[str, Callable[[], bytes]] = {
    "no segment": lambda: segments_picture(page()),
    "one segment": lambda: segments_picture(page(bar())),
    "six kinds of trouble": lambda: segments_picture(
        page(
            bar(1.0, full=True, withheld=1.0),
            bar(0.6, held=0.4),
            bar(1e-9),
            bar(0.0, scheduled=True, head="小型新能源汽车"),
            bar(0.0, withheld=1.0, head="大型新能源汽车"),
            bar(figures=WORDS, ways=WORDS, share="100.0%", mask="@@@@@@", head=WORDS),
            title=WORDS,
        )
    ),
    **{f"{number} in {days}": partial(_stats, number, days) for number in (0, 1, HUGE) for days in DAYS},
    "with appeals": lambda: stats_picture(figures(5, 7, appeals=True)),
    "desk without anything": lambda: dashboard_picture(Dashboard(title="待办事项", at="现在", tiles=())),
    "desk at rest": lambda: dashboard_picture(dashboard(0)),
    "desk at work": lambda: dashboard_picture(dashboard(1)),
    "desk under water": lambda: dashboard_picture(replace(dashboard(HUGE, tiles=8), title=WORDS, at=WORDS)),
}


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL)
def test_report_is_a_photo_that_telegram_takes(draw: Callable[[], bytes]) -> None:
    file = draw()
    picture = opened(file)
    assert picture.format == "PNG"
    assert sum(picture.size) <= 10_000
    assert max(picture.size) / min(picture.size) <= 20
    assert len(file) < 110_000


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL)
def test_nothing_is_drawn_into_the_margins(draw: Callable[[], bytes]) -> None:
    picture = opened(draw()).convert("RGB")
    paper = _COLOURS[Ground.PAPER][0]
    for left in (0, picture.width - 20):
        edge = picture.crop((left, 0, left + 20, picture.height))
        assert edge.getcolors() == [(20 * picture.height, paper)]


def row(share: float, **more: object) -> list[tuple[int, int, int]]:
    """Return the colours across the middle of the only bar."""
    picture = opened(segments_picture(page(bar(share, **more)))).convert("RGB")
    middle = 112 + 62 + 6 + segments.BAR_HEIGHT // 2
    line = picture.crop((segments.BAR_LEFT, middle, segments.BAR_LEFT + segments.BAR_WIDTH, middle + 1))
    data = line.tobytes()
    return [(data[at], data[at + 1], data[at + 2]) for at in range(0, len(data), 3)]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.35, 0.59])
def test_bar_is_as_long_as_the_share(share: float) -> None:
    assert row(share).count(_COLOURS[Ground.BLUE][0]) == round(share * segments.BAR_WIDTH)


@pytest.mark.parametrize(
    ("share", "full", "ground"),
    [(0.59, False, Ground.BLUE), (0.6, False, Ground.AMBER), (0.97, True, Ground.RED)],
)
def test_colour_of_a_bar_changes_at_the_mark(share: float, *, full: bool, ground: Ground) -> None:
    assert row(share, full=full)[0] == _COLOURS[ground][0]


def test_single_number_of_millions_is_seen() -> None:
    assert row(1e-7).count(_COLOURS[Ground.BLUE][0]) > 0


def test_held_and_withheld_never_reach_over_the_bar() -> None:
    colours = row(0.5, held=0.6, withheld=0.9)
    assert colours.count(_COLOURS[Ground.BLUE][0]) >= 249
    assert colours.count(_COLOURS[Ground.SKY][0]) >= 248


@given(most=st.integers(min_value=0, max_value=10**9))
def test_scale_holds_the_largest_in_few_round_steps(most: int) -> None:
    scale = axis(most)
    assert scale[0] == 0
    assert scale[-1] >= max(1, most)
    assert 2 <= len(scale) <= 6
    assert str(scale[1]).rstrip("0") in {"1", "2", "5"}


@given(words=st.text(alphabet="选号0123456789,.", min_size=1, max_size=60), within=st.integers(40, 400))
def test_line_that_is_fitted_fits(words: str, within: int) -> None:
    shown, size = fitted(words, 40, within)
    assert text_width(shown, size) <= within
    assert 30 <= size <= 40


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ground", Ground)
def test_ink_can_be_read_on_its_ground(ground: Ground) -> None:
    dark, light = sorted(luminance(colour) for colour in _COLOURS[ground])
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_equal_reports_are_one_picture() -> None:
    assert ReportPicture(report=dashboard(1)).key == ReportPicture(report=dashboard(1)).key
    assert ReportPicture(report=dashboard(1)).key != ReportPicture(report=dashboard(2)).key


def test_every_report_is_drawn_by_its_own_painter() -> None:
    widths = {
        opened(ReportPicture(report=report).render()).width
        for report in (page(), figures(0, 7), dashboard(0))
    }
    assert widths == {segments.WIDTH, statistics.WIDTH, work_queue.WIDTH}
