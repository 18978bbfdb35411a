"""Bad input at every step: a clear message, unchanged state, nothing charged, nothing logged."""

import logging
from collections.abc import Awaitable, Callable, Iterator

import pytest

from bot.bot_api.client import quiet_libraries
from core.pool.releases import withhold
from core.ports import Tx
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from tests import factories
from tests.core.sql import sql
from tests.core.tools import registered
from tests.person import Person
from tests.world import CHIEF, OTHER, OWNER, TOKEN, World, agrees, reaches_selection, registers

Goto = Callable[[Person], Awaitable[None]]


async def _to_name(owner: Person) -> None:
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.see("姓名")


async def _to_identity(owner: Person) -> None:
    await _to_name(owner)
    await owner.say("测试车主")
    await owner.see("18 位居民身份证号码")


async def _to_phone(owner: Person) -> None:
    await _to_identity(owner)
    await owner.say(factories.IDENTITY)
    await owner.see("11 位手机号")


async def _to_vin(owner: Person) -> None:
    await registers(owner)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.see("17 位车辆识别代号")


async def _to_certificate(owner: Person) -> None:
    await _to_vin(owner)
    await owner.say(factories.VIN)
    await owner.see("合格证编号")


async def _to_code(owner: Person) -> None:
    await registers(owner)
    await agrees(owner)
    await owner.press("【开始选号】")
    await owner.see("短信验证码")


async def _to_wishes(owner: Person) -> None:
    await reaches_selection(owner)
    await owner.press("【自编选号】")
    await owner.see("您还可以自编20个号牌")


BAD: list[tuple[str, Goto, str, str, str]] = [
    ("name", _to_name, "张3", "姓名只能是", "姓名"),
    ("name", _to_name, "😀😀", "姓名只能是", "姓名"),
    ("name", _to_name, "x" * 4000, "姓名只能是", "姓名"),
    ("identity", _to_identity, "11010519491231002", "应为 18 位,您输入了 17 位", "居民身份证"),
    ("identity", _to_identity, "110105194912310021", "有一位输错了", "居民身份证"),
    ("identity", _to_identity, "11010519491231002Y", "身份证号码第18位不正确", "居民身份证"),
    ("identity", _to_identity, "1101051949123l0021", "第14位不正确:前 17 位只能是数字", "居民身份证"),
    ("identity", _to_identity, "9" * 4000, "应为 18 位", "居民身份证"),
    ("phone", _to_phone, "010-12345678", "手机号", "11 位手机号"),
    ("phone", _to_phone, "😀", "手机号", "11 位手机号"),
    ("phone", _to_phone, "+852 51234567", "中国大陆", "11 位手机号"),
    ("vin", _to_vin, "LSVTESTX3RM00000", "应为 17 位,您输入了 16 位", "17 位车辆识别代号"),
    ("vin", _to_vin, "ABCD12345678901", "已记下证书编号", "17 位车辆识别代号"),
    ("vin", _to_vin, "LSVTEST\u04253RM000001", "请用英文输入法重新输入", "17 位车辆识别代号"),
    ("vin", _to_vin, "LSVTESTX3RM000002", "LSV TESTX3 RM000002", "17 位车辆识别代号"),
    ("vin", _to_vin, "LSVTESTX3RMO00001", "没有字母 I、O、Q", "17 位车辆识别代号"),
    ("vin", _to_vin, "\u202e\u200f", "请输入车辆识别代号", "17 位车辆识别代号"),
    ("certificate", _to_certificate, "ABC", "位", "合格证编号"),
    ("certificate", _to_certificate, "LSVTESTX3RM000001", "这是车辆识别代号", "合格证编号"),
    ("certificate", _to_certificate, "ABCD1234567890X", "数字", "合格证编号"),
    ("code", _to_code, "12345", "6 位数字", "短信验证码"),
    ("code", _to_code, "😀" * 6, "6 位数字", "短信验证码"),
    ("wishes", _to_wishes, "A12O4", "请确认是否为数字 0 或 1", "自编选号"),
    ("wishes", _to_wishes, "粤A·12345", "本次选号的发牌机关是 粤K", "以下号码不能提交"),
    ("wishes", _to_wishes, "A1234 A1234", "同一号码重复填写", "自编选号"),
    ("wishes", _to_wishes, "B1234", "不在已投放的号段内", "以下号码不能提交"),
    ("wishes", _to_wishes, "A0001 A0002 A0003 A0004 A0005 A0006", "每次最多提交 5 个", "自编选号"),
    ("wishes", _to_wishes, "1" * 4000, "位", "以下号码不能提交"),
]


