"""An appeal in the chat page, in a real browser: photos through the page, the card, the decision."""

import os
from pathlib import Path

import pytest

from tests import factories
from tests.browser_person import DESKTOP, BrowserPerson, browser_person
from tests.e2e.appealing import APPEALING, HELD, opens, paper
from tests.world import CHIEF, OWNER, open_world

pytestmark = pytest.mark.browser


async def _meets_the_error(chat: BrowserPerson) -> None:
    await chat.open(OWNER)
    await chat.press("开始 Start")
    await chat.press("【预选号牌】")
    await chat.press("同意并继续")
    await chat.say("测试车主")
    await chat.say(factories.identity(0))
    await chat.press("发送本人手机号")
    await chat.press("确认注册并预选 小型汽车")
    await chat.press("【阅读并同意】")
    await chat.say(factories.vin(HELD))
    await chat.see("该车辆已预选号牌,不允许再次预选号牌!")


async def test_appeal_goes_through_the_page(tmp_path: Path) -> None:
    shots = Path(os.environ.get("XUANHAO_SHOTS", tmp_path))
    async with (
        open_world("sqlite", tmp_path, people=APPEALING) as world,
        browser_person(world.sandbox.url, size=DESKTOP) as chat,
    ):
        await opens(world)
        await _meets_the_error(chat)
        await chat.press("【异常选号资料修改】")
        await chat.see("申诉须知")
        await chat.press("【阅读并同意】")
        await chat.see("照片使用告知")
        await chat.press("同意并继续")
        await chat.say("本人三月购买该车,从未预选")
        await chat.see("申诉 3/4")
        await chat.send_sample("示例证件照")
        await chat.see("申诉 4/4")
        invoice = tmp_path / "invoice.jpg"
        invoice.write_bytes(paper("invoice"))
        await chat.attach(invoice, "文件")
        await chat.see("请核对申诉内容")
        await chat.page.screenshot(path=shots / "appeal-review.png", animations="disabled")
        await chat.press("【提交申诉】")
        await chat.see("申诉编号:1")
        await chat.open(CHIEF)
        await chat.press("开始 Start")
        await chat.say("/appeals")
        await chat.press("1 · 粤K")
        await chat.see("已预选:")
        await chat.page.set_viewport_size({"width": 1440, "height": 1600})
        await chat.page.wait_for_timeout(500)
        await chat.log.locator("> *").last.screenshot(path=shots / "appeal-card.png", animations="disabled")
        await chat.press("审核通过")
        await chat.see("同时列入黑名单")
        await chat.page.screenshot(path=shots / "appeal-question.png", animations="disabled")
        await chat.press("确认通过")
        await chat.see("如有误,可以撤回")
        await world.service.jobs.tell()
        await chat.open(OWNER)
        await chat.see("申诉 1 审核通过")
        await chat.press("【预选号牌】")
        await chat.see("请输入机动车整车出厂合格证编号")
        assert chat.complaints == []
