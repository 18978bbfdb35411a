"""A unit in the chat: registered by its credit code, at its office only, found by its code at the desk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bot_api.deep_links import payload_of
from tests import factories
from tests.person import Person
from tests.world import CHIEF, OWNER, World, agrees, office, open_world

CODE = factories.credit_code(1)
NAME = "茂名市某某汽车(集团)有限公司"


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, offices=[office("粤K"), office("粤A")]) as world:
        yield world


async def _to_unit_name(owner: Person) -> None:
    await owner.say(f"/start {payload_of('粤K')}")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.see("注册 2/3 · 姓名")
    await owner.press("○ 单位")
    await owner.see("注册 2/3 · 单位名称")


async def _to_code(owner: Person) -> None:
    await _to_unit_name(owner)
    await owner.say(NAME)
    await owner.see("注册 2/3 · 统一社会信用代码")


async def _registers_unit(owner: Person) -> None:
    await _to_code(owner)
    await owner.say(CODE.lower())
    await owner.see("经办人手机号")
    await owner.send_contact()
    await owner.press("确认注册并预选 小型汽车")
    await owner.see("第1步 基本信息")


async def test_unit_registers_and_reads_back_what_it_is(world: World) -> None:
    await world.release()
    owner = world.person()
    await _to_code(owner)
    await owner.say(CODE)
    await owner.send_contact()
    shown = await owner.see("单位用户", "单位名称", "统一社会信用代码", "经办人手机号")
    assert CODE in shown.text
    assert "修改信用代码" in shown.buttons
    await owner.press("确认注册并预选 小型汽车")
    await owner.press("« 返回")
    await agrees(owner)
    account = await world.store.read(world.core.accounts.require, OWNER)
    assert (account.user_type, account.name, account.identity) == ("unit", NAME, CODE)


async def test_unit_is_told_that_it_stays_at_its_office(world: World) -> None:
    owner = world.person()
    await _registers_unit(owner)
    await owner.say(f"/start {payload_of('粤A')}")
    await owner.see("「单位用户」,只能在注册地的发牌机关预选号牌")
    await owner.press("【预选号牌】")
    await owner.see_toast("「单位用户」")


async def test_owner_may_change_their_mind_before_the_end(world: World) -> None:
    owner = world.person()
    await _to_code(owner)
    await owner.say(CODE)
    await owner.send_contact()
    await owner.press("修改单位名称")
    await owner.press("○ 个人")
    await owner.see("注册 2/3 · 姓名")
    await owner.say("测试车主")
    await owner.say(factories.identity(0))
    await owner.see("请核对注册信息", "姓名:测试车主")


@pytest.mark.parametrize(
    "typed",
    ["\u200b", "😀", "某", "某" * 4000, "公司<b>", "2024"],
    ids=["empty", "emoji", "short", "long", "signs", "digits"],
)
async def test_bad_name_of_a_unit_keeps_the_page(tmp_path: Path, typed: str) -> None:
    async with open_world("sqlite", tmp_path) as world:
        owner = world.person()
        await _to_unit_name(owner)
        await owner.say(typed)
        await owner.see("单位名称", "注册 2/3 · 单位名称", fresh=True)
        await owner.say("/nonsense")
        await owner.see("没有这个命令", fresh=True)
        assert (await world.store.read(world.core.accounts.require, OWNER)).name == ""


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("\u200b", "请输入统一社会信用代码"),
        ("😀", "格式不正确"),
        ("9" * 4000, "应为 18 位"),
        (CODE[:-1], "您输入了 17 位"),
        (factories.identity(0), "校验不通过"),
    ],
)
async def test_bad_code_keeps_the_page(tmp_path: Path, typed: str, told: str) -> None:
    async with open_world("sqlite", tmp_path) as world:
        owner = world.person()
        await _to_code(owner)
        await owner.say(typed)
        await owner.see(told, "注册 2/3 · 统一社会信用代码", fresh=True)
        assert (await world.store.read(world.core.accounts.require, OWNER)).identity == ""


async def test_desk_bars_a_unit_by_its_code(world: World) -> None:
    owner, chief = world.person(), world.person(CHIEF)
    await _registers_unit(owner)
    await chief.say(f"/ban {CODE} 资料有误")
    await chief.press("列入黑名单")
    await chief.see("已列入黑名单")
    await owner.say("/preselect")
    await owner.see("您已列入黑名单", "资料有误")


async def test_desk_makes_no_person_of_a_unit(world: World) -> None:
    owner, chief = world.person(), world.person(CHIEF)
    await _registers_unit(owner)
    await chief.say(f"/usertype {CODE} counter")
    await chief.see("只能是单位用户")
    await chief.say(f"/usertype {CHIEF} unit")
    await chief.see("没有找到")


async def test_desk_moves_a_code_to_the_right_account(world: World) -> None:
    owner, other, chief = world.person(), world.person(2002), world.person(CHIEF)
    await _registers_unit(owner)
    await other.say("/preselect")
    await other.press("同意并继续")
    await other.settled()
    await chief.say(f"/identity {CODE} 2002 已核对营业执照")
    await chief.press("转移身份")
    await chief.see("身份已转移")
    found = await world.store.read(world.core.accounts.require, 2002)
    assert (found.identity, found.user_type) == (CODE, "unit")
