"""What the old version had begun is finished by the present one, once, and nothing is charged twice."""

import json
import sqlite3
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from core.clock import CHINA
from core.ports import Tx
from tests import factories
from tests.core.journals import checked, keep_seeds, written
from tests.core.sql import sql
from tests.e2e.appealing import decides
from tests.e2e.selecting import books_agree, numbers
from tests.old_version import acts
from tests.old_version.left_behind import messages_of
from tests.old_version.people import (
    APPELLANT,
    BARRED,
    BATCH,
    CLERK,
    CODE_UNSENT,
    DEPUTY,
    ENGLISH,
    HALF_ANSWERED,
    HANGING,
    HOLDER,
    READERS,
    REASON,
    REHEARSING,
    REVOKED,
    SET_ASIDE,
    SHORTLIST,
    SHUT,
    TEXT,
    TOLD,
    UNFETCHED,
    UNTOLD,
    WITH_CODE,
)
from tests.person import Person, Shown, as_typed
from tests.world import CHIEF, World, eventually

JPEG = b"\xff\xd8"
KEPT = (
    *(
        "vehicle",
        "failed_wish",
        "draw",
        "hold",
        "plate",
        "pool",
        "seed",
        "segment",
        "withholding",
        "selecting",
    ),
    *("ban", "admin", "subscription", "maintenance", "vehicle_import", "registry_entry"),
    *("appeal", "appeal_photo", "broadcast_mute", "desk_handled"),
)
"""Tables in which no start changes anything."""
NAMES_OF_HOLDER = ("粤KA1234", factories.vin(HOLDER), factories.identity(HOLDER), factories.phone(HOLDER))


def rows_before(before: sqlite3.Connection, text: str) -> list[tuple[Any, ...]]:
    return before.execute(text).fetchall()


async def rows(world: World, text: str) -> list[tuple[Any, ...]]:
    def read(tx: Tx) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in sql(tx, text)]

    return await world.store.read(read)


async def chances(world: World, vehicle: int) -> tuple[int, int]:
    """Return how many batches and wishes a vehicle has used."""
    vin = factories.vin(vehicle)
    (used,) = await rows(world, f"SELECT random_used, compose_used FROM vehicle WHERE vin = '{vin}'")  # noqa: S608
    return used[0], used[1]


async def tick(world: World) -> None:
    await world.service.jobs.ends()
    await world.service.jobs.tell()


async def forward_to(world: World, day: int, hour: int, minute: int = 0) -> None:
    """Put the clock forward to a moment of March 2026."""
    world.clock.advance(datetime(2026, 3, day, hour, minute, tzinfo=CHINA) - world.clock.now())
    await tick(world)


async def answer_to(person: Person, command: str) -> Shown:
    """Give a command; return the message that answers it, not one that merely lost its buttons."""
    before = sum(one.from_bot for one in person.history)
    await person.say(command)
    await eventually(lambda: sum(one.from_bot for one in person.history) > before, within=15)
    return person.last


def times(person: Person, words: str) -> int:
    """Return how many messages of the bot hold the words."""
    return sum(words in one.words for one in person.history if one.from_bot)


async def press_as_left(person: Person, label: str) -> None:
    """Press a button by the data that the old version wrote, which the start may have replaced since."""
    for number, body in sorted(messages_of(person.me.chat_id).items(), reverse=True):
        for row in body.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if label in as_typed(button["text"]):
                    person.press_raw(button["callback_data"], number)
                    return
    raise AssertionError(f"there was no button {label!r}")


# --- the books ------------------------------------------------------------------------------


async def test_start_changes_nothing_in_the_books(world: World, before: sqlite3.Connection) -> None:
    for table in KEPT:
        columns = ", ".join(row[1] for row in rows_before(before, f"PRAGMA table_info({table})"))
        every = f"SELECT {columns} FROM {table}"  # noqa: S608 - the schema's own names
        old, new = sorted(rows_before(before, every)), sorted(await rows(world, every))
        if table == "seed":  # the job commits to those of the days ahead
            new = new[: len(old)]
        assert new == old, table
    await books_agree(world)


