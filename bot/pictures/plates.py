"""Rendering of plates, composed from cached blank plates and characters.

A plate is marked 「示意图」 in its lower margin, so that one cropped from a picture is still recognisable
as an illustration. A picture of many plates may carry the mark once instead (an empty ``mark``).
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from PIL import Image, ImageChops

from bot.pictures.canvas import png
from bot.pictures.layout import LAYOUTS, OFFICE_CELLS, PlateLayout, layout_of
from bot.pictures.palette import Palette, palette_of
from bot.pictures.plate_fittings import fittings, plate_body
from bot.pictures.plate_glyphs import cell_glyph
from bot.texts.pictures import SPECIMEN_MARK

PICTURE_SCALE = 2.0
"""Scale of a single plate's picture: 880 or 960 px wide, plus margin."""
PICTURE_MARGIN = 24


@dataclass(frozen=True, eq=False)  # cache key by identity: hashing the fields is too slow
class PlatePainter:
    """Renders plates of one kind, at one scale, with one palette.

    Attributes:
        layout: the geometry.
        scale: px per mm.
        palette: the palette of the result.
        mark: on each plate; empty for none.
    """

    layout: PlateLayout
    scale: float
    palette: Palette
    mark: str = SPECIMEN_MARK

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height of a plate, in px."""
        return self.layout.size(self.scale)

    @cached_property
    def ground(self) -> Image.Image:
        """The bare ground colours (mode L, of palette entries)."""
        width, height = self.size
        sheet = Image.new("L", (width, height), self.palette.plate(0).ground)
        if self.layout.second_ground is not None:
            border = round(self.layout.second_ground * self.scale)
            sheet.paste(self.palette.plate(1).ground, (border, 0, width, height))
            return sheet
        count = len(self.palette.grounds)
        for row in range(height if count > 1 else 0):
            sheet.paste(self.palette.plate(row * count // height).ground, (0, row, width, row + 1))
        return sheet

    def inked(self, ink: Image.Image, left: int, top: int) -> Image.Image:
        """Return a region of the ground with ink on it.

        Args:
            ink: mode L, 255 = full ink; determines the size of the region.
            left: of the region on the plate, in px.
            top: of the region, in px.
        """
        area = self.ground.crop((left, top, left + ink.width, top + ink.height))
        highest = self.palette.plate_levels - 1
        levels = ink.point([round(value * highest / 255) for value in range(256)])
        return ImageChops.add(area, levels)  # a ramp's inks directly follow its ground

    @cached_property
    def blank(self) -> Image.Image:
        """A plate without characters, with rounded corners; cached, so copy it before drawing."""
        plate = self.inked(fittings(self.layout, self.scale, mark=self.mark), 0, 0)
        paper = Image.new("L", plate.size, self.palette.text.ground)
        paper.paste(plate, (0, 0), plate_body(self.layout, self.scale))
        return paper


@lru_cache(maxsize=32)
def painter_of(kind: str, scale: float, palette: Palette, *, mark: str = SPECIMEN_MARK) -> PlatePainter:
    """Return the cached painter for a kind of plate."""
    return PlatePainter(LAYOUTS[kind], scale, palette, mark)


@lru_cache(maxsize=8192)
def cell(painter: PlatePainter, place: int, char: str) -> tuple[Image.Image, tuple[int, int]]:
    """Return a character on its ground, and left and top of its cell; cached, do not modify it."""
    left, top, right, bottom = painter.layout.cells[place].pixels(painter.scale)
    return painter.inked(cell_glyph(char, right - left, bottom - top), left, top), (left, top)


@lru_cache(maxsize=128)
def office_plate(painter: PlatePainter, office: str) -> Image.Image:
    """Return a plate that shows only the office code; cached, do not modify it."""
    plate = painter.blank.copy()
    for place, char in zip(range(OFFICE_CELLS), office, strict=True):
        tile, corner = cell(painter, place, char)
        plate.paste(tile, corner)
    return plate


def paste_plate(
    sheet: Image.Image, painter: PlatePainter, plate: tuple[str, str], corner: tuple[int, int]
) -> None:
    """Paste a plate, given as office and serial, onto a sheet with the painter's palette."""
    office, serial = plate
    left, top = corner
    sheet.paste(office_plate(painter, office), corner)
    for place, char in enumerate(serial, start=OFFICE_CELLS):
        tile, (across, down) = cell(painter, place, char)
        sheet.paste(tile, (left + across, top + down))


def plate_picture(
    office: str, kind: str, serial: str, *, mark: str = SPECIMEN_MARK, rehearsal: bool = False
) -> bytes:
    """Return a PNG of a single plate on paper, for notifications.

    Raises:
        ValueError: kind, office or serial cannot be drawn.
    """
    layout = layout_of(office, kind, serial)
    palette = palette_of(kind, rehearsal=rehearsal)
    width, height = layout.size(PICTURE_SCALE)
    sheet = Image.new("L", (width + 2 * PICTURE_MARGIN, height + 2 * PICTURE_MARGIN), palette.text.ground)
    painter = painter_of(kind, PICTURE_SCALE, palette, mark=mark)
    paste_plate(sheet, painter, (office, serial), (PICTURE_MARGIN, PICTURE_MARGIN))
    return png(sheet, palette)
