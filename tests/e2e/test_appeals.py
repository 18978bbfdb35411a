"""Appeals through the chat: from the refused VIN to the selection, with all failures in between."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from telegram.error import NetworkError

from core.people.admins import Role, RoleAssignment
from core.preselection import PreselectionState, get
from core.values.vehicles import group_vin
from tests import factories
from tests.barcoded import photo
from tests.core.appealing import appealed
from tests.core.sql import sql
from tests.core.tools import registered
from tests.e2e.appealing import (
    APPEALING,
    HELD,
    HOLDER,
    REASON,
    REVIEWER,
    appeals,
    appoints,
    decides,
    fills_in,
    meets_the_error,
    opens,
    paper,
    rows,
    submits,
)
from tests.e2e.test_reports import sheets_of
from tests.person import Person
from tests.world import CHIEF, World, eventually, office, open_world, registers, takes_one, verifies


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, people=APPEALING) as world:
        await opens(world)
        yield world


@pytest.fixture
async def sqlite_world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world("sqlite", tmp_path, people=APPEALING) as world:
        await opens(world)
        yield world


def files(world: World) -> list[Path]:
    return sorted(world.core.settings.photo_directory().glob("*.sealed"))


@pytest.mark.both_engines
async def test_owner_gets_the_vehicle_back_and_selects(world: World) -> None:
    """All of it: error, appeal, photos, review, notification, selection; the former holder is notified."""
    owner, reviewer = world.person(), await appoints(world)
    await meets_the_error(owner)
    await appeals(owner)
    await owner.see("申诉编号:1", "LSV TEST")
    assert len(files(world)) == 2
    await reviewer.say("/appeals")
    await reviewer.see("共 1 件")
    await reviewer.press("1 · 粤K")
    card = await reviewer.see("申诉 1", REASON, "已预选:粤K·A1234", "没有该车辆的信息")
    assert card.photo
    assert card.body["has_protected_content"] is True
    await reviewer.press("身份证明")
    await eventually(lambda: "🖼 两张照片" in reviewer.last.buttons)
    await reviewer.press("审核通过")
    await reviewer.see("撤销 粤K·A1234 的预选(测**主", "号码收回;预选人不列入黑名单", "选号机会都还在")
    await reviewer.press("确认通过")
    await reviewer.see("粤K·A1234 的预选已撤销", "没有待审核的申诉")
    assert [shown for shown in (*reviewer.history, *owner.history) if shown.from_bot and shown.photo] == []
    await world.service.jobs.tell()
    await world.person(HOLDER).see("预选已被撤销", "您没有被列入黑名单")
    await owner.see("申诉 1 审核通过")
    await owner.press("【预选号牌】")
    await owner.see("请输入机动车整车出厂合格证编号")
    await owner.say(factories.certificate(HELD))
    await owner.see("请逐项核对", "选号服务说明")
    await owner.see("还剩 5 批", "还剩 20 个")
    await verifies(owner)
    await takes_one(owner)


@pytest.mark.both_engines
async def test_photo_whose_reply_failed_is_not_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was accepted; that it cannot be fetched any more concerns nobody."""
    owner = world.person()
    await meets_the_error(owner)
    await owner.press("【异常选号资料修改】")
    await owner.press("【阅读并同意】")
    await owner.press("同意并继续")
    await owner.see("申诉 2/4")
    await owner.say(REASON)
    await owner.see("申诉 3/4")
    presenter = world.service.engine._presenter

    async def fails(*_args: object, **_named: object) -> NoReturn:
        monkeypatch.undo()
        world.sandbox.faults.error("getFile", status=500, times=10)
        raise NetworkError("the connection broke")

    monkeypatch.setattr(presenter, "show", fails)
    await owner.send_photo(paper("card", 0))
    await owner.see("申诉 4/4")
    assert world.sandbox.faults.waiting[0].times == 10


