"""模拟选号 over HTTP: the whole flow, marked, with timers; entering and leaving; nothing real changes."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.dialog.keyboards import GLOBAL_SCREEN, CallbackCodec
from bot.dialog.names import ActionName
from bot.dialog.presenter import Presenter
from bot.dialog.view import Button
from bot.i18n import formatting
from bot.i18n.formatting import plain
from bot.i18n.language import Language, speaking
from bot.texts import rehearsal
from bot.texts.owner import home
from bot.texts.pictures import REHEARSAL_MARK
from core.clock import CHINA
from tests import factories
from tests.core.sql import dump, sql
from tests.e2e.selecting import numbers
from tests.person import Person, Shown
from tests.world import (
    CHIEF,
    OTHER,
    OWNER,
    World,
    eventually,
    office,
    open_world,
    reaches_selection,
    registers,
)

OWN = frozenset({"dialog", "inbox"})
"""The chat's own rows: its conversation, and its updates."""


async def untouched(world: World) -> dict[str, list[str]]:
    """Return every table without the chat's own rows, after everything due by the clock is done."""
    await world.service.jobs.ends()
    rows = await world.store.read(dump)
    return {name: rows[name] for name in rows if name not in OWN}


async def rehearses(person: Person) -> None:
    """Start the rehearsal of a selection; who has a role at the desk is asked what to rehearse."""
    await person.say("/rehearse")
    if person.me.spec.role == "admin":
        await person.press("练习选号")


async def rehearses_to_terms(owner: Person, kind: str = "小型汽车") -> Shown:
    """Go from /rehearse to the review, with the service terms."""
    await rehearses(owner)
    await owner.see("【模拟选号】", REHEARSAL_MARK)
    await owner.press("【预选号牌】")
    await owner.press(kind)
    await owner.press("【阅读并同意】")
    await owner.say(factories.VIN)
    await owner.say(factories.CERTIFICATE)
    return await owner.see("请逐项核对", "选号服务说明")


async def shown_code(owner: Person) -> str:
    """Return the code on the screen."""
    found = re.search(r"验证码 (\d{6})", (await owner.see("📩 模拟短信")).words)
    assert found is not None
    return found[1]


async def rehearses_to_selection(owner: Person, kind: str = "小型汽车") -> Shown:
    """Go from /rehearse through the code."""
    await rehearses_to_terms(owner, kind)
    await owner.press("【开始选号】")
    await owner.say(await shown_code(owner))
    return await owner.see("第5步 预选号牌 · 随机选号")


async def draws(owner: Person) -> str:
    """Draw a batch; return one of its numbers, once its time has started."""
    await owner.press("【随机一次(5)】")
    shown = await owner.see("本车第")
    await owner.settled()
    return numbers(shown)[0]


def from_bot(owner: Person) -> list[Shown]:
    """Return everything that the bot has sent."""
    return [shown for shown in owner.history if shown.from_bot]


# --- the whole flow -------------------------------------------------------------------------


async def test_stranger_rehearses_to_void_receipt(world: World) -> None:
    before, owner = await untouched(world), world.person()
    await rehearses_to_selection(owner)
    number = await draws(owner)
    await owner.press(number)
    await owner.see("不能更改、不能退回", number)
    await owner.press("确定选用")
    done = await owner.see("完成号牌预选", number)
    assert "以上号码无效,不用办理" in done.words
    assert "公开记录" not in done.words  # nobody could check it
    assert "有效期至 2026年3月17日(周二) 17:00" in done.words
    assert "第一次在 2026年3月12日(周四) 09:00" in done.words
    assert done.photo is not None
    await owner.settled()
    assert all(REHEARSAL_MARK in shown.words for shown in from_bot(owner))
    assert all("🚪 退出模拟" in shown.buttons for shown in from_bot(owner) if shown.buttons)
    assert owner.sms == []
    assert await untouched(world) == before


