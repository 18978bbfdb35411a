"""A correction can be left without a change, and its page shows the current value."""

from pathlib import Path

import pytest

from tests import factories
from tests.person import Person
from tests.world import OWNER, World, office, open_world, registers

PAGES = {
    "修改姓名": "身份证上的姓名",
    "修改身份证号": "18 位居民身份证号码",
    "修改注册地": "请选择车辆将要登记上牌的发牌机关",
    "修改手机号": "11 位手机号",
}


async def _comes_to_review(owner: Person) -> None:
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.press("粤K")
    await owner.say("测试车主")
    await owner.say(factories.IDENTITY)
    await owner.send_contact()
    await owner.see("请核对注册信息")


@pytest.mark.parametrize("label", PAGES)
async def test_correction_before_registration_can_be_left(tmp_path: Path, label: str) -> None:
    offices = [office("粤K"), office("粤A")]
    async with open_world("sqlite", tmp_path, offices=offices) as world:
        owner = world.person()
        await _comes_to_review(owner)
        await owner.press(label)
        await owner.see(PAGES[label], fresh=True)
        await owner.press("返回")
        await owner.see("请核对注册信息", "测试车主", fresh=True)


@pytest.mark.parametrize("label", ["修改姓名", "修改手机号"])
async def test_correction_of_an_owner_is_no_registration(sqlite_world: World, label: str) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person(OWNER)
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.say(factories.VIN)
    await owner.say(factories.CERTIFICATE)
    await owner.press(label)
    page = await owner.see(PAGES[label], label, fresh=True)
    assert "注册" not in page.words
    await owner.press("返回")
    await owner.see("请逐项核对", fresh=True)


async def test_code_for_another_telephone_can_be_left(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person(OWNER)
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.say(factories.VIN)
    await owner.say(factories.CERTIFICATE)
    await owner.press("修改手机号")
    await owner.say("13900139000")
    await owner.see("139****9000", fresh=True)
    await owner.press("« 返回")
    await owner.see("请逐项核对", "13800138001", fresh=True)
