"""How sharp a photo is: how much stronger its strong edges are than what is everywhere.

The variance of the Laplacian, which is often used for it, takes noise for sharpness: a blurred photo in bad
light can have more of it than a sharp one. Noise lies over all of a picture and writing only here and there,
so what counts is the difference between squares with much detail and squares with little. And it adds both
directions up, so that what a trembling hand smears along one of them goes unseen: here the weaker direction
counts. All is measured on one size and one contrast. The figures behind it:
docs/decisions/2026-11-24-judging-photos.md.
"""

from array import array
from bisect import bisect
from itertools import accumulate

from PIL import Image, ImageChops, ImageFilter

_SIDE = 1024
_SQUARES = 32
_SMOOTH = 0.7  # takes most of the noise out before edges are looked for
_TAIL = 0.01  # of the darkest and of the lightest pixels contrast does not go by
_MOST_STRETCH = 4.0  # or the noise of a covered lens would become a pattern
_MANY, _FEW = 0.95, 0.10  # which squares stand for those with much detail and with little
_ACROSS = (0, 0, 0, -1, 2, -1, 0, 0, 0)
_DOWN = (0, -1, 0, 0, 2, 0, 0, -1, 0)


def sharpness(picture: Image.Image) -> float:
    """Return how sharp a picture is: 0 is nothing at all, and what is sharp has 10 and more."""
    longer = max(picture.size)
    size = (max(picture.width * _SIDE // longer, 3), max(picture.height * _SIDE // longer, 3))
    grey = picture.convert("L").resize(size, Image.Resampling.BOX)
    soft = _levelled(grey).filter(ImageFilter.GaussianBlur(_SMOOTH))
    return min(_detail(soft, _ACROSS), _detail(soft, _DOWN))


def _levelled(grey: Image.Image) -> Image.Image:
    """Return a picture from black to white, whatever the light was."""
    sums = list(accumulate(grey.histogram()))
    darkest, lightest = (bisect(sums, sums[-1] * share) for share in (_TAIL, 1 - _TAIL))
    stretch = min(255 / max(lightest - darkest, 1), _MOST_STRETCH)
    return grey.point([min(max(round((value - darkest) * stretch), 0), 255) for value in range(256)])


def _detail(soft: Image.Image, weights: tuple[int, ...]) -> float:
    """Return how much more change in one direction there is where it is much than where it is little."""
    rising = soft.filter(ImageFilter.Kernel((3, 3), weights, scale=1))
    falling = soft.filter(ImageFilter.Kernel((3, 3), tuple(-weight for weight in weights), scale=1))
    inside = (1, 1, soft.width - 1, soft.height - 1)  # a kernel leaves the outermost pixels as they are
    change = ImageChops.add(rising, falling).crop(inside).convert("F")
    found = sorted(array("f", change.resize((_SQUARES, _SQUARES), Image.Resampling.BOX).tobytes()))
    return found[int(len(found) * _MANY)] - found[int(len(found) * _FEW)]
