"""Why a photo cannot be used, or cannot be kept."""

from dataclasses import dataclass

from core.errors.base import InputError, OperationError


class PhotoError(InputError):
    """A photo cannot be used."""


class PhotoNotAPicture(PhotoError):
    """What was sent is no picture of a kind that is taken, or one that breaks off."""


class PhotoFormatNotInstalled(PhotoError):
    """The photo is HEIC, and its reader is not installed: pip install "xuanhao[photos]"."""


class PhotoAnimated(PhotoError):
    """The picture has several frames or pages."""


@dataclass(eq=False, repr=False, kw_only=True)
class PhotoTooHeavy(PhotoError):
    """The file is too large."""

    most_bytes: int


@dataclass(eq=False, repr=False, kw_only=True)
class PhotoTooLarge(PhotoError):
    """The picture has too many pixels."""

    most_pixels: int


@dataclass(eq=False, repr=False, kw_only=True)
class PhotoTooSmall(PhotoError):
    """The picture has too few pixels to be read."""

    min_side: int  # pixels that the shorter side must have
    width: int  # pixels of the longer side
    height: int  # pixels of the shorter side


class PhotoTooNarrow(PhotoError):
    """The picture is a strip, not a photo of something."""


class PhotoBlurred(PhotoError):
    """The photo is blurred."""


class PhotoRepeated(PhotoError):
    """The photo is the same picture as one that was sent before."""


class BarcodeReaderNotInstalled(PhotoError):
    """Barcodes cannot be read, for their reader is not installed: pip install "xuanhao[photos]"."""


class BarcodeNotFound(PhotoError):
    """No barcode was found in the photo."""


class BarcodeWithoutVin(PhotoError):
    """Barcodes were read in the photo, but none holds a VIN."""


class PhotoStoreError(OperationError):
    """A photo cannot be kept, read or deleted: look at the folder of photos."""