async def test_public_journal_of_a_pool_from_before_it_verifies(world: World, tmp_path: Path) -> None:
    """Its chain begins with the state of the pool, among it the seed that was committed to before."""
    await world.store.run(keep_seeds, world.core)  # the job may have run already
    entries = await rows(world, "SELECT body FROM public_entry WHERE office = '粤K' ORDER BY seq")
    events = [json.loads(body)["event"] for (body,) in entries]
    assert {"seed_committed", "carried", "held"} <= set(events)
    report = checked(await world.store.read(written, "粤K"), tmp_path / "journal.jsonl")
    assert report.entries == len(events)


async def test_journal_has_grown_at_its_end_alone(world: World, before: sqlite3.Connection) -> None:
    every = "SELECT entry_id, at, actor, action, office, subject, details FROM audit ORDER BY entry_id"
    old = rows_before(before, every)
    assert (await rows(world, every))[: len(old)] == old


async def test_photos_are_found_and_decrypted(world: World) -> None:
    keys = [key for (key,) in await rows(world, "SELECT photo_key FROM appeal_photo")]
    assert len(keys) == 3
    assert all((world.core.photos.get(key) or b"").startswith(JPEG) for key in keys)


# --- owners in the middle of a selection ----------------------------------------------------


async def test_number_of_the_open_batch_is_kept_and_taken(world: World) -> None:
    owner = world.person(BATCH)
    assert "☑️ 【不包含4】" in owner.last.buttons
    number = numbers(owner.last)[0]
    await press_as_left(owner, number)
    await owner.see("确认选用", number)
    await owner.press("确定选用")
    await owner.see("完成号牌预选", number)
    assert await chances(world, BATCH) == (2, 0)
    await books_agree(world)


async def test_next_batch_is_drawn_and_counted_once(world: World) -> None:
    owner = world.person(BATCH)
    held = numbers(owner.last)
    await press_as_left(owner, "【换一批(3)】")
    shown = await owner.see("本车第", "随机还剩 2 批")
    assert set(numbers(shown)) != set(held)  # one of them may come again: they are back in the pool
    assert await chances(world, BATCH) == (3, 0)
    await books_agree(world)


async def test_clocks_of_a_batch_run_on(world: World) -> None:
    owner = world.person(BATCH)
    world.forward(seconds=80)
    await world.tick()
    await owner.see("本车第")
    world.forward(seconds=6)
    await world.tick()
    await owner.see("本批号码的保留时间已到")


async def test_shortlist_is_as_it_was_and_can_be_chosen_from(world: World) -> None:
    owner = world.person(SHORTLIST)
    await press_as_left(owner, "【确认选号】")
    shown = await owner.see("请选择")
    first, second = numbers(shown)
    await owner.press(second)
    await owner.see("不能更改、不能退回", second)
    await owner.press("确定选用")
    done = await owner.see("完成号牌预选", second)
    assert first not in done.words
    await books_agree(world)


async def test_wishes_that_were_typed_are_tried_in_the_language_that_was_chosen(world: World) -> None:
    owner = world.person(ENGLISH)
    assert await chances(world, ENGLISH) == (0, 1)
    await press_as_left(owner, "Submit")
    await owner.press("Yes, submit")
    await owner.see("Step 6, done:", "A7777")
    assert await chances(world, ENGLISH) == (0, 1)
    await books_agree(world)


async def test_code_that_was_sent_is_good_with_the_tries_that_were_left(world: World) -> None:
    owner = world.person(WITH_CODE)
    await owner.say("000000")
    await owner.see("还可输入 3 次", fresh=True)
    await owner.say(owner.sms[-1].code)
    await owner.see("第5步", "随机还剩 5 批")
    assert len(owner.sms) == 1


async def test_code_that_waited_is_sent_once(world: World) -> None:
    owner = world.person(CODE_UNSENT)
    code = await owner.sms_code()
    await owner.see("验证码已发送")
    await owner.say(code)
    await owner.see("第5步")
    assert len(owner.sms) == 1


# --- a rehearsal ----------------------------------------------------------------------------


