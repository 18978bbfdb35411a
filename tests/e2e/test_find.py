"""/find: one card of everything known, and all counter actions from it."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.clock import CHINA
from core.notifications.queue import Plan, plan
from core.people import blacklist
from core.people.accounts import Account
from core.people.admins import Role, RoleAssignment
from core.people.blacklist import Cause, NewBan
from core.pool import releases
from core.ports import Tx
from core.preselection import Papers, PreselectionState, get
from core.reporting.case_file import parse_key
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from core.values.vehicles import CertificateKind
from tests import factories
from tests.core.sql import sql
from tests.core.tools import registered, reserved, verified, verifies_again
from tests.e2e.test_desk import CLERK, DESK_PEOPLE, HOLDER, RIVAL, gives
from tests.e2e.test_reports import sheets_of
from tests.person import Person, Shown, as_typed
from tests.world import CHIEF, OWNER, World, eventually, office, open_world

WAYS = {
    "VIN": factories.vin(2),
    "VIN with blanks and small letters": " ".join((factories.vin(2)[:3], factories.vin(2)[3:].lower())),
    "plate": "粤KA1234",
    "plate with its dot": "粤K·A1234",
    "identity": factories.identity(2),
    "telephone": factories.phone(2).removeprefix("+86"),
    "telephone with its country": factories.phone(2),
    "chat id": str(HOLDER),
}


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    """The program on SQLite: two offices, an owner with a reserved number, and one who has only begun."""
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world("sqlite", tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        await world.store.run(reserved, world.core, 2, "A1234")
        yield world


async def finds(admin: Person, what: str) -> Shown:
    """Search; return the card, which is a new message."""
    before = sum(shown.from_bot for shown in admin.history)
    await admin.say(f"/find {what}")
    await eventually(lambda: sum(shown.from_bot for shown in admin.history) > before, within=15)
    assert "查询结果" in admin.last.words
    return admin.last


@pytest.mark.parametrize("what", WAYS.values(), ids=WAYS)
async def test_owner_is_found_by_any_name(place: World, what: str) -> None:
    card = (await finds(place.person(CHIEF), what)).words
    for part in (
        "粤K·A1234",
        "已被预选,待办理",
        "测**主",
        "1101**********0",
        "138****0002",
        f"聊天号 {HOLDER}",
        "新车车主",
        "黑名单:不在名单上",
        "自编选号",
        "随机选号:已用 0,增加过 0,剩余 5",
        "自编号牌:已用 0,增加过 0,剩余 20",
        "待发 3 条:办理提醒",
        "选定号码 粤K·A1234(自编选号) — 车主(账号 1)",
    ):
        assert part in card
    for secret in (factories.identity(2), factories.phone(2)[3:], "测试车主"):
        assert secret not in card


async def test_nothing_personal_lies_in_the_dialogs_row(place: World) -> None:
    chief = place.person(CHIEF)
    for what in (factories.identity(2), factories.phone(2)):
        await finds(chief, what)
        rows = await place.store.read(sql, f"SELECT screen, args FROM dialog WHERE chat_id = {CHIEF}")  # noqa: S608
        assert [(row["screen"], row["args"]) for row in rows] == [("desk_find", '{"what": "account:1"}')]
    await eventually(lambda: not [shown for shown in chief.history if not shown.from_bot])


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("", "用法:/find"),
        ("hello", "没有找到"),
        ("王小明", "不能按姓名查询"),
        ("987654", "没有找到"),
        ("13900000000", "没有找到"),
        (factories.identity(9), "没有找到"),
        (factories.identity(9)[:-1], "您输入了 17 位"),
        (factories.identity(9)[:-1] + ("1" if factories.identity(9)[-1] == "0" else "0"), "有一位输错了"),
        (factories.vin(9), "没有查到相关记录"),
        (factories.vin(2)[:-1] + "X", "有一位输错了"),
        (factories.vin(2)[:-1], "应为 17 位,您输入了 16 位"),
        ("粤K", "格式不正确"),
        ("粤KAB12O", "0 或 1"),
        ("粤B12345", "不受理该发牌机关"),
        ("x" * 3000, "车辆识别代号"),
        ("粤KA1234 粤KA1235", "格式不正确"),
    ],
)
async def test_what_fits_nothing_is_said_in_words(place: World, what: str, answer: str) -> None:
    chief = place.person(CHIEF)
    await chief.say(f"/find {what}")
    await chief.see(answer, fresh=True)


async def test_every_standing_of_a_number_is_said(place: World) -> None:
    core, chief = place.core, place.person(CHIEF)
    _, begun = await place.store.run(verified, core, 3)
    kept = parse_mask(PlateKind.SMALL, "A88##")
    await place.store.run(releases.withhold, core.offices["粤K"], kept, "test")

    def draws(tx: Tx) -> list[str]:
        drawn = core.selection.draw(
            tx, begun, core.offices["粤K"], nonce="n", received_at=tx.now, without_four=False
        )
        core.selection.pick(tx, begun, core.offices["粤K"], drawn.batch.serials[0], received_at=tx.now)
        return list(drawn.batch.serials)

    shortlisted, held, *_ = await place.store.run(draws)
    for serial, said in (
        ("A7777", "空闲,可以选"),
        ("B1234", "从未投放"),
        ("A8812", "暂不投放"),
        (shortlisted, "在某位车主的备选中"),
        (held, "正在某一批抽号中"),
        ("A1234", "已被预选,待办理"),
    ):
        assert said in (await finds(chief, f"粤K{serial}")).words
    await chief.say("/release 粤K small C#### from 2026-03-12T09:00")
    await chief.press("确认投放")
    await chief.see("已投放")
    assert "已投放,尚未开放" in (await finds(chief, "粤KC1234")).words
    assert "没有人预选过" in chief.last.words


async def test_several_holders_are_a_list(place: World) -> None:
    chief = place.person(CHIEF)
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.press("确认撤销该预选")
    await chief.see("的预选已取消")
    place.forward(seconds=1)
    await place.store.run(reserved, place.core, 3, "A1234")
    listed = await finds(chief, "粤KA1234")
    assert "有 2 次预选,请选择" in listed.words
    assert [label.split()[2] for label in listed.buttons[:2]] == ["已预选,待办理", "已取消"]
    await chief.press("已取消")
    card = await chief.see("聊天号 5002", "原因:本人申请")
    assert "确认上牌" not in " ".join(card.buttons)


async def test_single_past_holder_of_a_number_is_opened(place: World) -> None:
    """There is nothing to choose from; the card says that the number itself is free again."""
    chief = place.person(CHIEF)
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.press("确认撤销该预选")
    await chief.see("的预选已取消")
    place.forward(seconds=1)
    card = await finds(chief, "粤KA1234")
    assert "请选择" not in card.words
    for said in ("空闲,可以选", f"聊天号 {HOLDER}", "已取消", "原因:本人申请"):
        assert said in card.words


def _notices(tx: Tx) -> None:
    """Plan notices about a preselection of the owner, about another one, and about the owner."""
    account = sql(tx, "SELECT account_id FROM account WHERE chat_id = 5002")[0]["account_id"]
    for purpose, subject in (
        ("voided", "preselection:1"),
        ("revoked", "preselection:2"),
        ("usertype", f"account:{account}"),
    ):
        plan(tx, Plan(chat_id=HOLDER, purpose=purpose, subject=subject, due_at=tx.now + timedelta(days=1)))


async def test_card_of_a_preselection_has_its_own_notices_and_the_owners(place: World) -> None:
    chief = place.person(CHIEF)
    await chief.say("/revoke 粤KA1234 资料有误")
    await chief.press("确认撤销该预选")
    await chief.see("的预选已取消")
    place.forward(seconds=10)
    await place.store.run(_again_for_the_same_vehicle, place)
    await place.store.run(sql, "DELETE FROM notice")
    await place.store.run(_notices)
    for key, purposes in (
        ("preselection:1", ["usertype", "voided"]),
        ("preselection:2", ["revoked", "usertype"]),
        ("account:1", ["revoked", "usertype", "voided"]),
    ):
        assert await place.store.read(_told_on, place, key) == purposes, key
    card = await finds(chief, "粤K-00000001")
    assert "待发 2 条" in card.words
    assert "待发 3 条" in (await finds(chief, str(HOLDER))).words
    failed = (
        "UPDATE notice SET state = 'failed', ended_at = due_at, error = 'x' WHERE subject = 'preselection:2'"
    )
    await place.store.run(sql, failed)
    card = await finds(chief, "粤K-00000001")
    assert "发送失败" not in card.words
    assert "📞 显示电话" in card.buttons  # the person is to be called all the same
    assert "发送失败 1 条" in (await finds(chief, "粤K-00000002")).words


def _told_on(tx: Tx, place: World, key: str) -> list[str]:
    return sorted(due.purpose for due in place.core.case_files.open(tx, parse_key(key)).due)


async def test_list_comes_as_a_sheet_without_owners(place: World) -> None:
    chief = place.person(CHIEF)
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.press("确认撤销该预选")
    await chief.see("的预选已取消")
    assert "导出 XLSX" not in " ".join((await finds(chief, factories.vin(2))).buttons)  # one is no list
    place.forward(seconds=1)
    await place.store.run(reserved, place.core, 3, "A1234")
    await finds(chief, "粤KA1234")
    head, newer, older = (await sheets_of(chief))["查询到的预选"]
    assert head[3:6] == ["号牌号码", "状态", "车辆识别代号"]
    assert [newer[3], as_typed(newer[4]), newer[5]] == ["粤KA1234", "已预选,待办理", factories.vin(3)]
    assert older[3:6] == ["粤KA1234", "已取消", factories.vin(2)]


async def test_sheet_is_refused_where_the_card_shows_nobody(place: World) -> None:
    """A button shown before the role was restricted has no effect any longer."""
    chief, clerk = place.person(CHIEF), await gives(place, "clerk", "粤K")
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.press("确认撤销该预选")
    await chief.see("的预选已取消")
    place.forward(seconds=1)
    await place.store.run(reserved, place.core, 3, "A1234")
    await finds(clerk, "粤KA1234")
    away = RoleAssignment(role=Role.CLERK, office="粤K"), RoleAssignment(role=Role.CLERK, office="粤A")
    await place.store.run(place.core.admins.add, clerk.me.chat_id, away[1], f"chat:{CHIEF}")
    await place.store.run(place.core.admins.remove, clerk.me.chat_id, away[0], f"chat:{CHIEF}")
    await clerk.press("导出 XLSX")
    await clerk.settled()
    assert not any(shown.document for shown in clerk.history)


async def test_vehicle_with_several_preselections_is_a_list(place: World) -> None:
    chief = place.person(CHIEF)
    await chief.say("/revoke 粤KA1234 资料有误")
    await chief.press("确认撤销该预选")
    await chief.see("的预选已取消")
    place.forward(seconds=10)
    begun = await place.store.run(_again_for_the_same_vehicle, place)
    listed = await finds(chief, factories.vin(2))
    assert "有 2 次预选,请选择" in listed.words
    await chief.press(f"{begun} 粤K·A5678")
    await chief.see("预选 2", "全部预选(2)")


def _again_for_the_same_vehicle(tx: Tx, place: World) -> int:
    core = place.core
    account = core.accounts.require(tx, HOLDER)
    begun = core.preselections.choose(tx, account, core.offices["粤K"], PlateKind.SMALL).preselection_id
    core.preselections.agree(tx, account, begun)
    core.preselections.enter_vin(tx, begun, factories.vin(2))
    papers = Papers(certificate_kind=CertificateKind.DOMESTIC, certificate=factories.certificate(2))
    core.preselections.enter_certificate(tx, begun, papers)
    core.preselections.confirm(tx, account, begun)
    verifies_again(tx, core, account, begun)
    core.selection.compose(tx, account, begun, core.offices["粤K"], ["A5678"], received_at=tx.now)
    return begun


# --- actions --------------------------------------------------------------------------------


async def test_counter_confirms_from_the_card(place: World) -> None:
    clerk = await gives(place, "clerk")
    await finds(clerk, factories.identity(2))
    await clerk.press("✅ 确认上牌")
    await clerk.see("后六位")
    await clerk.say("000000")
    await clerk.see("后六位不符", fresh=True)
    await clerk.say(factories.vin(2)[-6:].lower())
    await clerk.see("材料核对无误")
    await clerk.press("确认已上牌")
    card = await clerk.see("已确认上牌", "查询结果")
    assert "已上牌" in card.words
    assert "✅ 确认上牌" not in card.buttons
    assert (await place.store.read(get, 1)).state == PreselectionState.REGISTERED


async def test_void_and_its_ban_are_done_and_undone_from_the_card(place: World) -> None:
    chief = place.person(CHIEF)
    await finds(chief, "粤KA1234")
    await chief.press("⛔ 作废")
    await chief.say("合格证不符")
    await chief.see("号码作废?")
    await chief.press("确认作废")
    await chief.see("已作废,车主列入黑名单", "至 2028-03-10", "原因:合格证不符")
    await chief.press("⛔ 黑名单")
    await chief.say("2027-01-01 冒用")
    await chief.see("再记一项原因?")
    await chief.press("⛔ 列入黑名单")
    await chief.see("已列入黑名单,到 2028年3月10日", "1. 作废", "2. 人工")
    await chief.press("✅ 解除黑名单")
    await chief.say("已查明")
    await chief.see("从黑名单中解除哪一项?")
    await chief.press("全部解除")
    await chief.see("已解除", "黑名单:不在名单上", "从黑名单中解除,原因:已查明")


async def test_chief_of_the_persons_office_bars_who_is_barred_elsewhere_and_lifts_the_own_cause(
    place: World,
) -> None:
    new_ban = NewBan(
        identity_hash=place.core.accounts.identity_hash(factories.identity(2)),
        office="粤A",
        reason="套牌",
        cause=Cause.ADMIN,
        until=datetime(2035, 1, 1, tzinfo=CHINA),
        actor=f"chat:{CHIEF}",
    )
    await place.store.run(blacklist.add_ban, new_ban)
    own = await gives(place, "chief")
    await finds(own, str(HOLDER))
    assert "✅ 解除黑名单" not in own.last.buttons
    await own.press("⛔ 黑名单")
    await own.say("2027-01-01 冒用")
    await own.see("再记一项原因?")
    await own.press("⛔ 列入黑名单")
    await own.see("查询结果", "1. 人工(粤A", "2. 人工(粤K")
    await own.press("✅ 解除黑名单")
    await own.say("已查明")
    await own.press("解除第 2 项")
    await own.see("已解除这一项", "查询结果")
    assert "✅ 解除黑名单" not in own.last.buttons


async def test_chances_and_user_type_are_given_from_the_card(place: World) -> None:
    chief = place.person(CHIEF)
    await finds(chief, "粤KA1234")
    await chief.press("➕ 增加机会")
    await chief.say("随便")
    await chief.see("按下面的例子输入", fresh=True)
    await chief.say("random=2 系统故障")
    await chief.see("增加选号机会?")
    await chief.press("确认增加")
    await chief.see("随机选号:已用 0,增加过 2,剩余 7")
    await chief.press("👤 用户类型")
    await chief.press("窗口注册用户")
    await chief.press("✅ 确认")
    await chief.see("用户类型:窗口注册用户", "增加选号机会:随机 +2,自编 +0,原因:系统故障")


async def test_identity_is_moved_in_from_the_card(place: World) -> None:
    chief, rival = place.person(CHIEF), place.person(RIVAL)
    await rival.say("/preselect")
    await rival.press("同意并继续")
    await rival.settled()
    await finds(chief, str(RIVAL))
    await chief.press("🪪 转入身份")
    await chief.say(f"{factories.identity(2)} 已核对原件")
    await chief.see("失去注册")
    await eventually(lambda: not any(factories.identity(2) in shown.words for shown in chief.history))
    await chief.press("转移身份")
    await chief.see("身份已转移", f"聊天号 {RIVAL}", "身份转到此账号,原因:已核对原件")


async def test_cancelled_question_leads_back_to_the_card(place: World) -> None:
    chief = place.person(CHIEF)
    await finds(chief, "粤KA1234")
    await chief.press("🚫 取消预选")
    await chief.press("« 返回")
    await chief.see("查询结果")
    await chief.press("🚫 取消预选")
    await chief.say("本人申请")
    await chief.see("取消预选?")
    await chief.press("不做更改")
    await chief.see("查询结果")
    assert (await place.store.read(get, 1)).state == PreselectionState.RESERVED


async def test_second_admin_sees_on_the_card_who_was_faster(place: World) -> None:
    clerk, chief = await gives(place, "chief"), place.person(CHIEF)
    for person, button, typed in ((chief, "🚫 取消预选", "本人申请"), (clerk, "⛔ 作废", "资料有误")):
        await finds(person, "粤KA1234")
        await person.press(button)
        await person.say(typed)
        await person.see("当天可由负责人撤回")
    await clerk.press("确认作废")
    await clerk.see("已作废")
    await chief.press("确认撤销该预选")
    await chief.see(f"已由赵窗口({CLERK})处理:该号码已作废", "查询结果")


async def test_prompt_whose_moment_has_passed_leads_back(place: World) -> None:
    clerk, chief = await gives(place, "chief"), place.person(CHIEF)
    for person in (clerk, chief):
        await finds(person, "粤KA1234")
        await person.press("⛔ 作废")
        await person.see("请输入原因")
    await clerk.say("资料有误")
    await clerk.see("号码作废?")
    await clerk.press("确认作废")
    await clerk.see("已作废")
    await chief.say("资料有误")
    await chief.see(f"已由赵窗口({CLERK})处理:该号码已作废", "查询结果")


# --- permissions ----------------------------------------------------------------------------


async def test_clerk_of_another_office_learns_no_holder(place: World) -> None:
    clerk = await gives(place, "clerk", "粤A")
    card = await finds(clerk, "粤KA1234")
    assert "已被预选,待办理" in card.words
    assert "只供该发牌机关的管理员查看" in card.words
    assert not {"测", "1101", "聊天号", factories.vin(2)[-6:]} & set(card.words.split())
    assert str(HOLDER) not in card.words
    assert card.buttons == ["🏠 返回首页"]
    for what in (factories.identity(2), factories.vin(2), str(HOLDER)):
        shown = await finds(clerk, what)
        assert "测**主" not in shown.words
        assert str(HOLDER) not in shown.words


async def test_clerk_of_another_office_learns_no_number_of_a_person(place: World) -> None:
    """Searched by person, vehicle or receipt, only that records of the office exist; not the kind either."""
    clerk = await gives(place, "clerk", "粤A")
    begun = await place.store.read(sql, "SELECT preselection_id FROM preselection WHERE serial = 'A1234'")
    receipt = f"粤K-{begun[0]['preselection_id']:08d}"
    for what in (factories.identity(2), factories.phone(2), str(HOLDER), factories.vin(2), receipt):
        card = await finds(clerk, what)
        assert "有关记录属于 粤K" in card.words
        assert "A1234" not in card.words
        assert "小型" not in card.words


async def test_search_is_recorded_without_what_was_typed(place: World) -> None:
    """The chief reads who looked by which kind of key; of the value there is only a keyed hash."""
    clerk, chief = await gives(place, "clerk", "粤A"), place.person(CHIEF)
    for what in (factories.identity(2), factories.phone(2), str(HOLDER), factories.vin(2), "粤KA1234"):
        await finds(clerk, what)
    await finds(chief, factories.identity(2))
    rows = await place.store.read(
        sql, "SELECT actor, office, subject, details FROM audit WHERE action = 'looked_up' ORDER BY entry_id"
    )
    known = [json.loads(row["details"]) for row in rows]
    assert [one["by"] for one in known] == ["identity", "phone", "chat", "vin", "plate", "identity"]
    assert [row["actor"] for row in rows] == [f"chat:{CLERK}"] * 5 + [f"chat:{CHIEF}"]
    assert {row["office"] for row in rows} == {"粤K"}
    assert len({row["subject"] for row in rows}) == 1
    assert known[0]["key"] == known[5]["key"] != known[1]["key"]
    written = str(rows)
    assert not any(value in written for value in (factories.identity(2), factories.phone(2)[3:]))
    await chief.say(f"/audit {HOLDER}")
    await chief.see("操作记录", f"赵窗口({CLERK})", "查询(证件号码")


async def test_looking_is_not_listed_among_the_changes_of_a_card(place: World) -> None:
    chief = place.person(CHIEF)
    for _ in range(12):
        card = await finds(chief, factories.identity(2))
    assert "选定号码" in card.words
    assert "查询(" not in card.words


async def test_unknown_person_and_one_barred_elsewhere_look_alike_to_unban(place: World) -> None:
    clerk = await gives(place, "chief", "粤A")
    await clerk.say(f"/unban {HOLDER} 误操作")
    free = await clerk.see("没有将此人列入黑名单", fresh=True)
    await place.person(CHIEF).say(f"/ban {HOLDER} 冒用")
    await place.person(CHIEF).press("⛔ 列入黑名单")
    await clerk.say(f"/unban {HOLDER} 误操作")
    barred = await clerk.see("没有将此人列入黑名单", fresh=True)
    assert barred.words == free.words


async def test_user_type_of_another_office_is_not_told(place: World) -> None:
    clerk = await gives(place, "clerk", "粤A")
    for wanted in ("counter", "new_owner"):
        await clerk.say(f"/usertype {HOLDER} {wanted}")
        await clerk.see("您没有该发牌机关的权限", fresh=True)


async def test_reviewer_sees_the_card_and_does_nothing(place: World) -> None:
    reviewer = await gives(place, "reviewer")
    card = await finds(reviewer, "粤KA1234")
    assert "测**主" in card.words
    assert card.buttons == ["📝 备注", "🏠 返回首页"]


async def test_identity_is_not_taken_from_a_holder_of_another_office(place: World) -> None:
    clerk, rival = await gives(place, "clerk", "粤A"), place.person(RIVAL)
    await rival.say("/preselect")
    await rival.press("同意并继续")
    await rival.settled()
    await clerk.say(f"/identity {factories.identity(2)} {RIVAL} 已核对")
    await clerk.see("该身份现注册于 粤K 的账号", fresh=True)


async def test_role_that_goes_takes_the_card_along(place: World) -> None:
    clerk = await gives(place, "clerk")
    await finds(clerk, "粤KA1234")
    await place.store.run(sql, "DELETE FROM admin")
    await clerk.press("🚫 取消预选")
    await clerk.see_toast("您没有这项权限")
    await eventually(lambda: "测**主" not in clerk.last.words)


async def test_card_of_somebody_who_is_gone_says_so(place: World) -> None:
    chief = place.person(CHIEF)
    await finds(chief, "粤KA1234")
    await place.store.run(
        sql, """UPDATE dialog SET args = '{"what": "preselection:99"}' WHERE screen = 'desk_find'"""
    )
    await chief.press("⛔ 作废")
    await chief.see_toast("没有查到相关记录")


async def test_owner_who_has_only_consented_is_found(place: World) -> None:
    owner = place.person(OWNER)
    await owner.say("/preselect")
    await owner.press("同意并继续")
    await owner.settled()
    card = await finds(place.person(CHIEF), str(OWNER))
    assert "(尚未填写)" in card.words
    assert "未完成注册" in card.words


async def test_card_leads_into_the_journal_of_all_of_it(place: World) -> None:
    chief = place.person(CHIEF)
    await finds(chief, "粤KA1234")
    await chief.press("📜 全部操作记录")
    await chief.see("操作记录", f"聊天号 {HOLDER}", "选定号码 粤K·A1234")


async def test_registered_owner_without_a_vehicle_is_found(place: World) -> None:
    account: Account = await place.store.run(registered, place.core, 7)
    card = await finds(place.person(CHIEF), str(account.chat_id))
    assert "完成注册" in card.words
    assert "🪪 转入身份" in card.buttons