async def _state(world: World) -> list[tuple[int, ...]]:
    """Return what the services know of the owners: enough to see any change or charge."""

    def look(tx: Tx) -> list[tuple[int, ...]]:
        seen = []
        for chat_id in (OWNER, OTHER):
            account = world.core.accounts.find(tx, chat_id)
            if account is None:
                continue
            rows = tx.all("preselection.of_account", account_id=account.account_id)
            state = [hash(tuple(sorted(map(str, dict(row).items())))) for row in rows]
            filled = (account.name_sealed, account.identity_sealed, account.phone_sealed)
            seen.append((account.account_id, hash(filled), *state))
        codes = sql(tx, "SELECT code_id, wrong_tries FROM sms_code ORDER BY code_id")
        return [*seen, *((code["code_id"], code["wrong_tries"]) for code in codes)]

    return await world.store.read(look)


@pytest.mark.parametrize(("step", "go", "typed", "told", "screen"), BAD)
async def test_bad_text_changes_nothing(
    sqlite_world: World, step: str, go: Goto, typed: str, told: str, screen: str
) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await go(owner)
    await owner.settled()
    before = await _state(sqlite_world)
    await owner.say(typed)
    await owner.see(told, screen, fresh=True)
    assert await _state(sqlite_world) == before


async def _to_batch(owner: Person) -> None:
    await reaches_selection(owner)
    await owner.press("【随机一次(5)】")
    await owner.see("随机还剩 4 批")


@pytest.mark.parametrize("go", [_to_name, _to_identity, _to_phone, _to_code, _to_wishes, _to_batch])
async def test_photo_and_commands_keep_step(sqlite_world: World, go: Goto) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await go(owner)
    await owner.settled()
    before, live = await _state(sqlite_world), owner.last
    page, keys = live.body, owner.keys
    await owner.send_file(b"no picture", "note.pdf", "application/pdf")
    await owner.see("贴纸、语音、视频和文件我看不了", fresh=True)
    await owner.say("/help")
    await owner.see("预选号牌怎么用", fresh=True)
    await owner.say("/nonsense")
    await owner.see("没有这个命令", fresh=True)
    assert await _state(sqlite_world) == before
    assert (owner.me.messages[live.message_id].body, owner.keys) == (page, keys)  # and is still the live one
    assert not [one for one in owner.history if one.message_id > live.message_id and one.buttons]


async def test_full_width_input_is_accepted(sqlite_world: World) -> None:
    await sqlite_world.release()
    owner = sqlite_world.person()
    await _to_identity(owner)
    await owner.say("11010519491231002x")
    await owner.send_contact()
    await owner.press("确认注册并预选 小型汽车")
    await owner.press("【阅读并同意】")
    await owner.say("lsv testx3 rm000001")
    await owner.see("请输入机动车整车出厂合格证编号")


