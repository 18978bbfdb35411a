"""The texts of the barcodes in a photo: QR, Data Matrix, PDF417, Code 39 and Code 128.

The reader finds matrix codes at any angle, but linear codes only within some 8 degrees of upright or of a
quarter turn. The photo is therefore rotated in steps of 15 degrees, and enlarged once more for fine bars.
Codes that are light on dark are read too: matrix codes by the reader itself, linear codes in the photo's
negative.
"""

import time
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import accumulate
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from bot.photos.decoding import looked_at, unfolded
from core.errors.photos import BarcodeNotFound, BarcodeReaderNotInstalled
from core.settings import PhotoSettings

if TYPE_CHECKING:
    import zxingcpp

INSTALLED = find_spec("zxingcpp") is not None
"""Whether the extra ``photos`` is installed. Child processes load the reader."""

_SIDES = (1600, 2400)
"""Lengths in pixels of the longer side that are searched, in this order."""

_ANGLES = (0, 15, -15, 30, -30, 45)
"""Degrees; together with the quarter turns that the reader tries itself they leave no gap."""

MOST_SECONDS = 2.5
"""Processor time after which no further pass is begun: a photo without a code would take up to seven."""

_GREY = 200

_TAIL = 0.01  # share of the darkest and of the lightest pixels that the contrast ignores
_DARK, _LIGHT = 64, 192
"""A pale photo is stretched to this range and no further: at the extremes small modules merge."""


def read_barcodes(content: bytes, limits: PhotoSettings, is_it: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the texts of the barcodes in a photo; the program calls it in a child process (``isolated``).

    Args:
        content: a file of unknown origin.
        limits: maximum sizes; small and narrow photos are accepted.
        is_it: whether a text is what is looked for. After a match the other angles are still searched, as a
            second code may lie at another angle, but the photo is not enlarged.

    Raises:
        BarcodeReaderNotInstalled: the extra ``photos`` is not installed.
        BarcodeNotFound: there are none.
        PhotoError: the photo cannot be decoded.
    """
    if not INSTALLED:
        raise BarcodeReaderNotInstalled
    begun = time.thread_time()
    found: dict[str, None] = {}  # an ordered set
    grey = _stretched(unfolded(looked_at(content, limits), limits, _SIDES[-1]).convert("L"))
    for side in _SIDES:
        for view in _views(grey, side):
            if view.is_later and time.thread_time() - begun > MOST_SECONDS:
                break
            found.update(dict.fromkeys(_texts(view)))
        if any(is_it(text) for text in found):
            break
    if not found:
        raise BarcodeNotFound
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A photo as one pass sees it."""

    grey: Image.Image
    turned: bool  # matrix codes were already searched for
    enlarged: bool

    @property
    def is_later(self) -> bool:
        return self.turned or self.enlarged


def _stretched(grey: Image.Image) -> Image.Image:
    """Return a photo with enough contrast for linear codes; unchanged if it has it."""
    sums = list(accumulate(grey.histogram()))
    darkest, lightest = (bisect(sums, sums[-1] * share) for share in (_TAIL, 1 - _TAIL))
    by = (_LIGHT - _DARK) / max(lightest - darkest, 1)
    if by <= 1:
        return grey
    return grey.point([min(max(round((value - darkest) * by) + _DARK, 0), 255) for value in range(256)])


def _views(grey: Image.Image, side: int) -> Iterator[_View]:
    scale = side / max(grey.size)
    size = (max(round(grey.width * scale), 1), max(round(grey.height * scale), 1))
    # The first pass does not enlarge a picture that is already small.
    scaled = grey if scale >= 1 and side == _SIDES[0] else grey.resize(size, Image.Resampling.BICUBIC)
    for angle in _ANGLES:
        turned = scaled.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_GREY)
        yield _View(grey=turned, turned=angle != 0, enlarged=side != _SIDES[0])


def _texts(view: _View) -> Iterator[str]:
    from zxingcpp import BarcodeFormat as kinds  # noqa: N813, PLC0415 - an optional library, in children only

    bars, stacked, squares = [kinds.Code39, kinds.Code128], [kinds.PDF417], [kinds.QRCode, kinds.DataMatrix]
    yield from _read(view.grey, bars + stacked + ([] if view.turned else squares))
    # Stacked codes take twice as long as all others, so light-on-dark ones are searched for once only.
    yield from _read(ImageOps.invert(view.grey), bars + ([] if view.enlarged else stacked))


def _read(grey: Image.Image, kinds: list["zxingcpp.BarcodeFormat"]) -> Iterator[str]:
    import zxingcpp  # noqa: PLC0415 - as above

    codes = zxingcpp.read_barcodes(
        grey, formats=zxingcpp.BarcodeFormats(kinds), text_mode=zxingcpp.TextMode.Plain
    )
    return (code.text for code in codes if code.text)
