"""Sharpness of a photo: how much stronger its strong edges are than its overall detail.

The variance of the Laplacian, a common measure, mistakes noise for sharpness: a blurred photo in bad light
can score above a sharp one. Noise covers the whole picture, writing only parts of it, so the measure is the
difference between squares with much detail and squares with little. The Laplacian also adds up both
directions, which hides camera shake along one of them; here the weaker direction counts. Everything is
measured at one size and one contrast. Figures: docs/decisions/2026-11-24-judging-photos.md.
"""

from array import array
from bisect import bisect
from itertools import accumulate

from PIL import Image, ImageChops, ImageFilter

_SIDE = 1024
_SQUARES = 32
_SMOOTH = 0.7  # removes most of the noise before edge detection
_TAIL = 0.01  # share of the darkest and of the lightest pixels that the contrast ignores
_MOST_STRETCH = 4.0  # or the noise of a covered lens would become a pattern
_MANY, _FEW = 0.95, 0.10  # quantiles of the squares with much and with little detail
_ACROSS = (0, 0, 0, -1, 2, -1, 0, 0, 0)
_DOWN = (0, -1, 0, 0, 2, 0, 0, -1, 0)


def sharpness(picture: Image.Image) -> float:
    """Return the sharpness of a picture: 0 for none; sharp photos have 10 or more."""
    longer = max(picture.size)
    size = (max(picture.width * _SIDE // longer, 3), max(picture.height * _SIDE // longer, 3))
    grey = picture.convert("L").resize(size, Image.Resampling.BOX)
    soft = _levelled(grey).filter(ImageFilter.GaussianBlur(_SMOOTH))
    return min(_detail(soft, _ACROSS), _detail(soft, _DOWN))


def _levelled(grey: Image.Image) -> Image.Image:
    """Return a picture stretched from black to white, independent of the lighting."""
    sums = list(accumulate(grey.histogram()))
    darkest, lightest = (bisect(sums, sums[-1] * share) for share in (_TAIL, 1 - _TAIL))
    stretch = min(255 / max(lightest - darkest, 1), _MOST_STRETCH)
    return grey.point([min(max(round((value - darkest) * stretch), 0), 255) for value in range(256)])


def _detail(soft: Image.Image, weights: tuple[int, ...]) -> float:
    """Return the difference between strong and weak detail in one direction."""
    rising = soft.filter(ImageFilter.Kernel((3, 3), weights, scale=1))
    falling = soft.filter(ImageFilter.Kernel((3, 3), tuple(-weight for weight in weights), scale=1))
    inside = (1, 1, soft.width - 1, soft.height - 1)  # a kernel leaves the outermost pixels unchanged
    change = ImageChops.add(rising, falling).crop(inside).convert("F")
    found = sorted(array("f", change.resize((_SQUARES, _SQUARES), Image.Resampling.BOX).tobytes()))
    return found[int(len(found) * _MANY)] - found[int(len(found) * _FEW)]