async def test_rehearsal_of_an_older_schema_ends_in_words(world: World) -> None:
    """Its serialised database has the migrations of the version that made it."""
    owner = world.person(REHEARSING)
    await owner.see("模拟选号已结束", "业务须知")
    await owner.press("【阅读并同意】")
    await owner.see("17 位车辆识别代号")


async def test_rehearsal_of_an_older_schema_is_left_for_the_page_before_it(world: World) -> None:
    owner = world.person(REHEARSING)
    await press_as_left(owner, "退出模拟")
    await owner.see("业务须知")
    assert "【阅读并同意】" in owner.last.buttons
    assert await rows(world, f"SELECT 1 FROM vehicle WHERE vin = '{factories.vin(REHEARSING)}'") == []  # noqa: S608


# --- updates --------------------------------------------------------------------------------


async def test_waiting_updates_are_handled_once_in_their_order(world: World) -> None:
    """One was applied but not answered, one waited behind it; both come from the messenger again."""
    owner = world.person(HALF_ANSWERED)
    await owner.see("请逐项核对", factories.certificate(HALF_ANSWERED)[-4:])
    assert times(owner, "请逐项核对") == 1
    assert times(owner, "合格证编号") == 1 + 1  # the page that was owed, and the review
    await owner.see("请逐项核对", "选号服务说明")


async def test_update_that_nobody_had_fetched_is_handled(world: World) -> None:
    owner = world.person(UNFETCHED)
    await owner.see("注册 2/3")
    assert times(owner, "注册 2/3") == 1
    assert {state for (state,) in await rows(world, "SELECT state FROM inbox")} == {"done", "broken"}


# --- the desk -------------------------------------------------------------------------------


async def test_what_had_failed_is_still_shown_and_dealt_with(
    world: World, before: sqlite3.Connection
) -> None:
    deputy = world.person(DEPUTY)
    ((update,),) = rows_before(before, "SELECT update_id FROM inbox WHERE state = 'broken'")
    assert "搁置的消息 1" in deputy.last.words
    await press_as_left(deputy, "刷新")
    await deputy.settled()
    await deputy.see("搁置的消息 1", "黑名单通知没能发出", f"消息 {update} 无法处理")
    await deputy.press("搁置的消息")
    await deputy.see("原因:消息被拒收")
    await deputy.press("✓ 已处理")
    await deputy.see("已记为处理完毕", "通知发送失败")
    await deputy.press("① ")
    await deputy.see("通知发送失败", "原因:消息被拒收")
    await deputy.press("✓ 已处理")
    await deputy.see("已记为处理完毕")
    assert world.person(SET_ASIDE).last.from_bot


async def test_open_question_of_a_clerk_who_may_no_longer_leads_back_to_its_card(world: World) -> None:
    """Clerks voided in the old version; now they revoke, and the card offers that."""
    clerk = world.person(CLERK)
    await press_as_left(clerk, "确认作废")
    card = await clerk.see("您没有这项权限", "查询结果", "粤K·A5678")
    await clerk.press("🚫 取消预选")
    await clerk.say("资料有误")
    await clerk.press("✅ 确认撤销该预选")
    await clerk.see("的预选已取消", fresh=True)
    assert "⛔ 作废" not in card.buttons
    await tick(world)
    await world.person(REVOKED).see("资料有误")
    assert await rows(world, "SELECT state FROM preselection WHERE serial = 'A5678'") == [("cancelled",)]


async def test_journal_and_cards_are_read_as_before(world: World) -> None:
    deputy = world.person(DEPUTY)
    for asked, *words in (
        ("/audit 粤KA1234", "选定号码 粤K·A1234(自编选号)", "开始预选(小型汽车)"),
        (f"/audit {BARRED}", "列入黑名单,到 2027-01-01", "完成注册"),
        (f"/audit {factories.identity(BARRED)}", "列入黑名单,到 2027-01-01", "完成注册"),
        *((f"/find {what}", "查询结果", "粤K·A1234", "待办理", "测**主") for what in NAMES_OF_HOLDER),
        ("/blacklist", "共 2 人", "冒用他人资料"),
    ):
        shown = await answer_to(deputy, asked)
        assert all(word in shown.words for word in words), (asked, shown)


