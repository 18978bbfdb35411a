"""The registration: short, each page leads back, and what asked for it goes on afterwards."""

from pathlib import Path

import pytest

from core.notifications import subscriptions
from core.ports import Tx
from core.values.identity import mask_identity
from core.values.plates import PlateKind
from sandbox import PersonSpec
from tests import factories
from tests.core.sql import sql
from tests.core.tools import registered, reserved
from tests.person import Person
from tests.world import OTHER, OWNER, World, eventually, office, open_world, registers, registers_for

NUMBER = factories.identity(0)
FULL = f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}"
TWO = [office("粤K"), office("粤A")]


async def _agrees(owner: Person) -> None:
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")


async def _to_review(owner: Person, number: int = 0) -> None:
    await _agrees(owner)
    await owner.say(f"测试车主 {factories.identity(number)}")
    await owner.send_contact()
    await owner.see("请核对注册信息")


async def test_stranger_comes_from_the_button_to_the_notice_in_five_inputs(world: World) -> None:
    await world.release("D0####", PlateKind.SMALL_NEV)
    owner = world.person()
    await registers_for(owner, kind="小型新能源汽车")
    await owner.see("业务须知", "小型新能源汽车")


async def test_pieces_may_be_typed_one_by_one_the_number_first(world: World) -> None:
    owner = world.person()
    await _agrees(owner)
    await owner.say(NUMBER)
    await owner.see("已收到身份证号码")
    await owner.say("测试车主")
    await owner.see("注册 3/3")
    await owner.send_contact()
    await owner.see("请核对注册信息", "测试车主", FULL)


async def test_right_name_is_kept_beside_a_wrong_number(world: World) -> None:
    owner = world.person()
    await _agrees(owner)
    await owner.say(f"测试车主 {NUMBER[:-1]}Y")
    await owner.see("身份证号码第18位不正确", "字母 X", "请输入您的 18 位居民身份证号码", fresh=True)
    await eventually(lambda: [shown.text for shown in owner.history if not shown.from_bot] == ["/start"])
    await owner.say(NUMBER)
    await owner.see("注册 3/3")
    account = await world.store.read(world.core.accounts.require, OWNER)
    assert (account.name, account.identity) == ("测试车主", NUMBER)


async def test_correction_is_marked_and_the_full_page_leaves_the_chat(world: World) -> None:
    await world.release()
    owner = world.person()
    await _to_review(owner)
    await owner.press("修改姓名")
    await owner.say("测验车主")
    await owner.see("姓名已修改:试 → 验", "姓名:测验车主", FULL, fresh=True)
    await owner.say("/start")
    await owner.see("注册还差一步", "请核对信息并确认")
    await eventually(lambda: not any("测验车主" in shown.words for shown in owner.history))
    assert not any(FULL in shown.words for shown in owner.history)
    await owner.press("继续注册")
    await owner.press("确认注册并预选 小型汽车")
    await owner.see("业务须知")
    await owner.settled()
    assert not any(FULL in shown.words for shown in owner.history)


async def test_each_page_leads_to_the_one_before(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path, offices=TWO) as world:
        owner = world.person()
        await _agrees(owner)
        await owner.press("粤K")
        await owner.say("测试车主")
        await owner.say(NUMBER)
        await owner.see("注册 3/3")
        await owner.press("返回")
        await owner.see("请输入您的 18 位居民身份证号码", fresh=True)
        await owner.press("« 返回")
        await owner.see(["姓名和身份证", "请输入您身份证上的姓名"][1], fresh=True)
        await owner.press("« 返回")
        await owner.see("注册 1/3", fresh=True)
        await owner.press("下一步 »")  # to what is missing
        await owner.see("注册 3/3", fresh=True)
        await owner.say("/start")
        await owner.see("注册还差一步", "请填写手机号")
        await owner.press("继续注册")
        await owner.see("注册 3/3", fresh=True)


@pytest.mark.parametrize("typed", ["茂名", "粤K", "粤k", "Maoming"])
async def test_office_may_be_typed(tmp_path: Path, typed: str) -> None:
    async with open_world("sqlite", tmp_path, offices=TWO) as world:
        owner = world.person()
        await _agrees(owner)
        await owner.see("注册 1/3")
        await owner.say(typed)
        await owner.see("姓名和身份证")
        assert (await world.store.read(world.core.accounts.require, OWNER)).office == "粤K"


