"""Characters as they stand on plates: each fills its cell.

A plate's characters are tall and narrow, with strokes of one weight. A text font squeezed to that
shape keeps its horizontal strokes and thins the vertical ones. So a character is squeezed a little
more than needed and then widened sideways by what its upright strokes lost. Chinese characters
are dense and get less back, from a lighter weight, or their counters would close.
"""

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops

from bot.pictures.font import MEDIUM, REGULAR, outline

_SIZE = 400
"""Size in px at which outlines are taken."""
_FINER = 4
"""Work is done at this many times the cell's pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stroke:
    font: str
    stem: float
    """Width of an upright stroke, as a share of the font size."""
    most: float
    """How much of the stem is given back at most, as a share of it."""


_LATIN = _Stroke(font=MEDIUM, stem=0.085, most=0.34)
_CHINESE = _Stroke(font=REGULAR, stem=0.070, most=0.30)


def _shifted(mask: Image.Image, by: int) -> Image.Image:
    moved = Image.new("L", mask.size)
    moved.paste(mask, (by, 0))
    return moved


def _widened(mask: Image.Image, by: int) -> Image.Image:
    """Return a mask in which all ink reaches ``by`` px further to either side."""
    reached = 0
    while reached < by:
        step = min(max(reached, 1), by - reached)  # twice as far each time, without leaving holes
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
    """Return a mask (mode L, 255 = ink) of exactly this size, the character filling it.

    The image is shared: read it, never draw on it.

    Raises:
        ValueError: the character has no ink.
    """
    return _fitted(char, width * _FINER, height * _FINER).reduce(_FINER)
