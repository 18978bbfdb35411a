"""A picture to share: the number on the rear of a car, without anything personal.

The car is our own drawing in flat colours; its paint goes with the plate. Large vehicles get a bus.
"""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.pictures.canvas import coloured, plain_line
from bot.pictures.layout import LARGE_NEV, SMALL, SMALL_NEV, layout_of
from bot.pictures.palette import RGB, mixed, palette_of
from bot.pictures.plate_fittings import plate_body
from bot.pictures.plates import painter_of, paste_plate

SIZE = 1080
_FINER = 2
"""Supersampling factor of the drawing."""
_PLATE_WIDTH = 430
_PLATE_MIDDLE = 715
_TITLE_SIZE = 76
_SMALL_SIZE = 34
_COLOURS = 128

_WHITE: RGB = (255, 255, 255)
_NIGHT: RGB = (38, 44, 54)
_GLASS: RGB = (66, 82, 100)
_GLINT: RGB = (104, 124, 146)
_TYRE: RGB = (30, 33, 40)
_LAMP: RGB = (214, 40, 50)
_LAMP_LIGHT: RGB = (255, 120, 110)
_CHROME: RGB = (205, 212, 220)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scheme:
    """The colours of a picture."""

    paint: RGB
    sky: RGB
    road: RGB
    title: RGB

    @property
    def shade(self) -> RGB:
        return mixed(self.paint, _NIGHT, 0.22)

    @property
    def light(self) -> RGB:
        return mixed(self.paint, _WHITE, 0.35)


_SCHEMES = {
    SMALL: _Scheme(paint=(236, 240, 245), sky=(196, 219, 245), road=(124, 142, 166), title=(14, 58, 130)),
    SMALL_NEV: _Scheme(paint=(58, 160, 150), sky=(214, 240, 222), road=(126, 158, 140), title=(16, 96, 70)),
    LARGE_NEV: _Scheme(paint=(246, 196, 60), sky=(226, 240, 208), road=(136, 152, 124), title=(92, 84, 14)),
}


class _Pen:
    """Draws flat shapes, given in px of the finished picture."""

    def __init__(self, ground: RGB) -> None:
        self.sheet = Image.new("RGB", (SIZE * _FINER, SIZE * _FINER), ground)
        self._draw = ImageDraw.Draw(self.sheet)

    def box(self, left: float, top: float, right: float, bottom: float, fill: RGB, corner: float = 0) -> None:
        edges = tuple(round(edge * _FINER) for edge in (left, top, right, bottom))
        self._draw.rounded_rectangle(edges, round(corner * _FINER), fill=fill)

    def sides(self, left: float, top: float, right: float, bottom: float, fill: RGB, corner: float) -> None:
        """Draw a box, and its mirror image on the other half of the picture."""
        self.box(left, top, right, bottom, fill, corner)
        self.box(SIZE - right, top, SIZE - left, bottom, fill, corner)

    def oval(self, left: float, top: float, right: float, bottom: float, fill: RGB) -> None:
        self._draw.ellipse([edge * _FINER for edge in (left, top, right, bottom)], fill=fill)

    def shape(self, points: list[tuple[float, float]], fill: RGB) -> None:
        self._draw.polygon([(x * _FINER, y * _FINER) for x, y in points], fill=fill)

    def mirrored(self, half: list[tuple[float, float]], fill: RGB) -> None:
        """Draw a symmetrical shape from the points of its left half, from the top down."""
        self.shape([*half, *((SIZE - x, y) for x, y in reversed(half))], fill)

    def finished(self) -> Image.Image:
        return self.sheet.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def _draw_scene(pen: _Pen, scheme: _Scheme) -> None:
    pen.oval(760, 210, 1000, 450, mixed(scheme.sky, _WHITE, 0.55))
    hills = mixed(scheme.sky, scheme.road, 0.35)
    pen.oval(-260, 520, 560, 1200, hills)
    pen.oval(420, 580, 1340, 1300, mixed(hills, scheme.sky, 0.35))
    pen.box(0, 800, SIZE, SIZE, scheme.road)
    pen.box(0, 800, SIZE, 812, mixed(scheme.road, _WHITE, 0.3))
    pen.shape([(520, 960), (560, 960), (585, SIZE), (495, SIZE)], mixed(scheme.road, _WHITE, 0.55))
    pen.oval(150, 872, 930, 956, mixed(scheme.road, _NIGHT, 0.45))


