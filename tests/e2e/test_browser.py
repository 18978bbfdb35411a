"""The main flow in the chat page, in a real browser: from the first press to the receipt."""

from pathlib import Path

import pytest

from tests import factories
from tests.browser_person import DESKTOP, TELEPHONE, BrowserPerson, browser_person
from tests.world import OTHER, OWNER, office, open_world

pytestmark = pytest.mark.browser


async def _reaches_selection(chat: BrowserPerson, who: int, number: int) -> None:
    await chat.open(who)
    await chat.press("开始 Start")
    await chat.press("【预选号牌】")
    await chat.press("同意并继续")
    await chat.say("测试车主")
    await chat.say(factories.identity(number))
    await chat.press("发送本人手机号")
    await chat.press("确认注册并预选 小型汽车")
    await chat.press("【阅读并同意】")
    await chat.say(factories.vin(number))
    await chat.say(factories.certificate(number))
    await chat.see("请逐项核对")
    await chat.press("【开始选号】")
    await chat.say(await chat.sms_code())
    await chat.see("第5步 预选号牌")


async def _pictures_are_loaded(chat: BrowserPerson) -> bool:
    loaded: bool = await chat.page.evaluate(
        "() => { const all = [...document.querySelectorAll('#messages img')];"
        " return all.length > 0 && all.every(one => one.complete && one.naturalWidth > 300) }"
    )
    return loaded


async def test_new_owner_selects_at_random(tmp_path: Path) -> None:
    async with (
        open_world("sqlite", tmp_path) as world,
        browser_person(world.sandbox.url, size=DESKTOP) as chat,
    ):
        await world.release()
        await _reaches_selection(chat, OWNER, 0)
        await chat.press("【随机一次(5)】")
        await chat.see("本车第")
        await chat.press("粤K·")
        await chat.see("确认选用")
        await chat.press("确定选用")
        await chat.see("第6步 完成号牌预选")
        await chat.page.wait_for_timeout(300)
        await chat.page.screenshot(path=tmp_path / "receipt.png")
        assert await _pictures_are_loaded(chat)
        assert chat.complaints == []


async def test_another_owner_composes_a_number(tmp_path: Path) -> None:
    async with (
        open_world("sqlite", tmp_path) as world,
        browser_person(world.sandbox.url, size=TELEPHONE) as chat,
    ):
        await world.release()
        await _reaches_selection(chat, OTHER, 1)
        await chat.press("【自编选号】")
        await chat.see("您还可以自编20个号牌")
        await chat.say("A1234 A5678")
        await chat.press("提交")
        await chat.press("确认提交")
        await chat.see("第6步 完成号牌预选")
        assert await _pictures_are_loaded(chat)
        assert chat.complaints == []


async def test_office_elsewhere_and_its_bulletin_are_looked_at(tmp_path: Path) -> None:
    offices = [office("粤K"), office("粤A", hours="00:00-24:00")]
    elsewhere = [{"code": "京A", "url": "https://t.me/example_plates_bot"}]
    async with (
        open_world("sqlite", tmp_path, offices=offices, elsewhere=elsewhere) as world,
        browser_person(world.sandbox.url, size=TELEPHONE) as chat,
    ):
        await world.release("A####", code="粤A")
        await world.service.jobs.count()
        await chat.open(OWNER)
        await chat.press("开始 Start")
        await chat.press("【跳转到其他省市】")
        await chat.press("粤 广东")
        await chat.press("粤A 广州市")
        await chat.see("粤A 广州市 · 选号服务")
        await chat.press("【号池公示】")
        await chat.see("A#### 共 10,000 个")
        await chat.see_in_view("今日种子的 SHA-256")
        await chat.page.wait_for_timeout(300)
        await chat.page.screenshot(path=tmp_path / "bulletin.png")
        assert await _pictures_are_loaded(chat)
        assert chat.complaints == []


async def test_stranger_rehearses_under_the_mark(tmp_path: Path) -> None:
    async with (
        open_world("sqlite", tmp_path) as world,
        browser_person(world.sandbox.url, size=TELEPHONE) as chat,
    ):
        await chat.open(OWNER)
        await chat.press("开始 Start")
        await chat.press("【模拟选号】")
        await chat.see("画面、步骤、次数和时间限制与真实选号完全相同")
        for label in ("【预选号牌】", "小型汽车", "【阅读并同意】"):
            await chat.press(label)
        await chat.say(factories.VIN)
        await chat.say(factories.CERTIFICATE)
        await chat.see("请逐项核对")
        await chat.press("【开始选号】")
        told = await (await chat.see("📩 模拟短信")).inner_text()
        await chat.say(told.rpartition("验证码 ")[2][:6])
        await chat.press("【随机一次(5)】")
        await chat.see("本车第")
        await chat.page.screenshot(path=tmp_path / "batch.png")
        await chat.press("粤K·")
        await chat.see("确认选用")
        await chat.press("确定选用")
        await chat.see("以上号码无效,不用办理")
        await chat.page.wait_for_timeout(300)
        await chat.page.screenshot(path=tmp_path / "receipt.png")
        assert await _pictures_are_loaded(chat)
        await chat.press("退出模拟")
        await chat.see("已退出模拟")
        assert chat.complaints == []
