"""Self-composed selection as an owner meets it: typing, looking for numbers, the last wish, the pause."""

import asyncio

import pytest

from core.ports import Tx
from tests import factories
from tests.core.sql import sql
from tests.e2e.selecting import TAKEN, books_agree, opens_pool
from tests.person import Person
from tests.world import World, reaches_selection

BY_ITSELF = "秒后"


async def _to_list(world: World) -> Person:
    owner = world.person()
    await reaches_selection(owner)
    await owner.press("【自编选号】")
    await owner.see("您还可以自编")
    return owner


async def _fails(owner: Person) -> None:
    await owner.say(" ".join(TAKEN))
    await owner.press("提交")
    await owner.press("确认提交")
    await owner.see("剩余自编号牌个数已减少2个")


async def _uses(world: World, wishes: int) -> None:
    """Let the vehicle have used wishes before."""

    def use(tx: Tx) -> None:
        tx.run("vehicles.add", vin=factories.vin(0))
        charged = {"wishes": wishes, "quota": 20, "now": 0, "gap_before": 0}
        tx.one("vehicles.charge_wishes", vin=factories.vin(0), **charged)

    await world.store.run(use)


async def test_typing_is_forgiven(sqlite_world: World) -> None:
    await sqlite_world.release()
    await sqlite_world.release("#####")
    owner = await _to_list(sqlite_world)
    page = await owner.see("现在可以自编:A+4位数字、5位数字", "最多可输入 5 个号码")
    assert "#" not in page.words
    await owner.say("22333\uff0cO1234、\uff11\uff12\uff13\uff14\uff15 粤k·a0007\n粤K a0008")
    page = await owner.see("O1234", "是不是 01234?", "4. 粤K·A0008", "还可输入 1 个", fresh=True)
    assert "• 22333" not in page.words
    await owner.press("💡 粤K·01234")
    await owner.see("5. 粤K·01234", "已满")
    await owner.press("✕ 粤K·22333")
    await owner.say("B1234 A0011 A0012 A0011")
    await owner.see(
        "B1234:不在已投放的号段内,现在可以自编的是:A+4位数字、5位数字",
        "每次最多提交 5 个号码",
        "A0012",
        fresh=True,
    )
    await owner.press("清空")
    await owner.say("我要12345")
    await owner.see("1. 粤K·12345", fresh=True)


