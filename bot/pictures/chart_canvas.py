"""A sheet for reports: text, boxes and bars in a few flat colours.

Like the plates, a report is drawn in palette entries (see ``bot.pictures.palette``): ramps from a ground to
an ink for text, and flat colours under white text. Texts are passed in already rendered.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Literal

from PIL import Image, ImageDraw

from bot.pictures.palette import PAPER, RGB, TEXT, WHITE, Ramp, mixed
from bot.pictures.png import encoded
from bot.pictures.text_layout import set_line, text_width

Align = Literal["left", "centre", "right"]

GREY = 0.62
"""Ink strength of secondary text."""
_LEVELS = 6
_CORNER = 10
SHOWN_WIDTH = 390
"""Width in px at which a telephone shows a picture."""
_LEAST_SHOWN = 12
"""Size in px of the labels of charts as a telephone shows them."""
_HATCH = 9
"""Distance in px between the stripes of hatching."""


class Ground(IntEnum):
    """Grounds for text; the value is the index of the ramp."""

    PAPER = 0
    TILE = 1
    TRACK = 2
    BLUE = 3
    SKY = 4
    GREEN = 5
    AMBER = 6
    RED = 7
    SLATE = 8


_COLOURS: dict[Ground, tuple[RGB, RGB]] = {
    Ground.PAPER: (PAPER, TEXT),
    Ground.TILE: ((236, 240, 245), TEXT),
    Ground.TRACK: ((222, 228, 236), TEXT),
    Ground.BLUE: ((28, 94, 186), WHITE),
    Ground.SKY: ((138, 186, 236), TEXT),
    Ground.GREEN: ((34, 134, 86), WHITE),
    Ground.AMBER: ((196, 116, 0), WHITE),
    Ground.RED: ((200, 34, 44), WHITE),
    Ground.SLATE: ((122, 132, 146), WHITE),
}
"""Each ground with its ink; every pair has a contrast of at least 3:1, as WCAG requires for large text."""

_ENTRIES = bytes(
    part
    for ground in Ground
    for step in range(_LEVELS)
    for part in mixed(*_COLOURS[ground], step / (_LEVELS - 1))
)


def ramp_of(ground: Ground) -> Ramp:
    return Ramp(ground * _LEVELS, ground * _LEVELS + 1, _LEVELS)


class ChartCanvas:
    """A sheet to draw on; coordinates are px from the upper left corner.

    Args:
        width: in px.
        height: in px.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._sheet = Image.new("L", (width, height), ramp_of(Ground.PAPER).ground)
        self._pen = ImageDraw.Draw(self._sheet)

    def box(
        self, left: float, top: float, width: float, height: float, ground: Ground, *, corner: int = 0
    ) -> None:
        """Fill a rectangle; an empty one is skipped."""
        edges = (round(left), round(top), round(left + width) - 1, round(top + height) - 1)
        if edges[2] >= edges[0] and edges[3] >= edges[1]:
            self._pen.rounded_rectangle(edges, min(corner, _CORNER), fill=ramp_of(ground).ground)

    def hatch(self, left: float, top: float, width: float, height: float, ground: Ground) -> None:
        """Fill a rectangle with diagonal stripes."""
        size = round(left + width) - round(left), round(top + height) - round(top)
        if min(size) <= 0:
            return
        mask = Image.new("L", size)
        pen = ImageDraw.Draw(mask)
        for start in range(-size[1], size[0], _HATCH):
            pen.line((start, size[1], start + size[1], 0), fill=255, width=3)
        self._sheet.paste(ramp_of(ground).ground, (round(left), round(top)), mask)

    def line(self, places: tuple[float, float, float, float], ground: Ground, *, width: int = 2) -> None:
        """Draw a vertical or horizontal line."""
        left, top, right, bottom = (round(place) for place in places)
        across, down = max(right - left, width), max(bottom - top, width)
        self._sheet.paste(ramp_of(ground).ground, (left, top, left + across, top + down))

    def dashes(self, left: float, top: float, bottom: float) -> None:
        """Draw a vertical dashed line."""
        for start in range(round(top), round(bottom), 12):
            end = min(start + 7, round(bottom))
            self._sheet.paste(ramp_of(Ground.PAPER).ink, (round(left), start, round(left) + 2, end))

    def text(  # noqa: PLR0913 - a place, the words, and how they look
        self,
        left: float,
        top: float,
        words: str,
        size: int,
        *,
        on: Ground = Ground.PAPER,
        align: Align = "left",
        bold: bool = False,
        strength: float = 1.0,
        within: float | None = None,
    ) -> None:
        """Draw one line of text on a ground of one colour.

        Args:
            left: x of the start, the end or the middle of the line, depending on ``align``.
            top: upper edge of the line.
            words: one line; truncated with an ellipsis if it exceeds ``within``.
            size: font size in px; reduced if that makes a long line fit.
            on: the ground below the text.
            align: the meaning of ``left``.
            bold: whether to use thicker strokes.
            strength: below 1 for greyer ink.
            within: maximum width in px.
        """
        shown, size = (words, size) if within is None else fitted(words, size, within)
        line = set_line(shown, size, ramp_of(on), strength=strength, bold=bold)
        shift = {"left": 0.0, "centre": line.width / 2, "right": float(line.width)}[align]
        self._sheet.paste(line, (round(left - shift), round(top)))

    def png(self) -> bytes:
        return encoded(self._sheet, _ENTRIES)


