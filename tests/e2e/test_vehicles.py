"""/vehicles: an admin sends a file, sees what it would change, and confirms it or not."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from bot.spreadsheets import Table, workbook
from core.registry import imports
from core.registry.imports import LEASE, ImportRequest
from core.registry.lookup import RegistryVehicle
from core.values.plates import PlateKind
from tests import factories
from tests.core.sql import sql
from tests.person import Person, Shown
from tests.world import (
    CHIEF,
    OWNER,
    World,
    agrees,
    office,
    open_world,
    registers,
    takes_one,
    verifies,
)

HEAD = "vin,certificate,kind,state\n"


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00")]
    async with open_world(engine, tmp_path, offices=offices, registry={"mode": "strict"}) as world:
        yield world


def csv(*numbers: int, state: str = "new") -> bytes:
    rows = (f"{factories.vin(number)},{factories.certificate(number)},small,{state}\n" for number in numbers)
    return (HEAD + "".join(rows)).encode("gbk")


async def uploads(world: World, content: bytes, name: str = "车辆.csv") -> Person:
    chief = world.person(CHIEF)
    await chief.say("/vehicles")
    await chief.see("车辆登记数据")
    await chief.send_file(content, name)
    return chief


async def known(world: World) -> list[str]:
    return [vehicle.vin for vehicle in await world.store.read(imports.current, 100)]


async def content_of(person: Person, name: str) -> bytes:
    """Wait for a file that the bot sends, and return its contents."""

    def sent() -> Shown | None:
        return next(
            (
                shown
                for shown in person.history
                if shown.from_bot and shown.body.get("document", {}).get("file_name") == name
            ),
            None,
        )

    async with asyncio.timeout(15):
        while (shown := sent()) is None:  # noqa: ASYNC110 - a person looks again
            await asyncio.sleep(0.02)
    return person.read_file(shown.document or "")


async def file_of(person: Person, name: str) -> list[list[object]]:
    """Wait for a file that the bot sends, and parse it."""
    content = BytesIO(await content_of(person, name))
    return [list(row) for row in CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()]


async def test_confirmed_file_counts_for_owners_and_can_be_undone(world: World) -> None:
    await world.release()
    chief = await uploads(world, csv(0, 1))
    await chief.see("导入预览", "共 2 辆:新增 2,更新 0")
    assert await known(world) == []
    await chief.press("确认导入")
    await chief.see("已导入,立即生效")
    owner = world.person(OWNER)
    await registers(owner)
    await agrees(owner, 1)
    await chief.press("撤销这次导入")
    await chief.press("确认撤销")
    await chief.see("已撤销")
    assert await known(world) == []


async def test_given_up_file_changes_nothing(world: World) -> None:
    chief = await uploads(world, csv(1))
    await chief.see("导入预览")
    await chief.press("放弃")
    await chief.see("登记数据没有任何更改")
    assert await known(world) == []


async def test_one_wrong_row_keeps_all_out_and_comes_back_as_a_file(world: World) -> None:
    wrong = csv(1, 2) + b"LSV,=HYPERLINK(1),small,new\n=cmd|' /C calc'!A0,1,small,new\n"
    chief = await uploads(world, wrong)
    await chief.see("有 2 行错误", "第 4 行:【车辆识别代号】车辆识别代号应为 17 位", "没有导入任何数据")
    rows = await file_of(chief, "vehicles-errors.xlsx")
    assert rows[1][:1] == [4.0]
    assert rows[1][2:4] == ["LSV", "=HYPERLINK(1)"]
    assert "「=|'/!」" in str(rows[2][1])
    assert await known(world) == []
    await chief.send_file(csv(1, 2), "again.csv")
    await chief.see("共 2 辆")


async def test_workbook_is_taken_and_given_back(world: World) -> None:
    rows = [(factories.vin(3), factories.certificate(3), "小型汽车", "已上牌")]
    head = ("车辆识别代号", "合格证编号", "号牌种类", "状态")
    chief = await uploads(world, workbook([Table(title="t", columns=head, rows=rows)]), "a.xlsx")
    await chief.press("确认导入")
    await chief.press("« 车辆数据")
    await chief.press("导出登记数据")
    exported = await file_of(chief, "vehicles.xlsx")
    assert exported[1:] == [[factories.vin(3), factories.certificate(3), "小型汽车", "已上牌"]]
    await chief.press("下载模板")
    assert (await file_of(chief, "vehicles-template.xlsx"))[0] == list(head)


@pytest.mark.parametrize("language", ["中文", "English"])
async def test_template_and_export_are_taken_back_in_their_language(world: World, language: str) -> None:
    chief = world.person(CHIEF)
    await chief.say("/language")
    await chief.press(language)
    await chief.say("/vehicles")
    await chief.press("📄")
    await chief.send_file(await content_of(chief, "vehicles-template.xlsx"), "filled.xlsx")
    await chief.press({"中文": "确认导入", "English": "✅ Import"}[language])
    await chief.press("« ")
    await chief.press("📤")
    await chief.send_file(await content_of(chief, "vehicles.xlsx"), "back.xlsx")
    await chief.see(*{"中文": ("共 1 辆", "无变化 1"), "English": ("Vehicles: 1", "the same 1")}[language])


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a.png", "不是 CSV 或 XLSX"),
        (b"", "a.csv", "没有数据行"),
        (b"a,b\n1,2\n", "a.csv", "第一行应为列名"),
        (bytes(21_000_000), "a.csv", "文件太大"),
    ],
    ids=["picture", "empty", "columns", "too large"],
)
async def test_file_of_the_wrong_kind_is_told(
    sqlite_vehicles: World, content: bytes, name: str, said: str
) -> None:
    chief = await uploads(sqlite_vehicles, content or b"\n", name)
    await chief.see(said, "车辆登记数据")


async def test_file_that_the_messenger_does_not_hand_out_is_not_fetched(sqlite_vehicles: World) -> None:
    calls: list[str] = []
    sqlite_vehicles.sandbox.api.watchers.append(calls.append)
    chief = await uploads(sqlite_vehicles, csv(1) + bytes(50_000_000), "五十兆.csv")
    await chief.see("最大 20 MB", "请拆分成几个文件", "用命令行的 import 导入", "车辆登记数据")
    assert "sendMessage" in calls
    assert "getFile" not in calls


async def test_million_rows_are_refused_by_their_number(sqlite_vehicles: World) -> None:
    chief = await uploads(sqlite_vehicles, HEAD.encode() + b"1,2,3,4\n" * 1_000_000, "百万.csv")
    await chief.see("每次最多 300,000 行", "车辆登记数据")
    assert await known(sqlite_vehicles) == []


@pytest.fixture
async def sqlite_vehicles(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world("sqlite", tmp_path, registry={"mode": "strict"}) as world:
        yield world


async def test_second_file_waits_for_the_first_to_be_decided(world: World) -> None:
    chief = await uploads(world, csv(1))
    await chief.see("导入预览")
    await chief.say("/vehicles")
    await chief.see("导入预览", fresh=True)
    await chief.send_file(csv(2), "b.csv")
    await chief.see("请先确认或放弃 车辆.csv", "导入预览")
    await chief.press("确认导入")
    await chief.see("已导入")
    await chief.send_file(csv(2), "b.csv")  # nothing is open any longer
    await chief.see("导入预览", "b.csv")


async def test_preview_warns_of_vehicles_that_lose_their_number(world: World) -> None:
    chief = await uploads(world, csv(1, 2, state="registered"))
    await chief.press("确认导入")
    await chief.see("已导入")
    chief = await uploads(world, csv(1, 3))
    await chief.see("1 辆现为已上牌,导入后变为未上牌")
    await chief.press("放弃")
    chief = await uploads(world, csv(1, 2, state="registered"))
    await chief.see("导入预览")
    assert "变为未上牌" not in chief.last.words


async def test_wrong_head_names_the_columns(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/vehicles")
    await chief.see("车辆登记数据")
    await chief.send_file("vin,vin,种类,state\n1,2,3,4\n".encode(), "a.csv")
    await chief.see("缺少:合格证编号(certificate)、号牌种类(kind)", "重复:车辆识别代号(vin)", "不认识:种类")


async def test_import_that_a_crash_left_is_loaded_from_its_file(world: World) -> None:
    """The file is downloaded again; half of it is loaded already."""
    chief = await uploads(world, csv(1))  # the messenger stores it
    await chief.see("导入预览")
    await chief.press("放弃")
    await chief.see("没有任何更改")
    (left,) = await world.store.read(imports.recent, 1)
    request = ImportRequest(
        chat_id=CHIEF, file_id=left.file_id, file_name="a.csv", digest=left.digest, total=1, actor="chat:1001"
    )
    await world.store.run(imports.begin, request)
    await chief.say("/vehicles")
    await chief.see("正在读取", "0/1")
    await world.service.jobs.imports()
    assert (await world.store.read(imports.under_way, CHIEF)).loaded == 0  # type: ignore[union-attr]
    world.forward(seconds=LEASE.total_seconds() + 1)
    await world.service.jobs.imports()
    await chief.see("导入预览", "新增 1")


async def test_loading_shows_how_far_it_is(world: World) -> None:
    vehicles = [
        RegistryVehicle(
            vin=factories.vin(literal),
            certificate=factories.certificate(literal),
            kind=PlateKind.SMALL,
            registered=False,
        )
        for literal in (1, 2)
    ]
    request = ImportRequest(
        chat_id=CHIEF, file_id="", file_name="a.csv", digest="", total=4, actor="chat:1001"
    )
    begun = await world.store.run(imports.begin, request)
    await world.store.run(imports.put, begun.import_id, vehicles, loaded=2)
    chief = world.person(CHIEF)
    await chief.say("/vehicles")
    await chief.see("■■■■■■■■■■□□□□□□□□□□ 2/4")
    await chief.press("放弃")
    assert not await world.store.run(imports.put, begun.import_id, vehicles, loaded=4)


async def test_only_chiefs_of_all_offices_may(world: World) -> None:
    chief, owner = world.person(CHIEF), world.person(OWNER)
    await owner.say("/start")
    for post in ("clerk all", "chief 粤K", "reviewer all"):
        role, place = post.split()
        await chief.say(f"/admins add {OWNER} {role} {place}")
        await chief.press("确认添加")
        await chief.see("已添加")
        await owner.say("/vehicles")
        said = "没有这个命令" if role == "clerk" else "不属于任何一个发牌机关"  # a chief from the second on
        await owner.see(said, fresh=True)


async def test_chief_of_an_office_hears_who_imports_vehicles(world: World) -> None:
    chief, other = world.person(CHIEF), world.person(OWNER)
    await other.say("/start")
    await chief.say(f"/admins add {OWNER} chief 粤K")
    await chief.press("确认添加")
    await chief.see("已添加")
    await other.say("/vehicles")
    shown = await other.see(
        "车辆登记数据不属于任何一个发牌机关", "由全部发牌机关的负责人办理", f"({CHIEF})", fresh=True
    )
    assert f"管理员 {CHIEF}" not in shown.words  # by name
    await chief.say("/vehicles")
    await chief.press("下载模板")
    await chief._until(lambda: "车辆不分发牌机关" in chief.last.words, 15, "no template came")


# --- reservations that a file contradicts ----------------------------------------------------


async def holds(world: World, number: int) -> str:
    """Bring an owner to a reserved number of vehicle ``number``; return it."""
    owner = world.person(OWNER)
    await registers(owner)
    await agrees(owner, number)
    await verifies(owner)
    await takes_one(owner)
    row = await world.store.read(lambda tx: sql(tx, "SELECT serial FROM preselection")[0])
    return f"粤K·{row['serial']}"


async def test_file_that_says_registered_offers_the_confirmation(world: World) -> None:
    await world.release()
    chief = await uploads(world, csv(1, 2))
    await chief.press("确认导入")
    await chief.see("立即生效")
    plate = await holds(world, 1)
    chief = await uploads(world, csv(1, state="registered"))
    await chief.see("1 辆已上牌的车有待办理的预选", plate, "不会过期")
    await chief.press("确认导入")
    await chief.see("立即生效")
    world.forward(days=60)
    await world.tick()
    await chief.say("/desk")
    await chief.see("已上牌未确认 1", "窗口未确认")
    await chief.say(f"/find {plate.replace('·', '')}")
    await chief.see("登记系统:该车已上牌,窗口尚未确认")
    await chief.say("/desk")
    await chief.press("一并确认已上牌(1)")
    await chief.see("一并确认已上牌?", plate, "当天可由负责人逐个撤回")
    await chief.press("确认这 1 个已上牌")
    await chief.see("已确认 1 个号码上牌")
    state = await world.store.read(lambda tx: sql(tx, "SELECT state FROM preselection")[0]["state"])
    assert state == "registered"
    assert await world.store.read(lambda tx: sql(tx, "SELECT * FROM ban")) == []


async def test_confirmation_is_offered_right_after_the_import(world: World) -> None:
    await world.release()
    chief = await uploads(world, csv(1))
    await chief.press("确认导入")
    plate = await holds(world, 1)
    chief = await uploads(world, csv(1, state="registered"))
    await chief.press("确认导入")
    await chief.press("一并确认已上牌(1)")
    await chief.see("一并确认已上牌?", plate)
    await chief.press("不做更改")
    await chief.see("车辆.csv", "7 天内可以撤销")
    await chief.press("一并确认已上牌(1)")
    await chief.press("确认这 1 个已上牌")
    await chief.see("已确认 1 个号码上牌", "车辆.csv")
    assert not any("一并确认" in label for label in chief.last.buttons)


async def test_file_of_another_kind_is_warned_of_and_listed(world: World) -> None:
    await world.release()
    chief = await uploads(world, csv(1))
    await chief.press("确认导入")
    plate = await holds(world, 1)
    other = csv(1).replace(b",small,", b",small_nev,")
    chief = await uploads(world, other)
    await chief.see("1 辆的号牌种类与待办理的预选不符", plate)
    await chief.press("确认导入")
    world.forward(days=60)
    await world.tick()
    await chief.say("/desk")
    await chief.see("号牌种类不符 1", "登记系统中为小型新能源汽车")
    assert await world.store.read(lambda tx: sql(tx, "SELECT * FROM ban")) == []
