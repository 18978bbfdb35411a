"""Conversations of the program with a messenger that answers at once: fast enough for long random walks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

from telegram import InlineKeyboardMarkup

from bot.bot_api import client
from bot.desk.commands import DESK
from bot.dialog.cosmetics import Cosmetics
from bot.dialog.effect_runner import EffectHandlers
from bot.dialog.engine import Engine
from bot.dialog.events import Command, Event, Press, Typed
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.presenter import Presenter
from bot.dialog.rehearsal import RehearsalRunner
from bot.dialog.rehearsal_transition import RehearsalTransition
from bot.dialog.result import Request
from bot.dialog.transition import Transition
from bot.inbox import Lease, WorkerInbox
from bot.rehearsal.kinds import RunnerOfKinds
from bot.rehearsal.practice import PracticeRunner
from bot.rehearsal.practice_photos import PracticePhotos
from bot.rehearsal.runner import MemoryRehearsalRunner
from bot.routing.hooks import engine_hooks
from bot.routing.screens import BY_NAME
from core.bootstrap import Core
from core.rehearsal import prepare
from core.rehearsal.practice import prepare_practice
from tests import factories

TO_TERMS: Sequence[str] = (
    "/rehearse",
    "【预选号牌】",
    "小型汽车",
    "【阅读并同意】",
    f"{factories.VIN} {factories.CERTIFICATE}",
)
"""The inputs from the first command to the review, with the service terms."""
HOOKS = engine_hooks(lambda: "xuanhao_bot")
CODE = ""
"""Placeholder for the code on the screen."""
TO_SELECTION: Sequence[str] = (*TO_TERMS, "【开始选号】", CODE)
_CODE = re.compile(r"<code>(\d{6})</code>")


@dataclass(kw_only=True)
class Screen:
    """The screen of a chat."""

    words: str = ""
    buttons: dict[str, str] = field(default_factory=dict)
    picture: bytes = b""


class Messenger:
    """Accepts every call, and remembers the screen of each chat and everything ever sent."""

    def __init__(self) -> None:
        self.screens: dict[int, Screen] = {}
        self.told: list[tuple[int, str]] = []
        self.pressers: dict[str, int] = {}

    async def send_message(self, chat_id: int, text: str, **given: Any) -> object:
        if "reply_parameters" in given:  # it stands alone
            self.told.append((chat_id, text))
            return SimpleNamespace(message_id=2)
        return self._show(chat_id, text, given)

    async def send_photo(self, chat_id: int, photo: bytes, caption: str, **given: Any) -> object:
        return self._show(chat_id, caption, given, photo)

    async def edit(self, method: str, parameters: dict[str, Any], _lane: str | None = None) -> None:
        chat_id = parameters["chat_id"]
        match method:
            case "editMessageText":
                self._show(chat_id, parameters["text"], parameters)
            case "editMessageCaption":
                self._show(chat_id, parameters["caption"], parameters, self.screens[chat_id].picture)
            case "editMessageMedia":
                file = parameters["picture"].input_file_content
                self._show(chat_id, parameters["media"]["caption"], parameters, file)

    async def answer_callback_query(self, query_id: str, text: str | None, **_: object) -> None:
        if text:
            self.told.append((self.pressers[query_id], text))

    async def delete_message(self, *_: object, **_given: object) -> None:
        pass

    async def edit_message_reply_markup(self, *_: object, **_given: object) -> None:
        pass

    def _show(self, chat_id: int, words: str, given: dict[str, Any], picture: bytes = b"") -> object:
        markup = given.get("reply_markup") or {}
        if not isinstance(markup, dict):
            markup = markup.to_dict() if isinstance(markup, InlineKeyboardMarkup) else {}
        rows = markup.get("inline_keyboard", ())
        buttons = {one["text"]: one["callback_data"] for row in rows for one in row}
        self.screens[chat_id] = Screen(words=words, buttons=buttons, picture=picture)
        self.told.append((chat_id, words))
        return SimpleNamespace(message_id=1)


class Chats:
    """The conversations on a store; every chat has one message, which is always current.

    ``beside`` is another worker on the same store, with the same messenger.
    """

    def __init__(
        self, core: Core, runner: RehearsalRunner, codec: CallbackCodec, beside: "Chats | None" = None
    ) -> None:
        self.messenger: Messenger = beside.messenger if beside else Messenger()
        self.sent_codes = 0
        self._numbers: Iterator[int] = beside._numbers if beside else count(1)
        lease = Lease(worker="chats", span=timedelta(hours=1), is_alone=True)
        self._inbox = WorkerInbox(core.store, core.vault, lease)
        transition = Transition(core, BY_NAME, codec, HOOKS)
        self.engine = Engine(
            core,
            HOOKS.first_screen,
            transition,
            RehearsalTransition(transition, codec, HOOKS, runner),
            Presenter(cast("client.Messenger", self.messenger), codec, Cosmetics()),
            EffectHandlers(
                send_code=self._send_code,
                send_file=_nothing,
                send_journal=_nothing,
                check=_nothing,
                look_up=_nothing,
                load_vehicles=_nothing,
                confirm=_nothing,
                read=_nothing,
                delete_message=_nothing,
                refresh_menu=_nothing,
            ),
        )

    @classmethod
    async def on(cls, core: Core, beside: "Chats | None" = None) -> "Chats":
        """Create conversations on the services."""
        codec = CallbackCodec(core.vault)
        runner = RunnerOfKinds(
            selection=MemoryRehearsalRunner(await prepare(core), BY_NAME, codec, HOOKS),
            desk=PracticeRunner(
                await prepare_practice(core, PracticePhotos()), BY_NAME, codec, HOOKS, frozenset(DESK)
            ),
        )
        return cls(core, runner, codec, beside)

    def screen(self, chat: int) -> Screen:
        return self.messenger.screens.setdefault(chat, Screen())

    async def do(self, chat: int, *acts: str) -> Screen:
        """Press the buttons with these labels, or type the texts, in sequence; return the screen."""
        for act in acts:
            await self._do(chat, act)
        return self.screen(chat)

    async def press(self, chat: int, data: str) -> None:
        """Press a button, wherever it is."""
        query_id = str(next(self._numbers))
        self.messenger.pressers[query_id] = chat
        await self._handle(chat, Press(data=data, query_id=query_id, message_id=1))

    async def _do(self, chat: int, act: str) -> None:
        shown = self.screen(chat)
        data = next((data for label, data in shown.buttons.items() if act and act in label), None)
        if data is not None:
            await self.press(chat, data)
        elif act.startswith("/"):
            name, _, rest = act[1:].partition(" ")
            await self._handle(chat, Command(name=name, arguments=rest))
        else:
            code = _CODE.search(shown.words)
            await self._handle(chat, Typed(text=act or (code[1] if code else "?")))

    async def _handle(self, chat: int, event: Event) -> None:
        raw = {"update_id": next(self._numbers), "message": {"chat": {"id": chat}}}
        (update,) = (await self._inbox.add([raw])).updates
        request = Request(
            chat_id=chat, update_id=update.update_id, received_at=update.received_at, event=event
        )
        await self.engine.handle(request)

    async def _send_code(self, _code_id: int) -> None:
        self.sent_codes += 1


async def _nothing(*_: object) -> Any:
    return None
