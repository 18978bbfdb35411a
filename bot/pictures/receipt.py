"""The receipt 预选号凭证 as a picture, to be shown at the counter.

It contains no personal name: names may have characters that the bundled font subset lacks, and a picture is
easily forwarded. Of the VIN, callers pass only the last six characters.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache

from PIL import Image, ImageDraw

from bot.pictures.canvas import plain_line, png
from bot.pictures.font import line_height
from bot.pictures.layout import layout_of
from bot.pictures.palette import RED, Palette, palette_of
from bot.pictures.plates import painter_of, paste_plate
from bot.pictures.text_layout import set_line, wrapped
from bot.texts.pictures import SPECIMEN_MARK

WIDTH = 900
MARGIN = 48
PLATE_WIDTH = 720
TITLE_SIZE = 54
TEXT_SIZE = 31
FOOTER_SIZE = 26
LABEL_WIDTH = 308
LABEL_GAP = 20
ROW_PADDING = 13
_GAP = 26
_GREY = 0.62
_FAINT = 0.2
_STAMP_SIZE = 40
_STAMP_ANGLE = 12
_FULL = 255
_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The content of a receipt, with its texts already rendered."""

    title: str
    office: str
    """Province abbreviation and letter."""
    kind: str
    """``small``, ``small_nev`` or ``large_nev``."""
    serial: str
    rows: tuple[tuple[str, str], ...]
    """Labels and values, in order; a value may be long and contain line ends."""
    footers: tuple[str, ...] = ()
    """Paragraphs below the rows, in grey."""
    rehearsal: bool = False
    """Whether to add the rehearsal watermark."""


@lru_cache(maxsize=8)
def _stamp(palette: Palette) -> Image.Image:
    """Return the mark as a rotated stamp, in palette entries."""
    word = plain_line(SPECIMEN_MARK, _STAMP_SIZE)
    mask = Image.new("L", (word.width + 40, word.height + 22))
    box = (2, 2, mask.width - 3, mask.height - 3)
    ImageDraw.Draw(mask).rounded_rectangle(box, 12, outline=_FULL, width=4)
    mask.paste(word, (20, 11))
    slanted = mask.rotate(_STAMP_ANGLE, Image.Resampling.BICUBIC, expand=True)
    return slanted.point(palette.highlight.table())


def _lines(text: str, size: int, width: int, palette: Palette, strength: float = 1.0) -> list[Image.Image]:
    lines = wrapped(text, size, width)
    return [set_line(line, size, palette.text, strength=strength) for line in lines]


def _stacked(sheet: Image.Image, lines: list[Image.Image], left: int, top: int) -> int:
    """Paste lines one below the other; return the lower edge of the last."""
    for line in lines:
        sheet.paste(line, (left, top))
        top += line.height
    return top


def _row(label: str, value: str, palette: Palette) -> Image.Image:
    """Return a row: label, value, and a fine line below."""
    measure = WIDTH - 2 * MARGIN - LABEL_WIDTH
    labels = _lines(label, TEXT_SIZE, LABEL_WIDTH - LABEL_GAP, palette, _GREY)
    values = _lines(value, TEXT_SIZE, measure, palette)
    height = max(len(labels), len(values), 1) * line_height(TEXT_SIZE) + 2 * ROW_PADDING
    row = Image.new("L", (WIDTH - 2 * MARGIN, height), palette.text.ground)
    _stacked(row, labels, 0, ROW_PADDING)
    _stacked(row, values, LABEL_WIDTH, ROW_PADDING)
    row.paste(palette.text.table(_FAINT)[_FULL], (0, height - 2, row.width, height))
    return row


def _plate(receipt: Receipt, palette: Palette) -> Image.Image:
    layout = layout_of(receipt.office, receipt.kind, receipt.serial)
    painter = painter_of(receipt.kind, PLATE_WIDTH / layout.width, palette)
    plate = Image.new("L", layout.size(painter.scale), palette.text.ground)
    paste_plate(plate, painter, (receipt.office, receipt.serial), (0, 0))
    return plate


def _heading(receipt: Receipt, palette: Palette) -> Image.Image:
    """Return the title and the stamp."""
    stamp = _stamp(palette)
    measure = WIDTH - 2 * MARGIN - stamp.width
    titles = [
        set_line(line, TITLE_SIZE, palette.text, bold=True)
        for line in wrapped(receipt.title, TITLE_SIZE, measure)
    ]
    height = max(stamp.height, len(titles) * line_height(TITLE_SIZE))
    heading = Image.new("L", (WIDTH - 2 * MARGIN, height), palette.text.ground)
    _stacked(heading, titles, 0, (height - len(titles) * line_height(TITLE_SIZE)) // 2)
    heading.paste(stamp, (heading.width - stamp.width, (height - stamp.height) // 2))
    return heading


def receipt_picture(receipt: Receipt) -> bytes:
    """Return a PNG of a receipt.

    Raises:
        ValueError: the plate cannot be rendered.
    """
    plate = _plate(receipt, palette := palette_of(receipt.kind, accent=RED, rehearsal=receipt.rehearsal))
    heading = _heading(receipt, palette)
    rows = [_row(label, value, palette) for label, value in receipt.rows]
    measure = WIDTH - 2 * MARGIN
    footers = [
        line for text in receipt.footers for line in _lines(text, FOOTER_SIZE, measure, palette, _GREY)
    ]
    parts = [heading, plate, *rows, *footers]
    sheet = Image.new(
        "L", (WIDTH, sum(part.height for part in parts) + 3 * _GAP + 2 * MARGIN), palette.text.ground
    )
    top = _stacked(sheet, [heading], MARGIN, MARGIN) + _GAP
    top = _stacked(sheet, [plate], (WIDTH - plate.width) // 2, top) + _GAP
    top = _stacked(sheet, rows, MARGIN, top) + _GAP
    _stacked(sheet, footers, MARGIN, top)
    return png(sheet, palette)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPicture:
    """The picture of the receipt (预选号凭证), as part of a view; rendered only when it is sent."""

    number: str  # the receipt number
    receipt: Receipt
    rehearsal: bool = False  # adds the watermark

    @property
    def key(self) -> str:
        # The texts are part of the key, because they depend on the language.
        said = hashlib.sha256(repr(self.receipt).encode()).hexdigest()
        mark = "rehearsal:" if self.rehearsal else ""
        return f"{mark}receipt:{self.number}:{said[:_DIGEST_LENGTH]}"

    def render(self) -> bytes:
        return receipt_picture(replace(self.receipt, rehearsal=self.rehearsal))
