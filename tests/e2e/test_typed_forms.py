"""What people type around a value: labels, whole text messages, full-width commands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import factories
from tests.world import CHIEF, World, open_world


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world("sqlite", tmp_path) as opened:
        await opened.release()
        yield opened


async def test_owner_registers_with_labels_before_everything(place: World) -> None:
    owner = place.person()
    await owner.say("\uff0fstart")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.say("姓名\uff1a测试车主")
    await owner.see("注册 2/3 · 身份证")
    await owner.say(f"身份证号码\uff1a{factories.identity(9)}")
    await owner.see("注册 3/3")
    before = len(owner.sms)
    await owner.say("手机\uff1a" + owner.me.spec.phone.removeprefix("+86"))
    code = await owner.sms_code(after=before)
    await owner.see("验证码")
    await owner.say(f"【选号】验证码{code}\uff0c5分钟内有效。")
    await owner.press("确认注册并预选 小型汽车")
    await owner.press("【阅读并同意】")
    await owner.say(f"VIN\uff1a{factories.vin(9)}")
    await owner.say(f"合格证号\uff1a{factories.certificate(9)}")
    await owner.see("请逐项核对", "选号服务说明")


async def test_vin_of_ones_is_asked_about(place: World) -> None:
    owner = place.person()
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.say("测试车主")
    await owner.say(factories.identity(9))
    await owner.send_contact()
    await owner.press("确认注册并预选 小型汽车")
    await owner.press("【阅读并同意】")
    await owner.say("1" * 17)
    await owner.see("请再核对一次车辆识别代号")


@pytest.mark.parametrize("typed", ["\uff0fstats", "/\uff53\uff54\uff41\uff54\uff53", "\uff0fSTATS"])
async def test_command_in_full_width_is_read(place: World, typed: str) -> None:
    chief = place.person(CHIEF)
    await chief.say(typed)
    await chief.see("选定")


async def test_label_before_a_number_at_the_desk(place: World) -> None:
    chief = place.person(CHIEF)
    await chief.say("/find 号码 粤K·12345")
    await chief.see("粤K·12345")
    await chief.say(f"/find VIN\uff1a{factories.vin(9)}")
    await chief.see("没有")


async def test_day_without_a_year_is_asked_about_with_its_year(place: World) -> None:
    place.forward(days=295)  # 30 December 2026
    chief = place.person(CHIEF)
    await chief.say("/closed 粤K 1月4日 停电")
    await chief.see("2027年1月4日")
    await chief.say("/closed 粤K 12月1日 停电")
    await chief.see("2026年12月1日", "已经过去了")