async def test_city_that_is_missing_is_told_where_to_go_and_once_when_it_is_served(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path, offices=TWO) as world:
        owner = world.person()
        await _agrees(owner)
        await owner.press("我的城市不在这里")
        await owner.see("粤K 茂名市、粤A 广州市", "交管12123", "车辆管理所窗口")
        await owner.say("汕头")
        await owner.press("开通时通知我")
        await owner.see("会通知您", "粤D 汕头市")
        await owner.press("返回注册")
        await owner.see("注册 1/3")
        await owner.settled()
        offices = {**world.core.offices, "粤D": world.core.offices["粤A"]}

        for _ in range(2):
            await world.store.run(subscriptions.announce, offices)
        rows = await world.store.read(sql, "SELECT chat_id, purpose FROM notice")
        assert rows == [{"chat_id": OWNER, "purpose": "served"}]
        assert await world.store.read(sql, "SELECT * FROM awaited_office") == []


async def test_appeal_that_asked_for_the_registration_goes_on(world: World) -> None:
    owner = world.person()
    await owner.say("/appeal")
    await owner.press("提出新的申诉")
    await owner.press("同意并继续")
    await owner.say(f"测试车主 {NUMBER}")
    await owner.send_contact()
    shown = await owner.see("请核对注册信息")
    assert "✅ 确认注册" in shown.buttons
    await owner.press("确认注册")
    await owner.see("申诉须知")


async def test_good_code_is_not_lost_by_going_back(world: World) -> None:
    owner = world.person()
    await _agrees(owner)
    await owner.say(f"测试车主 {NUMBER}")
    await owner.say("13800138001")
    code = await owner.sms_code()
    await owner.press("更换手机号")
    await owner.see("注册 3/3", fresh=True)
    await owner.say("13800138001")
    await owner.see("短信验证码", fresh=True)
    await owner.press("更换手机号")
    await owner.see("注册 3/3", fresh=True)
    await owner.say(code)  # where the number was asked for
    await owner.see("请核对注册信息")
    assert len(owner.sms) == 1


async def test_telephone_moves_to_whoever_proves_it_by_a_code(world: World) -> None:
    await world.release()
    former, owner = world.person(OTHER), world.person()
    await registers(former, 1)
    phone = former.me.spec.phone.removeprefix("+86")
    await _agrees(owner)
    await owner.say(f"测试车主 {NUMBER}")
    await owner.say(phone)
    await owner.see("短信验证码", "原来注册在别的账号上")
    await former.settled()
    await owner.say(await former.sms_code())
    await owner.press("确认注册并预选 小型汽车")
    await owner.see("业务须知")
    await world.service.jobs.tell()
    await former.see("注册到了另一个账号")
    await former.say("/preselect")
    await former.see("填写新的手机号")
    await former.say("13900139000")
    left, now = [await world.store.read(world.core.accounts.require, chat) for chat in (OTHER, OWNER)]
    assert (left.is_registered, left.phone) == (True, "")
    assert now.phone == former.me.spec.phone


async def test_contact_alone_takes_no_telephone_away(tmp_path: Path) -> None:
    people = (
        PersonSpec(chat_id=OWNER, last_name="陈", first_name="晓东", phone=factories.phone(3)),
        PersonSpec(chat_id=OTHER, last_name="李", first_name="小梅", phone="+8613800138002"),
    )
    async with open_world("sqlite", tmp_path, people=people) as world:
        await world.store.run(registered, world.core, 3)
        owner = world.person()
        await _agrees(owner)
        await owner.say(f"测试车主 {NUMBER}")
        await owner.send_contact()
        await owner.see("已注册在另一个账号上", "短信验证码")
        await owner.say(await owner.sms_code())
        await owner.see("请核对注册信息")


async def test_taken_identity_names_both_ways_and_the_account(world: World) -> None:
    await world.store.run(registered, world.core, 0)
    owner = world.person()
    await _agrees(owner)
    await owner.say(f"测试车主 {NUMBER}")
    await owner.see("已被其他账号注册", "/delete", "窗口", str(OWNER))


