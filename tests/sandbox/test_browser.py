"""The page in a real browser, with a small bot of direct API calls."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Route, expect

from sandbox import Sandbox
from tests.browser_person import TELEPHONE, BrowserPerson, browser_person
from tests.sandbox.conftest import OWNER, Client, until
from tests.sandbox.test_ptb import picture

pytestmark = pytest.mark.browser

HOME = [
    [{"text": "🚗【预选号牌】", "callback_data": "batch", "style": "primary"}],
    [{"text": "提示", "callback_data": "toast"}, {"text": "警示", "callback_data": "alert"}],
    [{"text": "慢", "callback_data": "slow"}, {"text": "复制", "copy_text": {"text": "粤K12345"}}],
]
CONTACT = {"keyboard": [[{"text": "分享手机号", "request_contact": True}]], "one_time_keyboard": True}
WELCOME = "<b>您好</b> 😀 <i>斜体</i>,命令 /help"


class SmallBot:
    """Responds to the tests by direct API calls."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.go_on = asyncio.Event()

    async def run(self) -> None:
        menu = [{"command": "start", "description": "首页"}, {"command": "help", "description": "帮助"}]
        await self.client.ok("setMyCommands", commands=menu)
        offset = 0
        while True:
            for update in await self.client.ok("getUpdates", offset=offset, timeout=30):
                offset = update["update_id"] + 1
                if "message" in update:
                    await self.message(update["message"])
                elif "callback_query" in update:
                    await self.press(update["callback_query"])

    async def send(self, chat_id: int, text: str, **more: Any) -> None:
        await self.client.ok("sendMessage", chat_id=chat_id, text=text, **more)

    async def message(self, message: dict[str, Any]) -> None:
        chat_id, text = message["chat"]["id"], message.get("text", "")
        if text == "/start":
            markup = {"inline_keyboard": HOME}
            await self.send(chat_id, WELCOME, parse_mode="HTML", reply_markup=markup)
        elif text == "/help":
            await self.send(chat_id, "请分享", reply_markup=CONTACT)
        elif "contact" in message:
            await self.send(chat_id, f"号码 {message['contact']['phone_number']}")
        elif "photo" in message:
            await self.send(chat_id, "收到照片")
        else:
            await self.send(chat_id, f"您说:{text}")

    async def press(self, query: dict[str, Any]) -> None:
        chat_id, data, number = query["from"]["id"], query["data"], query["message"]["message_id"]
        if data == "slow":
            await self.go_on.wait()
        words = {"toast": "一闪而过", "alert": "请看清楚"}.get(data, "")
        await self.client.ok(
            "answerCallbackQuery", callback_query_id=query["id"], text=words, show_alert=data == "alert"
        )
        if data == "batch":
            await self.client.ok("editMessageText", chat_id=chat_id, message_id=number, text="请看下图")
            keys = json.dumps({"inline_keyboard": [[{"text": "【换一批(4)】", "callback_data": "toast"}]]})
            files = {"photo": ("a.png", picture())}
            caption = {"chat_id": str(chat_id), "caption": "第一批", "reply_markup": keys}
            await self.client.upload("sendPhoto", files, **caption)


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[SmallBot]:
    async with aiohttp.ClientSession() as session:
        bot = SmallBot(Client(sandbox, session))
        running = asyncio.create_task(bot.run())
        yield bot
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture
async def visitor(sandbox: Sandbox, bot: SmallBot) -> AsyncIterator[BrowserPerson]:
    async with browser_person(sandbox.url) as visitor:
        await visitor.open(OWNER)
        yield visitor
        assert visitor.complaints == []


async def test_a_visit_from_start_to_picture(visitor: BrowserPerson, sandbox: Sandbox) -> None:
    await visitor.press("开始")
    await expect((await visitor.see("您好")).locator("xpath=self::strong")).to_have_text("您好")
    await visitor.press("【预选号牌】")
    await visitor.see("请看下图")
    await visitor.see_in_view("第一批")
    await visitor.press("【换一批(4)】")
    await visitor.see_toast("一闪而过")
    await visitor.page.get_by_role("button", name="放大图片").click()
    await expect(visitor.page.get_by_role("dialog", name="图片")).to_be_visible()
    assert list(sandbox.contract_violations) == []


async def test_an_alert_has_to_be_closed(visitor: BrowserPerson) -> None:
    await visitor.press("开始")
    await visitor.press("警示")
    dialog = visitor.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("请看清楚")
    await dialog.get_by_role("button", name="好").click()
    await expect(dialog).to_be_hidden()


async def test_a_pending_press_is_shown_as_busy(visitor: BrowserPerson, bot: SmallBot) -> None:
    await visitor.press("开始")
    button = visitor.log.get_by_role("button", name="慢", exact=True)
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    bot.go_on.set()
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_the_contact_key_shares_the_phone(visitor: BrowserPerson) -> None:
    await visitor.press("开始")
    await visitor.page.get_by_role("button", name="命令菜单").click()
    await visitor.page.get_by_role("menuitem", name="/help").click()
    await visitor.press("分享手机号")
    await visitor.see("号码 +8613800000001")
    await expect(visitor.page.get_by_role("button", name="分享手机号")).to_be_hidden()


async def test_a_code_is_put_into_the_field(visitor: BrowserPerson, sandbox: Sandbox) -> None:
    sandbox.world.receive_sms("+8613800000001", "482913", "preselection")
    await visitor.page.get_by_role("button", name="填入验证码 482913").click()
    await expect(visitor.page.get_by_role("textbox", name="输入消息")).to_have_value("482913")


