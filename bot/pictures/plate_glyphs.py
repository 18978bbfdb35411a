"""Plate characters: glyphs stretched to fill their cells.

A plate's characters are tall and narrow, with strokes of one weight. A text font squeezed to that
shape keeps its horizontal strokes and thins the vertical ones. A character is therefore squeezed slightly
more than needed and then dilated horizontally by what its vertical strokes lost. Chinese characters are
dense and are dilated less, from a lighter weight, or their counters would close.
"""

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops

from bot.pictures.font import MEDIUM, REGULAR, outline

_SIZE = 400
"""Font size in px from which glyphs are scaled down."""
_FINER = 4
"""Supersampling factor relative to the cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stroke:
    font: str
    stem: float
    """Width of a vertical stroke, as a share of the font size."""
    most: float
    """Maximum dilation, as a share of the stem."""


_LATIN = _Stroke(font=MEDIUM, stem=0.085, most=0.34)
_CHINESE = _Stroke(font=REGULAR, stem=0.070, most=0.30)


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


def _fitted(char: str, width: int, height: int) -> Image.Image:
    stroke = _LATIN if char.isascii() else _CHINESE
    ink = outline(char, stroke.font, _SIZE)
    upright = height / ink.height
    across = min(width / ink.width, upright)
    lost = min(upright - across, upright * stroke.most)
    spread = round(stroke.stem * _SIZE * lost / 2)
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
    return _fitted(char, width * _FINER, height * _FINER).reduce(_FINER)
