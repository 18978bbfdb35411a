"""``[telegram]``: the bot, and how it receives updates."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator, model_validator

from core.settings.tables import SettingsTable
from core.settings.values import HttpUrl, bot_token, bot_url, distinct, listed
from core.values.offices import Whole

_TELEGRAM = "api.telegram.org"


def _file_url(table: Mapping[str, str]) -> str:
    return table["base_url"].removesuffix("/bot") + "/file/bot"


class WebhookSettings(SettingsTable):
    """``[telegram.webhook]``: the endpoint that receives updates in webhook mode.

    Attributes:
        listen: the address to listen on, behind the reverse proxy.
        port: the port to listen on.
        public_url: the URL that Telegram calls.
        secret_token: the token with which Telegram authenticates its requests.
        max_connections: how many requests the messenger makes at a time.
    """

    listen: str = "127.0.0.1"
    port: Annotated[Whole, Field(ge=1, le=65535)] = 8443
    public_url: HttpUrl
    secret_token: SecretStr
    max_connections: Annotated[Whole, Field(ge=1, le=100)] = 40

    @field_validator("secret_token")
    @classmethod
    def _only_its_characters(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[\w-]{16,256}", value.get_secret_value(), re.ASCII):
            raise ValueError("should be 16 to 256 characters of A-Z, a-z, 0-9, _ and -")
        return value


class TelegramSettings(SettingsTable):
    """``[telegram]``: the bot.

    Attributes:
        token: the bot's token.
        base_url: the URL of the Bot API, up to and including ``/bot``.
        base_file_url: the URL of its files; by default ``/file/bot`` on the same server.
        mode: whether the bot polls for updates or receives them by webhook.
        admins: chat ids of the first admins (chiefs).
        webhook: required in webhook mode.
    """

    token: Annotated[SecretStr, AfterValidator(bot_token)]
    base_url: Annotated[str, AfterValidator(bot_url)] = f"https://{_TELEGRAM}/bot"
    base_file_url: Annotated[str, AfterValidator(bot_url)] = Field(default_factory=_file_url)
    mode: Literal["polling", "webhook"] = "polling"
    admins: Annotated[
        tuple[Annotated[Whole, Field(gt=0)], ...], BeforeValidator(listed), AfterValidator(distinct)
    ] = ()
    webhook: WebhookSettings | None = None

    @model_validator(mode="after")
    def _webhook_is_there(self) -> "TelegramSettings":
        if self.mode == "webhook" and self.webhook is None:
            raise ValueError("mode is webhook, so a table [telegram.webhook] is needed")
        return self

    @model_validator(mode="after")
    def _webhook_is_https(self) -> "TelegramSettings":
        own_server = urlsplit(self.base_url).hostname != _TELEGRAM
        if self.webhook and not own_server and not self.webhook.public_url.startswith("https://"):
            raise ValueError("webhook.public_url should begin with https://, or the messenger refuses it")
        return self
