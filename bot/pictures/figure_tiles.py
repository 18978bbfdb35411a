"""KPI tiles: a label, a large number, a line below."""

from dataclasses import dataclass

from bot.pictures.chart_canvas import GREY, ChartCanvas, Ground

TILE_GAP = 16
_PAD = 18
_LABEL_SIZE = 24
_NUMBER_SIZE = 46
_HINT_SIZE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure, with its texts already rendered."""

    label: str
    number: str
    hint: str = ""
    ground: Ground = Ground.TILE


def put_tile(canvas: ChartCanvas, place: tuple[float, float], size: tuple[float, float], tile: Tile) -> None:
    """Draw a tile; long texts are reduced in size, then truncated."""
    (left, top), (width, height) = place, size
    room = width - 2 * _PAD
    strength = GREY if tile.ground == Ground.TILE else 1.0
    canvas.box(left, top, width, height, tile.ground, corner=10)
    canvas.text(
        left + _PAD, top + 12, tile.label, _LABEL_SIZE, on=tile.ground, strength=strength, within=room
    )
    canvas.text(left + _PAD, top + 46, tile.number, _NUMBER_SIZE, on=tile.ground, bold=True, within=room)
    canvas.text(
        left + _PAD, top + height - 34, tile.hint, _HINT_SIZE, on=tile.ground, strength=strength, within=room
    )
