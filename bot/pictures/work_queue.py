"""The desk's work queue as a picture: a tile per kind of task, and the deadlines of the coming days."""

from dataclasses import dataclass

from bot.pictures.chart_canvas import GREY, ChartCanvas, Ground, label_size, short
from bot.pictures.figure_tiles import TILE_GAP, Tile, put_tile

WIDTH = 900
MARGIN = 36
TITLE_SIZE = 40
HEAD_SIZE = 28
TEXT_SIZE = 22
LABEL_SIZE = label_size(WIDTH)
TILES_A_ROW = 3
_TILE_HEIGHT = 144
_TOP = 120
_DAYS_HEIGHT = 256
_COLUMN_HEIGHT = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The number of reservations that expire on one day."""

    label: str
    number: int
    today: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """The desk's dashboard, with its texts already rendered."""

    title: str
    at: str
    tiles: tuple[Tile, ...]
    days_title: str = ""
    days: tuple[Ahead, ...] = ()


def dashboard_picture(dashboard: Dashboard) -> bytes:
    """Return the dashboard as a PNG."""
    rows = -(-len(dashboard.tiles) // TILES_A_ROW)
    below = _TOP + rows * (_TILE_HEIGHT + TILE_GAP)
    canvas = ChartCanvas(WIDTH, below + (_DAYS_HEIGHT if dashboard.days else 0) + 20)
    canvas.text(MARGIN, 24, dashboard.title, TITLE_SIZE, bold=True, within=WIDTH - 2 * MARGIN)
    canvas.text(MARGIN, 76, dashboard.at, TEXT_SIZE, strength=GREY, within=WIDTH - 2 * MARGIN)
    width = (WIDTH - 2 * MARGIN + TILE_GAP) / TILES_A_ROW
    for number, tile in enumerate(dashboard.tiles):
        row, column = divmod(number, TILES_A_ROW)
        place = (MARGIN + column * width, _TOP + row * (_TILE_HEIGHT + TILE_GAP))
        put_tile(canvas, place, (width - TILE_GAP, _TILE_HEIGHT), tile)
    if dashboard.days:
        _days(canvas, below, dashboard)
    return canvas.png()


def _days(canvas: ChartCanvas, top: float, dashboard: Dashboard) -> None:
    canvas.text(MARGIN, top + 8, dashboard.days_title, HEAD_SIZE, bold=True, within=WIDTH - 2 * MARGIN)
    ground = top + 90 + _COLUMN_HEIGHT
    highest = max(1, *(day.number for day in dashboard.days))
    slot = (WIDTH - 2 * MARGIN) / len(dashboard.days)
    canvas.line((MARGIN, ground, WIDTH - MARGIN, ground + 1), Ground.TRACK)
    for number, day in enumerate(dashboard.days):
        middle = MARGIN + (number + 0.5) * slot
        height = max(3.0, _COLUMN_HEIGHT * day.number / highest) if day.number else 0.0
        colour = Ground.RED if day.today else Ground.BLUE
        canvas.box(middle - slot * 0.3, ground - height, slot * 0.6, height, colour)
        canvas.text(
            middle,
            ground - height - 40,
            short(day.number),
            LABEL_SIZE,
            align="centre",
            bold=True,
            within=slot - 6,
        )
        canvas.text(middle, ground + 8, day.label, LABEL_SIZE, align="centre", strength=GREY, within=slot - 6)
