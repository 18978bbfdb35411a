"""Letters and digits of plates, drawn with strokes of one weight as on tin.

The character set of GA 36 is tall and narrow: straight stems, half-round bowls, a 1 without a foot. A
character is given by the centre lines of its strokes in a unit square, which is stretched over the cell less
half a stroke on each side. A vertex is ``(x, y)``, or ``(x, y, radius)`` for a corner rounded by that radius.
The shapes are our own drawing.
"""

from dataclasses import dataclass
from math import dist

from PIL import Image, ImageDraw

_WEIGHT = 10.7 / 45.0
"""Width of a stroke as a share of the cell's width."""
_ROUND = 0.5
"""Radius of a bowl, as a share of the width between the outer centre lines: a half circle."""
_CURVE = 12
"""Segments that draw one rounded corner."""
_FULL = 255

Vertex = tuple[float, float] | tuple[float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Stroke:
    vertices: tuple[Vertex, ...]
    closed: bool = False


def _open(*vertices: Vertex) -> _Stroke:
    return _Stroke(vertices)


def _closed(*vertices: Vertex) -> _Stroke:
    return _Stroke(vertices, closed=True)


_R = _ROUND
_ZERO = (_closed((0, 0, _R), (1, 0, _R), (1, 1, _R), (0, 1, _R)),)

_STROKES: dict[str, tuple[_Stroke, ...]] = {
    "0": _ZERO,
    "1": (_open((0.56, 0), (0.56, 1)), _open((0.50, 0.05), (0.22, 0.16))),
    "2": (_open((0, 0.22), (0, 0, _R), (1, 0, _R), (1, 0.44, 0.3), (0, 1), (1, 1)),),
    "3": (
        _open((0.02, 0.2), (0.02, 0, _R), (0.97, 0, _R), (0.97, 0.47, _R), (0.38, 0.47)),
        _open((0.38, 0.47), (1, 0.47, _R), (1, 1, _R), (0, 1, _R), (0, 0.8)),
    ),
    "4": (_open((0.60, 0), (0, 0.74), (1, 0.74)), _open((0.72, 0.42), (0.72, 1))),
    "5": (
        _open((0.94, 0), (0.06, 0), (0.03, 0.40), (1, 0.40, _R), (1, 1, _R), (0, 1, _R), (0, 0.8)),
    ),
    "6": (
        _closed((0, 0.40, _R), (1, 0.40, _R), (1, 1, _R), (0, 1, _R)),
        _open((0, 0.72), (0, 0, _R), (0.98, 0, _R), (0.98, 0.18)),
    ),
    "7": (_open((0, 0), (1, 0), (0.36, 1)),),
    "8": (
        _closed((0.03, 0, _R), (0.97, 0, _R), (0.97, 0.46, _R), (0.03, 0.46, _R)),
        _closed((0, 0.46, _R), (1, 0.46, _R), (1, 1, _R), (0, 1, _R)),
    ),
    "9": (
        _closed((0, 0, _R), (1, 0, _R), (1, 0.60, _R), (0, 0.60, _R)),
        _open((1, 0.28), (1, 1, _R), (0.02, 1, _R), (0.02, 0.82)),
    ),
    "A": (_open((0, 1), (0.5, 0), (1, 1)), _open((0.24, 0.70), (0.76, 0.70))),
    "B": (
        _open((0, 0.47), (0, 0), (0.95, 0, _R), (0.95, 0.47, _R), (0, 0.47)),
        _closed((0, 0.47), (1, 0.47, _R), (1, 1, _R), (0, 1)),
    ),
    "C": (_open((1, 0.24), (1, 0, _R), (0, 0, _R), (0, 1, _R), (1, 1, _R), (1, 0.76)),),
    "D": (_closed((0, 0), (1, 0, _R), (1, 1, _R), (0, 1)),),
    "E": (_open((0.97, 0), (0, 0), (0, 1), (1, 1)), _open((0, 0.48), (0.82, 0.48))),
    "F": (_open((1, 0), (0, 0), (0, 1)), _open((0, 0.48), (0.84, 0.48))),
    "G": (_open((1, 0.24), (1, 0, _R), (0, 0, _R), (0, 1, _R), (1, 1, _R), (1, 0.54), (0.56, 0.54)),),
    "H": (_open((0, 0), (0, 1)), _open((1, 0), (1, 1)), _open((0, 0.48), (1, 0.48))),
    "I": (_open((0.5, 0), (0.5, 1)),),
    "J": (_open((0.98, 0), (0.98, 1, _R), (0, 1, _R), (0, 0.76)),),
    "K": (_open((0, 0), (0, 1)), _open((0.98, 0), (0.06, 0.60)), _open((0.36, 0.43), (1, 1))),
    "L": (_open((0, 0), (0, 1), (1, 1)),),
    "M": (_open((0, 1), (0, 0), (0.5, 0.72), (1, 0), (1, 1)),),
    "N": (_open((0, 1), (0, 0), (1, 1), (1, 0)),),
    "O": _ZERO,
    "P": (_open((0, 1), (0, 0), (1, 0, _R), (1, 0.54, _R), (0, 0.54)),),
    "Q": (*_ZERO, _open((0.56, 0.72), (1, 1))),
    "R": (_open((0, 1), (0, 0), (1, 0, _R), (1, 0.52, _R), (0, 0.52)), _open((0.5, 0.52), (1, 1))),
    "S": (
        _open(
            (0.98, 0.22), (0.98, 0, _R), (0.02, 0, _R), (0.02, 0.47, _R),
            (1, 0.47, _R), (1, 1, _R), (0, 1, _R), (0, 0.78),
        ),
    ),
    "T": (_open((0, 0), (1, 0)), _open((0.5, 0), (0.5, 1))),
    "U": (_open((0, 0), (0, 1, _R), (1, 1, _R), (1, 0)),),
    "V": (_open((0, 0), (0.5, 1), (1, 0)),),
    "W": (_open((0, 0), (0.24, 1), (0.5, 0.22), (0.76, 1), (1, 0)),),
    "X": (_open((0, 0), (1, 1)), _open((1, 0), (0, 1))),
    "Y": (_open((0, 0), (0.5, 0.5), (1, 0)), _open((0.5, 0.5), (0.5, 1))),
    "Z": (_open((0, 0), (1, 0), (0, 1), (1, 1)),),
}  # fmt: skip

_LIGHTER = {"M": 0.80, "W": 0.74, "N": 0.92, "Q": 0.95, "8": 0.96, "B": 0.96, "R": 0.96}
"""Weight of characters with many strokes side by side, relative to the others: their counters stay open."""


def is_drawn(char: str) -> bool:
    """Return whether a character has a drawing here."""
    return char in _STROKES


def stroked(char: str, width: int, height: int) -> Image.Image:
    """Return a character as a mask of exactly this size (mode L, 255 = ink).

    Raises:
        KeyError: the character has no drawing.
    """
    weight = width * _WEIGHT * _LIGHTER.get(char, 1.0)
    sheet = Image.new("L", (width, height))
    draw = ImageDraw.Draw(sheet)
    for stroke in _STROKES[char]:
        points = _outline(stroke, width - weight, height - weight)
        moved = [(x + weight / 2 - 0.5, y + weight / 2 - 0.5) for x, y in points]
        if not stroke.closed:
            moved = _lengthened(moved, weight / 2)
        draw.line(moved, fill=_FULL, width=round(weight), joint="curve")
    return sheet


def _outline(stroke: _Stroke, width: float, height: float) -> list[Point]:
    """Return the centre line in px, its rounded corners as short segments."""
    count = len(stroke.vertices)
    corners = [(vertex[0] * width, vertex[1] * height) for vertex in stroke.vertices]
    points: list[Point] = []
    for place, vertex in enumerate(stroke.vertices):
        radius = vertex[2] * width if len(vertex) > 2 else 0.0  # noqa: PLR2004 - the third value of a vertex
        before, after = corners[place - 1], corners[(place + 1) % count]
        points += _corner(before, corners[place], after, radius)
    if stroke.closed:  # two points more, so that the seam is joined like the other corners
        points += points[:2]
    return points


def _towards(start: Point, end: Point, length: float) -> Point:
    """Return the point that lies ``length`` px from ``start`` on the way to ``end``."""
    share = length / dist(start, end)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _corner(before: Point, corner: Point, after: Point, radius: float) -> list[Point]:
    """Return the points of a corner between two lines, a quarter of a circle if they are at a right angle."""
    if not radius:
        return [corner]
    first = _towards(corner, before, min(radius, dist(corner, before) / 2))
    last = _towards(corner, after, min(radius, dist(corner, after) / 2))
    return [_cubic(first, corner, last, step / _CURVE) for step in range(_CURVE + 1)]


def _cubic(first: Point, corner: Point, last: Point, share: float) -> Point:
    """Return a point of the cubic curve that is nearly a quarter of a circle."""
    pull = 0.5523
    one = (first[0] + (corner[0] - first[0]) * pull, first[1] + (corner[1] - first[1]) * pull)
    two = (last[0] + (corner[0] - last[0]) * pull, last[1] + (corner[1] - last[1]) * pull)
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    x, y = (
        sum(w * point[axis] for w, point in zip(weights, (first, one, two, last), strict=True))
        for axis in (0, 1)
    )
    return x, y


def _lengthened(points: list[Point], by: float) -> list[Point]:
    """Return an open line with both ends lengthened: they end square, where the cell ends."""
    head = _towards(points[0], points[1], -by)
    tail = _towards(points[-1], points[-2], -by)
    return [head, *points[1:-1], tail]
