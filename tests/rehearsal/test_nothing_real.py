"""Any sequence of actions in a rehearsal writes nothing real, and marks everything."""

import hashlib
import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.pictures.batch import BatchPicture
from bot.pictures.receipt import ReceiptPicture
from bot.pictures.single_plate import PlatePicture
from bot.texts.pictures import REHEARSAL_MARK
from core.bootstrap import Core
from core.clock import FixedClock
from core.db import MemoryDatabase, MemoryStore
from tests import factories
from tests.core.sql import dump
from tests.core.tools import NOON, build, release, verified
from tests.rehearsal.chats import CODE, TO_SELECTION, Chats, Screen

OWNER, STRANGER = 5000, 9000
OWN = frozenset({"dialog", "inbox"})
STEPS, WALKS = 80, 4
NONSENSE = (
    "",
    "hello",
    "A8888 A6666",
    "A2357",
    "1111 2222 3333",
    "00000",
    factories.VIN,
    factories.vin(7),
    "LRWTESTX7RC000019",
    factories.CERTIFICATE,
    "TEST2026",
    "<b>&",
    "/help",
    "/rehearse",
    "/nonsense",
    "9" * 500,
)
LEADS_OUT = "退出模拟"
MARKED = re.compile(f"{REHEARSAL_MARK}|^〔模拟〕")
"""On a screen, or in a toast."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def core(clock: FixedClock) -> AsyncIterator[Core]:
    """The services on a real database that is quick, with an owner who is selecting."""
    built = await build(MemoryStore(MemoryDatabase(clock)), clock)
    await built.store.run(release, built, "A####")
    await built.store.run(verified, built, 0)
    yield built
    await built.close()


async def digest(core: Core) -> dict[str, str]:
    """Return the contents of each table except the conversations' own."""
    rows = await core.store.read(dump)
    return {
        name: hashlib.sha256("\n".join(rows[name]).encode()).hexdigest() for name in rows if name not in OWN
    }


async def walk(chats: Chats, clock: FixedClock, chat: int, dice: random.Random) -> list[Screen]:
    """Press and type at random while time passes; return the screens."""
    seen = []
    for _ in range(STEPS):
        shown = chats.screen(chat)
        labels = [label for label in shown.buttons if LEADS_OUT not in label]
        if labels and dice.random() < 0.75:
            await chats.press(chat, shown.buttons[dice.choice(labels)])
        else:
            code = "模拟短信" in shown.words and dice.random() < 0.8
            await chats.do(chat, CODE if code else dice.choice(NONSENSE))
        seen.append(chats.screen(chat))
        if dice.random() < 0.2:
            clock.advance(timedelta(seconds=dice.choice((9, 40, 95, 400))))
            await chats.engine.redraw(chat)
    return seen


@pytest.mark.parametrize("chat", [OWNER, STRANGER])
async def test_no_walk_through_a_rehearsal_writes_anything_real(
    core: Core, clock: FixedClock, chat: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for picture in (BatchPicture, PlatePicture, ReceiptPicture):  # rendering has tests of its own
        monkeypatch.setattr(picture, "render", lambda self: self.key.encode())
    chats = await Chats.on(core)
    await chats.do(chat, "/start")
    before, told = await digest(core), len(chats.messenger.told)
    seen = []
    for number in range(WALKS):
        await chats.do(
            chat, *((*TO_SELECTION, "【随机一次") if number % 2 else ("/rehearse", "【预选号牌】"))
        )
        seen += await walk(chats, clock, chat, random.Random(number))
    assert await digest(core) == before
    assert chats.sent_codes == 0
    assert len({unknown.words.splitlines()[1][:12] for unknown in seen}) > 10
    assert {unknown.picture.partition(b":")[0] for unknown in seen} == {b"", b"rehearsal"}
    unmarked = [words for _, words in chats.messenger.told[told:] if not MARKED.search(words)]
    assert unmarked == []


async def test_same_walk_outside_of_a_rehearsal_is_seen_to_write(core: Core, clock: FixedClock) -> None:
    """The control: the comparison detects the writes of a real walk."""
    chats = await Chats.on(core)
    await chats.do(OWNER, "/preselect")
    before = await digest(core)
    await chats.do(OWNER, "【随机一次")
    await walk(chats, clock, OWNER, random.Random(1))
    after = await digest(core)
    assert {name for name in after if after[name] != before[name]} >= {"hold", "draw", "vehicle"}