async def test_contact_of_somebody_else_is_refused(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await sqlite_world.person(OTHER).say("/start")
    await _to_phone(owner)
    await owner.send_contact(of=sqlite_world.person(OTHER))
    await owner.see("请发送您本人的联系方式")


async def test_other_chats_button_does_nothing(world: World) -> None:
    await world.release()
    owner, other = world.person(), world.person(OTHER)
    await reaches_selection(owner)
    await reaches_selection(other, 1)
    data = owner.button("【随机一次(5)】").data
    other.press_raw(data, other.last)
    await other.see_toast("这个按钮已过时")
    await other.see("随机还剩 5 批")


async def test_made_up_button_does_nothing(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await owner.say("/start")
    shown = await owner.see("机动车号牌预选")
    owner.press_raw("home:1:preselect::aaaaaaaa", shown)
    await owner.see_toast("这个按钮已过时")


async def test_double_tap_costs_one_draw(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    data, shown = owner.button("【随机一次(5)】").data, owner.last
    for _ in range(3):
        owner.press_raw(data, shown)
    await owner.see("随机还剩 4 批")
    await owner.settled()
    assert "随机还剩 4 批" in owner.last.words


async def test_empty_pool_charges_nothing(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await world.store.run(withhold, world.core.offices["粤K"], parse_mask(PlateKind.SMALL, "A####"), "chat:1")
    await owner.press("【随机一次(5)】")
    await owner.see_toast("未扣减次数")
    await owner.see("随机还剩 5 批")


async def test_fifth_wrong_code_locks(world: World) -> None:
    await world.release()
    owner = world.person()
    await _to_code(owner)
    right = await owner.sms_code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        await owner.say(wrong)
        await owner.see(f"还可输入 {left} 次", fresh=True)
    await owner.say(wrong)
    await owner.see("已连续输错5次,已作废", "秒后可以重新发送", fresh=True)
    await owner.say(right)
    await owner.see("已连续输错5次", fresh=True)


async def test_gateway_down_is_said_and_mended(world: World) -> None:
    await world.release()
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    world.sandbox.world.gateway_down = True
    await owner.press("【开始选号】")
    await owner.see("短信暂时发送不出去")
    world.sandbox.world.gateway_down = False
    world.forward(seconds=21)
    await world.tick()
    await owner.press("重新发送")
    await owner.say(await owner.sms_code())
    await owner.see("第5步")


async def test_guessing_identities_has_to_wait(sqlite_world: World) -> None:
    """Five identities of others are answered; then there is a wait, said in words."""
    for number in range(20, 26):
        await sqlite_world.store.run(registered, sqlite_world.core, number)
    stranger = sqlite_world.person(OTHER)
    await _to_identity(stranger)
    for number in range(20, 25):
        await stranger.say(factories.identity(number))
        await stranger.see("已被其他账号注册")
        await stranger.settled()
    await stranger.say(factories.identity(25))
    await stranger.see("多个他人已使用或与登记不符的", "1 分钟后再输入")
    sqlite_world.forward(seconds=61)
    await stranger.say(factories.identity(30))  # nobody has it
    await stranger.see("手机号")


async def test_taken_identity_shows_the_way(sqlite_world: World) -> None:
    owner, other = sqlite_world.person(), sqlite_world.person(OTHER)
    await registers(owner)
    await _to_identity(other)
    await other.say(factories.identity(0))
    await other.see("已被其他账号注册", "窗口")


async def test_taken_vin_is_refused_exactly(world: World) -> None:
    await world.release()
    owner, other = world.person(), world.person(OTHER)
    await _to_wishes(owner)
    await registers(other, 1)
    await agrees(other, 0)
    await other.press("【开始选号】")
    await other.see("该车辆正在由他人选号")
    await owner.say("A1234")
    await owner.press("提交")
    await owner.press("确认提交")
    await owner.see("第6步")
    await other.press("修改车辆识别代号")
    await other.say(factories.vin(0))
    await other.see("该车辆已预选号牌,不允许再次预选号牌!")
    chief = world.person(CHIEF)
    await chief.say("/confirm 粤KA1234 000000")
    await chief.press("确认已上牌")
    await other.press("修改车辆识别代号")
    await other.say(factories.vin(0))
    await other.see("该车辆已上牌,不能选号,请核对输入!")


async def test_strangers_know_no_desk(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    for command in ("/release 粤K small A####", "/confirm 粤K12345 000001", "/ban 2002 x", "/closed 粤K"):
        await owner.say(command)
        await owner.see("没有这个命令", fresh=True)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Keep the libraries quiet, as the program does when its log is set up."""
    before = logging.getLogger("telegram").level
    quiet_libraries()
    yield
    logging.getLogger("telegram").setLevel(before)


@pytest.mark.usefixtures("quiet")
async def test_log_identifies_nobody(sqlite_world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await sqlite_world.release()
    owner = sqlite_world.person()
    await reaches_selection(owner)
    await owner.say("看不懂的话")
    await owner.see("没有看懂")
    secrets = ("测试车主", factories.identity(0), "13800138001", factories.vin(0), TOKEN, owner.sms[-1].code)
    assert [secret for secret in secrets if secret in caplog.text] == []