@pytest.mark.both_engines
async def test_holder_is_barred_by_the_reviewer_alone(world: World) -> None:
    owner, chief, holder = world.person(), world.person(CHIEF), world.person(HOLDER)
    await meets_the_error(owner)
    await appeals(owner)
    await decides(chief, "/approve 1")
    await chief.press("⬜ 同时列入黑名单")
    await chief.see("预选人列入黑名单")
    await chief.press("确认通过")
    await chief.see("预选人列入黑名单到 2028年3月10日")
    await world.service.jobs.tell()
    await holder.see("预选已被撤销", "您已列入黑名单")
    await holder.say("/appeal")
    await holder.press("提出新的申诉")
    await holder.see("申诉不能解除黑名单", "您已列入黑名单")


@pytest.mark.both_engines
async def test_rejected_appeal_is_corrected_and_submitted_anew(world: World) -> None:
    owner, reviewer = world.person(), await appoints(world)
    await meets_the_error(owner)
    await appeals(owner)
    await decides(reviewer, "/reject 1 照片不清晰,请重拍")
    await reviewer.see("审核不通过?", "照片不清晰,请重拍")
    await reviewer.press("确认不通过")
    await reviewer.see("申诉 1 审核不通过,会通知申诉人")
    await world.service.jobs.tell()
    await owner.see("审核不通过", "照片不清晰,请重拍")
    await owner.press("查看申诉")
    await owner.press("修改后重新提交")
    await owner.see("请核对申诉内容", REASON)
    await owner.press("更换身份证明照片")
    await owner.see("申诉 3/4")
    await owner.send_photo(paper("card", 0))  # the same document may be used again
    await owner.see("请核对申诉内容")
    await submits(owner)
    await owner.see("申诉编号:2")
    assert await world.store.read(rows, "SELECT state, renews FROM appeal ORDER BY appeal_id") == [
        ("rejected", None),
        ("pending", 1),
    ]
    await owner.press("我的申诉")
    await owner.see("申诉 2", "待审核", "申诉 1", "审核不通过")


@pytest.mark.both_engines
async def test_withdrawn_appeal_waits_no_more(world: World) -> None:
    owner, reviewer = world.person(), await appoints(world)
    await meets_the_error(owner)
    await appeals(owner)
    await decides(reviewer, "/approve 1")
    await reviewer.see("审核通过?")
    await owner.press("撤回申诉")
    await owner.see("撤回申诉 1?")
    await owner.press("不撤回")
    await owner.see("待审核")
    await owner.press("撤回申诉")
    await owner.press("确认撤回")
    await owner.see("状态:已撤回")
    await reviewer.press("确认通过")
    await reviewer.see("申诉人已撤回该申诉", "没有待审核的申诉")


@pytest.mark.both_engines
async def test_second_reviewer_sees_who_was_faster(world: World) -> None:
    owner, reviewer, chief = world.person(), await appoints(world), world.person(CHIEF)
    await meets_the_error(owner)
    await appeals(owner)
    for person in (reviewer, chief):
        await decides(person, "/approve 1")
        await person.see("审核通过?")
    await chief.press("确认通过")
    await chief.see("申诉 1 审核通过")
    await reviewer.press("确认通过")
    await reviewer.see(f"已由王主任({CHIEF})处理:审核通过")
    await reviewer.say("/reject 1 看不清")
    await reviewer.see(f"已由王主任({CHIEF})处理:审核通过", fresh=True)


async def test_what_changed_since_it_was_shown_is_shown_anew(world: World) -> None:
    """The conflicting number was cancelled at the counter meanwhile: nothing is done unseen."""
    owner, reviewer, chief = world.person(), await appoints(world), world.person(CHIEF)
    await meets_the_error(owner)
    await appeals(owner)
    await decides(reviewer, "/approve 1")
    await reviewer.press("⬜ 同时列入黑名单")
    await chief.say("/revoke 粤KA1234 本人申请")
    await chief.press("确认撤销该预选")
    await chief.see("的预选已取消")
    await reviewer.press("确认通过")
    shown = await reviewer.see("情况在您查看之后有变化", "审核通过?")
    assert "黑名单" not in shown.words
    assert "撤销" not in shown.words
    await reviewer.press("确认通过")
    await reviewer.see("申诉 1 审核通过")


