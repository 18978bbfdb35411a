"""Files as rows of text: CSV (UTF-8 or GBK; comma, semicolon or tab) and XLSX."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from bot.errors.tables import NotATable, TableEmpty, UnknownEncoding
from bot.vehicle_import.workbooks import Cell, Rows, rows_of_workbook, text_of

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_ENDS = b"\r\n\x1a"  # old programs end a text with Ctrl-Z
_DELIMITERS = ",;\t"
_LINES_LOOKED_AT = 10
"""Lines at the start that decide the delimiter; the first may be a title."""


def rows_of(content: bytes) -> Rows:
    """Return the rows of a file from its first one; the format is detected from the contents.

    Raises:
        NotATable: it is neither CSV nor XLSX.
        UnknownEncoding: it is text in neither UTF-8 nor GBK.
        TableTooLarge: it would decompress to too much, or its cells are spread too far.
        TableEmpty: it has no content.
    """
    if not content.strip():
        raise TableEmpty
    if content.startswith(_ZIP):
        return rows_of_workbook(content)
    content = content.rstrip(_ENDS)
    if content.startswith(_OLD_EXCEL) or _CONTROLS.search(content[:65536]):
        raise NotATable
    return Rows(rows=_of_text(_decoded(content)))


def filled(rows: Iterator[list[Cell]]) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the rows that are not empty, each with its number as in a spreadsheet."""
    return ((number, row) for number, row in enumerate(rows, 1) if any(text_of(cell).strip() for cell in row))


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


def _of_text(text: str) -> Iterator[list[Cell]]:
    first = "".join(islice(StringIO(text), _LINES_LOOKED_AT))
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            yield list(row)
    except csv.Error:
        raise NotATable from None
