"""A batch of numbers as one picture: two columns of plates, numbered like the buttons below it.

It is rendered at each press of 【换一批】, so everything static is cached: the sheet with the office's blank
plates and their numbers, the characters in their cells, recurring lines of text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from bot.pictures.canvas import png
from bot.pictures.font import line_height
from bot.pictures.layout import LAYOUTS, OFFICE_CELLS, SMALL
from bot.pictures.palette import Palette, palette_of
from bot.pictures.plates import PlatePainter, cell, office_plate, painter_of
from bot.pictures.png import encoded
from bot.pictures.text_layout import Ink, paste_text, set_line, text_width, wrapped
from bot.texts.pictures import SPECIMEN_MARK

NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
"""Labels of the plates; their count is the maximum per picture."""

WIDTH = 800
"""Telephones show it about 360 px wide, each plate at least 150 px; the height is kept low, so that the
buttons below fit the same screen."""
MARGIN = 6
TEXT_MARGIN = 14
_MEASURE = WIDTH - 2 * TEXT_MARGIN
GUTTER = 44
"""Width in px left of each plate, for its number."""
COLUMN = WIDTH // 2
ROW_GAP = 10
TITLE_SIZE = 27
FOOTER_SIZE = 22
_TITLE_LINE = line_height(TITLE_SIZE)
_FOOTER_LINE = line_height(FOOTER_SIZE)
_WORD_GAP = 24
NUMBER_SIZE = 38
_GREY = 0.6
_STRIKE = 5


def scale_of(kind: str) -> float:
    return 0.77 if kind == SMALL else 0.70


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLayout:
    """The geometry of the sheet, in px."""

    plate: tuple[int, int]
    """Width and height of a plate."""
    title_lines: int
    footer_lines: int
    count: int
    """How many plates."""

    @property
    def plates_top(self) -> int:
        """Upper edge of the first row of plates."""
        return MARGIN + self.title_lines * _TITLE_LINE + ROW_GAP // 2

    @property
    def footers_top(self) -> int:
        """Upper edge of the text below the plates."""
        return self.plates_top + -(-self.count // 2) * (self.plate[1] + ROW_GAP)

    @property
    def height(self) -> int:
        return self.footers_top + self.footer_lines * _FOOTER_LINE + MARGIN // 2

    def corner(self, number: int) -> tuple[int, int]:
        """Return left and top of the plate at this index, counted from 0."""
        row, column = divmod(number, 2)
        left = MARGIN + GUTTER + column * (COLUMN - MARGIN // 2)
        return left, self.plates_top + row * (self.plate[1] + ROW_GAP)


def _put_number(sheet: Image.Image, painter: PlatePainter, layout: BatchLayout, number: int) -> None:
    left, top = layout.corner(number)
    label = set_line(NUMBERS[number], NUMBER_SIZE, painter.palette.text)
    sheet.paste(label, (left - GUTTER, top + (layout.plate[1] - label.height) // 2))


def _put_serial(sheet: Image.Image, painter: PlatePainter, serial: str, corner: tuple[int, int]) -> None:
    """Put a serial on a plate that already shows the office code.

    Raises:
        ValueError: its length does not match the cells of the plate.
    """
    left, top = corner
    for place, char in zip(range(OFFICE_CELLS, len(painter.layout.cells)), serial, strict=True):
        tile, (across, down) = cell(painter, place, char)
        sheet.paste(tile, (left + across, top + down))


@lru_cache(maxsize=32)
def _base(painter: PlatePainter, office: str, layout: BatchLayout) -> Image.Image:
    """Return the sheet with numbered plates that show only the office code."""
    sheet = Image.new("L", (WIDTH, layout.height), painter.palette.text.ground)
    for number in range(layout.count):
        sheet.paste(office_plate(painter, office), layout.corner(number))
        _put_number(sheet, painter, layout, number)
    return sheet


def _footer_lines(palette: Palette, footer: str) -> list[Image.Image]:
    lines = wrapped(footer, FOOTER_SIZE, _MEASURE)
    return [set_line(line, FOOTER_SIZE, palette.text, strength=_GREY) for line in lines]


def _put_lines(sheet: Image.Image, lines: Sequence[Image.Image], top: int) -> None:
    for line in lines:
        sheet.paste(line, (TEXT_MARGIN, top))
        top += line.height


def _beside(title: Sequence[str], footer: str, mark: str) -> str:
    """Return what is written in grey at the right of the title: the footer too, if it fits."""
    taken = text_width(title[0], TITLE_SIZE) + _WORD_GAP if title else 0.0
    both = f"{footer} · {mark}" if footer else ""
    is_room = len(title) <= 1 and both and taken + text_width(both, FOOTER_SIZE) <= _MEASURE
    return both if is_room else mark


def _put_beside(sheet: Image.Image, words: str, palette: Palette) -> None:
    line = set_line(words, FOOTER_SIZE, palette.text, strength=_GREY)
    sheet.paste(line, (WIDTH - TEXT_MARGIN - line.width, MARGIN + _TITLE_LINE - line.height))


def _strike(sheet: Image.Image, layout: BatchLayout, palette: Palette) -> None:
    """Cross out each plate: what is shown is no longer held."""
    pen, (width, height) = ImageDraw.Draw(sheet), layout.plate
    for number in range(layout.count):
        left, top = layout.corner(number)
        for begin, end in ((top, top + height), (top + height, top)):
            pen.line((left, begin, left + width, end), fill=palette.text.ink, width=_STRIKE)


def batch_picture(  # noqa: PLR0913 - a picture's words are its arguments
    office: str,
    kind: str,
    serials: Sequence[str],
    *,
    title: str,
    footer: str = "",
    mark: str = SPECIMEN_MARK,
    is_over: bool = False,
    rehearsal: bool = False,
) -> bytes:
    """Return a PNG of up to 20 numbered plates, in the order of the buttons.

    Args:
        office: province abbreviation and letter.
        kind: ``small``, ``small_nev`` or ``large_nev``.
        serials: in row-major order.
        title: text above the plates; empty for none.
        footer: a paragraph in grey: beside the title if it fits there, else below the plates.
        mark: beside the title, that these are illustrations.
        is_over: whether the numbers are no longer held: grey and crossed out.
        rehearsal: whether to add the rehearsal watermark.

    Raises:
        ValueError: there are no plates or too many, or one cannot be rendered.
    """
    if not 0 < len(serials) <= len(NUMBERS):
        raise ValueError("not a number of plates that a picture can hold")
    if kind not in LAYOUTS:
        raise ValueError("a kind of plate that is not drawn")
    palette = palette_of(kind, rehearsal=rehearsal)
    painter = painter_of(kind, scale_of(kind), palette, mark="")
    above = wrapped(title, TITLE_SIZE, _MEASURE)
    beside = _beside(above, footer, mark)
    below = _footer_lines(palette, footer if beside == mark else "")
    layout = BatchLayout(
        plate=painter.size, title_lines=max(1, len(above)), footer_lines=len(below), count=len(serials)
    )
    sheet = _base(painter, office, layout).copy()
    _put_beside(sheet, beside, palette)
    for number, line in enumerate(above):
        corner = TEXT_MARGIN, MARGIN + number * _TITLE_LINE
        paste_text(sheet, corner, line, TITLE_SIZE, Ink(ramp=palette.text, bold=True))
    _put_lines(sheet, below, layout.footers_top)
    for number, serial in enumerate(serials):
        _put_serial(sheet, painter, serial, layout.corner(number))
    if is_over:
        _strike(sheet, layout, palette)
    if rehearsal:
        return png(sheet, palette, is_grey=is_over)
    return encoded(sheet, palette.greys if is_over else palette.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPicture:
    """The picture of a batch, as part of a view; rendered only when it is sent."""

    office: str
    kind: str
    serials: tuple[str, ...]
    title: str
    footer: str = ""  # small print
    mark: str = SPECIMEN_MARK
    is_over: bool = False  # no longer held: grey and crossed out
    rehearsal: bool = False  # adds the watermark

    @property
    def is_frequent(self) -> bool:
        """Whether the render process renders it: a picture of each press; those of rehearsals are rare."""
        return not self.rehearsal

    @property
    def key(self) -> str:
        mark = ("rehearsal:" if self.rehearsal else "") + ("over:" if self.is_over else "")
        said = f"{self.title}:{self.footer}:{self.mark}"
        return f"{mark}batch:{self.kind}:{self.office}:{said}:{','.join(self.serials)}"

    def render(self) -> bytes:
        return batch_picture(
            self.office,
            self.kind,
            self.serials,
            title=self.title,
            footer=self.footer,
            mark=self.mark,
            is_over=self.is_over,
            rehearsal=self.rehearsal,
        )
