"""Choosing a number of a batch: the last question, the shortlist, and what is typed instead of pressed."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from bot.texts.owner.receipt import place_lines
from core.availability.closed_days import days_of
from tests.e2e.selecting import numbers, owners, stands_before_step_5
from tests.person import Person
from tests.world import World, open_world


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, people=owners(1)) as opened:
        yield opened


async def draws(owner: Person, left: int = 5) -> list[str]:
    """Draw a batch; return its numbers as they are on the buttons, without mark."""
    await owner.press(f"({left})】")
    shown = await owner.see(f"本车第{6 - left}批")
    await owner.settled()
    return numbers(shown)


async def test_number_is_taken_with_two_presses(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    number, *_ = await draws(owner)
    batch = owner.last
    await owner.press(number)
    asked = await owner.see(
        f"确认选用 {number}?", "须在 3月17日(周二)17:00 前办理", "2 年内不能网上预选", "不能更改、不能退回"
    )
    assert asked.message_id == batch.message_id  # the same message, edited
    assert asked.photo
    assert asked.buttons == ["✅ 确定选用", "移出备选", "« 返回"]
    await owner.press("确定选用")
    await owner.see("完成号牌预选", number)


async def test_closed_days_are_shown_before_and_after_the_choice(world: World) -> None:
    await world.release()
    office, closed = world.core.offices["粤K"], (date(2026, 3, 12), date(2026, 3, 13))
    await world.store.run(world.core.day_changes.close_days, office, closed, "停电", "chat:1")
    owner = await stands_before_step_5(world, 1)
    number, *_ = await draws(owner)
    await owner.press(number)
    await owner.see(f"确认选用 {number}?", "3月19日(周四)17:00", "3月12日至3月13日 不开放")
    await owner.press("确定选用")
    await owner.see("完成号牌预选", "2026年3月19日")
    days = await world.store.read(days_of, office, world.core.calendar)
    printed = place_lines(days.office)  # of the receipt's picture
    assert any("3月12日至3月13日 不开放" in line.chinese for line in printed)
    await owner.say("/offices")
    await owner.say("茂名")
    await owner.see("办理地点", "3月12日至3月13日 不开放", fresh=True)


async def test_tap_on_kept_number_loses_nothing(world: World) -> None:
    """A number of an ended batch, tapped once more: the last question, and still on the shortlist."""
    await world.release()
    owner = await stands_before_step_5(world, 1)
    number, *_ = await draws(owner)
    await owner.press(number)
    await owner.press("« 返回")
    await draws(owner, 4)
    await owner.press(f"【确认选号】{number}")
    await owner.see(f"确认选用 {number}?", "移出备选则放回号池", "不能再要回来")
    await owner.press("« 返回")
    shown = await owner.see("本车第2批/共5批")
    assert any(label.startswith(f"【确认选号】{number}") for label in shown.buttons)
    await owner.press(f"【确认选号】{number}")
    await owner.press("移出备选")
    await owner.see_toast(f"{number} 已移出备选,放回号池")
    assert number not in numbers(await owner.see("本车第2批/共5批"))


async def test_second_number_of_a_batch_replaces_the_first_only_when_told_to(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    first, second, third, *_ = await draws(owner)
    await owner.press(first)
    await owner.press("« 返回")
    await owner.press(second)
    await owner.see(f"确认选用 {second}?", f"改留 {second},已留的 {first} 就放回本批")
    await owner.press("« 返回")
    shown = await owner.see("本车第1批/共5批")
    assert any("⭐" in label and first in label for label in shown.buttons)
    await owner.press(second)
    await owner.press(f"改留 {second} 作备选")
    await owner.press("« 返回")
    kept = [label for label in (await owner.see("本车第1批/共5批")).buttons if "⭐" in label]
    assert [second in label for label in kept] == [True]
    await owner.press(third)  # another one can be taken without being kept
    await owner.press("确定选用")
    await owner.see("完成号牌预选", third)


async def test_number_is_chosen_from_a_longer_shortlist(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    first, *_ = await draws(owner)
    await owner.press(first)
    await owner.press("« 返回")
    second, *_ = await draws(owner, 4)
    await owner.press(second)
    await owner.press("« 返回")
    await owner.press("(3)】")
    fits = await owner.see(f"⭐ {first[3:]} {second[3:]}", "您还可以自编20个号牌")
    assert len(fits.caption.splitlines()) == 2
    assert [len(row) for row in fits.rows] == [2, 2, 2, 2, 2, 1, 2, 2]
    await owner.press("【确认选号】2个备选")
    shown = await owner.see("请选择要确认的号码")
    assert shown.photo
    assert numbers(shown) == [first, second]
    await owner.press(second)
    await owner.press("确定选用")
    await owner.see("完成号牌预选", second)


async def test_batch_fits_a_telephone(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    await draws(owner)
    shown = owner.last
    assert len(shown.caption.splitlines()) == 2
    assert [label[0] for label in shown.buttons[:10]] == list("①②③④⑤⑥⑦⑧⑨⑩")
    assert [len(row) for row in shown.rows] == [2, 2, 2, 2, 2, 2, 2]


async def test_last_batch_is_announced_and_said(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    for left in (5, 4, 3):
        await draws(owner, left)
    await owner.press("(2)】")
    await owner.see("随机只剩最后一批")
    await owner.press("(1)】")
    await owner.see("本车第5批/共5批(最后一批)", "您还可以自编20个号牌")


async def test_filter_outlives_home_and_lapse(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    await owner.press("【不包含4】")
    await owner.see("第5步")
    await owner.press("返回首页")
    await owner.press("【预选号牌】")
    shown = await owner.see("第5步")
    assert "☑️ 【不包含4】" in shown.buttons
    drawn = await draws(owner)
    assert not any("4" in number for number in drawn)
    world.forward(minutes=31)
    await world.tick()
    await owner.press("【开始选号】")
    await owner.say(await owner.sms_code())
    shown = await owner.see("第5步", fresh=True)
    assert "☑️ 【不包含4】" in shown.buttons


async def test_typed_words_do_what_the_buttons_do(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    await owner.say("随机一次")
    drawn = numbers(await owner.see("本车第1批/共5批"))
    await owner.settled()
    for text, number in (
        (drawn[2].removeprefix("粤K·").lower(), drawn[2]),
        (drawn[2], drawn[2]),
        ("③", drawn[2]),
        ("3", drawn[2]),
        ("第3个", drawn[2]),
        ("确认", drawn[2]),
    ):
        await owner.say(text)
        await owner.see(f"确认选用 {number}?", fresh=True)
        await owner.press("« 返回")
        await owner.see("本车第1批/共5批")
    await owner.say("换一批")
    await owner.see("本车第2批/共5批", fresh=True)


async def test_other_words_are_answered_with_what_can_be_done(world: World) -> None:
    await world.release()
    owner = await stands_before_step_5(world, 1)
    drawn = await draws(owner)
    other = next(f"A{n:04}" for n in range(20) if f"粤K·A{n:04}" not in drawn)
    await owner.say(other)
    await owner.see(f"本批和备选里没有 粤K·{other}", "【自编选号】", "A+4位数字", fresh=True)
    for text in ("我要888", "长" * 4000, "B1234O"):
        await owner.say(text)
        await owner.see("没有看懂", "发送序号", "您还可以自编20个号牌", fresh=True)
        await owner.settled()
    page = next(shown for shown in reversed(owner.history) if "【自编选号】" in shown.buttons)
    assert "随机还剩 4 批" in page.words  # the answers stand beside the page
