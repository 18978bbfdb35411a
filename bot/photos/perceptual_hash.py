"""Whether two photos are the same picture: also one saved again, made smaller or lighter, cropped a little.

A fingerprint is the picture on 64 by 64 squares of grey. Two are held against each other by what is left
when the coarse (page, table and light look alike in photos of different papers) and the fine (grain) are
taken out, and the edges of one are moved a little until they fit best. How well that tells copies from photos
of other papers was measured: docs/decisions/2026-11-24-judging-photos.md.
"""

from collections.abc import Iterator

from PIL import Image, ImageChops, ImageFilter, ImageStat

SAME = 0.975
"""How alike two photos are that count as the same: the correlation of their details, from -1 to 1."""

SIDE = 64
_FINE, _COARSE = 0.8, 2.5  # squares: what is finer and what is coarser is not looked at
_SPREAD = 40.0  # of the details, in steps of grey, once they are levelled
_FAINT = 1.0  # less spread than this is a blank page
_HOPELESS = 0.3
_STEPS = (2.0, 1.0, 0.5, 0.25)  # squares by which an edge is moved
_MOST = 5.0  # squares that may be missing at an edge: 8 %
_QUARTERS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)

Edges = tuple[float, float, float, float]
"""Left, top, right, bottom: how many squares are taken off there."""
_WHOLE: Edges = (0, 0, 0, 0)


def fingerprint(picture: Image.Image) -> bytes:
    """Return what a picture looks like, in 4,096 bytes."""
    return picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()


def is_same(left: bytes, right: bytes) -> bool:
    """Return whether two fingerprints are of the same picture, or of near copies; takes some 40 ms."""
    return similarity(left, right) >= SAME


def similarity(left: bytes, right: bytes) -> float:
    """Return how alike two pictures are at their best fit, from -1 to 1; quarter turns are no matter."""
    first, second = _sheet(left), _sheet(right)
    turned = (second, *(second.transpose(quarter) for quarter in _QUARTERS))
    upright = max(turned, key=lambda sheet: _alike(first, sheet, _WHOLE))
    return max(_fitted(first, upright), _fitted(upright, first))


def _sheet(print_: bytes) -> Image.Image:
    return Image.frombytes("L", (SIDE, SIDE), print_)


def _fitted(whole: Image.Image, part: Image.Image) -> float:
    """Return how well a picture fits into another one, whose edges are moved inwards step by step."""
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
    """Return what is neither coarse nor fine, levelled; None for a blank page."""
    fine, coarse = (sheet.filter(ImageFilter.GaussianBlur(radius)) for radius in (_FINE, _COARSE))
    details = ImageChops.subtract(fine, coarse, 0.25, 128)
    found = ImageStat.Stat(details)
    (middle,), (spread,) = found.mean, found.stddev
    if spread < _FAINT:
        return None
    return details.point([round(128 + (grey - middle) * _SPREAD / spread) for grey in range(256)])
