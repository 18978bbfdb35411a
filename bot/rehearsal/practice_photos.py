"""The drawn papers of a practice's appeal, in place of photos that anybody has sent."""

import io
from collections.abc import Collection
from datetime import datetime

from PIL import Image

from bot.pictures.canvas import plain_line
from bot.texts import practice as texts
from core.appeals import Slot
from core.rehearsal import cases

_SIZE = (1000, 640)
_GROUND, _INK, _EDGE = (238, 242, 247), (30, 34, 40), (28, 94, 186)
_TITLE, _LINE, _LEFT, _TOP, _STEP = 60, 44, 60, 60, 92
_QUALITY = 85


class PracticePhotos:
    """The photos of practices; implements the port ``PhotoStore``. Nothing is stored."""

    def put(self, _jpeg: bytes, /) -> str:
        """Return a key of nothing: no photo is sent in a practice."""
        return ""

    def get(self, key: str, /) -> bytes | None:
        """Return the drawn paper with a key, or None."""
        slot = next((slot for slot in Slot if cases.photo_key(slot) == key), None)
        return (
            None if slot is None else _drawn(texts.paper(slot, cases.person(cases.APPELLANT), cases.vin(3)))
        )

    def delete(self, _key: str, /) -> None:
        """Delete nothing."""

    def sweep(
        self,
        _keep: Collection[str],
        /,
        *,
        dropped: Collection[str] = (),
        before: datetime,
        now: datetime | None = None,
    ) -> int:
        """Delete nothing."""
        del dropped, before, now
        return 0


def _drawn(lines: list[str]) -> bytes:
    """Return a sheet with a title and some lines as a JPEG."""
    sheet = Image.new("RGB", _SIZE, _EDGE)
    sheet.paste(_GROUND, (12, 12, _SIZE[0] - 12, _SIZE[1] - 12))
    for number, line in enumerate(lines):
        words = plain_line(line, _LINE if number else _TITLE)
        sheet.paste(_INK, (_LEFT, _TOP + number * _STEP), words)
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
