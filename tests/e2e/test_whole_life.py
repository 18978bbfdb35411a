"""An office's whole life cycle in the chat: from the release of its numbers to the statistics of a month.

Nothing is inserted into the database directly: a chief releases, owners select in both ways, the counter
confirms, voids and revokes, two owners let their numbers expire; then statistics, audit log and blacklist
must agree.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import CHINA
from sandbox import PersonSpec
from tests import factories
from tests.e2e.test_reports import sheets_of
from tests.person import Person
from tests.world import CHIEF, PEOPLE, World, composes, office, open_world, reaches_selection

pytestmark = pytest.mark.both_engines

OWNERS = tuple(range(6001, 6006))
NUMBER = re.compile(r"粤K·([0-9A-Z]{5})")


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    people = (
        *PEOPLE,
        *(
            PersonSpec(chat_id=one, last_name="车主", first_name=str(one), phone=f"+86139{one:08}")
            for one in OWNERS
        ),
    )
    async with open_world(engine, tmp_path, people=people, offices=[office(hours="00:00-24:00")]) as world:
        yield world


async def selects_at_random(owner: Person) -> str:
    """Draw, shortlist the first number, confirm it; return it."""
    await owner.press("【随机一次(5)】")
    batch = await owner.see("本车第")
    label = next(button for button in batch.buttons if NUMBER.search(button))
    await owner.press(label)
    await owner.press("确定选用")
    await owner.see("第6步")
    found = NUMBER.search(label)
    assert found is not None
    return found[1]


async def does(chief: Person, command: str, button: str, answer: str) -> None:
    """Send a command, confirm it, and see the result."""
    await chief.say(command)
    await chief.press(button)
    await chief.see(answer)


async def later(world: World, day: int) -> None:
    """Advance the clock to the morning of a day in March 2026, and end everything that is due."""
    now = world.clock.now().astimezone(CHINA)
    world.clock.advance(now.replace(day=day, hour=9) - now)
    await world.service.jobs.ends()
    await world.service.jobs.tell()


async def test_release_selections_and_their_ends_add_up(world: World) -> None:
    chief = world.person(CHIEF)
    await does(chief, "/release 粤K small A####", "确认投放", "已投放")
    await does(chief, "/withhold 粤K small A888# 拟公开拍卖", "确认暂不投放", "已设为暂不投放")
    owners = [world.person(one) for one in OWNERS]
    numbers = []
    for index, owner in enumerate(owners):
        await reaches_selection(owner, index)
        if index % 2:
            await composes(owner, f"A77{index:02}")
            numbers.append(f"A77{index:02}")
        else:
            numbers.append(await selects_at_random(owner))
    assert not [number for number in numbers if number.startswith("A888")]

    tail = factories.vin(0)[-6:]
    await chief.say(f"/confirm 粤K{numbers[0]} 999999")
    await chief.see("后六位不符", "未作任何更改")
    await does(chief, f"/confirm 粤K{numbers[0]} {tail}", "确认已上牌", "已确认上牌")
    await does(chief, f"/void 粤K{numbers[1]} 合格证不符", "确认作废", "已作废")
    await does(chief, f"/revoke 粤K{numbers[2]} 本人申请", "确认撤销该预选", "的预选已取消")
    await later(world, 16)
    await owners[3].see("还剩 1 个工作日")
    await later(world, 18)
    await owners[3].see("预选号码已过期")
    await chief.say(f"/confirm 粤K{numbers[3]} {factories.vin(3)[-6:]}")
    await chief.see("已由系统处理:该号码已过期收回")

    await reaches_selection(world.person(), 9)
    again = await selects_at_random(world.person())
    assert again != numbers[0]

    await chief.say("/stats 粤K")
    await chief.press("30 天")
    ends = "– 确认上牌 1 – 过期 2 – 作废 1 – 取消 1\n= 期末待办理 1"
    shown = await chief.see("期初待办理 0 + 选定 6 + 撤回恢复 0", ends)
    assert "随机 4 · 自编 2 · 列入黑名单 3" in shown.words
    sums = {row[0]: row[1] for row in (await sheets_of(chief))["合计"][1:]}
    assert [sums[name] for name in ("选定号码", "确认上牌", "过期", "作废")] == [6, 1, 2, 1]

    await chief.say("/segments 粤K")
    await chief.see("A####", "已用 2")
    for number, said in (
        (numbers[0], f"确认上牌:粤K·{numbers[0]}"),
        (numbers[1], f"号码 粤K·{numbers[1]} 作废,原因:合格证不符"),
        (numbers[2], f"取消 粤K·{numbers[2]} 的预选,原因:本人申请"),
        (numbers[3], f"号码 粤K·{numbers[3]} 过期收回"),
    ):
        await chief.say(f"/audit 粤K{number}")
        await chief.see(said, "选定号码", fresh=True)
    await chief.say("/blacklist")
    await chief.see("3 人")
