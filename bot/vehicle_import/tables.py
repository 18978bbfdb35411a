"""Files as rows of text: CSV (UTF-8 or GBK; comma, semicolon or tab) and XLSX."""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO, StringIO
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook

from bot.errors.tables import NotATable, TableEmpty, TableTooLarge, UnknownEncoding

MOST_UNFOLDED = 400_000_000
"""Maximum decompressed bytes of an XLSX; a few megabytes can decompress to many gigabytes."""
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_DELIMITERS = ",;\t"


def rows_of(content: bytes) -> Iterator[list[str]]:
    """Return the rows of a file, headings first; the format is detected from the contents.

    Raises:
        NotATable: it is neither CSV nor XLSX.
        UnknownEncoding: it is text in neither UTF-8 nor GBK.
        TableTooLarge: it would decompress to too much.
        TableEmpty: it has no content.
    """
    if not content.strip():
        raise TableEmpty
    if content.startswith(_ZIP):
        return _of_workbook(content)
    if content.startswith(_OLD_EXCEL) or _CONTROLS.search(content[:65536]):
        raise NotATable
    return _of_text(_decoded(content))


def is_text(content: bytes) -> bool:
    """Return whether a file may be CSV, whose rows are quickly counted."""
    return not content.startswith(_ZIP)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnknownEncoding


def _of_text(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise NotATable from None


def _of_workbook(content: bytes) -> Iterator[list[str]]:
    try:
        with ZipFile(BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNFOLDED:
                raise TableTooLarge
        sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    except (BadZipFile, CalamineError, IndexError, ValueError):
        raise NotATable from None
    for row in sheet.iter_rows():
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """Return a cell as text; a spreadsheet stores a long integer as a float."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return str(cell)
