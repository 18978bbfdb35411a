"""Record the moving picture of the README: an owner of the demo, from /start to the receipt, on a telephone.

    python tools/make_readme_picture.py [FILE]      docs/pictures/from-start-to-receipt.gif by default

Starts ``xuanhao demo`` in a folder of its own and uses its page in chromium. Each frame shows a screen with
the button that is pressed next outlined, or with the text that is sent next. Numbers differ from run to run.
"""

import asyncio
import io
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image
from playwright.async_api import Locator, Page

from bot.demo.data import IDENTITIES, OWNERS, VEHICLES
from bot.i18n import formatting
from bot.i18n.language import Language, speaking
from bot.texts.owner import batch, home, last_question, preselect, receipt, registration
from core.values.plates import PlateKind
from tests.browser_person import TELEPHONE, BrowserPerson, browser_person

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs/pictures/from-start-to-receipt.gif"
MOST_BYTES = 1_500_000
COLOURS = 96
SHORT, LONG = 1300, 3000
"""How long a frame stays, in milliseconds; the screens worth reading stay longer."""
_STARTS = 60  # seconds
_SETTLES = 400  # milliseconds, longer than the page's animations
_OUTLINE = "one => { one.style.outline = '4px solid #e8590c'; one.style.outlineOffset = '1px'; }"


class Film:
    """Frames of the page, with how long each is shown."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: list[Image.Image] = []
        self._durations: list[int] = []

    async def add(self, milliseconds: int = SHORT) -> None:
        await self._page.wait_for_timeout(_SETTLES)
        await self._page.wait_for_function(
            "() => [...document.querySelectorAll('#messages img')].every(one => one.complete)"
        )
        shot = Image.open(io.BytesIO(await self._page.screenshot(animations="disabled")))
        self._frames.append(shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE))
        self._durations.append(milliseconds)

    def save(self, file: Path) -> None:
        """Raises ValueError if the file would be larger than ``MOST_BYTES``."""
        made = io.BytesIO()
        first, *others = self._frames
        first.save(
            made, "gif", save_all=True, append_images=others, duration=self._durations, loop=0, optimize=True
        )
        if made.tell() > MOST_BYTES:
            raise ValueError(f"{made.tell():,} bytes; at most {MOST_BYTES:,}")
        file.write_bytes(made.getvalue())
        print(f"{file}: {len(self._frames)} frames, {made.tell():,} bytes")


class Owner:
    """Presses and types as an owner, and films what is seen before each input."""

    def __init__(self, chat: BrowserPerson, film: Film) -> None:
        self._chat = chat
        self._film = film

    async def presses(self, label: str, milliseconds: int = SHORT) -> None:
        button = await self.sees_button(label)
        await button.evaluate(_OUTLINE)
        await self._film.add(milliseconds)
        await self._chat.press(label)

    async def says(self, question: str, text: str, milliseconds: int = SHORT) -> None:
        """Type a text once the question is shown."""
        await self._chat.see(question)
        await self._chat.page.get_by_role("textbox", name="输入消息").fill(text)
        await self._film.add(milliseconds)
        await self._chat.say(text)

    async def sees_button(self, label: str) -> Locator:
        button = self._chat.page.get_by_role("main").get_by_role("button", name=label).last
        await button.wait_for()
        return button


async def _select(chat: BrowserPerson, film: Film) -> None:
    owner, vehicle = Owner(chat, film), VEHICLES[0]
    await chat.open(OWNERS[0].chat_id)
    await owner.presses("开始 Start")
    await owner.presses(home.PRESELECT())
    await owner.presses(registration.AGREE())
    await owner.presses("粤K")
    await owner.says("姓名", f"陈晓东 {IDENTITIES[0]}")
    await owner.presses(registration.SEND_CONTACT())
    await owner.presses(formatting.KINDS[PlateKind.SMALL]())
    await owner.presses(preselect.AGREE_NOTICE())
    await owner.says("车辆识别代号", f"{vehicle.vin} {vehicle.certificate}")
    await owner.presses(preselect.START(), LONG)
    await owner.says("验证码", await chat.sms_code())
    await owner.presses(batch.draw_label(5, first=True))
    await owner.presses("③", LONG)
    await owner.presses(last_question.TAKE(), LONG)
    await owner.sees_button(receipt.PAPERS())
    await film.add(2 * LONG)


@asynccontextmanager
async def _demo(folder: Path) -> AsyncIterator[str]:
    """Run the demo; yield the address of its page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ("-m", "bot", "demo", "--port", str(port), "--data", str(folder))
    running = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _answers(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        running.terminate()
        await running.wait()


async def _answers(port: int) -> None:
    """Wait until the page can be opened."""
    async with asyncio.timeout(_STARTS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.2)
            else:
                writer.close()
                return


async def main(file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with _demo(Path(folder, "demo")) as address, browser_person(address, size=TELEPHONE) as chat:
            film = Film(chat.page)
            with speaking(Language.CHINESE):
                await _select(chat, film)
    film.save(file)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE))