async def test_every_action_in_the_journal_still_has_words(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/audit 2026-03")
    said = (await chief.see("第 1 页", fresh=True)).words
    for page in count(2):
        if "›" not in chief.last.buttons:
            break
        await chief.press("›")
        said += (await chief.see(f"第 {page} 页")).words
    actions = {action for (action,) in await rows(world, "SELECT DISTINCT action FROM audit")}
    assert len(actions) > 15
    assert not [action for action in actions if action in said]


# --- an appeal ------------------------------------------------------------------------------


async def test_appeal_is_completed_and_decided(world: World) -> None:
    """One photo was sealed by the old version, the other by this one; the reviewer sees both."""
    owner, chief = world.person(APPELLANT), world.person(CHIEF)
    await acts.send_invoice(owner)
    review = await owner.see("请核对申诉内容", REASON)
    assert review.photo
    await owner.press("【提交申诉】")
    await owner.see("申诉已提交", "申诉编号:1", "待审核")
    await decides(chief, "/approve 1")
    await chief.see("撤销 粤K·A1234 的预选")
    await chief.press("确认通过")
    await chief.see("粤K·A1234 的预选已撤销")
    await tick(world)
    await world.person(HOLDER).see("预选已被撤销")
    await owner.see("申诉 1 审核通过")
    await owner.press("【预选号牌】")
    await owner.see("第2步 确认信息")


# --- notices --------------------------------------------------------------------------------


async def test_reminder_in_hand_is_finished_and_the_others_come_in_time(world: World) -> None:
    """Its first message was out and said it all; the place and the file that followed are no longer sent."""
    owner = world.person(HOLDER)
    await tick(world)
    assert times(owner, "还剩 3 个工作日") == 1
    await forward_to(world, 16, 9)
    await owner.see("还剩 1 个工作日")
    await forward_to(world, 17, 8)
    await owner.see("今天是最后一天")
    assert [times(owner, f"还剩 {days} 个工作日") for days in (3, 1)] == [1, 1]
    await owner.press("凭证")
    await owner.see("完成号牌预选", "粤K·A1234")
    await forward_to(world, 17, 21, 1)  # the grace at the counter is over
    await owner.see("预选号码已过期", "2028年3月17日")


async def test_broadcast_goes_on_and_tells_nobody_twice(world: World) -> None:
    world.forward(seconds=5)
    await tick(world)
    await world.tick()
    chief = world.person(CHIEF)
    await chief.see("粤K 群发通知 1:已发完", "已送达 3", "对方已停用机器人或注销 1")
    told = {reader: times(world.person(reader), TEXT) for reader in READERS}
    assert told == {TOLD: 1, SHUT: 0, HANGING: 0} | dict.fromkeys(UNTOLD, 1)
    assert await rows(world, f"SELECT state, error FROM notice WHERE chat_id = {HANGING}") == [  # noqa: S608
        ("failed", "Uncertain")
    ]


async def test_button_under_an_old_notice_still_does_it(world: World) -> None:
    reader = world.person(TOLD)
    await press_as_left(reader, "🔕 不再接收此类通知")
    await reader.see("不再接收 粤K 的群发通知")
    assert await rows(world, "SELECT chat_id, office FROM broadcast_mute") == [(TOLD, "粤K")]


async def test_scheduled_release_is_announced_to_who_wanted_to_know(world: World) -> None:
    reader = world.person(UNTOLD[0])
    await forward_to(world, 14, 9)
    await eventually(lambda: times(reader, "新投放号段") == 1)
    await reader.see("B####")
    await reader.press("取消提醒")
    await reader.see("开放提醒")


async def test_ban_is_lifted_on_its_day(world: World) -> None:
    owner = world.person(BARRED)
    await owner.say("/preselect")
    await owner.see("您已列入黑名单", "2027年1月1日", fresh=True)
    world.clock.advance(datetime(2027, 1, 1, 0, 1, tzinfo=CHINA) - world.clock.now())
    await tick(world)
    await owner.see("已从黑名单中解除")
