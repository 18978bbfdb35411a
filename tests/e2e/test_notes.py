"""/note: notes on a case, seen on its card and handed over with the shift."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.ports import Tx
from tests import factories
from tests.core.appealing import appealed
from tests.core.sql import sql
from tests.core.tools import registered, reserved
from tests.e2e.test_desk import CLERK, DESK_PEOPLE, HOLDER, gives
from tests.world import CHIEF, World, office, open_world

NOTE = "已电话,周五来"


@pytest.fixture
async def place(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world(engine, tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        await world.store.run(reserved, world.core, 2, "A1234")
        yield world


def notes(tx: Tx) -> list[tuple[str, str, str]]:
    rows = sql(tx, "SELECT subject, office, written_by FROM note ORDER BY note_id")
    return [(row["subject"], row["office"], row["written_by"]) for row in rows]


async def test_note_is_on_the_card_and_at_the_next_shift(place: World) -> None:
    clerk, chief = await gives(place, "clerk"), place.person(CHIEF)
    await clerk.say(f"/note 粤K·A1234 {NOTE}")
    await clerk.see("已记备注", "查询结果", f"赵窗口({CLERK}):{NOTE}")
    place.forward(minutes=1)
    await clerk.press("📝 备注")
    await clerk.say("材料齐了")
    card = await clerk.see("已记备注", "材料齐了", NOTE)
    assert card.words.index("材料齐了") < card.words.index(NOTE)  # the newest first
    await chief.say("/desk")
    await chief.press("📝 备注(2)")
    await chief.see("最近 24 小时的备注", NOTE, "材料齐了", "粤K·A1234")
    await chief.press("粤K·A1234")
    await chief.see("查询结果", NOTE)
    await chief.say("/audit 写备注")
    await chief.see("写备注 1:已电话", "写备注 2:材料齐了")
    place.forward(hours=25)
    await chief.say("/desk")
    await chief.settled()
    shown = chief.last
    assert not [label for label in shown.buttons if "备注" in label]


@pytest.mark.parametrize(
    ("what", "subject"),
    [
        (factories.vin(2), "preselection:1"),
        ("粤K-00000001", "preselection:1"),
        (str(HOLDER), "account:1"),
        (factories.phone(2), "account:1"),
        (factories.identity(2), "account:1"),
    ],
)
async def test_note_is_on_what_was_named(place: World, what: str, subject: str) -> None:
    chief = place.person(CHIEF)
    await chief.say(f"/note {what} {NOTE}")
    await chief.see("已记备注", NOTE)
    assert await place.store.read(notes) == [(subject, "粤K", f"chat:{CHIEF}")]


async def test_note_on_an_appeal(place: World) -> None:
    owner = await place.store.run(registered, place.core, 4)
    number = await place.store.run(appealed, place.core, owner, 2)
    reviewer = await gives(place, "reviewer")
    await reviewer.say(f"/note 申诉 {number} 已要求补发票原件")
    await reviewer.see("已记备注", "已要求补发票原件")
    assert [note[0] for note in await place.store.read(notes)] == [f"appeal:{number}"]
    await reviewer.say("/appeals")
    await reviewer.press(f"{number} · 粤K")
    await reviewer.see("申诉人", "已要求补发票原件")


async def test_note_is_filled_in_step_by_step(place: World) -> None:
    clerk = await gives(place, "clerk")
    await clerk.say("/desk")
    await clerk.press("窗口办理")
    await clerk.press("写备注")
    await clerk.see("关于谁、哪次预选或哪件申诉", "第 1/2 步")
    await clerk.say("张三")
    await clerk.see("不能按姓名查询", fresh=True)
    await clerk.say("粤KA9999")
    await clerk.see("备注要写在一个人", fresh=True)
    await clerk.say("粤KA1234")
    await clerk.see("✓ 预选 1 · 测**主", "请输入备注", fresh=True)
    await clerk.press("« 上一步")
    await clerk.see("关于谁", fresh=True)
    await clerk.say(factories.identity(2))
    await clerk.see("✓ 测**主", "请输入备注", fresh=True)
    assert factories.identity(2) not in str(await place.store.read(sql, "SELECT screen, args FROM dialog"))
    await clerk.say("电话 13800138002")
    await clerk.see("不要写身份证号", fresh=True)
    assert await place.store.read(notes) == []
    await clerk.say(NOTE)
    await clerk.see("已记备注", "查询结果", f"赵窗口({CLERK}):{NOTE}", fresh=True)
    assert await place.store.read(notes) == [("account:1", "粤K", f"chat:{CLERK}")]
    looked = await place.store.read(sql, "SELECT actor FROM audit WHERE action = 'looked_up'")
    assert [row["actor"] for row in looked] == [f"chat:{CLERK}"] * 2


async def test_form_writes_a_note_on_an_appeal(place: World) -> None:
    owner = await place.store.run(registered, place.core, 4)
    number = await place.store.run(appealed, place.core, owner, 2)
    chief = place.person(CHIEF)
    await chief.say("/note")
    await chief.press("一步一步填写")
    await chief.say(f"申诉 {number}")
    await chief.see(f"✓ 申诉 {number} · 测**主", fresh=True)
    await chief.say(NOTE)
    await chief.see("已记备注", NOTE, fresh=True)
    assert (await place.store.read(notes))[0][0] == f"appeal:{number}"


async def test_writer_withdraws_within_the_hour(place: World) -> None:
    clerk, chief = await gives(place, "clerk"), place.person(CHIEF)
    await clerk.say(f"/note 粤KA1234 {NOTE}")
    await clerk.see("已记备注")
    await chief.say("/find 粤KA1234")
    assert "↩️ 撤回我的备注" not in (await chief.see("查询结果", NOTE)).buttons
    await clerk.press("撤回我的备注")
    card = await clerk.see("备注已撤回", "查询结果")
    assert NOTE not in card.words
    await chief.say("/audit 备注")
    entries = await chief.see("撤回备注 1", NOTE)  # struck out, but kept
    assert "strikethrough" in str(entries.body.get("entities"))
    await clerk.say("/note 粤KA1234 第二条")
    await clerk.see("已记备注", "第二条")
    place.forward(minutes=61)
    await clerk.press("撤回我的备注")
    await clerk.settled()
    rows = await place.store.read(sql, "SELECT withdrawn_at FROM note ORDER BY note_id")
    assert [row["withdrawn_at"] is None for row in rows] == [False, True]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("粤KA1234", "用法:"),
        ("粤KA1234  ,", "用法:"),
        (f"粤KA1234 电话 {factories.phone(3)}", "请不要写身份证号"),
        (f"粤KA1234 证件 {factories.identity(3)}", "请不要写身份证号"),
        ("粤KA1234 " + "长" * 501, "最多 500 字,您写了 501 字"),
        ("粤KA7777 没有人", "备注要写在一个人"),
        ("申诉 99 没有这件", "没有这个申诉编号"),
        ("987654 没有这人", "没有找到"),
    ],
)
async def test_what_is_no_note_is_refused(place: World, written: str, said: str) -> None:
    chief = place.person(CHIEF)
    await chief.say(f"/note {written}")
    await chief.see(said, fresh=True)
    assert await place.store.read(notes) == []


async def test_other_offices_neither_write_nor_read(place: World) -> None:
    chief = place.person(CHIEF)
    await chief.say(f"/note 粤KA1234 {NOTE}")
    await chief.see("已记备注")
    clerk = await gives(place, "clerk", "粤A")
    for what in ("粤KA1234", str(HOLDER), factories.vin(2)):
        await clerk.say(f"/note {what} x备注x")
        await clerk.see("您没有该发牌机关的权限", fresh=True)
    await clerk.say("/desk")
    await clerk.settled()
    await clerk.say("/find 粤KA1234")
    await clerk.settled()
    assert not any(NOTE in shown.words for shown in clerk.history)
    assert len(await place.store.read(notes)) == 1


async def test_owner_exports_notes_and_they_go_with_the_data(place: World) -> None:
    await place.store.run(registered, place.core, 4)
    chief = place.person(CHIEF)
    await chief.say(f"/note 5004 {NOTE}")
    await chief.see("已记备注")
    found = await place.store.read(place.core.personal_data.read, 5004)
    assert [record["note"] for record in found["notes"]] == [NOTE]
    await place.store.run(place.core.personal_data.delete, 5004)
    assert await place.store.read(notes) == []
    await chief.say("/audit 写备注")
    await chief.see("写备注 1:—")
