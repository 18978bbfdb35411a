"""PNG files of drawings, written for speed (PNG specification, third edition, sections 5, 7, 9 and 11).

Pillow's encoder leaves every row as it is. Drawings of plates are full of upright strokes, so rows
mostly repeat the one above; written as differences (the filter «Up») they are nearly all zeros,
and a deflate that looks for runs alone is quick. Sixteen colours or fewer go two to a byte.

Measured with ``benchmarks/pictures.py`` on one of two busy cores (AMD EPYC, Pillow 13.0, zlib 1.2.13):
for ten small plates, 800×737 px, Pillow's encoder needs 5.8 ms for 42 kB, with its default effort
15 ms for 34 kB, JPEG of quality 80 3.9 ms for 142 kB, this module 2.8-3.1 ms for 33 kB; with all drawing
the batch takes 3.8-4.5 ms, of which 2 ms are spent in deflate, outside the interpreter's lock.
"""

import struct
import zlib

from PIL import Image, ImageChops

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPE_PALETTE = 3
FILTER_UP = 2
FILTER_BYTES = 1
"""Before each row stands how it is filtered."""
_NIBBLE_COLOURS = 16
_EFFORT = 1
_MEMORY = 8
_BLOCKS_KEPT = 8


# Sheets come and go by the megabyte; memory handed back to the system must be faulted in anew each
# time, which cost up to a millisecond a picture. Pillow keeps this many freed blocks (at most 16 MB each).
Image.core.set_blocks_max(_BLOCKS_KEPT)  # type: ignore[attr-defined]  # documented under Block Allocator, untyped


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(name)))


def _packed(sheet: Image.Image) -> Image.Image:
    """Return a sheet of small values as one of half the width: two to a byte, the left one high."""
    image = sheet.copy()
    image.putpalette(b"")  # Pillow packs pictures with a palette only
    rows = image.tobytes("raw", "P;4")
    return Image.frombytes("L", ((sheet.width + 1) // 2, sheet.height), rows)


def differences(rows: Image.Image) -> Image.Image:
    """Return every row as its difference from the one above; that of the first is 0."""
    above = Image.new("L", rows.size)
    above.paste(rows, (0, 1))
    return ImageChops.subtract_modulo(rows, above)


def filtered(rows: Image.Image) -> bytes:
    """Return every row as its difference from the one above, after its filter byte."""
    sheet = Image.new("L", (rows.width + FILTER_BYTES, rows.height), FILTER_UP)
    sheet.paste(differences(rows), (FILTER_BYTES, 0))
    return sheet.tobytes()


def deflated(data: bytes) -> bytes:
    """Return filtered rows as the end of a stream of deflate that begins with a byte."""
    deflate = zlib.compressobj(_EFFORT, zlib.DEFLATED, -zlib.MAX_WBITS, _MEMORY, zlib.Z_RLE)
    return deflate.compress(data) + deflate.flush()


def framed(size: tuple[int, int], bits: int, palette: bytes, stream: bytes) -> bytes:
    """Return a PNG file around its compressed rows.

    Args:
        size: width and height in px.
        bits: of each pixel.
        palette: red, green, blue of each entry.
        stream: the rows, filtered and compressed, with zlib's header and checksum.
    """
    header = struct.pack(">IIBBBBB", *size, bits, _COLOUR_TYPE_PALETTE, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", stream), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def encoded(sheet: Image.Image, palette: bytes) -> bytes:
    """Return a PNG file.

    Args:
        sheet: mode L, of entries of the palette.
        palette: red, green, blue of each entry; at most 256 entries.
    """
    bits = 4 if len(palette) <= 3 * _NIBBLE_COLOURS else 8
    rows = _packed(sheet) if len(palette) <= 3 * _NIBBLE_COLOURS else sheet
    deflate = zlib.compressobj(_EFFORT, zlib.DEFLATED, zlib.MAX_WBITS, _MEMORY, zlib.Z_RLE)
    stream = deflate.compress(filtered(rows)) + deflate.flush()
    return framed(sheet.size, bits, palette, stream)
