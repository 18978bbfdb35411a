"""The fittings of a plate as one ink mask: frame, dot, sign and mark.

Cells, dot and grounds follow docs/domain.md, section 8. Frame, corners and the sign are our own design; the
sign, a plain ring with a flash, takes the place of the new-energy emblem.
"""

from PIL import Image, ImageDraw

from bot.pictures.canvas import plain_line
from bot.pictures.layout import Box, PlateLayout
from bot.texts.pictures import SPECIMEN_MARK

_FINER = 4
"""Supersampling factor: shapes are drawn larger and reduced, for anti-aliased edges."""
_CORNER = 10.0
_FRAME_INSET = 3.5
_FRAME_WIDTH = 2.2
_MARK_HEIGHT = 13.0
_MARK_TOP = 118.0
_MARK_SIZE = 60
_SIGN_INK = 110
_FULL = 255
_HALF = 128
_FLASH = ((0.56, 0.16), (0.28, 0.56), (0.48, 0.56), (0.42, 0.86), (0.72, 0.43), (0.51, 0.43))
"""The flash inside the ring, in fractions of its bounding square."""


class _Pen:
    """Draws in mm on a supersampled sheet."""

    def __init__(self, layout: PlateLayout, scale: float) -> None:
        self.size = layout.size(scale)
        self._unit = scale * _FINER
        self._sheet = Image.new("L", (self.size[0] * _FINER, self.size[1] * _FINER))
        self.draw = ImageDraw.Draw(self._sheet)

    def fine(self, length: float) -> float:
        return length * self._unit

    def edges(self, box: Box) -> tuple[float, float, float, float]:
        """Convert a box to Pillow's form, which includes the last px."""
        right, bottom = self.fine(box.right) - 1, self.fine(box.bottom) - 1
        return self.fine(box.left), self.fine(box.top), right, bottom

    def reduced(self) -> Image.Image:
        """Return the sheet reduced to its final size, with anti-aliased edges."""
        return self._sheet.reduce(_FINER)


def _inner(layout: PlateLayout, inset: float) -> Box:
    width, height = layout.width - 2 * inset, layout.height - 2 * inset
    return Box(left=inset, top=inset, width=width, height=height)


def _draw_frame(pen: _Pen, layout: PlateLayout) -> None:
    box = pen.edges(_inner(layout, _FRAME_INSET))
    corner, width = pen.fine(_CORNER - _FRAME_INSET), round(pen.fine(_FRAME_WIDTH))
    pen.draw.rounded_rectangle(box, corner, outline=_FULL, width=width)


def _draw_sign(pen: _Pen, box: Box) -> None:
    pen.draw.ellipse(pen.edges(box), outline=_SIGN_INK, width=round(pen.fine(2.0)))
    points = [(box.left + x * box.width, box.top + y * box.height) for x, y in _FLASH]
    pen.draw.polygon([(pen.fine(x), pen.fine(y)) for x, y in points], fill=_SIGN_INK)


def _mark(words: str, height: int) -> Image.Image:
    line = plain_line(words, _MARK_SIZE)
    line = line.crop(line.getbbox())
    return line.resize((round(line.width * height / line.height), height), Image.Resampling.LANCZOS)


def plate_body(layout: PlateLayout, scale: float) -> Image.Image:
    """Return the plate's shape with rounded corners (mode L, 0 or 255).

    Not anti-aliased: that would need palette entries between plate and paper.
    """
    pen = _Pen(layout, scale)
    pen.draw.rounded_rectangle(pen.edges(_inner(layout, 0.0)), pen.fine(_CORNER), fill=_FULL)
    return pen.reduced().point([_FULL if value >= _HALF else 0 for value in range(256)])


def fittings(layout: PlateLayout, scale: float, *, mark: str = SPECIMEN_MARK) -> Image.Image:
    """Return everything on a plate except its characters (mode L, 255 = full ink); an empty mark is none."""
    pen = _Pen(layout, scale)
    _draw_frame(pen, layout)
    if layout.dot is not None:
        pen.draw.ellipse(pen.edges(layout.dot), fill=_FULL)
    if layout.sign is not None:
        _draw_sign(pen, layout.sign)
    sheet = pen.reduced()
    if not mark:
        return sheet
    line = _mark(mark, round(_MARK_HEIGHT * scale))
    sheet.paste(line, (round(layout.cells[-1].right * scale) - line.width, round(_MARK_TOP * scale)))
    return sheet
