"""The fonts contain every character that a picture may show."""

import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types

from bot.pictures.batch import NUMBERS
from bot.pictures.font import FONTS, REGULAR, SUBSTITUTE, coverage, drawable, glyph, missing_glyphs
from bot.pictures.layout import LAYOUTS
from bot.pictures.plate_glyphs import cell_glyph
from bot.texts.pictures import REHEARSAL_MARK, SPECIMEN_MARK
from tools import make_font

PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "0123456789"
BEYOND_GB_2312 = "\u9fa5"


@pytest.mark.parametrize("path", make_font.text_files(), ids=lambda path: path.name)
def test_no_text_lacks_a_glyph(path: Path) -> None:
    assert missing_glyphs("".join(make_font.text_characters([path]))) == set()


def test_texts_are_really_looked_at() -> None:
    assert {"pictures.py", "issuing_offices.csv"} <= {path.name for path in make_font.text_files()}


def test_own_signs_have_a_glyph() -> None:
    assert missing_glyphs(NUMBERS + SUBSTITUTE + SPECIMEN_MARK + REHEARSAL_MARK) == set()


def test_gb_2312_is_held_whole() -> None:
    assert len(make_font.gb2312()) == 6763 + 682
    assert missing_glyphs("".join(make_font.gb2312())) == set()


def test_zero_of_addresses_has_a_glyph() -> None:
    assert missing_glyphs("一〇二号") == set()


def test_coverage_file_says_what_regular_holds() -> None:
    assert coverage() == make_font.covered(TTFont(FONTS / REGULAR))


def test_provinces_are_thirty_one() -> None:
    assert len(set(make_font.PROVINCES)) == 31


@pytest.mark.parametrize("text", [make_font.PROVINCES, PLATE_LETTERS, DIGITS])
def test_plate_characters_differ_in_pixels(text: str) -> None:
    assert len({cell_glyph(char, 45, 90).tobytes() for char in text}) == len(text)


def test_check_finds_nothing_to_say() -> None:
    assert make_font.complaints() == []


def test_check_finds_what_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_font, "PROVINCES", "粤" + BEYOND_GB_2312)
    assert make_font.complaints() == [f"Regular lacks: {BEYOND_GB_2312}"]


def test_missing_characters_are_named() -> None:
    assert missing_glyphs("张" + BEYOND_GB_2312 + "\n🎲") == {BEYOND_GB_2312, "🎲"}


def test_missing_characters_become_geta_marks() -> None:
    assert drawable(f"张{BEYOND_GB_2312}") == f"张{SUBSTITUTE}"


def test_tofu_is_never_drawn() -> None:
    assert glyph(BEYOND_GB_2312, 40).mask.tobytes() == glyph(SUBSTITUTE, 40).mask.tobytes()


def test_emoji_of_buttons_are_not_demanded(tmp_path: Path) -> None:
    (tmp_path / "words.py").write_text("🎲✅换一批\n", encoding="utf-8")
    assert make_font.text_characters([tmp_path / "words.py"]) == set("换一批")


def test_reserved_font_name_is_not_used() -> None:
    names = TTFont(FONTS / REGULAR)["name"]
    assert not any("Source" in str(names.getDebugName(number)) for number in (1, 4, 6))


def test_licence_travels_with_the_fonts() -> None:
    text = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert text.startswith(
        "Copyright 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'"
    )
    assert "SIL OPEN FONT LICENSE Version 1.1" in text


def test_fonts_stay_below_three_megabytes() -> None:
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 3_000_000


def test_maker_pins_one_version() -> None:
    assert re.fullmatch(r"@[a-z-]+/noto-sans-sc@\d+\.\d+\.\d+", make_font.PACKAGE)


def test_every_cell_size_has_every_character() -> None:
    widths = {round(cell.width) for layout in LAYOUTS.values() for cell in layout.cells}
    boxes = {
        cell_glyph(char, width, 90).getbbox() is None for char in PLATE_LETTERS + DIGITS for width in widths
    }
    assert boxes == {False}
