"""Spreadsheets are read back as a spreadsheet program would read them."""

from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from bot.spreadsheets import Cell, Table, workbook


def read(content: bytes, sheet: int = 0) -> list[list[object]]:
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(sheet).to_python()
    return [list(row) for row in rows]


def table(*rows: tuple[Cell, ...]) -> Table:
    return Table(title="清单", columns=("甲", "乙"), rows=rows)


def test_cells_come_back_as_they_were_written() -> None:
    moment = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
    content = workbook([table(("粤K·12345", 7), (date(2026, 3, 10), moment), (None, 0.5))])
    assert read(content) == [
        ["甲", "乙"],
        ["粤K·12345", 7.0],
        [date(2026, 3, 10), datetime(2026, 3, 10, 10, 0)],  # noqa: DTZ001 - a sheet knows no zones
        ["", 0.5],
    ]


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")'])
def test_what_looks_like_a_formula_stays_text(typed: str) -> None:
    content = workbook([table((typed, 1))])
    assert read(content)[1][0] == typed
    with ZipFile(BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert b'quotePrefix="1"' in parts.read("xl/styles.xml")


def test_title_that_a_sheet_cannot_have_is_made_one() -> None:
    content = workbook([Table(title="粤K: [审计] " + "长" * 40, columns=("甲",), rows=[])])
    assert CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names[0].startswith("粤K   审计")
