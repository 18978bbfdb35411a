"""Pasting of small cached images, of which a picture has a hundred."""

from PIL import Image


def put(sheet: Image.Image, tile: Image.Image, left: int, top: int) -> None:
    """Paste an image onto another of the same mode; what lies outside is cut off.

    ``Image.paste`` spends three quarters of its time on questions whose answers are known here: both are in
    memory, of one mode, and the sheet is not shared.
    """
    width, height = tile.size
    sheet.im.paste(tile.im, (left, top, left + width, top + height))
