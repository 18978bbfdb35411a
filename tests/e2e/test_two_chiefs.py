"""Grave acts of the desk with a second chief (desk.two_chiefs), pressed as they would be."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.bootstrap import Core
from core.people.admins import Role, RoleAssignment
from core.ports import Tx
from core.preselection import PreselectionState, get
from tests import factories
from tests.core.sql import sql
from tests.core.tools import agreed, registered, reserved, verified, verifies_again
from tests.e2e.test_desk import CLERK, DESK_PEOPLE, HOLDER, gives
from tests.person import Person
from tests.world import CHIEF, OWNER, World, office, open_world

ACTS = ["unban", "grant", "undo", "identity"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00", undo_minutes=60), office("粤A")]
    desk = {"two_chiefs": ACTS}
    async with open_world("sqlite", tmp_path, people=DESK_PEOPLE, offices=offices, desk=desk) as world:
        await world.release()
        await world.store.run(reserved, world.core, 2, "A1234")
        await world.store.run(registered, world.core, 3)
        yield world


async def two(world: World) -> tuple[Person, Person]:
    """Return the chief of the settings, and another one who was appointed yesterday."""
    other = await gives(world, "chief", "粤K")
    await world.store.run(sql, "UPDATE admin SET since = since - 86400000")
    return world.person(CHIEF), other


async def bans(chief: Person) -> None:
    await chief.say(f"/ban {HOLDER} 冒用")
    await chief.press("⛔ 列入黑名单")
    await chief.see("已列入黑名单", fresh=True)


async def asks(world: World, command: str, label: str) -> tuple[Person, Person]:
    """Let the first of two chiefs ask by a command; return both, the other at the open request."""
    chief, other = await two(world)
    await asks_as(chief, command, label)
    await opens(world, other)
    return chief, other


async def asks_as(chief: Person, command: str, label: str) -> None:
    await chief.say(command)
    await chief.see("👥 要由另一位负责人同意后才办理", fresh=True)
    await chief.press(label)
    await chief.see("申请已发给其他负责人,尚未办理", fresh=True)


async def opens(world: World, other: Person) -> None:
    await world.service.jobs.tell()
    await other.see("待第二位负责人同意", fresh=True)
    await other.press("查看申请")


async def audited(world: World) -> list[tuple[str, str]]:
    rows = await world.store.read(sql, "SELECT actor, action FROM audit ORDER BY entry_id")
    return [(row["actor"], row["action"]) for row in rows]


async def test_one_chief_alone_acts_at_once_and_the_log_says_so(world: World) -> None:
    chief = world.person(CHIEF)
    await bans(chief)
    await chief.say(f"/unban {HOLDER} 已核实")
    shown = await chief.see("从黑名单中解除?", fresh=True)
    assert "另一位负责人" not in shown.words
    await chief.press("✅ 解除")
    await chief.see("已解除,并会通知本人", fresh=True)
    assert await world.store.read(sql, "SELECT state FROM chief_request") == []
    await chief.say("/audit 一人办理")
    await chief.see("解除黑名单:没有第二位负责人,由一人办理")


async def test_ban_is_lifted_when_the_other_chief_agrees(world: World) -> None:
    await bans(world.person(CHIEF))
    chief, other = await asks(world, f"/unban {HOLDER} 已核实", "✅ 解除")
    shown = await other.see("从黑名单中解除?", "王主任", "原因:已核实", fresh=True)
    assert "测**主" in shown.words
    assert await world.store.read(sql, "SELECT ban_id FROM ban WHERE lifted_at IS NOT NULL") == []
    await other.press("✅ 同意")
    await other.see("已解除,并会通知本人", fresh=True)
    await world.service.jobs.tell()
    await chief.see(f"已由赵窗口({CLERK})同意,已办理", fresh=True)
    assert len(await world.store.read(sql, "SELECT ban_id FROM ban WHERE lifted_at IS NOT NULL")) == 1
    await chief.say("/audit 同意申请")
    await chief.see("同意王主任(1001)的申请:解除黑名单", f"赵窗口({CLERK})")


async def test_chances_are_granted_when_the_other_chief_agrees(world: World) -> None:
    await world.store.run(verified, world.core, 4)
    vin = factories.vin(4)
    _, other = await asks(world, f"/grant {vin} random=1 系统故障", "✅ 确认增加")
    await other.see("增加选号机会?", "原因:系统故障", fresh=True)
    assert "granted_chances" not in [action for _, action in await audited(world)]
    await other.press("✅ 同意")
    await other.see("机会", fresh=True)
    assert (f"chat:{CLERK}", "granted_chances") in await audited(world)


async def test_identity_is_moved_when_the_other_chief_agrees(world: World) -> None:
    chief, other = await two(world)
    newcomer = world.person(OWNER)
    await newcomer.say("/preselect")
    await newcomer.press("同意并继续")
    await newcomer.settled()
    await asks_as(chief, f"/identity {factories.identity(9)} {OWNER} 证件已核对", "转移身份")
    stored = str(await world.store.read(sql, "SELECT args_sealed FROM chief_request"))
    assert factories.identity(9) not in stored
    await opens(world, other)
    await other.see("转移身份?", "原因:证件已核对", fresh=True)
    await other.press("✅ 同意")
    await other.see("身份", fresh=True)
    assert (f"chat:{CLERK}", "received_identity") in await audited(world)


async def test_what_a_chief_takes_back_needs_the_other_one(world: World) -> None:
    chief, other = await two(world)
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.press("确认撤销该预选")
    await chief.see("的预选已取消", fresh=True)
    await asks_as(chief, "/undo 粤KA1234 点错了", "撤回")
    (row,) = await world.store.read(sql, "SELECT preselection_id FROM preselection WHERE serial = 'A1234'")
    found = await world.store.read(get, row["preselection_id"])
    assert found.state == PreselectionState.CANCELLED
    await opens(world, other)
    await other.see("撤回「取消预选」?", fresh=True)
    await other.press("✅ 同意")
    await other.see("A1234", fresh=True)
    found = await world.store.read(get, row["preselection_id"])
    assert found.state == PreselectionState.RESERVED


async def test_clerk_takes_back_their_own_slip_without_a_chief(world: World) -> None:
    clerk = await gives(world, "clerk", "粤K")
    await clerk.say("/revoke 粤KA1234 本人申请")
    await clerk.press("确认撤销该预选")
    await clerk.see("的预选已取消", fresh=True)
    await clerk.say("/undo 粤KA1234 点错了")
    shown = await clerk.see("撤回「取消预选」?", fresh=True)
    assert "另一位负责人" not in shown.words
    await clerk.press("撤回")
    await clerk.settled()
    assert await world.store.read(sql, "SELECT state FROM chief_request") == []
    assert "undid" in [action for _, action in await audited(world)]


async def test_shortened_ban_needs_the_other_chief_and_a_lengthened_one_does_not(world: World) -> None:
    chief, other = await two(world)
    await bans(chief)
    (ban,) = await world.store.read(sql, "SELECT until FROM ban")
    for change, until, asked in (("⏩ 延长", "2029-01-01", False), ("⏪ 缩短", "2027-01-01", True)):
        await chief.say("/blacklist 粤K")
        await chief.press("1")
        await chief.press(change)
        await chief.say(f"{until} 已核实")
        shown = await chief.see("更改黑名单期限?", fresh=True)
        assert ("另一位负责人" in shown.words) == asked
        await chief.press("更改期限")
        await chief.settled()
    (still,) = await world.store.read(sql, "SELECT until FROM ban")
    assert still["until"] > ban["until"]
    await opens(world, other)
    await other.press("✅ 同意")
    await other.settled()
    (shorter,) = await world.store.read(sql, "SELECT until FROM ban")
    assert shorter["until"] < ban["until"]


async def test_clerk_who_asks_sees_the_request_and_withdraws_it(world: World) -> None:
    clerk, newcomer = await gives(world, "clerk", "粤K"), world.person(OWNER)
    await newcomer.say("/preselect")
    await newcomer.press("同意并继续")
    await newcomer.settled()
    await asks_as(clerk, f"/identity {factories.identity(9)} {OWNER} 证件已核对", "转移身份")
    assert any("撤回申请" in button for button in clerk.last.buttons)
    await clerk.say("/desk")
    await clerk.see("转移身份,待另一位负责人同意", fresh=True)
    await clerk.press("① 待同意的申请")
    await clerk.press("撤回申请")
    await clerk.see("已撤回申请", fresh=True)


async def test_other_chief_refuses_and_nothing_is_done(world: World) -> None:
    await bans(world.person(CHIEF))
    chief, other = await asks(world, f"/unban {HOLDER} 已核实", "✅ 解除")
    await other.press("⛔ 拒绝")
    await other.see("已拒绝,没有办理", fresh=True)
    await world.service.jobs.tell()
    await chief.see(f"被赵窗口({CLERK})拒绝,没有办理", fresh=True)
    assert await world.store.read(sql, "SELECT ban_id FROM ban WHERE lifted_at IS NOT NULL") == []


async def test_who_asked_finds_the_request_at_the_desk_and_withdraws_it(world: World) -> None:
    await bans(world.person(CHIEF))
    chief, other = await asks(world, f"/unban {HOLDER} 已核实", "✅ 解除")
    await chief.say("/desk")
    await chief.see("解除黑名单,待另一位负责人同意")
    await chief.press("② 待同意的申请")
    shown = await chief.see("从黑名单中解除?", fresh=True)
    assert not any("同意" in button for button in shown.buttons)
    await chief.press("撤回申请")
    await chief.see("已撤回申请", fresh=True)
    await other.press("✅ 同意")
    await other.see("已由王主任(1001)处理:撤回申请", fresh=True)


async def test_same_is_not_asked_twice(world: World) -> None:
    await bans(world.person(CHIEF))
    chief, _ = await asks(world, f"/unban {HOLDER} 已核实", "✅ 解除")
    await chief.say(f"/unban {HOLDER} 再次申请")
    await chief.press("✅ 解除")
    await chief.see("处理:申请另一位负责人同意", fresh=True)


async def test_nobody_decides_in_time(world: World) -> None:
    await bans(world.person(CHIEF))
    chief, other = await asks(world, f"/unban {HOLDER} 已核实", "✅ 解除")
    world.forward(days=7)
    await world.service.jobs.tell()
    await chief.see("没有人同意,已作废,没有办理", fresh=True)
    await other.press("✅ 同意")
    await other.see("这份申请已作废或不存在", fresh=True)


async def test_chief_who_was_appointed_today_can_only_refuse(world: World) -> None:
    chief, other = world.person(CHIEF), await gives(world, "chief", "粤K")
    await bans(chief)
    await chief.say(f"/unban {HOLDER} 已核实")
    await chief.see("其他负责人任命不久,最早 2026年3月11日(周三) 10:00 起才可以同意", fresh=True)
    await chief.press("✅ 解除")
    await chief.see("申请已发给其他负责人", fresh=True)
    await opens(world, other)
    shown = await other.see("您任命不久", fresh=True)
    assert not any("同意" in button for button in shown.buttons)
    world.forward(days=1)
    await world.service.jobs.tell()
    await opens(world, other)
    await other.press("✅ 同意")
    await other.see("已解除,并会通知本人", fresh=True)


async def test_what_is_gone_meanwhile_closes_when_it_is_opened(world: World) -> None:
    chief, other = await two(world)
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.press("确认撤销该预选")
    await asks_as(chief, "/undo 粤KA1234 点错了", "撤回")
    world.forward(hours=20)  # past the working day within which it can be taken back
    await opens(world, other)
    shown = await other.see("撤回已办事项的申请已不能办理,已自动关闭:", "会告知申请人", fresh=True)
    assert not any(label in button for button in shown.buttons for label in ("同意", "拒绝"))
    await world.service.jobs.tell()
    await chief.see("撤回已办事项的申请(原因:点错了)已不能办理", "没有办理", fresh=True)
    await chief.say("/desk")
    await chief.settled()
    assert not any("撤回已办事项,待第二位负责人" in shown.words for shown in chief.history[-1:])
    await chief.say("/audit 关闭申请")
    await chief.see("系统", "关闭王主任(1001)的申请(已不能办理):撤回已办事项")


async def test_what_is_gone_meanwhile_closes_when_it_is_agreed_to(world: World) -> None:
    await bans(world.person(CHIEF))
    chief, other = await asks(world, f"/unban {HOLDER} 已核实", "✅ 解除")
    await other.see("从黑名单中解除?", fresh=True)
    await world.store.run(sql, "UPDATE ban SET until = since + 1")
    await other.press("✅ 同意")
    await other.see("解除黑名单的申请已不能办理,已自动关闭:", fresh=True)
    await world.service.jobs.tell()
    await chief.see("解除黑名单的申请(原因:已核实)已不能办理", fresh=True)
    (row,) = await world.store.read(sql, "SELECT state, decided_by FROM chief_request")
    assert dict(row) == {"state": "refused", "decided_by": "system"}


def selects_for_the_vehicle_of(tx: Tx, core: Core, number: int, owner: int) -> None:
    account = core.accounts.find(tx, 5000 + owner)
    assert account is not None
    verifies_again(tx, core, account, agreed(tx, core, account, number))


async def test_what_is_in_the_way_at_this_moment_only_closes_nothing(world: World) -> None:
    chief, other = await two(world)
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.press("确认撤销该预选")
    await asks_as(chief, "/undo 粤KA1234 点错了", "撤回")
    await world.store.run(selects_for_the_vehicle_of, world.core, 2, 3)
    await opens(world, other)
    shown = await other.see("现在已不能办理", "该车辆已另有号码,或正在选号", fresh=True)
    assert not any("同意" in button for button in shown.buttons)
    (row,) = await world.store.read(sql, "SELECT state FROM chief_request")
    assert row["state"] == "waiting"
    world.forward(minutes=40)  # whoever selects has let their time pass
    await opens(world, other)
    await other.press("✅ 同意")
    await other.see("已撤回", fresh=True)
    (row,) = await world.store.read(sql, "SELECT state FROM chief_request")
    assert row["state"] == "confirmed"


async def test_request_stays_for_those_who_may_when_one_chief_may_not(world: World) -> None:
    chief, other = await two(world)
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.press("确认撤销该预选")
    await asks_as(chief, "/undo 粤KA1234 点错了", "撤回")
    await world.store.run(sql, "UPDATE admin SET since = since + 86400000")  # appointed just now
    await opens(world, other)
    await other.see("您任命不久", fresh=True)
    (row,) = await world.store.read(sql, "SELECT state FROM chief_request")
    assert row["state"] == "waiting"


async def test_page_opens_for_chiefs_of_the_office_only(world: World) -> None:
    await bans(world.person(CHIEF))
    _, other = await asks(world, f"/unban {HOLDER} 已核实", "✅ 解除")
    role = RoleAssignment(role=Role.CHIEF, office="粤K")
    await world.store.run(world.core.admins.remove, CLERK, role, "cli")
    await other.press("✅ 同意")
    await other.settled()
    assert await world.store.read(sql, "SELECT ban_id FROM ban WHERE lifted_at IS NOT NULL") == []
    assert [row["state"] for row in await world.store.read(sql, "SELECT state FROM chief_request")] == [
        "waiting"
    ]
