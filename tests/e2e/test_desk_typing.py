"""The desk as people really type: various dates, spaces, commas and widths, and incomplete commands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.texts.desk.commands import USAGE
from tests import factories
from tests.core.tools import reserved, verified
from tests.e2e.test_desk import DESK_PEOPLE, gives
from tests.person import Person
from tests.world import CHIEF, OWNER, World, eventually, office, open_world


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world(engine, tmp_path, people=DESK_PEOPLE, offices=offices) as world:
        await world.release()
        yield world


@pytest.fixture
def chief(world: World) -> Person:
    return world.person(CHIEF)


@pytest.mark.parametrize(
    ("asked", "button", "mistyped"),
    [
        ("/release 粤K small B####", "确认投放", "/release 粤K small B#### from 2026-13-01"),
        ("/void 粤KA1234 资料有误", "确认作废", "/void 粤KA12"),
        ("/broadcast 粤K 窗口搬迁", "在此注册的全部车主", "/broadcast 粤K"),
        ("/admins add 3001 clerk 粤K", "确认添加", "/admins add x clerk"),
    ],
)
async def test_mistyped_command_leaves_no_older_question_open(
    world: World, chief: Person, asked: str, button: str, mistyped: str
) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say(asked)
    await chief.see("?")
    assert any(button in label for label in chief.last.buttons)
    await chief.say(mistyped)
    await eventually(
        lambda: not any(button in label for shown in chief.history for label in shown.buttons), within=15
    )


async def test_office_and_number_are_read_in_any_width(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    tail = factories.vin(2)[-6:]
    for written in ("粤ｋ ａ１２３４", "粤K · A1234", "粤k-a1234"):
        await chief.say(f"/confirm {written}，{tail}")
        await chief.see("窗口确认", "粤K·A1234", fresh=True)
    await chief.say("/segments 粤Ｋ")
    await chief.see("粤K 茂名市 号段")


async def test_ban_until_a_day_in_words_ends_on_that_day(world: World, chief: Person) -> None:
    await world.store.run(verified, world.core, 2)
    await chief.say("/ban +86 138 0000 0002 2027年1月1日 违规")
    await chief.see("到 2027年1月1日(周五)", "原因:违规")
    await eventually(
        lambda: all("138" not in shown.text for shown in chief.history if not shown.from_bot), 15
    )


async def test_question_of_a_release_says_when_it_may_be_composed(world: World, chief: Person) -> None:
    await chief.say("/release 粤K 小型汽车 b#### from 2026/12/1 9:00")
    await chief.see(
        "随机选号:2026年12月1日(周二) 09:00起", "2026年12月9日(周三) 至 2026年12月15日(周二) 之间抽签决定"
    )
    await chief.say("/release 粤A small A####")
    await chief.see("随机选号:立即开放", "自编选号:同时开放")
    await chief.say("/release 粤A small A#### compose drawn")
    await chief.see("2026年3月18日(周三) 至 2026年3月24日(周二) 之间抽签决定")
    await chief.say("/release 粤A small A#### compose 3月12日")
    await chief.see("自编选号:2026年3月12日(周四) 00:00起")


async def test_roles_and_types_are_read_in_words(world: World, chief: Person) -> None:
    await world.store.run(verified, world.core, 2)
    await chief.say("/usertype 5002 窗口注册用户")
    await chief.see("新车车主 → 窗口注册用户")
    await chief.say("/admins add 3001 窗口 ALL")
    await chief.see("窗口(全部发牌机关)")
    await chief.say("/maintenance ALL ON\n系统升级")
    await chief.see("车主将看到:系统升级")


async def test_chances_of_one_kind_are_given_once(world: World, chief: Person) -> None:
    vin = factories.vin(2)
    await chief.say(f"/grant {vin} random=1 random=2 补偿")
    await chief.see("用法:/grant")
    await chief.say(f"/grant {vin} Random=1，compose = 5,系统故障,补偿")
    await chief.see("随机选号 +1 次,自编号牌 +5 个", "系统故障,补偿")


async def test_whole_vin_confirms_as_its_last_six_do(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say(f"/confirm 粤KA1234 {factories.vin(3)}")
    await chief.see("后六位不符")
    for short in ("00000", "00000x2", f"{factories.vin(2)}1"):
        await chief.say(f"/confirm 粤KA1234 {short}")
        await chief.see(f"后六位或全部 17 位,收到的是 {len(short)} 位", fresh=True)
    await chief.say(f"/confirm 粤KA1234 {factories.vin(2).lower()}")
    await chief.press("确认已上牌")
    await chief.see("粤K·A1234 已确认上牌")


async def test_receipt_leads_to_its_card(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say("/find 粤K-00000001")
    await chief.see("查询结果", "粤K·A1234")
    for other in ("粤A-00000001", "粤K-00000002"):
        await chief.say(f"/find {other}")
        await chief.see("没有查到相关记录", fresh=True)


async def test_card_says_how_its_answer_is_written(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    for button, typed in (
        ("⛔ 黑名单", "2028-01-01"),
        ("增加机会", "random=1"),
        ("转入身份", factories.IDENTITY),
    ):
        await chief.say("/find 粤KA1234")
        await chief.press(button)
        await chief.say(typed)
        shown = await chief.see("按下面的例子输入", fresh=True)
        assert "用法" not in shown.words


async def test_nothing_is_asked_or_promised_that_will_not_be(world: World, chief: Person) -> None:
    await world.store.run(verified, world.core, 2)
    await chief.say("/usertype 5002 new_owner")
    await chief.see("此人已是这个用户类型")
    await chief.say(f"/ban {factories.identity(9)} 冒用身份")
    shown = await chief.see("此身份尚未注册,没有人会收到通知")
    assert "本人会收到通知" not in shown.words


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("粤K，投放，3月", "粤K + 投放 + 2026-03"),
        ("投放 今天", "投放 + 2026-03-10"),
        ("released 2026年3月10日", "投放 + 2026-03-10"),
        ("粤ｋ 2026/3/10", "粤K + 2026-03-10"),
    ],
)
async def test_journal_is_asked_in_words(chief: Person, written: str, title: str) -> None:
    await chief.say(f"/audit {written}")
    await chief.see(f"操作记录:{title}\n", "投放号段 A####")


@pytest.mark.parametrize("written", ["3-10", "13月", "2026年2月30日", "昨天 今天 投放 作废", "投"])
async def test_journal_does_not_guess(chief: Person, written: str) -> None:
    await chief.say(f"/audit {written}")
    await chief.see("没有看懂要查什么")


async def test_file_may_bring_its_command(world: World, chief: Person) -> None:
    row = f"{factories.vin(3)},{factories.certificate(3)},small,new\n"
    head = "vin,certificate,kind,state\n"
    await chief.say("/start")
    await chief.send_file(f"{head}LSV,x,small,new\n".encode(), "bad.csv", caption="/vehicles")
    await chief.see("有 1 行错误", "车辆登记数据")
    await chief.say("/start")
    await chief.send_file((head + row).encode(), "a.csv", caption="/vehicles")
    await chief.press("确认导入")
    await chief.see("已导入,立即生效")


async def test_file_with_a_command_of_the_desk_is_nothing_to_a_stranger(world: World) -> None:
    owner = world.person(OWNER)
    await owner.say("/start")
    await owner.send_file(b"vin,certificate,kind,state\n", "a.csv", caption="/vehicles")
    await owner.see("没有这个命令")
    await owner.send_file(b"x", "a.csv", caption="/cancel")
    await owner.see("只能看文字和照片")


async def test_question_of_an_identity_names_what_its_holder_keeps(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await world.store.run(verified, world.core, 3)
    await chief.say(f"/identity {factories.identity(2)} 5003 已核对原件")
    await chief.see("转出:聊天号 5002", "已预选的 粤K·A1234 不随之取消")


_WITH_REASON = (
    "/undo 粤KA1234 {}",
    "/hours 粤K 2026-12-31 窗口 09:00-12:00 {}",
    "/void 粤KA1234 {}",
    "/revoke 粤KA1234 {}",
    "/closed 粤K 2026-12-31 {}",
    "/reject 12 {}",
    "/ban 5002 {}",
    "/ban 5002 until 2028-01-01 {}",
    "/unban 5002 {}",
    "/usertype 5002 counter {}",
    f"/identity {factories.identity(9)} 5003 {{}}",
    f"/grant {factories.vin(2)} random=1 {{}}",
    "/maintenance 粤K on {}",
    "/withhold 粤K small A88## {}",
    "/unwithhold 粤K small A88## {}",
)


@pytest.mark.parametrize("command", _WITH_REASON)
@pytest.mark.parametrize("reason", ["资料不符,身份证110105194912310021", "车主电话 138 0013 8099 已核对"])
async def test_reason_with_a_personal_number_is_refused(
    world: World, chief: Person, command: str, reason: str
) -> None:
    """What was just deleted is not shown again, stored or told to the owner."""
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say(command.format(reason))
    await chief.see("请不要写身份证号")
    await eventually(lambda: all(shown.from_bot for shown in chief.history), 15)
    shown = "".join(shown.text for shown in chief.history).replace(" ", "")
    assert "110105194912310021" not in shown
    assert "13800138099" not in shown


def test_every_command_with_a_reason_is_tested() -> None:
    named = {command for command, usage in USAGE.items() if "原因" in usage()} | {"maintenance"}
    assert named == {command.split()[0].removeprefix("/") for command in _WITH_REASON}


async def test_maintenance_may_name_the_telephone_of_the_office(chief: Person) -> None:
    await chief.say("/maintenance 粤K on 系统升级,咨询 0668-2881234")
    await chief.see("车主将看到:系统升级,咨询 0668-2881234")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/closed 粤K 2027年1月5日至1月6日 停电", "2027年1月5日(周二) 至 2027年1月6日(周三)(共 2 天)"),
        ("/closed 粤K 7月5日-7日 停电", "共 3 天"),
        ("/closed 停电 2027-01-05至2027-01-06 粤K", "共 2 天"),
        ("/closed 粤K 明天 停电", "2026年3月11日(周三)"),
        ("/closed 粤K 下周五 停电", "2026年3月20日(周五)"),
        ("/closed 粤K 2027-01-05 2027-01-06 停电", "原因中有像日期的「2027-01-06」"),
        ("/closed 粤K 1月5日 停电到7日", "原因中有像日期的「到7日」"),
        ("/closed 粤K 1月5日,1月6日 停电", "原因中有像日期的「1月6日」"),
        ("/closed 粤K 2027-01-06 至 2027-01-05 停电", "先后写反了"),
        ("/closed 粤K 2027-01-05 至 2027-05-05 停电", "一次最多登记 62 天"),
        ("/closed 粤K 2027-01-05 下午 停电", "窗口办公时间 09:00-12:00"),
        ("/closed 粤K 14:00-16:00 2027-01-05 停电", "窗口办公时间 09:00-14:00,16:00-17:00"),
        ("/closed 粤K 2027-01-05 18:00-19:00 停电", "本来就不办公"),
        ("/closed 粤K 2027-01-05 25:00-26:00 停电", "没有看懂时间"),
        ("/hours 粤K 2027-01-05 09:00-12:00 盘点", "用法"),
        ("/hours 粤K 网上 2027-01-05 至 7日 10:00-18:00 升级", "网上选号时间 10:00-18:00"),
        ("/hours 粤K 网上 不开放 2027-01-05 升级", "网上选号时间 不开放"),
        ("/closed 1月5日 停电", "缺少发牌机关"),
        ("/closed 2027-01-05 停电", "缺少发牌机关"),
        ("/closed 粤K 2月30日 停电", "没有 2月30日 这一天"),
        ("/closed 粤K 2027-02-29 停电", "没有 2027-02-29 这一天"),
        ("/closed 粤K 2026-12-31 3号窗口停电2天", "3号窗口停电2天"),
    ],
)
async def test_closed_day_is_never_guessed(chief: Person, typed: str, said: str) -> None:
    await chief.say(typed)
    await chief.see(said)


async def test_bar_by_identity_in_groups_and_mistyped(world: World, chief: Person) -> None:
    await world.store.run(verified, world.core, 2)
    number = factories.identity(2)
    await chief.say(f"/ban {number[:4]} {number[4:10]} {number[10:14]}-{number[14:]} 违规")
    await chief.see("原因:违规")
    await chief.say(f"/ban {number[:-1]}{'1' if number[-1] != '1' else '2'} 违规")
    await chief.see("校验不通过", fresh=True)


async def test_mistyped_search_hides_the_card_before_it(world: World, chief: Person) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    await chief.say("/find 粤KA1234")
    await chief.see("查询结果")
    await chief.say(f"/find {factories.identity(2)[:-1]}")
    await chief.see("您输入了 17 位", fresh=True)
    assert "查询结果" not in chief.last.words
    assert "A1234" not in chief.last.words


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("/closed 粤K 2026-12-02 to 2026-12-04 power cut", "power cut"),
        ("/closed 粤K tomorrow Stocktaking", "Stocktaking"),
        ("/hours 粤K 2026-12-31 counter 09:00-12:00 Stock taking", "Stock taking"),
        ("/hours 粤K 2026-12-31 ONLINE 10:00-18:00 update", "update"),
    ],
)
async def test_english_words_are_read_and_reasons_stay_as_typed(
    chief: Person, typed: str, reason: str
) -> None:
    await chief.say(typed)
    await chief.see(f"原因:{reason}", fresh=True)


@pytest.mark.parametrize(
    "typed",
    ["定时 明天9点 搬迁", "at tomorrow hello", "at 2026-12-01 hello", "定时 搬迁", "定时 2026-12-01 搬迁"],
)
async def test_time_of_a_broadcast_is_never_guessed(chief: Person, typed: str) -> None:
    await chief.say(f"/broadcast 粤K {typed}")
    shown = await chief.see("请写明日期和几点", fresh=True)
    assert not any("发送" in button for button in shown.buttons)


async def test_text_of_a_broadcast_may_begin_with_at(chief: Person) -> None:
    await chief.say("/broadcast 粤K At our counter the lift is out of order")
    await chief.see("At our counter the lift is out of order", fresh=True)


async def test_number_without_its_office_is_found_by_who_has_one(world: World) -> None:
    await world.store.run(reserved, world.core, 2, "A1234")
    clerk = await gives(world, "clerk")
    for typed in ("/find A1234", "/find ａ１２３４", "/note a1234 已电话"):
        await clerk.say(typed)
        await clerk.see("查询结果", "A1234", fresh=True)


async def test_withdrawn_question_does_not_stay_in_the_chat(world: World, chief: Person) -> None:
    for number in (2, 3):
        await world.store.run(reserved, world.core, number, f"A123{number}")
    await chief.say(f"/confirm 粤KA1232 {factories.vin(2)[-6:]}")
    await chief.see("号牌已发放", "A1232", fresh=True)
    await chief.say(f"/confirm 粤KA1233 {factories.vin(3)[-6:]}")
    await chief.see("号牌已发放", "A1233", fresh=True)
    await chief.settled()
    asked = [shown.words for shown in chief.history if shown.from_bot and "号牌已发放" in shown.words]
    assert len(asked) == 1


@pytest.mark.parametrize("ends", ["4年 5年 冒用", "4年 until 2028-01-01 冒用", "until 2028-01-01 冒用 3年"])
async def test_two_ends_of_a_ban_are_refused(chief: Person, ends: str) -> None:
    await chief.say(f"/ban {OWNER} {ends}")
    await chief.see("用法:/ban", fresh=True)
