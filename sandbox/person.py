"""Drives a bot as a person would: send text, press the button with a label, read the last message.

A person lives inside the sandbox; the bot outside connects over HTTP. Every wait is for an event, with a
deadline; a missed deadline fails with the contents of the screen.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import Sandbox, user_actions
from sandbox.events import Event
from sandbox.people import Message, ReceivedSms
from sandbox.world import CallbackQuery

PATIENCE = 30.0
"""Seconds until a wait fails; in the normal case the event comes much sooner."""
QUIET = 0.1
"""Seconds without a call of the bot after which it counts as idle."""
HESITATION = 0.3
"""Seconds that a person waits for a screen to change before pressing a button on the unchanged screen."""
SCREEN = 6
"""Number of messages that a failure shows."""


KEYBOARD = {0xFEE0 + ord(half): half for half in ",;:!?()"}
"""Chinese punctuation by its ASCII form: tests are written in ASCII, as the code is, and see Chinese."""


def as_typed(shown: str) -> str:
    """Return the text shown, in ASCII punctuation."""
    return shown.translate(KEYBOARD)


class NotSeen(AssertionError):
    """An expected text or button did not appear; the message contains the screen."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button on the screen."""

    label: str
    data: str = ""
    """The callback data of an inline button; empty if it has none."""
    raw: Any = None


@dataclass(frozen=True, slots=True)
class Toast:
    """The response to a press."""

    text: str
    alert: bool


