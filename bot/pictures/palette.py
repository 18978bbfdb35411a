"""Palettes: pictures of few colours are drawn with one byte per pixel.

A drawing is in mode L, but its values are palette entries. The entries form *ramps*: entry 0 of a ramp
is a ground colour, the last an ink on it, those in between are anti-aliased edges. To draw a shape, its mask
is mapped to a ramp with a table of 256 bytes and pasted. There is no per-pixel blending and no colour
quantisation when the file is written, which makes pictures cheap.

    paper → text | paper → accent | ground 1 of the plate → its ink | ground 2 … | …

In a rehearsal the palette contains the list three times: plain, half and fully covered by the watermark's
colour. Applying the watermark is therefore one addition over the picture.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.pictures.layout import LARGE_NEV, SMALL, SMALL_NEV

RGB = tuple[int, int, int]

PAPER: RGB = (250, 251, 252)
TEXT: RGB = (24, 28, 36)
GOLD: RGB = (222, 140, 0)
RED: RGB = (206, 32, 41)

BLUE: RGB = (10, 74, 168)
WHITE: RGB = (255, 255, 255)
BLACK: RGB = (17, 17, 17)
YELLOW: RGB = (244, 196, 32)
GREEN: RGB = (92, 190, 84)
PALE: RGB = (240, 250, 240)
FRESH: RGB = (70, 184, 106)

_WATERMARK_ON_LIGHT: RGB = (220, 30, 40)
_WATERMARK_ON_DARK: RGB = (255, 226, 0)
_WATERMARK_ON_PAPER = 0.42
_WATERMARK_ON_PLATE = 0.30
"""Opacity of the watermark; the numbers below it must stay legible."""
_PALENESS = 0.45
"""How far what is over is lightened towards white."""
_DARK = 110
"""Below this brightness (of 255) the watermark uses a light colour."""

TEXT_LEVELS = 6
ACCENT_LEVELS = 4
WATERMARK_PLANES = 3
_GRADIENT_STEPS = 40
_GRADIENT_STEPS_REHEARSAL = 14  # fewer: 256 entries must hold all of them three times


def mixed(ground: RGB, ink: RGB, share: float) -> RGB:
    red, green, blue = (round(g + (i - g) * share) for g, i in zip(ground, ink, strict=True))
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Ramp:
    """A run of palette entries from a ground colour to an ink.

    Attributes:
        ground: the entry of the bare ground.
        first: the entry of the faintest ink.
        levels: number of ink steps, including the bare ground.
    """

    ground: int
    first: int
    levels: int

    @property
    def ink(self) -> int:
        """The entry of the full ink."""
        return self.first + self.levels - 2

    def table(self, strength: float = 1.0) -> bytes:
        """Return the table that maps a mask to entries; a lower strength gives a fainter ink."""
        steps = (round(value * strength * (self.levels - 1) / 255) for value in range(256))
        return bytes(self.first + step - 1 if step else self.ground for step in steps)


@dataclass(frozen=True, eq=False)  # cache key by identity: hashing the fields is too slow
class Palette:
    """The entries of one picture.

    Attributes:
        grounds: the plate's ground colours: one, left and right, or from top to bottom.
        ink: colour of the plate's characters.
        accent: the second ink on paper.
        plate_levels: steps of each plate ramp.
        rehearsal: whether the entries for the watermark are included.
    """

    grounds: tuple[RGB, ...]
    ink: RGB
    accent: RGB
    plate_levels: int
    rehearsal: bool

    @cached_property
    def text(self) -> Ramp:
        """The ramp of text on paper."""
        return Ramp(0, 1, TEXT_LEVELS)

    @cached_property
    def highlight(self) -> Ramp:
        """The ramp of the accent on paper."""
        return Ramp(0, TEXT_LEVELS, ACCENT_LEVELS)

    def plate(self, number: int) -> Ramp:
        """Return the ramp of the plate's ink on one of its grounds."""
        ground = TEXT_LEVELS + ACCENT_LEVELS - 1 + number * self.plate_levels
        return Ramp(ground, ground + 1, self.plate_levels)

    @cached_property
    def colours(self) -> tuple[RGB, ...]:
        """All entries except those for the watermark."""
        text = [mixed(PAPER, TEXT, step / (TEXT_LEVELS - 1)) for step in range(TEXT_LEVELS)]
        accent = [mixed(PAPER, self.accent, step / (ACCENT_LEVELS - 1)) for step in range(1, ACCENT_LEVELS)]
        steps = range(self.plate_levels)
        plates = [mixed(g, self.ink, step / (self.plate_levels - 1)) for g in self.grounds for step in steps]
        return (*text, *accent, *plates)

    @cached_property
    def entries(self) -> bytes:
        """The palette in PNG form: red, green, blue of each entry."""
        planes = range(WATERMARK_PLANES) if self.rehearsal else range(1)
        return bytes(part for plane in planes for colour in self._under(plane) for part in colour)

    @cached_property
    def greys(self) -> bytes:
        """The same entries without colour and pale, for a picture of what is over."""
        colours = zip(*[iter(self.entries)] * 3, strict=True)
        return bytes(shade for colour in colours for shade in (_pale_grey(colour),) * 3)

    def _under(self, plane: int) -> list[RGB]:
        part, plates = plane / (WATERMARK_PLANES - 1), self.plate(0).ground
        on_paper = [_under_watermark(c, _WATERMARK_ON_PAPER * part) for c in self.colours[:plates]]
        return on_paper + [_under_watermark(c, _WATERMARK_ON_PLATE * part) for c in self.colours[plates:]]


def _brightness(colour: RGB) -> float:
    red, green, blue = colour
    return (299 * red + 587 * green + 114 * blue) / 1000


def _pale_grey(colour: RGB) -> int:
    return round(_brightness(colour) + (255 - _brightness(colour)) * _PALENESS)


def _under_watermark(colour: RGB, share: float) -> RGB:
    return mixed(colour, _WATERMARK_ON_DARK if _brightness(colour) < _DARK else _WATERMARK_ON_LIGHT, share)


def _gradient(steps: int) -> tuple[RGB, ...]:
    return tuple(mixed(PALE, FRESH, step / (steps - 1)) for step in range(steps))


@lru_cache(maxsize=16)
def palette_of(kind: str, *, accent: RGB = GOLD, rehearsal: bool = False) -> Palette:
    """Return the palette of a kind of plate.

    Raises:
        KeyError: the kind is unknown.
    """
    steps = _GRADIENT_STEPS_REHEARSAL if rehearsal else _GRADIENT_STEPS
    grounds, ink, levels = {
        SMALL: ((BLUE,), WHITE, 7),
        SMALL_NEV: (_gradient(steps), BLACK, 5),
        LARGE_NEV: ((YELLOW, GREEN), BLACK, 7),
    }[kind]
    return Palette(grounds=grounds, ink=ink, accent=accent, plate_levels=levels, rehearsal=rehearsal)
