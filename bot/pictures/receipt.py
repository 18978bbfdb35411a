"""The receipt 预选号凭证: a picture for the chat, and a page to print, both to be shown at the counter.

The plate comes first, then the date and the place. Everything is in Chinese, for the clerk, with English in
smaller type. Of personal data it contains the masked name and the last six characters of the VIN, because a
picture is easily forwarded. The QR code holds what a clerk types to confirm the registration.
"""

import hashlib
import io
from dataclasses import dataclass, replace

from PIL import Image

from bot.i18n.bilingual import Bilingual
from bot.pictures.canvas import png
from bot.pictures.font import line_height
from bot.pictures.layout import layout_of
from bot.pictures.palette import RED, Palette, palette_of
from bot.pictures.plates import painter_of, paste_plate
from bot.pictures.text_layout import Ink, paste_text, text_width, wrapped

WIDTH = 900
MARGIN = 32
MEASURE = WIDTH - 2 * MARGIN
TITLE_SIZE = 30
DATE_SIZE = 68
NAME_SIZE = 34
TEXT_SIZE = 28
LABEL_SIZE = 23
ENGLISH_SIZE = 21
FINE_SIZE = 19
LABEL_WIDTH = 368
CODE_WIDTH = 232
_CODE_COLUMN = 252
_GAP = 12
_FIELD_GAP = 7
_GREY = 0.62
_FAINT = 0.2
_FULL = 255
_DIGEST_LENGTH = 16

