"""Wished numbers as an owner meets them: /notify, typing, the notice, removing."""

import asyncio

from core.pool.openings import TELL_AFTER
from tests.core.sql import sql
from tests.core.tools import reserved
from tests.person import Person
from tests.world import CHIEF, OTHER, World, registers


async def tick(world: World) -> None:
    await world.service.jobs.ends()
    await world.service.jobs.tell()


async def _to_page(owner: Person, number: int = 0) -> None:
    await registers(owner, number)
    await owner.say("/notify")
    await owner.press("⭐ 心愿号提醒")
    await owner.see("心愿号提醒", "还可登记 5 个")


async def test_stranger_is_told_to_register(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await owner.say("/notify")
    await owner.press("⭐ 心愿号提醒")
    await owner.see_toast("还没有完成注册")


async def test_owner_of_an_office_that_is_no_longer_served_chooses_notices(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await registers(owner)
    await sqlite_world.store.run(sql, "UPDATE account SET office = '粤A'")
    await owner.say("/notify")
    await owner.see("开放提醒 · 粤K", "点一下订阅", fresh=True)


async def test_wish_is_typed_listed_told_and_removed(world: World) -> None:
    await world.release()
    owner = world.person()
    await _to_page(owner)
    await owner.say("888")
    await owner.see("请写满 5 位", fresh=True)
    await owner.say("####8")
    await owner.see("范围太大,有 10,000 个号码,最多 1,000 个", fresh=True)
    await owner.say("粤k b8888")
    await owner.see("1. 粤K·B8888 小型汽车:尚未投放", fresh=True)
    await owner.say("A0001")
    await owner.see("2. 粤K·A0001 小型汽车:已开放自编选号", fresh=True)
    await owner.press("🗑 粤K·A0001")
    await owner.see("还可登记 4 个")
    await world.release("B####")
    await tick(world)
    shown = await owner.see("⭐ 心愿号 粤K·B8888", "所在号段 B+4位数字 已投放", "也可以自编选号")
    await tick(world)
    await asyncio.sleep(0.2)
    assert sum("⭐ 心愿号 粤K·B8888" in one.words for one in owner.history) == 1
    assert "【预选号牌】" in shown.buttons
    await owner.press("⭐ 心愿号提醒")
    await owner.see("1. 粤K·B8888 小型汽车:已开放自编选号")


async def test_returned_number_is_told_to_all_while_it_is_free(sqlite_world: World) -> None:
    await sqlite_world.release()
    await sqlite_world.store.run(reserved, sqlite_world.core, 800, "A8888")
    await sqlite_world.store.run(reserved, sqlite_world.core, 801, "A9999")
    owner, other, chief = sqlite_world.person(), sqlite_world.person(OTHER), sqlite_world.person(CHIEF)
    await _to_page(owner)
    await _to_page(other, 1)
    for one in (owner, other):
        await one.say("A8888")
        await one.see("1. 粤K·A8888", fresh=True)
    await other.say("A9999")
    await other.see("2. 粤K·A9999", fresh=True)
    for serial in ("A8888", "A9999"):
        await chief.say(f"/revoke 粤K{serial} 测试")
        await chief.press("确认撤销该预选")
        await chief.see("已取消")
    await tick(sqlite_world)
    await sqlite_world.store.run(reserved, sqlite_world.core, 802, "A9999")
    sqlite_world.forward(seconds=TELL_AFTER.total_seconds() + 1)
    await tick(sqlite_world)
    for one in (owner, other):
        await one.see("⭐ 心愿号 粤K·A8888", "已退回号池,现在可以选")
    assert not any("A9999 已退回" in one.words for one in other.history)


async def test_wishes_are_personal_data(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await _to_page(owner)
    await owner.say("A8888")
    await owner.see("1. 粤K·A8888", fresh=True)
    core = sqlite_world.core
    kept = await sqlite_world.store.read(core.personal_data.read, owner.me.chat_id)
    assert [one["plate"] for one in kept["wished_numbers"]] == ["A8888"]
    await owner.say("/delete")
    await owner.press("确认删除")
    await owner.see("您的信息已删除")
    kept = await sqlite_world.store.read(core.personal_data.read, owner.me.chat_id)
    assert kept["wished_numbers"] == []
