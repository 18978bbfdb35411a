"""Photos of printed barcodes at any angle, for the tests of reading a VIN from a photo."""

import io
import random
from typing import Any

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from tests.photographed import font, jpeg, noisy

KINDS = {
    "QR": zxingcpp.BarcodeFormat.QRCode,
    "Data Matrix": zxingcpp.BarcodeFormat.DataMatrix,
    "Code 39": zxingcpp.BarcodeFormat.Code39,
    "Code 128": zxingcpp.BarcodeFormat.Code128,
    "PDF417": zxingcpp.BarcodeFormat.PDF417,
}
_BARS = {"Code 39", "Code 128"}
_TABLE = 110  # grey


def code(kind: str, text: str) -> Image.Image:
    """Return a printed barcode with its quiet zone."""
    made: Any = zxingcpp.create_barcode(text, KINDS[kind]).to_image(scale=1, add_quiet_zones=True)
    height, width = made.shape
    small = Image.frombytes("L", (width, height), bytes(memoryview(made)))
    if kind in _BARS:
        return small.resize((width * 3, 140), Image.Resampling.NEAREST)
    scale = 800 // width if kind == "PDF417" else 280 // max(width, height)
    return small.resize((width * scale, height * scale), Image.Resampling.NEAREST)


def label(kind: str, text: str) -> Image.Image:
    """Return a label with a barcode between lines of text, mode L."""
    bars = code(kind, text)
    sheet = Image.new("L", (1000, bars.height + 180), 248)
    pen = ImageDraw.Draw(sheet)
    pen.text((60, 25), "机动车整车出厂合格证", 30, font(40))
    sheet.paste(bars, ((sheet.width - bars.width) // 2, 90))
    pen.text((60, sheet.height - 70), "车辆识别代号 发动机号 2026", 30, font(34))
    return sheet


def photo(kind: str, text: str, angle: float = 0, *, inverted: bool = False) -> bytes:
    """Return a photo of such a label at an angle: skewed, unevenly lit, slightly blurred, with noise."""
    dice = random.Random(f"{kind}{angle}")
    sheet = label(kind, text)
    sheet = ImageOps.invert(sheet) if inverted else sheet
    turned = sheet.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_TABLE)
    turned = ImageOps.expand(turned, 40, _TABLE)
    seen = _askew(turned, dice)
    slope = Image.linear_gradient("L").rotate(dice.choice((0, 90, 180, 270))).resize(seen.size)
    lit = ImageChops.multiply(seen, slope.point(lambda value: 150 + value * 105 // 255))
    soft = lit.filter(ImageFilter.GaussianBlur(0.8))
    return jpeg(noisy(soft, 6, dice), 80)


def opened(content: bytes) -> Image.Image:
    """Return a photo in grey."""
    return Image.open(io.BytesIO(content)).convert("L")


def beside(*photos: bytes) -> bytes:
    """Return a photo of several labels, one below the other."""
    seen = [opened(photo) for photo in photos]
    table = Image.new("L", (max(image.width for image in seen), sum(image.height for image in seen)), _TABLE)
    for place, image in enumerate(seen):
        table.paste(image, (0, sum(above.height for above in seen[:place])))
    return jpeg(table)


def _askew(sheet: Image.Image, dice: random.Random) -> Image.Image:
    """View a sheet not quite from above."""
    width, height = sheet.size
    corners = ((0, 0), (0, height), (width, height), (width, 0))
    quad = [
        side + dice.uniform(-0.02, 0.02) * span
        for corner in corners
        for side, span in zip(corner, sheet.size, strict=True)
    ]
    return sheet.transform(sheet.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=_TABLE)
