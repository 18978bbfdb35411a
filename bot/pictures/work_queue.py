"""What waits at the desk, as a picture: a tile for each matter, and the deadlines of the days ahead."""

from dataclasses import dataclass

from bot.pictures.chart_canvas import GREY, Board, Ground, short
from bot.pictures.figure_tiles import TILE_GAP, Tile, put_tile

WIDTH = 900
MARGIN = 36
TITLE_SIZE = 40
HEAD_SIZE = 28
TEXT_SIZE = 22
TILES_A_ROW = 3
_TILE_HEIGHT = 144
_TOP = 120
_DAYS_HEIGHT = 236
_COLUMN_HEIGHT = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """How many reservations end on one day."""

    label: str
    number: int
    today: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """The desk at a glance, every word of it already chosen."""

    title: str
    at: str
    tiles: tuple[Tile, ...]
    days_title: str = ""
    days: tuple[Ahead, ...] = ()


def desk_picture(glance: Glance) -> bytes:
    """Return a PNG of the desk at a glance."""
    rows = -(-len(glance.tiles) // TILES_A_ROW)
    below = _TOP + rows * (_TILE_HEIGHT + TILE_GAP)
    board = Board(WIDTH, below + (_DAYS_HEIGHT if glance.days else 0) + 20)
    board.text(MARGIN, 24, glance.title, TITLE_SIZE, bold=True, within=WIDTH - 2 * MARGIN)
    board.text(MARGIN, 76, glance.at, TEXT_SIZE, strength=GREY, within=WIDTH - 2 * MARGIN)
    width = (WIDTH - 2 * MARGIN + TILE_GAP) / TILES_A_ROW
    for number, tile in enumerate(glance.tiles):
        row, column = divmod(number, TILES_A_ROW)
        place = (MARGIN + column * width, _TOP + row * (_TILE_HEIGHT + TILE_GAP))
        put_tile(board, place, (width - TILE_GAP, _TILE_HEIGHT), tile)
    if glance.days:
        _days(board, below, glance)
    return board.png()


def _days(board: Board, top: float, glance: Glance) -> None:
    board.text(MARGIN, top + 8, glance.days_title, HEAD_SIZE, bold=True, within=WIDTH - 2 * MARGIN)
    ground = top + 80 + _COLUMN_HEIGHT
    most = max(1, *(day.number for day in glance.days))
    slot = (WIDTH - 2 * MARGIN) / len(glance.days)
    board.line((MARGIN, ground, WIDTH - MARGIN, ground + 1), Ground.TRACK)
    for number, day in enumerate(glance.days):
        middle = MARGIN + (number + 0.5) * slot
        height = max(3.0, _COLUMN_HEIGHT * day.number / most) if day.number else 0.0
        colour = Ground.RED if day.today else Ground.BLUE
        board.box(middle - slot * 0.3, ground - height, slot * 0.6, height, colour)
        board.text(
            middle,
            ground - height - 30,
            short(day.number),
            TEXT_SIZE,
            align="centre",
            bold=True,
            within=slot - 6,
        )
        board.text(middle, ground + 8, day.label, TEXT_SIZE, align="centre", strength=GREY, within=slot - 6)
