"""A VIN from a photo of its barcode, and other attachments on the VIN's screen."""

from pathlib import Path

import pytest

from bot.photos import barcodes
from core.values.vehicles import group_vin
from tests import factories
from tests.barcoded import beside, photo
from tests.browser_person import browser_person
from tests.malicious_files import HEIC, REFUSED, card
from tests.person import Person, Shown
from tests.photographed import jpeg
from tests.world import OTHER, OWNER, World, eventually, open_world, registers

SECOND = factories.vin(7)
FOREIGN = "WVWZZZ1JZXW000010"  # its maker has a letter in the ninth position
ONE = "只处理了您同时发送的第一张"
SCREEN = "17 位车辆识别代号"
SHOWN = "LSV TESTX3 RM000001"


async def to_vin(owner: Person) -> None:
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.see(SCREEN)
    await owner.settled()


async def vin_of(world: World) -> str | None:
    """Return the VIN of the owner's preselection."""
    row = await world.store.read(lambda tx: tx.all("preselection.of_account", account_id=1)[0])
    return row["vin"] if row["vin"] is None else str(row["vin"])


def said(owner: Person, words: str) -> list[Shown]:
    return [shown for shown in owner.history if shown.from_bot and words in shown.words]


async def test_photo_leads_where_typing_does(world: World) -> None:
    await world.release()
    owner = world.person()
    await to_vin(owner)
    assert "也可以直接发送照片" in owner.last.text
    await owner.send_photo(photo("QR", factories.VIN, 20))
    await owner.see("已识别车辆识别代号", SHOWN, "请输入机动车整车出厂合格证编号", "已从聊天中删除")
    await eventually(lambda: all(shown.from_bot or shown.text for shown in owner.history))
    await owner.say(factories.CERTIFICATE)
    await owner.see("请逐项核对", SHOWN)
    assert await vin_of(world) == factories.VIN


