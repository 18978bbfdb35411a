"""Messenger failures: the right screen in the end, nothing charged twice."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.faults import Fault
from tests.core.sql import sql
from tests.e2e.selecting import (
    RANDOM,
    WAYS,
    Do,
    Step,
    books_agree,
    opens_pool,
    owners,
    stands_before_step_5,
    told,
)
from tests.person import Person
from tests.world import World, eventually, open_world

METHODS = (
    *("sendMessage", "sendPhoto", "answerCallbackQuery"),
    *("editMessageText", "editMessageCaption", "editMessageMedia", "editMessageReplyMarkup"),
)
PATIENCE = 15.0
BAD_DAYS = {
    "429": Fault(kind="too_many", retry_after=1),
    "500": Fault(kind="error", status=500),
    "502 and a page": Fault(kind="html"),
    "dropped before": Fault(kind="drop_before"),
    "dropped after": Fault(kind="drop_after"),
}


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    """The program without its scheduler, so that only the steps call the messenger."""
    async with open_world("sqlite", tmp_path, people=owners(3)) as world:
        await world.stop_jobs()
        await opens_pool(world)
        yield world


def _befalls(world: World, fault: Fault) -> None:
    """Let the next call of each method fail."""
    world.sandbox.faults.clear()
    for method in METHODS:
        world.sandbox.faults.add(replace(fault, method=method))


def _with_buttons(owner: Person) -> list[int]:
    return [shown.message_id for shown in owner.history if shown.rows]


def _befallen(world: World) -> int:
    """Return how many calls failed, and remove the remaining faults."""
    left = len(world.sandbox.faults.waiting)
    world.sandbox.faults.clear()
    return len(METHODS) - left


async def _comes_to_rest(world: World, owner: Person) -> None:
    """Wait until failed calls have been retried, too."""
    await owner.settled(within=PATIENCE)
    await world.service.dispatcher.idle()
    await owner.settled(within=PATIENCE)


@WAYS
@pytest.mark.parametrize("fault", BAD_DAYS.values(), ids=list(BAD_DAYS))
async def test_every_step_comes_through(place: World, way: Sequence[Step], fault: Fault) -> None:
    """The first call of every method fails at each step; the owner does nothing about it."""
    owner = await stands_before_step_5(place, 1)
    for name, do, seen in way:
        _befalls(place, fault)
        await do(owner)
        await owner.see(seen, within=PATIENCE)
        await _comes_to_rest(place, owner)
        assert _befallen(place), name
        assert seen in owner.last.words, name
        await books_agree(place)
    assert not any("系统暂时出错" in words for words in told(owner))


@pytest.mark.parametrize("fault", BAD_DAYS.values(), ids=list(BAD_DAYS))
async def test_screen_that_was_shown_twice_is_good_on_both(place: World, fault: Fault) -> None:
    """A message that arrived although the connection broke is sent again: a press on either is harmless."""
    owner = await stands_before_step_5(place, 1)
    _befalls(place, fault)
    await RANDOM[0][1](owner)
    await owner.see("本车第", within=PATIENCE)
    await _comes_to_rest(place, owner)
    _befallen(place)
    batches = [shown for shown in owner.history if shown.photo]
    assert len(batches) == (2 if fault.kind == "drop_after" else 1)
    serial = batches[0].rows[0][0]
    for shown in batches:
        owner.press_raw(serial.data, shown)
        await owner.see("确认选用")
        await owner.settled()
    await owner.press("« 返回")
    await owner.see("随机还剩 4 批")
    await eventually(lambda: _with_buttons(owner) == [owner.last.message_id])
    await books_agree(place)


async def test_edit_that_had_arrived_counts_as_shown(place: World) -> None:
    """A repeated edit gets «message is not modified»: the step counts as shown, once."""
    owner = await stands_before_step_5(place, 1)
    await RANDOM[0][1](owner)
    await owner.see("本车第")
    await owner.settled()
    messages = len(owner.history)
    _befalls(place, BAD_DAYS["dropped after"])
    await owner.press("【不包含4】", answered=False)
    await eventually(lambda: "☑️ 【不包含4】" in owner.last.buttons, within=PATIENCE)
    await _comes_to_rest(place, owner)
    assert any("message is not modified" in words for _method, words in place.sandbox.refusals)
    assert len(owner.history) == messages


async def test_blocked_at_each_step_keeps_what_was_done(place: World) -> None:
    """An owner who blocks the bot during a press finds its effect afterwards, once."""
    owner = await stands_before_step_5(place, 1)
    draw, pick, take = (do for _name, do, _seen in RANDOM)
    for do, seen in ((draw, "随机还剩 4 批"), (pick, "本车第1批"), (take, "完成号牌预选")):
        if do is take:
            await owner.press("⭐")
            await owner.see("不能更改、不能退回")
            await owner.settled()
        await _while_blocked(place, owner, do)
        await owner.say("/preselect")
        await owner.see(seen, fresh=True)
        await owner.settled()
        await books_agree(place)
    assert not any("系统暂时出错" in words for words in told(owner))


async def _while_blocked(world: World, owner: Person, do: Do) -> None:
    _befalls(world, Fault(kind="blocked", times=9))
    await do(owner)
    await _comes_to_rest(world, owner)
    world.sandbox.faults.clear()


async def test_button_under_a_lost_screen_still_leads_on(place: World) -> None:
    """The batch was never shown; the old screen's button costs nothing and shows it."""
    owner = await stands_before_step_5(place, 1)
    data, old = owner.button("【随机一次(5)】").data, owner.last
    await _while_blocked(place, owner, RANDOM[0][1])
    owner.press_raw(data, old)
    await owner.see("随机还剩 4 批", fresh=True)
    await owner.settled()
    assert owner.last.photo
    await books_agree(place)