async def test_composing_fails_and_then_succeeds(world: World) -> None:
    before, owner = await untouched(world), world.person()
    await rehearses_to_selection(owner)
    await owner.press("【自编选号】")
    await owner.see("您还可以自编20个号牌", "A8888 A6666 已是他人的")
    await owner.say("A8888 A6666")
    await owner.press("提交")
    await owner.press("确认提交")
    failed = await owner.see("剩余自编号牌个数已减少2个", "粤K·A8888:已被他人预选", "粤K·A6666:已使用")
    assert REHEARSAL_MARK in failed.words
    await owner.see("您还可以自编18个号牌")
    await owner.say("A2357")
    await owner.press("提交")
    await owner.press("确认提交")
    await owner.see("自动提交", REHEARSAL_MARK)
    world.forward(seconds=9)
    await world.tick()
    await owner.see("完成号牌预选", "粤K·A2357", REHEARSAL_MARK)
    await owner.settled()
    assert await untouched(world) == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("kind", "example", "taken"),
    [
        ("小型新能源汽车", "D01234 D86789", "D08888"),
        ("大型新能源汽车", "01234D 86789D", "08888D"),
    ],
)
async def test_new_energy_plates_can_be_rehearsed(world: World, kind: str, example: str, taken: str) -> None:
    owner = world.person()
    await rehearses_to_selection(owner, kind)
    await draws(owner)
    await owner.press("【自编选号】")
    await owner.see(example)
    await owner.say(taken)
    await owner.press("提交")
    await owner.press("确认提交")
    await owner.see(f"粤K·{taken}:已被他人预选")


async def test_comparison_finds_what_is_really_written(world: World) -> None:
    """The control: the comparison detects the writes of a real selection."""
    before = await untouched(world)
    await registers(world.person())
    assert {name for name, rows in (await untouched(world)).items() if rows != before[name]} >= {
        "account",
        "audit",
    }


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_nothing_of_a_rehearsal_is_left_after_it(world: World) -> None:
    owner = world.person()
    await rehearses_to_selection(owner)
    await owner.press("退出模拟")
    await owner.see("机动车号牌预选")
    await owner.settled()
    (row,) = (await world.store.read(dump))["dialog"]
    assert "'rehearsal_image': None" in row
    assert factories.VIN not in row


# --- clocks and hours -----------------------------------------------------------------------


async def test_clocks_of_a_rehearsal_run_out_by_themselves(world: World) -> None:
    owner = world.person()
    await rehearses_to_selection(owner)
    number = await draws(owner)
    await owner.press(number)
    await owner.press("« 返回")
    await owner.see("本车第")
    await owner.settled()
    world.forward(seconds=92)
    await world.tick()
    await owner.see("本批号码的保留时间已到", number, REHEARSAL_MARK)
    world.forward(seconds=95)
    await world.tick()
    await owner.settled()
    assert number not in owner.last.words
    assert "【换一批(4)】" in owner.last.buttons


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_batch_counts_from_when_it_was_shown(world: World) -> None:
    owner = world.person()
    await rehearses_to_selection(owner)
    world.sandbox.faults.delay(2, "sendPhoto")
    await owner.press("【随机一次(5)】")
    world.forward(seconds=40)  # while it is being sent
    shown = await owner.see("本车第")
    await owner.settled()
    await owner.press(numbers(shown)[0])
    await owner.press("« 返回")
    await owner.see("本车第", "还剩约 1 分半钟")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_rehearsal_is_open_at_night_and_says_real_hours(tmp_path: Path, engine: str) -> None:
    async with open_world(engine, tmp_path, at=datetime(2026, 3, 10, 3, 0, tzinfo=CHINA)) as world:
        owner = world.person()
        assert "真实的网上选号服务时间:每日 08:00–23:00" in (await rehearses_to_terms(owner)).words
        await owner.press("【开始选号】")
        await owner.say(await shown_code(owner))
        await draws(owner)


