"""The desk as admins use it: roles, and each command from its question to its effect."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.desk.commands import DESK, WITHOUT_WORDS
from bot.texts.desk.commands import USAGE
from bot.texts.menu import DESK_MENU
from core.errors.selection import WishesRefused
from core.ports import Tx
from core.preselection import PreselectionState, get
from sandbox import PersonSpec
from tests import factories
from tests.core.sql import sql
from tests.core.tools import reserved, verified
from tests.person import Person
from tests.world import CHIEF, OWNER, PEOPLE, World, office, open_world

CLERK, HOLDER, RIVAL = 3001, 5002, 5003
DESK_PEOPLE = (
    *PEOPLE,
    PersonSpec(chat_id=CLERK, last_name="赵", first_name="窗口", phone="+8613800138009"),
    PersonSpec(chat_id=HOLDER, last_name="孙", first_name="车主", phone="+8613800138010"),
    PersonSpec(chat_id=RIVAL, last_name="周", first_name="车主", phone="+8613800138011"),
)
WRITTEN = {
    "desk": "",
    "clock": "",
    "segments": "粤K",
    "release": "粤K small B####",
    "withhold": "粤K small A888# 拟公开拍卖",
    "unwithhold": "粤K small A888# 拍卖取消",
    "confirm": "粤KA1234 000001",
    "void": "粤KA1234 资料有误",
    "revoke": "粤KA1234 本人申请",
    "undo": "粤KA1234 点错了",
    "closed": "粤K 2026-12-31 盘点",
    "hours": "粤K 2026-12-31 窗口 09:00-12:00 盘点",
    "holidays": "2027 休 1月1日至1月3日 班 1月9日",
    "appeals": "粤K",
    "approve": "12",
    "reject": "12 照片看不清",
    "ban": f"{HOLDER} 违规",
    "unban": f"{HOLDER} 已核实",
    "identity": f"{factories.identity(9)} {RIVAL} 证件已核对",
    "usertype": f"{HOLDER} counter",
    "blacklist": "粤K",
    "find": "粤KA1234",
    "note": "粤KA1234 已电话,周五来",
    "broadcast": "粤K 窗口搬迁",
    "grant": f"{factories.vin(2)} random=1 系统故障",
    "list": "粤K 今天",
    "stats": "粤K",
    "audit": "粤K",
    "maintenance": "粤K on 升级",
    "vehicles": "",
    "admins": f"add {CLERK} clerk 粤K",
}


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world(engine, tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        yield world


async def gives(world: World, role: str, place: str = "粤K") -> Person:
    """Let the chief assign the clerk a role; return the clerk, who has been notified."""
    chief, clerk = world.person(CHIEF), world.person(CLERK)
    await clerk.say("/start")
    await chief.say(f"/admins add {CLERK} {role} {place}")
    await chief.press("确认添加")
    await chief.see("已添加")
    await world.service.jobs.tell()
    await clerk.see("您现在是")
    return clerk


def compose(world: World, who: tuple[object, int], wish: str) -> object:
    """Return the function that wishes for a number."""
    account, begun = who

    def tries(tx: Tx) -> str | None:
        place = world.core.offices["粤K"]
        return world.core.selection.compose(tx, account, begun, place, [wish], received_at=tx.now).taken  # type: ignore[arg-type]

    return tries


def test_every_command_has_its_menu_and_usage() -> None:
    assert set(DESK) == set(DESK_MENU) == set(USAGE) == set(WRITTEN)


async def test_stranger_hears_that_there_is_no_such_command(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    owner = world.person(OWNER)
    for name, rest in WRITTEN.items():
        await owner.say(f"/{name} {rest}")
        await owner.see("没有这个命令", fresh=True)
    assert not await world.store.read(sql, "SELECT 1 FROM admin")
    await owner.say("/help")
    assert "管理命令" not in (await owner.see("预选号牌怎么用")).words


async def test_command_without_words_says_how_it_is_written(world: World) -> None:
    chief = world.person(CHIEF)
    for name in sorted(set(WRITTEN) - WITHOUT_WORDS):
        await chief.say(f"/{name}")
        await chief.see(f"用法:/{name}")
    for odd in (
        "/release 粤K",
        "/grant x=1",
        "/maintenance 粤K on",
        "/usertype 5 king",
        "/admins add x clerk",
        "/segments 粤K 粤A",
        "/stats 粤K 一个季度",
        "/list 粤K 随便",
        "/desk 粤K",
    ):
        await chief.say(odd)
        await chief.see("用法:", fresh=True)


async def test_role_counts_at_its_office_until_it_is_taken(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    clerk = await gives(world, "clerk", "粤A")
    await clerk.say("/confirm 粤KA1234 000001")
    await clerk.see("您没有该发牌机关的权限")
    await clerk.say("/release 粤A small C####")
    await clerk.see("没有这个命令")
    chief = world.person(CHIEF)
    await chief.press(f"移除 {CLERK} 窗口 粤A")
    await chief.press("确认移除")
    await chief.see("已移除")
    await world.service.jobs.tell()
    await clerk.see("您已不再是")
    await clerk.say("/void 粤KA1234 x")
    await clerk.see("没有这个命令", fresh=True)


async def test_card_that_is_open_when_the_role_goes_does_nothing(world: World) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    clerk = await gives(world, "chief")
    await clerk.say("/void 粤KA1234 资料有误")
    await clerk.see("号码作废?")
    await world.store.run(sql, "DELETE FROM admin")
    await clerk.press("确认作废")
    await clerk.see("您没有这项权限")
    assert (await world.store.read(get, begun)).state == PreselectionState.RESERVED


async def test_void_bars_and_tells_the_owner(world: World) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    clerk, owner = await gives(world, "chief"), world.person(HOLDER)
    await owner.say("/start")
    await clerk.say("/void 粤KA1234 合格证不符")
    await clerk.press("确认作废")
    await clerk.see("已作废,车主列入黑名单到 2028年3月10日")
    await world.service.jobs.tell()
    await owner.see("合格证不符")
    await owner.say("/preselect")
    await owner.see("您已列入黑名单", fresh=True)
    assert (await world.store.read(get, begun)).state == PreselectionState.VOID


async def test_revoke_bars_nobody_and_frees_the_number(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    chief, owner = world.person(CHIEF), world.person(HOLDER)
    await owner.say("/start")
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.press("确认撤销该预选")
    await chief.see("的预选已取消")
    await world.service.jobs.tell()
    await owner.see("您没有被列入黑名单")
    world.forward(seconds=1)
    rival = await world.store.run(verified, world.core, 3)
    assert await world.store.run(compose(world, rival, "A1234")) == "A1234"  # type: ignore[arg-type]


async def test_second_admin_sees_who_was_faster(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    clerk, chief = await gives(world, "clerk"), world.person(CHIEF)
    for person in (clerk, chief):
        await person.say(f"/confirm 粤KA1234 {factories.vin(2)[-6:]}")
        await person.see("窗口确认")
    await clerk.press("确认已上牌")
    await clerk.see("已确认上牌")
    await chief.press("确认已上牌")
    await chief.see(f"已由赵窗口({CLERK})处理:该号码已确认上牌")


async def test_withheld_number_is_refused_until_it_is_released_again(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/withhold 粤K small A888# 拟公开拍卖")
    await chief.see("原因:拟公开拍卖")
    await chief.press("确认暂不投放")
    await chief.see("已设为暂不投放")
    owner = await world.store.run(verified, world.core, 3)
    with pytest.raises(WishesRefused):
        await world.store.run(compose(world, owner, "A8881"))  # type: ignore[arg-type]
    await chief.say("/unwithhold 粤K small A888# 拍卖取消")
    await chief.see("2026年3月18日(周三) 至 2026年3月24日(周二) 之间抽签决定", "无第二负责人复核")
    await chief.press("恢复投放")
    await chief.see("已恢复投放", "起可自编")
    with pytest.raises(WishesRefused):  # not before the day that was drawn
        await world.store.run(compose(world, owner, "A8881"))  # type: ignore[arg-type]
    world.forward(days=14)
    owner = await world.store.run(verified, world.core, 4)
    assert await world.store.run(compose(world, owner, "A8881")) == "A8881"  # type: ignore[arg-type]


async def _asks(world: World) -> tuple[Person, Person]:
    """Withhold a mask, and let the first of two chiefs ask to end that; return both."""
    chief, other = world.person(CHIEF), await gives(world, "chief", "粤K")
    await world.store.run(sql, "UPDATE admin SET since = since - 86400000")  # appointed yesterday
    await chief.say("/withhold 粤K small A888# 拟公开拍卖")
    await chief.press("确认暂不投放")
    await chief.see("已设为暂不投放")
    await chief.say("/unwithhold 粤K small A888# 拍卖取消")
    await chief.see("要由另一位负责人确认后才生效", "自编在确认当天之后第 8 天至第 14 天之间抽签决定")
    await chief.press("恢复投放")
    await chief.see("申请已发给其他负责人", fresh=True)
    await world.service.jobs.tell()
    await other.see("待第二位负责人确认", "原因:拟公开拍卖\n", "原因:拍卖取消", fresh=True)
    return chief, other


async def test_second_chief_confirms_what_is_given_free(world: World) -> None:
    chief, other = await _asks(world)
    owner = await world.store.run(verified, world.core, 3)
    with pytest.raises(WishesRefused):
        await world.store.run(compose(world, owner, "A8881"))  # type: ignore[arg-type]
    await chief.say("/desk")
    await chief.see("A888# 申请恢复投放,待另一位负责人确认")
    await chief.press("① 恢复投放待确认")
    await chief.see("待第二位负责人确认")
    assert not any("确认解除" in button for button in chief.last.buttons)
    world.forward(days=2)  # the dates count from the confirmation
    await world.store.run(world.core.seeds.keep_up, world.core.offices["粤K"], "small")
    await other.press("确认解除")
    await other.see("待第二位负责人确认", "今天确认的话", "2026年3月20日(周五) 至 2026年3月26日", fresh=True)
    await other.press("确认解除")
    await other.see("已恢复投放", "起可自编", fresh=True)
    await chief.press("撤回申请")
    await chief.see(f"已由赵窗口({CLERK})处理:恢复投放", fresh=True)
    await world.service.jobs.tell()
    await chief.see(f"由赵窗口({CLERK})确认", "现在起可抽到", "起可自编", fresh=True)
    await chief.say("/find 粤KA8881")
    await chief.see(
        "目前只能随机选", "原因:拟公开拍卖)", "恢复投放(全部机关 负责人,原因:拍卖取消,粤K 负责人复核)"
    )
    await chief.say("/pool")
    await chief.see("🔓 A888# 曾暂不投放", "粤K 负责人复核", "原因:拍卖取消")


async def test_second_chief_refuses_or_the_first_withdraws(world: World) -> None:
    chief, other = await _asks(world)
    await other.press("拒绝")
    await other.see("待第二位负责人确认", fresh=True)
    await other.press("拒绝")
    await other.see("已拒绝,继续暂不投放", fresh=True)
    await world.service.jobs.tell()
    await chief.see(f"被赵窗口({CLERK})拒绝", fresh=True)
    await chief.say("/unwithhold 粤K small A888# 再次申请")
    await chief.press("恢复投放")
    await chief.see("申请已发给其他负责人", fresh=True)
    await chief.say("/unwithhold 粤K small A888# 再次申请")
    await chief.press("撤回申请")
    await chief.see("已撤回申请", fresh=True)


async def test_new_chief_learns_from_when_they_may_confirm(world: World) -> None:
    chief, other = world.person(CHIEF), await gives(world, "chief", "粤K")
    await chief.say("/withhold 粤K small A888# 拟公开拍卖")
    await chief.press("确认暂不投放")
    await chief.say("/unwithhold 粤K small A888# 拍卖取消")
    await chief.see("其他负责人任命不久,最早 2026年3月11日(周三) 10:00 起才可以确认")
    await chief.press("恢复投放")
    await chief.see("申请已发给其他负责人", "最早 2026年3月11日", fresh=True)
    await world.service.jobs.tell()
    await other.see("待第二位负责人确认", "您任命不久,2026年3月11日(周三) 10:00 起才可以确认", fresh=True)
    assert not any("确认解除" in button for button in other.last.buttons)
    world.forward(days=1)
    await world.service.jobs.tell()
    await other.see("待第二位负责人确认", fresh=True)
    await other.press("确认解除")
    await other.see("今天确认的话", fresh=True)


async def test_chief_who_asked_hears_that_nobody_has_confirmed_in_time(world: World) -> None:
    chief, _ = await _asks(world)
    world.forward(days=7)
    await world.service.jobs.tell()
    await chief.see("A888# 的恢复投放申请没有人确认,已作废", fresh=True)


async def test_new_chief_learns_of_the_appointment_before_the_request(world: World) -> None:
    chief, clerk = world.person(CHIEF), world.person(CLERK)
    await clerk.say("/start")
    await chief.say("/withhold 粤K small A888# 拟公开拍卖")
    await chief.press("确认暂不投放")
    await chief.say(f"/admins add {CLERK} chief 粤K")
    await chief.press("确认添加")
    await chief.say("/unwithhold 粤K small A888# 拍卖取消")
    await chief.press("恢复投放")
    await chief.see("申请已发给其他负责人", fresh=True)
    await world.service.jobs.tell()
    await clerk.see("待第二位负责人确认", fresh=True)
    said = [message.words for message in clerk.history]
    role, request = (
        next(place for place, text in enumerate(said) if part in text)
        for part in ("您现在是", "待第二位负责人确认")
    )
    assert role < request


async def test_withholding_without_a_reason_or_with_a_mistyped_mask_is_not_asked_about(world: World) -> None:
    chief = world.person(CHIEF)
    for typed, said in (
        ("/withhold 粤K small", "用法"),
        ("/withhold 粤K small A888#", "请写明原因:至少 4 个不同的字"),
        ("/withhold 粤K small A888# 。", "例如:/withhold 粤K 小型汽车 A888# 拟公开拍卖"),
        ("/unwithhold 粤K small A888#", "请写明原因:至少 4 个不同的字"),
        ("/withhold 粤K small A888# 拍卖拍卖拍卖", "标点和重复的字不算"),
        ("/withhold 粤K small A88# 拍卖", "号段"),
        ("/withhold 粤K small A888# 竞买人13800138000", "号码"),
    ):
        await chief.say(typed)
        await chief.see(said, fresh=True)
    assert await world.store.read(sql, "SELECT mask FROM withholding") == []


async def test_skipped_days_are_named_and_published(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/release 粤K small B#### compose now")
    await chief.see(
        "跳过仅限随机的 7 天及其后抽签的 7 天", "2026年3月18日(周三) 至 2026年3月24日(周二)", fresh=True
    )
    await chief.press("确认投放")
    await chief.see("已投放", fresh=True)
    await chief.say("/pool")
    await chief.see("B#### 共 10,000 个", "投放即可自编(未经仅随机期)")


async def test_maintenance_stops_what_begins_and_says_why(world: World) -> None:
    await world.store.run(verified, world.core, 2)
    chief, owner = world.person(CHIEF), world.person(HOLDER)
    await owner.say("/preselect")
    await owner.see("第5步")
    await chief.say("/maintenance all on 系统升级到十二点")
    await chief.press("开始维护")
    await chief.see("系统维护已开始")
    await owner.press("【随机一次(5)】")
    await owner.see_toast("系统升级到十二点")
    await chief.say("/maintenance all off")
    await chief.press("结束维护")
    await chief.see("系统维护已结束")
    await owner.see("选号服务已开放")
    await owner.press("【预选号牌】")
    await owner.press("【随机一次(5)】")
    await owner.see("本车第")


async def test_chances_are_granted_with_a_reason(world: World) -> None:
    chief = world.person(CHIEF)
    for nothing in ("random=0", "random=101"):
        await chief.say(f"/grant {factories.vin(2)} {nothing} 补偿")
        await chief.see("至少一项大于 0", fresh=True)
    await chief.say(f"/grant {factories.vin(2)} random=2 compose=5 系统故障补偿")
    await chief.press("确认增加")
    await chief.see("已增加选号机会")
    rows = await world.store.read(sql, "SELECT random_granted, compose_granted FROM vehicle")
    assert [tuple(row.values()) for row in rows] == [(2, 5)]
    journal = await world.store.read(sql, "SELECT details FROM audit WHERE action = 'granted_chances'")
    assert "系统故障补偿" in journal[0]["details"]


async def test_identity_goes_to_whoever_showed_the_document(world: World) -> None:
    """Another person has registered it and earned a ban in its name: both end, and both are notified."""
    await world.store.run(reserved, world.core, 2, "A1234")
    chief, stranger, owner = world.person(CHIEF), world.person(HOLDER), world.person(RIVAL)
    await stranger.say("/start")
    await chief.say("/void 粤KA1234 冒用身份")
    await chief.press("确认作废")
    await chief.see("已作废")
    await owner.say("/preselect")
    await owner.press("同意并继续")
    await owner.settled()
    await chief.say(f"/identity {factories.identity(2)} {RIVAL} 已核对身份证原件")
    await chief.see("失去注册")
    await chief.press("转移身份")
    await chief.see("身份已转移")
    await world.service.jobs.tell()
    await stranger.see("经窗口核对属于他人")
    await owner.see("身份已转到您的账号")
    assert not await world.store.read(sql, "SELECT 1 FROM ban WHERE lifted_at IS NULL")


async def test_user_type_is_set(world: World) -> None:
    await world.store.run(verified, world.core, 2)
    chief = world.person(CHIEF)
    await chief.say(f"/usertype {HOLDER} counter")
    await chief.press("✅ 确认")
    await chief.see("用户类型:窗口注册用户")
    rows = await world.store.read(sql, "SELECT user_type FROM account")
    assert [row["user_type"] for row in rows] == ["counter"]


async def test_cancel_at_the_desk_withdraws_the_question(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    chief = world.person(CHIEF)
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.see("取消预选?")
    await chief.say("/cancel")
    shown = await chief.see("已取消,未作任何更改", "🗂 管理", fresh=True)
    assert not any("确认撤销" in label for label in shown.buttons)


async def test_grant_says_what_the_vehicle_has_left_and_whether_it_has_its_number(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    chief = world.person(CHIEF)
    await chief.say(f"/grant {factories.vin(2)} random=1 系统故障")
    question = await chief.see("增加选号机会?", "现在还剩:随机选号 5 次")
    assert "已办结" not in question.words
    await chief.say(f"/confirm 粤KA1234 {factories.vin(2)[-6:]}")
    await chief.press("确认已上牌")
    await chief.say(f"/grant {factories.vin(2)} random=1 系统故障")
    await chief.see("⚠️ 该车已办结:粤K·A1234 已上牌")


@pytest.mark.parametrize("words", ["{who} counter 已核对行驶证", "counter {who} 已核对行驶证"])
async def test_reason_of_a_user_type_is_recorded(world: World, words: str) -> None:
    await world.store.run(verified, world.core, 2)
    chief = world.person(CHIEF)
    await chief.say("/usertype " + words.format(who=HOLDER))
    await chief.see("原因:已核对行驶证")
    await chief.press("✅ 确认")
    await chief.say("/audit 修改用户类型")
    await chief.see("用户类型:新车车主 → 窗口注册用户,原因:已核对行驶证")


async def test_mask_that_is_not_withheld_is_answered_with_those_that_are(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/unwithhold 粤K small A77## 已核实无误")
    await chief.see("现在没有暂不投放的号码")
    await chief.say("/withhold 粤K small A888# 拟公开拍卖")
    await chief.press("确认暂不投放")
    await chief.say("/unwithhold 粤K small A77## 已核实无误")
    await chief.see("本号池现在暂不投放:A888#")


async def test_overlap_and_jumped_order_are_said_before_the_release(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/release 粤K small A12##")
    await chief.see("与已投放的号段 A#### 重叠")
    await chief.say("/release 粤K small B####")
    await chief.see("跳序投放")


MEANWHILE = [
    ("/withhold 粤K small A888# 拟公开拍卖", "确认暂不投放", "暂不投放", ""),
    ("/closed 粤K 2026-04-07 盘点", "确认不办公", "登记窗口不办公", ""),
    ("/maintenance 粤K on 升级", "开始维护", "开始系统维护", ""),
    ("/maintenance all off", "结束维护", "结束系统维护", "/maintenance all on 升级"),
    (f"/admins add {RIVAL} clerk 粤A", "确认添加", "添加管理员", ""),
]
"""The two questions, the confirming button, the second admin's message, and the setup."""


