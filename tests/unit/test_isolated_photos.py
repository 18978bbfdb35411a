"""Photos in child processes: the same answers, a budget of time, and memory that does not grow."""

import asyncio
import io
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot.owner.vin_pages import holds_vin
from bot.photos import barcodes, isolated
from bot.photos.barcodes import read_barcodes
from bot.photos.isolated import LIMITS, read_barcodes_isolated, validate_isolated
from bot.photos.validation import validate
from bot.texts.errors import of_error
from core.errors.photos import (
    BarcodeNotFound,
    BarcodeReaderNotInstalled,
    PhotoError,
    PhotoTooSmall,
    PhotoUnreadable,
)
from core.settings import PhotoSettings
from tests.barcoded import photo
from tests.factories import VIN
from tests.malicious_files import HEIC, REFUSED, card
from tests.photographed import jpeg

PHOTOS = PhotoSettings()
ROOT = Path(__file__).parents[2]


def noise(side: int, quality: int = 75) -> bytes:
    """Return a photo of noise, in which the reader looks longest."""
    small = side // 4
    picture = Image.frombytes("L", (small, small), os.urandom(small * small)).resize((side, side))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


@pytest.mark.parametrize("content", [jpeg(card()), HEIC.read_bytes()], ids=["JPEG", "HEIC"])
async def test_photo_is_validated_as_the_program_would(content: bytes) -> None:
    assert await validate_isolated(content, PHOTOS) == validate(content, PHOTOS)


async def test_barcode_is_read_as_the_program_would() -> None:
    assert await read_barcodes_isolated(photo("QR", VIN, 20), PHOTOS, holds_vin) == (VIN,)


@pytest.mark.parametrize("name", ["ZIP", "moving PNG", "half a JPEG", "PNG of 3.6 thousand million pixels"])
async def test_hostile_photo_is_refused_for_the_same_reason(name: str) -> None:
    expected, made = REFUSED[name]
    with pytest.raises(PhotoError) as caught:
        await validate_isolated(made(), PHOTOS)
    assert type(caught.value) is expected


async def test_figures_of_an_error_come_along() -> None:
    with pytest.raises(PhotoTooSmall) as caught:
        await validate_isolated(jpeg(card()), PhotoSettings(min_side=700))
    assert (caught.value.width, caught.value.height) == (800, 600)


async def test_photo_for_which_memory_does_not_suffice_is_refused_in_words() -> None:
    content = noise(4000, 40)
    for call in (
        validate_isolated(content, PHOTOS, replace(LIMITS, memory=20_000_000)),
        read_barcodes_isolated(content, PHOTOS, holds_vin, replace(LIMITS, memory=10_000_000)),
    ):
        with pytest.raises(PhotoUnreadable) as caught:
            await call
        assert "处理不了" in of_error(caught.value)


async def test_photo_for_which_time_does_not_suffice_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = replace(LIMITS, seconds=1)
    monkeypatch.setattr(isolated, "validate_packed", time.sleep)
    monkeypatch.setattr(isolated, "read_barcodes", time.sleep)
    with pytest.raises(PhotoUnreadable):
        await validate_isolated(3, 3, short)  # type: ignore[arg-type]
    with pytest.raises(PhotoError):
        await read_barcodes_isolated(b"", PHOTOS, holds_vin, short)


async def test_without_the_reader_no_child_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(barcodes, "INSTALLED", False)
    with pytest.raises(BarcodeReaderNotInstalled):
        await read_barcodes_isolated(photo("QR", VIN), PHOTOS, holds_vin)


# --- time and memory ------------------------------------------------------------------------


def test_search_for_a_barcode_ends_with_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    content = noise(4900)
    monkeypatch.setattr(barcodes, "MOST_SECONDS", 0.5)
    begun = time.thread_time()
    with pytest.raises(BarcodeNotFound):
        read_barcodes(content, PHOTOS, holds_vin)
    assert time.thread_time() - begun < 1.8  # decoding, and one pass that was begun in time


def test_first_pass_is_made_whatever_decoding_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(barcodes, "MOST_SECONDS", 0.0)
    assert read_barcodes(photo("QR", VIN), PHOTOS, holds_vin) == (VIN,)


def test_control_a_later_pass_would_have_found_it(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = photo("Code 128", VIN, 30)
    assert VIN in read_barcodes(turned, PHOTOS, holds_vin)
    monkeypatch.setattr(barcodes, "MOST_SECONDS", 0.0)
    with pytest.raises(BarcodeNotFound):
        read_barcodes(turned, PHOTOS, holds_vin)


MEMORY = """
import asyncio, resource
from bot.isolation import runner
from bot.photos import barcodes, validation
from bot.photos.isolated import validate_isolated
from core.settings import PhotoSettings
from tests.unit.test_isolated_photos import noise

async def main():
    runner.preload((barcodes, validation))
    content, limits = noise(4900, 20), PhotoSettings(min_sharpness=0)
    for _ in range(10):
        await validate_isolated(content, limits)
        print(int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 1_000_000)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_of_the_program_stays_flat() -> None:
    """Photos of 24 million pixels took 17 MB each of the program, and were given back late."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True, cwd=ROOT
    )
    used = [int(one) for one in done.stdout.split()]
    assert max(used) - used[0] < 60, used


async def test_event_loop_goes_on_while_photos_are_decoded() -> None:
    waits: list[float] = []

    async def tick() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.01)
            waits.append(time.perf_counter() - begun)

    ticking = asyncio.create_task(tick())
    with pytest.raises(BarcodeNotFound):
        await read_barcodes_isolated(noise(2400), PHOTOS, holds_vin)
    ticking.cancel()
    assert sorted(waits)[len(waits) // 2] < 0.1