class Shown:
    """A message as a person sees it."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.body = message.body

    @property
    def message_id(self) -> int:
        return self.message.message_id

    @property
    def text(self) -> str:
        """The text; empty for a picture."""
        return as_typed(str(self.body.get("text", "")))

    @property
    def caption(self) -> str:
        """The caption of a picture or file."""
        return as_typed(str(self.body.get("caption", "")))

    @property
    def words(self) -> str:
        """Text or caption, or title and address of a venue."""
        venue = self.body.get("venue") or {}
        place = f"{venue.get('title', '')} {venue.get('address', '')}".strip()
        return self.text or self.caption or place

    @property
    def rows(self) -> list[list[Button]]:
        """The inline buttons, row by row."""
        keyboard = self.body.get("reply_markup", {}).get("inline_keyboard", [])
        return [
            [Button(as_typed(one["text"]), one.get("callback_data", ""), one) for one in row]
            for row in keyboard
        ]

    @property
    def buttons(self) -> list[str]:
        """The labels of the inline buttons."""
        return [button.label for row in self.rows for button in row]

    @property
    def photo(self) -> str | None:
        """The file id of the picture in full size, or None."""
        sizes = self.body.get("photo")
        return str(sizes[-1]["file_id"]) if sizes else None

    @property
    def document(self) -> str | None:
        document = self.body.get("document")
        return str(document["file_id"]) if document else None

    @property
    def from_bot(self) -> bool:
        return self.message.from_bot

    def __repr__(self) -> str:
        """Show the sender, the text, and the buttons."""
        who = "bot" if self.from_bot else "me "
        kind = "" if self.message.kind == "text" else f"[{self.message.kind}] "
        rows = "".join(f"\n        | {' | '.join(button.label for button in row)}" for row in self.rows)
        return f"#{self.message_id} {who}: {kind}{self.words!r}{rows}"


class Person:
    """A user of the messenger's app."""

    def __init__(self, sandbox: Sandbox, chat_id: int) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self.me = self.world.people[chat_id]
        self.toasts: list[Toast] = []
        self._touched: list[int] = []
        self._acted = False
        self._news = asyncio.Event()
        self.world.events.watchers.append(self._notice)
        sandbox.api.watchers.append(self._called)

    def leave(self) -> None:
        """Stop watching."""
        self.world.events.watchers.remove(self._notice)
        self.sandbox.api.watchers.remove(self._called)

    def _notice(self, event: Event) -> None:
        if event.chat_id == self.me.chat_id:
            if event.kind in {"message", "edit"}:
                self._touched.append(event.data["message"]["message_id"])
            elif event.kind == "answer":
                self.toasts.append(Toast(as_typed(event.data["text"]), event.data["alert"]))
        self._news.set()

    def _called(self, _method: str) -> None:
        self._news.set()

    @property
    def history(self) -> list[Shown]:
        """All messages of the chat, oldest first."""
        return [Shown(message) for message in self.me.messages.values()]

    @property
    def last(self) -> Shown:
        """The bot's last message.

        Raises:
            NotSeen: it has sent none.
        """
        shown = next((shown for shown in reversed(self.history) if shown.from_bot), None)
        if shown is None:
            raise NotSeen(f"the bot has not written yet\n{self.screen()}")
        return shown

    @property
    def keys(self) -> list[str]:
        """The labels of the reply keyboard."""
        rows = (self.me.keyboard or {}).get("keyboard", [])
        return [as_typed(str(one["text"])) for row in rows for one in row]

    def screen(self) -> str:
        """Return the current screen, for failure messages."""
        lines = [f"    {shown!r}" for shown in self.history[-SCREEN:]] or ["    (nothing)"]
        if self.keys:
            lines.append(f"    keys: {' | '.join(self.keys)}")
        if self.toasts:
            lines.append(f"    last toast: {self.toasts[-1].text!r}")
        if self.sandbox.refusals:
            lines.append(f"    last refusal of the API: {self.sandbox.refusals[-1]}")
        return "\n".join([f"on the screen of {self.me.spec.name}:", *lines])

    def _begin(self) -> None:
        self._touched.clear()
        self._acted = True

    async def say(self, text: str, *, reply_to: int | None = None) -> None:
        """Send a text or a command."""
        self._begin()
        user_actions.say(self.world, self.me, text, reply_to)

    async def edit(self, message: Shown, text: str) -> None:
        """Edit a text that was sent."""
        self._begin()
        user_actions.edit(self.world, self.me, message.message_id, text)

    async def send_photo(self, data: bytes, caption: str = "") -> None:
        """Send a picture as a photo; the app shrinks it."""
        self._begin()
        user_actions.send_photo(self.world, self.me, data, caption)

    async def send_album(self, pictures: Sequence[bytes], album: str = "13000000000000001") -> None:
        """Send pictures as an album."""
        self._begin()
        for data in pictures:
            user_actions.send_photo(self.world, self.me, data, album=album)

    async def send_file(
        self, data: bytes, name: str, mime: str = "application/octet-stream", caption: str = ""
    ) -> None:
        """Send a file unchanged."""
        self._begin()
        user_actions.send_file(self.world, self.me, data, name=name, mime=mime, caption=caption)

    async def send_contact(self, *, of: "Person | None" = None) -> None:
        """Share one's own contact, or another person's."""
        self._begin()
        user_actions.share_contact(self.world, self.me, of=None if of is None else of.me)

    def block(self) -> None:
        user_actions.set_blocked(self.world, self.me, blocked=True)

    def unblock(self) -> None:
        """Unblock the bot."""
        user_actions.set_blocked(self.world, self.me, blocked=False)

    async def press(self, label: str, *, within: float = PATIENCE, answered: bool = True) -> None:
        """Press the button with a label on the latest message that has it, or else on the reply keyboard.

        An exact label wins over one that contains the text. The button may still have to appear; one that was
        there before is pressed only after the last action has changed its message, or evidently will not.

        Args:
            label: the button's label, or a part of it.
            within: seconds to wait for the button, and again for the answer to the press.
            answered: whether to wait for the bot's answer; otherwise only the button is waited for.

        Raises:
            NotSeen: no such button, or the press was not answered.
        """
        await self._until(lambda: self._find(label) is not None, within, f"no button {label!r}")
        message_id, button = self._found(label)
        if answered and self._acted and message_id is not None and message_id not in self._touched:
            await self._looks_again(message_id, within)
            await self._until(lambda: self._find(label) is not None, within, f"no button {label!r}")
            message_id, button = self._found(label)
        self._begin()
        if message_id is None:
            user_actions.press_reply(self.world, self.me, button.raw)
        elif button.data:
            query = self.press_raw(button.data, message_id)
            if answered:
                await self._until(lambda: query.answered, within, f"the press of {label!r} was not answered")
        elif "copy_text" not in button.raw and "url" not in button.raw:
            raise NotSeen(f"button {label!r} does nothing\n{self.screen()}")

    def press_raw(self, data: str, message: int | Shown) -> CallbackQuery:
        """Press a button by its data, even of an old message or of none at all."""
        self._begin()
        message_id = message if isinstance(message, int) else message.message_id
        return user_actions.press_data(self.world, self.me, message_id, data)

    def button(self, label: str) -> Button:
        return self._found(label)[1]

    def _found(self, label: str) -> tuple[int | None, Button]:
        found = self._find(label)
        if found is None:
            raise NotSeen(f"no button {label!r}\n{self.screen()}")
        return found

    async def _looks_again(self, message_id: int, within: float) -> None:
        """Wait until a message changes, or nothing has happened for a while."""
        settling = asyncio.ensure_future(self.settled(quiet=HESITATION, within=within))
        changing = asyncio.ensure_future(
            self._until(lambda: message_id in self._touched, within, "the message did not change")
        )
        await asyncio.wait({settling, changing}, return_when=asyncio.FIRST_COMPLETED)
        settling.cancel()
        changing.cancel()
        await asyncio.gather(settling, changing, return_exceptions=True)

    def _find(self, label: str) -> tuple[int | None, Button] | None:
        for matches in (label.__eq__, lambda words: label in words):
            found = next((button for button in self._buttons() if matches(button[1].label)), None)
            if found is not None:
                return found
        return None

    def _buttons(self) -> Iterator[tuple[int | None, Button]]:
        for shown in reversed(self.history):
            for row in shown.rows:
                for button in row:
                    yield shown.message_id, button
        for row in (self.me.keyboard or {}).get("keyboard", []):
            for one in row:
                yield None, Button(as_typed(one["text"]), "", one)

    async def see(self, *words: str, within: float = PATIENCE, fresh: bool = False) -> Shown:
        """Wait until a message contains all the texts, and return it.

        It searches the messages that arrived or changed since this person's last action, newest first, and
        (unless ``fresh``) the bot's last message, however old.

        Raises:
            NotSeen: none appears in time.
        """
        wanted = " and ".join(repr(word) for word in words)
        await self._until(lambda: self._seen(words, fresh=fresh) is not None, within, f"did not see {wanted}")
        found = self._seen(words, fresh=fresh)
        if found is None:
            raise NotSeen(f"did not see {wanted}\n{self.screen()}")
        return found

    def _seen(self, words: tuple[str, ...], *, fresh: bool) -> Shown | None:
        for shown in self._candidates(fresh=fresh):
            if shown.from_bot and all(word in shown.words for word in words):
                return shown
        return None

    def _candidates(self, *, fresh: bool) -> Iterator[Shown]:
        for message_id in reversed(self._touched):
            if message_id in self.me.messages:
                yield Shown(self.me.messages[message_id])
        if not fresh:
            yield from [shown for shown in self.history if shown.from_bot][-1:]

    async def see_toast(self, words: str, *, within: float = PATIENCE) -> Toast:
        """Wait for the answer to a press that contains the text.

        Raises:
            NotSeen: none appears in time.
        """
        await self._until(
            lambda: any(words in toast.text for toast in self.toasts), within, f"no toast {words!r}"
        )
        return next(toast for toast in reversed(self.toasts) if words in toast.text)

    async def settled(self, *, quiet: float = QUIET, within: float = PATIENCE) -> None:
        """Wait until the bot has fetched all updates, answered all presses and made no call for a while.

        Raises:
            NotSeen: it does not become idle.
        """
        deadline = asyncio.get_running_loop().time() + within
        while True:
            self._news.clear()
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise NotSeen(f"the bot did not come to rest\n{self.screen()}")
            try:
                await asyncio.wait_for(self._news.wait(), quiet)
            except TimeoutError:
                if self._at_rest():
                    return

    def _at_rest(self) -> bool:
        return not self.sandbox.api.in_flight and not any(
            update.chat_id == self.me.chat_id for update in self.world.updates.waiting
        )

    @property
    def sms(self) -> list[ReceivedSms]:
        """The text messages on this person's telephone."""
        return self.world.sms_of(self.me)

    async def sms_code(self, *, within: float = PATIENCE, after: int = 0) -> str:
        """Wait for a text message and return its code.

        Args:
            within: seconds to wait.
            after: number of text messages to skip: ``len(person.sms)`` before requesting a new one.

        Raises:
            NotSeen: none arrives in time.
        """
        await self._until(lambda: len(self.sms) > after, within, "no short message came")
        return self.sms[-1].code

    def read_file(self, file_id: str) -> bytes:
        """Return the contents of a picture or file of the chat."""
        return self.world.files.data(self.world.files.files[file_id])

    async def _until(self, true: Callable[[], bool], within: float, otherwise: str) -> None:
        deadline = asyncio.get_running_loop().time() + within
        while not true():
            self._news.clear()
            left = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._news.wait(), max(left, 0))
            except TimeoutError:
                if true():
                    return
                raise NotSeen(f"{otherwise} within {within} s\n{self.screen()}") from None
