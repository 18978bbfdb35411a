"""Sheets of plates as files put together of rows that were compressed before: only what is new is touched.

Blank plates lie compressed, with a gap for each line of each character; so does each character in each place
of a plate, line by line, and each letter of a title. Ten numbers are laid into the gaps as lists are into one
another, and joined.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from bot.pictures.bytewise import ByteCode, Sums, sums_of
from bot.pictures.layout import OFFICE_CELLS
from bot.pictures.plates import PlatePainter, cell
from bot.pictures.png import FILTER_BYTES, FILTER_UP, deflated, differences, filtered, framed
from bot.pictures.text_layout import set_tiles

_ZLIB_HEADER = b"\x78\x01"
_NEAR = range(-40, 41)
"""Differences of rows for which there is a code in any case: more than two levels of a ramp lie apart."""
_BARE = b"\0"
_INKED = b"\1"
_FILTER = bytes((FILTER_UP,))


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a file.

    Attributes:
        height: how many.
        pieces: of the stream.
        count: how many bytes they are uncompressed.
        sums: of those.
    """

    height: int
    pieces: Sequence[bytes]
    count: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class BlankPlates:
    """Blank plates, compressed.

    Attributes:
        painter: of the plates.
        part: with gaps for characters, and as if these were not there.
        gaps: for each character of each plate where in the pieces its lines go, and where in the
            uncompressed rows the first of them begins.
    """

    painter: PlatePainter
    part: Part
    gaps: tuple[tuple[slice, int], ...]


@dataclass(frozen=True, slots=True)
class _Tile:
    """A character, line by line."""

    lines: tuple[bytes, ...]
    sums: Sums


def _slot(painter: PlatePainter, place: int) -> tuple[int, int, int, int]:
    """Return the part of a plate whose rows differ with a character: its cell and the row below it.

    It reaches over the gap on its right, so that the byte before a slot and its last one are always the same.
    """
    cells = [one.pixels(painter.scale) for one in painter.layout.cells]
    left, top, right, bottom = cells[place]
    return left, top, cells[place + 1][0] if place + 1 < len(cells) else right + 1, bottom + 1


@lru_cache(maxsize=32)
def _code(painter: PlatePainter) -> ByteCode:
    """Return a code for all differences of rows on sheets of a painter's plates."""
    blank = painter.blank
    sheet = Image.new("L", (blank.width, blank.height + 1), painter.palette.text.ground)
    sheet.paste(blank)
    return ByteCode({*(near % 256 for near in _NEAR), *differences(sheet).tobytes()})


def _tile_of(painter: PlatePainter, area: Image.Image, stride: int, *, after_anything: bool = False) -> _Tile:
    """Return an area compressed, but for its first row and column, which are only looked at.

    Args:
        painter: on whose sheet it stands.
        area: mode L, of palette entries.
        stride: how many bytes there are from row to row of the sheet.
        after_anything: whether other columns may come before it: then no run reaches into it.
    """
    rows, width = differences(area).tobytes(), area.width
    lines = [rows[start : start + width] for start in range(width, len(rows), width)]
    if after_anything:
        lines = [(_INKED if line[1:2] == _BARE else _BARE) + line[1:] for line in lines]
    sums = sums_of(b"".join(line[1:].ljust(stride, b"\0") for line in lines))
    return _Tile(tuple(map(_code(painter).encode, lines)), sums)


@lru_cache(maxsize=4096)
def _tile(painter: PlatePainter, place: int, char: str, stride: int) -> _Tile:
    left, top, right, bottom = _slot(painter, place)
    plate = painter.blank.copy()
    plate.paste(*cell(painter, place, char))
    return _tile_of(painter, plate.crop((left - 1, top - 1, right, bottom)), stride)


def blank_plates(
    painter: PlatePainter, sheet: Image.Image, corners: Sequence[tuple[int, int]]
) -> BlankPlates:
    """Return plates compressed, with gaps for their characters.

    Args:
        painter: of the plates.
        sheet: with the blank plates, for the middle of a file: what comes right above it and right below it
            is bare.
        corners: left and top of each plate.
    """
    stride, data, encode = sheet.width + FILTER_BYTES, bytearray(filtered(sheet)), _code(painter).encode
    chars = [
        (left + slot[0], top + slot[1], slot[2] - slot[0], slot[3] - slot[1])
        for left, top in corners
        for slot in (_slot(painter, place) for place in range(OFFICE_CELLS, len(painter.layout.cells)))
    ]
    begins = [top * stride + FILTER_BYTES + left for left, top, _, _ in chars]
    lines = sorted(
        (begin + line * stride, width, number)
        for number, (begin, (_, _, width, height)) in enumerate(zip(begins, chars, strict=True))
        for line in range(height)
    )
    pieces: list[bytes] = []
    found: dict[int, list[int]] = {}
    done, before = 0, _BARE
    for begin, width, number in lines:
        if done < begin:
            pieces.append(encode(before + data[done:begin]))
        pieces.append(b"")
        found.setdefault(number, []).append(len(pieces) - 1)
        done = begin + width
        before = bytes(data[done - 1 : done])
        data[begin:done] = bytes(width)  # for the sums
    pieces.append(encode(before + data[done:]))
    gaps = tuple((_evenly(found[number]), begin) for number, begin in enumerate(begins))
    part = Part(sheet.height, tuple(pieces), len(data), sums_of(bytes(data)))
    return BlankPlates(painter, part, gaps)


