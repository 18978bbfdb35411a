"""The state of a sandbox: people and their chats, files, updates, presses, short messages, the clock."""

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
    """A pressed button that waits for its answer."""

    query_id: str
    chat_id: int
    message_id: int
    data: str
    at: datetime
    answered: bool = False
    text: str = ""
    alert: bool = False


class World:
    """Everything that a sandbox knows."""

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

    def add_person(self, spec: PersonSpec) -> SandboxUser:
        """Let somebody else in; who is there already stays as they are."""
        return self.people.setdefault(spec.chat_id, SandboxUser(spec=spec, started=spec.started))

    def person(self, chat_id: object) -> SandboxUser:
        """Return whom a bot may know: somebody who has written to it.

        Raises:
            ApiError: nobody has this id, or they never wrote to the bot.
        """
        try:
            person = self.people.get(int(str(chat_id)))
        except ValueError:
            person = None
        if person is None or not person.started:
            raise bad("chat not found")
        return person

    def reachable(self, chat_id: object) -> SandboxUser:
        """Return whom a bot may write to.

        Raises:
            ApiError: not known, or the bot is blocked.
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
        """Put a message into its chat."""
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
        """Replace what a message holds; ``silent`` when only its buttons change, which leaves no trace."""
        if not silent:
            body["edit_date"] = self.unix_now()
        message.body = body
        self.events.emit("edit", person.chat_id, message=body)

    def delete(self, person: SandboxUser, message_id: int) -> None:
        """Take a message out of its chat."""
        message = person.messages.pop(message_id)
        if message.from_bot and person.unread:
            person.unread -= 1
        self.events.emit("delete", person.chat_id, message_id=message_id, unread=person.unread)

    def new_query(self, person: SandboxUser, message_id: int, data: str) -> CallbackQuery:
        """Note a press."""
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
        """Answer a press.

        Raises:
            ApiError: no such press, answered already, or too long ago.
        """
        query = self.queries.get(query_id)
        if query is None or query.answered or self.clock.now() - query.at > PRESS_LIFE:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        query.answered, query.text, query.alert = True, text, alert
        self.events.emit(
            "answer", query.chat_id, query_id=query_id, message_id=query.message_id, text=text, alert=alert
        )

    def receive_sms(self, phone: str, code: str, purpose: str) -> ReceivedSms:
        """Let a short message arrive at whoever has the number, or in the common list."""
        sms = ReceivedSms(
            sms_id=next(self._sms_ids),
            phone=phone,
            code=code,
            purpose=purpose,
            at=self.clock.now().timestamp(),
        )
        self.sms.append(sms)
        owner = self.owner_of(phone)
        self.events.emit("sms", owner.chat_id if owner else 0, sms=sms.body())
        return sms

    def owner_of(self, phone: str) -> SandboxUser | None:
        """Return whose telephone a number is, however it is written."""
        wanted = _national(phone)
        return next(
            (person for person in self.people.values() if _national(person.spec.phone) == wanted), None
        )

    def sms_of(self, person: SandboxUser) -> list[ReceivedSms]:
        """Return the short messages on a person's telephone, oldest first."""
        number = _national(person.spec.phone)
        return [sms for sms in self.sms if _national(sms.phone) == number]

    def stray_sms(self) -> list[ReceivedSms]:
        """Return short messages to numbers that nobody here has."""
        return [sms for sms in self.sms if self.owner_of(sms.phone) is None]

    def advance(self, by: timedelta) -> None:
        """Put the clock forward and say so."""
        self.clock.advance(by)
        self.events.emit("clock", 0, now=self.clock.now().timestamp())

    def restore_sms_ids(self) -> None:
        """Go on counting after short messages that were loaded."""
        self._sms_ids = itertools.count(max((sms.sms_id for sms in self.sms), default=0) + 1)


def _national(phone: str) -> str:
    digits = "".join(character for character in phone if character.isdigit())
    return digits.removeprefix("86") if len(digits) > 11 else digits  # noqa: PLR2004 - a mainland mobile
