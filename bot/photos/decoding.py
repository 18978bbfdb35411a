"""From bytes of unknown origin to an upright picture in RGB, without trusting a word of them.

The header is read and judged before anything unfolds. One picture unfolds at a time, whoever asks: one of
25 million pixels takes some hundred megabytes for a second, and ten of them beside each other would take the
machine. To be called in a thread.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from bot.photos.formats import Kind, kind_of, webp_size
from core.errors import PhotoAnimated, PhotoError, PhotoNotAPicture, PhotoTooHeavy, PhotoTooLarge
from core.settings import PhotoSettings

ALONE = threading.Lock()
"""Held by whoever unfolds a picture, for as long as it is large."""

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
"""What sets a picture upright, by its EXIF orientation."""


def looked_at(content: bytes, limits: PhotoSettings) -> Image.Image:
    """Return a picture of which only the header has been read.

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
        # A telephone's HEIC or JPEG may hold further pictures behind the one that is meant.
        if kind in {Kind.PNG, Kind.WEBP} and getattr(picture, "n_frames", 1) > 1:
            raise PhotoAnimated
    return picture


def unfolded(picture: Image.Image, limits: PhotoSettings, most_side: int) -> Image.Image:
    """Return an upright copy in RGB on white, its longer side at most ``most_side``, and nothing beside it.

    Raises:
        PhotoNotAPicture: it is damaged, or breaks off.
    """
    with _refusing_in_words(limits):
        if max(picture.size) > most_side:
            picture.draft("RGB", _fitting(picture.size, most_side))  # a JPEG unfolds smaller at once
        picture.load()
        _validate_pixels(picture.size, limits)
        turn = _UPRIGHT.get(_orientation(picture))  # of a PNG it may stand behind the pixels
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
    plain.info.clear()  # a comment in it would be written into the JPEG
    return plain


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        picture = picture.convert("RGBA")
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _orientation(picture: Image.Image) -> int:
    """Return the EXIF orientation; 1 (upright) where there is none, or none that can be understood."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - damaged EXIF is no reason to refuse a good picture
        return 1


def _fitting(size: tuple[int, int], most_side: int) -> tuple[int, int]:
    """Return a size of the same shape whose longer side is ``most_side``."""
    longer = max(size)
    return max(size[0] * most_side // longer, 1), max(size[1] * most_side // longer, 1)


def _validate_pixels(size: tuple[int, int], limits: PhotoSettings) -> None:
    if size[0] * size[1] > limits.most_pixels:
        raise PhotoTooLarge(most_pixels=limits.most_pixels)


@contextmanager
def _refusing_in_words(limits: PhotoSettings) -> Iterator[None]:
    """Make whatever a decoder throws an error that a person can be told."""
    try:
        yield
    except PhotoError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoTooLarge(most_pixels=limits.most_pixels) from None
    except Exception:  # noqa: BLE001 - Pillow raises anything on bytes that are made to hurt
        raise PhotoNotAPicture from None
