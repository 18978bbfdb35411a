"""What is held is said on every page, with a clock that runs and words at its end; the page when closed."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.availability import maintenance
from core.clock import from_millis
from core.ports import Tx
from tests.core.sql import sql
from tests.core.tools import reserved
from tests.e2e.selecting import numbers, owners, stands_before_step_5
from tests.person import Person
from tests.world import World, eventually, open_world

GRACE = timedelta(seconds=5)
LATER = "2026年3月11日(周三) 08:00"


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, people=owners(1)) as opened:
        yield opened


async def keeps_one(owner: Person) -> str:
    """Draw a batch and put a number on the shortlist; return it."""
    await owner.press("【随机一次(5)】")
    number = numbers(await owner.see("本车第1批"))[0]
    await owner.settled()
    await owner.press(number)
    await owner.press("« 返回")
    await owner.see("本车第1批")
    await owner.settled()
    return number


async def spends(world: World, *, batches: int, wishes: int) -> None:
    """Let the vehicles have used some of their chances."""

    def spend(tx: Tx) -> None:
        sql(tx, f"UPDATE vehicle SET random_used = {batches:d}, compose_used = {wishes:d}")  # noqa: S608

    await world.store.run(spend)


async def comes_to(world: World, seconds: float) -> None:
    """Advance the clock to so many seconds before the end of what is held longest, and run the timers."""

    def last_end(tx: Tx) -> datetime:
        return from_millis(sql(tx, "SELECT max(held_until) AS until FROM hold")[0]["until"])

    end = await world.store.read(last_end) - GRACE
    world.clock.advance(end - timedelta(seconds=seconds) - world.clock.now())
    await world.tick()


@pytest.mark.parametrize(
    "way",
    ["【自编选号】", "返回首页", "/mine", "/notify", "/privacy", "/offices", "/verify", "/appeal", "/pool"],
)
async def test_every_page_counts_down_and_says_the_end(world: World, way: str) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    number = await keeps_one(owner)
    await (owner.say(way) if way.startswith("/") else owner.press(way))
    shown = await owner.see(f"⭐ 备选 {number},还剩约 3 分钟", "本批 10 个号码为您保留")
    assert "⏳ 回到为您保留的号码" in shown.buttons
    await comes_to(world, 80)
    await owner.see("本批号码的保留时间已到", f"⭐ 备选 {number},还剩约 1 分半钟")
    for left in (30, 15, 5):
        await comes_to(world, left - 0.1)
        await owner.see(f"⭐ 备选 {number},还剩 {left} 秒")
    await comes_to(world, -0.1)
    ended = await owner.see("⏰ 本批号码和备选的保留时间都已到")
    assert ended.message_id == shown.message_id
    assert "⏳ 回到为您保留的号码" not in ended.buttons


async def test_button_leads_back_to_what_is_held(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    number = await keeps_one(owner)
    await owner.press("返回首页")
    await owner.press("回到为您保留的号码")
    await owner.see("本车第1批/共5批")
    await owner.press(number)
    await owner.see(f"确认选用 {number}?")


async def test_batch_counts_down_without_another_picture(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    await owner.press("【随机一次(5)】")
    drawn = await owner.see("本车第1批", "还剩约 1 分半钟")
    await owner.settled()
    for seconds, left in ((60, "还剩约 1 分钟"), (30, "还剩 30 秒"), (15, "还剩 15 秒"), (5, "还剩 5 秒")):
        await comes_to(world, seconds - 0.1)
        shown = await owner.see("本车第1批", left)
        assert (shown.message_id, shown.photo) == (drawn.message_id, drawn.photo)


async def test_last_batch_can_be_taken_from_home(world: World) -> None:
    """With nothing left, what is held of the last batch comes before the page that says so."""
    await world.release()
    owner = await stands_before_step_5(world, 1)
    await owner.press("【随机一次(5)】")
    await owner.see("本车第1批")
    await owner.settled()
    await spends(world, batches=5, wishes=20)
    await owner.press("返回首页")
    await owner.press("【预选号牌】")
    shown = await owner.see("(最后一批)", "不选则只能到窗口选号")
    assert not any("【换一批" in label or "【自编" in label for label in shown.buttons)
    await owner.press("①")
    await owner.press("确定选用")
    await owner.see("完成号牌预选")


async def test_used_up_vehicle_leads_to_the_next(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    await owner.press("【随机一次(5)】")
    await owner.see("本车第1批")
    await owner.settled()
    await spends(world, batches=5, wishes=20)
    world.forward(seconds=92)
    await world.tick()
    used_up = await owner.see("本批号码的保留时间已到", "您的随机选号和自编选号机会均已用完")
    assert "异常选号资料修改" in "".join(used_up.buttons)
    await owner.say("/mine")
    await owner.see("选号机会已用完")
    await owner.say("/start")
    home = await owner.see("机会均已用完")
    assert "为您保留" not in home.words
    await owner.press("【预选号牌】")
    await owner.press("为另一辆车预选")
    await owner.see("第1步 基本信息")


async def test_home_shows_what_is_unfinished_beside_reservations(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)

    def reserve(tx: Tx) -> None:
        for number, serial in ((901, "A0001"), (902, "A0002")):
            reserved(tx, world.core, number, serial)
        sql(tx, "UPDATE preselection SET account_id = (SELECT account_id FROM account WHERE chat_id = 5001)")

    await world.store.run(reserve)
    await owner.say("/start")
    await owner.see("粤K·A0001", "粤K·A0002", "您有一次还没完成的预选")


async def test_closing_leaves_what_is_held_and_no_dead_button(world: World) -> None:
    await world.release()
    world.forward(hours=12, minutes=58)
    owner = await stands_before_step_5(world, 1)
    await owner.see("今天的选号服务将于 23:00 结束")
    number = await keeps_one(owner)
    world.forward(minutes=2)
    await world.tick()
    shown = await owner.see("选号服务时间已结束", LATER)
    assert [label.split("】")[0] for label in shown.buttons] == [
        "【确认选号",
        "🔔 开放时提醒我",
        "🏠 返回首页",
    ]
    await owner.press("开放时提醒我")
    await owner.see_toast("下次开放时会提醒您")
    await owner.press(f"【确认选号】{number}")
    await owner.press("确定选用")
    await owner.see("完成号牌预选")


@pytest.mark.parametrize("way", ["【自编选号】", "返回首页"])
async def test_outside_the_hours_there_is_one_page(world: World, way: str) -> None:
    await world.release()
    world.forward(hours=12, minutes=58)
    owner = await stands_before_step_5(world, 1)
    await owner.press(way)
    await owner.settled()
    world.forward(minutes=3)
    await world.tick()
    if way == "返回首页":
        await owner.press("【预选号牌】")
    shown = await owner.see("现在不在选号服务时间内", LATER)
    assert "🔔 开放时提醒我" in shown.buttons
    assert not any(
        word in label for label in shown.buttons for word in ("换一批", "随机", "自编", "开始选号")
    )


@pytest.mark.parametrize("label", ["【换一批", "【自编选号】"])
async def test_maintenance_is_said_on_the_page(world: World, label: str) -> None:
    """A button that cannot do anything now becomes a sentence with a bell; what is held can be confirmed."""
    await world.release()
    owner = await stands_before_step_5(world, 1)
    number = await keeps_one(owner)
    await world.store.run(maintenance.begin, "粤K", "系统升级", "chief")
    await owner.press(label)
    if label == "【自编选号】":
        await owner.see("自编选号", "系统维护中", "系统升级")
        await owner.press("回到为您保留的号码")
    shown = await owner.see("系统维护中", "系统升级", "仍可【确认选号】")
    assert not any("【换一批" in one or "【自编选号】" in one for one in shown.buttons)
    assert "🔔 开放时提醒我" in shown.buttons
    await world.store.run(maintenance.end, "粤K", "chief")
    world.forward(seconds=61)
    await world.tick()
    await eventually(lambda: any("【换一批" in one for one in owner.last.buttons))
    await owner.press(f"【确认选号】{number}")
    await owner.press("确定选用")
    await owner.see("完成号牌预选")
