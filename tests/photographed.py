"""Invented documents, drawn and photographed, for tests of photo validation and barcodes.

A page is drawn with text in the bundled font. Then it lies skewed on a table, in uneven light, in front of a
camera with shake, blur, noise and JPEG compression. Everything derives from a seed, so that measurements are
reproducible.
"""

import io
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

FONT = Path(__file__).parents[1] / "bot" / "pictures" / "fonts" / "NotoSansSC-Regular.ttf"
WORDS = "机动车预选号牌发机关有效期车辆识别代号合格证编购发票身份明姓名注册登记日期地址办理窗口"
PAPERS = ("card", "invoice", "certificate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """How a page is photographed; lengths are in pixels of a photo whose longer side is 1600."""

    side: int = 1600  # of the longer side of the photo
    tilt: float = 0.03  # displacement of the corners, as a share of the side
    turn: float = 3.0  # maximum degrees, to either side
    fill: float = 0.85  # share of the photo that the page covers
    shade: float = 0.35  # how much darker the darkest corner is
    light: float = 1.0
    blur: float = 0.0  # blur radius
    shake: int = 0  # length of the motion blur
    noise: float = 4.0  # standard deviation, of 255


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the bundled font in a size."""
    return ImageFont.truetype(FONT, size)


def _line(dice: random.Random, count: int) -> str:
    return "".join(dice.choice(WORDS if dice.random() < 0.6 else "0123456789") for _ in range(count))


def page(paper: str, seed: int) -> Image.Image:
    """Return a document as a scanner would see it: an invented identity card, invoice or certificate."""
    dice = random.Random(f"{paper}{seed}")
    return {"card": _card, "invoice": _invoice, "certificate": _certificate}[paper](dice)


def _card(dice: random.Random) -> Image.Image:
    sheet = Image.new("RGB", (1370, 864), (226, 234, 240))
    pen = ImageDraw.Draw(sheet)
    for row in range(40):  # the fine background pattern
        pen.line([(0, row * 22), (1370, row * 22 + dice.randrange(-60, 60))], (210, 222, 232), 2)
    for row, label in enumerate(("姓名", "性别", "出生", "住址", "")):
        pen.text((90, 90 + row * 110), label, (70, 110, 160), font(40))
        pen.text((220, 85 + row * 110), _line(dice, dice.randrange(2, 14)), (20, 20, 20), font(48))
    pen.text((90, 730), "".join(dice.choice("0123456789") for _ in range(18)), (20, 20, 20), font(58))
    skin = (200 + dice.randrange(30), 170 + dice.randrange(30), 150)
    pen.rectangle((960, 120, 1300, 600), (235, 238, 240))
    face = 1130 + dice.randrange(-20, 20)
    pen.ellipse((face - 110, 190, face + 110, 470), skin)
    pen.pieslice((face - 120, 160, face + 120, 420), 180, 360, (30, 25, 25))
    pen.pieslice((face - 170, 450, face + 170, 780), 180, 360, (40 + dice.randrange(120), 50, 80))
    return sheet


def _invoice(dice: random.Random) -> Image.Image:
    sheet = Image.new("RGB", (1700, 1040), (250, 248, 244))
    pen = ImageDraw.Draw(sheet)
    pen.text((560, 40), "机动车销售统一发票", (150, 40, 40), font(56))
    for row in range(10):
        top = 150 + row * 82
        pen.line([(60, top), (1640, top)], (150, 60, 60), 3)
        for column in range(3):
            left = 70 + column * 520
            pen.line([(left - 10, top), (left - 10, top + 82)], (150, 60, 60), 3)
            pen.text((left, top + 18), _line(dice, 4), (150, 60, 60), font(28))
            if dice.random() < 0.8:
                pen.text((left + 140, top + 18), _line(dice, dice.randrange(3, 12)), (30, 30, 60), font(30))
    pen.ellipse((1250 + dice.randrange(100), 620, 1560, 860), outline=(210, 50, 50), width=8)
    return sheet


def _certificate(dice: random.Random) -> Image.Image:
    sheet = Image.new("RGB", (1200, 1700), (253, 252, 250))
    pen = ImageDraw.Draw(sheet)
    pen.text((330, 60), "机动车整车出厂合格证", (20, 20, 20), font(54))
    for row in range(24):
        top = 170 + row * 56
        pen.text((80, top), f"{row + 1}. {_line(dice, 5)}", (20, 20, 20), font(30))
        pen.text((420, top), _line(dice, dice.randrange(4, 20)), (20, 20, 20), font(30))
    for _ in range(300):  # in place of a matrix code
        left, top = 900 + dice.randrange(28) * 7, 1460 + dice.randrange(28) * 7
        pen.rectangle((left, top, left + 6, top + 6), (10, 10, 10))
    return sheet


def _table(size: tuple[int, int], dice: random.Random) -> Image.Image:
    """Return a table top with a grain like wood."""
    colour = (110 + dice.randrange(60), 85 + dice.randrange(50), 60 + dice.randrange(50))
    ground = Image.new("RGB", size, colour)
    wood = grain((max(size[0] // 40, 1), size[1]), 40, dice).resize(size)
    return ImageChops.add(ground, wood.convert("RGB"), 1, -128)


def photographed(sheet: Image.Image, shot: Shot, seed: int) -> Image.Image:
    """Return a page as a phone camera sees it."""
    return exposed(laid_out(sheet, shot, seed), shot, seed)


def laid_out(sheet: Image.Image, shot: Shot, seed: int) -> Image.Image:
    """Return a page on its table, in its light, as a perfect camera would see it."""
    dice = random.Random(seed)
    is_upright = sheet.height > sheet.width
    size = (shot.side * 3 // 4, shot.side) if is_upright else (shot.side, shot.side * 3 // 4)
    return _lit(_laid(sheet, size, shot, dice), shot, dice)


def exposed(ctx: Image.Image, shot: Shot, seed: int) -> Image.Image:
    """Return the scene with shake, blur and noise."""
    dice = random.Random(seed)
    scale = shot.side / 1600
    if shot.shake:
        ctx = _shaken(ctx, max(round(shot.shake * scale), 1), dice)
    if shot.blur:
        ctx = ctx.filter(ImageFilter.GaussianBlur(shot.blur * scale))
    return noisy(ctx, shot.noise, dice)


def _laid(sheet: Image.Image, size: tuple[int, int], shot: Shot, dice: random.Random) -> Image.Image:
    """Lay a page on the table, turned and in perspective."""
    width, height = size
    fit = min(width / sheet.width, height / sheet.height) * shot.fill
    sheet = sheet.resize((round(sheet.width * fit), round(sheet.height * fit)), Image.Resampling.LANCZOS)
    layer = Image.new("RGBA", size)
    layer.paste(sheet, ((width - sheet.width) // 2, (height - sheet.height) // 2))
    layer = layer.rotate(dice.uniform(-shot.turn, shot.turn), Image.Resampling.BICUBIC)
    corners = [
        (x + dice.uniform(-shot.tilt, shot.tilt) * width, y + dice.uniform(-shot.tilt, shot.tilt) * height)
        for x, y in ((0, 0), (0, height), (width, height), (width, 0))
    ]
    quad = [value for corner in corners for value in corner]
    layer = layer.transform(size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    ctx = _table(size, dice)
    ctx.paste(layer, mask=layer.getchannel("A"))
    return ctx


def _lit(ctx: Image.Image, shot: Shot, dice: random.Random) -> Image.Image:
    """Light the scene from one side."""
    slope = Image.linear_gradient("L").rotate(dice.choice((0, 90, 180, 270))).resize(ctx.size)
    lowest = 1 - shot.shade
    slope = slope.point(lambda value: round(255 * shot.light * (lowest + shot.shade * value / 255)))
    return ImageChops.multiply(ctx, slope.convert("RGB"))


def _shaken(ctx: Image.Image, length: int, dice: random.Random) -> Image.Image:
    """Move the camera while the shutter is open."""
    across = dice.random() < 0.5
    total = ctx
    for step in range(1, length):
        moved = ImageChops.offset(ctx, step if across else 0, 0 if across else step)
        total = Image.blend(total, moved, 1 / (step + 1))
    return total


def noisy(ctx: Image.Image, sigma: float, dice: random.Random) -> Image.Image:
    """Return a picture with noise of a standard deviation in each of its bands."""
    bands = [grain(ctx.size, sigma, dice) for _ in ctx.getbands()]
    return ImageChops.add(ctx, Image.merge(ctx.mode, bands), 1, -128)


def grain(size: tuple[int, int], sigma: float, dice: random.Random) -> Image.Image:
    """Return noise around 128; deterministic for a given generator."""
    scale = sigma / 73.9  # the standard deviation of a byte
    even = Image.frombytes("L", size, dice.randbytes(size[0] * size[1]))
    return even.point([round(128 + (value - 127.5) * scale) for value in range(256)])


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    """Return a picture as a JPEG file."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()
