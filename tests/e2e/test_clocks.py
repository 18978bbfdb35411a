"""Holds that expire on screen, and service hours that begin and end."""

import asyncio

from tests.e2e.selecting import numbers
from tests.person import Person
from tests.world import OTHER, OWNER, World, agrees, reaches_selection, registers, verifies


async def draws(owner: Person) -> str:
    """Draw a batch and return one of its numbers."""
    await owner.press("【随机一次(5)】")
    shown = await owner.see("本车第")
    await owner.settled()  # its time counts from when it was sent
    return numbers(shown)[0]


async def test_batch_ends_on_screen_by_itself(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await draws(owner)
    world.forward(seconds=92)
    await world.tick()
    ended = await owner.see("本批号码的保留时间已到")
    assert not numbers(ended)


async def test_busy_chat_delays_no_other_clock(world: World) -> None:
    """One chat's turn is held all the time; the screen of another is redrawn, and again at the next tick."""
    await world.release()
    owner, other = world.person(OWNER), world.person(OTHER)
    await reaches_selection(owner)
    await reaches_selection(other, 1)
    await draws(owner)
    await draws(other)
    async with world.service.dispatcher.lock(OWNER):
        world.forward(seconds=92)
        await asyncio.wait_for(world.service.jobs.screens(), 2)
        await other.see("本批号码的保留时间已到", within=3)
        assert "本批号码的保留时间已到" not in owner.last.words
        await asyncio.wait_for(world.service.jobs.purge(), 2)
    await world.tick()
    await owner.see("本批号码的保留时间已到")


async def test_showing_batch_again_adds_no_time(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await draws(owner)
    for _ in range(3):
        world.forward(seconds=25)
        await owner.say("/preselect")
        await owner.see("本车第", fresh=True)
        await owner.settled()
    world.forward(seconds=18)
    await world.tick()
    await owner.see("本批号码的保留时间已到")


async def test_press_within_grace_still_counts(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    number = await draws(owner)
    await owner.settled()
    world.forward(seconds=91)
    await owner.press(number)
    await owner.see("确认选用", number)


async def test_press_after_grace_is_told(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    number = await draws(owner)
    data, shown = owner.button(number).data, owner.last
    world.forward(seconds=100)
    owner.press_raw(data, shown)
    await owner.see_toast("保留时间已到")


async def test_shortlist_ends_on_screen_by_itself(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await owner.press(await draws(owner))
    await owner.see("确认选用")
    world.forward(seconds=182)
    await world.tick()
    await owner.see("本批号码和备选的保留时间都已到")


async def test_shortlist_that_outlives_its_batch_ends_in_words(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await owner.press(await draws(owner))
    await owner.press("« 返回")
    await owner.see("本车第")
    world.forward(seconds=95)
    await world.tick()
    await owner.see("本批号码的保留时间已到", "⭐ 备选")
    world.forward(seconds=90)
    await world.tick()
    ended = await owner.see("本批号码和备选的保留时间都已到")
    assert not any("【确认选号】" in label for label in ended.buttons)
    await owner.press("【换一批(4)】")
    again = await owner.see("本车第")
    assert "已到" not in again.words


async def test_closing_is_said_over_a_living_batch(world: World) -> None:
    await world.release()
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    world.forward(hours=12, minutes=58, seconds=30)
    await verifies(owner)
    await draws(owner)
    world.forward(seconds=89)
    await world.tick()
    await owner.see("选号服务时间已结束,不能再换一批", "本车第")


async def test_idle_half_hour_lapses_verification(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await draws(owner)
    world.forward(minutes=31)
    await world.tick()
    await owner.see("本次手机验证已失效")
    await verifies(owner)
    await owner.see("还剩 4 批")


async def test_closed_hours_name_next_opening(world: World) -> None:
    await world.release()
    owner = world.person()
    await registers(owner)
    world.forward(hours=14)
    await agrees(owner)
    shown = await owner.see("现在不在选号服务时间内", "2026年3月11日(周三) 08:00")
    assert "🔔 开放时提醒我" in shown.buttons


async def test_closing_stops_draws_only(world: World) -> None:
    await world.release()
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    world.forward(hours=12, minutes=58)
    await verifies(owner)
    await owner.see("今天的选号服务将于 23:00 结束")
    number = await draws(owner)
    await owner.press(number)
    await owner.see("确认选用", number)
    await owner.press("« 返回")
    await owner.see("本车第")
    world.forward(minutes=2)
    await owner.press("【换一批(4)】")
    await owner.see_toast("现在不在选号服务时间内")
    await owner.press("【确认选号】")
    await owner.press("确定选用")
    await owner.see("完成号牌预选")


async def test_code_expires_after_five_minutes(world: World) -> None:
    await world.release()
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    await owner.press("【开始选号】")
    code = await owner.sms_code()
    world.forward(minutes=6)
    await owner.say(code)
    shown = await owner.see("验证码已超过5分钟有效期", fresh=True)
    assert "5分钟内有效" not in shown.words


async def test_screen_says_by_itself_that_a_code_is_over(world: World) -> None:
    await world.release()
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    await owner.press("【开始选号】")
    await owner.sms_code()
    await owner.see("验证码已发送")
    world.forward(seconds=61)
    await world.tick()
    await owner.see("5分钟内有效")
    world.forward(minutes=4)
    await world.tick()
    shown = await owner.see("验证码已超过5分钟有效期")
    assert "🔄 重新发送" in shown.buttons
    await world.tick()
    await owner.press("重新发送")
    await owner.say(await owner.sms_code(after=1))
    await owner.see("第5步")


async def test_code_is_neither_taken_nor_sent_after_closing(world: World) -> None:
    await world.release()
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    world.forward(hours=12, minutes=58)
    await owner.press("【开始选号】")
    code = await owner.sms_code()
    world.forward(minutes=3)
    await owner.say(code)
    await owner.see("现在不在选号服务时间内", "2026年3月11日(周三) 08:00")
    await world.tick()
    await owner.press("重新发送")
    await owner.see_toast("现在不在选号服务时间内")
    assert len(owner.sms) == 1
