"""An owner's walk through the chat page on a telephone, with what each screen must keep to.

No screen is wider than the page; pictures have a text for those who do not see them; where plates are chosen,
the picture and its buttons are visible together. Each screen is stored as a picture.
"""

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from bot.demo.data import IDENTITIES, VEHICLES
from bot.dialog.names import ScreenName
from bot.i18n import formatting
from bot.i18n.language import Language, speaking
from bot.texts import rehearsal
from bot.texts.owner import (
    appeal,
    batch,
    composing,
    holding,
    home,
    last_question,
    preselect,
    receipt,
    registration,
)
from core.values.plates import PlateKind
from tests.browser_person import TELEPHONE, BrowserPerson
from tests.core.sql import sql
from tests.world import OWNER, World

SMALL = (360, 640)
VEHICLE = f"{VEHICLES[0].vin} {VEHICLES[0].certificate}"
TAKEN = next(vehicle.vin for vehicle in VEHICLES if vehicle.registered)
"""The VIN of a vehicle that is registered already."""
Phrase = Callable[[], str]
_COLOURS = 128
_PATIENCE = 30.0  # seconds
_LOOKS_AGAIN = 0.03  # seconds
_LOOKS_AT_MOST = 10
_SETTLES = 250  # milliseconds, longer than the page's animations
_MEASURE = """() => {
  const frame = document.querySelector('#scroll').getBoundingClientRect();
  const items = [...document.querySelectorAll('#messages li.theirs')];
  const shown = items.at(-1).getBoundingClientRect();
  const wide = [...document.querySelectorAll('main *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1);
  });
  const cut = [...document.querySelectorAll('.inline')].filter(one => one.scrollWidth > one.clientWidth + 1);
  return {
    wide: wide.map(one => one.className || one.tagName),
    cut: cut.map(one => one.textContent),
    above: Math.max(0, frame.top - shown.top),
    below: Math.max(0, shown.bottom - frame.bottom),
    mute: [...document.querySelectorAll('#messages img')].map(one => one.alt).filter(alt => alt.length < 15),
  };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the page is looked at."""

    size: tuple[int, int] = TELEPHONE
    scheme: str = "light"
    language: Language = Language.CHINESE

    def __str__(self) -> str:
        return f"{self.size[0]}x{self.size[1]}-{self.scheme}-{self.language}"


