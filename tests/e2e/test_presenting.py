"""How screens appear in the chat: one live message, no bright ones left, tidying that delays nobody."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.bot_api.rate_limits import Limits
from bot.dialog.names import ScreenName
from bot.dialog.record import open_record
from core.clock import to_millis
from core.ports import Tx
from tests import factories
from tests import world as world_module
from tests.core.sql import sql
from tests.e2e.selecting import opens_pool, owners, stands_before_step_5
from tests.inbox.tools import worker_inbox
from tests.person import Person, Shown
from tests.world import OWNER, World, eventually, open_world, reaches_selection

BATCH = "本车第1批"


@pytest.fixture
async def place(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, people=owners(1)) as world:
        await opens_pool(world)
        yield world


def photos(person: Person) -> list[Shown]:
    return [shown for shown in person.history if shown.photo]


def with_buttons(person: Person) -> list[int]:
    return [shown.message_id for shown in person.history if shown.buttons]


async def has_batch(place: World) -> Person:
    owner = await stands_before_step_5(place, 1)
    await owner.press("【随机一次(5)】")
    await owner.see(BATCH)
    await owner.settled()
    return owner


# --- old screens -----------------------------------------------------------------------------


async def test_to_and_fro_leaves_no_second_picture(place: World) -> None:
    owner = await has_batch(place)
    for _ in range(2):
        await owner.press("【自编选号】")
        await owner.see("自编选号")
        await owner.press("回到为您保留的号码")
        await owner.see(BATCH)
        await owner.press("返回首页")
        await owner.press("【预选号牌】")
        await owner.see(BATCH)
    await eventually(lambda: len(photos(owner)) == 1)
    await eventually(lambda: with_buttons(owner) == [owner.last.message_id])
    assert sum(shown.from_bot for shown in owner.history) == 1


async def test_typed_command_leaves_no_bright_batch_above(place: World) -> None:
    owner = await has_batch(place)
    await owner.say("/preselect")
    await owner.see(BATCH, fresh=True)
    await eventually(lambda: len(photos(owner)) == 1)
    assert owner.last.photo


async def test_batch_too_old_to_be_deleted_loses_its_buttons(place: World) -> None:
    owner = await has_batch(place)
    old = owner.last
    place.sandbox.faults.error("deleteMessage", status=400, times=5)
    await owner.press("【自编选号】")
    await owner.see("自编选号")
    await eventually(lambda: not Shown(owner.me.messages[old.message_id]).buttons)


async def test_ended_batch_turns_grey(place: World, tmp_path: Path) -> None:
    owner = await has_batch(place)
    bright = owner.read_file(owner.last.photo or "")
    assert is_coloured(bright, tmp_path)
    place.forward(seconds=95)
    await place.tick()
    await owner.see("保留时间已到")
    await eventually(lambda: not is_coloured(owner.read_file(photos(owner)[-1].photo or ""), tmp_path))
    assert len(photos(owner)) == 1


def is_coloured(file: bytes, folder: Path) -> bool:
    path = folder / "batch.png"
    path.write_bytes(file)
    with Image.open(path) as picture:
        return max(picture.convert("HSV").getchannel("S").tobytes()) > 40


async def test_receipt_stays_in_the_chat(place: World) -> None:
    owner = await has_batch(place)
    await owner.press("粤K·")
    await owner.press("确定选用")
    receipt = await owner.see("完成号牌预选")
    await owner.press("返回首页")
    await owner.see("您已预选")
    await eventually(lambda: with_buttons(owner) == [owner.last.message_id])
    assert [shown.message_id for shown in photos(owner)] == [receipt.message_id]


# --- answers that stand alone ------------------------------------------------------------------


async def test_what_is_not_understood_sends_no_picture_again(place: World) -> None:
    owner = await has_batch(place)
    live, page = owner.last.message_id, owner.last.body
    for number in range(3):
        await owner.say(f"这是什么{number}")
        await owner.see("没有看懂", fresh=True)
    await eventually(lambda: sum("没有看懂" in shown.words for shown in owner.history) == 1)
    assert [shown.message_id for shown in photos(owner)] == [live]
    assert owner.me.messages[live].body == page
    await owner.press("换一批")
    await owner.see("随机还剩 3 批")
    assert [shown.message_id for shown in photos(owner)] == [live]


async def test_help_stays_beside_the_hints(place: World) -> None:
    owner = await has_batch(place)
    for said in ("/nonsense", "/help", "/nothing"):
        await owner.say(said)
        await owner.settled()
    await eventually(lambda: sum("没有这个命令" in shown.words for shown in owner.history) == 1)
    assert sum("预选号牌怎么用" in shown.words for shown in owner.history) == 1
    assert len(with_buttons(owner)) == 1


async def test_outdated_button_gets_a_toast_only(place: World) -> None:
    owner = await has_batch(place)
    old = owner.button("换一批").data
    await owner.press("换一批")
    await owner.see("随机还剩 3 批")
    await owner.settled()
    before = [(shown.message_id, shown.words) for shown in owner.history]
    owner.press_raw(old, owner.last)
    await owner.see_toast("这个按钮已过时")
    owner.press_raw(old, 1)
    await owner.settled()
    assert [(shown.message_id, shown.words) for shown in owner.history] == before


async def test_outdated_button_brings_a_deleted_screen_back(place: World) -> None:
    owner = await has_batch(place)
    place.sandbox.world.delete(owner.me, owner.last.message_id)
    owner.press_raw("selecting:1:draw::aaaaaaaa", 1)
    await owner.see(BATCH, fresh=True)
    assert len(photos(owner)) == 1


# --- the reply keyboard ----------------------------------------------------------------------


async def test_reply_keyboard_goes_without_a_trace(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path) as world:
        owner = world.person()
        await owner.say("/start")
        await owner.press("【预选号牌】")
        await owner.press("同意并继续")
        await owner.say("测试车主")
        await owner.say(factories.identity(0))
        await owner.see("手机号")
        assert owner.keys
        await owner.send_contact()
        await owner.press("确认注册")
        await owner.see("基本信息")
        await eventually(lambda: not owner.keys)
        await owner.settled()
        assert not any("收到" in shown.words or shown.words == "…" for shown in owner.history)


# --- nothing waits ---------------------------------------------------------------------------


async def test_last_redraw_of_a_clock_comes_although_the_chat_had_no_allowance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world_module, "UNHURRIED", Limits())
    async with open_world("sqlite", tmp_path) as world:
        await world.release()
        owner = world.person(OWNER)
        await reaches_selection(owner)
        await owner.press("【随机一次(5)】")
        await owner.see(BATCH)
        for number in range(6):
            await owner.say(f"x{number}")  # uses up the allowance
        await owner.see("没有看懂", fresh=True)
        world.forward(seconds=95)
        await world.tick()
        began = time.monotonic()
        await owner.see("保留时间已到", within=15)
        assert time.monotonic() - began < 12


async def test_redraw_that_is_refused_for_good_is_not_repeated(place: World) -> None:
    await has_batch(place)
    await place.stop_jobs()
    place.forward(seconds=95)
    place.sandbox.faults.error("editMessageMedia", status=400)
    await place.tick()
    assert not place.sandbox.faults.waiting
    ((due, now),) = await place.store.read(
        lambda tx: [(row["redraw_at"], to_millis(tx.now)) for row in sql(tx, "SELECT * FROM dialog")]
    )
    assert due - now > 300_000  # when the page says, and not soon again


# --- beside other workers --------------------------------------------------------------------


def _not_recorded(tx: Tx) -> None:
    """Let a batch be sent, and not yet be recorded as the live message: that is still the page before."""
    sql(tx, "UPDATE dialog SET message_id = message_id - 1, message_kind = 'text', picture = NULL")


def _held_by_another(tx: Tx, chat_id: int) -> None:
    given = {"update_id": 1, "chat_id": chat_id, "now": 0, "body": b"", "lease_until": 0}
    tx.run("inbox.store", **given, worker="another")
    tx.run("inbox.applied", update_id=1)


@pytest.mark.parametrize("is_held", [True, False], ids=["held", "control"])
async def test_screen_that_another_worker_is_sending_is_not_sent_by_a_redraw(
    place: World, *, is_held: bool
) -> None:
    """A worker that starts redraws the screens of its chats, and the former one may still handle some."""
    owner = await has_batch(place)
    chat_id, engine = owner.me.chat_id, place.service.engine
    engine._is_held_elsewhere = worker_inbox(place.store, "one", is_alone=False).is_held_elsewhere
    await place.store.run(_not_recorded)
    if is_held:
        await place.store.run(_held_by_another, chat_id)
    await engine.redraw(chat_id)
    await owner.settled()
    assert len(photos(owner)) == (1 if is_held else 2)
    ((due, now),) = await place.store.read(
        lambda tx: [(row["redraw_at"], to_millis(tx.now)) for row in sql(tx, "SELECT * FROM dialog")]
    )
    assert (due - now < 5_000) == is_held  # it comes soon all the same


async def test_late_screen_of_a_worker_that_was_taken_for_dead_is_not_the_live_one(place: World) -> None:
    """Its chat was handed to another worker, which has handled an update meanwhile."""
    owner = await has_batch(place)
    await place.stop_jobs()
    live = owner.last.message_id
    place.sandbox.faults.delay(0.5, "sendPhoto")
    await owner.say("/preselect")
    await eventually(lambda: not place.sandbox.faults.waiting)
    await place.store.run(open_record, owner.me.chat_id, ScreenName.HOME)
    await place.service.dispatcher.idle()
    (row,) = await place.store.read(sql, "SELECT message_id, redraw_at FROM dialog")
    now = await place.store.read(lambda tx: to_millis(tx.now))
    assert row["message_id"] == live
    assert row["redraw_at"] <= now


async def test_second_screen_of_a_redraw_that_came_too_late_is_deleted(place: World) -> None:
    """While it was being sent, an update of the chat was handled, and its screen is the live one."""
    owner = await has_batch(place)
    await place.store.run(_not_recorded)
    place.sandbox.faults.delay(0.5, "sendPhoto")
    redraw = asyncio.ensure_future(place.service.engine.redraw(owner.me.chat_id))
    await eventually(lambda: not place.sandbox.faults.waiting)
    await place.store.run(open_record, owner.me.chat_id, ScreenName.HOME)
    await redraw
    await eventually(lambda: len(photos(owner)) == 1)
