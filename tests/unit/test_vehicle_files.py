"""Vehicle files as people send them: accepted as a whole, or rejected with the errors of each row."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from bot.errors.tables import NotATable, TableEmpty, TableError, TableTooLarge, UnknownEncoding, WrongColumns
from bot.spreadsheets import Table, workbook
from bot.vehicle_import import vehicles as reader
from bot.vehicle_import import workbooks
from bot.vehicle_import.vehicles import read_vehicles
from core.errors.vehicles import (
    CertificateCharacters,
    CertificateLength,
    VinLength,
    VinLookalike,
    VinMistyped,
)
from core.registry import vehicle_file as v
from core.registry.lookup import RegistryVehicle
from core.values.plates import PlateKind
from tests import factories

HEAD = ("vin", "certificate", "kind", "state")
CHINESE = ("车辆识别代号", "合格证编号", "号牌种类", "状态")
ENGLISH = ("VIN", "Certificate number", "Plate kind", "State")
ONE = (factories.vin(1), factories.certificate(1), "small", "new")
TWO = (factories.vin(2), factories.certificate(2), "small_nev", "registered")
VEHICLES = (
    RegistryVehicle(vin=ONE[0], certificate=ONE[1], kind=PlateKind.SMALL, registered=False),
    RegistryVehicle(vin=TWO[0], certificate=TWO[1], kind=PlateKind.SMALL_NEV, registered=True),
)


def csv(
    *rows: tuple[str, ...], head: tuple[str, ...] = HEAD, by: str = ",", encoding: str = "utf-8"
) -> bytes:
    return "".join(by.join(row) + "\r\n" for row in (head, *rows)).encode(encoding)


def xlsx(*rows: tuple[object, ...], head: tuple[str, ...] = HEAD) -> bytes:
    return workbook([Table(title="x", columns=head, rows=rows)])  # type: ignore[arg-type]


def in_chinese(row: tuple[str, ...]) -> tuple[str, ...]:
    words = {"small": "小型汽车", "small_nev": "小型新能源汽车", "new": "未上牌", "registered": "已上牌"}
    return tuple(words.get(cell, cell) for cell in row)


def in_english(row: tuple[str, ...]) -> tuple[str, ...]:
    words = {"small": "Small car", "small_nev": "small new-energy vehicle"}
    return tuple(words.get(cell, cell) for cell in row)


GOOD = {
    "utf-8": csv(ONE, TWO),
    "with a byte order mark": csv(ONE, TWO, encoding="utf-8-sig"),
    "gbk in Chinese": csv(in_chinese(ONE), in_chinese(TWO), head=CHINESE, encoding="gbk"),
    "semicolons": csv(ONE, TWO, by=";"),
    "tabs": csv(ONE, TWO, by="\t"),
    "other order": csv(ONE[::-1], TWO[::-1], head=HEAD[::-1]),
    "small letters and blanks": csv(tuple(f" {cell.lower()} " for cell in ONE), TWO),
    "empty lines": csv(ONE, ("", "", "", ""), TWO),
    "a comma at the end of each line": csv((*ONE, ""), (*TWO, ""), head=(*HEAD, "")),
    "a comma at the end of the head": csv(ONE, TWO, head=(*HEAD, "")),
    "a comma at the end of a row": csv((*ONE, ""), TWO),
    "an empty column between": csv(
        (*ONE[:2], "", *ONE[2:]), (*TWO[:2], " ", *TWO[2:]), head=(*HEAD[:2], "", *HEAD[2:])
    ),
    "a title": csv(HEAD, ONE, TWO, head=("茂名市新车;2026年11月", "", "", "")),
    "a title without commas": "茂名市新车\r\n\r\n".encode() + csv(ONE, TWO),
    "an English name behind each": csv(
        ONE, TWO, head=("车辆识别代号(VIN)", "合格证编号 *", "号牌种类(small)", "状态:")
    ),
    "Ctrl-Z at the end": csv(ONE, TWO) + b"\x1a",
    "Ctrl-Z in a line of its own": csv(ONE, TWO) + b"\x1a\r\n",
    "further columns with names": csv(("1", *ONE, "临时"), ("2", *TWO, ""), head=("序号", *CHINESE, "备注")),
    "states and kinds as registration systems write them": csv(
        (*ONE[:2], "小型", "未注册"), (*TWO[:2], "小型新能源", "已登记")
    ),
    "xlsx": xlsx(ONE, TWO),
    "xlsx with a blank behind": xlsx((*ONE, " "), TWO),
    "xlsx with a title": xlsx(HEAD, ONE, TWO, head=("新车",)),
    "in English": csv(in_english(ONE), in_english(TWO), head=ENGLISH),
    "xlsx in English": xlsx(in_english(ONE), in_english(TWO), head=ENGLISH),
    "xlsx in Chinese": xlsx(in_chinese(ONE), in_chinese(TWO), head=CHINESE),
}


@pytest.mark.parametrize("name", GOOD)
def test_file_is_read_whole(name: str) -> None:
    read = read_vehicles(GOOD[name])
    assert read.vehicles == VEHICLES
    assert not read.wrong


def bomb() -> bytes:
    """Return a workbook that decompresses to half a gigabyte."""
    file = BytesIO()
    with (
        ZipFile(file, "w", ZIP_DEFLATED) as parts,
        parts.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(500):
            part.write(bytes(1_000_000))
    return file.getvalue()


BAD: dict[str, tuple[bytes, type[TableError]]] = {
    "nothing": (b"", TableEmpty),
    "blanks": (b" \r\n \r\n", TableEmpty),
    "head alone": (csv(), TableEmpty),
    "no head": (csv(ONE, head=TWO), WrongColumns),
    "a column too few": (csv(ONE[:3], head=HEAD[:3]), WrongColumns),
    "nothing but titles": (csv(*[ONE] * 30, head=("新车",)), WrongColumns),
    "the head below ten titles": (csv(*[("新车",)] * 9, HEAD, ONE, head=("新车",)), WrongColumns),
    "Ctrl-Z in the middle": (csv(ONE) + b"\x1a" + csv(TWO), NotATable),
    "a column twice": (csv(ONE, head=("vin", "vin", "kind", "state")), WrongColumns),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), NotATable),
    "a pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x00\x01", NotATable),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), NotATable),
    "a zip of something else": (b"PK\x03\x04" + bytes(100), NotATable),
    "a broken workbook": (xlsx(ONE)[:-200], NotATable),
    "utf-16": (csv(ONE).decode().encode("utf-16"), NotATable),
    "neither utf-8 nor gbk": (csv(ONE) + b"\xff\xff\xff", UnknownEncoding),
    "a cell of a megabyte": (csv((ONE[0], "9" * 1_000_000, "small", "new")), NotATable),
}


@pytest.mark.parametrize("name", BAD)
def test_file_that_is_no_table_is_told(name: str) -> None:
    content, error = BAD[name]
    with pytest.raises(error):
        read_vehicles(content)


def test_workbook_that_unfolds_without_end_is_not_opened() -> None:
    content = bomb()
    assert len(content) < 1_000_000 < workbooks.MOST_UNFOLDED
    with pytest.raises(TableTooLarge):
        read_vehicles(content)


def test_more_rows_than_are_taken_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_ROWS", 1)
    with pytest.raises(TableTooLarge):
        read_vehicles(csv(ONE, TWO))


def test_rows_of_a_text_are_counted_before_any_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million short rows once took 13 seconds and half a gigabyte before they were refused."""
    judged: list[str] = []
    monkeypatch.setattr(reader, "MAX_ROWS", 2)
    monkeypatch.setattr(reader, "parse_vin", judged.append)
    with pytest.raises(TableTooLarge):
        read_vehicles(csv(*[("1", "2", "3", "4")] * 3))
    assert not judged


