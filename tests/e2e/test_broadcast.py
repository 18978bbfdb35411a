"""/broadcast over HTTP: preview, progress in one message, stop, mute; and kill -9 of the real process."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.bootstrap import Ports, bootstrap
from core.notifications import broadcasts
from core.notifications.broadcasts import Audience, BroadcastRequest
from core.notifications.subscriptions import Subscription, SubscriptionTopic, subscribe
from core.ports import Tx
from core.settings import Settings
from core.values.plates import PlateKind
from sandbox import PersonSpec, Sandbox
from sandbox.clock import ShiftedClock
from tests import factories
from tests.core.sql import sql
from tests.core.tools import reserved
from tests.e2e.killing import SETTINGS, Program
from tests.e2e.test_desk import CLERK, DESK_PEOPLE, HOLDER, gives
from tests.person import Person
from tests.world import CHIEF, KEYS, MORNING, OWNER, TOKEN, World, clock_at, eventually, office, open_world

TEXT = "粤K 窗口 6 月 1 日起搬到新址"
READERS = tuple(
    PersonSpec(
        chat_id=20_000 + n, first_name=f"{n}", last_name="读者", phone=factories.phone(n), started=True
    )
    for n in range(100)
)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    offices = [office(hours="00:00-24:00"), office("粤A")]
    async with open_world("sqlite", tmp_path, people=(*DESK_PEOPLE, *READERS), offices=offices) as world:
        await world.release()
        await world.store.run(subscribe_all)
        yield world


def subscribe_all(tx: Tx) -> None:
    wish = Subscription(office="粤K", kind=PlateKind.SMALL, topic=SubscriptionTopic.COMPOSE)
    for reader in READERS:
        subscribe(tx, reader.chat_id, wish)


def received(sandbox: Sandbox) -> dict[int, int]:
    """Return how often each recipient was sent the message, as counted by the platform."""
    return {
        reader.chat_id: sum(TEXT in shown.words for shown in Person(sandbox, reader.chat_id).history)
        for reader in READERS
    }


async def asks(chief: Person, text: str = TEXT) -> None:
    """Go from the command to the question."""
    await chief.say(f"/broadcast 粤K {text}")
    await chief.press("订阅了开放提醒的人")
    await chief.see("发送群发通知?")


async def test_broadcast_is_previewed_sent_and_counted(place: World) -> None:
    chief = place.person(CHIEF)
    place.person(READERS[0].chat_id).block()
    await chief.say(f"/broadcast 粤K {TEXT}\n<b>第二行</b>")
    shown = await chief.see("收到的人将看到", "📢 粤K 车管所通知", TEXT, "<b>第二行</b>")
    assert shown.buttons[:3] == [
        "在此注册的全部车主(0 人)",
        "正在预选或已预选待办的车主(0 人)",
        "订阅了开放提醒的人(100 人)",
    ]
    await chief.press("订阅了开放提醒的人")
    await chief.see("共 100 人,约需 1 分钟")
    await chief.press("📢 确认发送")
    progress = await chief.see("发送中", "共 100 人")
    messages = len(chief.history)
    place.forward(seconds=10)
    await place.service.jobs.tell()
    await place.tick()
    await chief.see("粤K 群发通知 1:已发完", "已送达 99", "对方已停用机器人或注销 1")
    assert (await chief.see("已发完")).message_id in {progress.message_id, chief.last.message_id}
    await place.service.jobs.tell()
    await eventually(lambda: len(chief.history) == messages + 1)  # the final figures; the rest were edits
    told = received(place.sandbox)
    assert told.pop(READERS[0].chat_id) == 0
    assert set(told.values()) == {1}


async def test_broadcast_to_nobody_cannot_be_sent(place: World) -> None:
    chief = place.person(CHIEF)
    await chief.say(f"/broadcast 粤K {TEXT}")
    await chief.press("在此注册的全部车主(0 人)")
    shown = await chief.see("没有可以通知的人", TEXT, "发给:在此注册的全部车主,目前共 0 人")
    assert shown.buttons == ["« 返回", "不做更改"]
    await chief.press("« 返回")
    await chief.see("发给谁")
    await chief.say(f"/broadcast 粤A {TEXT}")
    shown = await chief.see("没有可以通知的人", "目前共 0 人,不能发送", fresh=True)
    assert shown.buttons == ["不做更改"]


async def test_history_says_who_sent_what_to_how_many(place: World) -> None:
    chief, other = place.person(CHIEF), await gives(place, "chief", "粤A")
    place.person(READERS[0].chat_id).block()
    await asks(chief)
    await chief.press("📢 确认发送")
    await chief.see("发送中")
    place.forward(seconds=10)
    await place.service.jobs.tell()
    await place.tick()
    await chief.see("粤K 群发通知 1:已发完")
    await chief.say("/broadcast 粤K")
    shown = await chief.see("群发记录(粤K)", "1 · 粤K", f"王主任({CHIEF})", "已发完", fresh=True)
    assert "订阅了开放提醒的人:共 100 人,送达 99,未送达 1" in shown.words
    assert f"「{TEXT}」" in shown.words
    await chief.press("#1")
    await chief.see("粤K 群发通知 1:已发完", f"发送人:王主任({CHIEF})", TEXT)
    await chief.press("群发记录")
    await chief.see("群发记录(粤K)")
    await chief.say("/broadcast all")
    await chief.see("群发记录(全部发牌机关)", "1 · 粤K", fresh=True)
    await other.say("/broadcast all")
    await other.see("还没有群发过通知", fresh=True)
    await other.say("/broadcast 粤K")
    await other.see("您没有该发牌机关的权限", fresh=True)


async def test_chief_of_all_offices_tells_everybody_once(place: World) -> None:
    """Also who subscribed at two offices; who muted one of them hears through the other."""
    wish = Subscription(office="粤A", kind=PlateKind.SMALL, topic=SubscriptionTopic.COMPOSE)
    for reader in READERS[:3]:
        await place.store.run(subscribe, reader.chat_id, wish)
    for reader in (READERS[0], READERS[5]):
        await place.store.run(broadcasts.mute, reader.chat_id, "粤K")
    chief, other = place.person(CHIEF), await gives(place, "chief", "粤A")
    await other.say(f"/broadcast all {TEXT}")
    await other.see("您没有该发牌机关的权限", fresh=True)
    await chief.say(f"/broadcast 全部 {TEXT}")
    await chief.see("📢 车管所通知", TEXT, fresh=True)
    await chief.press("订阅了开放提醒的人(99 人)")
    await chief.see("发送群发通知?", "共 99 人")
    await chief.press("📢 确认发送")
    await chief.see("全部发牌机关 群发通知 1:发送中")
    place.forward(seconds=10)
    await place.service.jobs.tell()
    await place.tick()
    await chief.see("全部发牌机关 群发通知 1:已发完", "已送达 99")
    told = received(place.sandbox)
    assert told.pop(READERS[5].chat_id) == 0
    assert set(told.values()) == {1}
    await chief.say("/audit 群发")
    await chief.see("开始群发通知给订阅了开放提醒的人,共 99 人", fresh=True)
    await other.say("/broadcast all")
    await other.see("还没有群发过通知", fresh=True)


async def test_broadcast_waits_for_its_time_and_is_cancelled_before(place: World) -> None:
    chief = place.person(CHIEF)
    await asks(chief, f"定时 3月10日 12:00 {TEXT}")
    await chief.see("定于 2026年3月10日", "12:00", "之前可以取消")
    await chief.press("« 返回")
    await chief.press("订阅了开放提醒的人")
    await chief.see("定于 2026年3月10日")
    await chief.press("📢 确认发送")
    await chief.see("粤K 群发通知 1:定时待发", "待发 100")
    place.forward(minutes=60)
    await place.service.jobs.tell()
    await place.tick()
    assert sum(received(place.sandbox).values()) == 0
    await chief.say("/broadcast 粤K 又一个")
    await chief.see("已有一个群发在进行或定时待发", fresh=True)
    await chief.say("/broadcast 粤K")
    await chief.press("⏹ 取消发送")
    await chief.see("已取消,没有发给任何人", "未发送(已停止)100")
    place.forward(minutes=120)
    await place.tick()
    await place.service.jobs.tell()
    assert sum(received(place.sandbox).values()) == 0
    await chief.say("/audit 群发")
    await chief.see("停止群发通知", "定于 2026-03-10 12:00 发送", fresh=True)


async def test_broadcast_is_sent_at_its_time_but_not_to_who_has_muted_since(place: World) -> None:
    chief = place.person(CHIEF)
    await asks(chief, f"at 2026-03-10 11:00 {TEXT}")
    await chief.press("📢 确认发送")
    await chief.see("定时待发")
    await place.store.run(broadcasts.mute, READERS[4].chat_id, "粤K")
    place.forward(minutes=61)
    await place.service.jobs.tell()
    await place.tick()
    await chief.see("粤K 群发通知 1:已发完")
    told = received(place.sandbox)
    assert told.pop(READERS[4].chat_id) == 0
    assert set(told.values()) == {1}


async def test_stop_leaves_the_rest_and_says_how_many(place: World) -> None:
    chief, clerk = place.person(CHIEF), await gives(place, "chief")
    await asks(chief)
    await chief.press("📢 确认发送")
    await chief.see("发送中")
    await clerk.say("/broadcast 粤K 第二个")
    await clerk.see("已有一个群发在进行", fresh=True)
    await clerk.say("/broadcast 粤K")
    await clerk.see("发送中")
    await clerk.press("⏹ 停止发送")
    await clerk.see("还没有发出的不再发送")
    await chief.press("⏹ 停止发送")
    await chief.see_toast(f"已由赵窗口({CLERK})处理:停止群发通知")
    place.forward(seconds=20)
    await place.service.jobs.tell()
    await place.service.jobs.tell()
    over = await chief.see("粤K 群发通知 1:已停止")
    sent = sum(received(place.sandbox).values())
    assert sent < len(READERS)
    assert f"共 100 人,已送达 {sent}\n未发送(已停止){100 - sent}" in over.words
    assert max(received(place.sandbox).values()) <= 1


async def test_owner_mutes_and_hears_again(place: World) -> None:
    reader = place.person(READERS[3].chat_id)
    request = BroadcastRequest(
        office="粤K", audience=Audience.SUBSCRIBERS, text=TEXT, chat_id=CHIEF, actor="test"
    )
    await place.store.run(broadcasts.begin, request)
    place.forward(seconds=20)
    await place.service.jobs.tell()
    await reader.see(TEXT)
    await reader.press("🔕 不再接收此类通知")
    await reader.see("不再接收 粤K 的群发通知", "开放提醒")
    assert await place.store.read(broadcasts.reach, "粤K", Audience.SUBSCRIBERS) == 99
    await reader.press("🔕 车管所通知:不接收")
    await reader.see("开放提醒")
    await eventually(lambda: "🔔 车管所通知:接收" in reader.last.buttons)
    assert await place.store.read(broadcasts.reach, "粤K", Audience.SUBSCRIBERS) == 100


async def test_who_has_a_number_waiting_hears_all_the_same(place: World) -> None:
    await place.store.run(reserved, place.core, 2, "A1234")
    await place.store.run(broadcasts.mute, HOLDER, "粤K")
    assert await place.store.read(broadcasts.reach, "粤K", Audience.UNDERWAY) == 1


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/broadcast", "用法:/broadcast"),
        ("/broadcast 粤K", "还没有群发过通知"),
        ("/broadcast 粤K at 2026-03-10 09:00 你好", "发送时间须晚于现在,并在 30 天之内"),
        ("/broadcast 粤K 定时 2026-05-01 09:00 你好", "发送时间须晚于现在,并在 30 天之内"),
        ("/broadcast 粤K 定时 3月12日 你好", "请写明日期和几点"),
        ("/broadcast 粤K at 99 你好", "没有看懂时间"),
        ("/broadcast 粤K at 2026-03-12 09:00", "请写明通知内容"),
        ("/broadcast 粤K \u200b", "请写明通知内容"),
        ("/broadcast 粤B 你好", "不受理该发牌机关"),
        ("/broadcast 你好", "缺少发牌机关"),
        ("/broadcast 粤K " + "字" * 1001, "最多 1000 字,您写了 1001 字"),
    ],
)
async def test_what_cannot_be_sent_is_said(place: World, command: str, answer: str) -> None:
    chief = place.person(CHIEF)
    await chief.say(command)
    await chief.see(answer, fresh=True)
    assert await place.store.read(sql, "SELECT 1 FROM broadcast") == []


async def test_audience_that_has_gone_meanwhile_is_not_written_to(place: World) -> None:
    chief = place.person(CHIEF)
    await asks(chief)
    await place.store.run(sql, "DELETE FROM subscription")
    await chief.press("📢 确认发送")
    await chief.see("没有可以通知的人")
    assert await place.store.read(sql, "SELECT 1 FROM broadcast") == []


async def test_only_chiefs_of_the_office_broadcast(place: World) -> None:
    clerk = await gives(place, "clerk")
    await clerk.say(f"/broadcast 粤K {TEXT}")
    await clerk.see("没有这个命令", fresh=True)
    await place.store.run(sql, "UPDATE admin SET role = 'chief', office = '粤A'")
    await clerk.say(f"/broadcast 粤K {TEXT}")
    await clerk.see("您没有该发牌机关的权限", fresh=True)
    await place.store.run(sql, "UPDATE admin SET office = '粤K'")
    await asks(clerk)
    await place.store.run(sql, "DELETE FROM admin")
    await clerk.press("📢 确认发送")
    await clerk.see("您没有这项权限")
    assert await place.store.read(sql, "SELECT 1 FROM broadcast") == []


async def test_owner_without_words_to_say_is_asked_nothing(place: World) -> None:
    owner = place.person(OWNER)
    await owner.say(f"/broadcast 粤K {TEXT}")
    await owner.see("没有这个命令")


# --- kill -9 --------------------------------------------------------------------------------

KILLS = 2
WITH_KEYS = '[security]\nkeys = ["{key}"]\nlookup_key = "{lookup}"\n'


def _write_settings(config: Path, database: Path, sandbox: Sandbox) -> None:
    text = SETTINGS.replace("[database]", f"admins = [{CHIEF}]\n[database]").format(
        token=TOKEN, base_url=sandbox.base_url, database=database, sms_url=sandbox.sms_url
    )
    config.write_text(
        WITH_KEYS.format(key=KEYS["keys"][0], lookup=KEYS["lookup_key"]) + text, encoding="utf-8"
    )


async def _prepare(database: Path, sandbox: Sandbox) -> None:
    """Create a database in which everybody is subscribed."""
    settings = Settings.model_validate(
        {
            "telegram": {"token": TOKEN, "base_url": sandbox.base_url},
            "security": KEYS,
            "database": {"url": f"sqlite:///{database}"},
            "offices": [office()],
        }
    )
    core = await bootstrap(settings, Ports(clock=ShiftedClock()), create=True)
    await core.store.run(subscribe_all)
    await core.close()


@pytest.mark.timeout(150)
async def test_kill_in_the_middle_tells_nobody_twice(tmp_path: Path) -> None:
    """As counted by the platform: each recipient at most once; those not reached count as uncertain."""
    people = (*DESK_PEOPLE, *READERS)
    async with Sandbox(clock_at(MORNING), people=people) as sandbox:
        config, database = tmp_path / "config.toml", tmp_path / "plates.db"
        _write_settings(config, database, sandbox)
        await _prepare(database, sandbox)
        program = Program(config, is_made=True)
        await program.start()
        chief = Person(sandbox, CHIEF)
        await asks(chief)
        await chief.press("📢 确认发送")
        for kill in range(KILLS):
            wanted = (kill + 1) * len(READERS) // (KILLS + 2)
            await eventually(lambda: sum(received(sandbox).values()) >= wanted, within=30)  # noqa: B023
            await program.kill()
            await program.start()
        await chief.see("已发完", within=60)
        await asyncio.sleep(0.5)
        with contextlib.suppress(TimeoutError):
            assert await program.stop() == 0
        told = received(sandbox)
    with contextlib.closing(sqlite3.connect(database)) as db:
        rows = db.execute("SELECT chat_id, state, error FROM notice WHERE purpose = 'broadcast'").fetchall()
    fates = {chat: (state, error) for chat, state, error in rows}
    assert fates.keys() == told.keys()
    assert max(told.values()) == 1
    uncertain = {chat for chat, fate in fates.items() if fate == ("failed", "Uncertain")}
    assert len(uncertain) <= KILLS * 5
    assert {chat for chat, times in told.items() if not times} <= uncertain
    assert all(fates[chat] == ("sent", None) for chat in told.keys() - uncertain)
