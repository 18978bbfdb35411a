"""Workbooks of vehicles: which sheet is read, which cells were changed, and how far cells may lie."""

from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter

from bot.errors.tables import NotATable, StrayCells, TableUnreadable, WrongColumns
from bot.texts.desk import vehicles as texts
from bot.texts.errors import of_error
from bot.vehicle_import.isolated import LIMITS, read_vehicles_isolated
from bot.vehicle_import.vehicles import read_vehicles
from bot.vehicle_import.workbooks import MOST_CELLS
from core.errors.base import InputError
from core.registry.vehicle_file import DateCell, NumberTooLong, WrongCellCount
from tests import factories
from tests.workbooks import HEAD, book, misleading, replaced, row, sheet, with_stray_cell

CERTIFICATE = 1


def with_sheets(*sheets: tuple[str, int, bool]) -> bytes:
    """Return a workbook of sheets, each with a name, one vehicle, and whether it is visible."""

    def write(made: xlsxwriter.Workbook) -> None:
        for name, number, is_visible in sheets:
            page = made.add_worksheet(name)
            page.write_row(0, 0, HEAD)
            page.write_row(1, 0, row(number))
            if not is_visible:
                page.hide()
        next(page for page in made.worksheets() if not page.hidden).activate()

    return book(write)


def vins(content: bytes) -> list[str]:
    return [vehicle.vin for vehicle in read_vehicles(content).vehicles]


# --- sheets ---------------------------------------------------------------------------------


def test_hidden_first_sheet_is_passed_over() -> None:
    content = with_sheets(("旧", 1, False), ("新", 2, True))
    assert vins(content) == [factories.vin(2)]
    assert read_vehicles(content).sheet == ""


def test_very_hidden_sheet_is_passed_over() -> None:
    def write(made: xlsxwriter.Workbook) -> None:
        made.add_worksheet("a").very_hidden()
        page = made.add_worksheet("b")
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, row(2))
        page.activate()

    assert vins(book(write)) == [factories.vin(2)]


def test_sheet_is_named_when_several_are_visible() -> None:
    read = read_vehicles(with_sheets(("一月", 1, True), ("二<月", 2, True)))
    assert (read.sheet, [one.vin for one in read.vehicles]) == ("一月", [factories.vin(1)])
    assert "只读取第一个可见的工作表「一月」" in texts.sheet_read(read)
    assert texts.file_name("车辆.xlsx", read.sheet) == "车辆.xlsx [一月]"


def test_sheet_is_not_named_when_there_is_one() -> None:
    read = read_vehicles(sheet([HEAD, row(1)]))
    assert (read.sheet, texts.sheet_read(read), texts.file_name("a.xlsx", read.sheet)) == ("", "", "a.xlsx")


def test_chart_before_the_table_is_passed_over() -> None:
    def write(made: xlsxwriter.Workbook) -> None:
        chart = made.add_chart({"type": "column"})
        chart.add_series({"values": "=表!$A$1:$A$2"})
        made.add_chartsheet("图").set_chart(chart)
        page = made.add_worksheet("表")
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, row(2))

    assert vins(book(write)) == [factories.vin(2)]


# --- cells ----------------------------------------------------------------------------------

CHANGED: dict[str, tuple[object, type[InputError], str]] = {
    "number of twenty digits": (12345678901234567890, NumberTooLong, "12345678901234567168"),
    "number of sixteen digits": (1234567890123456, NumberTooLong, "1234567890123456"),
    "date": (date(2026, 3, 1), DateCell, "2026-03-01"),
    "date and time": (datetime(2026, 3, 1, 12, 30), DateCell, "2026-03-01 12:30:00"),  # noqa: DTZ001 - a cell has no zone
    "time": (time(12, 30), DateCell, "12:30:00"),
    "duration": (timedelta(days=2, hours=1), DateCell, "2 days, 1:00:00"),
}


def with_cell(value: object, column: int = CERTIFICATE) -> bytes:
    def write(made: xlsxwriter.Workbook) -> None:
        formats = {
            date: made.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: made.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            time: made.add_format({"num_format": "hh:mm:ss"}),
            timedelta: made.add_format({"num_format": "[hh]:mm:ss"}),
        }
        page = made.add_worksheet()
        for number, cells in enumerate((HEAD, row(1), row(2))):
            page.write_row(number, 0, cells)
        page.write(1, column, value, formats.get(type(value)))

    return book(write)


