"""Validates photos and reads barcodes in a child process, in which a photo can do no harm."""

from collections.abc import Callable

from bot.isolation.child import ChildLimits
from bot.isolation.runner import Cause, ChildFailedError, run_isolated
from bot.photos import barcodes
from bot.photos.barcodes import read_barcodes
from bot.photos.validation import ValidPhoto, validate
from core.errors.photos import BarcodeNotFound, BarcodeReaderNotInstalled, PhotoError, PhotoUnreadable
from core.settings import PhotoSettings

LIMITS = ChildLimits(memory=700_000_000, cpu_seconds=10, seconds=40)
"""A picture of 25 million pixels takes up to 400 MB and three seconds."""


async def validate_isolated(content: bytes, limits: PhotoSettings, child: ChildLimits = LIMITS) -> ValidPhoto:
    """Validate a photo, as ``validate`` does.

    Raises:
        PhotoError: as of ``validate``.
        PhotoUnreadable: the child process ended or exceeded its limits.
    """
    try:
        jpeg, width, height, sharpness, fingerprint = await run_isolated(
            validate_packed, content, limits, limits=child
        )
    except ChildFailedError:
        raise PhotoUnreadable from None
    return ValidPhoto(jpeg=jpeg, width=width, height=height, sharpness=sharpness, fingerprint=fingerprint)


async def read_barcodes_isolated(
    content: bytes, limits: PhotoSettings, is_it: Callable[[str], bool], child: ChildLimits = LIMITS
) -> tuple[str, ...]:
    """Return the texts of the barcodes in a photo, as ``read_barcodes`` does.

    Args:
        content: a file of unknown origin.
        limits: maximum sizes.
        is_it: a function of a module's top level, see ``read_barcodes``.
        child: limits of the child process.

    Raises:
        PhotoError: as of ``read_barcodes``.
        BarcodeNotFound: the same, or there was not enough time to find one.
        PhotoUnreadable: the child process ended or exceeded its limits of memory.
    """
    if not barcodes.INSTALLED:
        raise BarcodeReaderNotInstalled
    try:
        found: tuple[str, ...] = await run_isolated(read_barcodes, content, limits, is_it, limits=child)
    except ChildFailedError as failure:
        raise _unread(failure) from None
    return found


def validate_packed(content: bytes, limits: PhotoSettings) -> tuple[bytes, int, int, float, bytes]:
    """Validate a photo and return plain values: this runs in the child."""
    photo = validate(content, limits)
    return photo.jpeg, photo.width, photo.height, photo.sharpness, photo.fingerprint


def _unread(failure: ChildFailedError) -> PhotoError:
    return BarcodeNotFound() if failure.cause is Cause.TIME else PhotoUnreadable()
