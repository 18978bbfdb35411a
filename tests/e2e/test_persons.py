"""Who is who at the desk: every question names the person, and who sees one in full is recorded."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.notifications.queue import mark_unreachable
from core.people.admins import Role, RoleAssignment
from core.preselection import PreselectionState, get
from tests import factories
from tests.core.appealing import appealed
from tests.core.sql import sql
from tests.core.tools import registered, reserved
from tests.e2e.appealing import APPEALING, REVIEWER, appeals, appoints, decides, meets_the_error, opens
from tests.e2e.test_desk import CLERK, DESK_PEOPLE, HOLDER, gives
from tests.person import Person
from tests.world import CHIEF, OWNER, World, eventually, office, open_world

MASKED = "测**主 1101**********0"
TAIL = factories.vin(2)[-6:]
FULL = ("测试车主", factories.identity(2), factories.phone(2))


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    """The program on SQLite: an owner with a reserved number, and another one who is registered."""
    offices = [office(hours="00:00-24:00", undo_minutes=60), office("粤A")]
    async with open_world("sqlite", tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        await world.store.run(reserved, world.core, 2, "A1234")
        await world.store.run(registered, world.core, 3)
        yield world


async def looks(world: World) -> list[tuple[str, str, str | None, dict[str, object]]]:
    """Return the recorded looks: actor, action with its subject, office and details."""
    rows = await world.store.read(
        sql, "SELECT * FROM audit WHERE action IN ('saw_person', 'saw_phone') ORDER BY entry_id"
    )
    return [
        (row["actor"], f"{row['action']} {row['subject']}", row["office"], json.loads(row["details"]))
        for row in rows
    ]


def shows_in_full(person: Person) -> bool:
    return any(secret in shown.words for shown in person.history if shown.from_bot for secret in FULL[:2])


# --- questions --------------------------------------------------------------------------------


QUESTIONS = {
    f"/confirm 粤KA1234 {TAIL}": "窗口确认",
    "/void 粤KA1234 资料有误": "号码作废?",
    "/revoke 粤KA1234 本人申请": "取消预选?",
    f"/ban {HOLDER} 冒用": "列入黑名单?",
    f"/usertype {HOLDER} counter": "修改用户类型?",
    f"/identity {factories.identity(2)} {OWNER} 已核对": "转移身份?",
    f"/grant {factories.vin(2)} random=1 故障": "增加选号机会?",
}


async def test_every_question_names_the_person(place: World) -> None:
    chief, newcomer = place.person(CHIEF), place.person(OWNER)
    await newcomer.say("/preselect")
    await newcomer.press("同意并继续")
    await newcomer.settled()
    for command, heading in QUESTIONS.items():
        if command.startswith("/grant"):  # an ended preselection may begin again
            await chief.say("/revoke 粤KA1234 本人申请")
            await chief.press("确认撤销该预选")
            await chief.see("的预选已取消")
        await chief.say(command)
        shown = await chief.see(heading, fresh=True)
        assert MASKED in shown.words, command
        assert "138****0002" in shown.words, command
        assert not any(secret in shown.words for secret in FULL), command
    await chief.say("/undo 粤KA1234 点错了")
    assert MASKED in (await chief.see("撤回「取消预选」?")).words
    await chief.say(f"/ban {HOLDER} 冒用")
    await chief.press("⛔ 列入黑名单")
    await chief.see("已列入黑名单")
    await chief.say(f"/unban {HOLDER} 已核实")
    assert MASKED in (await chief.see("从黑名单中解除?")).words


async def test_questions_of_an_appeal_name_both_sides(place: World) -> None:
    owner = await place.store.run(registered, place.core, 4)
    number = await place.store.run(appealed, place.core, owner, 2)
    chief = place.person(CHIEF)
    await decides(chief, f"/reject {number} 照片看不清")
    await chief.see("审核不通过?", "申诉人:测**主", "138****0004")
    await decides(chief, f"/approve {number}")
    await chief.see("审核通过?", "138****0004", "138****0002")


# --- in full ----------------------------------------------------------------------------------


async def test_clerk_sees_the_owner_in_full_and_the_message_goes_when_the_page_is_left(place: World) -> None:
    clerk = await gives(place, "clerk")
    await clerk.say(f"/confirm 粤KA1234 {TAIL}")
    await clerk.see("窗口确认")
    await clerk.press("显示完整信息")
    await clerk.see("显示完整信息?", MASKED)
    assert await looks(place) == []
    await clerk.press("窗口核对证件")
    await clerk.see(*FULL)
    assert await looks(place) == [
        (f"chat:{CLERK}", "saw_person preselection:1", "粤K", {"why": "counter"}),
    ]
    await clerk.press("隐藏")
    await clerk.see("窗口确认")
    await eventually(lambda: not shows_in_full(clerk))
    await clerk.press("确认已上牌")
    await clerk.see("已确认上牌")
    chief = place.person(CHIEF)
    await chief.say("/audit 查看完整信息")
    await chief.see("查看完整信息:窗口核对证件", f"赵窗口({CLERK})")


async def test_full_view_ends_by_itself_after_two_minutes(place: World) -> None:
    clerk = await gives(place, "clerk")
    await clerk.say("/find 粤KA1234")
    await clerk.press("显示完整信息")
    await clerk.say("本人来电核实")
    await clerk.see(*FULL)
    place.forward(seconds=121)
    await place.tick()
    await clerk.see("完整信息已隐藏", "查询结果")
    await eventually(lambda: not shows_in_full(clerk))
    assert (await looks(place))[0][3] == {"why": "本人来电核实"}


@pytest.mark.parametrize("reason", [f"核对 {factories.identity(2)}", "核对测试车主本人"])
async def test_reason_with_personal_data_is_refused(place: World, reason: str) -> None:
    clerk = await gives(place, "clerk")
    await clerk.say("/find 粤KA1234")
    await clerk.press("显示完整信息")
    await clerk.say(reason)
    await clerk.settled()
    assert not shows_in_full(clerk)
    assert await looks(place) == []


async def test_role_that_was_taken_away_shows_nothing(place: World) -> None:
    clerk = await gives(place, "clerk")
    await clerk.say("/find 粤KA1234")
    await clerk.press("显示完整信息")
    await clerk.see("请点原因")
    role = RoleAssignment(role=Role.CLERK, office="粤K")
    await place.store.run(place.core.admins.remove, CLERK, role, f"chat:{CHIEF}")
    await clerk.press("窗口核对证件")
    await clerk.settled()
    assert not shows_in_full(clerk)
    assert await looks(place) == []


async def test_only_those_who_compare_may_see(place: World) -> None:
    """Not a reviewer by the number, not the owner of a number that is no longer reserved."""
    reviewer = await gives(place, "reviewer")
    await reviewer.say("/find 粤KA1234")
    assert "👁 显示完整信息" not in (await reviewer.see("查询结果")).buttons
    chief = place.person(CHIEF)
    await chief.say("/find 5003")
    card = await chief.see("查询结果", "138****0003")
    assert not {"👁 显示完整信息", "📞 显示电话"} & set(card.buttons)


async def test_telephone_is_shown_where_the_owner_is_to_be_called(place: World) -> None:
    clerk = await gives(place, "clerk")
    await clerk.say("/find 粤KA1234")
    assert "📞 显示电话" not in (await clerk.see("查询结果")).buttons
    await place.store.run(mark_unreachable, HOLDER, "Forbidden")
    await clerk.say("/find 粤KA1234")
    await clerk.press("显示电话")
    await clerk.press("电话联系")
    shown = await clerk.see(factories.phone(2), MASKED)
    assert FULL[1] not in shown.words
    assert await looks(place) == [(f"chat:{CLERK}", "saw_phone preselection:1", "粤K", {"why": "call"})]
    await clerk.say("/desk")
    await eventually(lambda: not any(factories.phone(2) in one.words for one in clerk.history))


async def test_reviewer_compares_the_owner_with_the_photos(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path, people=APPEALING) as world:
        await opens(world)
        owner = world.person()
        await meets_the_error(owner)
        await appeals(owner)
        reviewer = await appoints(world)
        await reviewer.say("/appeals")
        await reviewer.press("1 · 粤K")
        await eventually(lambda: reviewer.last.photo is not None, within=15)
        await reviewer.press("显示完整信息")
        await reviewer.press("申诉核对")
        shown = await reviewer.see("证件号码", factories.identity(0))
        assert shown.photo is not None
        assert (await looks(world))[0][:3] == (f"chat:{REVIEWER}", "saw_person appeal:1", "粤K")


def _both(person: Person) -> bool:
    return any(
        factories.identity(4) in one.words and factories.identity(2) in one.words for one in person.history
    )


async def test_reviewer_sees_both_sides_of_an_appeal_and_both_looks_are_recorded(place: World) -> None:
    owner = await place.store.run(registered, place.core, 4)
    number = await place.store.run(appealed, place.core, owner, 2)
    chief = place.person(CHIEF)
    await chief.say("/appeals")
    await chief.press(f"{number} · 粤K")
    await chief.press("显示完整信息")
    await chief.see("显示完整信息?", "138****0004", "号码持有人(粤K·A1234)", "138****0002", fresh=True)
    await chief.say("电话核对测试车主")
    await chief.see("不要写车主的姓名", fresh=True)
    await chief.press("申诉核对")
    await chief.see("申诉人", factories.identity(4), "号码持有人(粤K·A1234)", *FULL[:2], fresh=True)
    assert [look[1:3] for look in await looks(place)] == [
        (f"saw_person appeal:{number}", "粤K"),
        ("saw_person preselection:1", "粤K"),
    ]
    await chief.press("🙈 隐藏")
    await eventually(lambda: not _both(chief))


async def test_other_side_at_another_office_is_not_shown_to_a_reviewer_of_one(place: World) -> None:
    """The reviewer does not review at the office of the holder's number; the appellant is shown alone."""
    owner = await place.store.run(registered, place.core, 4)
    number = await place.store.run(appealed, place.core, owner, 2)
    await place.store.run(sql, "UPDATE appeal SET office = '粤A'")
    reviewer = await gives(place, "reviewer", "粤A")
    await reviewer.say("/appeals")
    await reviewer.press(f"{number} · 粤A")
    await reviewer.press("显示完整信息")
    await reviewer.press("申诉核对")
    shown = await reviewer.see(factories.identity(4), fresh=True)
    assert factories.identity(2) not in shown.words
    assert [look[1:3] for look in await looks(place)] == [(f"saw_person appeal:{number}", "粤A")]


