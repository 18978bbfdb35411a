"""Plate characters as masks that fill their cells.

Letters and digits are drawn with strokes of one weight (``bot.pictures.plate_strokes``). Chinese characters
come from the text font: squeezed to the shape of the cell, a glyph keeps its horizontal strokes and thins
the vertical ones, so it is squeezed slightly more than needed and then dilated horizontally by what its
vertical strokes lost. The stretch also pulls apart the parts of a character that stand above each other, so
empty rows within it are closed up.
"""

from functools import lru_cache

from PIL import Image, ImageChops

from bot.pictures.font import outline
from bot.pictures.plate_strokes import is_drawn, stroked

_SIZE = 400
"""Font size in px from which glyphs are scaled down."""
_FINER = 4
"""Supersampling factor relative to the cell."""
_STEM = 0.070
"""Width of a vertical stroke of the font, as a share of the font size."""
_MOST = 0.30
"""Maximum dilation, as a share of the stem: more would close the counters of dense characters."""
_EMPTY_ROWS = 0.35
"""Share that stays of empty rows between the parts of a character."""


def _shifted(mask: Image.Image, by: int) -> Image.Image:
    moved = Image.new("L", mask.size)
    moved.paste(mask, (by, 0))
    return moved


def _widened(mask: Image.Image, by: int) -> Image.Image:
    """Dilate a mask horizontally by ``by`` px on each side."""
    reached = 0
    while reached < by:
        step = min(max(reached, 1), by - reached)  # doubled each time, without leaving holes
        sides = ImageChops.lighter(_shifted(mask, step), _shifted(mask, -step))
        mask = ImageChops.lighter(mask, sides)
        reached += step
    return mask


def _closed_up(ink: Image.Image) -> Image.Image:
    """Return the ink with the empty rows between its parts reduced."""
    rows = ink.reduce((ink.width, 1)) if ink.width > 1 else ink
    kept, owed = [], 0.0
    for row in range(ink.height):
        owed = 0.0 if rows.getpixel((0, row)) else owed + _EMPTY_ROWS
        if owed == 0.0 or owed >= 1.0:
            owed = max(owed - 1.0, 0.0)
            kept.append(row)
    closed = Image.new("L", (ink.width, len(kept)))
    for place, row in enumerate(kept):
        closed.paste(ink.crop((0, row, ink.width, row + 1)), (0, place))
    return closed


def _fitted(char: str, width: int, height: int) -> Image.Image:
    ink = _closed_up(outline(char, _SIZE))
    upright = height / ink.height
    across = min(width / ink.width, upright)
    lost = min(upright - across, upright * _MOST)
    spread = round(_STEM * _SIZE * lost / 2)
    inner = min(width, round(ink.width * across) + 2 * spread) - 2 * spread
    narrow = ink.resize((inner, height), Image.Resampling.LANCZOS)
    wide = Image.new("L", (width, height))
    wide.paste(narrow, ((width - inner) // 2, 0))
    return _widened(wide, spread)


@lru_cache(maxsize=2048)
def cell_glyph(char: str, width: int, height: int) -> Image.Image:
    """Return a mask (mode L, 255 = ink) of exactly this size, filled by the character.

    The image is cached: do not modify it.

    Raises:
        ValueError: the character has no ink.
    """
    drawn = stroked if is_drawn(char) else _fitted
    return drawn(char, width * _FINER, height * _FINER).reduce(_FINER)
