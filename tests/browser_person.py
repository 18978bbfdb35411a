"""A person using the real page in Debian's chromium: presses by label, reads what is shown."""

import asyncio
import os
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.async_api import ConsoleMessage, Locator, Page, async_playwright, expect

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--headless=new",
    "--hide-scrollbars",
    "--mute-audio",
    "--remote-debugging-port=0",
]
ABSENT = "no chromium"
PATIENCE = 15_000
"""Milliseconds."""
DESKTOP = (1440, 900)
TELEPHONE = (390, 844)


def chromium() -> str:
    """Return the path of chromium; without it skip, or fail if ``XUANHAO_REQUIRE_BROWSER=1``."""
    found = os.environ.get("XUANHAO_CHROMIUM") or shutil.which("chromium")
    if found is not None:
        return found
    why = f"{ABSENT}: install Debian's chromium and fonts-noto-cjk, or name it in XUANHAO_CHROMIUM"
    if os.environ.get("XUANHAO_REQUIRE_BROWSER") == "1":
        pytest.fail(why)
    pytest.skip(why)


class SharedChromium:
    """One chromium for all tests of a process: each test has a context of its own, like a private window."""

    def __init__(self) -> None:
        self._program: subprocess.Popen[bytes] | None = None
        self._profile: TemporaryDirectory[str] | None = None

    def address(self, path: str) -> str:
        """Start chromium unless it runs, and return the URL of its DevTools."""
        if self._program is None or self._program.poll() is not None:
            self.close()
            self._profile = TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
            words = [path, *ARGUMENTS, f"--user-data-dir={self._profile.name}", "about:blank"]
            quiet = subprocess.DEVNULL
            self._program = subprocess.Popen(words, stdout=quiet, stderr=quiet)  # noqa: S603 - found or configured
        assert self._profile is not None
        return f"http://127.0.0.1:{self._port(Path(self._profile.name) / 'DevToolsActivePort')}"

    def _port(self, written: Path) -> str:
        deadline = time.monotonic() + PATIENCE / 1000
        while not (written.exists() and (lines := written.read_text().splitlines())):
            assert time.monotonic() < deadline, "chromium did not start"
            time.sleep(0.02)
        return lines[0]

    def close(self) -> None:
        """End chromium, and delete its profile."""
        if self._program is not None:
            self._program.terminate()
            try:
                self._program.wait(10)
            except subprocess.TimeoutExpired:
                self._program.kill()
                self._program.wait()
            self._program = None
        if self._profile is not None:
            self._profile.cleanup()
            self._profile = None


CHROMIUM = SharedChromium()


def summarise_missing_browser(terminalreporter: pytest.TerminalReporter) -> None:
    """Report how many tests were skipped for lack of a browser; call it from a summary hook."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(ABSENT in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.write_line(
            f"BROWSER NOT TESTED: {count} tests were skipped, since there is no chromium; "
            f"XUANHAO_REQUIRE_BROWSER=1 makes that a failure",
            red=True,
            bold=True,
        )


def _as_shown(words: str) -> re.Pattern[str]:
    """Return a pattern for text that tests write in ASCII punctuation and the page shows in Chinese."""
    return re.compile(re.sub(r"(?:\\)?[,;:!?()]", lambda sign: _either(sign.group()[-1]), re.escape(words)))


def _either(sign: str) -> str:
    return f"[{re.escape(sign)}{chr(ord(sign) + 0xFEE0)}]"


class BrowserPerson:
    """A user of the page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    async def open(self, chat_id: int) -> None:
        """Open the page as a person."""
        await self.page.goto(f"{self.url}#{chat_id}")
        await self.page.get_by_role("textbox", name="输入消息").wait_for()

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log")

    async def press(self, label: str) -> None:
        """Press the last button with this label in the conversation, or on the keyboard below it."""
        named = self.page.get_by_role("main").get_by_role("button", name=label)
        await named.last.click(timeout=PATIENCE)

    async def say(self, text: str) -> None:
        """Type and send a text."""
        await self.page.get_by_role("textbox", name="输入消息").fill(text)
        await self.page.get_by_role("button", name="发送 Send").click()

    async def attach(self, picture: Path, how: str = "照片") -> None:
        """Send a picture from disk, as a photo or as a file (文件)."""
        await self.page.get_by_role("button", name="附件 Attach").click()
        async with self.page.expect_file_chooser(timeout=PATIENCE) as choosing:
            await self.page.get_by_role("menuitem", name=re.compile(f"^{how}")).click()
        await (await choosing.value).set_files(picture)

    async def send_sample(self, name: str) -> None:
        """Send one of the sample documents that the page draws."""
        await self.page.get_by_role("button", name="附件 Attach").click()
        await self.page.get_by_role("menuitem", name=name).click()

    async def see(self, words: str) -> Locator:
        """Wait until the conversation shows the text; return its last occurrence."""
        place = self.log.get_by_text(_as_shown(words)).last
        await place.wait_for(timeout=PATIENCE)
        return place

    async def see_in_view(self, words: str) -> None:
        """Wait until the text is visible without scrolling."""
        await expect(await self.see(words)).to_be_in_viewport(timeout=PATIENCE)

    async def see_toast(self, words: str) -> None:
        """Wait for a toast."""
        await self.page.get_by_role("status").get_by_text(_as_shown(words)).wait_for(timeout=PATIENCE)

    async def sms_code(self) -> str:
        """Return the newest code on the telephone, which a narrow page shows behind a button."""
        entry = self.page.locator(".phone").get_by_text(re.compile(r"^\d{6}$")).first
        await entry.wait_for(state="attached", timeout=PATIENCE)
        hidden = not await entry.is_visible()
        if hidden:
            await self.page.get_by_role("button", name="电话与时钟").click()
        code = await entry.inner_text()
        if hidden:
            await self.page.get_by_role("button", name="关闭 Close").click()
        return code

    async def become(self, name: str) -> None:
        """Switch to another person."""
        await self.page.get_by_role("button", name=re.compile(name)).first.click()


@asynccontextmanager
async def browser_person(
    url: str, *, size: tuple[int, int] = DESKTOP, locale: str = "zh-CN"
) -> AsyncIterator[BrowserPerson]:
    """Open a page in a window of its own, and yield the person using it."""
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(await asyncio.to_thread(CHROMIUM.address, path))
        context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale=locale)
        try:
            yield BrowserPerson(await context.new_page(), url)
        finally:
            await context.close()
            await browser.close()
