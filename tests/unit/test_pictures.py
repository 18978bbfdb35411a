"""Pictures: layout, colours, file format."""

import io
import itertools
import re
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.pictures import batch, canvas, font, layout, palette, receipt
from bot.pictures import png as png_file
from bot.pictures.batch import BatchLayout, BatchPicture, batch_picture
from bot.pictures.layout import LAYOUTS, Box, layout_of
from bot.pictures.plate_glyphs import cell_glyph
from bot.pictures.plate_strokes import is_drawn
from bot.pictures.plates import painter_of, paste_plate, plate_picture
from bot.pictures.receipt import receipt_pdf, receipt_picture
from bot.pictures.share_card import ShareCard
from bot.pictures.text_layout import set_line, text_width, wrapped
from tests import receipts

SERIALS = {"small": "A1234", "small_nev": "D12345", "large_nev": "12345F"}
KINDS = list(SERIALS)
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CHARACTERS = PROVINCES + PLATE_LETTERS + "0123456789"


def opened(file: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(file))
    picture.load()
    return picture


def render_plate(
    office: str, kind: str, serial: str, *, scale: float = 1.0, rehearsal: bool = False
) -> Image.Image:
    """Render a plate alone, in RGB, at some pixels for a millimetre."""
    colours = palette.palette_of(kind, rehearsal=rehearsal)
    sheet = Image.new("L", layout_of(office, kind, serial).size(scale), colours.text.ground)
    paste_plate(sheet, painter_of(kind, scale, colours), (office, serial), (0, 0))
    return canvas.coloured(sheet, colours)


def serials(kind: str, count: int) -> list[str]:
    return [SERIALS[kind].replace("234", f"{number:03}") for number in range(count)]


def batch_of(kind: str, count: int = 10, **more: object) -> bytes:
    """Render a batch of a kind."""
    options = {"title": "第 1 批", "footer": "剩余 4 次", **more}
    return batch_picture("粤K", kind, serials(kind, count), **options)  # type: ignore[arg-type]  # a test's own


def receipt_of(kind: str, *, rehearsal: bool = False) -> bytes:
    """Render a receipt of a kind."""
    return receipt_picture(receipts.receipt(kind, SERIALS[kind], rehearsal=rehearsal))


def chunks(file: bytes) -> list[tuple[bytes, bytes]]:
    """Return names and contents of a PNG file's chunks, after verifying their checksums."""
    found, at = [], 8
    while at < len(file):
        length = int.from_bytes(file[at : at + 4], "big")
        body = file[at + 4 : at + 8 + length]
        assert zlib.crc32(body).to_bytes(4, "big") == file[at + 8 + length : at + 12 + length]
        found.append((body[:4], body[4:]))
        at += 12 + length
    return found


