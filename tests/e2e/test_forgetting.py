"""Messages with identity numbers are deleted from the chat; a chief's menu is set with the first message."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from telegram import Message

from bot.dialog.effects import DeleteUserMessage
from bot.dialog.events import Other
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import View
from bot.routing.ptb import _event
from bot.routing.screens import BY_NAME
from bot.texts.menu import DESK_MENU
from sandbox.faults import Fault
from tests import factories
from tests.person import Person
from tests.photographed import jpeg
from tests.world import CHIEF, OTHER, World, eventually, open_world, registers


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world("sqlite", tmp_path) as opened:
        yield opened


def own(person: Person) -> list[str]:
    """Return a person's own messages that remain."""
    return [shown.text for shown in person.history if not shown.from_bot]


@pytest.mark.parametrize(
    "typed",
    [
        f"/identity {factories.identity(9)} 2001 已核对",
        f"/ban {factories.identity(9)}",  # refused: the reason is missing
        f"/unban {factories.phone(9)} 已核实",  # refused: nobody has it
        f"/nonsense {factories.identity(9)[:-1]}",
    ],
)
async def test_typed_personal_number_is_deleted(place: World, typed: str) -> None:
    chief = place.person(CHIEF)
    await chief.say(typed)
    await eventually(lambda: own(chief) == [])
    await chief.settled()
    assert factories.identity(9) not in chief.last.words


async def test_owners_identity_is_deleted_right_or_wrong(place: World) -> None:
    owner = place.person()
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.say("测试车主")
    await owner.see("18 位居民身份证号码:")
    await owner.say(factories.identity(9)[:-1])
    await owner.see("您输入了 17 位")
    await owner.say(factories.identity(9))
    await owner.see("注册 3/3")
    await eventually(lambda: own(owner) == ["/start"])


FORGOTTEN = "为保护隐私已从聊天中删除"


async def at_identity_page(place: World) -> Person:
    owner = place.person()
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.say("测试车主")
    await owner.see("18 位居民身份证号码:")
    return owner


@pytest.mark.parametrize(
    "typed",
    [
        "1101 0519 5001 0100 12",
        "身份证号：１１０１０５－１９５００１０１－００１２",
        "9144 0900 MA00 0000 1X",
        "E12345678",  # a passport, which is not accepted
        "110105 1950",
    ],
)
async def test_whatever_is_typed_for_an_identity_is_deleted(place: World, typed: str) -> None:
    owner = await at_identity_page(place)
    await owner.say(typed)
    await owner.settled()
    await eventually(lambda: own(owner) == ["/start"])


async def test_mistyped_identity_is_shown_masked_and_its_deletion_is_told_each_time(place: World) -> None:
    owner = await at_identity_page(place)
    number = factories.identity(9)
    wrong = f"{number[:-1]}{'1' if number[-1] != '1' else '2'}"
    for typed in (wrong, f"{wrong[:-1]}Y", number[:-1]):
        await owner.say(typed)
        await owner.see(f"{typed[:4]}{'*' * (len(typed) - 8)}{typed[-4:]}", FORGOTTEN, fresh=True)
        assert typed not in owner.last.words


async def test_refused_name_is_deleted_and_the_owner_is_told_each_time(place: World) -> None:
    owner = place.person()
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    for refused in ("张三1", "李四2"):
        await owner.say(refused)
        await owner.see(FORGOTTEN, fresh=True)
    await eventually(lambda: own(owner) == ["/start"])


@pytest.mark.parametrize("home", [True, False])
async def test_contact_never_stays(place: World, home: bool) -> None:  # noqa: FBT001 - a case
    owner, other = place.person(), place.person(OTHER)
    if home:
        await owner.say("/start")
    else:
        owner = await at_identity_page(place)
        await owner.say(factories.identity(9))
        await owner.see("注册 3/3")
    await owner.send_contact(of=other)
    await owner.settled()
    await eventually(lambda: not [shown for shown in owner.history if "contact" in shown.body])
    await owner.send_contact()
    await owner.settled()
    await eventually(lambda: not [shown for shown in owner.history if "contact" in shown.body])


async def test_photo_that_nobody_asked_for_is_deleted(place: World) -> None:
    owner = place.person()
    await owner.say("/start")
    picture = jpeg(Image.new("RGB", (400, 300)))
    await owner.send_photo(picture, "我的身份证")
    await owner.see(FORGOTTEN)
    await owner.send_file(picture, "id.jpg", "image/jpeg")
    await owner.send_file(b"%PDF", "id.pdf", "application/pdf")
    await owner.send_album([picture, picture, picture])
    await owner.settled()
    await eventually(lambda: own(owner) == ["/start"])
    await owner.send_file(b"vin", "a.csv", "text/csv")  # no picture
    await owner.settled()
    assert len(own(owner)) == 2


async def test_contact_and_video_as_files_are_deleted(place: World) -> None:
    owner = place.person()
    await owner.say("/start")
    for name, mime in (
        ("a.vcf", "text/vcard"),
        ("b.VCF", ""),
        ("c.mp4", "video/mp4"),
        ("d.ogg", "audio/ogg"),
    ):
        await owner.send_file(b"x", name, mime)
        await owner.see(FORGOTTEN, fresh=True)
    await owner.settled()
    await eventually(lambda: own(owner) == ["/start"])


