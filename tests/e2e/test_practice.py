"""练习管理 over HTTP: every command of the desk within an invented office; nothing real changes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.desk.commands import DESK
from core.rehearsal import cases
from core.rehearsal.practice import MOST_VEHICLES, NAME
from tests import factories
from tests.core.tools import reserved
from tests.e2e.test_desk import DESK_PEOPLE, gives
from tests.e2e.test_rehearsal import untouched
from tests.e2e.test_reports import sheets_of
from tests.person import Person, Shown
from tests.world import CHIEF, OWNER, World, office, open_world

MARKED = "演练"
LEAVE = "🚪 退出练习"
CONFIRMABLE = "粤K" + cases.CONFIRMABLE
TAIL = cases.vin(1)[-6:]
PLAIN = "粤KA0808"
TRIED: dict[str, tuple[str, str, str]] = {
    # What is typed, the button that confirms it, and what is seen then.
    "desk": ("", "", "临近到期"),
    "segments": ("粤K", "", "粤K 茂名市 号段"),
    "release": ("粤K small C####", "确认投放", "已投放 C####"),
    "withhold": ("A66## 拟公开拍卖", "确认", "A66## 已设为暂不投放"),
    "unwithhold": ("A888# 备用号码已用完", "恢复投放", "A888# 已恢复投放"),
    "confirm": (f"{CONFIRMABLE} {TAIL}", "确认已上牌", "粤K·A0101 已确认上牌"),
    "void": (f"{PLAIN} 资料有误", "确认作废", "粤K·A0808 已作废"),
    "revoke": ("粤KA0909 本人申请", "确认撤销", "粤K·A0909 的预选已取消"),
    "undo": ("粤KA0202 点错了号码", "确认撤回", "粤K·A0202 恢复预选"),
    "closed": ("明天 停电", "确认", "2026年3月11日(周三) 窗口不办公"),
    "hours": ("粤K 2026-12-31 窗口 09:00-12:00 盘点", "确认", "已登记:粤K 12月31日"),
    "holidays": ("2027 休 1月1日至1月3日 班 1月9日", "确认", "已录入 2027 年"),
    "appeals": ("", "", "待审核的申诉\n共 1 件"),
    "approve": ("1", "", "请先查看两张照片"),
    "reject": ("1 照片看不清", "确认", "审核不通过"),
    "ban": ("109 违规", "列入黑名单", "已列入黑名单"),
    "unban": ("113 已核实", "解除", "已解除,并会通知本人"),
    "identity": (f"{cases.person(8).identity} 109 已核对原件", "", "转入账号已有另一身份"),
    "usertype": ("109 counter", "确认", "用户类型:窗口注册用户"),
    "blacklist": ("", "", "⛔ 黑名单 全部"),
    "find": (PLAIN, "", "查询结果"),
    "list": ("", "", "待办理 粤K"),
    "note": ("109 已电话,周五来", "", "已记备注"),
    "broadcast": ("窗口搬迁到演练路2号", "全部车主", "发送群发通知"),
    "grant": (f"{cases.vin(8)} random=1 系统故障", "确认增加", "已增加选号机会"),
    "stats": ("", "", "粤K"),
    "audit": ("粤K", "", "操作记录:粤K"),
    "maintenance": ("粤K on 升级演练", "开始维护", "维护"),
    "vehicles": ("", "", "车辆登记数据"),
    "clock": ("", "", "服务器时间没有疑问"),
    "admins": ("add 999999 clerk 粤K", "确认添加", "已添加 999999"),
}


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world(engine, tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.stop_jobs()  # which write by themselves, sooner or later
        await world.release()
        await world.store.run(reserved, world.core, 2, "A1234")
        yield world


@pytest.fixture
def chief(world: World) -> Person:
    return world.person(CHIEF)


async def practises(person: Person) -> Shown:
    """Go to the guide of a new practice."""
    await person.say("/rehearse")
    await person.press("练习管理")
    return await person.see("【练习管理】", NAME)


def from_bot(person: Person, since: int) -> list[Shown]:
    return [shown for shown in person.history if shown.from_bot and shown.message_id > since]


def test_every_command_is_tried() -> None:
    assert set(TRIED) == set(DESK)


async def test_every_command_works_in_the_practice_and_writes_nothing_real(
    world: World, chief: Person
) -> None:
    await chief.say("/start")
    await chief.say("/desk")  # from then on the name of the admin is known
    await chief.see("没有待办事项")
    before, since = await untouched(world), chief.last.message_id
    await chief.say("/rehearse")
    chosen = await chief.see("【🎓 练习管理】")
    await chief.press("练习管理")
    await chief.see("【练习管理】", NAME)
    for name, (typed, button, said) in TRIED.items():
        await chief.say(f"/{name} {typed}")
        if button:
            await chief.see(MARKED, fresh=True)
            await chief.press(button)
        await chief.see(said, MARKED, fresh=True)
    await chief.settled()
    unmarked = [shown.words for shown in from_bot(chief, chosen.message_id) if MARKED not in shown.words]
    assert unmarked == []
    assert since < chosen.message_id
    await chief.say("/cancel")
    await chief.see("已退出练习,练习中的内容已全部清除")
    await world.service.jobs.tell()
    assert await untouched(world) == before


async def test_same_command_outside_of_a_practice_writes(world: World, chief: Person) -> None:
    """The control: the comparison sees what a real command does."""
    await chief.say("/start")
    await chief.settled()
    before = await untouched(world)
    await chief.say("/closed 粤K 明天 停电")
    await chief.press("确认")
    await chief.see("窗口不办公")
    after = await untouched(world)
    assert {name for name in after if after[name] != before[name]} >= {"closed_day", "audit"}


async def test_tasks_of_the_guide_tick_themselves(world: World, chief: Person) -> None:
    guide = await practises(chief)
    assert guide.words.count("⬜") == 5
    assert f"/confirm {CONFIRMABLE} {TAIL}" in guide.words
    await chief.say(f"/confirm {CONFIRMABLE} {TAIL}")
    await chief.press("确认已上牌")
    await chief.say("/undo 粤KA0202 点错了号码")
    await chief.press("确认撤回")
    await chief.say("/rehearse")
    assert (await chief.see("✅ 1.", "✅ 2.", "⬜ 3.", fresh=True)).words.count("⬜") == 3
    await chief.say("/appeals")
    await chief.press("1 · 粤K")
    card = await chief.see("申诉 1 ·", "演*丁")
    assert card.photo is not None
    await chief.press("审核不通过")
    await chief.say("照片看不清")
    await chief.press("不通过")
    await chief.say("/find 粤KA0505")
    await chief.press("📅 延期")
    await chief.say("3 住院,有证明")
    await chief.press("确认延期")
    await chief.say("/closed 明天 停电")
    await chief.press("确认不办公")
    await chief.say("/rehearse")
    done = await chief.see("🎉 五项都完成了", fresh=True)
    assert "⬜" not in done.words


async def test_day_passes_in_the_practice_alone(world: World, chief: Person) -> None:
    await chief.say("/desk")  # from then on the name of the admin is known
    await chief.see("没有待办事项")
    before = await untouched(world)
    await chief.say("/desk")
    await chief.see("没有待办事项")
    await practises(chief)
    await chief.press("⏩ 下一个工作日")
    await chief.see("练习中的时间:2026年3月11日(周三) 10:00")
    await chief.say("/find 粤KA0101")
    await chief.see("查询结果", "逾期收回")
    await chief.say("/rehearse")
    await chief.press("⏩ 下一个工作日")
    await chief.see("练习中的时间:2026年3月12日(周四) 10:00")
    await chief.press(LEAVE)
    await chief.see_toast("已退出练习")
    await chief.see("没有待办事项")
    await chief.say("/closed 粤K")
    await chief.see("粤K", fresh=True)
    assert await untouched(world) == before


async def test_files_of_a_practice_are_named_as_such(world: World, chief: Person) -> None:
    await practises(chief)
    await chief.say("/blacklist")
    sheets = await sheets_of(chief)
    assert any("倒卖号牌(演练)" in str(row) for rows in sheets.values() for row in rows)
    assert MARKED in chief.last.words
    assert chief.last.body["document"]["file_name"].startswith("演练-")


async def test_vehicles_are_imported_into_the_practice_alone(world: World, chief: Person) -> None:
    await chief.say("/desk")  # from then on the name of the admin is known
    await chief.see("没有待办事项")
    before = await untouched(world)
    head = "vin,certificate,kind,state\n"
    row = "{},{},small,new\n"
    rows = [row.format(factories.vin(number), factories.certificate(number)) for number in range(502)]
    await practises(chief)
    await chief.say("/vehicles")
    await chief.see("车辆登记数据")
    await chief.send_file((head + "".join(rows[: MOST_VEHICLES + 1])).encode(), "many.csv")
    await chief.see(f"一次最多导入{MOST_VEHICLES}辆,文件有{MOST_VEHICLES + 1}辆")
    await chief.send_file((head + rows[0]).encode(), "one.csv", caption="/vehicles")
    await chief.press("确认导入")
    await chief.see("已导入,立即生效", MARKED)
    await chief.settled()
    assert await untouched(world) == before


async def test_clerk_practises_as_chief_and_owner_is_not_asked(world: World) -> None:
    clerk, owner = await gives(world, "clerk"), world.person(OWNER)
    await practises(clerk)
    await clerk.say("/ban 108 违规")
    await clerk.press("⛔ 列入黑名单")
    await clerk.see("已列入黑名单", MARKED)
    await owner.say("/rehearse")
    shown = await owner.see("【模拟选号】")
    assert "🚪 退出模拟" in shown.buttons


async def test_owners_rehearsal_is_as_it_was(world: World, chief: Person) -> None:
    await chief.say("/rehearse")
    await chief.press("练习选号")
    await chief.see("【模拟选号】", "🎭 模拟")
    await chief.say("/desk")
    shown = await chief.see("🎭 已退出模拟", fresh=True)
    assert MARKED not in shown.words


async def test_role_that_is_gone_leads_home(world: World, chief: Person) -> None:
    clerk = await gives(world, "clerk")
    await clerk.say("/rehearse")
    await clerk.see("【🎓 练习管理】")
    await chief.say("/admins")
    await chief.press("移除 赵窗口 窗口 粤K")
    await chief.press("确认移除")
    await chief.see("已移除")
    await clerk.press("练习管理")
    await clerk.see("【预选号牌】", fresh=True)


async def test_practice_ends_after_half_an_hour_without_a_step(world: World, chief: Person) -> None:
    await practises(chief)
    await chief.settled()
    world.forward(minutes=31)
    await world.service.jobs.rehearsals()
    await world.service.jobs.redraws.idle()
    await chief.see("练习30分钟没有操作,已自动结束")


async def test_real_notice_comes_meanwhile_and_its_button_leads_out(world: World) -> None:
    clerk, chief = await gives(world, "clerk"), world.person(CHIEF)
    await practises(clerk)
    await chief.say("/admins add 3001 reviewer 粤K")
    await chief.press("确认添加")
    await chief.see("已添加")
    await world.service.jobs.tell()
    told = await clerk.see("您现在是")
    assert MARKED not in told.words
    await clerk.say("/mine")
    await clerk.see("已退出练习")


async def test_broadcast_of_a_practice_reaches_its_invented_owners_only(world: World, chief: Person) -> None:
    await chief.say("/desk")  # from then on the name of the admin is known
    await chief.see("没有待办事项")
    before = await untouched(world)
    await practises(chief)
    await chief.say("/broadcast 窗口搬迁到演练路2号")
    await chief.press("全部车主")
    await chief.press("📢 确认发送")
    await chief.see("群发", fresh=True)
    await chief.settled()
    world.forward(seconds=30)
    await world.tick()
    await chief.see("已送达", MARKED)
    await world.service.jobs.tell()
    assert await untouched(world) == before
