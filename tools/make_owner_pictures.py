"""Take the pictures of the owner's way for ``docs/owners.md`` with a browser: owner-*.png.

    python tools/make_owner_pictures.py [FOLDER]      docs/pictures by default

Starts the demo in a temporary folder and goes through it as an owner with a telephone does. Needs the
packages of the tests, and Debian's chromium with fonts-noto-cjk. Dates and numbers differ from run to run.
"""

import asyncio
import contextlib
import io
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/pictures"
PORT = 8299
URL = f"http://127.0.0.1:{PORT}/"
CHEN, LI = 2001, 2002
IDENTITY, VEHICLE = "11010519491231002X", "LSVTESTX3RM000001 ABCD12345678901"
OTHER_IDENTITY, OTHER_VEHICLE = "110105195001010063", "LFVTESTX9SK000002 ABCD12345678902"
SIZE = ViewportSize(width=390, height=844)
_COLOURS = 128
_SETTLES = 1200  # milliseconds
_STARTS = 30  # seconds


class Owner:
    """An owner in front of the chat page."""

    def __init__(self, page: Page, folder: Path) -> None:
        self._page = page
        self._folder = folder

    async def opens(self, chat_id: int) -> None:
        await self._page.goto(f"{URL}#{chat_id}")
        await self._page.locator("textarea, input[type=text]").first.wait_for()

    async def presses(self, *labels: str) -> None:
        for label in labels:
            named = self._page.get_by_role("main").get_by_role("button", name=label)
            await named.last.click()
            await self._page.wait_for_timeout(_SETTLES)

    async def says(self, text: str) -> None:
        await self._page.locator("textarea, input[type=text]").first.fill(text)
        await self._page.keyboard.press("Enter")
        await self._page.wait_for_timeout(_SETTLES)

    async def types_code(self) -> None:
        entry = self._page.locator(".phone").get_by_text(re.compile(r"^\d{6}$")).first
        await entry.wait_for(state="attached")
        await self.says(await entry.text_content() or "")

    async def becomes_dark(self) -> None:
        await self._page.emulate_media(color_scheme="dark")

    async def is_pictured(self, name: str) -> None:
        """Store what is seen as a palette image."""
        await self._page.wait_for_timeout(2 * _SETTLES)
        shot = Image.open(io.BytesIO(await self._page.screenshot())).convert("RGB")
        shot.quantize(_COLOURS).save(self._folder / f"owner-{name}.png", optimize=True)


async def _registers(owner: Owner, name: str, identity: str) -> None:
    await owner.presses("【预选号牌】", "同意并继续", "粤K 茂名市")
    await owner.says(f"{name} {identity}")
    await owner.presses("发送本人手机号", "确认注册并预选 小型汽车", "【阅读并同意】")


async def _selects_at_random(owner: Owner) -> None:
    await owner.opens(CHEN)
    await owner.presses("开始 Start")
    await owner.is_pictured("home")
    await _registers(owner, "陈晓东", IDENTITY)
    await owner.says(VEHICLE)
    await owner.is_pictured("review")
    await owner.presses("【开始选号】")
    await owner.types_code()
    await owner.presses("【随机一次(5)】")
    await owner.is_pictured("batch")
    await owner.presses("③ 粤K")
    await owner.is_pictured("question")
    await owner.presses("« 返回", "【自编选号】")
    await owner.says("888")
    await owner.is_pictured("compose")
    await owner.presses("回到为您保留的号码", "【确认选号】", "确定选用")
    await owner.is_pictured("receipt")
    await owner.becomes_dark()
    await owner.is_pictured("receipt-dark")
    await owner.says("/privacy")
    await owner.is_pictured("data")


async def _reads_english(owner: Owner) -> None:
    await owner.opens(LI)
    await owner.presses("开始 Start")
    await _registers(owner, "李小梅", OTHER_IDENTITY)
    await owner.says(OTHER_VEHICLE)
    await owner.presses("【开始选号】")
    await owner.types_code()
    await owner.says("/language")
    await owner.presses("English")
    await owner.says("/preselect")
    await owner.presses("【Random batch")
    await owner.is_pictured("english")


@contextlib.asynccontextmanager
async def _demo() -> AsyncIterator[None]:
    """Run the demo in a temporary folder, with the clock at ten in the morning."""
    with tempfile.TemporaryDirectory() as data:
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "demo", "--port", str(PORT), "--data", data, cwd=ROOT
        )
        try:
            async with httpx.AsyncClient(base_url=URL) as client:
                for _second in range(_STARTS):
                    with contextlib.suppress(httpx.TransportError):
                        (await client.post("api/clock", json={"next": "10:00"})).raise_for_status()
                        break
                    await asyncio.sleep(1)
            yield
        finally:
            program.terminate()
            await program.wait()


async def _page(browser: Browser) -> Page:
    context = await browser.new_context(viewport=SIZE, locale="zh-CN", color_scheme="light")
    return await context.new_page()


async def main(folder: Path) -> None:
    """Take all pictures."""
    async with _demo(), async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        await _selects_at_random(Owner(await _page(browser), folder))
        await _reads_english(Owner(await _page(browser), folder))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
