"""Answers to presses that go out in the response to the webhook."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.bot_api.client import AiohttpRequest
from bot.inbox.model import RawUpdate
from bot.inbox.press_answers import PressAnswers
from bot.inbox.webhook import SECRET_HEADER, WebhookServer, listen
from tests.inbox.tools import message
from tests.world import CHIEF, office, open_world

SECRET = "s3cret_-0123456789"
ANSWER: dict[str, object] = {"method": "answerCallbackQuery", "callback_query_id": "7"}


def press(update_id: int, query_id: str) -> dict[str, Any]:
    who = {"id": 7, "is_bot": False, "first_name": "车主"}
    return {"update_id": update_id, "callback_query": {"id": query_id, "from": who, "data": "x"}}


@asynccontextmanager
async def serving(
    answers: PressAnswers, accept: Callable[[Sequence[RawUpdate]], Awaitable[bool]]
) -> AsyncIterator[str]:
    listening = listen("127.0.0.1", 0)
    webhook = WebhookServer(accept, SECRET, answers)
    await webhook.start(listening)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
    finally:
        await webhook.stop()


async def post(url: str, update: Mapping[str, Any]) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json", SECRET_HEADER: SECRET}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=json.dumps(update), headers=headers) as response,
    ):
        return response.status, await response.read()


async def test_answer_goes_out_in_the_response_to_its_press() -> None:
    answers = PressAnswers(2)

    async def accept(_updates: Sequence[RawUpdate]) -> bool:
        asyncio.get_running_loop().call_later(0.05, answers.give, "7", ANSWER)
        return True

    async with serving(answers, accept) as url:
        status, body = await post(url, press(1, "7"))
    assert (status, json.loads(body)) == (200, ANSWER)
    assert not answers.give("7", ANSWER)  # it is given once


async def test_answer_may_come_before_the_update_is_known_to_be_stored() -> None:
    answers = PressAnswers(2)

    async def accept(_updates: Sequence[RawUpdate]) -> bool:
        assert answers.give("7", ANSWER)
        return True

    async with serving(answers, accept) as url:
        assert json.loads((await post(url, press(1, "7")))[1]) == ANSWER


async def test_nobody_waits_for_what_another_worker_handles_or_was_delivered_before() -> None:
    answers = PressAnswers(2)

    async def accept(_updates: Sequence[RawUpdate]) -> bool:
        return False

    async with serving(answers, accept) as url:
        begun = asyncio.get_running_loop().time()
        assert await post(url, press(1, "7")) == (200, b"")
        assert asyncio.get_running_loop().time() - begun < 0.5
    assert not answers.give("7", ANSWER)


async def test_late_answer_is_left_to_a_call() -> None:
    answers = PressAnswers(2)
    assert answers.expect("7")
    assert await answers.answer("7", within=0.01) is None
    assert not answers.give("7", ANSWER)


async def test_only_some_responses_wait_and_messages_never() -> None:
    answers = PressAnswers(1)
    taken: list[RawUpdate] = []

    async def accept(updates: Sequence[RawUpdate]) -> bool:
        taken.extend(updates)
        return True

    async with serving(answers, accept) as url:
        assert await post(url, message(1)) == (200, b"")
        first = asyncio.ensure_future(post(url, press(2, "7")))
        await asyncio.sleep(0.1)
        assert await post(url, press(3, "8")) == (200, b"")  # at once
        assert await post(url, press(4, "7")) == (
            200,
            b"",
        )  # a repeated delivery does not take the other's place
        assert answers.give("7", ANSWER)
        assert json.loads((await first)[1]) == ANSWER
    assert len(taken) == 4


async def test_failed_storing_waits_for_nothing() -> None:
    answers = PressAnswers(1)

    async def accept(_updates: Sequence[RawUpdate]) -> bool:
        raise RuntimeError

    async with serving(answers, accept) as url:
        assert (await post(url, press(1, "7")))[0] == 500
    assert answers.expect("7")


@pytest.mark.parametrize(("mode", "calls"), [("webhook", 0), ("polling", 1)])
async def test_press_by_webhook_needs_no_call_for_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, calls: int
) -> None:
    made: list[str] = []
    do_request = AiohttpRequest.do_request

    async def noted(self: AiohttpRequest, url: str, *args: Any, **more: Any) -> tuple[int, bytes]:
        made.append(url.rpartition("/")[2])
        return await do_request(self, url, *args, **more)

    monkeypatch.setattr(AiohttpRequest, "do_request", noted)
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    listening.close()
    hook = {"public_url": f"http://127.0.0.1:{port}/hook", "secret_token": SECRET, "port": port}
    telegram = {"mode": mode, "webhook": hook}
    async with open_world("sqlite", tmp_path, offices=[office()], telegram=telegram) as world:
        chief = world.person(CHIEF)
        await chief.say("/start")
        await chief.press("帮助")
        await chief.press("返回首页")
        await chief.see("预选号牌", fresh=True)
        await chief.settled()
        answered = [name for name, _ in world.sandbox.api.calls if name == "answerCallbackQuery"]
    assert len(answered) == 2  # the messenger has executed both, however they came
    assert made.count("answerCallbackQuery") == 2 * calls
