"""Decode untrusted bytes into an upright RGB picture.

The header is validated before anything is decompressed. A picture of 25 million pixels needs some hundred
megabytes for a second; the program decodes in child processes, a few at a time (``isolated``).
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from bot.photos.formats import Kind, kind_of, webp_size
from core.errors.photos import PhotoAnimated, PhotoError, PhotoNotAPicture, PhotoTooHeavy, PhotoTooLarge
from core.settings import PhotoSettings

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The transposition that makes a picture upright, by its EXIF orientation."""


def looked_at(content: bytes, limits: PhotoSettings) -> Image.Image:
    """Open a picture and validate its header; pixels are not decoded.

    Raises:
        PhotoError: it is too large in bytes or pixels, moves, or is no picture.
    """
    if len(content) > limits.most_bytes:
        raise PhotoTooHeavy(most_bytes=limits.most_bytes)
    kind = kind_of(content)
    if kind is Kind.WEBP:
        _validate_pixels(webp_size(content), limits)
    with _refusing_in_words(limits):
        picture = Image.open(io.BytesIO(content), formats=(kind,))
        _validate_pixels(picture.size, limits)
        # A HEIC or JPEG file of a phone may hold further pictures behind the primary one.
        if kind in {Kind.PNG, Kind.WEBP} and getattr(picture, "n_frames", 1) > 1:
            raise PhotoAnimated
    return picture


def unfolded(picture: Image.Image, limits: PhotoSettings, most_side: int) -> Image.Image:
    """Decode to an upright copy in RGB on white, without metadata, its longer side at most ``most_side``.

    Raises:
        PhotoNotAPicture: the data are damaged or truncated.
    """
    with _refusing_in_words(limits):
        if max(picture.size) > most_side:
            picture.draft("RGB", _fitting(picture.size, most_side))  # a JPEG is decoded at a smaller scale
        picture.load()
        _validate_pixels(picture.size, limits)
        turn = _UPRIGHT.get(_orientation(picture))  # in a PNG it may follow the pixels
        plain = _in_rgb(picture, most_side)
        return plain if turn is None else plain.transpose(turn)


def _in_rgb(picture: Image.Image, most_side: int) -> Image.Image:
    if picture.mode.startswith("I;16"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    elif picture.has_transparency_data:
        picture = _on_white(picture)
    elif picture.mode not in {"RGB", "L"}:
        picture = picture.convert("RGB")
    picture.thumbnail((most_side, most_side), Image.Resampling.LANCZOS)
    plain = picture.convert("RGB")
    plain.info.clear()  # or a comment in it would be written into the JPEG
    return plain


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        picture = picture.convert("RGBA")
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _orientation(picture: Image.Image) -> int:
    """Return the EXIF orientation; 1 (upright) if it is absent or invalid."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - damaged EXIF is no reason to refuse a good picture
        return 1


def _fitting(size: tuple[int, int], most_side: int) -> tuple[int, int]:
    """Return a size of the same aspect ratio whose longer side is ``most_side``."""
    longer = max(size)
    return max(size[0] * most_side // longer, 1), max(size[1] * most_side // longer, 1)


def _validate_pixels(size: tuple[int, int], limits: PhotoSettings) -> None:
    if size[0] * size[1] > limits.most_pixels:
        raise PhotoTooLarge(most_pixels=limits.most_pixels)


@contextmanager
def _refusing_in_words(limits: PhotoSettings) -> Iterator[None]:
    """Translate any exception of a decoder into a ``PhotoError``."""
    try:
        yield
    except (PhotoError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoTooLarge(most_pixels=limits.most_pixels) from None
    except Exception:  # noqa: BLE001 - Pillow raises anything on bytes that are made to hurt
        raise PhotoNotAPicture from None
