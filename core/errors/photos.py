"""Why a photo cannot be used or stored."""

from dataclasses import dataclass

from core.errors.base import InputError, OperationError


class PhotoError(InputError):
    """A photo cannot be used."""


class PhotoNotAPicture(PhotoError):
    """The file is not an image of a supported format, or it is truncated."""


class PhotoFormatNotInstalled(PhotoError):
    """The photo is HEIC, and the decoder is not installed: pip install "xuanhao[photos]"."""


class PhotoAnimated(PhotoError):
    """The image has several frames or pages."""


@dataclass(eq=False, repr=False, kw_only=True)
class PhotoTooHeavy(PhotoError):
    """The file is too large."""

    most_bytes: int


@dataclass(eq=False, repr=False, kw_only=True)
class PhotoTooLarge(PhotoError):
    """The image has too many pixels."""

    most_pixels: int


@dataclass(eq=False, repr=False, kw_only=True)
class PhotoTooSmall(PhotoError):
    """The image has too few pixels to be legible."""

    min_side: int  # minimum of the shorter side, in pixels
    width: int  # pixels of the longer side
    height: int  # pixels of the shorter side


class PhotoTooNarrow(PhotoError):
    """The image is too narrow to be a photo: its aspect ratio is that of a strip."""


class PhotoBlurred(PhotoError):
    """The photo is blurred."""


class PhotoUnreadable(PhotoError):
    """Decoding the photo takes too much memory or time, or ends the process that decodes it."""


class PhotoRepeated(PhotoError):
    """The photo is a duplicate of one sent before."""


class BarcodeReaderNotInstalled(PhotoError):
    """The barcode reader is not installed: pip install "xuanhao[photos]"."""


class BarcodeNotFound(PhotoError):
    """No barcode was found in the photo."""


class BarcodeWithoutVin(PhotoError):
    """The photo has barcodes, but none contains a VIN."""


@dataclass(eq=False, repr=False, kw_only=True)
class BarcodeVinMistyped(PhotoError):
    """A barcode contains a VIN, but with a wrong check digit: it is printed or was generated wrongly."""

    grouped: str  # as it was read, in groups of 3-6-8


class BarcodeWithoutCertificate(PhotoError):
    """The photo has barcodes, but none contains a certificate number."""


class PhotoStoreError(OperationError):
    """A photo cannot be stored, read or deleted: check the photo folder."""
