"""The bundled font: its coverage, and single glyphs as masks.

Pillow does not document fonts as thread-safe, so one lock guards every call into FreeType. There is little
contention, because pictures are composed from cached masks.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
REGULAR = "NotoSansSC-Regular.ttf"

SUBSTITUTE = "〓"
"""The geta mark, which printers use for a missing character; never an empty box."""

_BOLD_STROKE = 0.022
"""Stroke width added to Regular for bold, as a share of the size."""

_freetype = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """A rendered character."""

    mask: Image.Image
    """Mode L, 255 = ink. Cached: do not modify."""
    advance: float
    """Advance width in px."""


@cache
def coverage() -> frozenset[str]:
    """Return all characters that Regular covers (``coverage.txt``, generated with the font)."""
    text = (FONTS / "coverage.txt").read_text(encoding="utf-8")
    return frozenset(text) - {"\n"} | {" "}


def missing_glyphs(text: str) -> set[str]:
    """Return the characters of a text that the font lacks, except line ends."""
    return set(text) - coverage() - {"\n"}


def drawable(text: str) -> str:
    """Replace each character that the font lacks with the substitute."""
    missing = missing_glyphs(text)
    return "".join(SUBSTITUTE if char in missing else char for char in text) if missing else text


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Basic layout needs no shaping library and gives the same pixels on every platform.
    return ImageFont.truetype(FONTS / REGULAR, size, layout_engine=ImageFont.Layout.BASIC)


def outline(char: str, size: int) -> Image.Image:
    """Return a character as a mask, cropped to its ink.

    Raises:
        ValueError: the character has no ink (a space).
    """
    with _freetype:
        mask = Image.new("L", (size * 2, size * 2))
        ImageDraw.Draw(mask).text((size // 2, size * 3 // 2), char, 255, _font(size), anchor="ls")
    ink = mask.getbbox()
    if ink is None:
        raise ValueError("a character without ink")
    return mask.crop(ink)


def line_height(size: int) -> int:
    """Return the height in px of the masks of a size: a line without leading."""
    return round(size * 1.25)


@lru_cache(maxsize=8192)
def glyph(char: str, size: int, *, bold: bool = False) -> Glyph:
    """Return a glyph for running text, in a box as wide as its advance."""
    shown = drawable(char)
    with _freetype:
        font = _font(size)
        advance = font.getlength(shown)
        mask = Image.new("L", (max(1, round(advance)), line_height(size)))
        stroke = size * _BOLD_STROKE if bold else 0
        place = (0, round(size * 0.98))
        ImageDraw.Draw(mask).text(place, shown, 255, font, anchor="ls", stroke_width=stroke)
    return Glyph(mask=mask, advance=advance)