async def test_admins_of_their_own_matter_and_of_other_offices_are_refused(
    engine: str, tmp_path: Path
) -> None:
    offices = [office(), office("粤A")]
    async with open_world(engine, tmp_path, people=APPEALING, offices=offices) as world:
        await opens(world)
        account = await world.store.run(registered, world.core, 1)
        await world.store.run(appealed, world.core, account, HELD)
        reviewer = await appoints(world, "粤A")
        for command in ("/approve 1", "/reject 1 看不清", "/appeals 粤K"):
            await reviewer.say(command)
            await reviewer.see("您没有该发牌机关的权限", fresh=True)
        await reviewer.say("/appeals")
        await reviewer.see("没有待审核的申诉", fresh=True)
        for own in (account.chat_id, HOLDER):
            await world.store.run(
                world.core.admins.add, own, RoleAssignment(role=Role.CHIEF, office=""), "test"
            )
            person = world.person(own)
            for command in ("/approve 1", "/reject 1 看不清"):
                await person.say(command)
                await person.see("不能审核本人的申诉", fresh=True)
        await world.store.run(sql, "DELETE FROM admin")
        for command in ("/appeals", "/approve 1", "/reject 1 看不清"):
            await reviewer.say(command)
            await reviewer.see("没有这个命令", fresh=True)
        assert await world.store.read(rows, "SELECT state FROM appeal") == [("pending",)]


async def test_vehicle_may_be_photographed(sqlite_world: World) -> None:
    """Its barcode, as in the preselection; the owner chooses among several in one photo."""
    owner = sqlite_world.person()
    await registers(owner)
    await owner.say("/appeal")
    await owner.press("新的申诉")
    await owner.press("【阅读并同意】")
    await owner.press("同意并继续")
    await owner.see("申诉 1/4", "也可以直接发送照片")
    await owner.send_photo(photo("QR", f"{factories.vin(7)};{factories.vin(HELD)}"))
    await owner.see("照片中有几个车辆识别代号")
    await owner.press(group_vin(factories.vin(HELD)))
    await owner.see("已识别车辆识别代号")


async def test_queue_comes_as_a_sheet(sqlite_world: World) -> None:
    world = sqlite_world
    account = await world.store.run(registered, world.core, 1)
    await world.store.run(appealed, world.core, account, HELD)
    reviewer = await appoints(world)
    await reviewer.say("/appeals")
    await reviewer.see("共 1 件")
    head, row = (await sheets_of(reviewer))["待审核的申诉"]
    assert head == ["申诉编号", "发牌机关", "车辆识别代号", "提交时间"]
    assert row[:2] == [1.0, "粤K"]
    assert len(str(row[2])) == 17


async def test_card_that_is_open_when_the_role_goes_does_nothing(sqlite_world: World) -> None:
    owner, reviewer = sqlite_world.person(), await appoints(sqlite_world)
    await meets_the_error(owner)
    await appeals(owner)
    await decides(reviewer, "/approve 1")
    await reviewer.see("审核通过?")
    await sqlite_world.store.run(sql, "DELETE FROM admin")
    await reviewer.press("确认通过")
    await reviewer.see("您没有这项权限")
    assert await sqlite_world.store.read(rows, "SELECT state FROM appeal") == [("pending",)]


