"""Statistics of a period as a picture: totals, selections by day and hour, and their outcomes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.pictures.chart_canvas import GREY, ChartCanvas, Ground, axis, label_size, legend, short
from bot.pictures.figure_tiles import TILE_GAP, Tile, put_tile
from bot.pictures.text_layout import text_width

WIDTH = 1000
MARGIN = 40
TITLE_SIZE = 40
HEAD_SIZE = 32
TEXT_SIZE = 22
LABEL_SIZE = label_size(WIDTH)
TILES_A_ROW = 4
_TILE_HEIGHT = 140
_CHART_HEIGHT = 240
_CHART_TOP = 116
_CHART_FOOT = 76
_BLOCK = _CHART_TOP + _CHART_HEIGHT + _CHART_FOOT
_GRID_TOP, _GRID_ROW, _GRID_FOOT = 56, 42, 28
_NAME_WIDTH = 214
_SCALE_WIDTH = 122
"""Width in px left of a chart, for the axis labels."""
_BETWEEN = 12
"""Minimum distance in px between two labels below a chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a chart: its parts, from the bottom up, and its label."""

    parts: tuple[int, ...]
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A stacked column chart."""

    title: str
    meanings: tuple[tuple[Ground, str], ...]  # legend: colour and text of each part
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A small table: a name, and figures beside it."""

    title: str
    heads: tuple[str, ...]  # the first is above the names
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsSheet:
    """The content of the picture, with its texts already rendered."""

    title: str
    at: str
    tiles: tuple[Tile, ...]
    random: float  # share of random selection, 0 to 1
    random_words: str  # empty if nothing was selected
    composed_words: str
    nothing: str  # text shown instead of the shares in that case
    charts: tuple[Chart, ...]
    grids: tuple[Grid, ...] = ()


def stats_picture(figures: StatisticsSheet) -> bytes:
    """Return the statistics as a PNG."""
    rows = -(-len(figures.tiles) // TILES_A_ROW)
    top = 124 + rows * (_TILE_HEIGHT + TILE_GAP)
    below = top + 84 + sum(_height_of(grid) for grid in figures.grids)
    canvas = ChartCanvas(WIDTH, below + len(figures.charts) * _BLOCK + 20)
    canvas.text(MARGIN, 28, figures.title, TITLE_SIZE, bold=True, within=WIDTH - 2 * MARGIN)
    canvas.text(MARGIN, 82, figures.at, TEXT_SIZE, strength=GREY)
    width = (WIDTH - 2 * MARGIN + TILE_GAP) / TILES_A_ROW
    for number, tile in enumerate(figures.tiles):
        row, column = divmod(number, TILES_A_ROW)
        place = (MARGIN + column * width, 124 + row * (_TILE_HEIGHT + TILE_GAP))
        put_tile(canvas, place, (width - TILE_GAP, _TILE_HEIGHT), tile)
    _share(canvas, top + 8, figures)
    height = top + 84
    for grid in figures.grids:
        _put_grid(canvas, height, grid)
        height += _height_of(grid)
    for number, chart in enumerate(figures.charts):
        _chart(canvas, below + number * _BLOCK, chart)
    return canvas.png()


def _height_of(grid: Grid) -> int:
    return _GRID_TOP + (len(grid.rows) + 1) * _GRID_ROW + _GRID_FOOT


def _put_grid(canvas: ChartCanvas, top: float, grid: Grid) -> None:
    """Draw a table; its figures end below the ends of their headings."""
    canvas.text(MARGIN, top + 6, grid.title, HEAD_SIZE, bold=True, within=WIDTH - 2 * MARGIN)
    slot = (WIDTH - 2 * MARGIN - _NAME_WIDTH) / max(1, len(grid.heads) - 1)
    for number, cells in enumerate((grid.heads, *grid.rows)):
        place = top + _GRID_TOP + number * _GRID_ROW
        if number % 2:
            canvas.box(MARGIN, place, WIDTH - 2 * MARGIN, _GRID_ROW, Ground.TILE, corner=6)
        put = partial(
            canvas.text,
            on=Ground.TILE if number % 2 else Ground.PAPER,
            strength=1.0 if number else GREY,
        )
        put(MARGIN + 10, place + 5, cells[0], TEXT_SIZE, within=_NAME_WIDTH - 16)
        for column, cell in enumerate(cells[1:], 1):
            right = MARGIN + _NAME_WIDTH + column * slot - 10
            put(right, place + 5, cell, TEXT_SIZE, align="right", within=slot - 12)


def _share(canvas: ChartCanvas, top: float, figures: StatisticsSheet) -> None:
    """Draw the shares of both ways of selecting as one bar, with labels inside or, if too narrow, outside."""
    across, height = WIDTH - 2 * MARGIN, 50
    canvas.box(MARGIN, top, across, height, Ground.TRACK)
    if not figures.random_words:
        canvas.text(MARGIN + 16, top + 9, figures.nothing, TEXT_SIZE, on=Ground.TRACK)
        return
    split = across * figures.random
    canvas.box(MARGIN, top, split, height, Ground.BLUE)
    canvas.box(MARGIN + split, top, across - split, height, Ground.GREEN)
    least = across * 0.3
    if split >= least:
        canvas.text(MARGIN + 16, top + 9, figures.random_words, TEXT_SIZE, on=Ground.BLUE, within=split - 28)
    if across - split >= least:
        canvas.text(
            MARGIN + across - 16,
            top + 9,
            figures.composed_words,
            TEXT_SIZE,
            on=Ground.GREEN,
            align="right",
            within=across - split - 28,
        )


def _chart(canvas: ChartCanvas, top: float, chart: Chart) -> None:
    canvas.text(MARGIN, top + 6, chart.title, HEAD_SIZE, bold=True, within=WIDTH - 2 * MARGIN)
    legend(canvas, (MARGIN, top + 52), chart.meanings, LABEL_SIZE, WIDTH - 2 * MARGIN)
    scale = axis(max((sum(column.parts) for column in chart.columns), default=0))
    ground = top + _CHART_TOP + _CHART_HEIGHT
    left, right = MARGIN + _SCALE_WIDTH, WIDTH - MARGIN
    for number in scale:
        height = ground - _CHART_HEIGHT * number / scale[-1]
        canvas.line((left, height, right, height + 1), Ground.TRACK, width=1)
        put = partial(canvas.text, align="right", strength=GREY, within=_SCALE_WIDTH - 12)
        put(left - 12, height - LABEL_SIZE * 0.7, short(number), LABEL_SIZE)
    slot = (right - left) / max(1, len(chart.columns))
    colours = [colour for colour, _ in chart.meanings]
    for number, column in enumerate(chart.columns):
        _column(canvas, (left + number * slot, ground), slot, _heights(column.parts, scale[-1]), colours)
    _labels(canvas, (left, ground + 16), slot, [column.label for column in chart.columns])


def _heights(parts: Sequence[int], limit: int) -> list[float]:
    """Return the heights of a column's parts in px; even the smallest non-zero part is visible."""
    return [max(2.0, _CHART_HEIGHT * part / limit) if part else 0.0 for part in parts]


def _column(
    canvas: ChartCanvas,
    place: tuple[float, float],
    slot: float,
    heights: Sequence[float],
    colours: Sequence[Ground],
) -> None:
    left, ground = place
    gap = max(1.0, slot * 0.22)
    for height, colour in zip(heights, colours, strict=True):
        canvas.box(left + gap / 2, ground - height, max(1.0, slot - gap), height, colour)
        ground -= height


def _labels(canvas: ChartCanvas, place: tuple[float, float], slot: float, labels: Sequence[str]) -> None:
    """Draw the labels below a chart; only every n-th if space is short."""
    left, top = place
    widths = [text_width(label, LABEL_SIZE) for label in labels]
    every = max(1, math.ceil((max(widths, default=0) + _BETWEEN) / slot))
    for number in range(0, len(labels), every):
        middle = min(left + (number + 0.5) * slot, WIDTH - widths[number] / 2 - _BETWEEN)
        canvas.text(middle, top, labels[number], LABEL_SIZE, align="centre", strength=GREY)
