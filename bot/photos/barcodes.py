"""The texts of the barcodes in a photo: QR, Data Matrix, PDF417, Code 39 and Code 128.

Codes of squares are found at any angle. Codes of bars are found only within some 8 degrees of upright or of a
quarter turn, so the photo is looked at turned in steps of 15 degrees; and once more enlarged, for fine bars.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image

from bot.photos.opening import ALONE, looked_at, unfolded
from core.errors import BarcodeNotFound, BarcodeReaderNotInstalled
from core.settings import Photos

try:
    import zxingcpp
except ImportError:  # the extra ``photos`` is not installed
    INSTALLED = False
else:
    INSTALLED = True

_SIDES = (1600, 2400)
"""Pixels of the longer side on which it is looked for: one after the other."""

_ANGLES = (0, 15, -15, 30, -30, 45)
"""Degrees; with the quarter turns that the reader tries itself they leave no gap."""

_GREY = 200


def read_barcodes(content: bytes, limits: Photos, is_it: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the texts of the barcodes in a photo; to be called in a thread, where photos take turns.

    Args:
        content: a file of unknown origin.
        limits: how large it may be; small and narrow ones are taken.
        is_it: whether a text is what is looked for; with the first one looking ends.

    Raises:
        BarcodeReaderNotInstalled: the extra ``photos`` is not installed.
        BarcodeNotFound: there are none.
        PhotoError: it is no photo that can be looked at.
    """
    if not INSTALLED:
        raise BarcodeReaderNotInstalled
    picture = looked_at(content, limits)
    found: dict[str, None] = {}  # a set that keeps its order
    with ALONE:
        grey = unfolded(picture, limits, _SIDES[-1]).convert("L")
        del picture
        for texts in map(_texts, _views(grey)):
            found.update(dict.fromkeys(texts))
            if any(is_it(text) for text in texts):
                break
    if not found:
        raise BarcodeNotFound
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A photo as it is looked at once."""

    grey: Image.Image
    bars_alone: bool  # squares have been looked for before


def _views(grey: Image.Image) -> Iterator[_View]:
    for side in _SIDES:
        scale = side / max(grey.size)
        size = (max(round(grey.width * scale), 1), max(round(grey.height * scale), 1))
        # A picture that is small already is not made larger in the first round.
        scaled = grey if scale >= 1 and side == _SIDES[0] else grey.resize(size, Image.Resampling.BICUBIC)
        for angle in _ANGLES:
            turned = scaled.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_GREY)
            yield _View(grey=turned, bars_alone=angle != 0)


def _texts(view: _View) -> list[str]:
    kinds = zxingcpp.BarcodeFormat
    wanted = [kinds.PDF417, kinds.Code39, kinds.Code128]
    if not view.bars_alone:
        wanted += [kinds.QRCode, kinds.DataMatrix]
    codes = zxingcpp.read_barcodes(
        view.grey, formats=zxingcpp.BarcodeFormats(wanted), text_mode=zxingcpp.TextMode.Plain
    )
    return [code.text for code in codes if code.text]
