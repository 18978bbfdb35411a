"""The format of a picture, from its bytes alone: names and declared types are not trusted."""

import re
import struct
from enum import StrEnum
from functools import cache
from importlib.util import find_spec

from core.errors.photos import PhotoAnimated, PhotoFormatNotInstalled, PhotoNotAPicture

HEIC_INSTALLED = find_spec("pi_heif") is not None
"""Whether the extra ``photos`` is installed. The decoder is loaded with the first such photo."""

_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1"))
_MOST_SCANS = 64
"""Maximum number of scans.

A progressive JPEG has about ten; each of thousands would be a pass over the whole picture.
"""
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers without a length: TEM, RST0 to RST7, SOI."""
_MARKER = re.compile(rb"\xff+[^\x00\xff]")
_MARKER_IN_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_VP8_START = b"\x9d\x01\x2a"
_VP8L_SIGNATURE = 0x2F
_ANIMATION = 0x02


class Kind(StrEnum):
    """An accepted format, by the name of the Pillow plugin that alone may open it."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIC = "HEIF"


def kind_of(content: bytes) -> Kind:
    """Return the format of a picture.

    Raises:
        PhotoNotAPicture: the format is not accepted, or the file is built to decode endlessly.
        PhotoFormatNotInstalled: it is HEIC, which needs the extra ``photos``.
    """
    if content.startswith(b"\xff\xd8\xff"):
        _validate_scans(content)
        return Kind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Kind.WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        if not HEIC_INSTALLED:
            raise PhotoFormatNotInstalled
        _register_heic()
        return Kind.HEIC
    raise PhotoNotAPicture


@cache
def _register_heic() -> None:
    import pi_heif  # noqa: PLC0415 - an optional library, for such photos only

    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def _validate_scans(content: bytes) -> None:
    """Count the scans of a JPEG image up to its end; behind it a phone may have put a video.

    Raises:
        PhotoNotAPicture: there are too many.
    """
    place, scans, markers = 2, 0, _MARKER
    while (found := markers.search(content, place)) is not None:
        place, marker, markers = found.end(), content[found.end() - 1], _MARKER
        if marker == _END_OF_IMAGE:
            return
        if marker in _ALONE:
            continue
        if marker == _START_OF_SCAN:
            scans, markers = scans + 1, _MARKER_IN_SCAN
            if scans > _MOST_SCANS:
                raise PhotoNotAPicture
        place += int.from_bytes(content[place : place + 2], "big")


def webp_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a WebP file, from its first chunk.

    Pillow's decoder allocates memory for the whole picture on opening, before its size could be checked.

    Raises:
        PhotoAnimated: it is an animation.
        PhotoNotAPicture: it has no header.
    """
    chunk, head = content[12:16], content[20:30]
    if len(head) == 10:  # noqa: PLR2004 - as many bytes as the longest of the three headers needs
        if chunk == b"VP8X":
            if head[0] & _ANIMATION:
                raise PhotoAnimated
            return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
        if chunk == b"VP8 " and head[3:6] == _VP8_START:
            width, height = struct.unpack("<HH", head[6:10])
            return width & 0x3FFF, height & 0x3FFF
        if chunk == b"VP8L" and head[0] == _VP8L_SIGNATURE:
            bits = int.from_bytes(head[1:5], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise PhotoNotAPicture
