"""The rows of an XLSX workbook: its first visible sheet, after its extent has been looked at.

The library that reads workbooks allocates the whole rectangle around the outermost cells, so one stray cell
at the far corner takes some 500 GB. The positions of the cells are therefore scanned beforehand. A file may
still be built to mislead the scan: the bot reads workbooks in a child process with limits (``isolated``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from io import BytesIO
from posixpath import join, normpath
from typing import IO
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from bot.errors.tables import NotATable, StrayCells, TableTooLarge
from core.errors.base import InputError
from core.registry.vehicle_file import MAX_ROWS, DateCell, NumberTooLong

MOST_UNFOLDED = 400_000_000
"""Maximum decompressed bytes of an XLSX; a few megabytes can decompress to many gigabytes."""
MOST_CELLS = MAX_ROWS * 10
"""Maximum cells of the rectangle around all contents."""
_FIRST_INEXACT = 10**15
"""A spreadsheet keeps 15 digits of a number; the others have become zeros."""
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["'][^>]*(?<!/)>""")
"""The start of a cell with contents; cells that are only formatted are closed at once."""
_AT_ONCE = 1 << 20
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusableCell:
    """A cell whose text is not what was typed into it."""

    text: str
    error: type[InputError]


Cell = str | UnusableCell


def text_of(cell: Cell) -> str:
    """Return what a cell shows, whether or not that is what was typed into it."""
    return cell if isinstance(cell, str) else cell.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of a file; ``sheet`` names the sheet if there are several to choose from."""

    rows: Iterator[list[Cell]]
    sheet: str = ""


def rows_of_workbook(content: bytes) -> Rows:
    """Return the rows of the first visible sheet, from the first row of the sheet.

    Raises:
        NotATable: it is no workbook, or has no visible sheet.
        TableTooLarge: it would decompress to too much.
        StrayCells: its cells are spread too far.
    """
    from python_calamine import (  # noqa: PLC0415 - in child processes only
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        with ZipFile(BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNFOLDED:
                raise TableTooLarge
            book = CalamineWorkbook.from_filelike(BytesIO(content))
            visible = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
            ]
            if not visible:
                raise NotATable
            _validate_extent(parts, visible[0])
        sheet = book.get_sheet_by_name(visible[0])
    except (BadZipFile, CalamineError, IndexError, ValueError, KeyError, EOFError, NotImplementedError):
        raise NotATable from None
    rows = ([_cell(value) for value in row] for row in sheet.iter_rows())
    return Rows(rows=rows, sheet=visible[0] if len(visible) > 1 else "")


def _validate_extent(parts: ZipFile, name: str) -> None:
    """Scan the positions of a sheet's cells.

    Raises:
        StrayCells: the rectangle around them is too large.
    """
    path = _path_of(parts, name)
    if path is None:
        return
    with parts.open(path) as part:
        rows, columns = _extent(part)
    if rows * columns > MOST_CELLS:
        raise StrayCells(rows=rows, columns=columns)


def _extent(part: IO[bytes]) -> tuple[int, int]:
    """Return rows and columns of the rectangle around all cells with contents."""
    rows: set[int] = set()  # lowest and highest
    columns: set[int] = set()
    rest = b""  # a tag that the last piece has cut in two
    while piece := part.read(_AT_ONCE):
        piece = rest + piece
        cells = _CELL.findall(piece)
        rest = piece[piece.rfind(b"<") :][-_AT_ONCE:]
        if cells:
            found = {int(row) for _, row in cells} | rows
            rows = {min(found), max(found)}
            columns |= {_column(letters) for letters in {letters for letters, _ in cells}}
    if not rows:
        return 0, 0
    return max(rows) - min(rows) + 1, max(columns) - min(columns) + 1


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _path_of(parts: ZipFile, name: str) -> str | None:
    """Return the part of the archive that holds a sheet; None if that is not found in the usual place."""
    try:
        sheets = ET.fromstring(parts.read(_WORKBOOK))  # noqa: S314 - expat refuses entity bombs
        relations = ET.fromstring(parts.read(_RELATIONS))  # noqa: S314 - the same
    except (KeyError, ET.ParseError):
        return None
    wanted = {
        value
        for sheet in sheets.iter()
        if _local(sheet.tag) == "sheet" and sheet.get("name") == name
        for key, value in sheet.items()
        if _local(key) == "id"
    }
    for relation in relations:
        if relation.get("Id") in wanted:
            path = normpath(join("/xl", relation.get("Target", ""))).lstrip("/")
            return path if path in parts.namelist() else None
    return None


def _local(name: str) -> str:
    """Return a name of XML without its namespace, which differs between the two editions of the format."""
    return name.rpartition("}")[2]


def _cell(value: object) -> Cell:
    """Return a cell as text; numbers that have lost digits, and dates, are not what was typed."""
    match value:
        case float() | int() if not isinstance(value, bool):
            return _number(value)
        case date() | time() | timedelta():  # a datetime is a date
            return UnusableCell(text=str(value), error=DateCell)
        case _:
            return str(value)


def _number(value: float) -> Cell:
    """Return a number as text; a spreadsheet stores whole numbers as floats."""
    if abs(value) >= _FIRST_INEXACT:
        return UnusableCell(text=f"{value:.0f}", error=NumberTooLong)
    return str(int(value)) if value == int(value) else str(value)
