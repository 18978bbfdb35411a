"""The project's own fonts: what they hold, and single characters as masks.

Pillow is not documented to be safe when threads share a font, so one lock guards every call into
FreeType. It is hardly felt: masks are kept, and pictures are put together from kept masks.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
REGULAR = "NotoSansSC-Regular.ttf"
MEDIUM = "NotoSansSC-Medium.ttf"

SUBSTITUTE = "〓"
"""What printers set in place of a character that they have no type for; never an empty box."""

_BOLD_STROKE = 0.022
"""How much of the size is added around a stroke to make Regular bold."""

_freetype = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """One character, ready to be pasted."""

    mask: Image.Image
    """Mode L, 255 = ink. Shared: read it, never draw on it."""
    advance: float
    """How far the pen moves on, in px."""


@cache
def coverage() -> frozenset[str]:
    """Return every character that Regular holds (``coverage.txt``, made with the font)."""
    text = (FONTS / "coverage.txt").read_text(encoding="utf-8")
    return frozenset(text) - {"\n"} | {" "}


def missing_glyphs(text: str) -> set[str]:
    """Return the characters of a text that no picture can show, line ends apart."""
    return set(text) - coverage() - {"\n"}


def drawable(text: str) -> str:
    """Return a text in which each character that cannot be shown is a substitute sign."""
    missing = missing_glyphs(text)
    return "".join(SUBSTITUTE if char in missing else char for char in text) if missing else text


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout needs no shaping library and gives the same pixels everywhere.
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)


def outline(char: str, name: str, size: int) -> Image.Image:
    """Return a character as a mask cropped to its ink.

    Raises:
        ValueError: the character has no ink (a space).
    """
    with _freetype:
        mask = Image.new("L", (size * 2, size * 2))
        ImageDraw.Draw(mask).text((size // 2, size * 3 // 2), char, 255, _font(name, size), anchor="ls")
    ink = mask.getbbox()
    if ink is None:
        raise ValueError("a character without ink")
    return mask.crop(ink)


def line_height(size: int) -> int:
    """Return the height of the masks of a size, in px: a line without leading."""
    return round(size * 1.25)


@lru_cache(maxsize=8192)
def glyph(char: str, size: int, *, bold: bool = False) -> Glyph:
    """Return a character for running text, in a box as wide as its advance."""
    shown = drawable(char)
    with _freetype:
        font = _font(REGULAR, size)
        advance = font.getlength(shown)
        mask = Image.new("L", (max(1, round(advance)), line_height(size)))
        stroke = size * _BOLD_STROKE if bold else 0
        place = (0, round(size * 0.98))
        ImageDraw.Draw(mask).text(place, shown, 255, font, anchor="ls", stroke_width=stroke)
    return Glyph(mask=mask, advance=advance)