@pytest.mark.parametrize(("typed", "button", "told", "before"), MEANWHILE)
async def test_second_admin_is_told_who_was_faster(
    world: World, typed: str, button: str, told: str, before: str
) -> None:
    chief, other = world.person(CHIEF), await gives(world, "chief", "all")
    if before:
        await chief.say(before)
        await chief.press("开始维护")
        await chief.see("已")
    for person in (chief, other):
        await person.say(typed)
        await person.see("?", fresh=True)
    await chief.press(button)
    await chief.see("✅" if "maintenance 粤K" not in typed else "🛠", fresh=True)
    await other.press(button)
    await other.see(f"已由王主任({CHIEF})处理:{told}", fresh=True)


async def test_what_is_done_already_is_not_asked_about(world: World) -> None:
    chief = world.person(CHIEF)
    for typed, button, said in (
        ("/withhold 粤K small A888# 拟公开拍卖", "确认暂不投放", "该号段已设为暂不投放"),
        ("/closed 粤K 2026-04-07 盘点", "确认不办公", f"这一天已由王主任({CHIEF})登记为不办公,原因:盘点"),
        (f"/admins add {RIVAL} clerk 粤A", "确认添加", "此人已有这个角色"),
        ("/release 粤K small B####", "确认投放", f"由王主任({CHIEF})投放),没有投放"),
    ):
        await chief.say(typed)
        await chief.press(button)
        await chief.see("✅", fresh=True)
        await chief.say(typed)
        await chief.see(said, fresh=True)
    await chief.say("/unwithhold 粤K small A88## 拍卖取消")
    await chief.see("没有设为暂不投放")


