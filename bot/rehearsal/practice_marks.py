"""The mark 「演练」 on everything that a practice of the desk shows; added only here."""

import io
from dataclasses import dataclass, replace

from PIL import Image

from bot.dialog.names import ActionName
from bot.dialog.view import Button, View
from bot.pictures.canvas import watermark
from bot.pictures.picture import Picture
from bot.texts import practice as texts
from bot.texts.pictures import PRACTICE_MARK

_STRENGTH = 0.28
_RED = (200, 34, 44)
_QUALITY = 85
_COLOURS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticePicture:
    """A picture of the desk, whatever it is, under the watermark of a practice."""

    picture: Picture

    @property
    def key(self) -> str:
        return f"practice:{self.picture.key}"

    def render(self) -> bytes:
        """Return the file in its own format, with the mark across it."""
        drawn = Image.open(io.BytesIO(self.picture.render()))
        is_photo, sheet = drawn.format == "JPEG", drawn.convert("RGB")
        mask = watermark(*sheet.size, PRACTICE_MARK).point([round(value * _STRENGTH) for value in range(256)])
        sheet.paste(_RED, (0, 0), mask)
        file = io.BytesIO()
        if is_photo:
            sheet.save(file, "JPEG", quality=_QUALITY)
        else:
            sheet.quantize(_COLOURS, Image.Quantize.FASTOCTREE).save(file, "PNG")
        return file.getvalue()


def marked(view: View) -> View:
    """Return a view with the mark above it and a button to leave below."""
    leave = Button(label=texts.LEAVE(), action=ActionName.LEAVE, global_=True)
    return replace(
        view,
        text=f"{texts.MARK()}\n{view.text}",
        rows=(*view.rows, (leave,)),
        picture=None if view.picture is None else PracticePicture(picture=view.picture),
    )


def marked_note(note: str) -> str:
    """Return a note or a toast with the mark."""
    return texts.note(note) if note else ""
