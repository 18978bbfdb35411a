"""/ban, /unban and /closed as a chief uses them: all ways to name a person, and no permission for others."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors.blacklist import Blacklisted
from core.people import ban_list
from core.people.ban_list import BanFilter
from tests import factories
from tests.lifecycle.harness import chat_of, confirm, reserve
from tests.lifecycle.test_faults import PEOPLE
from tests.world import CHIEF, World, open_world

OWNER = chat_of(1)
WAYS = {
    "chat": str(OWNER),
    "identity": factories.identity(1),
    "phone": factories.phone(1).removeprefix("+86"),
    "phone with its country": factories.phone(1),
    "plate": "粤KA0001",
    "plate with its dot": "粤K·A0001",
}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[World]:
    """The whole program on SQLite, an owner who has selected a number, and a chief."""
    async with open_world("sqlite", tmp_path, people=PEOPLE) as world:
        await world.release()
        await world.person(OWNER).say("/start")
        await world.store.run(reserve, world.core, 1)
        yield world


async def bans(desk: World) -> list[str]:
    found = await desk.store.read(ban_list.page, BanFilter(offices=None), skip=0, limit=9)
    return [f"{ban.until:%Y-%m-%d}" for ban in found]


async def does(desk: World, command: str, button: str, answer: str) -> None:
    """Let the chief send a command, press the button of the question, and read the answer."""
    chief = desk.person(CHIEF)
    await chief.say(command)
    await chief.press(button)
    await chief.see(answer)
    await desk.service.jobs.tell()


@pytest.mark.parametrize("who", WAYS.values(), ids=WAYS)
async def test_owner_is_barred_and_lifted_by_any_name(desk: World, who: str) -> None:
    owner = desk.person(OWNER)
    await does(
        desk, f"/ban {who} until 2027-05-01 冒用他人资料", "列入黑名单", "已列入黑名单,到 2027年5月1日"
    )
    await owner.see("您已列入黑名单", "2027年5月1日", "冒用他人资料")
    await does(desk, f"/unban {who} 查明无误", "解除", "已解除")
    await owner.see("已从黑名单中解除")
    assert await bans(desk) == []


async def test_ban_without_date_lasts_the_offices_years(desk: World) -> None:
    await does(desk, f"/ban {OWNER} 冒用", "列入黑名单", "2028年3月10日")


async def test_identity_of_nobody_is_barred_before_it_registers(desk: World) -> None:
    chief = desk.person(CHIEF)
    await chief.say(f"/ban {factories.identity(5)} 冒用")
    await chief.see("尚未注册的身份")
    await chief.press("列入黑名单")
    await chief.see("2028年3月10日")
    with pytest.raises(Blacklisted):
        await desk.store.run(reserve, desk.core, 5)


async def test_further_cause_never_shortens_a_ban(desk: World) -> None:
    owner = desk.person(OWNER)
    await does(desk, f"/ban {OWNER} until 2030-01-01 冒用", "列入黑名单", "2030年1月1日")
    await owner.see("2030年1月1日")
    await does(desk, f"/ban {OWNER} until 2026-06-01 从轻", "列入黑名单", "2030年1月1日")
    assert await bans(desk) == ["2029-12-31"]  # its midnight, in UTC


@pytest.mark.parametrize("command", ["/ban 5001 冒用", "/unban 5001 查明", "/closed 粤K 2026-03-13 停电"])
async def test_strangers_are_refused(desk: World, command: str) -> None:
    owner = desk.person(OWNER)
    await owner.say(command)
    await owner.see("没有这个命令")
    assert await bans(desk) == []


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/ban", "用法"),
        ("/ban 5001", "用法"),
        ("/ban 5001 until 2027-01-01", "用法"),
        ("/ban 5001 until 2026-03-10 冒用", "截止日期须晚于今天"),
        ("/ban 5001 until 2026-02-30 冒用", "没有 2026-02-30 这一天"),
        ("/ban 987654 冒用", "没有找到已注册的人"),
        ("/ban 粤KZ9999 冒用", "没有找到已注册的人"),
        ("/unban", "用法"),
        ("/unban 5001", "用法"),
        ("/unban 5001 查明", "此人现在不在黑名单上"),
        ("/closed", "用法"),
        ("/closed 粤K 2026-03-09 停电", "已经过去了"),
        ("/closed 粤A 2026-03-13 停电", "不受理该发牌机关"),
    ],
)
async def test_command_that_fits_nothing_changes_nothing(desk: World, command: str, answer: str) -> None:
    chief = desk.person(CHIEF)
    await chief.say(command)
    shown = await chief.see(answer)
    await chief.settled()
    assert not {"列入黑名单", "解除", "确认不办公"} & {label[2:] for label in shown.buttons}
    assert await bans(desk) == []


async def test_lapsed_ban_is_no_ban_to_lift(desk: World) -> None:
    await does(desk, f"/ban {OWNER} until 2026-04-01 冒用", "列入黑名单", "2026年4月1日")
    await desk.store.run(confirm, desk.core, 1)  # or its expiry would set a new ban
    desk.forward(days=40)
    await desk.service.jobs.ends()
    chief = desk.person(CHIEF)
    await chief.say(f"/unban {OWNER} 查明")
    await chief.settled()
    assert "解除?" not in chief.last.words
