"""Sheets of plates as files put together of rows that were compressed before: only what is new is touched.

A sheet is three parts: what is above the plates, the plates, what is below them. The first and the last are
deflated as they are. Of the plates the blank ones lie compressed, with a gap for each line of each character;
so does each character in each place of a plate, line by line. Ten numbers are laid into the gaps as lists are
into one another, and joined.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from bot.pictures.bytewise import ByteCode, Sums, adler_of, sums_of
from bot.pictures.layout import OFFICE_CELLS
from bot.pictures.plates import PlatePainter, cell
from bot.pictures.pngfile import FILTER_BYTES, deflated, differences, filtered, framed

_ZLIB_HEADER = b"\x78\x01"
_NEAR = range(-40, 41)
"""Differences of rows for which there is a code in any case: more than two levels of a ramp lie apart."""


@dataclass(frozen=True, slots=True)
class _Tile:
    """A character in its place on a plate, line by line."""

    lines: tuple[bytes, ...]
    sums: Sums


@dataclass(frozen=True, slots=True)
class BlankPlates:
    """Blank plates below one another, compressed, with gaps for their characters.

    Attributes:
        painter: of the plates.
        size: width and height in px.
        pieces: compressed, and gaps.
        gaps: for each character of each plate where its lines go, and how far from the end of the
            uncompressed stream the first of them begins.
        sums: of the uncompressed stream, without the characters.
    """

    painter: PlatePainter
    size: tuple[int, int]
    pieces: tuple[bytes, ...]
    gaps: tuple[tuple[slice, int], ...]
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


@lru_cache(maxsize=4096)
def _tile(painter: PlatePainter, place: int, char: str, stride: int) -> _Tile:
    left, top, right, bottom = _slot(painter, place)
    plate = painter.blank.copy()
    plate.paste(*cell(painter, place, char))
    area = differences(plate.crop((left - 1, top - 1, right, bottom)))
    rows, width = area.tobytes(), area.width
    lines = [rows[start : start + width] for start in range(width, len(rows), width)]
    sums = sums_of(b"".join(line[1:].ljust(stride, b"\0") for line in lines))
    return _Tile(tuple(map(_code(painter).encode, lines)), sums)


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
    done, before = 0, b"\0"
    for begin, width, number in lines:
        if done < begin:
            pieces.append(encode(before + data[done:begin]))
        pieces.append(b"")
        found.setdefault(number, []).append(len(pieces) - 1)
        done = begin + width
        before = bytes(data[done - 1 : done])
        data[begin:done] = bytes(width)  # for the sums
    pieces.append(encode(before + data[done:]))
    gaps = tuple((_evenly(found[number]), len(data) - begin) for number, begin in enumerate(begins))
    return BlankPlates(painter, sheet.size, tuple(pieces), gaps, sums_of(bytes(data)))


def _evenly(places: Sequence[int]) -> slice:
    """Return the slice that is these places, which lie equally far apart."""
    return slice(places[0], places[-1] + 1, places[1] - places[0])


@dataclass(frozen=True, slots=True)
class Margin:
    """What is above or below the plates, deflated.

    Attributes:
        height: in px.
        part: of the stream.
        count: how many bytes it has uncompressed.
        sums: of them.
    """

    height: int
    part: bytes
    count: int
    sums: Sums


def margin(sheet: Image.Image, *, is_last: bool) -> Margin:
    """Return what is above or below the plates deflated.

    Args:
        sheet: mode L, of palette entries; the last row of what is above is bare.
        is_last: whether it is below them.
    """
    data = filtered(sheet)
    return Margin(sheet.height, deflated(data, is_last=is_last), len(data), sums_of(data))


def spliced(blank: BlankPlates, serials: Sequence[str], above: Margin, below: Margin) -> bytes:
    """Return a PNG file of numbered plates.

    Args:
        blank: the plates.
        serials: what stands on them.
        above: them.
        below: them.

    Raises:
        ValueError: a serial cannot be drawn.
    """
    painter, (width, height) = blank.painter, blank.size
    stride = width + FILTER_BYTES
    count = stride * height + below.count
    plain = above.sums.plain + blank.sums.plain + below.sums.plain
    falling = (
        above.sums.before(above.count + count) + blank.sums.before(count) + below.sums.before(below.count)
    )
    pieces = list(blank.pieces)
    places = range(OFFICE_CELLS, len(painter.layout.cells))
    chars = [(place, char) for serial in serials for place, char in zip(places, serial, strict=True)]
    for (place, char), (gap, rest) in zip(chars, blank.gaps, strict=True):
        tile = _tile(painter, place, char, stride)
        pieces[gap] = tile.lines
        plain += tile.sums.plain
        falling += tile.sums.before(rest + below.count)
    adler = adler_of(above.count + count, plain, falling).to_bytes(4, "big")
    code = _code(painter)
    stream = b"".join((_ZLIB_HEADER, above.part, code.opening, *pieces, code.closing, below.part, adler))
    return framed((width, above.height + height + below.height), 8, painter.palette.entries, stream)