async def test_text_of_a_maintenance_is_not_overwritten_unseen(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/maintenance 粤K on 系统升级")
    await chief.press("开始维护")
    await chief.see("系统维护已开始")
    await chief.say("/maintenance 粤K on 网络故障")
    await chief.see("已在维护,车主现在看到:系统升级", "车主将看到:网络故障")
    await chief.press("开始维护")
    await chief.see("系统维护已开始")
    assert [row["text"] for row in await world.store.read(sql, "SELECT text FROM maintenance")] == [
        "网络故障"
    ]


async def test_question_of_a_closed_day_says_what_it_touches(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    chief = world.person(CHIEF)
    await chief.say("/closed 粤K 3月17日 停电")
    await chief.see("粤K 2026年3月17日(周二)", "将顺延 1 个号码")
    await chief.say("/closed 粤K 2026-03-14 盘点")
    shown = await chief.see("粤K 2026年3月14日(周六)", "本来就不是工作日", "没有号码的办理截止时间需要顺延")
    assert "0 个" not in shown.words
    await chief.press("确认不办公")
    assert "顺延" not in (await chief.see("✅ 粤K", "窗口不办公。")).words
    await chief.say("/closed 粤K 2026-03-09 昨天")
    await chief.see("2026年3月9日(周一)已经过去了")


@pytest.mark.parametrize("is_restored", [True, False], ids=["restored", "control"])
async def test_end_of_maintenance_says_that_it_settles_a_restore(world: World, *, is_restored: bool) -> None:
    """Also if the maintenance ran already at the backup; only that of all offices settles it."""
    chief = world.person(CHIEF)
    await world.store.run(reserved, world.core, 1, "A1111")
    await world.store.run(
        sql, "INSERT INTO withholding (office, kind, mask, since) VALUES ('粤K', 'small', 'A9999', 1)"
    )
    if is_restored:
        added = "INSERT INTO restoration (backup_at, lost_at, restored_at) VALUES (1, 2, 3)"
        await world.store.run(sql, added)
    world.forward(days=10)  # beyond the deadline; nothing expires while a restore is open
    for code in ("粤K", "all"):
        await chief.say(f"/maintenance {code} on 升级")
        await chief.press("开始维护")
        await chief.say(f"/maintenance {code} off")
        await chief.see("结束系统维护?", fresh=True)
        words = chief.history[-1].words
        assert ("备份恢复" in words) == (is_restored and code == "all")
        if "备份恢复" in words:
            assert "1 个已过办理截止时间" in words
            assert "现有 1 项暂不投放" in words
        await chief.press("结束维护")
        await chief.see("系统维护已结束", fresh=True)
    assert await world.store.read(sql, "SELECT 1 AS one FROM restoration WHERE settled_at IS NULL") == []