async def test_idle_rehearsal_ends_where_its_owner_stood(world: World) -> None:
    owner = world.person()
    await rehearses_to_selection(owner)
    world.forward(minutes=29)
    await world.service.jobs.rehearsals()
    await owner.say("/help")
    await owner.see("画面、步骤、次数和时间限制与真实选号完全相同")
    await owner.settled()  # a chat whose update is being handled is left out
    world.forward(minutes=29)
    await world.service.jobs.rehearsals()
    assert owner.button("🚪 退出模拟").data
    world.forward(minutes=2)
    await world.service.jobs.rehearsals()
    ended = await owner.see("模拟选号30分钟没有操作,已自动结束", "机动车号牌预选")
    assert "【模拟选号】" in ended.buttons


# --- out of it, and back in -----------------------------------------------------------------


async def test_real_selection_goes_on_where_it_stood(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await owner.press("【不包含4】")
    await owner.settled()
    number = await draws(owner)
    await owner.press(number)
    await owner.press("« 返回")
    await owner.see("本车第")
    await owner.settled()
    before = await untouched(world)
    sms = len(owner.sms)
    await rehearses_to_selection(owner)
    await draws(owner)
    await owner.settled()
    assert await untouched(world) == before
    await owner.press("退出模拟")
    await owner.settled()
    back = await owner.see("本车第", "随机还剩 4 批")
    assert any("⭐" in label and number in label for label in back.buttons)
    assert REHEARSAL_MARK not in back.words
    assert "☑️ 【不包含4】" in back.buttons
    assert len(owner.sms) == sms
    await owner.press("【确认选号】")
    await owner.press("确定选用")
    done = await owner.see("完成号牌预选", number)
    assert REHEARSAL_MARK not in done.words


async def test_cancel_gives_up_the_rehearsal_alone(world: World) -> None:
    await world.release()
    owner = world.person()
    await registers(owner)
    await owner.press("小型汽车")
    await owner.see("业务须知")
    await rehearses_to_terms(owner)
    await owner.say("/cancel")
    back = await owner.see("已退出模拟", "业务须知")
    assert "【阅读并同意】" in back.buttons


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("command", "seen"),
    [
        ("/mine", "我的选号"),
        ("/start", "机动车号牌预选"),
        ("/notify", "提醒"),
        ("/preselect", "个人信息告知"),
    ],
)
async def test_real_commands_lead_out_with_a_word(world: World, command: str, seen: str) -> None:
    owner = world.person()
    await rehearses_to_terms(owner)
    await owner.say(command)
    shown = await owner.see("已退出模拟", seen)
    assert "🚪 退出模拟" not in shown.buttons


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_desk_is_worked_outside_of_rehearsals(world: World) -> None:
    chief, stranger = world.person(CHIEF), world.person(OTHER)
    for person in (chief, stranger):
        await rehearses_to_terms(person)
        await person.say("/release 粤K small B####")
    await chief.see("已退出模拟", "10,000")
    await stranger.see("没有这个命令", "〔模拟〕")
    assert stranger.button("🚪 退出模拟").data
    await chief.press("确认投放")
    await chief.see("已投放")
    await rehearses(chief)
    await chief.see(REHEARSAL_MARK)
    await chief.say("/release 粤K small 乱码")
    await chief.see("已退出模拟", "号段")