@pytest.mark.parametrize("name", CHANGED)
def test_cell_that_is_not_what_was_typed_is_refused_in_its_row(name: str) -> None:
    value, error, shown = CHANGED[name]
    read = read_vehicles(with_cell(value))
    (wrong,) = read.wrong
    assert (wrong.number, type(wrong.error)) == (2, error)
    if error is DateCell:
        assert wrong.cells[CERTIFICATE] == shown
    assert wrong.cells[CERTIFICATE].isdigit() or error is DateCell
    assert "「文本」" in texts.reason(wrong)
    assert [one.vin for one in read.vehicles] == [factories.vin(2)]


def test_number_of_fifteen_digits_is_taken() -> None:
    read = read_vehicles(with_cell(123456789012345))
    assert read.vehicles[0].certificate == "123456789012345"


def test_date_in_a_column_of_no_name_is_one_cell_too_many() -> None:
    (wrong,) = read_vehicles(with_cell(date(2026, 3, 1), column=4)).wrong
    assert isinstance(wrong.error, WrongCellCount)


# --- extent ---------------------------------------------------------------------------------

STRAY: dict[str, dict[str, int]] = {
    "last cell of all": {},
    "last row": {"at_column": 3},
    "last column of a few thousand rows": {"at_row": 5000},
}


@pytest.mark.parametrize("name", STRAY)
def test_stray_cell_is_refused_with_the_extent(name: str) -> None:
    with pytest.raises(StrayCells) as caught:
        read_vehicles(with_stray_cell(**STRAY[name]))
    assert caught.value.rows * caught.value.columns > MOST_CELLS
    assert f"{caught.value.rows:,} 行" in of_error(caught.value)


@pytest.mark.parametrize(
    "quoted", [b"<c r='XFD1048576'", b'<c  r = "XFD1048576"', b'<c s="0" r="XFD1048576"']
)
def test_stray_cell_is_found_however_it_is_written(quoted: bytes) -> None:
    with pytest.raises(StrayCells):
        read_vehicles(replaced(with_stray_cell(), b'<c r="XFD1048576"', quoted))


@pytest.mark.parametrize("at", [(5, 4), (400_000, 0), (100, 16_383)])
def test_blank_cell_not_so_far_away_is_no_matter(at: tuple[int, int]) -> None:
    assert vins(with_stray_cell(*at)) == [factories.vin(1)]


def test_cells_that_are_only_formatted_do_not_count() -> None:
    """A border around whole columns reaches the last row."""

    def write(made: xlsxwriter.Workbook) -> None:
        page = made.add_worksheet()
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, row(1))
        page.write_blank(1_048_575, 16_383, None, made.add_format({"border": 1}))

    assert vins(book(write)) == [factories.vin(1)]


def test_table_that_begins_further_down_keeps_its_row_numbers() -> None:
    (wrong,) = read_vehicles(sheet([(), (), HEAD, ("LSV", *row(1)[1:])])).wrong
    assert wrong.number == 4


def test_workbook_without_a_table_is_none() -> None:
    with pytest.raises(WrongColumns):
        read_vehicles(sheet([("a", "b")]))
    with pytest.raises(NotATable):
        read_vehicles(replaced(sheet([HEAD, row(1)]), b"<sheetData>", b"<sheetData"))


# --- in a child process ---------------------------------------------------------------------


async def test_child_reads_what_the_program_would() -> None:
    rows = [row(1), ("LSV", *row(2)[1:]), row(1), (row(3)[0], 1e19, "small", "new")]
    content = sheet([(*HEAD, "备注"), *((*one, "x") for one in rows)])
    read, here = await read_vehicles_isolated(content), read_vehicles(content)
    assert (read.digest, read.vehicles, read.repeated) == (here.digest, here.vehicles, 1)
    assert (read.ignored, read.sheet) == (here.ignored, here.sheet) == (("备注",), "")
    told = [[(one.number, one.cells, one.column, type(one.error)) for one in of.wrong] for of in (read, here)]
    assert told[0] == told[1]
    assert [vars(one.error) for one in read.wrong] == [vars(one.error) for one in here.wrong]


async def test_child_raises_what_the_program_would() -> None:
    with pytest.raises(StrayCells) as caught:
        await read_vehicles_isolated(with_stray_cell())
    assert (caught.value.rows, caught.value.columns) == (1_048_576, 16_384)


async def test_workbook_that_misleads_the_scan_ends_the_child_alone() -> None:
    with pytest.raises(TableUnreadable) as caught:
        await read_vehicles_isolated(misleading(), LIMITS)
    assert "读取不了" in of_error(caught.value)
