"""The geometry of plates, in millimetres (GA 36-2018; docs/domain.md, section 8).

Measures only, no drawing; at scale 1, 1 mm is 1 px.
"""

from dataclasses import dataclass
from itertools import accumulate

SMALL = "small"
SMALL_NEV = "small_nev"
LARGE_NEV = "large_nev"

TOP = 25.0
"""Upper edge of every cell."""
CELL_HEIGHT = 90.0
LEFT = 15.5
"""Left edge of the first cell; the right margin has the same width."""
OFFICE_CELLS = 2
"""Cells of the office code: province and letter; the serial follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in mm from the upper left corner of the plate."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def pixels(self, scale: float) -> tuple[int, int, int, int]:
        """Return left, top, right, bottom in whole pixels at a scale."""
        edges = (self.left, self.top, self.right, self.bottom)
        left, top, right, bottom = (round(edge * scale) for edge in edges)
        return left, top, right, bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateLayout:
    """The geometry of one kind of plate, in mm."""

    width: float
    height: float
    cells: tuple[Box, ...]
    """One per character, from left to right."""
    dot: Box | None
    """Bounding square of the round dot after the office code."""
    sign: Box | None
    """Box of the sign on new-energy plates."""
    second_ground: float | None
    """Left edge of the second ground colour, if there are two side by side."""

    def size(self, scale: float) -> tuple[int, int]:
        return round(self.width * scale), round(self.height * scale)


def _cells(widths: tuple[float, ...], gap: float, wide_gap: float) -> tuple[Box, ...]:
    gaps = [wide_gap if place == OFFICE_CELLS else gap for place in range(1, len(widths))]
    steps = (width + space for width, space in zip(widths, gaps, strict=False))
    lefts = accumulate(steps, initial=LEFT)
    return tuple(
        Box(left=left, top=TOP, width=width, height=CELL_HEIGHT)
        for left, width in zip(lefts, widths, strict=True)
    )


def _between(cells: tuple[Box, ...], size: float) -> Box:
    middle = (cells[OFFICE_CELLS - 1].right + cells[OFFICE_CELLS].left) / 2
    return Box(left=middle - size / 2, top=TOP + (CELL_HEIGHT - size) / 2, width=size, height=size)


_SMALL_CELLS = _cells((45.0,) * 7, gap=12.0, wide_gap=34.0)
_NEV_CELLS = _cells((45.0, *(43.0,) * 7), gap=9.0, wide_gap=49.0)
_NEV_SIGN = _between(_NEV_CELLS, 31.0)

LAYOUTS: dict[str, PlateLayout] = {
    SMALL: PlateLayout(
        width=440.0,
        height=140.0,
        cells=_SMALL_CELLS,
        dot=_between(_SMALL_CELLS, 10.0),
        sign=None,
        second_ground=None,
    ),
    SMALL_NEV: PlateLayout(
        width=480.0, height=140.0, cells=_NEV_CELLS, dot=None, sign=_NEV_SIGN, second_ground=None
    ),
    LARGE_NEV: PlateLayout(
        width=480.0,
        height=140.0,
        cells=_NEV_CELLS,
        dot=None,
        sign=_NEV_SIGN,
        second_ground=_NEV_CELLS[1].right + 4.5,  # half a gap after the second cell
    ),
}


def layout_of(office: str, kind: str, serial: str) -> PlateLayout:
    """Return the layout of a plate.

    Raises:
        ValueError: the kind is unknown, or office and serial do not match its number of cells.
    """
    layout = LAYOUTS.get(kind)
    if layout is None:
        raise ValueError("a kind of plate that is not drawn")
    if len(office) != OFFICE_CELLS or len(office) + len(serial) != len(layout.cells):
        raise ValueError("not one character for each cell of the plate")
    return layout
