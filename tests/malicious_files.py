"""Malicious and broken files, each with the error by which it is refused; all generated here."""

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image

from core.errors.photos import (
    PhotoAnimated,
    PhotoBlurred,
    PhotoError,
    PhotoNotAPicture,
    PhotoTooHeavy,
    PhotoTooLarge,
    PhotoTooNarrow,
    PhotoTooSmall,
)
from tests.photographed import Shot, grain, jpeg, page, photographed

HEIC = Path(__file__).parent / "samples" / "card.heic"
"""A drawn card of nobody, photographed and saved as a phone does; Pillow's HEIC plugin only reads."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9999" height="9999"><rect width="9" height="9"/></svg>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg"><text>&b;</text></svg>'
)
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 900 900\n(%pipe%id) (r) file\nshowpage\n"


@cache
def card() -> Image.Image:
    """Return a valid photo of an invented card."""
    return photographed(page("card", 1), Shot(side=800, noise=2), 1)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("card.jpg", bytes(100_000))
    return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *between: bytes, packed: bytes = b"") -> bytes:
    """Return a PNG file that declares a size; grey, eight bits."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = packed or zlib.compress(bytes(1000))
    return PNG_SIGNATURE + head + b"".join(between) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """Return millions of zeros, compressed a thousandfold."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(1 << 20)) for _ in range(count >> 20)]
    return b"".join([*parts, packer.flush()])


def webp(name: bytes, head: bytes) -> bytes:
    """Return a WebP file of one chunk."""
    body = b"WEBP" + name + struct.pack("<I", len(head)) + head
    return b"RIFF" + struct.pack("<I", len(body)) + body


def sized_jpeg(width: int, height: int) -> bytes:
    """Return a valid JPEG whose header declares another size."""
    content = bytearray(jpeg(card()))
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def sized_heic(width: int, height: int) -> bytes:
    """Return a valid HEIC whose header declares another size."""
    content = bytearray(HEIC.read_bytes())
    place = content.index(b"ispe") + 8
    content[place : place + 8] = struct.pack(">II", width, height)
    return bytes(content)


def twice_sized_jpeg() -> bytes:
    """Return a valid JPEG with a second header after the first, which declares a huge size."""
    content = jpeg(card())
    place = content.index(b"\xff\xc0")
    end = place + 2 + struct.unpack(">H", content[place + 2 : place + 4])[0]
    second = content[place : place + 5] + struct.pack(">HH", 60_000, 60_000) + content[place + 9 : end]
    return content[:end] + second + content[end:]


def webp_around(width: int, height: int, inner: Image.Image) -> bytes:
    """Return a WebP file whose canvas has another size than the picture in it."""
    said = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + said + saved(inner, "WEBP", method=0)[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def with_chunks(*chunks: bytes) -> bytes:
    """Return a valid PNG with further chunks after its header."""
    content = saved(card(), "PNG")
    return content[:33] + b"".join(chunks) + content[33:]


def moving(picture: Image.Image, kind: str) -> bytes:
    """Return an animation of two frames."""
    return saved(picture, kind, save_all=True, append_images=[picture.point(lambda value: 255 - value)])


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


Made = Callable[[], bytes]

REFUSED: dict[str, tuple[type[PhotoError], Made]] = {
    # no pictures at all
    "nothing": (PhotoNotAPicture, lambda: b""),
    "one byte": (PhotoNotAPicture, lambda: b"\xff"),
    "zeros": (PhotoNotAPicture, lambda: bytes(4096)),
    "text": (PhotoNotAPicture, "身份证照片在附件里".encode),
    "page of the web": (PhotoNotAPicture, lambda: b"<html><script>alert(1)</script></html>"),
    "SVG": (PhotoNotAPicture, lambda: SVG),
    "SVG with a billion laughs": (PhotoNotAPicture, lambda: LAUGHS),
    "ZIP": (PhotoNotAPicture, zipped),
    "ZIP behind the first bytes of a JPEG": (
        PhotoNotAPicture,
        lambda: b"\xff\xd8\xff\xe0" + zipped(),
    ),
    "gzip bomb": (PhotoNotAPicture, lambda: gzip.compress(bytes(10_000_000))),
    "PDF": (PhotoNotAPicture, lambda: PDF),
    "PostScript that calls a program": (PhotoNotAPicture, lambda: POSTSCRIPT),
    "program": (PhotoNotAPicture, lambda: b"\x7fELF\x02\x01\x01" + bytes(500)),
    "film": (PhotoNotAPicture, lambda: b"\x00\x00\x00\x20ftypisom" + bytes(500)),
    "sound in the coat of WebP": (
        PhotoNotAPicture,
        lambda: b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40),
    ),
    # pictures of kinds that are not taken
    "GIF": (PhotoNotAPicture, lambda: saved(card().resize((64, 64)), "GIF")),
    "moving GIF": (PhotoNotAPicture, lambda: moving(card().resize((64, 64)), "GIF")),
    "BMP": (PhotoNotAPicture, lambda: saved(card(), "BMP")),
    "TIFF": (PhotoNotAPicture, lambda: saved(card(), "TIFF")),
    "icon": (PhotoNotAPicture, lambda: saved(card().resize((64, 64)), "ICO")),
    "AVIF": (PhotoNotAPicture, lambda: b"\x00\x00\x00\x20ftypavif" + bytes(500)),
    # damaged
    "JPEG of a header alone": (PhotoNotAPicture, lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"),
    "half a JPEG": (PhotoNotAPicture, lambda: half(jpeg(card()))),
    "half a progressive JPEG": (
        PhotoNotAPicture,
        lambda: half(saved(card(), "JPEG", progressive=True)),
    ),
    "half a PNG": (PhotoNotAPicture, lambda: half(saved(card(), "PNG"))),
    "half a WebP": (PhotoNotAPicture, lambda: half(saved(card(), "WEBP"))),
    "half a HEIC": (PhotoNotAPicture, lambda: half(HEIC.read_bytes())),
    "WebP of a header alone": (PhotoNotAPicture, lambda: webp(b"VP8X", bytes(10))),
    "WebP with a chunk that nobody knows": (PhotoNotAPicture, lambda: webp(b"EVIL", bytes(10))),
    "HEIC of a header alone": (PhotoNotAPicture, lambda: HEIC.read_bytes()[:40]),
    "PNG with a wrong checksum": (
        PhotoNotAPicture,
        lambda: PNG_SIGNATURE + b"\x00\x00\x00\rIHDR" + bytes(17),
    ),
    "PNG with too few rows": (PhotoNotAPicture, lambda: png(900, 900)),
    "PNG without width": (PhotoNotAPicture, lambda: png(0, 900)),
    "JPEG without height": (PhotoNotAPicture, lambda: sized_jpeg(1000, 0)),
    # bombs
    "PNG of 3.6 thousand million pixels": (PhotoTooLarge, lambda: png(60_000, 60_000)),
    "PNG of more than anybody can count": (PhotoTooLarge, lambda: png(2**31 - 1, 2**31 - 1)),
    "PNG of one pixel too many": (
        PhotoTooLarge,
        lambda: png(5000, 5001, packed=zeros(5001 * 5001)),
    ),
    "PNG of 100 million pixels": (
        PhotoTooLarge,
        lambda: png(10_000, 10_000, packed=zeros(10_001 * 10_000)),
    ),
    "JPEG that says 65,500 by 65,500": (PhotoTooLarge, lambda: sized_jpeg(65_500, 65_500)),
    "WebP canvas of 16,777,216 squared": (
        PhotoTooLarge,
        lambda: webp(b"VP8X", bytes(4) + b"\xff" * 6),
    ),
    "lossless WebP of 16,384 squared": (
        PhotoTooLarge,
        lambda: webp(b"VP8L", b"\x2f\xff\xff\xff\x0f" + bytes(9)),
    ),
    "WebP of 16,383 squared": (
        PhotoTooLarge,
        lambda: webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(9)),
    ),
    "HEIC that says 30,000 by 30,000": (PhotoTooLarge, lambda: sized_heic(30_000, 30_000)),
    "HEIC that says less than it holds": (PhotoNotAPicture, lambda: sized_heic(790, 601)),
    "PNG with a packed text of 16 MB": (
        PhotoNotAPicture,
        lambda: png(900, 900, chunk(b"zTXt", b"a\x00\x00" + zeros(16 << 20))),
    ),
    "PNG with a packed profile of 16 MB": (
        PhotoNotAPicture,
        lambda: png(900, 900, chunk(b"iCCP", b"a\x00\x00" + zeros(16 << 20))),
    ),
    "PNG with eighty packed texts of 1 MB": (
        PhotoNotAPicture,
        lambda: with_chunks(*[chunk(b"zTXt", b"a\x00\x00" + zeros(1 << 20))] * 80),
    ),
    "PNG with a chunk that says 2 GB": (
        PhotoNotAPicture,
        lambda: with_chunks(struct.pack(">I", 2**31 - 1) + b"prVt"),
    ),
    "JPEG whose second header says 60,000 by 60,000": (PhotoTooLarge, twice_sized_jpeg),
    "WebP canvas of 900 by 700 around 9,000 squared": (
        PhotoNotAPicture,
        lambda: webp_around(900, 700, Image.new("RGB", (9000, 9000))),
    ),
    "HEIC that says 10 by 10": (PhotoTooSmall, lambda: sized_heic(10, 10)),
    "moving HEIC": (
        PhotoNotAPicture,
        lambda: HEIC.read_bytes().replace(b"ftypheic", b"ftypmsf1", 1),
    ),
    "JPEG of five thousand scans": (
        PhotoNotAPicture,
        lambda: jpeg(card())[:-2] + b"\xff\xda" * 5000,
    ),
    "file of more than 20 MB": (PhotoTooHeavy, lambda: jpeg(card()) + bytes(20_000_000)),
    # pictures, but no photos of papers
    "moving PNG": (PhotoAnimated, lambda: moving(card(), "PNG")),
    "moving WebP": (PhotoAnimated, lambda: moving(card(), "WEBP")),
    "one pixel": (PhotoTooSmall, lambda: saved(Image.new("RGB", (1, 1)), "PNG")),
    "thumbnail": (PhotoTooSmall, lambda: jpeg(card().resize((320, 240)))),
    "strip": (PhotoTooNarrow, lambda: jpeg(card().resize((3001, 600)))),
    "white sheet": (PhotoBlurred, lambda: jpeg(Image.new("RGB", (1600, 1200), "white"))),
    "black picture": (PhotoBlurred, lambda: jpeg(Image.new("RGB", (1600, 1200)))),
    "lens that was covered": (
        PhotoBlurred,
        lambda: jpeg(grain((1600, 1200), 6, random.Random(1))),
    ),
    "photo out of focus": (
        PhotoBlurred,
        lambda: jpeg(photographed(page("invoice", 1), Shot(side=1280, blur=5), 1)),
    ),
    "photo of a hand that trembled": (
        PhotoBlurred,
        lambda: jpeg(photographed(page("certificate", 2), Shot(side=1280, shake=40), 2)),
    ),
}
"""Files that are refused, by description."""