# --- one's own data -------------------------------------------------------------------------


async def test_own_data_are_shown_masked_then_in_full_until_they_are_left(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await owner.say("/privacy")
    shown = await owner.see("我的资料", "测**主", mask_identity(NUMBER), "138****8001", "粤K 茂名市", "窗口")
    assert "修改注册地" not in shown.buttons  # there is one office only
    await owner.press("显示完整信息")
    full = await owner.see("测试车主", NUMBER, "13800138001", fresh=True)
    assert full.body.get("has_protected_content") is True
    await owner.say("/start")
    await owner.see("您已注册")
    await eventually(lambda: not any(NUMBER in shown.words for shown in owner.history))
    await owner.press("我的资料")
    await owner.press("个人信息说明")
    await owner.see("收集什么、为什么")


async def test_name_and_telephone_are_corrected_from_own_data(world: World) -> None:
    owner = world.person()
    await registers(owner)
    await owner.say("/privacy")
    await owner.press("修改姓名")
    await owner.say("测验车主")
    await owner.see("姓名已修改:试 → 验", "我的资料", fresh=True)
    await owner.press("更换手机号")
    await owner.say("13900139000")
    await owner.press("更换手机号")
    await owner.press("返回")
    await owner.see("我的资料", "138****8001", fresh=True)
    actions = await world.store.read(sql, "SELECT action FROM audit ORDER BY entry_id")
    assert actions[-1]["action"] == "changed_name"


async def test_wrong_office_is_put_right_as_long_as_nothing_is_reserved(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path, offices=TWO) as world:
        await world.release(code="粤A")
        owner = world.person()
        await _agrees(owner)
        await owner.press("粤A")
        await owner.say(f"测试车主 {NUMBER}")
        await owner.send_contact()
        await owner.press("确认注册并预选 小型汽车")
        await owner.say("/privacy")
        await owner.press("修改注册地")
        await owner.see("还没完成的预选将取消")
        await owner.say("maoming")
        await owner.see("注册地已更改", "注册地:粤K 茂名市")
        await owner.say("/preselect")
        await owner.see("第1步", "粤K 茂名市")


async def test_place_typed_for_another_office_leads_back_to_the_change(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path, offices=TWO) as world:
        owner = world.person()
        await _agrees(owner)
        await owner.press("粤A")
        await owner.say(f"测试车主 {NUMBER}")
        await owner.send_contact()
        await owner.press("确认注册并预选 小型汽车")
        await owner.say("/privacy")
        await owner.press("修改注册地")
        await owner.say("汕头")
        await owner.see("粤D 汕头市", "暂不受理")
        await owner.press("« 返回")
        await owner.see("修改注册地", "请选择", fresh=True)
        await owner.say("广东")
        await owner.press("粤K")
        await owner.see("注册地已更改", "我的资料", "注册地:粤K 茂名市")


async def test_change_of_office_is_refused_before_one_is_chosen(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path, offices=TWO) as world:
        await world.release()
        owner = world.person()
        await _agrees(owner)
        await owner.press("粤K")
        await owner.say(f"测试车主 {NUMBER}")
        await owner.send_contact()
        await owner.press("确认注册并预选 小型汽车")
        await owner.see("业务须知")

        def reserve(tx: Tx) -> None:
            reserved(tx, world.core, 901, "A0001")
            account = "(SELECT account_id FROM account WHERE chat_id = 2001)"
            sql(tx, f"UPDATE preselection SET account_id = {account} WHERE serial = 'A0001'")  # noqa: S608

        await world.store.run(reserve)
        await owner.say("/privacy")
        await owner.press("修改注册地")
        await owner.see_toast("办结之前不能修改注册地")
        await owner.see("我的资料", "粤K 茂名市")


async def test_latin_name_is_shown_in_whole_words(world: World) -> None:
    owner = world.person()
    await _to_review(owner)
    await owner.press("修改姓名")
    await owner.say("John Smith")
    await owner.press("修改姓名")
    await owner.say("Jane Smith")
    await owner.see("姓名已修改:John → Jane", fresh=True)
