"""The first contact: anything but a refused token is waited for, and a webhook is removed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from telegram import Bot
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.bot_api.connecting import clear_webhook, connect
from tests.world import OWNER, TOKEN, eventually, open_world


class Contact:
    """Fails with some errors, then succeeds; records the pauses."""

    def __init__(self, *errors: TelegramError) -> None:
        self.errors = list(errors)
        self.pauses: list[float] = []
        self.calls = 0

    async def __call__(self) -> None:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def test_network_that_comes_up_late_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    contact = Contact(*[NetworkError("the host name cannot be resolved (DNS)")] * 8)
    await connect(contact, sleep=contact.sleep)

    assert contact.pauses == [1, 2, 4, 8, 10, 10, 10, 10]
    assert caplog.text.count("DNS") == 8


async def test_429_is_waited_for_with_a_line(caplog: pytest.LogCaptureFixture) -> None:
    contact = Contact(RetryAfter(30), TimedOut())
    await connect(contact, sleep=contact.sleep)

    assert (contact.pauses, "a pause of 30 s" in caplog.text) == ([30, 1], True)


async def test_refused_token_is_not_waited_for() -> None:
    contact = Contact(InvalidToken())
    with pytest.raises(InvalidToken):
        await connect(contact, sleep=contact.sleep)

    assert contact.calls == 1


class Api:
    """The two calls about webhooks."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.removed: list[dict[str, Any]] = []

    async def get_webhook_info(self) -> "Api":
        return self

    async def delete_webhook(self, **given: Any) -> None:
        self.url = ""
        self.removed.append(given)


@pytest.mark.parametrize(("url", "removed"), [("", []), ("https://x/", [{"drop_pending_updates": False}])])
async def test_webhook_is_removed_only_where_one_is_set(url: str, removed: list[dict[str, Any]]) -> None:
    api = Api(url)
    await clear_webhook(cast("Bot", api))

    assert api.removed == removed


@asynccontextmanager
async def talking_to(base_url: str) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=base_url) as bot:
        yield bot


async def test_webhook_set_while_running_is_removed(tmp_path: Path) -> None:
    """The whole program: somebody sets a webhook, and the bot soon polls again."""
    async with open_world("sqlite", tmp_path) as world:
        owner = world.person(OWNER)
        await owner.say("/start")
        await owner.see("【预选号牌】")
        await world.sandbox.api.webhook.set("http://127.0.0.1:9/", "", 1)
        world.sandbox.world.updates.on_push = None
        await owner.say("/help")
        await owner.see("/preselect", fresh=True, within=15)
        await eventually(lambda: not world.sandbox.api.webhook.url, within=15)  # it may answer before
