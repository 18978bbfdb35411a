"""The state of a sandbox: people and their chats, files, updates, presses, text messages, the clock."""

import itertools
import secrets
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.clock import MovableClock
from sandbox.errors import ApiError, bad
from sandbox.events import Events
from sandbox.files import FileStore
from sandbox.people import BotSpec, Message, PersonSpec, ReceivedSms, SandboxUser, by_chat
from sandbox.updates import PRESS_LIFE, UpdateQueue

QUERIES_KEPT = 10_000
NOTES_KEPT = 1_000


@dataclass(slots=True, kw_only=True)
class CallbackQuery:
    """A callback query that waits for its answer."""

    query_id: str
    chat_id: int
    message_id: int
    data: str
    at: datetime
    answered: bool = False
    text: str = ""
    alert: bool = False


class World:
    """The whole state of a sandbox."""

    def __init__(
        self, clock: MovableClock, bot: BotSpec, people: Iterable[PersonSpec], data_dir: Path | None
    ) -> None:
        self.clock = clock
        self.bot = bot
        self.people: dict[int, SandboxUser] = by_chat(people)
        self.files = FileStore(None if data_dir is None else data_dir / "files")
        self.updates = UpdateQueue(clock.now)
        self.events = Events()
        self.queries: dict[str, CallbackQuery] = {}
        self.commands: dict[tuple[str, int, str], list[dict[str, str]]] = {}
        self.sms: list[ReceivedSms] = []
        self.gateway_down = False
        self.contract_violations: deque[str] = deque(maxlen=NOTES_KEPT)
        self.refusals: deque[tuple[str, str]] = deque(maxlen=NOTES_KEPT)
        self.next_message_id = 1
        self._sms_ids = itertools.count(1)

    def note_violations(self, *violations: str) -> None:
        """Record contract violations, and emit an event for each."""
        for violation in violations:
            self.contract_violations.append(violation)
            self.events.emit("violation", 0, text=violation)

    def note_refusal(self, method: str, description: str) -> None:
        """Record that a call was refused, and emit an event."""
        self.refusals.append((method, description))
        self.events.emit("refusal", 0, method=method, description=description)

    def add_person(self, spec: PersonSpec) -> SandboxUser:
        """Add a person, unless the chat id exists already."""
        return self.people.setdefault(spec.chat_id, SandboxUser(spec=spec, started=spec.started))

    def person(self, chat_id: object) -> SandboxUser:
        """Return a person who has written to the bot.

        Raises:
            ApiError: the id is unknown, or they never wrote to the bot.
        """
        try:
            person = self.people.get(int(str(chat_id)))
        except ValueError:
            person = None
        if person is None or not person.started:
            raise bad("chat not found")
        return person

    def reachable(self, chat_id: object) -> SandboxUser:
        """Return a person to whom the bot may write.

        Raises:
            ApiError: they are unknown, or have blocked the bot.
        """
        person = self.person(chat_id)
        if person.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return person

    def unix_now(self) -> int:
        return int(self.clock.now().timestamp())

    def new_message(self, person: SandboxUser, content: dict[str, Any], *, from_bot: bool) -> dict[str, Any]:
        """Return a Message object that is not in the chat yet."""
        number = self.next_message_id
        self.next_message_id += 1
        sender = self.bot.user() if from_bot else person.user()
        return {
            "message_id": number,
            "from": sender,
            "chat": person.chat(),
            "date": self.unix_now(),
            **content,
        }

    def put(self, person: SandboxUser, message: Message) -> None:
        """Add a message to its chat."""
        person.messages[message.message_id] = message
        if message.keyboard is not None:
            self._set_keyboard(person, message.keyboard)
        if message.from_bot:
            person.unread += 1
        else:
            person.unread = 0
        self.events.emit(
            "message", person.chat_id, message=message.body, keyboard=person.keyboard, unread=person.unread
        )

    @staticmethod
    def _set_keyboard(person: SandboxUser, keyboard: dict[str, Any]) -> None:
        if "keyboard" in keyboard:
            person.keyboard = keyboard
        elif keyboard.get("remove_keyboard"):
            person.keyboard = None

    def edited(
        self, person: SandboxUser, message: Message, body: dict[str, Any], *, silent: bool = False
    ) -> None:
        """Replace the content of a message; ``silent`` if only its buttons change, without an edit date."""
        if not silent:
            body["edit_date"] = self.unix_now()
        message.body = body
        self.events.emit("edit", person.chat_id, message=body)

    def delete(self, person: SandboxUser, message_id: int) -> None:
        message = person.messages.pop(message_id)
        if message.from_bot and person.unread:
            person.unread -= 1
        self.events.emit("delete", person.chat_id, message_id=message_id, unread=person.unread)

    def new_query(self, person: SandboxUser, message_id: int, data: str) -> CallbackQuery:
        """Create a callback query."""
        query = CallbackQuery(
            query_id=str(secrets.randbits(63)),
            chat_id=person.chat_id,
            message_id=message_id,
            data=data,
            at=self.clock.now(),
        )
        self.queries[query.query_id] = query
        while len(self.queries) > QUERIES_KEPT:
            del self.queries[next(iter(self.queries))]
        return query

    def answer(self, query_id: str, text: str, *, alert: bool) -> None:
        """Answer a callback query.

        Raises:
            ApiError: there is no such query, it was answered already, or it is too old.
        """
        query = self.queries.get(query_id)
        if query is None or query.answered or self.clock.now() - query.at > PRESS_LIFE:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        query.answered, query.text, query.alert = True, text, alert
        self.events.emit(
            "answer", query.chat_id, query_id=query_id, message_id=query.message_id, text=text, alert=alert
        )

    def receive_sms(self, phone: str, code: str, purpose: str, text: str = "") -> ReceivedSms:
        """Deliver a text message to the owner of the number, or to the common list."""
        sms = ReceivedSms(
            sms_id=next(self._sms_ids),
            phone=phone,
            code=code,
            purpose=purpose,
            at=self.clock.now().timestamp(),
            text=text,
        )
        self.sms.append(sms)
        owner = self.owner_of(phone)
        self.events.emit("sms", owner.chat_id if owner else 0, sms=sms.body())
        return sms

    def owner_of(self, phone: str) -> SandboxUser | None:
        """Return the person with this phone number, whatever its notation."""
        wanted = _national(phone)
        return next(
            (person for person in self.people.values() if _national(person.spec.phone) == wanted), None
        )

    def sms_of(self, person: SandboxUser) -> list[ReceivedSms]:
        """Return the text messages on a person's telephone, oldest first."""
        number = _national(person.spec.phone)
        return [sms for sms in self.sms if _national(sms.phone) == number]

    def stray_sms(self) -> list[ReceivedSms]:
        """Return the text messages to unknown numbers."""
        return [sms for sms in self.sms if self.owner_of(sms.phone) is None]

    def advance(self, by: timedelta) -> None:
        """Advance the clock and emit an event."""
        self.clock.advance(by)
        self.events.emit("clock", 0, now=self.clock.now().timestamp())

    def restore_sms_ids(self) -> None:
        """Continue the numbering after restored text messages."""
        self._sms_ids = itertools.count(max((sms.sms_id for sms in self.sms), default=0) + 1)


def _national(phone: str) -> str:
    digits = "".join(character for character in phone if character.isdigit())
    return digits.removeprefix("86") if len(digits) > 11 else digits  # noqa: PLR2004 - a mainland mobile