class OwnerWalk:
    """Goes through the owner's ways.

    Args:
        world: the running program.
        chat: the browser.
        look: how the page is looked at.
        folder: where the screens are stored as pictures; None if they are not.
    """

    def __init__(self, world: World, chat: BrowserPerson, look: Look, folder: Path | None) -> None:
        self._world = world
        self._chat = chat
        self._look = look
        self._folder = folder
        self._owner = world.person(OWNER)
        self.faults: dict[str, dict[str, Any]] = {}
        """What is wrong, by screen."""

    # --- what an owner does ---------------------------------------------------------------------

    async def presses(self, *labels: str | Phrase) -> None:
        for label in labels:
            words = label if isinstance(label, str) else self._said(label)
            await self._done(self._chat.press(words))

    async def says(self, text: str) -> None:
        await self._done(self._chat.say(text))

    async def _done(self, deed: Awaitable[None]) -> None:
        """Wait until the bot has received what the page sends, and has shown its answer."""
        updates = self._world.sandbox.world.updates
        before = updates.next_id
        await deed
        async with asyncio.timeout(_PATIENCE):
            while not await self._world.store.read(_is_done, before):  # noqa: ASYNC110 - it looks again
                await asyncio.sleep(_LOOKS_AGAIN)

    def _said(self, words: Phrase) -> str:
        with speaking(self._look.language):
            return words()

    # --- what is looked at ----------------------------------------------------------------------

    async def looks(self, name: str, screen: ScreenName | None = None, *, fits: bool = False) -> None:
        """Check what is seen, and store it.

        Args:
            name: of the picture.
            screen: which one it must be; None in a rehearsal, whose screens are not in the database.
            fits: whether all of its message must be visible on a telephone.
        """
        await self._chat.page.wait_for_timeout(_SETTLES)
        await self._chat.page.wait_for_function(
            "() => [...document.querySelectorAll('#messages img')].every(one => one.complete)"
        )
        wrong = await self._wrong(screen, fits=fits)
        for _ in range(_LOOKS_AT_MOST):  # a busy machine scrolls late
            if not wrong:
                break
            await self._chat.page.wait_for_timeout(_SETTLES)
            wrong = await self._wrong(screen, fits=fits)
        if self._folder is not None:
            (self._folder / f"{name}.png").write_bytes(await self._shot())
        if wrong:
            self.faults[name] = wrong

    async def _wrong(self, screen: ScreenName | None, *, fits: bool) -> dict[str, Any]:
        """Return what is wrong with what is seen now."""
        found: dict[str, Any] = await self._chat.page.evaluate(_MEASURE)
        wrong = {what: found[what] for what in ("wide", "cut", "mute") if found[what]}
        if screen is not None and (shown := await self._world.store.read(_screen_of)) != screen:
            wrong["screen"] = shown
        if fits and self._look.size == TELEPHONE and (found["above"] or found["below"]):
            wrong["hidden"] = f"{found['above']} px above, {found['below']} px below"
        return wrong

    async def _shot(self) -> bytes:
        """Return what is seen as a palette image."""
        shot = Image.open(io.BytesIO(await self._chat.page.screenshot(animations="disabled")))
        file = io.BytesIO()
        shot.convert("RGB").quantize(_COLOURS).save(file, "png", optimize=True)
        return file.getvalue()

    # --- the ways -------------------------------------------------------------------------------

    async def everywhere(self) -> None:
        """Walk all ways."""
        await self._begins()
        await self._selects_at_random()
        await self._composes()
        await self._takes()
        await self._looks_around()
        await self._appeals()
        await self._rehearses()

    async def _begins(self) -> None:
        await self._chat.page.emulate_media(color_scheme=self._look.scheme)  # type: ignore[arg-type]
        await self._chat.open(OWNER)
        await self.presses("开始 Start")
        if self._look.language == Language.ENGLISH:
            await self.says("/language")
            await self.presses("English")
            await self.says("/start")
        await self.looks("home", ScreenName.HOME)
        await self.presses(home.PRESELECT)
        await self.looks("consent", ScreenName.CONSENT)
        await self.presses(registration.AGREE)
        await self.looks("office", ScreenName.REG_OFFICE)
        await self.presses("粤K")
        await self.looks("name", ScreenName.REG_NAME)
        await self.says(f"陈晓东 {IDENTITIES[0]}")
        await self.looks("phone", ScreenName.REG_PHONE)
        await self.presses(registration.SEND_CONTACT)
        await self.looks("registration", ScreenName.REG_REVIEW)
        await self.presses(_kind)
        await self.looks("notice", ScreenName.NOTICE)
        await self.presses(preselect.AGREE_NOTICE)
        await self.looks("vin", ScreenName.VIN)
        await self.says(VEHICLE)
        await self.looks("review", ScreenName.REVIEW)
        await self.presses(preselect.START)
        await self.looks("code", ScreenName.CODE)
        await self.says(await self._owner.sms_code())

    async def _selects_at_random(self) -> None:
        await self.looks("before", ScreenName.SELECTING)
        await self._draws(5, first=True)
        await self.looks("batch", ScreenName.SELECTING, fits=True)
        for number, left in enumerate((4, 3, 2, 1), 1):
            await self.presses("③")
            if number == 1:
                await self.looks("question", ScreenName.SURE, fits=True)
            await self.presses(formatting.BACK)
            await self._draws(left)
            await self.looks(f"batch-kept-{number}", ScreenName.SELECTING, fits=True)
        await self.presses(batch.CONFIRM)
        await self.looks("choice", ScreenName.SURE, fits=True)
        await self.presses(formatting.BACK)

    async def _draws(self, left: int, *, first: bool = False) -> None:
        await self.presses(lambda: batch.draw_label(left, first=first))

    async def _composes(self) -> None:
        await self.presses(batch.COMPOSE)
        await self.looks("composing", ScreenName.COMPOSE)
        await self.says("888")
        await self.looks("compose", ScreenName.COMPOSE)
        await self.says("A1234 A5678")
        await self.looks("wishes", ScreenName.COMPOSE)
        await self.presses(composing.SUBMIT)
        await self.looks("submit", ScreenName.TRY)
        await self.presses(composing.BACK_TO_WISHES, holding.TO_HELD)

    async def _takes(self) -> None:
        await self.presses("④", last_question.TAKE)
        await self.looks("receipt", ScreenName.DONE, fits=True)
        await self.presses(receipt.PAPERS)
        await self.looks("papers", ScreenName.DONE)
        await self.presses(formatting.BACK, receipt.LATE)
        await self.looks("late", ScreenName.DONE)
        await self.presses(formatting.BACK, receipt.SHARE)
        await self.looks("share", ScreenName.DONE)

    async def _looks_around(self) -> None:
        for command, screen in _COMMANDS:
            await self.says(command)
            await self.looks(command.strip("/"), screen)

    async def _appeals(self) -> None:
        await self.says("/appeal")
        await self.looks("appeals", ScreenName.APPEALS)
        await self.presses(appeal.NEW)
        await self.looks("appeal-notice", ScreenName.APPEAL_NOTICE)
        await self.presses(appeal.READ)
        await self.looks("appeal-consent", ScreenName.APPEAL_CONSENT)
        await self.presses(appeal.CONSENT)
        await self.looks("appeal-vin", ScreenName.APPEAL_VIN)
        await self.says(TAKEN)
        await self.looks("appeal-reason", ScreenName.APPEAL_REASON)
        await self.says("车是本人新购,从未上过牌,请核对发票。")
        await self.looks("appeal-photo", ScreenName.APPEAL_IDENTITY)
        await self._done(self._chat.send_sample("示例证件照"))
        await self.looks("appeal-second-photo", ScreenName.APPEAL_INVOICE)
        await self._done(self._chat.send_sample("示例购车发票"))
        await self.looks("appeal-review", ScreenName.APPEAL_REVIEW)
        await self.presses(appeal.SUBMIT)
        await self.looks("appeal", ScreenName.APPEAL)

    async def _rehearses(self) -> None:
        await self.says("/rehearse")
        await self.looks("rehearsal")
        await self.presses(home.PRESELECT, _kind, preselect.AGREE_NOTICE, rehearsal.USE_EXAMPLE)
        await self.looks("rehearsal-review")
        await self.presses(preselect.START)
        await self.says(re.findall(r"\d{6}", self._owner.last.text)[-1])
        await self._draws(5, first=True)
        await self.looks("rehearsal-batch")
        await self.presses("③")
        await self.looks("rehearsal-question")
        await self.presses(last_question.TAKE)
        await self.looks("rehearsal-receipt")
        await self.presses(rehearsal.LEAVE)


_COMMANDS = (
    ("/mine", ScreenName.MINE),
    ("/privacy", ScreenName.PRIVACY),
    ("/pool", ScreenName.POOL),
    ("/notify", ScreenName.NOTIFY),
    ("/offices", ScreenName.PROVINCES),
    ("/verify", ScreenName.VERIFY),
    ("/delete", ScreenName.DELETE),
    ("/language", ScreenName.LANGUAGE),
    ("/help", ScreenName.LANGUAGE),
)


def _kind() -> str:
    return formatting.KINDS[PlateKind.SMALL]()


def _is_done(tx: Any, first: int) -> bool:
    """Whether updates from a number on have come, and are all done."""
    states = sql(tx, f"SELECT state FROM inbox WHERE update_id >= {first:d}")  # noqa: S608
    return bool(states) and all(row["state"] == "done" for row in states)


def _screen_of(tx: Any) -> str:
    return str(sql(tx, f"SELECT screen FROM dialog WHERE chat_id = {OWNER}")[0]["screen"])  # noqa: S608
