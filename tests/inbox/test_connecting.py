"""The first contact: all but a token that stays refused is waited for, and a webhook is removed."""

from pathlib import Path
from typing import Any, cast

import pytest
from telegram import Bot
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.bot_api.connecting import connect
from bot.bot_api.webhooks import OwnWebhook, clear_webhook
from core.installation import note_webhook
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


async def test_token_that_stays_refused_ends_the_program() -> None:
    contact = Contact(*[InvalidToken()] * 9)
    with pytest.raises(InvalidToken):
        await connect(contact, sleep=contact.sleep)

    assert (contact.calls, contact.pauses) == (4, [1, 2, 4])


async def test_token_refused_for_a_moment_is_tried_again() -> None:
    """A Bot API that restarts refuses it, is gone, and refuses it again: not four times in a row."""
    contact = Contact(*[InvalidToken()] * 3, NetworkError("x"), *[InvalidToken()] * 3)
    await connect(contact, sleep=contact.sleep)

    assert contact.calls == 8


class Api:
    """The calls about webhooks."""

    token = TOKEN

    def __init__(self, url: str) -> None:
        self.url = url
        self.removed: list[dict[str, Any]] = []

    async def get_webhook_info(self) -> "Api":
        return self

    async def delete_webhook(self, **given: Any) -> None:
        self.url = ""
        self.removed.append(given)


def own(*urls: str) -> OwnWebhook:
    async def get() -> frozenset[str]:
        return frozenset(urls)

    async def note(url: str | None) -> None:
        assert url is None

    return OwnWebhook(get=get, note=note)


KEEPING = {"drop_pending_updates": False}


@pytest.mark.parametrize(("url", "removed"), [("", []), ("https://ours/", [KEEPING]), ("https://x/", [])])
async def test_only_the_own_webhook_is_removed(url: str, removed: list[dict[str, Any]]) -> None:
    api = Api(url)
    await clear_webhook(cast("Bot", api), own("https://ours/"))

    assert api.removed == removed


async def test_webhook_of_another_is_removed_on_request() -> None:
    api = Api("https://x/")
    await clear_webhook(cast("Bot", api), own(), any_url=True)

    assert api.removed == [KEEPING]


async def test_webhook_of_another_is_named_without_the_token(caplog: pytest.LogCaptureFixture) -> None:
    await clear_webhook(cast("Bot", Api(f"https://x/{TOKEN}")), own())

    assert "https://x/… gets the updates" in caplog.text
    assert "run --remove-webhook" in caplog.text
    assert TOKEN not in caplog.text


async def test_own_webhook_is_removed_while_running(tmp_path: Path) -> None:
    """The whole program: somebody sets what it had set before, and it soon polls again."""
    async with open_world("sqlite", tmp_path) as world:
        await world.store.run(note_webhook, "http://127.0.0.1:9/")
        owner = world.person(OWNER)
        await owner.say("/start")
        await owner.see("【预选号牌】")
        await world.sandbox.api.webhook.set("http://127.0.0.1:9/", "", 1)
        world.sandbox.world.updates.on_push = None
        await owner.say("/help")
        await owner.see("/preselect", fresh=True, within=15)
        await eventually(lambda: not world.sandbox.api.webhook.url, within=15)  # it may answer before
