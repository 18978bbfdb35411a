"""One plate as the picture of a view: the number that an owner is about to take."""

from dataclasses import dataclass

from bot.pictures.plates import plate_picture
from bot.texts.pictures import SPECIMEN_MARK


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatePicture:
    """A single plate, as part of a view; rendered only when it is sent."""

    office: str
    kind: str
    serial: str
    mark: str = SPECIMEN_MARK
    rehearsal: bool = False  # adds the watermark

    @property
    def key(self) -> str:
        mark = "rehearsal:" if self.rehearsal else ""
        language = "" if self.mark == SPECIMEN_MARK else f"{self.mark}:"
        return f"{mark}{language}plate:{self.kind}:{self.office}{self.serial}"

    def render(self) -> bytes:
        return plate_picture(self.office, self.kind, self.serial, mark=self.mark, rehearsal=self.rehearsal)