def label_size(width: int) -> int:
    """Return the size of the legends and axis labels of a picture of this width, readable on a telephone."""
    return -(-_LEAST_SHOWN * width // SHOWN_WIDTH)


def fitted(words: str, size: int, within: float) -> tuple[str, int]:
    """Fit a line to a width: reduce the size by up to a quarter, then truncate; return text and size."""
    smallest = round(size * 0.75)
    while size > smallest and text_width(words, size) > within:
        size -= 1
    if text_width(words, size) <= within:
        return words, size
    while words and text_width(f"{words}…", size) > within:
        words = words[:-1]
    return f"{words}…", size


Entry = tuple[Ground | None, str]
"""What a colour of a legend means; a ground of None stands for the hatching."""


def legend_height(entries: Sequence[Entry], size: int, within: float) -> int:
    """Return the height of a legend in px."""
    return len(_legend_rows(entries, size, within)) * _row_height(size)


def legend(
    canvas: ChartCanvas, place: tuple[float, float], entries: Sequence[Entry], size: int, within: float
) -> None:
    """Draw a legend, in as many rows as its width takes."""
    for number, row in enumerate(_legend_rows(entries, size, within)):
        left, top = place[0], place[1] + number * _row_height(size)
        for entry in row:
            _legend_entry(canvas, (left, top), entry, size)
            left += _entry_width(entry, size)


def _legend_entry(canvas: ChartCanvas, place: tuple[float, float], entry: Entry, size: int) -> None:
    (left, top), (ground, words) = place, entry
    side = round(size * 0.8)
    canvas.box(left, top + size * 0.25, side, side, Ground.TRACK if ground is None else ground)
    if ground is None:
        canvas.hatch(left, top + size * 0.25, side, side, Ground.SLATE)
    canvas.text(left + side + 8, top, words, size, strength=GREY)


def _entry_width(entry: Entry, size: int) -> float:
    return round(size * 0.8) + 8 + text_width(entry[1], size) + 26


def _row_height(size: int) -> int:
    return round(size * 1.5)


def _legend_rows(entries: Sequence[Entry], size: int, within: float) -> list[list[Entry]]:
    rows: list[list[Entry]] = [[]]
    used = 0.0
    for entry in entries:
        width = _entry_width(entry, size)
        if rows[-1] and used + width > within:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += width
    return rows


def axis(limit: int) -> list[int]:
    """Return four or five round axis values from 0 up to at least ``limit``."""
    step = 1
    while step * 4 < limit:
        lead = int(str(step)[0])
        step = step * 5 // 2 if lead == 2 else step * 2  # noqa: PLR2004 - 1, 2, 5, 10, 20, 50 …
    return [step * number for number in range(max(1, -(-limit // step)) + 1)]


def short(number: int) -> str:
    """Format a number for an axis: 12,000."""
    return f"{number:,}"
