"""Account pages in the chat page: a unit's registration, the language, personal data and their deletion."""

from pathlib import Path

import pytest

from tests.browser_person import TELEPHONE, browser_person
from tests.e2e.test_units import CODE, NAME
from tests.world import OWNER, open_world

pytestmark = pytest.mark.browser


async def test_unit_registers_speaks_english_and_deletes_its_data(tmp_path: Path) -> None:
    async with (
        open_world("sqlite", tmp_path) as world,
        browser_person(world.sandbox.url, size=TELEPHONE) as chat,
    ):
        await world.release()
        await chat.open(OWNER)
        await chat.press("开始 Start")
        await chat.press("【预选号牌】")
        await chat.press("同意并继续")
        await chat.press("○ 单位")
        await chat.say(NAME)
        await chat.say(CODE)
        await chat.press("发送本人手机号")
        await chat.see("用户类型:单位用户")
        await chat.press("确认注册并预选 小型汽车")
        await chat.see("业务须知")
        await chat.say("/language")
        await chat.press("English")
        await chat.say("/privacy")
        await chat.see("My data")
        await chat.press("Export my data")
        await chat.see(".json")
        await chat.page.screenshot(path=tmp_path / "export.png")
        await chat.say("/delete")
        await chat.press("Yes, delete")
        await chat.see("deleted")
        await chat.page.screenshot(path=tmp_path / "deleted.png")
        assert chat.complaints == []
