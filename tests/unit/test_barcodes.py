"""Barcodes are read from photos at whatever angle they are held."""

import io
import time

import pytest
from PIL import Image

from bot.photos import barcodes
from bot.photos.barcodes import read_barcodes
from bot.texts.errors import of_error
from core.errors import BarcodeNotFound, BarcodeReaderNotInstalled, PhotoError
from core.settings import Photos
from core.vehicles import vins_in
from tests.barcoded import photo
from tests.hostile import HEIC, REFUSED, card
from tests.invented import VIN
from tests.photographed import jpeg

LIMITS = Photos()
ANGLES = range(0, 360, 17)
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


def texts_of(content: bytes) -> tuple[str, ...]:
    return read_barcodes(content, LIMITS, lambda text: bool(vins_in(text)))


@pytest.mark.parametrize("kind", ROUND)
def test_barcode_is_read_at_any_angle(kind: str) -> None:
    read, began = 0, time.process_time()
    for angle in ANGLES:
        content = photo(kind, VIN, angle)
        try:
            read += VIN in texts_of(content)
        except BarcodeNotFound:
            print(f"{kind}: not read at {angle} degrees")  # noqa: T201 - pytest shows it
    share = read / len(ANGLES)
    print(f"{kind}: {share:.0%} of {len(ANGLES)} read, {time.process_time() - began:.1f} s of CPU")  # noqa: T201 - the same
    assert share >= 0.95


@pytest.mark.parametrize("kind", ["QR", "Data Matrix"])
def test_light_squares_on_dark_ground_are_read(kind: str) -> None:
    assert VIN in texts_of(photo(kind, VIN, 33, inverted=True))


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
