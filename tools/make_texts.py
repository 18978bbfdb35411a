"""Update the English catalogue from the code, or check that it is up to date.

    python tools/make_texts.py           extract, keep existing translations, write ``xuanhao.po`` and ``.mo``
    python tools/make_texts.py --check   check the existing files; exit status 1 if they are out of date

The Chinese texts in the code (``bot/texts`` and ``bot/i18n``, in ``_(…)``, ``phrase(…)`` or ``verbatim(…)``)
are the message ids. The ``.po`` is edited by hand; the ``.mo``, which the program reads, is compiled from it.
Neither contains a date or a line number, so that they change only when texts do.
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
"""Folders with texts."""
PO = ROOT / "bot/i18n/locale/en/LC_MESSAGES/xuanhao.po"
MO = PO.with_suffix(".mo")
HEADER = "# English words of xuanhao. Write the translations here, then run `make texts`."

_KEYWORDS = {"_": None, "phrase": None, "verbatim": None}
_FIELD = re.compile(r"\{[^{}]*\}")
_TAG = re.compile(r"</?[a-z]+[^>]*>")
_BAR = re.compile(r"\|")  # separates the headings of a table


class Undated(Catalog):
    """A catalogue whose header holds language and encoding only, without dates."""

    mime_headers = (
        ("Language", "en"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    )


def extracted() -> Catalog:
    """Return the messages of the code, without translations, sorted by file path."""
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
    with PO.open("rb") as file:
        return read_po(file, locale="en", domain="xuanhao")


def updated() -> Catalog:
    """Return the messages of the code with the existing translations."""
    known = {message.id: message.string for message in entries(written())} if PO.exists() else {}
    catalogue = Undated(locale="en", header_comment=HEADER, fuzzy=False)
    for message in entries(extracted()):
        catalogue.add(message.id, known.get(message.id, ""), locations=message.locations)
    return catalogue


def po_text(catalogue: Catalog) -> str:
    """Return a catalogue in the format of ``xuanhao.po``."""
    file = io.BytesIO()
    write_po(file, catalogue, width=110, include_lineno=False)
    return file.getvalue().decode()


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue in the format of ``xuanhao.mo``."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def entries(catalogue: Catalog) -> Iterator[Message]:
    """Return the messages of a catalogue, without its header."""
    return (message for message in catalogue if message.id)


def complaints() -> list[str]:
    """Return which files are out of date; empty if none are."""
    found = []
    if PO.read_text(encoding="utf-8") != po_text(updated()):
        found.append("xuanhao.po is not what the code says: run make texts")
    if MO.read_bytes() != compiled(updated()):
        found.append("xuanhao.mo is not what xuanhao.po says: run make texts")
    return found


def untranslated() -> list[str]:
    """Return the messages without a translation, or with one that needs review."""
    return [str(message.id) for message in entries(written()) if not message.string or message.fuzzy]


def unlike(message: Message) -> str:
    """Return how the markup of a translation differs from that of its message; empty if it does not."""
    for what, pattern in (("fields", _FIELD), ("tags", _TAG), ("bars", _BAR)):
        chinese, english = (sorted(pattern.findall(str(text))) for text in (message.id, message.string))
        if chinese != english:
            return f"{message.id!r}: the {what} are {english}, not {chinese}"
    return ""


def main() -> int:
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
