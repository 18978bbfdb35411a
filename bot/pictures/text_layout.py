"""Running text: measuring, line breaking, and rendering from cached glyphs."""

import re
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from bot.pictures.font import glyph, line_height
from bot.pictures.palette import Ramp

_UNIT = re.compile(r"\n|[!-~]+|[^\n]")
"""Line-breaking units: a run of Latin letters and digits, else a single character."""

_NOT_FIRST = frozenset(",.;:?!)%·、。》」』】〉〕’”…℃\uff0c\uff0e\uff1b\uff1a\uff1f\uff01\uff09\uff05")
_NOT_LAST = frozenset("(《「『【〈〔‘“\uff08")
"""Punctuation that must not begin, and that must not end a line; the escapes are full-width forms."""


def text_width(text: str, size: int) -> float:
    """Return the width in px of a text on one line."""
    return sum(glyph(char, size).advance for char in text)


@lru_cache(maxsize=16384)
def _tile(char: str, size: int, ramp: Ramp, strength: float, *, bold: bool) -> tuple[Image.Image, float]:
    shape = glyph(char, size, bold=bold)
    return shape.mask.point(ramp.table(strength)), shape.advance


@lru_cache(maxsize=512)
def set_line(text: str, size: int, ramp: Ramp, *, strength: float = 1.0, bold: bool = False) -> Image.Image:
    """Return one line of text in palette entries (mode L), to be pasted on plain ground.

    The image is cached: do not modify it.

    Args:
        text: one line.
        size: of the type, in px.
        ramp: its ground is what the line will lie on.
        strength: below 1 for greyer ink.
        bold: whether to use thicker strokes.
    """
    tiles = [_tile(char, size, ramp, strength, bold=bold) for char in text]
    width = round(sum(advance for _, advance in tiles))
    line = Image.new("L", (max(1, width), line_height(size)), ramp.ground)
    pen = 0.0
    for tile, advance in tiles:
        line.paste(tile, (round(pen), 0))
        pen += advance
    return line


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """How text is drawn on plain ground."""

    ramp: Ramp
    strength: float = 1.0  # below 1 for greyer ink
    bold: bool = False


def paste_text(sheet: Image.Image, corner: tuple[int, int], text: str, size: int, ink: Ink) -> None:
    """Draw one line of text on plain ground; for texts that rarely recur.

    It looks like the result of ``set_line``, but without an intermediate image: a cached one would occupy a
    memory block that Pillow keeps for the next sheet (see ``png``).

    Args:
        sheet: mode L, of palette entries.
        corner: left and top of the line, in px.
        text: one line.
        size: of the type, in px.
        ink: how it is drawn; the ground of its ramp is what the line will lie on.
    """
    left, top = corner
    pen = 0.0
    for char in text:
        tile, advance = _tile(char, size, ink.ramp, ink.strength, bold=ink.bold)
        sheet.paste(tile, (left + round(pen), top))
        pen += advance


def _split(word: str, size: int, width: float) -> list[str]:
    """Split a word that is longer than a line into parts that fit."""
    parts = [""]
    for char in word:
        if parts[-1] and text_width(parts[-1] + char, size) > width:
            parts.append("")
        parts[-1] += char
    return parts


def _units(text: str, size: int, width: float) -> list[str]:
    """Return unbreakable units: words, and punctuation with the character that it belongs to."""
    units: list[str] = []
    for unit in _UNIT.findall(text):
        clings = bool(units) and units[-1] != "\n" and (unit[0] in _NOT_FIRST or units[-1][-1] in _NOT_LAST)
        if clings and unit != "\n":
            units[-1] += unit
        else:
            units.append(unit)
    return [part for unit in units for part in _split(unit, size, width)]


@lru_cache(maxsize=1024)
def wrapped(text: str, size: int, width: int) -> tuple[str, ...]:
    """Break a text into lines of at most ``width`` px.

    Words and numbers are kept whole if they fit, no line begins with closing or ends with opening
    punctuation, and line ends in the text are kept. An empty text has no lines.
    """
    if not text:
        return ()
    if "\n" not in text and text_width(text, size) <= width:  # the common case
        return (text.rstrip(),)
    lines = [""]
    for unit in _units(text, size, width):
        if unit == "\n":
            lines.append("")
        elif lines[-1] and text_width(lines[-1] + unit, size) > width:
            lines.append(unit.lstrip())
        else:
            lines[-1] += unit
    return tuple(line.rstrip() for line in lines)
