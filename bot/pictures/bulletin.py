"""号池公示 as a picture: per segment a row with a bar of the remaining share.

The caption contains the same information, and the seeds, which nobody could read here on a telephone. The bar
shows the rounded share, so that it discloses no more than the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.pictures.canvas import png
from bot.pictures.font import drawable, line_height
from bot.pictures.palette import Palette, palette_of
from bot.pictures.text_layout import set_line, wrapped

WIDTH = 900
MARGIN = 40
TITLE_SIZE = 36
TEXT_SIZE = 26
PATTERN_SIZE = 38
SMALL_SIZE = 24
PATTERN_WIDTH = 172
BAR_WIDTH = 220
BAR_HEIGHT = 18
_GAP = 18
_PADDING = 14
_GREY = 0.62
_FAINT = 0.2
_FULL = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinRow:
    """A segment, or what is withheld, with its texts already rendered."""

    pattern: str
    lines: tuple[str, ...]
    left: str = ""  # text above the bar
    share: float | None = None  # filled part of the bar, 0 to 1; None for no bar
    note: str = ""  # below all of it, small and grey


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinSheet:
    """The content of the picture."""

    kind: str  # kind of plate; determines the bars' colours
    title: str
    summary: str
    rows: tuple[BulletinRow, ...]
    empty: str  # text if there are no rows
    footers: tuple[str, ...]  # paragraphs, in grey


def _lines(text: str, size: int, width: int, palette: Palette, strength: float = 1.0) -> list[Image.Image]:
    return [
        set_line(line, size, palette.text, strength=strength) for line in wrapped(drawable(text), size, width)
    ]


def _stacked(sheet: Image.Image, lines: Sequence[Image.Image], left: int, top: int) -> int:
    """Paste lines one below the other; return the lower edge of the last."""
    for line in lines:
        sheet.paste(line, (left, top))
        top += line.height
    return top


def _bar(share: float, palette: Palette) -> Image.Image:
    """Return a bar in the colour of the plates, filled to ``share``."""
    colour = palette.plate(len(palette.grounds) - 1).ground
    bar = Image.new("L", (BAR_WIDTH, BAR_HEIGHT), palette.text.ground)
    pen = ImageDraw.Draw(bar)
    pen.rectangle((0, 0, BAR_WIDTH - 1, BAR_HEIGHT - 1), fill=palette.text.table(_FAINT)[_FULL])
    if share > 0:
        pen.rectangle((0, 0, max(1, round(share * (BAR_WIDTH - 1))), BAR_HEIGHT - 1), fill=colour)
    return bar


def _row(row: BulletinRow, palette: Palette) -> Image.Image:
    """Return a row: the mask, its text, and the bar with its label."""
    inner = WIDTH - 2 * MARGIN
    pattern = set_line(drawable(row.pattern), PATTERN_SIZE, palette.text, bold=True)
    has_bar = row.share is not None or bool(row.left)
    measure = inner - PATTERN_WIDTH - (BAR_WIDTH + _GAP if has_bar else 0)
    said = [line for text in row.lines for line in _lines(text, TEXT_SIZE, measure, palette)]
    below = _lines(row.note, SMALL_SIZE, inner - PATTERN_WIDTH, palette, _GREY) if row.note else []
    under = sum(line.height for line in below)
    words = _lines(row.left, TEXT_SIZE, BAR_WIDTH, palette, _GREY if row.share is None else 1.0)
    beside = sum(line.height for line in words) + BAR_HEIGHT + 6
    height = max(sum(line.height for line in said), pattern.height, 2 * line_height(TEXT_SIZE))
    height = max(height, beside if has_bar else 0)
    sheet = Image.new("L", (inner, height + under + 2 * _PADDING), palette.text.ground)
    _stacked(sheet, below, PATTERN_WIDTH, _PADDING + height)
    sheet.paste(pattern, (0, _PADDING + (height - pattern.height) // 2))
    _stacked(sheet, said, PATTERN_WIDTH, _PADDING + (height - sum(line.height for line in said)) // 2)
    if has_bar:
        top = _stacked(sheet, words, inner - BAR_WIDTH, _PADDING)
        if row.share is not None:
            sheet.paste(_bar(row.share, palette), (inner - BAR_WIDTH, top + 6))
    sheet.paste(palette.text.table(_FAINT)[_FULL], (0, sheet.height - 2, inner, sheet.height))
    return sheet


def bulletin_picture(bulletin: BulletinSheet) -> bytes:
    """Return a PNG of a page of 号池公示."""
    palette = palette_of(bulletin.kind)
    measure = WIDTH - 2 * MARGIN
    heading = [
        *(
            set_line(line, TITLE_SIZE, palette.text, bold=True)
            for line in wrapped(drawable(bulletin.title), TITLE_SIZE, measure)
        ),
        *_lines(bulletin.summary, TEXT_SIZE, measure, palette, _GREY),
    ]
    rows = [_row(row, palette) for row in bulletin.rows] or _lines(
        bulletin.empty, TEXT_SIZE, measure, palette
    )
    footers = [
        line for text in bulletin.footers for line in _lines(text, SMALL_SIZE, measure, palette, _GREY)
    ]
    height = sum(part.height for part in (*heading, *rows, *footers)) + 2 * _GAP + 2 * MARGIN
    sheet = Image.new("L", (WIDTH, height), palette.text.ground)
    top = _stacked(sheet, heading, MARGIN, MARGIN) + _GAP
    top = _stacked(sheet, rows, MARGIN, top) + _GAP
    _stacked(sheet, footers, MARGIN, top)
    return png(sheet, palette)
