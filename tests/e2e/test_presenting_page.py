"""A batch in the chat page at the size of a telephone: picture, caption and buttons fit one screen."""

import json
from collections.abc import Iterator

import aiohttp
import pytest

from bot.pictures.batch import NUMBERS, batch_picture
from sandbox import Sandbox
from tests.browser_person import TELEPHONE, browser_person
from tests.world import OWNER, PEOPLE

pytestmark = pytest.mark.browser

SERIALS = ("A6719", "65609", "B0D82", "88888", "12345", "A1B23", "90871", "Q4455", "77001", "C8D80")
CAPTION = "⏳ 1分15秒后放回号池,点号码放入备选\n⭐ 备选:粤K·A6719"
TOOLS = (("【确认选号】",), ("【换一批(4)】", "⬜ 不包含4"), ("自编选号", "🏠 首页"))


def _rows() -> Iterator[list[dict[str, str]]]:
    numbers = [f"{sign} {serial}" for sign, serial in zip(NUMBERS, SERIALS, strict=False)]
    for labels in (*zip(numbers[::2], numbers[1::2], strict=True), *TOOLS):
        yield [{"text": label, "callback_data": label[:8]} for label in labels]


async def _call(sandbox: Sandbox, method: str, **values: object) -> None:
    form = aiohttp.FormData()
    for name, value in {"chat_id": str(OWNER), **values}.items():
        form.add_field(name, value, filename="batch.png" if isinstance(value, bytes) else None)
    url = f"{sandbox.base_url}{sandbox.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as response:
        assert response.status == 200, await response.text()


async def test_batch_fits_the_screen_of_a_telephone() -> None:
    picture = batch_picture("粤K", "small", SERIALS, title="粤K 小型汽车 · 第2批/共5批", footer="抽号编号 1")
    async with (
        Sandbox(people=PEOPLE) as sandbox,
        browser_person(sandbox.url, size=TELEPHONE) as chat,
    ):
        await chat.open(OWNER)
        await chat.press("开始 Start")
        markup = json.dumps({"inline_keyboard": list(_rows())})
        await _call(sandbox, "sendPhoto", photo=picture, caption=CAPTION, reply_markup=markup)
        await chat.see("1分15秒")
        await chat.page.wait_for_timeout(300)
        top, bottom, first, last = await chat.page.evaluate(
            "() => { const box = one => one.getBoundingClientRect();"
            " const frame = box(document.querySelector('#scroll'));"
            " const shown = box(document.querySelector('#messages li:last-child'));"
            " return [frame.top, frame.bottom, shown.top, shown.bottom] }"
        )
        assert top <= first < last <= bottom
        assert chat.complaints == []


async def test_page_shows_for_some_seconds_that_the_bot_is_busy() -> None:
    async with (
        Sandbox(people=PEOPLE) as sandbox,
        browser_person(sandbox.url, size=TELEPHONE) as chat,
    ):
        await chat.open(OWNER)
        await chat.press("开始 Start")
        await _call(sandbox, "sendChatAction", action="typing")
        status = chat.page.locator("#status")
        await status.get_by_text("正在输入…").wait_for(timeout=3000)
        await status.get_by_text("@").wait_for(timeout=8000)