def colour(picture: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = picture.getpixel((round(x), round(y)))
    assert isinstance(found, tuple)
    return found


# --- geometry -------------------------------------------------------------------------------


def test_small_cells_stand_as_prescribed() -> None:
    lefts = [cell.left for cell in LAYOUTS["small"].cells]
    assert lefts == [15.5, 72.5, 151.5, 208.5, 265.5, 322.5, 379.5]
    assert {(cell.width, cell.top, cell.height) for cell in LAYOUTS["small"].cells} == {(45.0, 25.0, 90.0)}


@pytest.mark.parametrize("kind", ["small_nev", "large_nev"])
def test_nev_cells_stand_as_prescribed(kind: str) -> None:
    cells = LAYOUTS[kind].cells
    assert [cell.left for cell in cells] == [15.5, 69.5, 161.5, 213.5, 265.5, 317.5, 369.5, 421.5]
    assert [cell.width for cell in cells] == [45.0] + [43.0] * 7
    assert {(cell.top, cell.height) for cell in cells} == {(25.0, 90.0)}


@pytest.mark.parametrize("kind", KINDS)
def test_both_margins_are_equal(kind: str) -> None:
    assert LAYOUTS[kind].width - LAYOUTS[kind].cells[-1].right == 15.5


def test_plate_sizes_are_in_millimetres() -> None:
    assert {kind: plate.size(1) for kind, plate in LAYOUTS.items()} == {
        "small": (440, 140),
        "small_nev": (480, 140),
        "large_nev": (480, 140),
    }


def test_dot_is_amid_its_gap() -> None:
    assert LAYOUTS["small"].dot == Box(left=129.5, top=65.0, width=10.0, height=10.0)


@pytest.mark.parametrize("kind", ["small_nev", "large_nev"])
def test_nev_sign_stays_in_its_gap(kind: str) -> None:
    plate = LAYOUTS[kind]
    assert plate.sign is not None
    assert plate.cells[1].right < plate.sign.left < plate.sign.right < plate.cells[2].left


def test_yellow_ends_behind_second_cell() -> None:
    cells, border = LAYOUTS["large_nev"].cells, LAYOUTS["large_nev"].second_ground
    assert border is not None
    assert cells[1].right < border < cells[2].left


@pytest.mark.parametrize("kind", KINDS)
@given(scale=st.floats(min_value=0.3, max_value=4))
def test_cells_never_overlap_in_pixels(kind: str, scale: float) -> None:
    boxes = [cell.pixels(scale) for cell in LAYOUTS[kind].cells]
    assert all(left[2] < right[0] for left, right in itertools.pairwise(boxes))


@pytest.mark.parametrize(
    ("office", "kind", "serial"),
    [
        ("粤K", "tram", "A1234"),
        ("粤", "small", "A1234"),
        ("粤K", "small", "A12345"),
        ("粤K", "small_nev", "A1234"),
    ],
)
def test_what_fits_no_plate_is_refused(office: str, kind: str, serial: str) -> None:
    with pytest.raises(ValueError, match="plate"):
        layout_of(office, kind, serial)


# --- characters in cells --------------------------------------------------------------------


@pytest.mark.parametrize("width", [36, 43, 45, 90])
def test_characters_fill_their_cell(width: int) -> None:
    height = width * 2
    for char in CHARACTERS:
        glyph = cell_glyph(char, width, height)
        assert glyph.size == (width, height), char
        ink = glyph.point([255 if value > 40 else 0 for value in range(256)]).getbbox()
        assert ink is not None, char
        left, top, right, bottom = ink
        assert (top, bottom) == pytest.approx((0, height), abs=1), char
        assert right - left >= width - 4 or char in "1I", char


def test_characters_are_neither_faint_nor_blotted() -> None:
    for char in CHARACTERS:
        histogram = cell_glyph(char, 45, 90).histogram()
        assert 0.2 < sum(histogram[128:]) / (45 * 90) < 0.75, char


def test_uprights_are_as_heavy_as_bars() -> None:
    values = cell_glyph("L", 90, 180).tobytes()
    upright = sum(value > 127 for value in values[60 * 90 : 61 * 90])
    bar = sum(value > 127 for value in values[60::90])
    assert upright == pytest.approx(bar, abs=4)


def _width_of_row(char: str, row: int) -> int:
    values = cell_glyph(char, 90, 180).tobytes()[row * 90 : (row + 1) * 90]
    return sum(value > 127 for value in values)


def test_one_stands_without_a_foot() -> None:
    assert _width_of_row("1", 176) == _width_of_row("1", 90) < 90 / 3


@pytest.mark.parametrize(
    ("char", "stems"), [("1", 1), ("F", 1), ("T", 1), ("L", 1), ("P", 1), ("H", 2), ("0", 2)]
)
def test_stems_have_one_weight(char: str, stems: int) -> None:
    assert _width_of_row(char, 120) == pytest.approx(stems * _width_of_row("1", 120), abs=2)


def test_every_letter_and_digit_of_a_plate_is_drawn_for_plates() -> None:
    assert all(is_drawn(char) for char in PLATE_LETTERS + "0123456789")


def test_characters_without_ink_are_refused() -> None:
    with pytest.raises(ValueError, match="ink"):
        cell_glyph(" ", 45, 90)


# --- plates ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_ink_of_serial_stays_in_cells(kind: str) -> None:
    painter = painter_of(kind, 1.0, palette.palette_of(kind))
    plate = LAYOUTS[kind]
    picture = render_plate("粤K", kind, SERIALS[kind])
    bare = painter.blank.copy()
    bare.putpalette(painter.palette.entries)
    bare_rgb = bare.convert("RGB")
    for cell in plate.cells:
        box = cell.pixels(1.0)
        picture.paste(bare_rgb.crop(box), box)
    assert picture.tobytes() == bare_rgb.tobytes()


def test_small_ground_is_blue() -> None:
    picture = render_plate("粤K", "small", "A1234")
    assert colour(picture, 20, 15) == palette.BLUE


def test_dot_is_white_and_round() -> None:
    picture = render_plate("粤K", "small", "A1234", scale=2)
    assert colour(picture, 269, 140) == palette.WHITE
    assert colour(picture, 269 - 8.5, 140 - 8.5) == palette.BLUE
    assert colour(picture, 269 + 13, 140) == palette.BLUE


def test_large_nev_is_yellow_then_green() -> None:
    picture = render_plate("粤K", "large_nev", "12345F")
    assert colour(picture, 60, 15) == palette.YELLOW
    assert colour(picture, 300, 15) == palette.GREEN


def test_small_nev_grows_greener_downwards() -> None:
    picture = render_plate("粤K", "small_nev", "D12345")
    column = [colour(picture, 145, y) for y in range(8, 130, 4) if not 50 < y < 90]
    assert [rgb[0] for rgb in column] == sorted((rgb[0] for rgb in column), reverse=True)
    assert column[0][0] - column[-1][0] > 100


@pytest.mark.parametrize("kind", ["small_nev", "large_nev"])
def test_nev_characters_are_black(kind: str) -> None:
    picture = render_plate("粤E", kind, SERIALS[kind])
    assert colour(picture, LAYOUTS[kind].cells[1].left + 4, 70) == palette.BLACK


@pytest.mark.parametrize("kind", KINDS)
def test_frame_runs_round_the_plate(kind: str) -> None:
    picture = render_plate("粤K", kind, SERIALS[kind], scale=2)
    ink = palette.palette_of(kind).ink
    middle, last = LAYOUTS[kind].width, 2 * LAYOUTS[kind].height - 1
    assert {colour(picture, middle, 9), colour(picture, middle, last - 9)} == {ink}


@pytest.mark.parametrize("kind", KINDS)
def test_corners_are_cut_to_paper(kind: str) -> None:
    picture = render_plate("粤K", kind, SERIALS[kind], scale=2)
    width, height = picture.size
    corners = itertools.product((0, width - 1), (0, height - 1))
    assert {colour(picture, x, y) for x, y in corners} == {palette.PAPER}


@pytest.mark.parametrize("kind", KINDS)
def test_every_plate_bears_the_specimen_mark(kind: str) -> None:
    picture = render_plate("粤K", kind, SERIALS[kind], scale=2)
    right = round(LAYOUTS[kind].cells[-1].right * 2)
    mark = picture.crop((right - 70, 237, right, 263))
    ink = palette.palette_of(kind).ink
    assert sum(count for count, rgb in mark.getcolors() or () if rgb == ink) > 150


# --- batches --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 2, 9, 10, 20])
def test_plates_of_a_batch_never_overlap(kind: str, count: int) -> None:
    size = LAYOUTS[kind].size(batch.scale_of(kind))
    sheet = BatchLayout(plate=size, title_lines=1, footer_lines=2, count=count)
    boxes = [(*sheet.corner(number), *size) for number in range(count)]
    for (left, top, width, height), (other_left, other_top, _, _) in itertools.combinations(boxes, 2):
        assert other_left >= left + width or other_top >= top + height or other_left + width <= left
    assert all(left >= batch.GUTTER and left + width <= batch.WIDTH - 8 for left, _, width, _ in boxes)
    assert max(top + height for _, top, _, height in boxes) <= sheet.footers_top


def test_numbers_run_like_the_buttons() -> None:
    sheet = BatchLayout(plate=(356, 113), title_lines=1, footer_lines=0, count=4)
    corners = [sheet.corner(number) for number in range(4)]
    assert corners == sorted(corners, key=lambda corner: (corner[1], corner[0]))


def test_batch_shows_the_plates_themselves() -> None:
    """All but the mark below the characters, which the picture carries once."""
    picture = opened(batch_of("small")).convert("RGB")
    width, height = LAYOUTS["small"].size(batch.scale_of("small"))
    left, top = BatchLayout(plate=(width, height), title_lines=1, footer_lines=0, count=10).corner(7)
    plate = render_plate("粤K", "small", serials("small", 8)[7], scale=batch.scale_of("small"))
    shown, expected = picture.crop((left, top, left + width, top + height)), plate
    above = (0, 0, width, height * 5 // 6)
    assert shown.crop(above).tobytes() == expected.crop(above).tobytes()
    assert shown.tobytes() != expected.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_batch_is_low_and_its_plates_are_wide_on_a_telephone(kind: str) -> None:
    """So that picture, caption and buttons fit one screen, and the numbers can be read."""
    picture = opened(batch_of(kind))
    assert picture.height * 390 / picture.width <= 330
    assert LAYOUTS[kind].size(batch.scale_of(kind))[0] * 360 / picture.width >= 150


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rehearsal", [False, True])
def test_batch_that_is_over_is_grey_and_crossed_out(kind: str, *, rehearsal: bool) -> None:
    over = opened(batch_of(kind, is_over=True, rehearsal=rehearsal)).convert("RGB")
    pixels = over.tobytes()
    assert pixels[::3] == pixels[1::3] == pixels[2::3]
    size = LAYOUTS[kind].size(batch.scale_of(kind))
    left, top = BatchLayout(plate=size, title_lines=1, footer_lines=0, count=10).corner(0)
    ink = palette.palette_of(kind, rehearsal=rehearsal).greys[palette.TEXT_LEVELS * 3 - 1]
    if not rehearsal:  # where the mark does not lie over it
        assert colour(over, left + size[0] / 2, top + size[1] / 2)[0] == ink


CHANGES: dict[str, Any] = {
    "office": "粤A",
    "kind": "small_nev",
    "serials": ("A1001", "A1002"),
    "title": "第 2 批",
    "footer": "剩余 4 次",
    "mark": "Specimen",
    "is_over": True,
    "rehearsal": True,
}


@pytest.mark.parametrize("name", [field.name for field in fields(BatchPicture)])
def test_batch_that_looks_different_has_another_key(name: str) -> None:
    before = BatchPicture(office="粤K", kind="small", serials=("A1001",), title="第 1 批")
    assert replace(before, **{name: CHANGES[name]}).key != before.key


@pytest.mark.parametrize("count", [0, 21])
def test_too_few_or_many_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="picture can hold"):
        batch_of("small", count)


def test_long_titles_make_the_picture_taller() -> None:
    assert opened(batch_of("small", title="请选择" * 30)).height > opened(batch_of("small")).height


# --- receipts -------------------------------------------------------------------------------


def test_long_places_make_the_receipt_taller() -> None:
    short = receipts.receipt("small", "A1234", place="茂名")
    long = receipts.receipt("small", "A1234", place="茂名" * 60)
    assert opened(receipt_picture(long)).height > opened(receipt_picture(short)).height


def test_plate_comes_first_on_a_receipt() -> None:
    """Most of the upper third is the plate, and only the date is red."""
    picture = opened(receipt_of("small")).convert("RGB")
    upper = picture.crop((0, 0, picture.width, picture.height // 3)).getcolors() or ()
    assert {rgb: count for count, rgb in upper}[palette.BLUE] > picture.width * 150
    red = [y for y in range(picture.height) if palette.RED in {c for _, c in _row(picture, y)}]
    assert red[-1] - red[0] <= receipt.DATE_SIZE * 1.25


def _row(picture: Image.Image, y: int) -> list[tuple[int, tuple[int, ...]]]:
    return picture.crop((0, y, picture.width, y + 1)).getcolors() or []  # type: ignore[return-value]


@pytest.mark.parametrize("kind", KINDS)
def test_code_on_a_receipt_is_read(kind: str) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    (found,) = zxingcpp.read_barcodes(opened(receipt_of(kind)).convert("L"))
    assert found.text == receipts.CODE


def test_receipt_text_keeps_its_margin() -> None:
    picture = opened(receipt_of("small")).convert("L")
    margin = picture.crop((picture.width - receipt.MARGIN + 2, 0, picture.width, picture.height))
    assert margin.getextrema()[0] == picture.getpixel((0, 0))


# --- the printed page -----------------------------------------------------------------------


def page_of(file: bytes) -> Image.Image:
    """Return the picture that is the page."""
    start = file.index(b"\xff\xd8")
    return opened(file[start : file.index(b"endstream", start)])


@pytest.mark.parametrize("kind", KINDS)
def test_receipt_is_printed_on_one_page_of_a5(kind: str) -> None:
    file = receipt_pdf(receipts.receipt(kind, SERIALS[kind]))
    width, height = (float(part) for part in re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+)", file).groups())  # type: ignore[union-attr]
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (148, 210)
    assert b"/Count 1" in file
    assert len(file) < 1_500_000


def test_long_receipt_still_fits_the_page() -> None:
    page = page_of(receipt_pdf(receipts.receipt("small", "A1234", place=receipts.PLACE * 6)))
    assert page.size == receipt.PAGE
    lowest = page.crop((0, page.height - 12, *page.size)).convert("L")
    assert min(lowest.tobytes()) > 245


def test_code_on_the_page_is_read() -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    (found,) = zxingcpp.read_barcodes(page_of(receipt_pdf(receipts.receipt("small", "A1234"))))
    assert found.text == receipts.CODE


def test_rehearsal_has_nothing_to_print() -> None:
    with pytest.raises(ValueError, match="no receipt to print"):
        receipt_pdf(receipts.receipt("small", "A1234", rehearsal=True))


# --- the picture to share -------------------------------------------------------------------


def card_of(kind: str) -> bytes:
    title, subtitle = "我选到了这个号牌!", "This is my new plate number"
    return ShareCard(office="粤K", kind=kind, serial=SERIALS[kind], title=title, subtitle=subtitle).render()


@pytest.mark.parametrize("kind", KINDS)
def test_shared_picture_shows_the_plate_on_a_car(kind: str) -> None:
    picture = opened(card_of(kind))
    assert picture.size == (1080, 1080)
    ground = {"small": palette.BLUE, "small_nev": palette.FRESH, "large_nev": palette.GREEN}[kind]
    plate = picture.convert("RGB").crop((330, 650, 750, 780)).resize((84, 26))
    near = [at for at in range(0, 84 * 26 * 3, 3) if _distance(plate.tobytes()[at : at + 3], ground) < 90]
    assert len(near) > 100


def _distance(pixel: bytes, colour: tuple[int, int, int]) -> int:
    return sum(abs(a - b) for a, b in zip(pixel, colour, strict=True))


def test_shared_pictures_differ_by_kind() -> None:
    assert len({card_of(kind) for kind in KINDS}) == len(KINDS)


# --- rehearsal ------------------------------------------------------------------------------


def watermarked(ordinary: Image.Image, rehearsal: Image.Image) -> float:
    """Return how much of the watermark's ink changed its pixel."""
    ink = canvas.watermark(*ordinary.size).point([255 if value > 250 else 0 for value in range(256)])
    places = [at for at, value in enumerate(ink.tobytes()) if value]
    plain, marked = ordinary.convert("RGB").tobytes(), rehearsal.convert("RGB").tobytes()
    changed = sum(plain[3 * at : 3 * at + 3] != marked[3 * at : 3 * at + 3] for at in places)
    assert len(places) > 1000
    return changed / len(places)


@pytest.mark.parametrize("kind", KINDS)
def test_rehearsal_marks_every_batch(kind: str) -> None:
    assert watermarked(opened(batch_of(kind)), opened(batch_of(kind, rehearsal=True))) == 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_rehearsal_marks_every_receipt(kind: str) -> None:
    assert watermarked(opened(receipt_of(kind)), opened(receipt_of(kind, rehearsal=True))) == 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_rehearsal_marks_every_single_plate(kind: str) -> None:
    ordinary = opened(plate_picture("粤K", kind, SERIALS[kind]))
    rehearsal = opened(plate_picture("粤K", kind, SERIALS[kind], rehearsal=True))
    assert watermarked(ordinary, rehearsal) == 1.0


def test_small_drawings_are_marked_in_rehearsal() -> None:
    ordinary = render_plate("粤K", "small", "A1234")
    assert watermarked(ordinary, render_plate("粤K", "small", "A1234", rehearsal=True)) == 1.0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rehearsal", [False, True])
def test_palette_fits_a_byte(kind: str, *, rehearsal: bool) -> None:
    assert len(palette.palette_of(kind, rehearsal=rehearsal).entries) <= 3 * 256


# --- files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rehearsal", [False, True])
def test_files_are_photos_telegram_takes(kind: str, *, rehearsal: bool) -> None:
    files = [
        batch_of(kind, rehearsal=rehearsal),
        batch_of(kind, 1, rehearsal=rehearsal),
        receipt_of(kind, rehearsal=rehearsal),
        plate_picture("粤K", kind, SERIALS[kind], rehearsal=rehearsal),
    ]
    for file in files:
        picture = opened(file)
        assert picture.format == "PNG"
        assert sum(picture.size) <= 10_000
        assert max(picture.size) / min(picture.size) <= 20
        assert len(file) < 110_000


def test_batch_file_is_light() -> None:
    assert len(batch_of("small")) < 50_000


@pytest.fixture(params=["isal", "zlib"])
def deflate(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    module = pytest.importorskip("isal.isal_zlib") if request.param == "isal" else zlib
    monkeypatch.setattr(png_file, "compress", module.compress)
    monkeypatch.setattr(png_file, "crc32", module.crc32)


@pytest.mark.usefixtures("deflate")
@pytest.mark.parametrize("colours", [2, 16, 17, 256])
@pytest.mark.parametrize("size", [(1, 1), (7, 5), (64, 3)])
def test_png_brings_back_every_pixel(size: tuple[int, int], colours: int) -> None:
    sheet = Image.new("L", size)
    sheet.putdata([(7 * at * at + at) % colours for at in range(size[0] * size[1])])
    entries = bytes(value for entry in range(colours) for value in (entry, 255 - entry, entry * 3 % 256))
    decoded = opened(png_file.encoded(sheet, entries))
    expected = b"".join(entries[3 * value : 3 * value + 3] for value in sheet.tobytes())
    assert decoded.convert("RGB").tobytes() == expected


def test_png_leaves_the_sheet_alone() -> None:
    sheet = Image.new("L", (8, 8), 3)
    png_file.encoded(sheet, bytes(48))
    assert (sheet.mode, sheet.tobytes()) == ("L", b"\x03" * 64)


def test_png_checksums_are_right() -> None:
    for file in (batch_of("small"), receipt_of("small")):
        assert [name for name, _ in chunks(file)] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]


@pytest.mark.parametrize("kind", KINDS)
def test_same_words_give_same_bytes(kind: str) -> None:
    first = batch_of(kind)
    for kept in (font.glyph, set_line, cell_glyph, painter_of, batch._base):
        kept.cache_clear()
    assert batch_of(kind) == first


def test_threads_draw_what_one_would() -> None:
    jobs = [(kind, count) for kind in KINDS for count in (3, 7, 10)] * 4
    for kept in (font.glyph, set_line, cell_glyph, painter_of, batch._base):
        kept.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda job: batch_of(*job), jobs))
    assert drawn == [batch_of(*job) for job in jobs]


# --- lines ----------------------------------------------------------------------------------


@given(st.text(alphabet="车辆管理所A1b2 \uff0c\u3002(\uff08)\uff09", max_size=80), st.integers(60, 400))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = wrapped(text, 20, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line, 20) <= width for line in lines)


def test_words_and_numbers_stay_whole() -> None:
    assert wrapped("营业时间 09:00-17:00", 20, 160) == ("营业时间", "09:00-17:00")


def test_no_line_begins_with_closing_signs() -> None:
    assert wrapped("车辆管理所\u3002", 20, 100) == ("车辆管理", "所\u3002")


def test_line_ends_of_text_are_kept() -> None:
    assert wrapped("一\n二", 20, 400) == ("一", "二")


def test_empty_text_has_no_lines() -> None:
    assert wrapped("", 20, 400) == ()


def test_layout_module_knows_three_kinds() -> None:
    assert set(LAYOUTS) == {layout.SMALL, layout.SMALL_NEV, layout.LARGE_NEV}
