"""The accounts of a sandbox: the bot, and people with a telephone each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSpec:
    """The one bot of a sandbox."""

    token: str = "700000001:AAsandbox0000000000000000000000000"  # noqa: S105 - opens nothing but the sandbox
    name: str = "选号"
    username: str = "xuanhao_sandbox_bot"
    about: str = "预选机动车号牌 · 沙盒"

    @property
    def bot_id(self) -> int:
        """The bot's user id: the digits before the colon of its token."""
        return int(self.token.partition(":")[0])

    def user(self) -> Json:
        return {"id": self.bot_id, "is_bot": True, "first_name": self.name, "username": self.username}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSpec:
    """The definition of a person."""

    chat_id: int
    first_name: str
    last_name: str = ""
    username: str | None = None
    phone: str = ""
    """In E.164 format; it receives SMS, and the contact button shares it."""
    role: Literal["owner", "admin"] = "owner"
    language_code: str = "zh-hans"
    started: bool = False
    """Whether they have written to the bot; until then it may not write to them."""

    @property
    def name(self) -> str:
        """Family name and given name, in Chinese order."""
        return self.last_name + self.first_name


@dataclass(slots=True, kw_only=True)
class ReceivedSms:
    """A text message that was received."""

    sms_id: int
    phone: str
    code: str
    purpose: str
    at: float
    text: str = ""  # of a message that is no code

    def body(self) -> Json:
        return {
            "id": self.sms_id,
            "phone": self.phone,
            "code": self.code,
            "purpose": self.purpose,
            "at": self.at,
            "text": self.text,
        }


@dataclass(slots=True, kw_only=True)
class Message:
    """A message of a chat: the Message object of the API, and what only the app knows."""

    body: Json
    keyboard: Json | None = None
    """The reply keyboard, removal or forced reply sent with it; the API does not return these."""

    @property
    def message_id(self) -> int:
        """The message id, unique in the sandbox."""
        number: int = self.body["message_id"]
        return number

    @property
    def from_bot(self) -> bool:
        return bool(self.body["from"]["is_bot"])

    @property
    def kind(self) -> str:
        """The type of content: text, photo, document, venue, location or contact."""
        return next(kind for kind in KINDS if kind in self.body)


KINDS = ("text", "photo", "document", "venue", "location", "contact")


@dataclass(slots=True, kw_only=True)
class SandboxUser:
    """A person, and their conversation with the bot."""

    spec: PersonSpec
    started: bool = False
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: Json | None = None
    unread: int = 0
    """Number of messages of the bot that they have not seen."""

    @property
    def chat_id(self) -> int:
        """The id of their private chat, which equals their user id."""
        return self.spec.chat_id

    def _named(self) -> Json:
        named: Json = {"first_name": self.spec.first_name}
        if self.spec.last_name:
            named["last_name"] = self.spec.last_name
        if self.spec.username:
            named["username"] = self.spec.username
        return named

    def user(self) -> Json:
        return {
            "id": self.chat_id,
            "is_bot": False,
            **self._named(),
            "language_code": self.spec.language_code,
        }

    def chat(self) -> Json:
        return {"id": self.chat_id, **self._named(), "type": "private"}


INVENTED = (
    PersonSpec(chat_id=2001, first_name="晓东", last_name="陈", username="chen_xd", phone="+8613800000001"),
    PersonSpec(chat_id=2002, first_name="小梅", last_name="李", username="li_xm", phone="+8613800000002"),
    PersonSpec(
        chat_id=1001,
        first_name="管理员",
        last_name="王",
        username="wang_admin",
        phone="+8613800000009",
        role="admin",
    ),
)
"""Two owners and an admin, all invented."""


def by_chat(specs: Iterable[PersonSpec]) -> dict[int, SandboxUser]:
    """Return people by chat id, in the order given."""
    return {spec.chat_id: SandboxUser(spec=spec, started=spec.started) for spec in specs}