PAGE = (1748, 2480)
"""A5 at 300 dots per inch."""
_DPI = 300
_QUALITY = 92
_WHITE = b"\xff\xff\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptField:
    """A detail of a receipt."""

    label: Bilingual
    value: Bilingual
    is_wide: bool = False  # the value has a line of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The content of a receipt, with its texts already rendered."""

    title: Bilingual
    office: str
    """Province abbreviation and letter."""
    kind: str
    """``small``, ``small_nev`` or ``large_nev``."""
    serial: str
    date_label: Bilingual
    date: Bilingual
    """By when to come; or when the number was registered."""
    warning: Bilingual | None = None
    """What happens otherwise."""
    place_label: Bilingual
    place: str
    place_lines: tuple[Bilingual, ...] = ()
    """Address, hours and telephone."""
    fields: tuple[ReceiptField, ...] = ()
    code: str = ""
    """The content of the QR code."""
    code_label: Bilingual | None = None
    papers_label: Bilingual | None = None
    papers: tuple[Bilingual, ...] = ()
    """What to bring: only on the printed page, as the chat has a button for it."""
    rehearsal: bool = False
    """Whether to add the rehearsal watermark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """How a line is set, at scale 1."""

    size: int
    strength: float = 1.0
    bold: bool = False
    accent: bool = False


_TITLE = _Style(size=TITLE_SIZE, bold=True)
_DATE = _Style(size=DATE_SIZE, bold=True, accent=True)
_NAME = _Style(size=NAME_SIZE, bold=True)
_VALUE = _Style(size=TEXT_SIZE)
_LABEL = _Style(size=LABEL_SIZE, strength=_GREY)
_ENGLISH = _Style(size=ENGLISH_SIZE, strength=_GREY)
_FINE = _Style(size=FINE_SIZE, strength=_GREY)


class _Writer:
    """Draws the parts of a receipt, each as an image in palette entries, at a scale."""

    def __init__(self, palette: Palette, scale: float) -> None:
        self._palette = palette
        self.scale = scale

    def px(self, length: float) -> int:
        return round(length * self.scale)

    def blank(self, width: int, height: int) -> Image.Image:
        return Image.new("L", (width, height), self._palette.text.ground)

    def stacked(self, parts: list[Image.Image], gap: float = 0) -> Image.Image:
        """Return parts one below the other."""
        between = self.px(gap)
        width = max(part.width for part in parts)
        sheet = self.blank(width, sum(part.height for part in parts) + between * (len(parts) - 1))
        top = 0
        for part in parts:
            sheet.paste(part, (0, top))
            top += part.height + between
        return sheet

    def words(self, said: Bilingual, style: _Style, width: float, english: _Style = _ENGLISH) -> Image.Image:
        """Return Chinese with English beside it if one line holds both, else below."""
        measure, size, small = self.px(width), self.px(style.size), self.px(english.size)
        chinese = wrapped(said.chinese, size, measure)
        beside = text_width(said.chinese, size) + self.px(10)
        if said.english and len(chinese) == 1 and beside + text_width(said.english, small) <= measure:
            line = self._line(said.chinese, style, measure)
            left = round(beside)
            self._paste(line, (left, self.px((style.size - english.size) * 0.98)), said.english, english)
            return line
        lines = [self._line(one, style, measure) for one in chinese]
        lines += [self._line(one, english, measure) for one in wrapped(said.english, small, measure)]
        return self.stacked(lines or [self.blank(measure, 1)])

    def below(self, said: Bilingual, style: _Style, width: float) -> Image.Image:
        """Return Chinese with English below; Chinese that is too wide is set smaller."""
        measure = self.px(width)
        while text_width(said.chinese, self.px(style.size)) > measure:
            style = replace(style, size=style.size - 1)
        lines = [self._line(said.chinese, style, measure)]
        small = self.px(_ENGLISH.size)
        lines += [self._line(one, _ENGLISH, measure) for one in wrapped(said.english, small, measure)]
        return self.stacked(lines)

    def rule(self) -> Image.Image:
        rule = self.blank(self.px(MEASURE), max(1, self.px(2)))
        rule.paste(self._palette.text.table(_FAINT)[_FULL], (0, 0, *rule.size))
        return rule

    def plate(self, receipt: Receipt) -> Image.Image:
        layout = layout_of(receipt.office, receipt.kind, receipt.serial)
        painter = painter_of(receipt.kind, self.px(MEASURE) / layout.width, self._palette)
        plate = self.blank(*layout.size(painter.scale))
        paste_plate(plate, painter, (receipt.office, receipt.serial), (0, 0))
        return plate

    def code(self, receipt: Receipt) -> Image.Image:
        """Return the QR code, of whole px per module, and what it is for."""
        import segno  # noqa: PLC0415 - only receipts need it

        matrix = segno.make_qr(receipt.code, error="m", encoding="utf-8").matrix
        text, count = self._palette.text, len(matrix)
        dots = Image.new("L", (count, count))
        dots.putdata([text.ink if dot else text.ground for row in matrix for dot in row])
        module = max(1, self.px(CODE_WIDTH) // count)
        drawn = dots.resize((count * module, count * module), Image.Resampling.NEAREST)
        if receipt.code_label is None:
            return drawn
        return self.stacked([drawn, self.words(receipt.code_label, _LABEL, CODE_WIDTH)], 8)

    def grid(self, fields: tuple[ReceiptField, ...], width: float) -> Image.Image:
        """Return the fields, each with its value to the right of the label, or below if it is wide."""
        return self.stacked([self._field(field, width) for field in fields], _FIELD_GAP)

    def _field(self, field: ReceiptField, width: float) -> Image.Image:
        if field.is_wide:
            return self.stacked(
                [self.words(field.label, _LABEL, width), self.words(field.value, _VALUE, width)]
            )
        label = self.words(field.label, _LABEL, LABEL_WIDTH - 10)
        value = self.words(field.value, _VALUE, width - LABEL_WIDTH)
        row = self.blank(self.px(width), max(label.height, value.height))
        row.paste(label, (0, self.px((TEXT_SIZE - LABEL_SIZE) * 0.98)))
        row.paste(value, (self.px(LABEL_WIDTH), 0))
        return row

    def _line(self, text: str, style: _Style, width: int) -> Image.Image:
        line = self.blank(width, line_height(self.px(style.size)))
        self._paste(line, (0, 0), text, style)
        return line

    def _paste(self, sheet: Image.Image, corner: tuple[int, int], text: str, style: _Style) -> None:
        ramp = self._palette.highlight if style.accent else self._palette.text
        ink = Ink(ramp=ramp, strength=style.strength, bold=style.bold)
        paste_text(sheet, corner, text, self.px(style.size), ink)


def _sheet(receipt: Receipt, palette: Palette, scale: float = 1.0) -> Image.Image:
    """Return a receipt in palette entries.

    Raises:
        ValueError: the plate cannot be rendered.
    """
    writer = _Writer(palette, scale)
    dates = [writer.words(receipt.date_label, _LABEL, MEASURE), writer.below(receipt.date, _DATE, MEASURE)]
    if receipt.warning is not None:
        dates.append(writer.words(receipt.warning, _LABEL, MEASURE, _FINE))
    place = [
        writer.words(receipt.place_label, _LABEL, MEASURE),
        writer.words(Bilingual(chinese=receipt.place), _NAME, MEASURE),
        *(writer.words(line, _VALUE, MEASURE) for line in receipt.place_lines),
    ]
    parts = [
        writer.words(receipt.title, _TITLE, MEASURE),
        writer.plate(receipt),
        writer.stacked(dates),
        writer.rule(),
        writer.stacked(place),
        writer.rule(),
        _details(writer, receipt),
    ]
    if receipt.papers and receipt.papers_label is not None:
        label = writer.words(receipt.papers_label, _LABEL, MEASURE)
        papers = [writer.words(paper, _VALUE, MEASURE) for paper in receipt.papers]
        parts += [writer.rule(), writer.stacked([label, *papers], 6)]
    body = writer.stacked(parts, _GAP)
    margin = writer.px(MARGIN)
    sheet = writer.blank(writer.px(WIDTH), body.height + 2 * margin)
    sheet.paste(body, (margin, margin))
    return sheet


def _details(writer: _Writer, receipt: Receipt) -> Image.Image:
    """Return the fields, with the QR code to their right."""
    if not receipt.code:
        return writer.grid(receipt.fields, MEASURE)
    grid = writer.grid(receipt.fields, MEASURE - _CODE_COLUMN)
    code = writer.code(receipt)
    details = writer.blank(writer.px(MEASURE), max(grid.height, code.height))
    details.paste(grid, (0, 0))
    details.paste(code, (details.width - writer.px(CODE_WIDTH), 0))
    return details


def _palette(receipt: Receipt) -> Palette:
    return palette_of(receipt.kind, accent=RED, rehearsal=receipt.rehearsal)


def receipt_picture(receipt: Receipt) -> bytes:
    """Return a PNG of a receipt.

    Raises:
        ValueError: the plate cannot be rendered.
    """
    palette = _palette(receipt)
    return png(_sheet(replace(receipt, papers=()), palette), palette)


def receipt_pdf(receipt: Receipt) -> bytes:
    """Return a receipt as one page of A5 to be printed, with the papers to bring.

    Raises:
        ValueError: the plate cannot be rendered, or it is a rehearsal's, which has nothing to print.
    """
    if receipt.rehearsal:
        raise ValueError("a rehearsal has no receipt to print")
    palette = _palette(receipt)
    height = _sheet(receipt, palette).height
    scale = min(PAGE[0] / WIDTH, PAGE[1] / height * 0.995)  # rounding may add a few px to the height
    sheet = _sheet(receipt, palette, scale)
    page = Image.new("L", PAGE, palette.text.ground)
    page.paste(sheet, ((page.width - sheet.width) // 2, 0))
    page.putpalette(_WHITE + palette.entries[len(_WHITE) :])  # a tinted ground would be printed as dots
    file = io.BytesIO()
    page.convert("RGB").save(file, "PDF", resolution=_DPI, quality=_QUALITY, creationDate=None, modDate=None)
    return file.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPicture:
    """The picture of the receipt (预选号凭证), as part of a view; rendered only when it is sent."""

    number: str  # the receipt number
    receipt: Receipt
    rehearsal: bool = False  # adds the watermark

    @property
    def key(self) -> str:
        # The texts are part of the key, because they change with the deadline and the office.
        said = hashlib.sha256(repr(self.receipt).encode()).hexdigest()
        mark = "rehearsal:" if self.rehearsal else ""
        return f"{mark}receipt:{self.number}:{said[:_DIGEST_LENGTH]}"

    def render(self) -> bytes:
        if not self.rehearsal:
            return receipt_picture(self.receipt)
        # Nothing of a rehearsal can be confirmed at a counter.
        return receipt_picture(replace(self.receipt, rehearsal=True, code=""))
