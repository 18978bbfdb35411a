"""Files that once took the program along, or held up others: it goes on, and says what is wrong."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import xlsxwriter

from bot.dialog.attachments import QueueLimits, Turns
from bot.dialog.screen import ReadingQueue
from bot.owner import vin_pages
from sandbox.files import FileStore
from tests import factories
from tests.barcoded import photo
from tests.e2e.test_vehicles import csv, known, uploads
from tests.e2e.test_vin_photo import SCREEN, SHOWN, to_vin
from tests.person import Person
from tests.workbooks import HEAD as COLUMNS
from tests.workbooks import book, misleading, row, sheet, with_stray_cell
from tests.world import CHIEF, OTHER, World, open_world


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world("sqlite", tmp_path, registry={"mode": "strict"}) as world:
        yield world


async def kill_child() -> None:
    """Kill the next child process, in the middle of its work."""
    async with asyncio.timeout(30):
        while not (found := [one.pid for one in multiprocessing.active_children() if one.pid]):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.005)
    os.kill(found[0], signal.SIGKILL)


# --- tables ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "said"),
    [(with_stray_cell, "1,048,576 行 × 16,384 列"), (misleading, "这个表格读取不了")],
    ids=["stray cell", "stray cell that a scan does not find"],
)
async def test_workbook_of_the_largest_extent_is_refused_and_the_next_is_taken(
    strict: World, make: Callable[[], bytes], said: str
) -> None:
    content = make()
    assert len(content) < 20_000
    chief = await uploads(strict, content, "车辆.xlsx")
    await chief.see(said, "车辆登记数据")
    assert await known(strict) == []
    await chief.send_file(csv(1), "b.csv")
    await chief.see("导入预览", "共 1 辆")


async def test_killed_reading_is_told_and_the_same_file_is_taken_again(strict: World) -> None:
    chief = strict.person(CHIEF)
    await chief.say("/vehicles")
    await chief.see("车辆登记数据")
    many = csv(*range(1, 4000))
    killing = asyncio.create_task(kill_child())
    await chief.send_file(many, "a.csv")
    await killing
    await chief.see("这个表格读取不了", "车辆登记数据")
    await chief.send_file(many, "a.csv")
    await chief.see("导入预览", "共 3,999 辆")


def write_months(made: xlsxwriter.Workbook) -> None:
    for month, number in (("一月", 1), ("二月", 2)):
        page = made.add_worksheet(month)
        page.write_row(0, 0, COLUMNS)
        page.write_row(1, 0, row(number))


async def test_sheet_that_was_read_is_named_in_the_preview(strict: World) -> None:
    content = book(write_months)
    chief = await uploads(strict, content, "车辆.xlsx")
    await chief.see("导入预览", "车辆.xlsx [一月]", "共 1 辆")


async def test_numbers_and_dates_that_a_spreadsheet_changed_are_named_by_row(strict: World) -> None:
    content = sheet([COLUMNS, row(1), (row(2)[0], 12345678901234567890, "small", "new")])
    chief = await uploads(strict, content, "车辆.xlsx")
    await chief.see("有 1 行错误", "第 3 行:【合格证编号】单元格是超过 15 位的数字", "「文本」")
    assert await known(strict) == []


# --- photos ---------------------------------------------------------------------------------


async def test_killed_decoding_is_told_and_the_same_photo_is_read_again(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    killing = asyncio.create_task(kill_child())
    await owner.send_photo(photo("QR", factories.VIN))
    await killing
    await owner.see("这张照片处理不了", SCREEN, fresh=True)
    await owner.send_photo(photo("QR", factories.VIN))
    await owner.see("已识别车辆识别代号", SHOWN)


async def test_chat_that_sends_photos_too_fast_is_told(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    limits(sqlite_world, QueueLimits(in_hand=4, parsing=2, waiting=16, per_chat=2))
    for _ in range(2):
        await owner.send_file(b"no photo", "a.jpg", "image/jpeg")
        await owner.see("不是可以识别的图片", fresh=True)
    await owner.send_photo(photo("QR", factories.VIN))
    await owner.see("您发送照片或文件太快", "秒后再发一次", SCREEN, fresh=True)
    await owner.say(factories.VIN)  # typing is not slowed down
    await owner.see("请输入机动车整车出厂合格证编号")


async def test_others_are_answered_while_photos_wait(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sqlite_world.release()
    going_on = asyncio.Event()

    async def read(_content: bytes, *_more: object) -> tuple[str, ...]:
        await going_on.wait()
        return (factories.VIN,)

    monkeypatch.setattr(vin_pages, "read_barcodes_isolated", read)
    owner, other = sqlite_world.person(), sqlite_world.person(OTHER)
    await to_vin(owner)
    await owner.send_photo(photo("QR", factories.VIN))
    await to_name(other)
    going_on.set()
    await owner.see("已识别车辆识别代号", SHOWN)


async def test_photo_for_which_there_is_no_room_is_told_at_once(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    limits(sqlite_world, QueueLimits(in_hand=0, parsing=1, waiting=0, per_chat=5))
    await owner.send_photo(photo("QR", factories.VIN))
    await owner.see("现在发送照片或文件的人较多", SCREEN, fresh=True)
    await owner.say(factories.VIN)
    await owner.see("请输入机动车整车出厂合格证编号")


def limits(world: World, of_photos: QueueLimits) -> None:
    world.service.attachments._turns[ReadingQueue.PHOTOS] = Turns(of_photos)


async def to_name(person: Person) -> None:
    await person.say("/start")
    await person.press("【预选号牌】")
    await person.press("同意并继续")
    await person.see("姓名")


# --- downloads ------------------------------------------------------------------------------


async def test_file_that_is_larger_than_it_says_is_given_up(
    strict: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = bytes(60_000_000)
    monkeypatch.setattr(FileStore, "data", lambda _store, _stored: served)
    chief = await uploads(strict, csv(1), "小.csv")
    await chief.see("文件太大,最大 20 MB", "车辆登记数据")
    monkeypatch.undo()
    await chief.send_file(csv(1), "b.csv")
    await chief.see("导入预览", "共 1 辆")