def _draw_car(pen: _Pen, scheme: _Scheme, *, has_exhaust: bool) -> None:
    pen.sides(205, 780, 330, 925, _TYRE, 30)
    pen.sides(150, 505, 230, 560, scheme.shade, 24)  # mirrors
    pen.mirrored([(370, 330), (318, 352), (262, 540), (262, 560)], scheme.paint)
    pen.box(366, 322, 714, 370, scheme.paint, 24)  # roof
    pen.mirrored([(392, 372), (356, 384), (300, 540), (300, 552)], _GLASS)
    pen.shape([(430, 376), (520, 376), (430, 548), (322, 548)], _GLINT)
    pen.box(500, 308, 580, 326, scheme.shade, 8)  # aerial
    pen.box(178, 530, 902, 860, scheme.paint, 64)
    pen.box(178, 530, 902, 600, scheme.light, 40)
    pen.box(178, 572, 902, 640, scheme.paint)
    pen.sides(178, 600, 296, 664, _LAMP, 22)
    pen.sides(190, 612, 280, 632, _LAMP_LIGHT, 10)
    pen.box(296, 610, 784, 622, scheme.shade, 4)  # edge of the boot
    pen.box(470, 588, 610, 602, _CHROME, 6)
    pen.box(306, 638, 774, 792, scheme.shade, 18)  # recess of the plate
    pen.box(170, 806, 910, 896, mixed(scheme.paint, _NIGHT, 0.7), 40)  # bumper
    pen.box(170, 806, 910, 832, scheme.shade, 12)
    pen.sides(232, 846, 330, 866, _LAMP, 8)
    if has_exhaust:
        pen.sides(380, 866, 470, 892, _CHROME, 10)


def _draw_bus(pen: _Pen, scheme: _Scheme) -> None:
    pen.sides(190, 800, 330, 930, _TYRE, 28)
    pen.sides(118, 370, 170, 490, _NIGHT, 18)  # mirrors
    pen.box(160, 250, 920, 900, scheme.paint, 56)
    pen.box(160, 250, 920, 330, scheme.light, 56)
    pen.box(160, 300, 920, 360, scheme.paint)
    pen.box(214, 336, 866, 524, _GLASS, 30)
    pen.shape([(330, 336), (450, 336), (330, 524), (214, 524), (214, 500)], _GLINT)
    pen.box(330, 268, 750, 314, _NIGHT, 12)  # destination sign
    pen.box(160, 560, 920, 600, scheme.shade)
    pen.sides(178, 624, 270, 790, _LAMP, 22)
    pen.sides(192, 640, 256, 690, _LAMP_LIGHT, 14)
    pen.box(290, 630, 790, 800, scheme.shade, 18)  # recess of the plate
    pen.box(150, 826, 930, 902, mixed(scheme.paint, _NIGHT, 0.7), 30)
    pen.sides(200, 850, 330, 874, _LAMP, 8)


def _paste_plate(picture: Image.Image, card: "ShareCard") -> None:
    layout = layout_of(card.office, card.kind, card.serial)
    scale = _PLATE_WIDTH / layout.width
    palette = palette_of(card.kind)
    fine = scale * _FINER
    sheet = Image.new("L", layout.size(fine), palette.text.ground)
    paste_plate(sheet, painter_of(card.kind, fine, palette), (card.office, card.serial), (0, 0))
    size = layout.size(scale)
    plate = coloured(sheet, palette).resize(size, Image.Resampling.LANCZOS)
    body = plate_body(layout, fine).resize(size, Image.Resampling.LANCZOS)
    picture.paste(plate, ((SIZE - size[0]) // 2, _PLATE_MIDDLE - size[1] // 2), body)


def _write(picture: Image.Image, text: str, size: int, top: int, colour: RGB) -> None:
    line = plain_line(text, size)
    picture.paste(colour, ((SIZE - line.width) // 2, top), line)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCard:
    """A number on a car, as a message that may be forwarded."""

    office: str
    kind: str
    serial: str
    title: str
    subtitle: str

    @property
    def key(self) -> str:
        return f"share:{self.office}{self.serial}:{self.kind}:{self.title}:{self.subtitle}"

    def render(self) -> bytes:
        """Return a PNG.

        Raises:
            ValueError: the plate cannot be rendered.
        """
        scheme = _SCHEMES[self.kind]
        pen = _Pen(scheme.sky)
        _draw_scene(pen, scheme)
        if self.kind == LARGE_NEV:
            _draw_bus(pen, scheme)
        else:
            _draw_car(pen, scheme, has_exhaust=self.kind == SMALL)
        picture = pen.finished()
        _paste_plate(picture, self)
        _write(picture, self.title, _TITLE_SIZE, 70, scheme.title)
        _write(picture, self.subtitle, _SMALL_SIZE, 168, mixed(scheme.title, scheme.sky, 0.3))
        file = io.BytesIO()
        picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        return file.getvalue()
