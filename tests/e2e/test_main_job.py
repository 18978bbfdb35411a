"""An owner selects a number in the chat, from start to end."""

import pytest

from tests.e2e.selecting import numbers
from tests.person import Person
from tests.world import CHIEF, World, composes, reaches_selection

pytestmark = pytest.mark.both_engines


async def test_random_selection_ends_with_receipt(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await owner.press("【随机一次(5)】")
    batch = await owner.see("本车第")
    number = numbers(batch)[0]
    await owner.press(number)
    await owner.see("不能更改、不能退回", number)
    await owner.press("确定选用")
    done = await owner.see("完成号牌预选", number)
    assert done.photo is not None


async def test_composed_selection_ends_with_receipt(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await owner.press("【自编选号】")
    await owner.see("您还可以自编20个号牌")
    await owner.say("A1234 a8888")
    await owner.see("粤K·A8888")
    await owner.press("提交")
    await owner.see("剩余自编号牌个数将减少2个")
    await owner.press("确认提交")
    await owner.see("完成号牌预选", "粤K·A1234")


async def test_chief_releases_and_confirms(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/release 粤K small B####")
    await chief.see("10,000")
    await chief.press("确认投放")
    await chief.see("已投放")
    owner: Person = world.person()
    await reaches_selection(owner)
    await composes(owner, "B0001")
    await chief.say("/confirm 粤KB0001 000000")
    await chief.press("确认已上牌")
    await chief.see("已确认上牌")