@pytest.mark.parametrize("kind", ["video", "video_note", "voice", "audio", "sticker"])
def test_recording_is_private_and_a_sticker_is_not(kind: str) -> None:
    what = {"file_id": "f", "file_unique_id": "u", "duration": 1, "width": 1, "height": 1, "length": 1}
    if kind == "sticker":
        what |= {"is_animated": False, "is_video": False, "type": "regular"}
    said = Message.de_json(
        {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, kind: what}, None
    )
    assert said is not None
    event = _event(said, "bot")
    assert isinstance(event, Other)
    assert event.is_recording == (kind != "sticker")


async def test_number_in_a_caption_is_deleted(place: World) -> None:
    owner = place.person()
    await owner.say("/start")
    await owner.send_file(b"vin", "a.csv", "text/csv", f"身份证号:{factories.identity(9)}")
    await owner.settled()
    await eventually(lambda: own(owner) == ["/start"])


async def test_what_is_typed_of_a_vehicle_stays(place: World) -> None:
    await place.release()
    owner = place.person()
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.see("车辆识别代号")
    await owner.settled()
    before = len(own(owner))
    await owner.say("车架号：" + factories.vin(7))
    await owner.see("请输入机动车整车出厂合格证编号")
    await owner.say("合格证号：441201901015432")  # fifteen digits, like an identity number of before 1999
    await owner.settled()
    assert len(own(owner)) == before + 2
    assert FORGOTTEN not in owner.last.words


async def test_identity_typed_for_a_vehicle_is_deleted(place: World) -> None:
    await place.release()
    owner = place.person()
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.see("车辆识别代号")
    await owner.settled()
    before = own(owner)
    await owner.say(factories.identity(7))
    await owner.see(FORGOTTEN)
    await owner.send_photo(jpeg(Image.new("RGB", (400, 300))))  # no barcode on it
    await eventually(lambda: own(owner) == before, within=60)


async def test_rehearsal_forgets_as_well(place: World) -> None:
    owner = place.person()
    await owner.say("/start")
    await owner.press("【模拟选号】")
    await owner.settled()
    await owner.say("138 0013 8000")
    await owner.see(FORGOTTEN)
    await owner.send_contact()
    await owner.send_photo(jpeg(Image.new("RGB", (400, 300))))
    await owner.settled()
    await eventually(lambda: own(owner) == ["/start"])


@pytest.mark.parametrize(
    ("typed", "stays"),
    [
        ("/find 1101 0519 5001 0100 12", False),
        (f"/find{factories.identity(9)}", False),
        ("/audit 138-0013-8000", False),
        ("/find 粤K·13812", True),
        (f"/find {factories.vin(9)}", True),
        ("/closed 粤K 2026-12-31 盘点", True),
        ("/broadcast 粤K 咨询电话 0668-2880123", True),  # written for everybody
    ],
)
async def test_command_stays_unless_it_names_a_person(place: World, typed: str, stays: bool) -> None:  # noqa: FBT001 - a case
    chief = place.person(CHIEF)
    await chief.say(typed)
    await chief.settled()
    await eventually(lambda: own(chief) == ([typed] if stays else []))


async def test_screen_may_have_any_message_forgotten(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    secretive = Screen(
        name=ScreenName.HOME,
        show=lambda _ctx: View(text="说吧"),
        text=lambda _ctx, text: Goto(
            screen=ScreenName.HOME, note=f"{len(text)} 字", effects=(DeleteUserMessage(),)
        ),
    )
    monkeypatch.setitem(BY_NAME, ScreenName.HOME, secretive)
    owner = place.person()
    await owner.say("/start")
    await owner.say("不要留下")
    await owner.see("4 字")
    await eventually(lambda: own(owner) == ["/start"])


async def test_message_that_cannot_be_deleted_is_no_matter(place: World) -> None:
    chief = place.person(CHIEF)
    place.sandbox.faults.add(Fault(method="deleteMessage", kind="error", status=400))
    await chief.say(f"/unban {factories.identity(9)} 查明")
    await chief.see("不在黑名单上")
    await chief.settled()
    assert len(own(chief)) == 1


async def test_deletion_is_tried_again_after_a_fault_of_the_platform(place: World) -> None:
    chief = place.person(CHIEF)
    place.sandbox.faults.add(Fault(method="deleteMessage", kind="error", status=502))
    await chief.say(f"/unban {factories.identity(9)} 查明")
    await eventually(lambda: own(chief) == [], within=60)


async def test_end_of_the_program_waits_for_a_deletion(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path) as place:
        chief = place.person(CHIEF)
        place.sandbox.faults.add(Fault(method="deleteMessage", kind="delay", seconds=1.0))
        await chief.say(f"/unban {factories.identity(9)} 查明")
        await chief.see("不在黑名单上")
        assert len(own(chief)) == 1
    assert own(chief) == []


async def test_menu_of_the_chief_comes_with_the_first_word(place: World) -> None:
    chief, menus = place.person(CHIEF), place.sandbox.world.commands
    assert ("chat", CHIEF, "") not in menus  # at the start there was no chat to set it for
    await chief.say("/start")
    await eventually(lambda: ("chat", CHIEF, "") in menus)
    assert set(DESK_MENU) <= {one["command"] for one in menus["chat", CHIEF, ""]}


async def test_stranger_is_offered_nothing_of_the_desk(place: World) -> None:
    owner = place.person()
    await owner.say("/start")
    await owner.settled()
    assert [place for place in place.sandbox.world.commands if place[0] == "chat"] == []