async def test_batch_that_could_not_be_sent_costs_nothing(place: World) -> None:
    """The messenger is unavailable for longer than the batch is held: nobody has seen it."""
    owner = await stands_before_step_5(place, 1)
    for method in METHODS:
        place.sandbox.faults.error(method, times=10_000)
    await owner.press("【随机一次(5)】", answered=False)
    async with asyncio.timeout(PATIENCE):
        while not await place.store.read(sql, "SELECT n FROM draw"):  # noqa: ASYNC110 - a test looks again
            await asyncio.sleep(0.05)
    place.forward(seconds=91)
    await place.tick()
    place.sandbox.faults.clear()
    await place.service.dispatcher.idle()
    await place.tick()
    shown = await owner.see("没有及时送达", "随机还剩 5 批")
    assert "【随机一次(5)】" in shown.buttons
    await owner.settled()
    await owner.press("【随机一次(5)】")
    await owner.see("本车第")
    await _comes_to_rest(place, owner)
    assert "随机还剩 4 批" in owner.last.words
    await books_agree(place)


COSMETIC = ("answerCallbackQuery", "editMessageReplyMarkup", "deleteMessage")
LASTING = {
    "500": Fault(kind="error", status=500, times=1000),
    "429": Fault(kind="too_many", retry_after=75, times=1000),
    "cut": Fault(kind="drop_before", times=1000),
    "hanging": Fault(kind="delay", seconds=30, times=1000),
}


@pytest.mark.parametrize("fault", LASTING.values(), ids=list(LASTING))
async def test_calls_that_only_tidy_hold_up_no_press(place: World, fault: Fault) -> None:
    """Neither an answer to a press nor the removal of old buttons works; every screen comes at once."""
    owner = await stands_before_step_5(place, 1)
    for method in COSMETIC:
        place.sandbox.faults.add(replace(fault, method=method))
    for name, do, seen in RANDOM:
        await do(owner)
        await owner.see(seen, within=3)
        await owner.settled(quiet=0.02)
        assert seen in owner.last.words, name
    await asyncio.wait_for(place.service.dispatcher.idle(), 3)
    place.sandbox.faults.clear()
    await books_agree(place)


@pytest.mark.parametrize("method", ["answerCallbackQuery", "deleteMessage"])
async def test_toast_and_buttons_come_through_one_failure(place: World, method: str) -> None:
    """The control of the limits above: one failure is made good, so buttons go and the press is answered."""
    owner = await stands_before_step_5(place, 1)
    place.sandbox.faults.error(method)
    await owner.press("【随机一次(5)】")
    await owner.see("本车第")
    await eventually(lambda: not place.sandbox.faults.waiting)
    await eventually(lambda: _with_buttons(owner) == [owner.last.message_id])


async def test_deletion_of_personal_data_is_tried_again(place: World) -> None:
    owner = place.person(5003)
    place.sandbox.faults.error("deleteMessage", times=6)  # more than one call is repeated
    await owner.say("11010519491231002X")
    await eventually(lambda: not any("11010519491231002X" in said.words for said in owner.history), within=10)