async def test_a_sample_paper_is_sent_as_photo(visitor: BrowserPerson) -> None:
    await visitor.press("开始")
    await visitor.page.get_by_role("button", name="附件").click()
    await visitor.page.get_by_role("menuitem", name="示例证件照").click()
    await visitor.see("收到照片")


async def test_people_have_conversations_of_their_own(visitor: BrowserPerson) -> None:
    await visitor.press("开始")
    await visitor.see("您好")
    await visitor.become("李小梅")
    await expect(visitor.page.get_by_role("button", name="开始")).to_be_visible()
    await visitor.say("在吗")
    await visitor.see("您说:在吗")
    await visitor.become("陈晓东")
    await visitor.see("您好")


async def test_an_answer_that_comes_late_does_not_show_the_chat_of_another(visitor: BrowserPerson) -> None:
    await visitor.press("开始")
    await visitor.see("您好")
    go_on = asyncio.Event()

    async def late(route: Route) -> None:
        await go_on.wait()
        await route.continue_()

    await visitor.page.route("**/api/chat?person=2002", late)
    async with visitor.page.expect_response("**/api/chat?person=2002"):
        await visitor.become("李小梅")
        await visitor.become("陈晓东")
        go_on.set()
    await asyncio.sleep(0.3)
    await visitor.see("您好")
    await expect(visitor.page.get_by_role("button", name="开始")).to_be_hidden()


async def test_keys_that_were_hidden_stay_so_until_there_are_new_ones(
    visitor: BrowserPerson, bot: SmallBot
) -> None:
    await visitor.press("开始")
    await visitor.see("您好")
    await bot.send(OWNER, "选一个", reply_markup={"keyboard": [["甲", "乙"]]})
    key = visitor.page.get_by_role("button", name="甲")
    await expect(key).to_be_visible()
    await visitor.page.get_by_role("button", name="键盘 Keyboard").click()
    await bot.send(OWNER, "另外一条")
    await visitor.see("另外一条")
    await expect(key).to_be_hidden()
    await bot.send(OWNER, "再选一个", reply_markup={"keyboard": [["甲", "丙"]]})
    await expect(key).to_be_visible()


async def test_what_others_get_is_counted_unread(
    visitor: BrowserPerson, sandbox: Sandbox, bot: SmallBot
) -> None:
    await visitor.press("开始")
    await visitor.see("您好")
    await visitor.become("李小梅")
    await bot.send(OWNER, "提醒")
    await expect(visitor.page.get_by_role("button", name="陈晓东,1 条未读")).to_be_visible()


async def test_a_blocked_bot_can_be_let_in_again(visitor: BrowserPerson, sandbox: Sandbox) -> None:
    await visitor.press("开始")
    await visitor.see("您好")
    await visitor.page.get_by_role("checkbox", name="停用机器人").click()
    await visitor.press("恢复")
    await expect(visitor.page.get_by_role("textbox", name="输入消息")).to_be_visible()
    assert not sandbox.world.people[OWNER].blocked


async def test_the_clock_panel_puts_time_forward(visitor: BrowserPerson, sandbox: Sandbox) -> None:
    before = sandbox.clock.now()
    await visitor.page.get_by_role("button", name="+1 天").click()
    await until(lambda: (sandbox.clock.now() - before).days == 1)


async def test_the_page_catches_up_after_a_restart(
    visitor: BrowserPerson, sandbox: Sandbox, bot: SmallBot
) -> None:
    await visitor.press("开始")
    await visitor.see("您好")
    sandbox.page.close()
    await bot.send(OWNER, "中断期间")
    await visitor.see("中断期间")


async def test_a_picture_is_described_by_caption_and_buttons(visitor: BrowserPerson) -> None:
    await visitor.press("开始")
    await visitor.press("【预选号牌】")
    picture_shown = visitor.page.locator(".photo img")
    await expect(picture_shown).to_have_attribute("alt", re.compile("第一批.*【换一批"))


async def test_words_to_type_are_copied_by_a_tap(visitor: BrowserPerson, bot: SmallBot) -> None:
    await visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await visitor.press("开始")
    await bot.send(OWNER, "<code>LSVTESTX3RM000001</code>", parse_mode="HTML")
    await visitor.page.locator(".words code").click()
    await visitor.see_toast("已复制")
    assert await visitor.page.evaluate("navigator.clipboard.readText()") == "LSVTESTX3RM000001"


async def test_a_page_kept_for_going_back_holds_no_connection(visitor: BrowserPerson, bot: SmallBot) -> None:
    await visitor.press("开始")
    await visitor.see("您好")
    await visitor.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    await bot.send(OWNER, "离开期间")
    await asyncio.sleep(0.3)
    await expect(visitor.page.get_by_text("离开期间")).to_have_count(0)
    await visitor.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await visitor.see("离开期间")


async def test_the_page_fits_a_telephone(sandbox: Sandbox, bot: SmallBot) -> None:
    async with browser_person(sandbox.url, size=TELEPHONE) as visitor:
        await visitor.open(OWNER)
        await visitor.press("开始")
        await visitor.press("【预选号牌】")
        await visitor.see_in_view("第一批")
        width = await visitor.page.evaluate("document.documentElement.scrollWidth")
        assert width <= TELEPHONE[0]
        await visitor.page.get_by_role("button", name="电话与时钟").click()
        await expect(visitor.page.get_by_role("checkbox", name="短信网关故障")).to_be_in_viewport()