async def test_draft_survives_leaving_and_is_gone_after_a_week(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.person()
    await meets_the_error(owner)
    await owner.press("【异常选号资料修改】")
    await owner.press("【阅读并同意】")
    await owner.press("同意并继续")
    await owner.say(REASON)
    await owner.send_photo(paper("card"))
    await owner.see("申诉 4/4")
    await owner.say("/start")
    await owner.press("【异常选号资料修改】")
    await owner.press("继续填写申诉")
    await owner.see("申诉 4/4")
    world.forward(days=7, seconds=1)
    await world.service.jobs.purge()
    assert files(world) == []  # its photo was older than an hour, and was deleted immediately
    await owner.send_photo(paper("invoice"))
    await owner.see("异常选号资料修改")
    await owner.see("您还没有提出过申诉")


async def test_file_and_unknown_command_keep_the_step_of_an_appeal(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await meets_the_error(owner)
    await owner.press("【异常选号资料修改】")
    await owner.press("【阅读并同意】")
    await owner.press("同意并继续")
    live = await owner.see("申诉 2/4")
    await owner.send_file(b"no picture", "note.pdf", "application/pdf")
    await owner.see("贴纸、语音、视频和文件我看不了", fresh=True)
    await owner.say("/nonsense")
    await owner.see("没有这个命令", fresh=True)
    assert not [one for one in owner.history if one.message_id > live.message_id and one.buttons]
    await owner.say(REASON)
    await owner.see("申诉 3/4")
    await owner.send_file(b"no picture", "note.pdf", "application/pdf")
    await owner.see("照片", fresh=True)
    await owner.send_photo(paper("card"))
    await owner.see("申诉 4/4")


async def test_photos_go_30_days_after_the_decision(sqlite_world: World) -> None:
    world, owner, chief = sqlite_world, sqlite_world.person(), sqlite_world.person(CHIEF)
    await meets_the_error(owner)
    await appeals(owner)
    await decides(chief, "/reject 1 看不清")
    await chief.press("确认不通过")
    await chief.see("会通知申诉人")
    world.forward(days=29)
    await world.service.jobs.purge()
    await world.service.jobs.sweep()
    assert len(files(world)) == 2
    world.forward(days=1, seconds=5)
    await world.service.jobs.purge()
    assert files(world) == []


async def test_corrected_photo_is_swept(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.person()
    await meets_the_error(owner)
    await owner.press("【异常选号资料修改】")
    await fills_in(owner)
    await owner.press("更换购车发票照片")
    await owner.see("申诉 4/4")
    await owner.send_photo(paper("invoice", 5))
    await owner.see("请核对申诉内容")
    assert len(files(world)) == 3
    await world.service.jobs.sweep()
    assert len(files(world)) == 2  # a photo that was replaced need not wait


async def test_missing_photo_is_said_to_the_reviewer(sqlite_world: World) -> None:
    world, owner, chief = sqlite_world, sqlite_world.person(), sqlite_world.person(CHIEF)
    await meets_the_error(owner)
    await appeals(owner)
    for path in files(world):
        path.unlink()
    await chief.say("/appeals")
    await chief.press("1 · 粤K")
    card = await chief.see("申诉 1", REASON)
    assert card.photo  # with 照片缺失 in place of the photos


async def test_used_up_chances_are_given_back(sqlite_world: World) -> None:
    world, owner, chief = sqlite_world, sqlite_world.person(), sqlite_world.person(CHIEF)
    used = f"INSERT INTO vehicle (vin, random_used, compose_used) VALUES ('{factories.vin(3)}', 5, 20)"  # noqa: S608 - ours
    await world.store.run(sql, used)
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.say(f"{factories.vin(3)} {factories.certificate(3)}")
    await owner.see("均已用完", "如果机会是被他人用完的")
    await appeals(owner)
    await decides(chief, "/approve 1")
    await chief.see("已用随机 5 次、自编 20 个")
    await chief.press("确认通过")
    await chief.see("恢复随机 5 次、自编 20 个")
    await owner.say("/preselect")
    await owner.see("还剩 5 批", "还剩 20 个")


async def test_whoever_selects_is_told_and_led_back(sqlite_world: World) -> None:
    """「该车辆正在由他人选号」 leads to the appeal too; the other selection ends with its approval."""
    world, owner, chief, other = (
        sqlite_world,
        sqlite_world.person(),
        sqlite_world.person(CHIEF),
        sqlite_world.person(REVIEWER),
    )
    for who, number in ((other, 1), (owner, 0)):
        await registers(who, number)
        await who.press("小型汽车")
        await who.press("【阅读并同意】")
        await who.say(factories.vin(3))
        await who.say(factories.certificate(3))
        await who.see("请逐项核对", "选号服务说明")
        if who is other:
            await verifies(other)
    await owner.press("【开始选号】")
    await owner.see("该车辆正在由他人选号")
    await appeals(owner)
    await decides(chief, "/approve 1")
    await chief.see("中止他人正在进行的选号")
    await chief.press("确认通过")
    await chief.see("他人的选号已中止")
    await world.service.jobs.tell()
    await other.see("选号已中止")
    await other.press("【随机一次(5)】", answered=False)
    await other.press("【开始选号】")
    await other.see("该车辆经申诉审核,只能由其车主选号")
    await owner.say("/preselect")
    await verifies(owner)


async def test_own_number_needs_no_appeal(sqlite_world: World) -> None:
    holder = sqlite_world.person(HOLDER)
    await holder.say("/appeal")
    await holder.press("提出新的申诉")
    await holder.press("【阅读并同意】")
    await holder.press("同意并继续")
    await holder.see("申诉 1/4")
    await holder.say(factories.vin(HELD))
    await holder.see("该车辆的号牌就是您本人预选的", "申诉 1/4", fresh=True)
    await holder.say(factories.vin(4))
    await holder.see("目前没有被他人占用", "申诉 1/4", fresh=True)


async def test_whoever_is_not_registered_is_led_there(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await owner.say("/appeal")
    await owner.press("提出新的申诉")
    await owner.see("个人信息告知")


async def test_same_vehicle_is_not_appealed_about_twice(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await meets_the_error(owner)
    await appeals(owner)
    await owner.say("/preselect")
    await owner.say(factories.vin(HELD))
    await owner.press("【异常选号资料修改】")
    await owner.see_toast("正在等待审核,不能重复提交")
    assert await sqlite_world.store.read(rows, "SELECT count(*) FROM appeal") == [(1,)]


async def test_name_and_telephone_are_corrected_on_the_way(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await meets_the_error(owner)
    await owner.press("【异常选号资料修改】")
    await fills_in(owner)
    await owner.press("修改姓名")
    await owner.say("测试某某")
    await owner.see("请核对申诉内容", "测")
    await owner.press("修改手机号")
    await owner.say("13900139000")
    await owner.say(await owner_code(sqlite_world))
    await owner.see("请核对申诉内容", "139")
    await owner.press("修改申诉原因")
    await owner.press("返回")
    await submits(owner)


async def owner_code(world: World) -> str:
    """Return the code sent to an unknown telephone."""
    for _ in range(200):
        if world.sandbox.world.sms:
            return world.sandbox.world.sms[-1].code
        await world.person().settled(quiet=0.02)
    raise AssertionError("no code came")


async def test_cancel_before_a_photo_is_about_the_appeal(sqlite_world: World) -> None:
    """A preselection that led here stays unchanged."""
    owner = sqlite_world.person()
    await _at(owner, "identity")
    await owner.say("/cancel")
    await owner.see("放弃填写?", "内容和照片将被删除")
    await owner.press("继续填写")
    await owner.see("申诉 3/4")
    await owner.say("/cancel")
    await owner.press("确定放弃")
    await owner.see("您还没有提出过申诉")
    await owner.see_toast("已放弃")
    states = "SELECT state FROM appeal UNION ALL SELECT state FROM preselection WHERE account_id = "
    owners = "(SELECT account_id FROM appeal)"
    assert await sqlite_world.store.read(rows, states + owners) == [("dropped",), ("informed",)]
    await owner.say("/cancel")
    await owner.see("放弃本次预选?")


async def test_cancel_while_the_name_of_an_appeal_is_corrected_is_about_the_appeal(
    sqlite_world: World,
) -> None:
    owner = sqlite_world.person()
    await meets_the_error(owner)
    await owner.press("【异常选号资料修改】")
    await fills_in(owner)
    await owner.press("修改姓名")
    await owner.see("姓名")
    await owner.say("/cancel")
    await owner.see("放弃填写?")
    await owner.press("继续填写")
    await owner.see("请核对申诉内容")


async def test_appeal_about_a_vehicle_that_has_been_freed_is_given_up(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.person()
    await meets_the_error(owner)
    await owner.press("【异常选号资料修改】")
    await fills_in(owner)
    await world.store.run(
        sql, "UPDATE preselection SET state = 'cancelled', ended_at = 1 WHERE serial = 'A1234'"
    )
    await owner.press("【提交申诉】")
    await owner.see("无需申诉", "放弃填写?")
    await owner.press("继续填写")
    await owner.press("【提交申诉】")
    await owner.see("无需申诉", "放弃填写?")
    await owner.press("确定放弃")
    await owner.see("您还没有提出过申诉")
    await owner.see_toast("已放弃")


async def test_photo_for_a_draft_that_was_cleared_is_told_so(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.person()
    await _at(owner, "identity")
    world.forward(days=8)
    await world.store.run(world.core.appeals.purge)
    await owner.send_photo(paper("card"))
    await owner.see("因 7 天未填写而清除", "您还没有提出过申诉")


async def test_withdrawal_after_the_decision_is_told_so(sqlite_world: World) -> None:
    owner, chief = sqlite_world.person(), sqlite_world.person(CHIEF)
    await meets_the_error(owner)
    await appeals(owner)
    await owner.press("撤回申诉")
    await owner.see("撤回申诉 1?")
    await decides(chief, "/reject 1 照片不清晰\n请重拍\n发票须四角完整")
    await chief.press("确认不通过")
    await chief.see("申诉 1 审核不通过")
    await owner.press("确认撤回")
    await owner.see("已审核完毕,没有撤回", "审核不通过", "照片不清晰 请重拍 发票须四角完整")


async def test_approval_of_what_was_freed_claims_nothing_was_set_aside(sqlite_world: World) -> None:
    world, owner, chief = sqlite_world, sqlite_world.person(), sqlite_world.person(CHIEF)
    await meets_the_error(owner)
    await appeals(owner)
    await world.store.run(
        sql, "UPDATE preselection SET state = 'cancelled', ended_at = 1 WHERE serial = 'A1234'"
    )
    await decides(chief, "/approve 1")
    await chief.press("确认通过")
    await chief.see("申诉 1 审核通过")
    await world.service.jobs.tell()
    told = await owner.see("申诉 1 审核通过", "不再被他人占用", "选号机会完整")
    assert "撤销" not in told.words


async def test_draft_can_be_given_up(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await meets_the_error(owner)
    await owner.press("【异常选号资料修改】")
    await fills_in(owner)
    await owner.press("放弃填写")
    await owner.press("确定放弃")
    await owner.see("您还没有提出过申诉")
    assert await sqlite_world.store.read(rows, "SELECT state, vin FROM appeal") == [("dropped", None)]


# --- bad input ------------------------------------------------------------------------------


async def _at(owner: Person, page: str) -> None:
    """Go to a page of the form."""
    await meets_the_error(owner)
    await owner.press("【异常选号资料修改】")
    await owner.press("【阅读并同意】")
    await owner.see("照片使用告知")
    if page == "consent":
        return
    await owner.press("同意并继续")
    await owner.see("申诉 2/4")
    if page == "reason":
        return
    await owner.say(REASON)
    await owner.see("申诉 3/4")


async def test_bad_input_at_each_step_is_said_and_changes_nothing(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.person()
    await _at(owner, "reason")
    everything = "SELECT state, vin, reason_sealed FROM appeal"

    async def refused(words: str, page: str) -> None:
        await owner.see(words, page, fresh=True)
        assert await world.store.read(rows, "SELECT * FROM appeal_photo") == []

    for typed in ("冒用", "x" * 201, "\u202e\u200f"):
        await owner.say(typed)
        await refused("申诉原因应为 5–200 字", "申诉 2/4")
    await owner.send_photo(paper("card"))
    await refused("这里不需要图片", "这里不需要图片")
    assert [("draft", factories.vin(HELD), None)] == await world.store.read(rows, everything)
    await owner.say(REASON)
    await owner.see("申诉 3/4")
    await owner.say("照片稍后发")
    await refused("没有看懂", "请发送一张照片")
    for content, name, mime in (
        (b"%PDF-1.7 not a picture", "id.pdf", "application/pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "id.svg", "image/svg+xml"),
        (b"PK\x03\x04" + bytes(200), "id.jpg", "image/jpeg"),
        (paper("card")[:3000], "half.jpg", "image/jpeg"),
    ):
        await owner.send_file(content, name, mime)
        await refused("这不是可以识别的图片", "申诉 3/4")
    assert files(world) == []


async def test_vin_forms_are_judged(sqlite_world: World) -> None:
    owner = sqlite_world.person(HOLDER)
    await owner.say("/appeal")
    await owner.press("提出新的申诉")
    await owner.press("【阅读并同意】")
    await owner.press("同意并继续")
    for typed, words in (
        ("LSVTESTX3RM00000", "应为 17 位"),
        ("LSVTESTX3RMO00001", "没有字母 I、O、Q"),
        ("LSVTESTX3RM000002", "有一位输错了"),
        ("x" * 4000, "应为 17 位"),
    ):
        await owner.say(typed)
        await owner.see(words, "申诉 1/4", fresh=True)
    await owner.say("WVWZZZ1JZXW000001")
    await owner.see("请再核对一次车辆识别代号")
    await owner.press("重新输入")
    await owner.see("申诉 1/4")


async def test_same_photo_twice_is_refused_a_near_copy_too(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.person()
    await _at(owner, "identity")
    await owner.send_photo(paper("card"))
    await owner.see("申诉 4/4")
    await owner.send_file(paper("card"), "again.jpg", "image/jpeg")
    await owner.see("这张照片与已发送的一张相同", "申诉 4/4", fresh=True)
    await owner.send_photo(paper("card"))  # shrunk by the app
    await owner.see("这张照片与已发送的一张相同", fresh=True)
    assert len(await world.store.read(rows, "SELECT * FROM appeal_photo")) == 1


async def test_photos_in_the_wrong_order_change_places(world: World) -> None:
    """If each were sent again in the right order, it would be refused as a copy of the other."""
    owner = world.person()
    await _at(owner, "identity")
    await owner.send_photo(paper("invoice"))
    await owner.see("申诉 4/4")
    await owner.send_photo(paper("card"))
    await owner.see("请核对申诉内容")
    ordered = "SELECT photo_key FROM appeal_photo ORDER BY slot"
    sent = await world.store.read(rows, ordered)
    await owner.press("更换身份证明照片")
    await owner.send_photo(paper("card"))
    await owner.see("与已发送的一张相同", "对调两张照片", "申诉 3/4", fresh=True)
    await owner.press("返回")
    before = (await owner.see("请核对申诉内容")).photo
    await owner.press("对调两张照片")
    shown = await owner.see("两张照片已对调", "请核对申诉内容")
    assert shown.photo not in {None, before}
    assert await world.store.read(rows, ordered) == sent[::-1]
    await owner.press("更换身份证明照片")
    await owner.send_photo(paper("card", 3))
    await owner.see("已收到身份证明照片")
    await submits(owner)


async def test_of_an_album_the_first_is_taken_alone(sqlite_world: World) -> None:
    """Ten photos: the second is not taken for the invoice, and one message says so."""
    world, owner = sqlite_world, sqlite_world.person()
    await _at(owner, "identity")
    await owner.send_album([paper("card", seed) for seed in range(3)])
    await owner.see("只处理了您同时发送的第一张")
    await owner.see("申诉 4/4")
    await owner.settled(quiet=0.5)
    assert await world.store.read(rows, "SELECT slot FROM appeal_photo") == [("identity",)]


async def test_commands_of_reviewers_in_other_forms_say_how(sqlite_world: World) -> None:
    chief = sqlite_world.person(CHIEF)
    for odd in ("/approve", "/approve x", "/approve ①", "/reject 1", "/reject x y", "/approve 1 2"):
        await chief.say(odd)
        await chief.see("用法:", fresh=True)
    for unknown in ("/approve 99", "/reject 99 看不清"):
        await chief.say(unknown)
        await chief.see("没有这个申诉编号", fresh=True)
    await chief.say("/appeals 粤Z")
    await chief.see("本服务不受理该发牌机关", fresh=True)


async def test_crash_between_photo_and_row_leaves_one_orphan(sqlite_world: World) -> None:
    """The photo is stored before the transaction that references it: on retry it is stored again."""
    world, owner = sqlite_world, sqlite_world.person()
    await _at(owner, "identity")
    world.core.photos.put(paper("card"))  # as a crash leaves it
    await owner.send_photo(paper("card"))
    await owner.see("申诉 4/4")
    assert len(files(world)) == 2
    world.forward(hours=1, seconds=5)
    await world.service.jobs.sweep()
    assert len(files(world)) == 1
    ((key,),) = await world.store.read(rows, "SELECT photo_key FROM appeal_photo")
    assert files(world)[0].stem == key


async def test_approval_stands_when_the_owner_has_blocked_the_bot(sqlite_world: World) -> None:
    world, owner, chief = sqlite_world, sqlite_world.person(), sqlite_world.person(CHIEF)
    await meets_the_error(owner)
    await appeals(owner)
    owner.block()
    await decides(chief, "/approve 1")
    await chief.press("确认通过")
    await chief.see("申诉 1 审核通过")
    await world.service.jobs.tell()
    ((holder,),) = await world.store.read(
        rows, "SELECT preselection_id FROM preselection WHERE serial = 'A1234'"
    )
    assert (await world.store.read(get, int(str(holder)))).state == PreselectionState.CANCELLED
    owner.unblock()
    await owner.say("/appeal")
    await owner.see("审核通过")


async def test_queue_turns_its_pages_oldest_first(sqlite_world: World) -> None:
    world, chief = sqlite_world, sqlite_world.person(CHIEF)
    owner = world.person()
    await meets_the_error(owner)
    await appeals(owner)
    at = int((world.clock.now() - timedelta(days=1)).timestamp() * 1000)
    for number in range(12):
        columns = (
            "account_id, office, state, consent_version, consented_at, identity_hash, created_at, updated_at"
        )
        vin = factories.vin(100 + number)
        await world.store.run(
            sql,
            f"INSERT INTO appeal ({columns}, vin, submitted_at)"  # noqa: S608 - nothing comes from outside
            f" SELECT {columns}, '{vin}', {at + number} FROM appeal WHERE appeal_id = 1",
        )
    await chief.say("/appeals")
    first = await chief.see("共 13 件")
    assert first.buttons[0].startswith("2 · 粤K")
    assert len([button for button in first.buttons if "粤K ·" in button]) == 10
    await chief.press("›")
    await eventually(lambda: "‹" in chief.last.buttons)
    assert [button for button in (await chief.see("共 13 件")).buttons if "粤K ·" in button][-1].startswith(
        "1 · "
    )
