"""The rehearsal watermark, and conversion of a sheet of palette entries to RGB or a PNG file."""

from functools import lru_cache

from PIL import Image, ImageChops

from bot.pictures.font import glyph, line_height
from bot.pictures.palette import WATERMARK_PLANES, Palette
from bot.pictures.png import encoded
from bot.pictures.text_layout import text_width
from bot.texts.pictures import REHEARSAL_MARK

_MARK_SIZE = 42
_MARK_ANGLE = 24
_MARK_GAP = 48
_FULL = 255


def plain_line(text: str, size: int) -> Image.Image:
    """Return one bold line as a mask (mode L, 255 = ink)."""
    mask = Image.new("L", (round(text_width(text, size)) + 2, line_height(size)))
    pen = 0.0
    for char in text:
        shape = glyph(char, size, bold=True)
        mask.paste(shape.mask, (round(pen), 0))
        pen += shape.advance
    return mask


@lru_cache(maxsize=32)
def watermark(width: int, height: int, words: str = REHEARSAL_MARK) -> Image.Image:
    """Return a mark, by default that of a rehearsal, repeated diagonally over a sheet (mode L, 255 = ink)."""
    line = plain_line(words, _MARK_SIZE)
    slanted = line.rotate(_MARK_ANGLE, Image.Resampling.BICUBIC, expand=True)
    sheet = Image.new("L", (width, height))
    across, down = slanted.width + _MARK_GAP, slanted.height - _MARK_GAP // 4
    for row in range(height // down + 2):
        for column in range(-1, width // across + 2):
            left = column * across + (row % 2) * across // 2
            sheet.paste(_FULL, (left, row * down), slanted)
    return sheet


@lru_cache(maxsize=32)
def _watermark_planes(width: int, height: int, plane: int) -> Image.Image:
    """Return the offsets to add to a sheet's entries to put them under the watermark."""
    highest = WATERMARK_PLANES - 1
    return watermark(width, height).point([round(value * highest / _FULL) * plane for value in range(256)])


def _watermarked(sheet: Image.Image, palette: Palette) -> Image.Image:
    if not palette.rehearsal:
        return sheet
    # The sums fit a byte, so nothing wraps around; ImageChops.add can scale, and takes 20 times as long.
    return ImageChops.add_modulo(sheet, _watermark_planes(*sheet.size, len(palette.colours)))


def coloured(sheet: Image.Image, palette: Palette) -> Image.Image:
    """Convert a sheet (mode L, of palette entries) to RGB, in a rehearsal with the watermark."""
    picture = _watermarked(sheet, palette).copy()
    picture.putpalette(palette.entries)
    return picture.convert("RGB")


def png(sheet: Image.Image, palette: Palette, *, is_grey: bool = False) -> bytes:
    """Encode a sheet as a PNG file, in a rehearsal with the watermark; in pale greys if it is over."""
    return encoded(_watermarked(sheet, palette), palette.greys if is_grey else palette.entries)
