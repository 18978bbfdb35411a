"""Workbooks as spreadsheet programs write them, and as nobody should."""

import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from tests import factories

HEAD = ("vin", "certificate", "kind", "state")
LAST_ROW, LAST_COLUMN = 1_048_575, 16_383


def row(number: int) -> tuple[str, ...]:
    return (factories.vin(number), factories.certificate(number), "small", "new")


def book(write: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """Return a workbook that a function writes."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        write(made)
    return file.getvalue()


def sheet(rows: Sequence[Sequence[object]], also: Callable[[Worksheet], object] | None = None) -> bytes:
    """Return a workbook of one sheet."""

    def write(made: xlsxwriter.Workbook) -> None:
        page = made.add_worksheet()
        for number, cells in enumerate(rows):
            page.write_row(number, 0, cells)
        if also is not None:
            also(page)

    return book(write)


@cache  # xlsxwriter goes through all the empty rows
def with_stray_cell(at_row: int = LAST_ROW, at_column: int = LAST_COLUMN) -> bytes:
    """Return a good table with a blank far away, as Excel's solver leaves some."""
    return sheet([HEAD, row(1)], lambda page: page.write(at_row, at_column, " "))


def replaced(content: bytes, old: bytes, new: bytes) -> bytes:
    """Return a workbook with another text in its first sheet."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as parts, zipfile.ZipFile(made, "w") as others:
        for name in parts.namelist():
            data = parts.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert old in data
                data = data.replace(old, new)
            others.writestr(name, data)
    return made.getvalue()


def misleading() -> bytes:
    """Return a workbook whose stray cell a scan of the tags does not find, though a parser does."""
    return replaced(with_stray_cell(), b'<c r="XFD1048576"', b'<c x=">" r="XFD1048576"')