# --- identities -------------------------------------------------------------------------------


async def test_receiver_with_an_identity_must_be_named(place: World) -> None:
    chief = place.person(CHIEF)
    move = f"/identity {factories.identity(2)} 5003 已核对原件"
    await chief.say(move)
    shown = await chief.see("转移身份?", fresh=True)
    warning = next(line for line in shown.words.splitlines() if line.startswith("⚠️"))
    assert warning.startswith("⚠️ 转入账号已有另一身份:测**主 1101**********0")
    assert "138****0003" in warning
    assert shown.words.index(warning) < shown.words.index("转移身份?")
    assert "粤K·A1234 不随之取消" in shown.words
    assert shown.buttons == ["不做更改"]
    await chief.say("李四")
    await chief.see("姓名与转入账号登记的不一致", fresh=True)
    before = await place.store.read(sql, "SELECT account_id, identity_hash FROM account ORDER BY account_id")
    await chief.say(move)
    await chief.see("转移身份?", fresh=True)
    await chief.say("测 试 车 主")
    await chief.press("转移身份")
    await chief.see("身份已转移")
    await eventually(lambda: not any(shown.words == "测 试 车 主" for shown in chief.history))
    # taken back: the receiver loses it without being named, as it has no other identity then
    await chief.say(f"/identity {factories.identity(2)} {HOLDER} 弄错了")
    await chief.press("转移身份")
    await chief.see("身份已转移", fresh=True)
    await chief.say(f"/identity {factories.identity(3)} 5003 弄错了")
    await chief.press("转移身份")
    await chief.see("身份已转移", fresh=True)
    after = await place.store.read(sql, "SELECT account_id, identity_hash FROM account ORDER BY account_id")
    assert after == before
    assert (await place.store.read(get, 1)).state == PreselectionState.RESERVED
