"""Colours as numbers: how a picture of few colours is drawn in one byte a pixel.

A drawing is mode L, but its values are entries of a palette. The entries lie in *ramps*: entry 0
of a ramp is a ground colour, the last is an ink on it, those between are the softened edges. To
set a shape, its mask is translated to a ramp by a table of 256 bytes, and pasted; nothing is ever
blended pixel by pixel, and the file needs no search for colours. That is what makes a picture cheap.

    paper → text | paper → accent | ground 1 of the plate → its ink | ground 2 … | …

In a rehearsal the whole list stands in the palette three times: as it is, and half and fully under
the colour of the watermark; so the watermark is one addition over the picture.
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
"""How much of a colour the watermark covers: the numbers under it must stay legible."""
_DARK = 110
"""Below this brightness (of 255) the watermark is a light colour."""

TEXT_LEVELS = 6
ACCENT_LEVELS = 4
WATERMARK_PLANES = 3
_GRADIENT_STEPS = 40
_GRADIENT_STEPS_REHEARSAL = 14  # fewer, for 256 entries must hold all of it three times


def mixed(ground: RGB, ink: RGB, share: float) -> RGB:
    red, green, blue = (round(g + (i - g) * share) for g, i in zip(ground, ink, strict=True))
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Ramp:
    """A run of palette entries from a ground colour to an ink.

    Attributes:
        ground: the entry of the bare ground.
        first: the entry of the faintest ink.
        levels: how many steps of ink there are, the bare ground counted.
    """

    ground: int
    first: int
    levels: int

    @property
    def ink(self) -> int:
        """The entry of the full ink."""
        return self.first + self.levels - 2

    def table(self, strength: float = 1.0) -> bytes:
        """Return the table that turns a mask into entries; less strength is a fainter ink."""
        steps = (round(value * strength * (self.levels - 1) / 255) for value in range(256))
        return bytes(self.first + step - 1 if step else self.ground for step in steps)


@dataclass(frozen=True, eq=False)  # a key of caches: by identity, to hash its fields would cost too much
class Palette:
    """The entries of one picture.

    Attributes:
        grounds: the plate's ground colours: one, left and right, or from top to bottom.
        ink: what stands on the plate.
        accent: the second ink on paper.
        plate_levels: steps of each plate ramp.
        rehearsal: whether the entries under a watermark are there too.
    """

    grounds: tuple[RGB, ...]
    ink: RGB
    accent: RGB
    plate_levels: int
    rehearsal: bool

    @cached_property
    def text(self) -> Ramp:
        """Text on paper."""
        return Ramp(0, 1, TEXT_LEVELS)

    @cached_property
    def highlight(self) -> Ramp:
        """The accent on paper."""
        return Ramp(0, TEXT_LEVELS, ACCENT_LEVELS)

    def plate(self, number: int) -> Ramp:
        """The plate's ink on one of its grounds."""
        ground = TEXT_LEVELS + ACCENT_LEVELS - 1 + number * self.plate_levels
        return Ramp(ground, ground + 1, self.plate_levels)

    @cached_property
    def colours(self) -> tuple[RGB, ...]:
        """All entries without those under the watermark."""
        text = [mixed(PAPER, TEXT, step / (TEXT_LEVELS - 1)) for step in range(TEXT_LEVELS)]
        accent = [mixed(PAPER, self.accent, step / (ACCENT_LEVELS - 1)) for step in range(1, ACCENT_LEVELS)]
        steps = range(self.plate_levels)
        plates = [mixed(g, self.ink, step / (self.plate_levels - 1)) for g in self.grounds for step in steps]
        return (*text, *accent, *plates)

    @cached_property
    def entries(self) -> bytes:
        """The palette as a PNG holds it: red, green, blue for each entry."""
        planes = range(WATERMARK_PLANES) if self.rehearsal else range(1)
        return bytes(part for plane in planes for colour in self._under(plane) for part in colour)

    def _under(self, plane: int) -> list[RGB]:
        part, plates = plane / (WATERMARK_PLANES - 1), self.plate(0).ground
        on_paper = [_under_watermark(c, _WATERMARK_ON_PAPER * part) for c in self.colours[:plates]]
        return on_paper + [_under_watermark(c, _WATERMARK_ON_PLATE * part) for c in self.colours[plates:]]


def _under_watermark(colour: RGB, share: float) -> RGB:
    red, green, blue = colour
    brightness = (299 * red + 587 * green + 114 * blue) / 1000
    return mixed(colour, _WATERMARK_ON_DARK if brightness < _DARK else _WATERMARK_ON_LIGHT, share)


def _gradient(steps: int) -> tuple[RGB, ...]:
    return tuple(mixed(PALE, FRESH, step / (steps - 1)) for step in range(steps))


@lru_cache(maxsize=16)
def palette_of(kind: str, *, accent: RGB = GOLD, rehearsal: bool = False) -> Palette:
    """Return the palette for plates of a kind.

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
