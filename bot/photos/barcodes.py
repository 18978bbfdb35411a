"""The texts of the barcodes in a photo: QR, Data Matrix, PDF417, Code 39 and Code 128.

Codes of squares are found at any angle. Codes of bars are found only within some 8 degrees of upright or of a
quarter turn, so the photo is looked at turned in steps of 15 degrees; and once more enlarged, for fine bars.
Codes light on dark are read too: of squares by the reader itself, of bars in the photo's negative.
"""

from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from PIL import Image, ImageOps

from bot.photos.decoding import ALONE, looked_at, unfolded
from core.errors import BarcodeNotFound, BarcodeReaderNotInstalled
from core.settings import PhotoSettings

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

_TAIL = 0.01  # of the darkest and of the lightest pixels contrast does not go by
_DARK, _LIGHT = 64, 192
"""Between these a pale photo is stretched, no further: at the ends small squares run into each other."""


def read_barcodes(content: bytes, limits: PhotoSettings, is_it: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the texts of the barcodes in a photo; to be called in a thread, where photos take turns.

    Args:
        content: a file of unknown origin.
        limits: how large it may be; small and narrow ones are taken.
        is_it: whether a text is what is looked for. Where one is, the photo is still looked at from the other
            angles, for there may be a second one that lies another way; but not enlarged.

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
        grey = _stretched(unfolded(picture, limits, _SIDES[-1]).convert("L"))
        del picture
        for side in _SIDES:
            for view in _views(grey, side):
                found.update(dict.fromkeys(_texts(view)))
            if any(is_it(text) for text in found):
                break
    if not found:
        raise BarcodeNotFound
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A photo as it is looked at once."""

    grey: Image.Image
    turned: bool  # squares have been looked for before
    enlarged: bool


def _stretched(grey: Image.Image) -> Image.Image:
    """Return a photo with enough contrast for bars; one that has it stays as it is."""
    sums = list(accumulate(grey.histogram()))
    darkest, lightest = (bisect(sums, sums[-1] * share) for share in (_TAIL, 1 - _TAIL))
    by = (_LIGHT - _DARK) / max(lightest - darkest, 1)
    if by <= 1:
        return grey
    return grey.point([min(max(round((value - darkest) * by) + _DARK, 0), 255) for value in range(256)])


def _views(grey: Image.Image, side: int) -> Iterator[_View]:
    scale = side / max(grey.size)
    size = (max(round(grey.width * scale), 1), max(round(grey.height * scale), 1))
    # A picture that is small already is not made larger in the first round.
    scaled = grey if scale >= 1 and side == _SIDES[0] else grey.resize(size, Image.Resampling.BICUBIC)
    for angle in _ANGLES:
        turned = scaled.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_GREY)
        yield _View(grey=turned, turned=angle != 0, enlarged=side != _SIDES[0])


def _texts(view: _View) -> Iterator[str]:
    kinds = zxingcpp.BarcodeFormat
    bars, stacked, squares = [kinds.Code39, kinds.Code128], [kinds.PDF417], [kinds.QRCode, kinds.DataMatrix]
    yield from _read(view.grey, bars + stacked + ([] if view.turned else squares))
    # Stacked bars take twice as long as all others, so light on dark they are looked for once.
    yield from _read(ImageOps.invert(view.grey), bars + ([] if view.enlarged else stacked))


def _read(grey: Image.Image, kinds: list["zxingcpp.BarcodeFormat"]) -> Iterator[str]:
    codes = zxingcpp.read_barcodes(
        grey, formats=zxingcpp.BarcodeFormats(kinds), text_mode=zxingcpp.TextMode.Plain
    )
    return (code.text for code in codes if code.text)
