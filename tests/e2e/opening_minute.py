"""Owners who select at the opening minute: many, without hesitation, each action answered before the next.

They are cheaper than ``Person``: one watcher of the sandbox serves them all, and each acts on events only.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from core.bootstrap import Ports, bootstrap
from core.settings import load_settings
from sandbox import PersonSpec, Sandbox, user_actions
from sandbox.events import Event
from sandbox.people import SandboxUser
from tests.core.tools import ForeseenBytes, verified

FIRST_CHAT = 5000  # as in tests/core/tools.py
BURST = ("/offices", "/mine", "/help")
"""Sent without waiting; only the last one's answer is looked for, and it must come last."""

Shown = tuple[str, list[dict[str, Any]], int]
"""The text, the buttons and the id of the bot's last message."""


async def prepare(config: Path, owners: int) -> None:
    """Bring owners to the selection, without the messenger: registered, with a vehicle and a code."""
    core = await bootstrap(load_settings(config, {}), Ports(random_bytes=ForeseenBytes()))
    try:
        for start in range(0, owners, 4):
            numbers = range(start, min(start + 4, owners))
            await asyncio.gather(*(core.store.run(verified, core, number) for number in numbers))
    finally:
        await core.close()


@dataclass(slots=True, eq=False)
class Owner:
    """One owner: what they wait for, and how long each answer took."""

    me: SandboxUser
    waits_for: Callable[[Shown], bool] | None = None
    appeared: asyncio.Event = field(default_factory=asyncio.Event)
    answered_after: list[float] = field(default_factory=list)  # seconds, of the steps of the selection
    number: str = ""

    def shown(self) -> Shown:
        for message in reversed(self.me.messages.values()):
            if message.from_bot:
                body = message.body
                rows = body.get("reply_markup", {}).get("inline_keyboard", [])
                text = str(body.get("text") or body.get("caption") or "")
                return text, [button for row in rows for button in row], message.message_id
        return "", [], 0