def _evenly(places: Sequence[int]) -> slice:
    """Return the slice that is these places, which lie equally far apart."""
    return slice(places[0], places[-1] + 1, places[1] - places[0])


def numbered(blank: BlankPlates, serials: Sequence[str], width: int) -> Part:
    """Return plates with their serials.

    Args:
        blank: the plates.
        serials: what stands on them.
        width: of the sheet in px.

    Raises:
        ValueError: there are not as many as plates, or one cannot be drawn.
    """
    painter, pieces, sums = blank.painter, list(blank.part.pieces), blank.part.sums
    plain, placed = sums.plain, sums.placed
    places = range(OFFICE_CELLS, len(painter.layout.cells))
    chars = [(place, char) for serial in serials for place, char in zip(places, serial, strict=True)]
    for (place, char), (gap, begin) in zip(chars, blank.gaps, strict=True):
        tile = _tile(painter, place, char, width + FILTER_BYTES)
        pieces[gap] = tile.lines
        plain += tile.sums.plain
        placed += tile.sums.placed + begin * tile.sums.plain
    return Part(blank.part.height, pieces, blank.part.count, Sums(plain, placed))


def encoded(painter: PlatePainter, sheet: Image.Image) -> Part:
    """Return any rows that follow paper, the last of them bare."""
    data = filtered(sheet)
    return Part(sheet.height, (_code(painter).encode(_BARE + data),), len(data), sums_of(data))


@lru_cache(maxsize=64)
def bare(painter: PlatePainter, width: int, height: int) -> Part:
    """Return rows of paper that follow paper."""
    return encoded(painter, Image.new("L", (width, height), painter.palette.text.ground))


@lru_cache(maxsize=4096)
def _letter(painter: PlatePainter, letter: tuple[str, int], width: int, stride: int) -> _Tile:
    """Return a bold letter of a size, as wide as it is seen, and a row of paper below it."""
    char, size = letter
    ((tile, _),), _ = set_tiles(char, size, painter.palette.text, bold=True)
    area = Image.new("L", (width + 1, tile.height + 2), painter.palette.text.ground)
    area.paste(tile, (1, 1))
    return _tile_of(painter, area, stride, after_anything=True)


def lettered(painter: PlatePainter, line: tuple[str, int], left: int, width: int) -> Part:
    """Return a bold line on paper that follows paper, and a row of paper below it.

    Args:
        painter: of the plates, whose paper it is.
        line: a text, and the size of its type in px.
        left: where it begins, in px.
        width: of the sheet.
    """
    (text, size), stride, encode = line, width + FILTER_BYTES, _code(painter).encode
    tiles, length = set_tiles(text, size, painter.palette.text, bold=True)
    begins = [begin for _, begin in tiles]
    widths = [end - begin for begin, end in zip(begins, [*begins[1:], length], strict=True)]
    letters = [_letter(painter, (char, size), wide, stride) for char, wide in zip(text, widths, strict=True)]
    paper = bare(painter, width, len(letters[0].lines))
    sums = paper.sums
    step = len(letters) + 2  # what is left of them, they, what is right of them
    pieces = [b""] * (paper.height * step)
    pieces[::step] = [encode(_BARE + _FILTER + bytes(left))] * paper.height
    pieces[step - 1 :: step] = [encode(_INKED + bytes(width - left - length))] * paper.height
    for number, (letter, begin) in enumerate(zip(letters, begins, strict=True), start=1):
        pieces[number::step] = letter.lines
        sums += letter.sums.at(FILTER_BYTES + left + begin)
    return Part(paper.height, pieces, paper.count, sums)


def closing(sheet: Image.Image) -> Part:
    """Return the last rows of a file, which follow paper."""
    data = filtered(sheet)
    return Part(sheet.height, (deflated(data),), len(data), sums_of(data))


def spliced(painter: PlatePainter, width: int, parts: Sequence[Part]) -> bytes:
    """Return a PNG file of several parts.

    Args:
        painter: of the plates.
        width: of the sheet in px.
        parts: of it; the last one alone is of ``closing``.
    """
    code, count, sums = _code(painter), 0, Sums(0, 0)
    for part in parts:
        sums += part.sums.at(count)
        count += part.count
    *most, last = parts
    pieces = [_ZLIB_HEADER, code.opening]
    for part in most:
        pieces += part.pieces
    pieces += (code.closing, *last.pieces, sums.adler(count).to_bytes(4, "big"))
    stream = b"".join(pieces)
    return framed((width, sum(part.height for part in parts)), 8, painter.palette.entries, stream)
