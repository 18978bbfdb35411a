"""Verifying a draw on a telephone's screen: nothing is wider than the page."""

from pathlib import Path

import pytest

from tests.browser_person import TELEPHONE, BrowserPerson, browser_person
from tests.e2e.test_browser import _reaches_selection
from tests.world import OWNER, open_world

pytestmark = pytest.mark.browser


async def _fits(chat: BrowserPerson, shots: Path, name: str) -> bool:
    await chat.page.wait_for_timeout(300)
    await chat.page.screenshot(path=shots / f"{name}.png", animations="disabled")
    fits: bool = await chat.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    return fits


async def test_pages_of_verifying_fit_a_telephone(tmp_path: Path) -> None:
    async with (
        open_world("sqlite", tmp_path) as world,
        browser_person(world.sandbox.url, size=TELEPHONE) as chat,
    ):
        await world.release("A1###")
        await _reaches_selection(chat, OWNER, 0)
        await chat.press("【不包含4】")
        await chat.page.get_by_role("main").get_by_role("button", name="☑️ 【不包含4】").last.wait_for()
        await chat.press("【随机一次(5)】")
        await chat.press("粤K·")
        await chat.press("确定选用")
        await chat.see("公开记录 #")
        assert await _fits(chat, tmp_path, "receipt")
        await chat.say("/mine")
        await chat.see("【核验这一批】")
        assert await _fits(chat, tmp_path, "mine")
        await chat.press("【核验这一批】")
        await chat.see("届时可核验")
        assert await _fits(chat, tmp_path, "pending")
        world.forward(days=1)
        await world.service.jobs.ends()
        await chat.say("/verify")
        await chat.see("点一批号码即可核验")
        assert await _fits(chat, tmp_path, "verify")
        await chat.press("第1批")
        await chat.see("一致")
        assert await _fits(chat, tmp_path, "draw")
        await chat.press("发送公开记录")
        await chat.see("检查程序:")
        assert await _fits(chat, tmp_path, "files")
        await chat.say("/pool")
        await chat.see("公开记录的链头")
        assert await _fits(chat, tmp_path, "bulletin")
        await chat.press("【种子与记录】")
        await chat.see("已公布的种子")
        assert await _fits(chat, tmp_path, "seeds")
        assert chat.complaints == []
