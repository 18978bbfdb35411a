"""Bring the catalogue of English words up to date with the code, or check that it is.

    python tools/make_texts.py           extract, keep what is translated, write ``xuanhao.po`` and ``.mo``
    python tools/make_texts.py --check   look at what is there; exit status 1 when it is not up to date

Chinese stands in the code (``bot/texts`` and ``bot/i18n``, in ``_(…)``, ``phrase(…)`` or ``verbatim(…)``) and
is the key of a word. The ``.po`` is edited by hand; the ``.mo``, which the program reads, is made of it.
Neither holds a date or a line number, so that it changes only where words do.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (ROOT / "bot/i18n", ROOT / "bot/texts")
"""Where the words stand."""
PO = ROOT / "bot/i18n/locale/en/LC_MESSAGES/xuanhao.po"
MO = PO.with_suffix(".mo")
HEADER = "# English words of xuanhao. Write the translations here, then run `make texts`."

_KEYWORDS = {"_": None, "phrase": None, "verbatim": None}
_FIELD = re.compile(r"\{[^{}]*\}")
_TAG = re.compile(r"</?[a-z]+[^>]*>")
_BAR = re.compile(r"\|")  # between the heads of a table's columns


class Undated(Catalog):
    """A catalogue whose header says in which language and how it is written, and nothing else."""

    mime_headers = (
        ("Language", "en"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    )


def extracted() -> Catalog:
    """Return the words of the code, without translations, file after file by their paths."""
    template = Catalog()
    found = [
        ((folder / name).relative_to(ROOT).as_posix(), line, words)
        for folder in SOURCES
        for name, line, words, _comments, _context in extract_from_dir(folder, keywords=_KEYWORDS)
    ]
    for path, _line, words in sorted(found, key=lambda one: one[:2]):
        template.add(words, locations=[(path, 0)])
    return template


def written() -> Catalog:
    """Return the catalogue as it lies there."""
    with PO.open("rb") as file:
        return read_po(file, locale="en", domain="xuanhao")


def updated() -> Catalog:
    """Return the words of the code with the translations that there are."""
    known = {message.id: message.string for message in entries(written())} if PO.exists() else {}
    catalogue = Undated(locale="en", header_comment=HEADER, fuzzy=False)
    for message in entries(extracted()):
        catalogue.add(message.id, known.get(message.id, ""), locations=message.locations)
    return catalogue


def po_text(catalogue: Catalog) -> str:
    """Return a catalogue as ``xuanhao.po`` holds it."""
    file = io.BytesIO()
    write_po(file, catalogue, width=110, include_lineno=False)
    return file.getvalue().decode()


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as the program reads it."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def entries(catalogue: Catalog) -> Iterator[Message]:
    """Return the words of a catalogue, without its header."""
    return (message for message in catalogue if message.id)


def complaints() -> list[str]:
    """Return in what the files lag behind the code or each other; empty when they do not."""
    found = []
    if PO.read_text(encoding="utf-8") != po_text(updated()):
        found.append("xuanhao.po is not what the code says: run make texts")
    if MO.read_bytes() != compiled(updated()):
        found.append("xuanhao.mo is not what xuanhao.po says: run make texts")
    return found


def untranslated() -> list[str]:
    """Return the words that have no translation, or one that somebody should look at."""
    return [str(message.id) for message in entries(written()) if not message.string or message.fuzzy]


def unlike(message: Message) -> str:
    """Return in what a translation differs from its words beyond language; empty when in nothing."""
    for what, pattern in (("fields", _FIELD), ("tags", _TAG), ("bars", _BAR)):
        chinese, english = (sorted(pattern.findall(str(text))) for text in (message.id, message.string))
        if chinese != english:
            return f"{message.id!r}: the {what} are {english}, not {chinese}"
    return ""


def main() -> int:
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(description="Make or check the catalogue of English words.")
    parser.add_argument("--check", action="store_true", help="only look whether it is up to date")
    if not parser.parse_args().check:
        catalogue = updated()
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_text(po_text(catalogue), encoding="utf-8")
        MO.write_bytes(compiled(catalogue))
    found = complaints()
    for complaint in found:
        print(complaint, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
