"""Photos are validated by their contents before they are decoded, and only a picture is kept."""

import io
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageEnhance, ImageFile

from bot.photos import formats
from bot.photos.perceptual_hash import fingerprint, is_same
from bot.photos.validation import KEPT_SIDE, ValidPhoto, validate
from bot.texts.errors import of_error
from core.errors.photos import PhotoError, PhotoFormatNotInstalled, PhotoTooLarge, PhotoTooSmall
from core.settings import PhotoSettings
from tests.malicious_files import HEIC, PNG_SIGNATURE, REFUSED, card, chunk, saved, with_chunks, zipped
from tests.photographed import PAPERS, Shot, jpeg, page, photographed

LIMITS = PhotoSettings()
SECRET = b"where the sender lives"
BEFORE_UNFOLDING = {"PhotoTooLarge", "PhotoTooHeavy", "PhotoTooSmall", "PhotoTooNarrow", "PhotoAnimated"}


def kept(judged: ValidPhoto) -> Image.Image:
    return Image.open(io.BytesIO(judged.jpeg))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures in grey levels."""
    pairs = zip(
        one.convert("L").resize((40, 30)).tobytes(),
        other.convert("L").resize((40, 30)).tobytes(),
        strict=True,
    )
    return sum(abs(a - b) for a, b in pairs) / 1200


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_file_is_refused_in_words(name: str) -> None:
    expected, made = REFUSED[name]
    with pytest.raises(PhotoError) as caught:
        validate(made(), LIMITS)
    assert type(caught.value) is expected
    assert of_error(caught.value)


@pytest.mark.parametrize(
    "name", [name for name, (why, _) in REFUSED.items() if why.__name__ in BEFORE_UNFOLDING]
)
def test_what_the_header_says_is_judged_before_unfolding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unfold(_picture: ImageFile.ImageFile) -> Any:
        pytest.fail("it was unfolded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", unfold)
    expected, made = REFUSED[name]
    with pytest.raises(expected):
        validate(made(), LIMITS)


def test_bombs_leave_memory_alone() -> None:
    """A process limited to little more memory than it has at the start still answers."""
    program = (
        "import resource\n"
        "from bot.photos.validation import validate\n"
        "from core.errors.photos import PhotoError\n"
        "from core.settings import PhotoSettings\n"
        "from tests.malicious_files import REFUSED\n"
        "files = [made() for name, (why, made) in REFUSED.items() if 'TooLarge' in why.__name__]\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 60_000_000,) * 2)\n"
        "for content in files:\n"
        "    try:\n"
        "        validate(content, PhotoSettings())\n"
        "    except PhotoError as error:\n"
        "        print(type(error).__name__)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) == {"PhotoTooLarge"}
    assert len(done.stdout.split()) == sum(why is PhotoTooLarge for why, _ in REFUSED.values())


def test_control_the_video_behind_a_photo_holds_many_starts_of_a_scan() -> None:
    assert TAKEN["JPEG with a video behind it"]().count(b"\xff\xda") > 64


def test_starts_of_a_scan_in_a_comment_are_none() -> None:
    validate(saved(card(), "JPEG", comment=b"\xff\xda" * 100), LIMITS)


def test_limits_are_those_of_the_settings() -> None:
    with pytest.raises(PhotoTooSmall) as caught:
        validate(jpeg(card()), PhotoSettings(min_side=700))
    assert (caught.value.min_side, caught.value.width, caught.value.height) == (700, 800, 600)


def test_sharpness_may_be_waived() -> None:
    assert (
        validate(jpeg(Image.new("RGB", (900, 700), "white")), PhotoSettings(min_sharpness=0)).sharpness == 0
    )


def test_without_its_reader_heic_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "HEIC_INSTALLED", False)
    with pytest.raises(PhotoFormatNotInstalled) as caught:
        validate(HEIC.read_bytes(), LIMITS)
    assert "HEIC" in of_error(caught.value)


# --- what is taken --------------------------------------------------------------------------


def with_alpha(mode: str) -> Image.Image:
    picture = card().convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size).point(lambda value: max(value, 245)))
    return picture.convert(mode)


def deep() -> Image.Image:
    """Return the card in 16-bit grey."""
    return card().convert("L").convert("I").point(lambda value: value * 257).convert("I;16")


def with_gain_map() -> bytes:
    """Return a photo with a second one behind it, as phones save them."""
    return saved(card(), "MPO", save_all=True, append_images=[card().resize((250, 188))])


def located() -> bytes:
    """Return a photo with location and device data."""
    marked = Image.Exif()
    marked[0x010F] = SECRET.decode()
    marked.get_ifd(0x8825).update({1: "N", 2: (23.0, 7.0, 9.0), 3: "E", 4: (113.0, 2.0, 1.0)})
    return saved(card(), "JPEG", exif=marked)


def deep_in_colours() -> bytes:
    """Return the card with 16 bits per colour, which Pillow does not write."""
    rows = memoryview(card().tobytes())
    wide = card().width * 3
    lines = [
        b"\x00" + bytes(value for value in rows[at : at + wide] for _ in "12")
        for at in range(0, len(rows), wide)
    ]
    head = struct.pack(">IIBBBBB", *card().size, 16, 2, 0, 0, 0)
    packed = chunk(b"IDAT", zlib.compress(b"".join(lines)))
    return PNG_SIGNATURE + chunk(b"IHDR", head) + packed + chunk(b"IEND", b"")


TAKEN: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: jpeg(card()),
    "progressive JPEG": lambda: saved(card(), "JPEG", progressive=True),
    "JPEG in CMYK": lambda: saved(card().convert("CMYK"), "JPEG"),
    "JPEG in grey": lambda: saved(card().convert("L"), "JPEG"),
    "JPEG with a gain map": with_gain_map,
    "JPEG with a place": located,
    "JPEG with a profile of nonsense": lambda: saved(card(), "JPEG", icc_profile=b"\xff" * 5000),
    "PNG with a chunk of 15 MB": lambda: with_chunks(chunk(b"prVt", bytes(15_000_000))),
    "PNG with 100,000 texts": lambda: with_chunks(*[chunk(b"tEXt", b"a\x00b")] * 100_000),
    "PNG of sixteen bits in colours": deep_in_colours,
    "JPEG with a video behind it": lambda: jpeg(card()) + random.Random(1).randbytes(6 << 20),
    "JPEG and ZIP in one": lambda: jpeg(card()) + zipped(),
    "PNG": lambda: saved(card(), "PNG"),
    "PNG with alpha": lambda: saved(with_alpha("RGBA"), "PNG"),
    "PNG in grey with alpha": lambda: saved(with_alpha("LA"), "PNG"),
    "PNG with a palette": lambda: saved(card().quantize(200), "PNG"),
    "PNG with a clear colour": lambda: saved(card().quantize(200), "PNG", transparency=0),
    "PNG of sixteen bits": lambda: saved(deep(), "PNG"),
    "PNG of one bit": lambda: saved(card().convert("1"), "PNG"),
    "WebP": lambda: saved(card(), "WEBP"),
    "lossless WebP with alpha": lambda: saved(with_alpha("RGBA"), "WEBP", lossless=True),
    "HEIC": HEIC.read_bytes,
}


@pytest.mark.parametrize("name", TAKEN)
def test_good_photo_is_kept_as_it_looks(name: str) -> None:
    judged = validate(TAKEN[name](), LIMITS)
    picture = kept(judged)
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (judged.width, judged.height))
    assert difference(picture, card()) < 12


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photo_is_set_upright(orientation: int) -> None:
    turns = (None, 0, 3, 1, 5, 2, 6, 4)  # the inverse of each orientation
    turn = turns[orientation - 1]
    lying = card() if turn is None else card().transpose(Image.Transpose(turn))
    marked = Image.Exif()
    marked[0x0112] = orientation
    judged = validate(saved(lying, "JPEG", exif=marked), LIMITS)
    assert (judged.width, judged.height) == card().size
    assert difference(kept(judged), card()) < 3


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_damaged_exif_is_no_reason_to_refuse() -> None:
    validate(saved(card(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 40), LIMITS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    marked = Image.Exif()
    marked[0x010E] = SECRET.decode()
    options: dict[str, Any] = {"exif": marked, "icc_profile": SECRET * 9, "xmp": SECRET}
    if kind == "JPEG":
        options["comment"] = SECRET
    content = saved(card(), kind, **options)
    assert SECRET in content
    judged = validate(content, LIMITS)
    assert SECRET not in judged.jpeg
    assert not {"exif", "icc_profile", "xmp", "comment"} & kept(judged).info.keys()


def test_place_and_telephone_are_not_kept() -> None:
    judged = validate(located(), LIMITS)
    assert Image.open(io.BytesIO(located())).getexif().get_ifd(0x8825)
    assert not Image.open(io.BytesIO(judged.jpeg)).getexif()
    assert SECRET not in judged.jpeg


def test_heic_is_kept_without_what_was_written_into_it() -> None:
    assert b"a secret of the sender" in HEIC.read_bytes()
    assert b"a secret" not in validate(HEIC.read_bytes(), LIMITS).jpeg


def test_what_hides_behind_a_picture_is_not_kept() -> None:
    assert b"PK\x03\x04" not in validate(jpeg(card()) + zipped(), LIMITS).jpeg


def test_huge_photo_is_kept_smaller() -> None:
    judged = validate(jpeg(card().resize((5000, 3750))), PhotoSettings(min_sharpness=0))
    assert (judged.width, judged.height) == (5000, 3750)
    assert max(kept(judged).size) == KEPT_SIDE


# --- similarity -----------------------------------------------------------------------------

COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "saved badly": lambda image: Image.open(io.BytesIO(jpeg(image, 30))),
    "made smaller": lambda image: image.resize((image.width // 2, image.height // 2)),
    "lighter": lambda image: ImageEnhance.Brightness(image).enhance(1.3),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "turned by a quarter": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "cropped a little": lambda image: image.crop(
        (image.width // 50, image.height // 50, image.width * 99 // 100, image.height * 98 // 100)
    ),
}


@pytest.fixture(scope="module")
def scenes() -> list[Image.Image]:
    """Return different documents of each kind, photographed from the same position."""
    return [photographed(page(paper, seed), Shot(side=640), 1) for paper in PAPERS for seed in range(2)]


@pytest.mark.parametrize("how", COPIES)
def test_copy_counts_as_the_same(how: str, scenes: list[Image.Image]) -> None:
    alike = [is_same(fingerprint(ctx), fingerprint(COPIES[how](ctx))) for ctx in scenes]
    assert alike == [True] * len(scenes)


def test_other_papers_in_the_same_place_are_others(scenes: list[Image.Image]) -> None:
    prints = [fingerprint(ctx) for ctx in scenes]
    pairs = [(a, b) for a in range(len(prints)) for b in range(a)]
    assert [pair for pair in pairs if is_same(prints[pair[0]], prints[pair[1]])] == []


def test_blank_pages_are_the_same_when_they_are_equal() -> None:
    white, grey = (fingerprint(Image.new("RGB", (700, 700), colour)) for colour in ("white", "grey"))
    assert (is_same(white, white), is_same(white, grey)) == (True, False)