def test_wrong_rows_keep_nothing_but_what_is_told() -> None:
    read = read_vehicles(csv(("LSV", *ONE[1:]), (ONE[0], "x", *ONE[2:])))
    kept = [(row.error.__traceback__, row.error.__context__) for row in read.wrong]
    assert kept == [(None, None)] * 2


WRONG_ROWS: dict[str, tuple[tuple[str, ...], type[Exception]]] = {
    "vin": (("LSV", *ONE[1:]), VinLength),
    "vin with an O": (("O" + ONE[0][1:], *ONE[1:]), VinLookalike),
    "check digit": (("LSVTESTX3RM000002", *ONE[1:]), VinMistyped),
    "certificate": ((ONE[0], "x", *ONE[2:]), CertificateLength),
    "formula": ((ONE[0], "=1+1+1", *ONE[2:]), CertificateCharacters),
    "kind": ((ONE[0], ONE[1], "lorry", "new"), v.WrongKind),
    "state": ((*ONE[:3], "stolen"), v.WrongState),
    "cells": (ONE[:3], v.WrongCellCount),
    "cells more": ((*ONE, "more"), v.WrongCellCount),
    "cells in a column without a name": ((*ONE, " x"), v.WrongCellCount),
    "vehicle again": ((TWO[0], ONE[1], "small", "new"), v.RepeatedVin),
}


COLUMN_OF = {
    **dict.fromkeys(("vin", "vin with an O", "check digit"), "vin"),
    **dict.fromkeys(("certificate", "formula"), "certificate"),
    "kind": "kind",
    "state": "state",
}
"""The column that each wrong row is wrong in; the others are wrong as a whole."""


@pytest.mark.parametrize("name", WRONG_ROWS)
def test_wrong_row_is_named_with_its_number(name: str) -> None:
    row, error = WRONG_ROWS[name]
    read = read_vehicles(csv(TWO, row))
    (wrong,) = read.wrong
    assert (wrong.number, type(wrong.error)) == (3, error)
    assert wrong.column == COLUMN_OF.get(name, "")
    assert len(read.vehicles) == 1


def test_columns_that_are_not_used_are_named() -> None:
    content = csv(("1", *ONE, "x"), ("2", "LSV", *TWO[1:], "y"), head=("序号", *HEAD, "备注"))
    read = read_vehicles(content)
    assert read.ignored == ("序号", "备注")
    assert [row.cells for row in read.wrong] == [("LSV", *TWO[1:])]


def test_row_that_says_the_same_again_counts_once() -> None:
    read = read_vehicles(csv(ONE, TWO, ONE))
    assert (len(read.vehicles), read.repeated, read.wrong) == (2, 1, ())


def test_long_numbers_of_a_workbook_stay_numbers() -> None:
    read = read_vehicles(xlsx((ONE[0], 123456789012345, "small", "new")))
    assert read.vehicles[0].certificate == "123456789012345"
