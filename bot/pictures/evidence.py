"""The photos of an appeal as one picture, each labelled and marked with its permitted use."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageOps

from bot.pictures.canvas import plain_line

SIDE = 1280
"""Maximum px of the longer side of each of several photos; Telegram shows no more."""
ALONE = 2560
"""The same for a single photo, which admins read in detail."""
_BAND = 56
_TEXT = 34
_EDGE = 16
_QUALITY = 85
_GREY = (206, 206, 206)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One photo with its label; None where it is missing."""

    label: str
    jpeg: bytes | None = field(repr=False)


def evidence_picture(exhibits: Sequence[Exhibit], *, mark: str, missing: str) -> bytes:
    """Return a JPEG of one or more photos: portraits side by side, others stacked.

    Args:
        exhibits: at least one.
        mark: the permitted use, next to each label.
        missing: placeholder text for a missing photo.
    """
    side = SIDE if len(exhibits) > 1 else ALONE
    photos = [_photo(exhibit, side, missing) for exhibit in exhibits]
    across = len(photos) > 1 and all(photo.height > photo.width for photo in photos)
    panels = [_panel(photo, one.label, mark) for photo, one in zip(photos, exhibits, strict=True)]
    if across:
        size = (sum(panel.width for panel in panels), max(panel.height for panel in panels))
    else:
        size = (max(panel.width for panel in panels), sum(panel.height for panel in panels))
    sheet = Image.new("RGB", size, "white")
    left = top = 0
    for panel in panels:
        sheet.paste(panel, (left, top))
        left, top = (left + panel.width, top) if across else (left, top + panel.height)
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _photo(exhibit: Exhibit, side: int, missing: str) -> Image.Image:
    if exhibit.jpeg is None:
        blank = Image.new("RGB", (SIDE, SIDE // 2), _GREY)
        words = plain_line(missing, _TEXT * 2)
        place = ((blank.width - words.width) // 2, (blank.height - words.height) // 2)
        blank.paste((0, 0, 0), place, words)
        return blank
    photo = Image.open(io.BytesIO(exhibit.jpeg), formats=("JPEG",)).convert("RGB")
    return ImageOps.contain(photo, (side, side)) if max(photo.size) > side else photo


def _panel(photo: Image.Image, label: str, mark: str) -> Image.Image:
    """Return a photo below a band with label and permitted use."""
    name, note = plain_line(label, _TEXT), plain_line(mark, _TEXT)
    width = max(photo.width, name.width + 2 * _EDGE + note.width) + 2 * _EDGE
    panel = Image.new("RGB", (width, photo.height + _BAND + _EDGE), "white")
    panel.paste((0, 0, 0), (_EDGE, (_BAND - name.height) // 2), name)
    panel.paste((190, 40, 40), (width - _EDGE - note.width, (_BAND - note.height) // 2), note)
    panel.paste(photo, ((width - photo.width) // 2, _BAND))
    return panel
