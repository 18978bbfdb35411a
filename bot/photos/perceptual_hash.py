"""Detect copies of a photo, also when recompressed, resized, brightened or slightly cropped.

A fingerprint is the picture reduced to 64 × 64 grey pixels. Two fingerprints are compared after a band-pass
filter: coarse structure (page, table and light look alike in photos of different papers) and fine structure
(grain) are removed, and the edges of one are moved in steps to the best fit. How well this tells copies from
photos of other papers was measured: docs/decisions/2026-11-24-judging-photos.md.
"""

from collections.abc import Iterator

from PIL import Image, ImageChops, ImageFilter, ImageStat

SAME = 0.975
"""Minimum correlation of details, from -1 to 1, at which two photos count as the same."""

SIDE = 64
_FINE, _COARSE = 0.8, 2.5  # squares: radii of the band-pass filter
_SPREAD = 40.0  # standard deviation of the details after levelling, in grey levels
_FAINT = 1.0  # below this deviation the page is blank
_HOPELESS = 0.3
_STEPS = (2.0, 1.0, 0.5, 0.25)  # squares by which an edge is moved
_MOST = 5.0  # maximum squares missing at an edge: 8 %
_QUARTERS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)

Edges = tuple[float, float, float, float]
"""Squares cut off on the left, top, right and bottom."""
_WHOLE: Edges = (0, 0, 0, 0)


def fingerprint(picture: Image.Image) -> bytes:
    """Return the fingerprint of a picture: 4,096 bytes."""
    return picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()


def is_same(left: bytes, right: bytes) -> bool:
    """Return whether two fingerprints are of the same picture or near copies; takes about 40 ms."""
    return similarity(left, right) >= SAME


def similarity(left: bytes, right: bytes) -> float:
    """Return the correlation at the best fit, from -1 to 1; quarter turns are tried."""
    first, second = _sheet(left), _sheet(right)
    turned = (second, *(second.transpose(quarter) for quarter in _QUARTERS))
    upright = max(turned, key=lambda sheet: _alike(first, sheet, _WHOLE))
    return max(_fitted(first, upright), _fitted(upright, first))


def _sheet(print_: bytes) -> Image.Image:
    return Image.frombytes("L", (SIDE, SIDE), print_)


def _fitted(whole: Image.Image, part: Image.Image) -> float:
    """Return how well ``part`` fits into ``whole``, whose edges are moved inwards step by step."""
    edges, best = _WHOLE, _alike(whole, part, _WHOLE)
    if best < _HOPELESS:
        return best
    for step in _STEPS:
        is_better = True
        while is_better:
            moved = [(_alike(whole, part, near), near) for near in _neighbours(edges, step)]
            found, near = max(moved)
            is_better = found > best
            if is_better:
                best, edges = found, near
    return best


def _neighbours(edges: Edges, step: float) -> Iterator[Edges]:
    for index in range(4):
        for by in (step, -step):
            value = edges[index] + by
            if 0 <= value <= _MOST:
                near = [*edges]
                near[index] = value
                yield near[0], near[1], near[2], near[3]


def _alike(whole: Image.Image, part: Image.Image, edges: Edges) -> float:
    left, top, right, bottom = edges
    box = (left, top, SIDE - right, SIDE - bottom)
    cut = whole if edges == _WHOLE else whole.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box)
    first, second = _details(cut), _details(part)
    if first is None or second is None:
        return 1.0 if cut.tobytes() == part.tobytes() else 0.0
    (apart,) = ImageStat.Stat(ImageChops.difference(first, second)).sum2
    return float(1 - apart / SIDE**2 / (2 * _SPREAD**2))


def _details(sheet: Image.Image) -> Image.Image | None:
    """Return the band-passed, levelled picture; None for a blank page."""
    fine, coarse = (sheet.filter(ImageFilter.GaussianBlur(radius)) for radius in (_FINE, _COARSE))
    details = ImageChops.subtract(fine, coarse, 0.25, 128)
    found = ImageStat.Stat(details)
    (middle,), (spread,) = found.mean, found.stddev
    if spread < _FAINT:
        return None
    return details.point([round(128 + (grey - middle) * _SPREAD / spread) for grey in range(256)])
