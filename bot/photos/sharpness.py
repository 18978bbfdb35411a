"""How sharp a photo is: how much stronger its strong edges are than what is everywhere.

The variance of the Laplacian, which is often used for it, takes noise for sharpness: a blurred photo in bad
light can have more of it than a sharp one. Noise lies over all of a picture and writing only here and there,
so what counts is the difference between squares with much detail and squares with little. All are measured on
one size and one contrast. The figures behind it: docs/decisions/2026-11-24-judging-photos.md.
"""

from array import array

from PIL import Image, ImageChops, ImageFilter, ImageOps

_SIDE = 1024
_SQUARES = 32
_SMOOTH = 0.7  # takes most of the noise out before edges are looked for
_TAILS = (1, 1)  # percent of the darkest and lightest pixels that contrast does not go by
_MANY, _FEW = 0.95, 0.10  # which squares stand for those with much detail and with little
_AROUND = (0, 1, 0, 1, -4, 1, 0, 1, 0)
_RISING = ImageFilter.Kernel((3, 3), _AROUND, scale=1)
_FALLING = ImageFilter.Kernel((3, 3), tuple(-weight for weight in _AROUND), scale=1)


def sharpness(picture: Image.Image) -> float:
    """Return how sharp a picture is: 0 to 5 is unreadable, 20 and more is sharp."""
    size = _fitting(picture.size)
    grey = ImageOps.autocontrast(picture.convert("L").resize(size, Image.Resampling.BOX), cutoff=_TAILS)
    soft = grey.filter(ImageFilter.GaussianBlur(_SMOOTH))
    edges = ImageChops.add(soft.filter(_RISING), soft.filter(_FALLING))
    squares = edges.convert("F").resize((_SQUARES, _SQUARES), Image.Resampling.BOX)
    found = sorted(array("f", squares.tobytes()))
    return found[int(len(found) * _MANY)] - found[int(len(found) * _FEW)]


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    longer = max(size)
    return max(size[0] * _SIDE // longer, 1), max(size[1] * _SIDE // longer, 1)
