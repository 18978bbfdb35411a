"""The receipt after the selection, what is sent from it, and what owners are told of the desk's decisions."""

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests import factories
from tests.e2e.test_rehearsal import draws, rehearses_to_selection
from tests.person import Person
from tests.world import (
    CHIEF,
    OTHER,
    OWNER,
    World,
    agrees,
    composes,
    office,
    open_world,
    reaches_selection,
    registers,
    verifies,
)

PHONE = "0668-1234567"
PLACE: dict[str, Any] = {"phone": PHONE, "latitude": 21.66, "longitude": 110.92}


@pytest.fixture
async def town(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    """An office with a telephone and a place on the map."""
    async with open_world(engine, tmp_path, offices=[office(**PLACE)]) as world:
        await world.release()
        yield world


async def chosen(world: World, chat_id: int = OWNER, number: int = 0, wish: str = "A1234") -> Person:
    """Return an owner who has just got a number, with the receipt on the screen."""
    owner = world.person(chat_id)
    await reaches_selection(owner, number)
    await composes(owner, wish)
    return owner


def picture(owner: Person, file_id: str | None) -> Image.Image:
    return Image.open(io.BytesIO(owner.read_file(file_id or "")))


async def tick(world: World) -> None:
    await world.service.jobs.ends()
    await world.service.jobs.tell()


# --- the receipt ----------------------------------------------------------------------------


async def test_receipt_says_number_date_and_place_in_four_lines(town: World) -> None:
    owner = await chosen(town)
    shown = await owner.see("第6步", "粤K·A1234", "2026年3月17日(周二) 17:00", "粤K车辆管理所")
    assert len(shown.words.splitlines()) == 4
    assert re.fullmatch(r"公开记录 #\d+ [0-9a-f]{16} /verify", shown.words.splitlines()[-1])
    drawn = picture(owner, shown.photo)
    assert drawn.height < 1.5 * drawn.width


async def test_clerk_confirms_what_the_code_on_the_receipt_says(town: World) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    owner, chief = await chosen(town), town.person(CHIEF)
    shown = await owner.see("第6步")
    (code,) = zxingcpp.read_barcodes(picture(owner, shown.photo).convert("L"))
    await chief.say(code.text)
    await chief.press("确认已上牌")
    await chief.see("已确认上牌", "粤K·A1234")


async def test_papers_and_help_stand_under_the_same_picture(town: World) -> None:
    owner = await chosen(town)
    receipt = await owner.see("第6步")
    await owner.press("需带材料")
    papers = await owner.see("• 机动车所有人的身份证明", "• 购车发票等机动车来历证明")
    assert (papers.message_id, papers.photo) == (receipt.message_id, receipt.photo)
    await owner.press("返回")
    await owner.press("来不及怎么办")
    await owner.see("2 年内不能网上预选", "自动顺延", f"☎ {PHONE}")
    await owner.press("返回")
    await owner.see("第6步")


async def test_map_and_calendar_come_when_asked_for(town: World) -> None:
    owner = await chosen(town)
    assert not any(shown.body.get("venue") or shown.document for shown in owner.history)
    await owner.press("地图")
    place = await owner.see("粤K车辆管理所 某市某路1号")
    assert place.body["venue"]["location"] == {"latitude": 21.66, "longitude": 110.92}
    await owner.press("加入日历")
    calendar = await owner.see("把截止时间加入日历")
    assert "DTEND:20260317T090000Z" in owner.read_file(calendar.document or "").decode()


async def test_receipt_is_sent_to_be_printed(town: World) -> None:
    owner = await chosen(town)
    await owner.press("PDF")
    file = owner.read_file((await owner.see("打印后带到窗口办理")).document or "")
    assert file.startswith(b"%PDF-")
    assert file.count(b"/Type /Page\n") == 1


async def test_shared_picture_is_a_message_of_its_own_without_personal_data(town: World) -> None:
    owner = await chosen(town)
    await owner.press("分享图")
    card = await owner.see("我选到了 粤K·A1234")
    assert (card.words, card.buttons) == ("我选到了 粤K·A1234", [])
    assert picture(owner, card.photo).size == (1080, 1080)
    assert not card.body.get("has_protected_content")


async def test_office_without_a_place_on_the_map_offers_none(world: World) -> None:
    await world.release()
    owner = await chosen(world)
    assert not any("地图" in label for label in owner.last.buttons)
    owner.button("加入日历")


async def test_office_page_names_the_telephone(town: World) -> None:
    stranger = town.person(OTHER)
    await stranger.say("/offices")
    await stranger.say("粤K")
    await stranger.see("办理地点", f"☎ {PHONE}")


async def test_rehearsal_sends_nothing(world: World) -> None:
    """Its receipt shows what to bring, but no file, place or picture leaves it."""
    owner = world.person()
    await rehearses_to_selection(owner)
    await owner.press(await draws(owner))
    await owner.press("确定选用")
    await owner.see("模拟", "完成号牌预选")
    assert not any(word in label for label in owner.last.buttons for word in ("日历", "PDF", "分享", "地图"))
    await owner.press("需带材料")
    await owner.see("模拟", "• 机动车所有人的身份证明")


# --- what owners are told -------------------------------------------------------------------


async def test_owner_of_a_registered_number_shares_it_from_the_notice(town: World) -> None:
    owner, chief = await chosen(town), town.person(CHIEF)
    await chief.say("/confirm 粤KA1234 000000")
    await chief.press("确认已上牌")
    await tick(town)
    await owner.see("🎉 已上牌", "粤K·A1234", PHONE)
    await owner.press("分享图")
    await owner.see("我选到了 粤K·A1234")
    await owner.see("✅ 已上牌:粤K·A1234", "确认于 2026年3月10日")


async def test_revoked_owner_selects_again_from_the_notice(town: World) -> None:
    owner, chief = await chosen(town), town.person(CHIEF)
    await chief.say("/revoke 粤KA1234 资料有误")
    await chief.press("确认撤销该预选")
    await tick(town)
    await owner.see("预选已被取消", "可以重新预选")
    await owner.press("【预选号牌】")
    await owner.see("第1步")


async def test_owner_is_told_of_granted_chances(town: World) -> None:
    owner, chief = town.person(), town.person(CHIEF)
    await reaches_selection(owner)
    await chief.say(f"/grant {factories.vin(0)} random=2 compose=5 系统故障")
    await chief.press("确认增加")
    await tick(town)
    await owner.see("增加选号机会", "随机选号 2 批、自编选号 5 个", "000000")
    await owner.press("【预选号牌】")
    await owner.see("随机还剩 7 批", "您还可以自编25个号牌")


async def test_owner_is_told_of_another_user_type(town: World) -> None:
    owner, chief = town.person(), town.person(CHIEF)
    await registers(owner)
    await chief.say(f"/usertype {OWNER} counter")
    await chief.press("确认")
    await tick(town)
    await owner.see("用户类型", "窗口注册用户", "任何受理的发牌机关")


async def test_owner_turned_away_by_maintenance_is_told_when_it_is_over(town: World) -> None:
    owner, chief = town.person(), town.person(CHIEF)
    await registers(owner)
    await agrees(owner)
    await chief.say("/maintenance 粤K on 升级")
    await chief.press("开始维护")
    await owner.press("【开始选号】")
    await owner.see("系统维护中", "升级")
    await owner.press("🔔 开放时提醒我")
    await tick(town)
    assert not any("选号服务已开放" in shown.words for shown in owner.history)
    await chief.say("/maintenance 粤K off")
    await chief.press("结束维护")
    await tick(town)
    await owner.see("选号服务已开放")
    await owner.press("【预选号牌】")
    await verifies(owner)


async def test_owner_who_was_told_of_the_opening_is_told_of_the_end_of_maintenance(town: World) -> None:
    """Both fall into the same opening hours, so the second must not count as told already."""
    owner = town.person()
    await registers(owner)
    await agrees(owner)
    await _maintained(town, owner, "/preselect", "开放时提醒我", "会提醒您")
    await _maintained(town, owner, "/preselect", "开放时提醒我", "会提醒您")
    assert sum("选号服务已开放" in shown.words for shown in owner.history) == 2


async def _maintained(town: World, owner: Person, said: str, label: str, toast: str) -> None:
    """Let an owner press a button in a time of maintenance, and hear of its end."""
    chief = town.person(CHIEF)
    await chief.say("/maintenance 粤K on 升级")
    await chief.press("开始维护")
    await chief.see("维护", fresh=True)
    if said:
        await owner.say(said)
    await owner.press(label)
    await owner.see_toast(toast)
    await chief.say("/maintenance 粤K off")
    await chief.press("结束维护")
    await chief.see("已结束", fresh=True)
    town.clock.advance(timedelta(minutes=1))
    await tick(town)
    await owner.see("选号服务已开放", fresh=True)
    await owner.press("【预选号牌】")


async def test_reminders_are_listed_from_the_first_to_the_last(town: World) -> None:
    owner = await chosen(town)
    await owner.press("提醒设置")
    await owner.see("截止前 3、1 个工作日 + 最后一天早上")
    await owner.press("返回")
    await owner.see("第6步", fresh=True)
    await owner.press("【我的选号】")
    await owner.press("提醒设置")
    await owner.press("返回")
    await owner.see("我的选号", fresh=True)


async def test_receipt_that_is_looked_at_again_leaves_no_second_picture(town: World) -> None:
    owner = await chosen(town)
    for _time in range(2):
        await owner.say("/start")
        await owner.press("【预选号牌】")
        await owner.see("完成号牌预选", fresh=True)
    await owner.press("返回首页")
    await owner.settled()
    assert sum("完成号牌预选" in shown.words for shown in owner.history) == 1
