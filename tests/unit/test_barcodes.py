"""Barcodes are read from photos at any angle."""

import io
import time

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.photos import barcodes
from bot.photos.barcodes import read_barcodes
from bot.texts.errors import of_error
from core.errors.photos import BarcodeNotFound, BarcodeReaderNotInstalled, PhotoError
from core.settings import PhotoSettings
from core.values.vehicles import vins_in
from tests.barcoded import KINDS, beside, opened, photo
from tests.factories import VIN, vin
from tests.malicious_files import HEIC, REFUSED, card
from tests.photographed import jpeg

LIMITS = PhotoSettings()
OTHER = vin(7)
ANGLES, ALL_ANGLES = range(0, 360, 67), range(0, 360, 17)
ROUND = ("QR", "Data Matrix", "Code 39", "Code 128")
NO_PHOTOS = (
    "nothing",
    "SVG",
    "ZIP",
    "PDF",
    "half a JPEG",
    "PNG of 3.6 thousand million pixels",
    "moving PNG",
)


def pale(picture: Image.Image, share: float) -> Image.Image:
    """Return a picture with reduced contrast."""
    return picture.point([round(128 + (grey - 128) * share) for grey in range(256)])


def texts_of(content: bytes) -> tuple[str, ...]:
    return read_barcodes(content, LIMITS, lambda text: bool(vins_in(text)))


@pytest.mark.parametrize("angles", [ANGLES, pytest.param(ALL_ANGLES, marks=pytest.mark.soak)], ids=len)
@pytest.mark.parametrize("kind", ROUND)
def test_barcode_is_read_at_any_angle(kind: str, angles: range) -> None:
    read, began = 0, time.process_time()
    for angle in angles:
        content = photo(kind, VIN, angle)
        try:
            read += VIN in texts_of(content)
        except BarcodeNotFound:
            print(f"{kind}: not read at {angle} degrees")  # noqa: T201 - pytest shows it
    share = read / len(angles)
    print(f"{kind}: {share:.0%} of {len(angles)} read, {time.process_time() - began:.1f} s of CPU")  # noqa: T201 - the same
    assert share >= 0.95


@pytest.mark.parametrize(
    "angles", [range(0, 360, 140), pytest.param(range(0, 360, 51), marks=pytest.mark.soak)], ids=len
)
@pytest.mark.parametrize("kind", KINDS)
def test_code_light_on_dark_is_read_at_any_angle(kind: str, angles: range) -> None:
    photos = [photo(kind, VIN, angle, inverted=True) for angle in angles]
    assert [VIN in texts_of(content) for content in photos] == [True] * len(angles)


@pytest.mark.parametrize("kind", KINDS)
def test_code_of_little_contrast_is_read(kind: str) -> None:
    assert VIN in texts_of(jpeg(pale(opened(photo(kind, VIN, 40)), 0.35), 80))


@pytest.mark.parametrize("kind", KINDS)
def test_code_beside_glare_is_read(kind: str) -> None:
    seen = opened(photo(kind, VIN, 20))
    glare = Image.new("L", seen.size)
    ImageDraw.Draw(glare).ellipse((0, 0, seen.width // 3, seen.height // 3), fill=230)
    glare = glare.filter(ImageFilter.GaussianBlur(40))
    assert VIN in texts_of(jpeg(ImageChops.add(seen, glare), 80))


@pytest.mark.parametrize("kind", KINDS)
def test_large_photo_made_small_by_the_messenger_is_read(kind: str) -> None:
    paper = opened(photo(kind, VIN, 20))
    paper = paper.resize((paper.width * 5 // 2, paper.height * 5 // 2), Image.Resampling.BICUBIC)
    large = Image.new("L", (4032, 3024), 120)
    large.paste(paper, (300, 300))
    large.thumbnail((1280, 1280), Image.Resampling.LANCZOS)
    assert VIN in texts_of(jpeg(large, 80))


@pytest.mark.parametrize("angle", [0, 30])
def test_all_vins_of_a_photo_are_found(angle: int) -> None:
    """Even if only a later pass finds the second one: the owner chooses, not the program."""
    both = beside(photo("QR", VIN), photo("Code 39", OTHER, angle))
    assert {VIN, OTHER} <= set(texts_of(both))


def test_vin_is_found_among_codes_of_other_things() -> None:
    found = texts_of(beside(photo("Code 128", "ABCD12345678901"), photo("QR", f"合格证|{VIN}|白|2026")))
    assert vins_in("\n".join(found)) == (VIN,)


def test_stacked_code_is_read() -> None:
    assert VIN in texts_of(photo("PDF417", VIN, 33))


def test_code_is_found_in_a_large_photo() -> None:
    small = Image.open(io.BytesIO(photo("QR", VIN, 10)))
    large = Image.new("L", (4000, 3000), 120)
    large.paste(small, (2500, 300))
    assert VIN in texts_of(jpeg(large))


def test_narrow_photo_of_a_code_is_taken() -> None:
    whole = Image.open(io.BytesIO(photo("Code 128", VIN)))
    strip = whole.crop((0, whole.height // 2 - 40, whole.width, whole.height // 2 + 20))
    assert VIN in texts_of(jpeg(strip))


def test_photo_without_a_code_says_how_to_take_a_better_one() -> None:
    with pytest.raises(BarcodeNotFound) as caught:
        texts_of(jpeg(card()))
    assert "靠近" in of_error(caught.value)


def test_heic_is_looked_at_too() -> None:
    with pytest.raises(BarcodeNotFound):
        texts_of(HEIC.read_bytes())


@pytest.mark.parametrize("name", NO_PHOTOS)
def test_hostile_file_is_refused_here_too(name: str) -> None:
    expected, made = REFUSED[name]
    with pytest.raises(PhotoError) as caught:
        texts_of(made())
    assert type(caught.value) is expected


def test_without_the_reader_typing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(barcodes, "INSTALLED", False)
    with pytest.raises(BarcodeReaderNotInstalled) as caught:
        texts_of(photo("QR", VIN))
    assert "直接输入" in of_error(caught.value)
