"""A headless browser in front of the chat page: Debian's chromium, driven by playwright."""

import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

ABSENT = "no chromium"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """Return where the browser is; without one the test is skipped, or fails where it is obligatory."""
    path = os.environ.get("XUANHAO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        words = f"{ABSENT}: install Debian's package, or name it in XUANHAO_CHROMIUM"
        if os.environ.get("XUANHAO_REQUIRE_BROWSER") == "1":
            pytest.fail(words, pytrace=False)
        pytest.skip(words)
    return path


def summarise_missing_browser(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end how many tests were skipped for want of a browser; call it from a summary hook."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(ABSENT in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.write_line(
            f"BROWSER NOT TESTED: {count} tests were skipped, since there is no chromium; "
            f"XUANHAO_REQUIRE_BROWSER=1 makes that a failure",
            red=True,
            bold=True,
        )


class Chat:
    """The chat page as somebody uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def become(self, name: str) -> None:
        """Go over to another person."""
        await self.page.locator("#people").get_by_role("button", name=name).click()

    async def say(self, text: str) -> None:
        """Type a message and send it."""
        await self.page.get_by_label("输入消息 Message").fill(text)
        await self.page.get_by_label("发送 Send").click()

    async def press(self, label: str, *, nth: int = -1) -> None:
        """Press the newest button with a label, or the nth of them."""
        buttons = self.page.locator("main button:visible", has_text=label)
        await (buttons.last if nth < 0 else buttons.nth(nth)).click()

    async def see(self, text: str) -> None:
        """Wait until the conversation shows some words."""
        await self.page.locator("#messages").get_by_text(text).last.wait_for()

    async def sms_code(self) -> str:
        """Return the newest code on the telephone."""
        entry = self.page.locator(".phone").get_by_text(re.compile(r"^\d{6}$")).first
        await entry.wait_for(state="attached")
        hidden = not await entry.is_visible()  # on a narrow page the telephone is behind a button
        if hidden:
            await self.page.get_by_role("button", name="电话与时钟").click()
        code = await entry.inner_text()
        if hidden:
            await self.page.get_by_role("button", name="关闭 Close").click()
        return code


@contextlib.asynccontextmanager
async def open_chat(url: str, *, width: int = 1280, height: int = 900) -> AsyncIterator[Chat]:
    """Open the chat page in a browser of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(_FLAGS))
        try:
            page = await browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(10_000)
            await page.goto(url)
            yield Chat(page)
        finally:
            await browser.close()
