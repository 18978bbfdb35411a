"""A reviewer's day: told of appeals, the photos before the decision, what was decided looked at again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.ports import Tx
from tests import factories
from tests.core.appealing import appealed
from tests.core.sql import sql
from tests.core.tools import registered, reserved
from tests.e2e.test_desk import DESK_PEOPLE, gives
from tests.person import Person
from tests.world import CHIEF, World, eventually, office, open_world


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00", undo_minutes=60), office("粤A")]
    async with open_world("sqlite", tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        for number in (2, 3):
            await world.store.run(reserved, world.core, number, f"A123{number}")
        yield world


def appeals(tx: Tx, world: World, vehicle: int) -> int:
    return appealed(tx, world.core, registered(tx, world.core, 20 + vehicle), vehicle)


async def opens_photos(reviewer: Person, world: World) -> None:
    await eventually(lambda: reviewer.last.photo is not None, within=15)
    await reviewer.settled()
    assert await world.store.read(sql, "SELECT 1 FROM appeal_viewing") != []


async def test_reviewer_is_told_and_the_button_opens_the_queue(place: World) -> None:
    reviewer = await gives(place, "reviewer")
    await place.store.run(appeals, place, 2)
    await place.service.jobs.tell()
    await reviewer.see("有 1 件申诉等待审核")
    place.forward(minutes=5)
    await place.store.run(appeals, place, 3)
    await place.service.jobs.tell()
    await reviewer.settled()
    assert not any("有 2 件" in shown.words for shown in reviewer.history)
    place.forward(minutes=11)
    await place.service.jobs.tell()
    await reviewer.see("有 2 件申诉等待审核,最早的已等 16 分钟")
    await reviewer.press("打开申诉队列")
    await reviewer.see("共 2 件")


async def test_who_looks_at_the_queue_is_not_disturbed(place: World) -> None:
    reviewer = await gives(place, "reviewer")
    await reviewer.say("/appeals")
    await reviewer.see("没有待审核的申诉")
    await place.store.run(appeals, place, 2)
    await place.service.jobs.tell()
    await reviewer.settled()
    assert not any("等待审核,最早" in shown.words for shown in reviewer.history)


async def test_number_alone_decides_nothing_before_the_photos(place: World) -> None:
    reviewer = await gives(place, "reviewer")
    number = await place.store.run(appeals, place, 2)
    for command in (f"/approve {number}", f"/reject {number} 照片看不清"):
        await place.store.run(sql, "DELETE FROM appeal_viewing")
        await reviewer.say(command)
        await reviewer.see("请先查看两张照片", fresh=True)
        await opens_photos(reviewer, place)
    await reviewer.say(f"/reject {number} 照片看不清")
    await reviewer.press("确认不通过")
    await reviewer.see("审核不通过,会通知申诉人")
    await reviewer.press("已处理")
    await reviewer.see("已处理的申诉")
    await reviewer.press(f"{number} · 粤K")
    await reviewer.see(f"申诉 {number} · 粤K:审核不通过", "原因:照片看不清", "处理于", "赵窗口(3001)")


async def test_card_of_find_names_appeals_and_the_award(place: World) -> None:
    number = await place.store.run(appeals, place, 2)
    chief = place.person(CHIEF)
    await chief.say(f"/find {factories.vin(2)}")
    await chief.see("查询结果", f"申诉 {number}")
    await chief.press(f"申诉 {number}")
    await opens_photos(chief, place)
    await chief.press("审核通过")
    await chief.press("确认通过")
    await chief.see(f"申诉 {number} 审核通过")
    await chief.say(f"/find {factories.vin(2)}")
    await chief.see("查询结果", f"车辆经申诉 {number} 认定归账号")
    clerk = await gives(place, "clerk")
    await clerk.say("/find 粤KA1232")
    card = await clerk.see("查询结果", f"申诉 {number}")
    assert not any("申诉" in label for label in card.buttons)  # the photos are for those who review