async def test_file_with_its_command_leads_out_as_the_command_does(world: World) -> None:
    chief, stranger = world.person(CHIEF), world.person(OTHER)
    head = "vin,certificate,kind,state\n"
    content = (head + f"{factories.vin(3)},{factories.certificate(3)},small,new\n").encode()
    await rehearses_to_terms(chief)
    await chief.send_file(b"\x89PNG\r\n\x1a\n" + bytes(100), "a.csv", caption="/vehicles")
    left = await chief.see("已退出模拟", "不是 CSV 或 XLSX")
    assert "🚪 退出模拟" not in left.buttons
    await rehearses_to_terms(chief)
    await chief.send_file(content, "a.csv", caption="/vehicles")
    await chief.press("确认导入")
    await chief.see("已导入,立即生效")
    await rehearses_to_terms(stranger)
    await stranger.send_file(content, "a.csv", caption="/vehicles")
    await stranger.see("没有这个命令", "〔模拟〕")
    assert stranger.button("🚪 退出模拟").data


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_old_buttons_do_nothing_across_the_border(world: World) -> None:
    owner = world.person()
    await owner.say("/start")
    await owner.see("机动车号牌预选")
    real = owner.button("【预选号牌】").data
    await rehearses_to_terms(owner)
    first = owner.button("【开始选号】").data
    owner.press_raw(real, owner.last)
    await owner.see_toast("这个按钮已过时")
    await owner.settled()
    assert "选号服务说明" in owner.last.words
    await owner.press("退出模拟")
    await owner.see("机动车号牌预选")
    owner.press_raw(first, owner.last)
    await owner.settled()
    assert "机动车号牌预选" in owner.last.words
    await rehearses_to_terms(owner)
    assert owner.button("【开始选号】").data != first
    owner.press_raw(first, owner.last)
    await owner.settled()
    assert "选号服务说明" in owner.last.words


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_button_of_a_notice_leads_out(world: World) -> None:
    owner = world.person()
    await rehearses_to_terms(owner)
    under_notice = Button(label="", action=ActionName.PRESELECT)
    owner.press_raw(CallbackCodec(world.core.vault).write(OWNER, GLOBAL_SCREEN, 0, under_notice), owner.last)
    await owner.see("个人信息告知")
    await owner.see_toast("已退出模拟")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_rehearsal_of_an_older_program_ends(world: World) -> None:
    owner = world.person()
    await rehearses_to_terms(owner)
    await owner.settled()
    await world.store.run(sql, "UPDATE dialog SET rehearsal_image = x'00000000'")
    await owner.press("【开始选号】")
    shown = await owner.see("系统刚刚更新,模拟选号已结束", "机动车号牌预选")
    assert "🚪 退出模拟" not in shown.buttons


# --- what is typed and pressed ----------------------------------------------------------------


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_bad_input_is_told_as_in_the_real_flow(world: World) -> None:
    owner = world.person()
    await owner.say("/rehearse")
    await owner.say("hello")
    await owner.see("没有看懂", "〔模拟〕")
    await owner.press("【预选号牌】")
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.say("LSVTESTX3RM00000I")
    await owner.see("车辆识别代号中没有字母 I、O、Q", REHEARSAL_MARK)
    await owner.say("LSVTESTX4RM000001")
    await owner.see("有一位输错了", REHEARSAL_MARK)
    await owner.say(factories.VIN)
    await owner.say("12")
    await owner.see("编号应为 14–15 位", REHEARSAL_MARK)
    await owner.say(factories.CERTIFICATE)
    await owner.see("请逐项核对", "选号服务说明")
    await owner.press("【开始选号】")
    code = await shown_code(owner)
    await owner.say(f"{(int(code) + 1) % 1_000_000:06d}")
    await owner.see("验证码不正确", "还可输入 4 次", code)
    world.forward(minutes=6)
    await owner.say(code)
    await owner.see("验证码已超过5分钟有效期", REHEARSAL_MARK)
    await owner.press("重新发送")
    await owner.settled()
    assert await shown_code(owner) != code
    await owner.say(await shown_code(owner))
    await owner.press("【自编选号】")
    await owner.say("AB123 C1234")
    await owner.see("以下号码不能提交,未扣减次数", "不在已投放的号段内")
    assert owner.sms == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("label", ["修改姓名", "修改手机号"])
async def test_nothing_personal_is_asked_for(world: World, label: str) -> None:
    owner = world.person()
    await rehearses_to_terms(owner)
    await owner.press(label)
    await owner.see_toast("不填写任何个人信息")
    await owner.settled()
    assert "请逐项核对" in owner.last.words


