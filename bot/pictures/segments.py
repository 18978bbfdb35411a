"""The fill levels of segments as a picture: one bar each, grouped by kind of plate."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.pictures.chart_canvas import GREY, ChartCanvas, Ground, label_size, legend, legend_height

WIDTH = 900
MARGIN = 36
TITLE_SIZE = 40
HEAD_SIZE = 29
MASK_SIZE = 32
TEXT_SIZE = 23
BAR_LEFT = 236
BAR_WIDTH = 500
BAR_HEIGHT = 34
ROW_HEIGHT = 124
KEPT_HEIGHT = 30
"""Extra row height in px for a segment that is partly withheld."""
_TITLE_HEIGHT = 112
_HEAD_HEIGHT = 62
_FOOT_HEIGHT = 28
LABEL_SIZE = label_size(WIDTH)
_EMPTY_HEIGHT = 90
_NARROWEST = 3
"""Minimum width in px of a non-zero share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One segment, with its texts already rendered."""

    head: str  # heading of its kind; a new value starts a new group
    mask: str
    taken: float  # fractions of the segment, 0 to 1
    held: float
    withheld: float
    share: str  # fill level, as text
    figures: str
    ways: str
    kept_back: str = ""  # text about the withheld part, on its own line
    scheduled: bool = False
    full: bool = False  # almost nothing is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """A page of segments."""

    title: str
    at: str  # time of the count
    bars: tuple[Bar, ...]
    mark: float
    mark_words: str
    empty: str  # text if there are no segments
    taken_words: str
    past_words: str  # legend of the colours of fuller bars
    full_words: str
    held_words: str
    free_words: str
    withheld_words: str


def segments_picture(page: Segments) -> bytes:
    """Return a PNG of a page of segments."""
    heads = sum(_begins(page.bars, index) for index in range(len(page.bars)))
    rows = sum(_height(bar) for bar in page.bars) + heads * _HEAD_HEIGHT
    entries = (
        (Ground.BLUE, page.taken_words),
        (Ground.AMBER, page.past_words),
        (Ground.RED, page.full_words),
        (Ground.SKY, page.held_words),
        (Ground.TRACK, page.free_words),
        (None, page.withheld_words),
    )
    foot = legend_height(entries, LABEL_SIZE, WIDTH - 2 * MARGIN) + _FOOT_HEIGHT
    canvas = ChartCanvas(WIDTH, _TITLE_HEIGHT + (rows or _EMPTY_HEIGHT) + foot)
    canvas.text(MARGIN, 24, page.title, TITLE_SIZE, bold=True, within=WIDTH - 2 * MARGIN)
    canvas.text(MARGIN, 76, page.at, TEXT_SIZE, strength=GREY)
    top = float(_TITLE_HEIGHT)
    if not page.bars:
        canvas.text(MARGIN, top + 10, page.empty, HEAD_SIZE)
    for index, bar in enumerate(page.bars):
        if _begins(page.bars, index):
            _head(canvas, top, bar.head, page)
            top += _HEAD_HEIGHT
        _bar(canvas, top, bar, page.mark)
        top += _height(bar)
    legend(canvas, (MARGIN, canvas.height - foot + 8), entries, LABEL_SIZE, WIDTH - 2 * MARGIN)
    return canvas.png()


def _begins(bars: Sequence[Bar], index: int) -> bool:
    return not index or bars[index - 1].head != bars[index].head


def _height(bar: Bar) -> int:
    return ROW_HEIGHT + (KEPT_HEIGHT if bar.kept_back else 0)


def _head(canvas: ChartCanvas, top: float, words: str, page: Segments) -> None:
    canvas.line((MARGIN, top + 4, WIDTH - MARGIN, top + 6), Ground.TRACK)
    canvas.text(MARGIN, top + 14, words, HEAD_SIZE, bold=True, within=BAR_LEFT + BAR_WIDTH * page.mark - 80)
    mark = BAR_LEFT + BAR_WIDTH * page.mark
    canvas.text(mark, top + 16, page.mark_words, LABEL_SIZE, align="centre", strength=GREY)


def _bar(canvas: ChartCanvas, top: float, bar: Bar, mark: float) -> None:
    canvas.text(MARGIN, top + 2, bar.mask, MASK_SIZE, bold=True, within=BAR_LEFT - MARGIN - 12)
    canvas.box(BAR_LEFT, top + 6, BAR_WIDTH, BAR_HEIGHT, Ground.TILE if bar.scheduled else Ground.TRACK)
    taken = _width(bar.taken)
    held = min(_width(bar.held), BAR_WIDTH - taken)
    withheld = min(_width(bar.withheld), BAR_WIDTH - taken - held)
    colour = Ground.RED if bar.full else Ground.AMBER if bar.taken >= mark else Ground.BLUE
    canvas.hatch(BAR_LEFT + BAR_WIDTH - withheld, top + 6, withheld, BAR_HEIGHT, Ground.SLATE)
    canvas.box(BAR_LEFT, top + 6, taken, BAR_HEIGHT, colour)
    canvas.box(BAR_LEFT + taken, top + 6, held, BAR_HEIGHT, Ground.SKY)
    canvas.dashes(BAR_LEFT + BAR_WIDTH * mark - 1, top, top + BAR_HEIGHT + 12)
    right, room = WIDTH - MARGIN, WIDTH - MARGIN - BAR_LEFT - BAR_WIDTH - 12
    canvas.text(right, top + 2, bar.share, MASK_SIZE, align="right", bold=True, within=room)
    room = WIDTH - MARGIN - BAR_LEFT
    canvas.text(BAR_LEFT, top + 48, bar.figures, TEXT_SIZE, within=room)
    canvas.text(BAR_LEFT, top + 78, bar.ways, TEXT_SIZE, strength=GREY, within=room)
    canvas.text(BAR_LEFT, top + 78 + KEPT_HEIGHT, bar.kept_back, TEXT_SIZE, strength=GREY, within=room)


def _width(share: float) -> int:
    return max(_NARROWEST, round(min(share, 1.0) * BAR_WIDTH)) if share > 0 else 0
