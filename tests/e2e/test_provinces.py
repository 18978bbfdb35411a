"""【跳转到其他省市】: browsing is open to all, selecting elsewhere is not, and links open an office."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.bot_api.deep_links import payload_of
from core.people.accounts import UserType
from core.ports import Tx
from core.preselection import unfinished
from sandbox import PersonSpec
from tests import factories
from tests.core.sql import sql
from tests.core.tools import half_registered, registered
from tests.world import PEOPLE, World, agrees, office, open_world

KNOWN = 5002
WITH_KNOWN = (*PEOPLE, PersonSpec(chat_id=KNOWN, last_name="孙", first_name="车主", phone=factories.phone(2)))
TABLES: dict[str, Any] = {
    "people": WITH_KNOWN,
    "offices": [office("粤K"), office("粤A", hours="00:00-24:00")],
    "elsewhere": [{"code": "京A", "url": "https://t.me/example_plates_bot"}],
}


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, **TABLES) as world:
        yield world


@pytest.fixture
async def sqlite_world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world("sqlite", tmp_path, **TABLES) as world:
        yield world


def _begun(tx: Tx, world: World) -> str | None:
    begun = unfinished(tx, world.core.accounts.require(tx, KNOWN))
    return begun.office if begun else None


async def test_stranger_looks_at_all_provinces(world: World) -> None:
    owner = world.person()
    await owner.say("/start")
    await owner.press("【跳转到其他省市】")
    shown = await owner.see("请选择省份")
    assert len(shown.buttons) == 31 + 1
    await owner.press("● 粤 广东")
    await owner.see("广东省")
    await owner.press("›")
    await owner.press("‹")
    await owner.press("● 粤A 广州市")
    await owner.see("粤A 广州市 · 选号服务", "全天24小时", "某市某路1号", "现在开放", "每辆车 5 批")


async def test_page_of_an_office_asks_for_a_lost_telephone_first(sqlite_world: World) -> None:
    await sqlite_world.store.run(registered, sqlite_world.core, 2)
    await sqlite_world.store.run(sql, "UPDATE account SET phone_lost_at = 1")
    owner = sqlite_world.person(KNOWN)
    await owner.say(f"/start {payload_of('粤K')}")
    await owner.press("【预选号牌】")
    await owner.see("填写新的手机号", fresh=True)


async def test_office_elsewhere_opens_its_link(world: World) -> None:
    owner = world.person()
    await owner.say("/offices")
    await owner.say("北京")
    await owner.press("↗ 京A")
    await owner.see("由其他服务受理")
    assert owner.button("前往办理").raw["url"] == "https://t.me/example_plates_bot"


async def test_office_of_nobody_is_said_so(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await owner.say("/offices")
    await owner.say("拉萨")
    shown = await owner.see("藏A 拉萨市", "暂不受理")
    assert "【预选号牌】" not in shown.buttons


@pytest.mark.parametrize("typed", ["", "😀😀", "x" * 4000, "没有这个城市", "110105194912310021"])
async def test_what_finds_nothing_keeps_the_page(sqlite_world: World, typed: str) -> None:
    owner = sqlite_world.person()
    await owner.say("/offices")
    await owner.say(typed or "\u200b")
    await owner.see("没有找到这个地方", "请选择省份", fresh=True)
    await owner.say("/nonsense")
    await owner.see("没有这个命令", fresh=True)
    await owner.say("茂名")
    await owner.see("粤K 茂名市")


async def test_link_opens_the_office_and_shows_itself(world: World) -> None:
    owner = world.person()
    await owner.say(f"/start {payload_of('粤A')}")
    shown = await owner.see("粤A 广州市")
    username = world.sandbox.world.bot.username
    assert f"https://t.me/{username}?start={payload_of('粤A')}" in shown.text
    assert owner.button("分享本页").raw["url"].startswith("https://t.me/share/url?url=")


@pytest.mark.parametrize("payload", ["粤K", "x", "a" * 4000, "57KkSx", payload_of("粤O")])
async def test_broken_link_leads_home_with_a_word(sqlite_world: World, payload: str) -> None:
    owner = sqlite_world.person()
    await owner.say(f"/start {payload}")
    await owner.see("链接无效", "机动车号牌预选")


async def test_stranger_registers_at_the_office_of_the_link(world: World) -> None:
    owner = world.person()
    await owner.say(f"/start {payload_of('粤A')}")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.see("姓名")
    account = await world.store.read(world.core.accounts.require, owner.me.chat_id)
    assert account.office == "粤A"


async def test_half_registered_owner_registers_where_they_came_for(sqlite_world: World) -> None:
    await sqlite_world.store.run(half_registered, sqlite_world.core, 2)
    owner = sqlite_world.person(KNOWN)
    await owner.say(f"/start {payload_of('粤A')}")
    await owner.press("【预选号牌】")
    await owner.see("请核对注册信息", "注册地:粤A 广州市")


async def test_new_owner_is_told_why_not_elsewhere(world: World) -> None:
    await world.store.run(registered, world.core, 2)
    owner = world.person(KNOWN)
    await owner.say(f"/start {payload_of('粤A')}")
    await owner.see("「新车车主」", "只能在注册地的发牌机关预选号牌")
    await owner.press("【预选号牌】")
    await owner.see_toast("只能在注册地的发牌机关预选号牌")
    await owner.say(f"/start {payload_of('粤K')}")
    await owner.see("这是您的注册地")
    await owner.press("【预选号牌】")
    await owner.see("第1步", "粤K")


async def test_owner_seen_at_the_counter_selects_elsewhere(world: World) -> None:
    await world.release()
    await world.release(code="粤A")
    account = await world.store.run(registered, world.core, 2)
    await world.store.run(world.core.counter.set_user_type, account, UserType.COUNTER, "chat:1")
    owner = world.person(KNOWN)
    await owner.say("/preselect")
    await agrees(owner, 2)
    await owner.press("【跳转到其他省市】")
    await owner.say("广州")
    await owner.press("【预选号牌】")
    await owner.see("在 粤K 茂名市 有一次未完成的预选", "第1步", "粤A")
    await owner.press("小型汽车")
    await owner.see("业务须知", "粤A")
    begun = await world.store.read(_begun, world)
    assert begun == "粤A"


async def test_page_of_step_three_leads_away_and_back(sqlite_world: World) -> None:
    await sqlite_world.release()
    await sqlite_world.store.run(registered, sqlite_world.core, 2)
    owner = sqlite_world.person(KNOWN)
    await owner.say("/preselect")
    await agrees(owner, 2)
    await owner.press("【跳转到其他省市】")
    await owner.press("继续预选")
    await owner.see("选号服务说明")