async def test_office_and_its_quotas_are_the_real_ones(engine: str, tmp_path: Path) -> None:
    offices = [office(), office("粤A", random_batches=2, compose_total=7, hours="09:00-10:00")]
    async with open_world(engine, tmp_path, offices=offices) as world:
        owner = world.person()
        await owner.say("/rehearse")
        await owner.see("• 粤A 广州市:每日 09:00–10:00")
        await owner.press("【预选号牌】")
        await owner.press("粤A 广州市")
        await owner.see("发牌机关:粤A")
        await owner.press("小型汽车")
        await owner.press("【阅读并同意】")
        await owner.say(factories.VIN)
        await owner.say(factories.CERTIFICATE)
        await owner.see("请逐项核对", "选号服务说明")
        await owner.see("还剩 2 批", "还剩 7 个", "粤A 广州市 真实的网上选号服务时间:每日 09:00–10:00")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_used_up_chances_end_as_they_really_do(engine: str, tmp_path: Path) -> None:
    offices = [office(random_batches=1, compose_total=1)]
    async with open_world(engine, tmp_path, offices=offices) as world:
        owner = world.person()
        await rehearses_to_selection(owner)
        await owner.press("【自编选号】")
        await owner.say("A8888")
        await owner.press("提交")
        await owner.press("确认提交")
        await owner.see("粤K·A8888:已被他人预选", "自编号牌已用完", "随机还剩 1 批")
        await owner.press("【随机一次(1)】")
        await owner.see("本车第")
        await owner.settled()
        world.forward(seconds=92)
        await world.tick()
        await owner.see("机会均已用完,请前往车辆管理所", REHEARSAL_MARK)


async def test_press_that_comes_twice_counts_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = world.person()
    await rehearses_to_selection(owner)
    show, failures = Presenter.show, 0

    async def failing(self: Presenter, *args: Any, **kwargs: Any) -> Any:
        nonlocal failures
        failures += 1
        if failures == 1:  # stored and committed, but nothing was shown
            raise ConnectionResetError
        return await show(self, *args, **kwargs)

    monkeypatch.setattr(Presenter, "show", failing)
    await owner.press("【随机一次(5)】", answered=False)
    shown = await owner.see("随机还剩 4 批", "本车第")
    assert "【换一批(4)】" in shown.buttons


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_rehearsal_speaks_the_language_of_the_chat(world: World) -> None:
    owner = world.person()
    await owner.say("/start")
    await owner.press("🌐 English")
    await owner.see("Bought a new vehicle?")
    await owner.say("/rehearse")
    with speaking(Language.ENGLISH):
        await owner.see(rehearsal.REHEARSE())
        await owner.press(home.PRESELECT())
        await owner.press(formatting.HOME())
        await owner.press(rehearsal.LEAVE())
        await owner.see_toast(plain(rehearsal.LEFT()))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_real_identity_that_is_typed_is_deleted_from_the_chat(world: World) -> None:
    owner = world.person()
    await owner.say("/rehearse")
    await owner.see("【模拟选号】", REHEARSAL_MARK)
    await owner.say(factories.identity(1))
    await owner.see("没有看懂")
    await eventually(lambda: not any(factories.identity(1) in shown.words for shown in owner.history))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_report_that_is_read_beside_the_writers_comes_back(world: World) -> None:
    chief = world.person(CHIEF)
    for leave in ("退出模拟", None):
        await chief.say("/desk")
        report = (await chief.see("待", fresh=True)).words[:8]
        await rehearses(chief)
        await chief.see("【模拟选号】", REHEARSAL_MARK)
        if leave is not None:
            await chief.press(leave)
        else:
            world.forward(minutes=31)
            await world.service.jobs.rehearsals()
        await chief.see(report, fresh=True)
