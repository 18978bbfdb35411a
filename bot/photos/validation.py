"""Validation of photos of documents, and the copy that is stored."""

import io
from dataclasses import dataclass, field

from PIL import Image

from bot.photos.decoding import looked_at, unfolded
from bot.photos.perceptual_hash import fingerprint
from bot.photos.sharpness import sharpness
from core.errors.photos import PhotoBlurred, PhotoTooNarrow, PhotoTooSmall
from core.settings import PhotoSettings

KEPT_SIDE = 3200
"""Maximum pixels of the longer side of the stored copy: 270 per inch of an A4 sheet."""

MOST_NARROW = 5
"""Maximum aspect ratio; the messenger shows reviewers no photo beyond 20."""

_QUALITY = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidPhoto:
    """A photo that passed validation."""

    jpeg: bytes = field(repr=False)  # upright, on white, and without EXIF or profile
    width: int  # pixels of the upright original
    height: int
    sharpness: float
    fingerprint: bytes = field(repr=False)  # for ``bot.photos.perceptual_hash.is_same``


def validate(content: bytes, limits: PhotoSettings) -> ValidPhoto:
    """Validate a photo; the program calls it in a child process (``isolated``).

    Args:
        content: a file of unknown origin.
        limits: what is asked of it.

    Raises:
        PhotoError: it cannot be used; the class says why.
    """
    picture = looked_at(content, limits)
    shorter, longer = sorted(picture.size)
    _validate_size(shorter, longer, limits)
    plain = unfolded(picture, limits, KEPT_SIDE)
    del picture
    is_upright = plain.height > plain.width
    found = sharpness(plain)
    if found < limits.min_sharpness:
        raise PhotoBlurred
    return ValidPhoto(
        jpeg=_written(plain),
        width=shorter if is_upright else longer,
        height=longer if is_upright else shorter,
        sharpness=found,
        fingerprint=fingerprint(plain),
    )


def _validate_size(shorter: int, longer: int, limits: PhotoSettings) -> None:
    if shorter < limits.min_side:
        raise PhotoTooSmall(min_side=limits.min_side, width=longer, height=shorter)
    if longer > MOST_NARROW * shorter:
        raise PhotoTooNarrow


def _written(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
