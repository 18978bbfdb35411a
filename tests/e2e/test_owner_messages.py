"""The desk writes to one owner; all that an owner did not get is handled at once; nobody is found by name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.notifications.queue import Plan, is_unreachable, lease, mark_failed, mark_unreachable, plan
from core.ports import Tx
from tests.core.sql import sql
from tests.core.tools import reserved
from tests.e2e.test_desk import CLERK, DESK_PEOPLE, HOLDER, gives
from tests.world import CHIEF, World, office, open_world

TEXT = "请带购车发票原件"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world("sqlite", tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        await world.store.run(reserved, world.core, 2, "A1234")
        yield world


async def test_owner_reads_what_the_desk_writes(place: World) -> None:
    owner, clerk = place.person(HOLDER), await gives(place, "clerk")
    await owner.say("/start")
    await clerk.say("/find 粤KA1234")
    await clerk.press("给车主留言")
    await clerk.say(TEXT)
    await clerk.see("发送留言?", "测**主", TEXT)
    await clerk.press("确认发送")
    await clerk.see("已交付发送", "留言:待发送")
    await place.service.jobs.tell()
    await owner.see("给您的留言", TEXT, "请不要在这里回复")
    await clerk.say("/find 粤KA1234")
    await clerk.see("查询结果", "留言:已送达")
    await place.person(CHIEF).say("/audit 给车主留言")
    await place.person(CHIEF).see(f"给车主留言:{TEXT}", f"赵窗口({CLERK})")


async def test_owner_who_has_blocked_gets_an_sms_and_later_the_message(place: World) -> None:
    owner, clerk = place.person(HOLDER), await gives(place, "clerk")
    await owner.say("/start")
    await owner.settled()
    owner.block()
    await clerk.say("/find 粤KA1234")
    await clerk.press("给车主留言")
    await clerk.say(TEXT)
    await clerk.press("确认发送")
    await clerk.see("已交付发送")
    await place.service.jobs.tell()
    await place.service.jobs.tell_by_sms()
    rows = await place.store.read(sql, "SELECT purpose, subject, state FROM notice WHERE chat_id = 5002")
    told = {row["purpose"].partition(":")[0]: row for row in rows if "desk_message" in row["purpose"]}
    assert told["desk_message"]["state"] == "failed"
    assert told["sms_reminder"]["subject"] == "account:1"  # never of the preselection: it is no reminder
    await clerk.say("/find 粤KA1234")
    await clerk.see("查询结果", "留言:没有送达", "短信")
    owner.unblock()
    await owner.say("/start")
    await owner.settled()
    await place.service.jobs.tell()
    await owner.see("给您的留言", TEXT)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("请致电 13800138000", "请不要写身份证号"),
        ("长" * 501, "留言最多 500 字,您写了 501 字"),
    ],
)
async def test_what_cannot_be_sent_is_refused(place: World, typed: str, said: str) -> None:
    chief = place.person(CHIEF)
    await chief.say("/find 粤KA1234")
    await chief.press("给车主留言")
    await chief.say(typed)
    await chief.see(said)
    assert not await place.store.read(sql, "SELECT 1 FROM notice WHERE purpose LIKE 'desk_message%'")


async def test_only_who_confirms_there_writes(place: World) -> None:
    reviewer = await gives(place, "reviewer")
    await reviewer.say("/find 粤KA1234")
    assert "✉️ 给车主留言" not in (await reviewer.see("查询结果")).buttons


async def test_delivery_proves_that_the_chat_is_reached(place: World) -> None:
    owner = place.person(HOLDER)
    await owner.say("/start")
    await owner.settled()
    await place.store.run(mark_unreachable, HOLDER, "Forbidden")
    chief = place.person(CHIEF)
    await chief.say("/find 粤KA1234")
    await chief.press("给车主留言")
    await chief.say(TEXT)
    await chief.press("确认发送")
    await place.service.jobs.tell()
    await owner.see(TEXT)
    await owner.settled()
    assert not await place.store.read(is_unreachable, HOLDER)


def fails(tx: Tx, purposes: list[str]) -> None:
    """Let notifications to the owner have failed."""
    for purpose in purposes:
        plan(
            tx,
            Plan(chat_id=HOLDER, purpose=purpose, subject="ban:1", due_at=tx.now, details={"office": "粤K"}),
        )
    for leased in lease(tx, "test", 100):
        if leased.subject == "ban:1":
            mark_failed(tx, leased, "test", "Forbidden")


async def test_all_failed_notices_of_an_owner_are_handled_at_once(place: World) -> None:
    await place.store.run(fails, ["banned:1", "banned:2", "lifted:3"])
    chief = place.person(CHIEF)
    await chief.say("/desk")
    await chief.press("通知发送失败")
    await chief.see("车主:测**主", "138****0002")
    await chief.press("全部标为已处理")
    await chief.see("此车主的 3 条已记为处理完毕")
    rows = await place.store.read(sql, "SELECT subject FROM desk_handled")
    assert len(rows) == 3
    await chief.say("/desk")
    await chief.settled()
    assert not any("通知发送失败" in label for label in chief.last.buttons)


@pytest.mark.parametrize("name", ["测试车主", "王小明", "欧阳·娜娜"])
async def test_nobody_is_found_by_name(place: World, name: str) -> None:
    chief = place.person(CHIEF)
    await chief.say(f"/find {name}")
    await chief.see("姓名是加密保存的", fresh=True)
