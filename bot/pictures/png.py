"""A fast PNG encoder for palette drawings (PNG specification, third edition, sections 5, 7, 9 and 11).

Pixels are palette entries, packed two to a byte if there are at most sixteen colours. They are deflated by
ISA-L (package ``isal``), in a tenth of zlib's time. Rows are not filtered: that would cost more time than it
saves bytes. Figures: ``docs/decisions/2026-11-27-isal-for-pictures.md``.
"""

import struct

from PIL import Image

try:
    from isal.isal_zlib import compress, crc32
except ImportError:  # no wheel for this platform (see pyproject.toml): zlib is slower
    from zlib import compress, crc32

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPE_PALETTE = 3
_NIBBLE = 4
_BYTE = 8
_LEVEL = 1
_BLOCKS_KEPT = 8


# Sheets of a megabyte are allocated and freed all the time; memory returned to the system must be faulted
# in again, which costs up to a millisecond per picture. Pillow keeps this many freed blocks (at most 16 MB
# each).
Image.core.set_blocks_max(_BLOCKS_KEPT)  # type: ignore[attr-defined]  # documented under Block Allocator, untyped


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc32(data, crc32(name)))


def _rows(sheet: Image.Image, bits: int) -> bytes:
    """Return the rows in PNG form: a byte 0 (no filter), then the pixels."""
    margin = 8 // bits  # of entry 0, becomes the byte before each row
    rows = Image.new("L", (sheet.width + margin, sheet.height))
    rows.paste(sheet, (margin, 0))
    if bits == _BYTE:
        return rows.tobytes()
    rows.putpalette(b"")  # Pillow packs only images with a palette
    return rows.tobytes("raw", "P;4")


def encoded(sheet: Image.Image, palette: bytes) -> bytes:
    """Return a PNG file.

    Args:
        sheet: mode L, of palette entries.
        palette: red, green, blue of each entry; at most 256 entries.
    """
    bits = _NIBBLE if len(palette) <= 3 << _NIBBLE else _BYTE
    header = struct.pack(">IIBBBBB", *sheet.size, bits, _COLOUR_TYPE_PALETTE, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", palette),
        (b"IDAT", compress(_rows(sheet, bits), _LEVEL)),
        (b"IEND", b""),
    )
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)