async def test_suggestion_has_its_button_beside_a_search(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = await _to_list(sqlite_world)
    await owner.see("A1234 A6789")
    await owner.say("A0001 AO234 0001 888")
    page = await owner.see("是不是 A0234?", "1. 粤K·A0001", fresh=True)
    assert "💡 粤K·A0234" in page.buttons
    assert "💡 粤K·A0001" not in page.buttons  # it is in the list
    assert "点一下可加入" not in page.words  # nothing else has 0001


async def test_numbers_are_looked_for_without_charge(world: World) -> None:
    await opens_pool(world)
    owner = await _to_list(world)
    await owner.say("我要888")
    page = await owner.see("有 19 个带 888 的号码", "此刻空闲", "您还可以自编20个号牌", fresh=True)
    ideas = [label for label in page.buttons if label.startswith("💡")]
    assert len(ideas) == 6
    assert all("888" in idea for idea in ideas)
    await owner.say("888")
    again = await owner.see("有 19 个带 888 的号码", fresh=True)
    assert [
        label for label in again.buttons if label.startswith("💡")
    ] == ideas  # nothing more is learnt today
    await owner.say("尾号 8")
    page = await owner.see("有 1,000 个尾号为 8 的号码", fresh=True)
    assert all(label.endswith("8") for label in page.buttons if label.startswith("💡"))
    await owner.say("0001")
    page = await owner.see("有 1 个带 0001 的号码", "提交后才知道", fresh=True)
    assert "💡 粤K·A0001" in page.buttons  # although it is taken: a try would tell
    await owner.say("BB")
    await owner.see("没有带 BB 的号码", fresh=True)
    await owner.say("尾号8")
    await owner.press("💡")
    await owner.see("按顺序提交")
    await books_agree(world)


async def test_last_wish_is_announced_and_leads_back(sqlite_world: World) -> None:
    await opens_pool(sqlite_world)
    await _uses(sqlite_world, 19)
    owner = await _to_list(sqlite_world)
    await owner.see("您还可以自编1个号牌", "这是最后 1 个自编号牌,用完后只能随机选号", "最多可输入 1 个号码")
    await owner.say(" ".join(TAKEN))
    await owner.see("只剩 1 个自编号牌", TAKEN[1], fresh=True)
    await owner.press("提交")
    await owner.see("减少1个(还剩 0 个)", "这是最后 1 个")
    await owner.press("确认提交")
    page = await owner.see("剩余自编号牌个数已减少1个", "自编号牌已用完", "第5步 预选号牌 · 随机选号")
    assert not any("💡" in label or "自编" in label for label in page.buttons)


@pytest.mark.both_engines
async def test_try_that_comes_too_soon_waits_and_is_made(world: World) -> None:
    await opens_pool(world)
    owner = await _to_list(world)
    await _fails(owner)
    await owner.say("A0003")
    await owner.press("提交")
    await owner.press("确认提交")
    await owner.see(BY_ITSELF, "自动提交", "两次自编之间至少间隔 8 秒", "粤K·A0003")
    await owner.press("取消自动提交")
    await owner.see("1. 粤K·A0003")
    await owner.press("提交")
    await owner.press("确认提交")
    await owner.see(BY_ITSELF, "自动提交")
    world.forward(seconds=9)
    await world.tick()
    await owner.see("第6步 完成号牌预选", "粤K·A0003")
    await books_agree(world)


@pytest.mark.both_engines
async def test_try_that_waits_is_made_and_charged_once(world: World) -> None:
    """However many redraw it at one time."""
    await opens_pool(world)
    owner = await _to_list(world)
    await _fails(owner)
    await owner.say(TAKEN[0])
    await owner.press("提交")
    await owner.press("确认提交")
    await owner.see("自动提交")
    await world.stop_jobs()
    world.forward(seconds=9)
    redraw = world.service.engine.redraw
    await asyncio.gather(*(redraw(owner.me.chat_id) for _ in range(3)))
    await owner.see("您还可以自编17个号牌")
    rows = await world.store.read(sql, "SELECT sum(times) AS failed FROM failed_wish")
    assert rows[0]["failed"] == 3


async def test_result_of_a_waiting_try_is_shown_although_it_could_not_be_sent_at_first(world: World) -> None:
    """A try is made once, and its page has no timer; the buttons of the page before would do nothing."""
    await opens_pool(world)
    owner = await _to_list(world)
    await _fails(owner)
    await owner.say("A0003")
    await owner.press("提交")
    await owner.press("确认提交")
    await owner.see("自动提交")
    await world.stop_jobs()
    world.forward(seconds=9)
    world.sandbox.faults.error("sendPhoto", status=500)
    await world.tick()
    assert not world.sandbox.faults.waiting
    assert "第6步" not in owner.last.words
    world.forward(seconds=60)
    await world.tick()
    await owner.see("第6步 完成号牌预选", "粤K·A0003")


async def test_hours_are_checked_when_a_waiting_try_is_made(sqlite_world: World) -> None:
    await opens_pool(sqlite_world)
    owner = await _to_list(sqlite_world)
    await _fails(owner)
    await owner.say("A0003")
    await owner.press("提交")
    await owner.press("确认提交")
    await owner.see("自动提交")
    await sqlite_world.stop_jobs()
    sqlite_world.forward(hours=13, minutes=1)  # 23:01
    await sqlite_world.tick()
    await sqlite_world.tick()
    await owner.see("现在不在选号服务时间内")
    await owner.settled()
    taken = await sqlite_world.store.read(sql, "SELECT serial FROM plate WHERE serial = 'A0003'")
    assert taken == []