async def test_picture_as_file_is_read_too(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    await owner.send_file(photo("Code 39", factories.VIN, 100), "IMG_0001.JPG", "image/jpeg")
    await owner.see("已识别车辆识别代号", SHOWN)
    assert await vin_of(sqlite_world) == factories.VIN


async def test_vin_is_found_among_other_fields(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    await owner.send_photo(photo("Data Matrix", f"ABCD12345678901|{factories.VIN}|2026-03-01|TEST1"))
    await owner.see("已识别车辆识别代号", "已识别合格证编号", "请逐项核对", SHOWN)


async def test_vin_and_certificate_are_read_from_two_codes_of_one_photo(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    await owner.send_photo(beside(photo("QR", factories.CERTIFICATE), photo("Code 39", factories.VIN, 30)))
    await owner.see("请逐项核对", SHOWN, factories.CERTIFICATE)


async def test_certificate_is_read_from_a_photo_of_its_own(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    await owner.say(factories.VIN)
    await owner.see("请输入机动车整车出厂合格证编号")
    await owner.send_photo(photo("QR", factories.VIN))
    await owner.see("没有合格证编号", fresh=True)
    await owner.send_photo(photo("QR", factories.CERTIFICATE))
    await owner.see("已识别合格证编号", "请逐项核对")


async def test_vin_that_is_printed_wrongly_is_named(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    await owner.send_photo(photo("QR", "LSVTESTX3RM000002"))
    await owner.see("LSV TESTX3 RM000002", "校验位不符", SCREEN, fresh=True)
    assert await vin_of(sqlite_world) is None


async def test_one_of_several_vins_is_chosen(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    await owner.send_photo(photo("QR", f"{SECOND};{factories.VIN}"))
    await owner.see("照片中有几个车辆识别代号")
    await owner.press(SHOWN)
    await owner.see("请输入机动车整车出厂合格证编号")
    assert await vin_of(sqlite_world) == factories.VIN


async def test_two_vehicles_on_one_photo_are_asked_about(world: World) -> None:
    await world.release()
    owner = world.person()
    await to_vin(owner)
    await owner.send_photo(beside(photo("QR", factories.VIN), photo("Code 39", SECOND, 30)))
    shown = await owner.see("照片中有几个车辆识别代号")
    assert [label for label in shown.buttons if label.startswith("LSV")] == [SHOWN, group_vin(SECOND)]
    assert await vin_of(world) is None
    await owner.press(group_vin(SECOND))
    await owner.see("请输入机动车整车出厂合格证编号")
    assert await vin_of(world) == SECOND


async def test_label_light_on_dark_leads_on(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    await owner.send_photo(photo("Code 128", factories.VIN, 20, inverted=True))
    await owner.see("已识别车辆识别代号", SHOWN)


async def test_foreign_vin_is_asked_about_once_more(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    await owner.send_photo(photo("Code 128", FOREIGN))
    await owner.see("请再核对一次车辆识别代号", "WVW ZZZ1JZ XW000010")
    await owner.press("核对无误")
    await owner.see("请输入货物进口证明书编号")
    assert await vin_of(sqlite_world) == FOREIGN


async def test_better_photo_is_asked_for(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    await owner.send_photo(jpeg(card()))
    await owner.see("没有在照片中找到条码", "光线充足", SCREEN, fresh=True)
    await owner.send_photo(photo("QR", "https://example.com/car"))
    await owner.see("条码里没有车辆识别代号", SCREEN, fresh=True)
    assert await vin_of(sqlite_world) is None
    await owner.say(factories.VIN)
    await owner.see("请输入机动车整车出厂合格证编号")


FILES = {
    "SVG": (REFUSED["SVG"][1], "image/svg+xml", "不是可以识别的图片"),
    "ZIP": (REFUSED["ZIP"][1], "application/zip", "不是可以识别的图片"),
    "PDF": (REFUSED["PDF"][1], "application/pdf", "不是可以识别的图片"),
    "text that says it is a photo": (lambda: b"no photo", "image/jpeg", "不是可以识别的图片"),
    "bomb": (REFUSED["PNG of 3.6 thousand million pixels"][1], "image/png", "最多 25,000,000 像素"),
    "moving picture": (REFUSED["moving PNG"][1], "image/png", "不能使用动图"),
    "HEIC without a code": (HEIC.read_bytes, "image/heic", "没有在照片中找到条码"),
}


async def test_other_files_are_refused_in_words(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    for made, mime, told in FILES.values():
        await owner.send_file(made(), "IMG_0001.JPG", mime)
        await owner.see(told, SCREEN, fresh=True)
    assert await vin_of(sqlite_world) is None


async def test_album_is_answered_once(world: World) -> None:
    await world.release()
    owner = world.person()
    await to_vin(owner)
    await owner.send_album([photo("QR", factories.VIN), *[photo("QR", SECOND)] * 9])
    await owner.see(ONE)
    await owner.settled(quiet=0.4)
    assert await vin_of(world) == factories.VIN
    assert len(said(owner, ONE)) == 1
    assert len(said(owner, "请输入机动车整车出厂合格证编号")) == 1  # what became of the others is told apart


async def test_album_that_begins_badly_is_answered_twice(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    before = len(said(owner, ""))
    await owner.send_album([jpeg(card()), *[photo("QR", factories.VIN)] * 4])
    await owner.see(ONE)
    await owner.settled(quiet=0.4)
    assert await vin_of(sqlite_world) is None
    answers = [shown for shown in said(owner, "") if "正在识别照片" not in shown.words]
    assert len(answers) == before + 2


async def test_next_album_counts_anew(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await to_vin(owner)
    await owner.send_album([jpeg(card())] * 3, "1")
    await owner.see(ONE)
    await owner.settled(quiet=0.4)
    await owner.send_album([photo("QR", factories.VIN)] * 3, "2")
    await owner.see("请输入机动车整车出厂合格证编号")
    await owner.see(ONE)
    assert await vin_of(sqlite_world) == factories.VIN


async def test_album_in_the_wrong_step_gets_one_hint(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.see("姓名")
    await owner.send_album([jpeg(card())] * 5)
    await owner.see("这里不需要图片")
    await owner.settled(quiet=0.4)
    assert (len(said(owner, "这里不需要图片")), len(said(owner, ONE))) == (1, 0)


async def test_name_of_anothers_file_is_a_text(sqlite_world: World) -> None:
    """Only files of a person's own message are fetched: a typed file name is a wrong VIN."""
    await sqlite_world.release()
    other, owner = sqlite_world.person(OTHER), sqlite_world.person()
    await other.send_photo(photo("QR", factories.VIN))
    theirs = next(shown.photo for shown in reversed(other.history) if shown.photo)
    await other.settled()  # nobody asked for it, so it is deleted from the chat
    assert theirs is not None
    await to_vin(owner)
    called: list[str] = []
    sqlite_world.sandbox.api.watchers.append(called.append)
    await owner.say(theirs)
    await owner.see(SCREEN, fresh=True)
    await owner.settled()
    assert not [method for method in called if method.casefold() == "getfile"]
    assert await vin_of(sqlite_world) is None


async def test_without_the_reader_the_screen_asks_for_typing(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sqlite_world.release()
    monkeypatch.setattr(barcodes, "INSTALLED", False)
    owner = sqlite_world.person()
    await to_vin(owner)
    assert "照片" not in owner.last.text
    await owner.send_photo(photo("QR", factories.VIN))
    await owner.see("暂时不能识别照片中的条码", SCREEN, fresh=True)
    await owner.say(factories.VIN)
    await owner.see("请输入机动车整车出厂合格证编号")


@pytest.mark.browser
async def test_photo_is_sent_in_the_page(tmp_path: Path) -> None:
    paper = tmp_path / "paper.jpg"
    paper.write_bytes(photo("Code 128", factories.VIN, 25))
    async with (
        open_world("sqlite", tmp_path) as world,
        browser_person(world.sandbox.url) as chat,
    ):
        await world.release()
        await chat.open(OWNER)
        await chat.press("开始 Start")
        await chat.press("【预选号牌】")
        await chat.press("同意并继续")
        await chat.say("测试车主")
        await chat.say(factories.IDENTITY)
        await chat.press("发送本人手机号")
        await chat.press("确认注册并预选 小型汽车")
        await chat.press("【阅读并同意】")
        await chat.see(SCREEN)
        await chat.attach(paper)
        await chat.see("已识别车辆识别代号")
        await chat.say(factories.CERTIFICATE)
        await chat.see("请逐项核对")
        await chat.see(SHOWN)
        await chat.press("修改车辆识别代号")
        await chat.see("返回")
        await chat.send_sample("示例车架号条码")
        await chat.see_in_view("请逐项核对")
        await chat.page.screenshot(path=tmp_path / "read.png")
        assert chat.complaints == []