class Crowd:
    """All owners of a sandbox, and the order of what they have sent.

    Args:
        sandbox: where they live.
        owners: how many select.
        bystanders: how many others only send commands (``go_on``).
        spread: seconds over which they arrive.
        thinks: seconds between seeing a screen and pressing, at least and at most.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        owners: int,
        *,
        bystanders: int = 0,
        spread: float = 0.0,
        thinks: tuple[float, float] = (0.0, 0.0),
        seed: int = 20261128,
    ) -> None:
        self._world = sandbox.world
        self._dice = random.Random(seed)
        self._spread, self._thinks = spread, thinks
        everybody = [Owner(self._world.people[FIRST_CHAT + n]) for n in range(owners + bystanders)]
        self.owners, self.bystanders = everybody[:owners], everybody[owners:]
        self._by_chat = {owner.me.chat_id: owner for owner in everybody}
        self.steps = 0
        self.draws = 0
        """More than there are owners, if a batch ended before its owner had pressed."""
        self._reached: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.sent: dict[int, tuple[int, str]] = {}
        """By update id: the chat, and the kind; the sandbox keeps each kind of a chat in order."""
        self._world.events.watchers.append(self._notice)
        push = self._world.updates.push

        def pushed(kind: str, body: dict[str, Any], *, chat_id: int, user_id: int) -> int | None:
            update_id = push(kind, body, chat_id=chat_id, user_id=user_id)
            if update_id is not None:
                self.sent[update_id] = (chat_id, kind)
            return update_id

        self._world.updates.push = pushed  # type: ignore[method-assign]

    def _notice(self, event: Event) -> None:
        owner = self._by_chat.get(event.chat_id)
        if owner is None or event.kind not in {"message", "edit"} or owner.waits_for is None:
            return
        if owner.waits_for(owner.shown()):
            owner.waits_for = None
            owner.appeared.set()

    async def _sees(self, owner: Owner, act: Callable[[], object], until: Callable[[Shown], bool]) -> float:
        """Act, and wait for a screen; return after how many seconds it came."""
        owner.appeared.clear()
        owner.waits_for = until
        began = monotonic()
        act()
        await owner.appeared.wait()
        return monotonic() - began

    async def _steps(self, owner: Owner, act: Callable[[], object], until: Callable[[Shown], bool]) -> None:
        owner.answered_after.append(await self._sees(owner, act, until))
        self.steps += 1
        if (reached := self._reached.get(self.steps)) is not None:
            reached.set()
        await asyncio.sleep(self._dice.uniform(*self._thinks))

    def _press(self, owner: Owner, label: str) -> str:
        _, buttons, message_id = owner.shown()
        chosen = self._dice.choice([button for button in buttons if label in button["text"]])
        user_actions.press_data(self._world, owner.me, message_id, chosen["callback_data"])
        return str(chosen["text"])

    async def _selects(self, owner: Owner) -> None:
        await asyncio.sleep(self._dice.uniform(0, self._spread))
        say = partial(user_actions.say, self._world, owner.me)
        await self._steps(owner, partial(say, "/preselect"), _has("【随机一次"))
        while not _is_receipt(owner.shown()):
            await self._goes_on_from(owner)

    async def _goes_on_from(self, owner: Owner) -> None:
        """Take the step of the screen as it is now; it may have changed while the owner was thinking."""
        shown = owner.shown()
        if _has("确定选用")(shown):
            await self._steps(
                owner, partial(self._press, owner, "确定选用"), _any_of(_is_receipt, _has_ended)
            )
        elif _has("粤K·")(shown):
            await self._steps(owner, partial(self._picks, owner), _any_of(_has("确定选用"), _has_ended))
        elif _has_ended(shown):
            self.draws += 1
            draw = "【随机一次" if _has("【随机一次")(shown) else "【换一批"
            await self._steps(owner, partial(self._press, owner, draw), _has("粤K·"))
        else:
            await asyncio.sleep(0.05)

    def _picks(self, owner: Owner) -> None:
        owner.number = self._press(owner, "粤K·")

    async def select(self) -> None:
        """Let all of them select, from the page of step 5 to the receipt."""
        await asyncio.gather(*(self._selects(owner) for owner in self.owners))

    async def reach(self, share: float) -> None:
        """Wait until a share of all steps has been answered."""
        goal = int(share * 4 * len(self.owners))
        if self.steps < goal:
            await self._reached[goal].wait()

    async def go_on(self, end: asyncio.Event) -> int:
        """Let the bystanders send bursts of commands until the end; return how many bursts were answered."""
        return sum(await asyncio.gather(*(self._goes_on(owner, end) for owner in self.bystanders)))

    async def _goes_on(self, owner: Owner, end: asyncio.Event) -> int:
        bursts = 0
        while not end.is_set():
            before = owner.shown()[2]
            await self._sees(owner, partial(self._burst, owner), partial(_is_help_after, before))
            bursts += 1
            await asyncio.sleep(self._dice.uniform(0.5, 1.5))
        return bursts

    def _burst(self, owner: Owner) -> None:
        for words in BURST:
            user_actions.say(self._world, owner.me, words)

    def out_of_order(self, handled: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the chats and updates that were handled after a later one of their kind.

        Args:
            handled: chats and updates, in the order in which they took effect.
        """
        newest: dict[tuple[int, str], int] = {}
        late = []
        for chat_id, update_id in handled:
            lane = self.sent[update_id]
            if update_id < newest.get(lane, 0):
                late.append((chat_id, update_id))
            newest[lane] = max(update_id, newest.get(lane, 0))
        return late

    def stuck(self) -> list[tuple[int, Shown]]:
        """Return who waits for an answer, and before which screen."""
        everybody = (*self.owners, *self.bystanders)
        return [(owner.me.chat_id, owner.shown()) for owner in everybody if owner.waits_for is not None]

    def latencies(self) -> list[float]:
        """Return the seconds after which each step was answered, in order."""
        return sorted(second for owner in self.owners for second in owner.answered_after)

    def numbers(self) -> Counter[str]:
        return Counter(owner.number for owner in self.owners)


def _has(label: str) -> Callable[[Shown], bool]:
    return lambda shown: any(label in button["text"] for button in shown[1])


def _any_of(*conditions: Callable[[Shown], bool]) -> Callable[[Shown], bool]:
    return lambda shown: any(condition(shown) for condition in conditions)


def _is_receipt(shown: Shown) -> bool:
    return "第6步" in shown[0]


def _has_ended(shown: Shown) -> bool:
    """Whether a batch or a number was held no longer: on a crowded machine its message comes too late."""
    is_before_draw = _any_of(_has("【随机一次"), _has("【换一批"))
    return is_before_draw(shown) and not _has("粤K·")(shown)


def _is_help_after(before: int, shown: Shown) -> bool:
    return shown[2] > before and "预选号牌怎么用" in shown[0]


def people_at_opening(count: int) -> list[PersonSpec]:
    return [PersonSpec(chat_id=FIRST_CHAT + n, first_name=f"{n}", last_name="车主") for n in range(count)]
