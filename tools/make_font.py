"""Build the font of ``bot/pictures/fonts`` from Noto Sans SC, or check their coverage.

    python tools/make_font.py            rebuild the font from the pinned package
    python tools/make_font.py --check    check the existing file; exit status 1 if characters are missing

Regular contains all of GB 2312 (6,763 characters, so that nearly every place name and address that an
operator may configure can be drawn) and every character of the project's own texts. ``coverage.txt`` lists
them for ``bot.pictures.font.missing_glyphs``, as Pillow cannot query a font for them.

The file is a subset, hence a Modified Version in the sense of the SIL Open Font License. The only Reserved
Font Name is 'Source', which it does not use, so it keeps the name Noto Sans SC.
"""

import argparse
import base64
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]  # it has no types
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types

PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
INTEGRITY = "sha512-9rAwdFTFHbO/u6Cs0gj2jZbW74TGIiaFNQnXYH2s5wA1bzVkwbaviL4t8YUV642eGYjg86eH6DkAEQmfNHDncQ=="
FONT = "NotoSansSC-Regular.ttf"
MEMBER = "package/400Regular/NotoSansSC_400Regular.ttf"
LICENSE_MEMBER = "package/LICENSE_FONT"

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "bot/pictures/fonts"
OFFICES = ROOT / "core/values/data/issuing_offices.csv"
TEXTS = ((ROOT / "bot/i18n", "*.py"), (ROOT / "bot/texts", "*.py"), (ROOT / "bot/i18n/locale", "*.po"))

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
ASCII = "".join(map(chr, range(0x20, 0x7F)))
LATIN_1 = "".join(map(chr, range(0xA0, 0x100)))
SIGNS = (
    LATIN_1 + "\u3000〇·•‧—–…‥‘’“”′″「」『』【】《》〈〉〔〕〖〗、。,.;:?!()〓"
    "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳❶❷❸❹❺❻❼❽❾❿←↑→↓↖↗↘↙⇒⇔★☆●○◎◆◇■□▲△▼▽✓✔✕×÷±≤≥≈≠°℃№℡※"
)

UNUSED_TABLES = ["BASE", "GDEF", "GPOS", "GSUB", "STAT", "gasp", "prep", "vhea", "vmtx"]
"""Hints, vertical layout, ligatures: the pictures use none (see ``bot.pictures.font``)."""

EMOJI_BLOCKS = ((0x21A9, 0x21AA), (0x2300, 0x23FF), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF))
"""Blocks of emoji on buttons, which the messenger renders; the pictures never contain them."""

SUBSET_NOTE = """
The fonts in this folder are subsets (Modified Versions) of Noto Sans SC, version 2.004, made by
tools/make_font.py: glyphs, layout tables and hints that the pictures do not need are left out. The
Reserved Font Name 'Source' is not used by them.
"""


class FontError(Exception):
    """The fonts could not be built."""


def gb2312() -> set[str]:
    """Return the characters of GB 2312: rows 1-9 (symbols) and 16-87 (levels 1 and 2)."""
    rows = (*range(0xA1, 0xAA), *range(0xB0, 0xF8))
    cells = (bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    return {cell.decode("gb2312", errors="ignore") for cell in cells} - {""}


def is_emoji(char: str) -> bool:
    """Return whether a character is an emoji, or a mark that only emoji use."""
    code = ord(char)
    return char in "\ufe0f\u200d\u20e3" or any(first <= code <= last for first, last in EMOJI_BLOCKS)


def text_characters(paths: Iterable[Path]) -> set[str]:
    """Return the characters of UTF-8 files that have a glyph, without emoji."""
    found = {char for path in paths for char in path.read_text(encoding="utf-8")}
    return {char for char in found if unicodedata.category(char) not in {"Cc", "Cf"} and not is_emoji(char)}


def text_files() -> list[Path]:
    """Return the files whose every character must be drawable: texts, translations, offices."""
    return [*(path for folder, names in TEXTS for path in sorted(folder.rglob(names))), OFFICES]


def demanded() -> set[str]:
    """Return the characters that Regular must cover: the project's texts, plates, ASCII and common symbols.

    Raises:
        FileNotFoundError: the list of issuing offices is missing.
    """
    return text_characters(text_files()) | set(PROVINCES + ASCII) | {c for c in SIGNS if not is_emoji(c)}


def covered(font: TTFont) -> set[str]:
    """Return the characters for which a font has a glyph."""
    return {chr(code) for code in font.getBestCmap()}


def coverage_text(characters: set[str]) -> str:
    """Return characters in the format of ``coverage.txt``: sorted, 64 per line, without the space."""
    ordered = "".join(sorted(characters - {" "}))
    return "".join(ordered[at : at + 64] + "\n" for at in range(0, len(ordered), 64))


def fetch(folder: Path) -> bytes:
    """Return the pinned package as npm packs it.

    Raises:
        FontError: npm failed, or the package does not match the pinned hash.
    """
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), PACKAGE]
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - a fixed command
    except (OSError, subprocess.CalledProcessError) as error:
        raise FontError("npm could not bring the font package") from error
    packed = next(folder.glob("*.tgz")).read_bytes()
    if "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode() != INTEGRITY:
        raise FontError("the font package is not the one that was pinned")
    return packed


def unpack(packed: bytes) -> dict[str, bytes]:
    """Return the required members of the package, by name."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        wanted = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        names = (MEMBER, LICENSE_MEMBER)
        return {name: handle.read() for name in names if (handle := wanted[name]) is not None}


def subset(source: bytes, characters: set[str]) -> TTFont:
    """Return a font with only these characters, without hints and layout tables."""
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += UNUSED_TABLES
    font = TTFont(io.BytesIO(source), recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(char) for char in characters])
    subsetter.subset(font)
    return font


def license_text(original: str) -> str:
    """Return the licence with a note on the subsets after its copyright line."""
    copyright_line, rest = original.split("\n", 1)
    return f"{copyright_line}\n{SUBSET_NOTE}{rest}".replace("embedded, \n", "embedded,\n")


def make() -> None:
    """Write the font, the licence and the coverage.

    Raises:
        FontError: the package could not be fetched, or lacks a required character.
    """
    with tempfile.TemporaryDirectory() as folder:
        members = unpack(fetch(Path(folder)))
    wanted = demanded()
    FONTS.mkdir(parents=True, exist_ok=True)
    subset(members[MEMBER], wanted | gb2312() | set(SIGNS)).save(FONTS / FONT)
    regular = covered(TTFont(FONTS / FONT))
    (FONTS / "coverage.txt").write_text(coverage_text(regular), encoding="utf-8")
    (FONTS / "OFL.txt").write_text(license_text(members[LICENSE_MEMBER].decode()), encoding="utf-8")
    if lacking := wanted - regular:
        raise FontError(f"no glyph in the source for: {''.join(sorted(lacking))}")


def complaints() -> list[str]:
    """Return the defects of the existing fonts; empty if there are none."""
    regular = covered(TTFont(FONTS / FONT))
    found = []
    if lacking := demanded() - regular:
        found.append(f"Regular lacks: {''.join(sorted(lacking))}")
    if (FONTS / "coverage.txt").read_text(encoding="utf-8") != coverage_text(regular):
        found.append("coverage.txt does not say what Regular holds")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Make or check the fonts of the pictures.")
    parser.add_argument("--check", action="store_true", help="only look whether the fonts suffice")
    if not parser.parse_args().check:
        try:
            make()
        except FontError as error:
            print(error, file=sys.stderr)
            return 1
    found = complaints()
    for complaint in found:
        print(complaint, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
