"""Personal data in the chat: renewed consent, what is held, the files, deletion."""

import json
from collections.abc import Awaitable, Callable

import pytest

from bot.routing.screens import SCREENS
from core.people import account, accounts
from tests import factories
from tests.core.sql import dump
from tests.person import Person
from tests.world import OWNER, World, agrees, composes, eventually, reaches_selection, registers

OTHERWISE = {"provinces", "offices", "office", "compose", "selecting", "verify", "wished"}
"""Screens that accept text without personal data."""


def files(person: Person) -> dict[str, bytes]:
    """Return the files that were sent, by extension."""
    found = {}
    for shown in person.history:
        if shown.document is not None:
            name = str(shown.body["document"]["file_name"])
            found[name.rpartition(".")[2]] = person.read_file(shown.document)
    return found


def renew_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Change the consent text, so that owners are asked again."""
    version = accounts.CONSENT_VERSION + 1
    for module in (account, accounts):
        monkeypatch.setattr(module, "CONSENT_VERSION", version)


# --- consent --------------------------------------------------------------------------------


def test_every_screen_that_takes_personal_data_asks_for_consent() -> None:
    taking = {
        screen.name
        for screen in SCREENS
        if (screen.text or screen.contact or screen.attachment) and not screen.name.startswith("desk")
    }
    assert {screen.name for screen in SCREENS if screen.personal} >= taking - OTHERWISE


async def _by_button(owner: Person) -> None:
    await owner.say("/start")
    await owner.press("【预选号牌】")


async def _by_command(owner: Person) -> None:
    await owner.say("/preselect")


async def _by_old_screen(owner: Person) -> None:
    await owner.say(factories.vin(0))  # typed on the page that was open when the consent changed


async def _by_link(owner: Person) -> None:
    await owner.say("/start 57KkSw")
    await owner.press("【预选号牌】")


async def _by_own_page(owner: Person) -> None:
    await owner.say("/mine")
    await owner.press("【预选号牌】")


@pytest.mark.parametrize("way", [_by_button, _by_command, _by_old_screen, _by_link, _by_own_page])
async def test_changed_consent_is_asked_for_anew_at_every_way_in(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, way: Callable[[Person], Awaitable[None]]
) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.see("17 位车辆识别代号")
    renew_consent(monkeypatch)
    await way(owner)
    await owner.see("个人信息告知已更新", "个人信息告知")
    await owner.press("不同意")
    await owner.see_toast("此前的信息仍按您原来的同意保存")
    await owner.see("机动车号牌预选")
    await owner.say("/preselect")
    await owner.press("同意并继续")
    await owner.see("17 位车辆识别代号")
    account = await sqlite_world.store.read(sqlite_world.core.accounts.require, OWNER)
    assert account.consent_version == accounts.CONSENT_VERSION


async def test_press_on_an_open_page_asks_for_changed_consent(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await registers(owner)
    await owner.see("第1步")
    renew_consent(monkeypatch)
    await owner.press("小型汽车")
    await owner.see("个人信息告知已更新")


# --- what is held ---------------------------------------------------------------------------


async def test_stranger_reads_what_would_be_held(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await owner.say("/start")
    await owner.press("我的资料")
    await owner.see("个人信息说明", "收集什么、为什么", "保存多久", "谁能看到", "服务器在境外")


async def test_owner_gets_everything_as_two_files(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await owner.press("【随机一次(5)】")
    await owner.see("本车第")
    await owner.say("/export")
    await owner.see("我的资料", "一份可直接阅读")
    await eventually(lambda: set(files(owner)) == {"json", "html"})
    found = json.loads(files(owner)["json"])
    assert found["account"][0]["name"] == "测试车主"
    assert found["account"][0]["identity"] == factories.identity(0)
    assert len(found["draws"][0]["numbers"]) == 10
    page = files(owner)["html"].decode()
    assert all(word in page for word in ("测试车主", factories.vin(0), "车辆识别代号", "业务日志"))
    assert all(word in page for word in ("新车车主", "正在选号", "小型汽车", "Telegram 账号编号"))
    assert "new_owner" not in page
    sent = [shown for shown in owner.history if shown.document is not None]
    assert [str(shown.body["document"]["file_name"]).rpartition(".")[2] for shown in sent] == ["html", "json"]
    assert "点开即可阅读" in sent[0].words
    codes = [sms.code for sms in owner.sms]
    assert not any(code in page for code in codes)


async def test_typed_name_and_contact_leave_the_chat(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await owner.see("第1步")
    await eventually(lambda: [shown.text for shown in owner.history if not shown.from_bot] == ["/privacy"])
    await eventually(
        lambda: not any("测试车主" in shown.words or "13800138001" in shown.words for shown in owner.history)
    )


# --- deletion -------------------------------------------------------------------------------


async def test_owner_deletes_everything_and_begins_anew(world: World) -> None:
    await world.release()
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    await owner.say("/delete")
    await owner.see("删除我的信息?", "将删除", "依规定须保留", "不能恢复")
    await owner.press("确认删除")
    await owner.see("您的信息已删除")
    await owner.settled()
    rows = await world.store.read(dump)
    text = "\n".join(row for name, some in rows.items() for row in some if name != "inbox")
    assert str(OWNER) not in text
    await registers(owner)
    await owner.see("第1步")


async def test_button_of_before_deletion_does_nothing(world: World) -> None:
    owner = world.person()
    await owner.say("/start")
    await owner.see("机动车号牌预选")
    old = owner.button("【预选号牌】").data
    await owner.say("/delete")
    await owner.press("确认删除")
    await owner.see("您的信息已删除")
    await owner.settled()
    await owner.say("/start")  # the same screen, after as many steps as then
    shown = await owner.see("机动车号牌预选", fresh=True)
    assert owner.button("【预选号牌】").data != old
    owner.press_raw(old, shown)
    await owner.see_toast("这个按钮已过时")
    await owner.settled()
    assert "机动车号牌预选" in owner.last.words


async def test_second_press_of_a_deletion_does_no_harm(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await owner.say("/delete")
    shown = await owner.see("删除我的信息?")
    data = owner.button("确认删除").data
    owner.press_raw(data, shown)
    owner.press_raw(data, shown)
    await owner.see("已删除")
    await owner.settled()
    assert await world.store.read(world.core.accounts.find, OWNER) is None


async def test_deletion_that_must_wait_says_why_and_until_when(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await composes(owner, "A1234")
    await owner.say("/delete")
    shown = await owner.see("现在还不能删除", "粤K·A1234", "2026年3月17日(周二) 17:00")
    assert "⛔ 确认删除" not in shown.buttons
    world.forward(days=6)
    await world.service.jobs.tell()
    world.forward(days=2)
    await world.service.jobs.ends()
    await owner.say("/delete")
    await owner.see("您在黑名单上", "2028年3月17日")
    assert (await world.store.read(world.core.accounts.require, OWNER)).is_registered


async def test_owner_keeps_what_they_have_when_they_think_again(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await registers(owner)
    await owner.say("/privacy")
    await owner.press("删除我的信息")
    await owner.press("不删除")
    await owner.see("我的资料")
    await owner.say("x" * 4000)
    await owner.see("没有看懂", fresh=True)
    await owner.press("返回首页")
    assert (await sqlite_world.store.read(sqlite_world.core.accounts.require, OWNER)).is_registered
