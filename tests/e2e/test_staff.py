"""The people of the desk, over the messenger: names, deputies, office chiefs, links, what clerks may."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.audit import chat_actor
from core.people.admins import Role, RoleAssignment
from core.preselection import PreselectionState, get
from sandbox.people import PersonSpec
from tests import factories
from tests.core.sql import sql
from tests.core.tools import reserved
from tests.e2e.test_desk import CLERK, DESK_PEOPLE, HOLDER, RIVAL, gives
from tests.person import Person
from tests.world import CHIEF, OTHER, OWNER, World, eventually, office, open_world

TAIL = factories.vin(2)[-6:]
STRANGER = 999_999
PEOPLE = (*DESK_PEOPLE, PersonSpec(chat_id=STRANGER, last_name="吴", first_name="未到"))


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00", undo_minutes=60), office("粤A")]
    async with open_world(engine, tmp_path, people=PEOPLE, offices=offices) as world:
        await world.release()
        yield world


@pytest.fixture
def chief(world: World) -> Person:
    return world.person(CHIEF)


# --- names ------------------------------------------------------------------------------------


async def test_name_is_shown_wherever_an_admin_is_named(world: World, chief: Person) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    clerk, owner = await gives(world, "clerk"), world.person(HOLDER)
    await owner.say("/start")
    await chief.say("/admins")
    await chief.see(f"{CHIEF} 王主任 负责人(全部发牌机关)", f"{CLERK} 窗口(粤K)")
    await chief.say(f"/confirm 粤KA1234 {TAIL}")
    await chief.see("窗口确认")
    await clerk.say("/revoke 粤KA1234 本人申请")
    await clerk.press("确认撤销该预选")
    await clerk.see("的预选已取消")
    await chief.press("确认已上牌")
    await chief.see(f"已由赵窗口({CLERK})处理:该号码已取消预选")
    await clerk.say("/whoami 老赵")
    await clerk.see(f"{CLERK} 显示为「老赵」", fresh=True)
    await chief.say("/audit 粤KA1234")
    await chief.see(f"老赵({CLERK}) · 粤K\n取消 粤K·A1234 的预选", fresh=True)
    await chief.say(f"/audit {CLERK}")
    await chief.see("修改显示的姓名 — 老赵", fresh=True)
    await chief.say(f"/admins name {CLERK} 赵六")
    await chief.see(f"{CLERK} 显示为「赵六」", f"{CLERK} 赵六 窗口(粤K)", fresh=True)
    await chief.press("移除 赵六 窗口 粤K")
    await chief.see("移除管理员?", f"{CLERK} 赵六")
    await chief.press("确认移除")
    await chief.see("已移除", fresh=True)
    await chief.say("/audit 粤KA1234")
    await chief.see(f"赵六({CLERK}) · 粤K", fresh=True)  # names of those who have left stay known
    await world.service.jobs.tell()
    await owner.see("预选已被取消")
    assert not any("赵" in shown.words or str(CLERK) in shown.words for shown in owner.history)
    assert (await world.store.read(get, begun)).state == PreselectionState.CANCELLED
    assert "赵" not in str(await world.store.read(sql, "SELECT * FROM audit"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (f"/admins name {CLERK} 赵!", "姓名最多 20 字"),
        (f"/admins name {CLERK} 13800138031", "请不要写身份证号"),
        (f"/admins name {CLERK}", "用法:/admins"),
        (f"/admins name {RIVAL} 某人", "没有这个管理员"),
        ("/admins name 13800138031 某人", "这里应是对话编号"),
        ("/admins name @zhao 某人", "机器人查不到 @用户名"),
    ],
)
async def test_name_that_cannot_be_set_is_refused(world: World, chief: Person, typed: str, said: str) -> None:
    await gives(world, "clerk")
    await chief.say(typed)
    await chief.see(said, fresh=True)
    assert await world.store.read(world.core.staff_names.of, CLERK) == ""


async def test_audit_is_searched_by_the_name_of_staff_alone(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    clerk = await gives(world, "clerk")
    await clerk.say("/find 粤KA1234")
    await clerk.see("查询结果")
    await chief.say("/audit 赵窗口 查询")
    shown = await chief.see(f"操作记录:聊天号 {CLERK} +", f"赵窗口({CLERK})", fresh=True)
    assert "王主任" not in shown.words
    assert "赵窗口" not in str(await world.store.read(sql, "SELECT args FROM dialog"))
    await chief.say("/audit 钱不在")
    await chief.see("没有看懂", fresh=True)
    await chief.say(f"/admins name {CLERK} 王主任")
    await chief.say("/audit 王主任")
    await chief.see("有几位管理员叫这个名字", f"王主任({CHIEF})", f"王主任({CLERK})", fresh=True)


async def test_name_that_is_a_word_of_the_log_stays_that_word(world: World, chief: Person) -> None:
    await gives(world, "clerk")
    await chief.say(f"/admins name {CLERK} 投放")
    await chief.say("/audit 投放")
    shown = await chief.see("操作记录", fresh=True)
    assert f"聊天号 {CLERK}" not in shown.words


async def test_whoami_of_an_owner_sets_no_name(world: World) -> None:
    owner = world.person(OWNER)
    await owner.say("/whoami 负责人")
    shown = await owner.see(f"您的对话编号:{OWNER}", "角色:没有(车主)")
    assert "显示为" not in shown.words
    assert await world.store.read(sql, "SELECT 1 FROM staff_name") == []


# --- giving roles -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/admins add 13800138031 clerk 粤K", "这里应是对话编号,不是手机号或证件号码"),
        ("/admins add 11010519491231002X clerk 粤K", "这里应是对话编号,不是手机号或证件号码"),
        ("/admins add @zhaoliu clerk 粤K", "机器人查不到 @用户名"),
        (f"/admins add {CLERK} clerk 粤K 到 2026-03-09", "2026年3月9日(周一)已经过去了"),
        (f"/admins add {CLERK} clerk 粤K 到 2026-02-30", "没有 2026-02-30 这一天"),
        ("/admins link chief 粤K", "负责人不能用链接授予"),
        (f"/admins link {CLERK} clerk", "用法:/admins"),
        (f"/admins add {CLERK}", "用法:/admins"),
        (f"/admins add {CLERK} clerk reviewer", "用法:/admins"),
        (f"/admins add {CLERK} clerk 粤B", "本服务不受理该发牌机关"),
    ],
)
async def test_what_is_no_admin_is_refused_with_what_to_do(
    world: World, chief: Person, typed: str, said: str
) -> None:
    await chief.say(typed)
    await chief.see(said, fresh=True)
    if "应是对话编号" in said:
        await eventually(lambda: not any(typed in shown.text for shown in chief.history), 15)
    assert await world.store.read(sql, "SELECT 1 FROM admin") == []


async def test_role_before_the_first_message_is_warned_of_and_told_at_the_first_start(
    world: World, chief: Person
) -> None:
    await chief.say(f"/admins add {STRANGER} clerk 粤K")
    await chief.see("添加管理员?", "从未联系过本机器人")
    await chief.press("确认添加")
    await chief.see("已添加", f"{STRANGER} 窗口(粤K)", "还没有联系过机器人")
    for _ in range(2):
        await world.service.jobs.tell()
    await chief.say("/desk")
    await chief.see("没有待办事项", fresh=True)
    stranger = world.person(STRANGER)
    await stranger.say("/start")
    await world.service.jobs.tell()
    await stranger.see("您现在是窗口(粤K)")
    await chief.say("/admins")
    assert "还没有联系过" not in (await chief.see(f"{STRANGER}", fresh=True)).words


async def test_notice_of_a_second_role_names_all(world: World, chief: Person) -> None:
    clerk = world.person(CLERK)
    await clerk.say("/start")
    for role in ("clerk", "reviewer"):
        await chief.say(f"/admins add {CLERK} {role} 粤K")
        await chief.press("确认添加")
        await chief.see("已添加", fresh=True)
    await world.service.jobs.tell()
    told = await clerk.see("您现在是申诉审核(粤K)", "您的全部角色:", "窗口(粤K)")
    assert told.words.count("申诉审核") == 2


async def test_deputy_has_the_role_until_the_end_of_the_day(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    clerk = world.person(CLERK)
    await clerk.say("/start")
    await chief.say(f"/admins add {CLERK} clerk 粤K 到 2026-03-12")
    await chief.see("窗口(粤K,到 2026-03-12)")
    await chief.press("确认添加")
    await chief.see("已添加", f"{CLERK} 窗口(粤K,到 2026-03-12)")
    await world.service.jobs.tell()
    await clerk.see("您现在是窗口(粤K,到 2026-03-12)")
    await clerk.say(f"/confirm 粤KA1234 {TAIL}")
    await clerk.see("窗口确认", fresh=True)
    world.forward(days=3)
    await clerk.press("确认已上牌")
    await clerk.see("您没有这项权限")
    await clerk.say(f"/confirm 粤KA1234 {TAIL}")
    await clerk.see("没有这个命令", fresh=True)
    await world.service.jobs.tell()
    await clerk.see("您的角色已到期:窗口(粤K,到 2026-03-12)")
    await chief.say("/admins")
    assert str(CLERK) not in (await chief.see("管理员", fresh=True)).words


async def test_chief_of_an_office_gives_roles_there_and_hears_why_not_elsewhere(world: World) -> None:
    own, other = await gives(world, "chief", "粤K"), world.person(OTHER)
    await other.say("/start")
    for typed, said in (
        (f"/admins add {OTHER} chief 粤K", "您只能授予和移除窗口和申诉审核"),
        (f"/admins add {OTHER} clerk 粤A", "您没有该发牌机关的权限"),
        (f"/admins add {OTHER} clerk all", "您只能授予和移除本发牌机关的角色"),
    ):
        await own.say(typed)
        await own.see(said, fresh=True)
    await own.say(f"/admins add {OTHER} clerk")  # the office is their only one
    await own.press("确认添加")
    shown = await own.see("已添加", f"{OTHER} 窗口(粤K)", fresh=True)
    assert str(CHIEF) not in shown.words  # the chiefs of all offices are not theirs
    assert not any("负责人" in label for label in shown.buttons)
    await own.press(f"移除 {OTHER} 窗口 粤K")
    await own.press("确认移除")
    await own.see("已移除", fresh=True)
    assert len(await world.store.read(sql, "SELECT 1 FROM admin")) == 1


# --- one-time links -----------------------------------------------------------------------------


async def _makes_link(admin: Person, typed: str = "/admins link clerk 粤K") -> str:
    await admin.say(typed)
    await admin.see("生成一次性链接?")
    await admin.press("生成链接")
    shown = await admin.see("链接(只显示这一次", "前有效", fresh=True)
    return "admin_" + shown.words.partition("admin_")[2].split()[0]


async def test_link_is_made_listed_used_and_its_maker_told(world: World, chief: Person) -> None:
    payload = await _makes_link(chief)
    other = world.person(OTHER)
    await other.say(f"/start {payload}")
    await other.see("接受管理员角色?", "窗口(粤K)")
    await other.press("接受这个角色")
    await other.see("您现在是窗口(粤K)")
    await world.service.jobs.tell()
    await chief.see(f"您生成的一次性链接已被使用:李小梅({OTHER}),现在是窗口(粤K)")
    await chief.say("/admins")
    await chief.press("一次性链接")
    await chief.see("没有未使用的链接", fresh=True)
    token = payload.removeprefix("admin_")
    for table in ("dialog", "invitation", "audit", "notice"):
        assert token not in str(await world.store.read(sql, f"SELECT * FROM {table}"))  # noqa: S608 - ours


async def test_revoked_link_says_so(world: World, chief: Person) -> None:
    payload = await _makes_link(chief)
    await chief.press("撤销 1")
    await chief.see("链接已撤销", "没有未使用的链接", fresh=True)
    other = world.person(OTHER)
    await other.say(f"/start {payload}")
    await other.see("这个管理员链接已被撤销")


async def test_every_open_link_can_be_revoked(world: World, chief: Person) -> None:
    role = RoleAssignment(role=Role.CLERK, office="粤K")
    for _ in range(13):
        await world.store.run(world.core.invitations.make, role, chat_actor(CHIEF))
    await chief.say("/admins")
    await chief.press("一次性链接")
    await chief.press("›")
    await chief.press("撤销 13")
    await chief.see("链接已撤销", "12. 窗口(粤K)", fresh=True)


async def test_chief_of_an_office_makes_links_for_it_alone(world: World, chief: Person) -> None:
    await _makes_link(chief, "/admins link clerk 粤A")
    own = await gives(world, "chief", "粤K")
    await own.say("/admins link reviewer 粤A")
    await own.see("您没有该发牌机关的权限", fresh=True)
    await _makes_link(own, "/admins link reviewer")
    assert not any("2" in label for label in own.last.buttons if "撤销" in label)


# --- what clerks may ------------------------------------------------------------------------------


async def test_clerk_revokes_but_does_not_void(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    clerk = await gives(world, "clerk")
    await clerk.say("/void 粤KA1234 资料有误")
    await clerk.see("没有这个命令", fresh=True)
    await clerk.say("/find 粤KA1234")
    card = await clerk.see("查询结果", fresh=True)
    assert "🚫 取消预选" in card.buttons
    assert "⛔ 作废" not in card.buttons


async def test_clerk_takes_back_their_own_slip_within_the_hour(world: World, chief: Person) -> None:
    _, begun = await world.store.run(reserved, world.core, 2, "A1234")
    clerk = await gives(world, "clerk")
    await clerk.say(f"/confirm 粤KA1234 {TAIL}")
    await clerk.see("一小时内可由本人、当天可由负责人撤回")
    await clerk.press("确认已上牌")
    await clerk.see("已确认上牌", "如有误")
    await clerk.press("撤回")
    await clerk.say("确认错了号码")
    await clerk.see("撤回「确认上牌」?", fresh=True)
    await clerk.press("确认撤回")
    await clerk.see("已撤回「确认上牌」", fresh=True)
    assert (await world.store.read(get, begun)).state == PreselectionState.RESERVED
    await clerk.say(f"/confirm 粤KA1234 {TAIL}")
    await clerk.press("确认已上牌")
    await clerk.see("已确认上牌", fresh=True)
    await clerk.say("/undo 粤KA1234 点错了号码")
    await clerk.see("撤回「确认上牌」?", fresh=True)
    world.forward(minutes=61)
    await clerk.press("确认撤回")
    await clerk.see("⛔ 不能撤回", "之前才可以撤回", fresh=True)
    await chief.say("/undo 粤KA1234 点错了号码")
    await chief.press("确认撤回")
    await chief.see("已撤回", fresh=True)


async def test_clerk_takes_back_nothing_of_others_and_no_other_things(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    clerk = await gives(world, "clerk")
    await chief.say(f"/confirm 粤KA1234 {TAIL}")
    await chief.press("确认已上牌")
    await chief.see("已确认上牌")
    await chief.say("/release 粤K small B#### from 2026-03-20T09:00")
    await chief.press("确认投放")
    await chief.see("已投放", fresh=True)
    for typed, said in (
        ("/undo 粤KA1234 点错了", f"这是王主任({CHIEF})办理的"),
        ("/undo 粤K small B#### 日期写错了", "窗口只能撤回自己一小时内"),
    ):
        await clerk.say(typed)
        await clerk.see(said, fresh=True)
    await clerk.say("/find 粤KA1234")
    assert not any("撤回" in label for label in (await clerk.see("查询结果", fresh=True)).buttons)


async def test_chief_of_an_office_grants_to_vehicles_preselected_there(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    own = await gives(world, "chief", "粤K")
    await own.say(f"/grant {factories.vin(3)} random=1 系统故障")
    await own.see("只能给最近一次在您的发牌机关预选的车辆增加机会", fresh=True)
    await own.say(f"/grant {factories.vin(2)} random=1 系统故障")
    await own.see("增加选号机会?", fresh=True)
    await own.press("确认增加")
    await own.see("已增加选号机会", fresh=True)
    (row,) = await world.store.read(sql, "SELECT office FROM audit WHERE action = 'granted_chances'")
    assert row["office"] == "粤K"


async def test_failed_notice_of_a_role_names_whose_it_is(world: World, chief: Person) -> None:
    clerk = await gives(world, "clerk")
    await clerk.say("/desk")
    await clerk.settled()
    failed = "UPDATE notice SET state = 'failed', error = 'BadRequest' WHERE purpose LIKE 'role:%'"
    await world.store.run(sql, failed)
    await chief.say("/desk")
    await chief.see(f"赵窗口({CLERK}) 角色通知没能发出", fresh=True)
    await chief.press("① 通知发送失败")
    await chief.see(f"赵窗口({CLERK}) 角色通知没能发出", "原因:消息被拒收", fresh=True)
