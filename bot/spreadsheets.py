"""Lists as spreadsheets (XLSX), for admins who process them further.

User input must never run as a formula. Every text is written as text, and one that looks like a formula also
carries the text prefix, which survives when the sheet is saved in another format.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from core.clock import CHINA

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | datetime | date | None
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_TITLE = 31
_WIDEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list: sheet title, column headings, rows. Times are converted to China Standard Time."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def workbook(tables: Iterable[Table]) -> bytes:
    """Return a workbook with one sheet per table."""
    import xlsxwriter  # noqa: PLC0415 - 3 MB, for the desk's lists only

    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        formats = _Formats(
            day=book.add_format({"num_format": "yyyy-mm-dd"}),
            moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            text=book.add_format({"quote_prefix": True}),
        )
        for table in tables:
            sheet = book.add_worksheet(_title(table.title))
            sheet.write_row(0, 0, table.columns, head)
            sheet.freeze_panes(1, 0)
            for index, row in enumerate(table.rows, 1):
                _write_row(sheet, index, row, formats)
            _fit(sheet, table)
    return file.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Formats:
    day: "Format"
    moment: "Format"
    text: "Format"


def _title(title: str) -> str:
    kept = "".join(" " if character in "[]:*?/\\" else character for character in title)
    return kept.strip("'")[:_LONGEST_TITLE]


def _write_row(sheet: "Worksheet", index: int, row: Sequence[Cell], formats: _Formats) -> None:
    for column, cell in enumerate(row):
        match cell:
            case None:
                continue
            case datetime():
                local = cell.astimezone(CHINA).replace(tzinfo=None)
                sheet.write_datetime(index, column, local, formats.moment)
            case date():
                sheet.write_datetime(index, column, cell, formats.day)
            case str():
                quoted = formats.text if cell.startswith(_FORMULAS) else None
                sheet.write_string(index, column, cell, quoted)
            case _:
                sheet.write_number(index, column, cell)


def _fit(sheet: "Worksheet", table: Table) -> None:
    for column, head in enumerate(table.columns):
        widths = [_width(row[column]) for row in table.rows[:200] if column < len(row)]
        sheet.set_column(column, column, min(_WIDEST, max([_width(head), *widths]) + 2))


def _width(cell: Cell) -> int:
    """Return the display width of a cell; a Chinese character is two letters wide."""
    if isinstance(cell, datetime):
        return 19
    return sum(2 if ord(character) > 0x2E80 else 1 for character in str(cell or ""))  # noqa: PLR2004 - CJK
