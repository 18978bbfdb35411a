"""Verifying draws in the chat: one's own batches, the public journal as a file, the line of the next day."""

import asyncio
import gzip
import hashlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from bot.dialog import journals
from core.availability import closed_days
from core.availability.closed_days import EnteredDay, HoursKind
from core.clock import CHINA
from core.db.postgres_tx import PostgresTx
from core.pool.seeds import REVEAL_LAG
from core.ports import Tx
from core.public_journal import checker
from core.values.hours import parse_day
from tests.core.sql import sql
from tests.person import Person
from tests.world import CHIEF, OTHER, OWNER, World, reaches_selection, takes_one

FILES = 2  # the journal and the checker


async def _draws(world: World) -> Person:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await takes_one(owner)
    return owner


async def _next_day(world: World) -> None:
    """Go on to the morning after, with the seed published."""
    world.forward(days=1)
    await world.service.jobs.ends()


async def _corrupt(world: World, change: str) -> None:
    """Change the journal behind the program's back, as somebody with the database can."""

    def corrupted(tx: Tx) -> None:
        if isinstance(tx, PostgresTx):
            sql(tx, "DROP TRIGGER public_entry_only_grows ON public_entry")
        else:
            sql(tx, "DROP TRIGGER public_entry_is_not_changed")
        sql(tx, change)

    await world.store.run(corrupted)


async def _receives(world: World, person: Person, folder: Path) -> list[Path]:
    """Wait for the journal and the checker; return the files."""
    found = []
    await person.see("检查程序:")
    for shown in [one for one in person.history if one.document is not None][-FILES:]:
        assert shown.document is not None
        path = folder / str(shown.body["document"]["file_name"])
        path.write_bytes(person.read_file(shown.document))
        found.append(path)
    return found


def _verify(journal: Path, program: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the interpreter of the tests
        [sys.executable, "-I", program, journal], capture_output=True, text=True, timeout=60, check=False
    )


async def test_owner_verifies_a_batch_once_its_seed_is_published(world: World) -> None:
    owner = await _draws(world)
    await owner.say("/mine")
    await owner.press("【核验这一批】")
    pending = await owner.see(
        "第1次抽号", "第1批", "种子将于 2026年3月10日(周二) 23:05", "公布,届时可核验", "抽到 10 个"
    )
    drawn = await world.store.read(sql, "SELECT seq, hash FROM public_entry WHERE body LIKE '%drawn%'")
    head = await world.store.read(sql, "SELECT journal_seq AS seq, journal_head AS hash FROM pool")
    for said, entry in (("这一批在公开记录中:", drawn[0]), ("公开记录现在的链头:", head[0])):
        assert f"{said}#{entry['seq']} {entry['hash'][:16]}\n{entry['hash']}\n" in pending.words
    assert "--head" in pending.words
    await _next_day(world)
    await owner.say("/mine")
    await owner.press("【核验这一批】")
    shown = await owner.see("✅ 一致", "检查了", "种子(已公布)", "抽号前的链头", fresh=True)
    seed = await world.store.read(sql, "SELECT secret_published FROM seed WHERE published_at IS NOT NULL")
    assert seed[0]["secret_published"] in shown.words
    await owner.press("全部批次")
    await owner.see("核验抽号", fresh=True)
    await owner.press("第1批 · 03-10")
    await owner.see("✅ 一致", fresh=True)


async def test_seed_is_not_published_before_an_office_that_closes_later_has_closed(world: World) -> None:
    await world.release()
    office, day = world.core.offices["粤K"], world.clock.now().astimezone(CHINA).date()
    usual = office.hours.last_closing(day)
    assert usual is not None
    longer = EnteredDay(
        day=day,
        place=HoursKind.ONLINE,
        hours=parse_day("8:00-23:50"),
        is_closed_day=False,
        reason="加班",
        by="cli",
    )
    await world.store.run(closed_days.set_hours, office, longer)
    world.clock.advance(usual + REVEAL_LAG - world.clock.now())
    await world.service.jobs.ends()
    assert (await world.store.read(world.core.seeds.today, "粤K", "small")).day == day.isoformat()


async def test_changed_entry_is_named(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/start")
    owner = await _draws(world)
    await _next_day(world)
    change = """replace(body, '"without_four":false', '"without_four":true')"""
    await _corrupt(world, f"UPDATE public_entry SET body = {change} WHERE body LIKE '%drawn%'")  # noqa: S608 - constant
    await owner.say("/mine")
    await owner.press("【核验这一批】")
    await owner.see(
        "❌ 不一致", "公开记录第", "哈希值对不上", "the hash does not fit", "请保留本页", fresh=True
    )
    await world.service.jobs.check_days()
    await world.service.jobs.tell()
    await chief.see("抽号核验不一致", "粤K 小型汽车 3月10日")
    await chief.say("/desk")
    await chief.see("与公开记录不一致", fresh=True)


async def test_stranger_gets_the_journal_and_checks_it(world: World, tmp_path: Path) -> None:
    await _draws(world)
    await _next_day(world)
    stranger = world.person(OTHER)
    await stranger.say("/verify 粤ｋ")
    await stranger.see("正在生成公开记录")
    journal, program = await _receives(world, stranger, tmp_path)
    assert journal.name == "xuanhao-journal-粤K-2026-03-11.jsonl"
    result = await asyncio.to_thread(_verify, journal, program)
    assert (result.returncode, result.stderr) == (0, "")
    assert "1 draws recomputed" in result.stdout


async def test_program_is_sent_with_its_digest(sqlite_world: World, tmp_path: Path) -> None:
    await _draws(sqlite_world)
    stranger = sqlite_world.person(OTHER)
    await stranger.say("/verify 粤K")
    journal, program = await _receives(sqlite_world, stranger, tmp_path)
    said = {shown.document: shown.caption for shown in stranger.history if shown.document}
    of_journal, of_program = said.values()
    assert f"python3 {program.name} {journal.name}" in of_journal
    assert "--head" in of_journal
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    assert f"SHA-256:\n{digest}\n" in of_program
    assert digest == hashlib.sha256(inspect.getsource(checker).encode()).hexdigest()


async def test_large_journal_is_compressed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "_PLAIN_UP_TO", 1_000)
    await _draws(world)
    await _next_day(world)
    stranger = world.person(OTHER)
    await stranger.say("/verify 粤K")
    packed, program = await _receives(world, stranger, tmp_path)
    assert packed.name == "xuanhao-journal-粤K-2026-03-11.jsonl.gz"
    await stranger.see(f"先解压:gunzip {packed.name}", f"python3 {program.name} {packed.stem}")
    journal = packed.with_suffix("")
    journal.write_bytes(gzip.decompress(packed.read_bytes()))
    result = await asyncio.to_thread(_verify, journal, program)
    assert (result.returncode, result.stderr) == (0, "")


async def test_journal_that_no_bot_may_send_is_refused_in_words(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "_MOST_BYTES", 100)
    await _draws(sqlite_world)
    stranger = sqlite_world.person(OTHER)
    await stranger.say("/verify 粤K")
    await stranger.see("粤K 的公开记录压缩后有 1 MB", "请向车辆管理所索取")
    assert not any(shown.document for shown in stranger.history)


async def test_numbers_that_are_held_are_not_in_the_file_yet(world: World, tmp_path: Path) -> None:
    """Otherwise a program could read when they become free."""
    await world.release()
    owner, stranger = world.person(), world.person(OTHER)
    await reaches_selection(owner)
    await owner.press("【随机一次(5)】")
    await owner.see("本车第1批")
    await stranger.say("/verify 粤K")
    before, program = await _receives(world, stranger, tmp_path)
    await stranger.see("不含正被保留的号码的最近几分钟记录")
    entries = before.read_text(encoding="utf-8")
    assert '"event":"released"' in entries
    assert '"event":"drawn"' not in entries
    assert (await asyncio.to_thread(_verify, before, program)).returncode == 0
    world.forward(minutes=5)  # the hold ends
    await stranger.say("/verify 粤K")
    await stranger.see("正在生成公开记录", fresh=True)
    after, _ = await _receives(world, stranger, tmp_path)
    assert '"event":"drawn"' in after.read_text(encoding="utf-8")


async def test_empty_draw_has_no_place_among_the_batches(world: World) -> None:
    await world.release("A100#")  # as many as one batch
    other, owner = world.person(OTHER), world.person()
    await reaches_selection(other, 1)
    await other.press("【随机一次(5)】")
    await other.see("本车第1批")
    await reaches_selection(owner)
    await owner.press("【随机一次(5)】")
    await owner.settled()
    world.forward(minutes=5)  # the hold of the other owner ends
    await owner.say("/preselect")
    await owner.press("【随机一次(5)】")
    await owner.see("本车第1批", "还剩 4 批")
    await owner.settled()
    await _next_day(world)
    await owner.say("/mine")
    await owner.see("我的选号", fresh=True)
    labels = [label.partition(" · ")[0] for label in owner.last.buttons if "核验这一批" in label]
    assert labels == ["【核验这一批】第1批", "【核验这一批】空批"]
    await owner.press("【核验这一批】空批")
    await owner.see("✅ 一致:用公布的种子重新计算,同样一个号码也给不出", "没有扣次数", fresh=True)
    await owner.see("跳过 300 个:", "• 别人正在保留:300 个(", "A1009", "同一个号码可能随机到几次")


async def test_journal_is_not_uploaded_twice(sqlite_world: World, tmp_path: Path) -> None:
    await sqlite_world.release()
    owner, other = sqlite_world.person(), sqlite_world.person(OTHER)
    for person in (owner, other):
        await person.say("/verify 粤K")
        await _receives(sqlite_world, person, tmp_path)
    files = [{shown.document for shown in person.history if shown.document} for person in (owner, other)]
    assert files[0] == files[1]


async def test_unknown_office_is_refused_in_words(sqlite_world: World) -> None:
    owner = sqlite_world.person()
    await owner.say("/verify <b>乱写")
    await owner.see("没有「<b>乱写」的公开记录", "发牌机关代号(粤K)", "只发 /verify")
    await owner.say("/verify 粤B")
    await owner.see("没有「粤B」的公开记录", fresh=True)
    await owner.say("/verify")
    await owner.see("核验抽号", "您近期没有抽过号")
    await owner.say("什么")
    await owner.see("没有「什么」的公开记录", fresh=True)
    await owner.say("粤k")
    await owner.see("正在生成公开记录")


async def test_quiet_line_comes_once_and_only_to_those_who_want_it(world: World) -> None:
    owner = await _draws(world)
    other = world.person(OTHER)
    await reaches_selection(other, 1)
    await takes_one(other)
    await owner.say("/notify")
    await owner.press("⬜ 次日告知抽号核验结果")
    await owner.settled()
    await _next_day(world)
    for _ in range(2):
        await world.service.jobs.check_days()
        await world.service.jobs.tell()
    await owner.see("昨天(3月10日)的抽号已核验 ✓ 粤K 小型汽车 1 次")
    sent = [values for method, values in world.sandbox.api.calls if "已核验 ✓" in str(values.get("text"))]
    assert [(values["chat_id"], values["disable_notification"]) for values in sent] == [(OWNER, True)]
    await other.settled()
    assert [("已核验" in shown.words) for shown in owner.history].count(True) == 1
    assert not any("已核验" in shown.words for shown in other.history)
    rows = await world.store.read(sql, "SELECT draws, is_consistent FROM checked_day")
    assert rows == [{"draws": 2, "is_consistent": 1}]


async def test_receipt_and_bulletin_show_the_chain(world: World) -> None:
    owner = await _draws(world)
    claimed = await world.store.read(sql, "SELECT seq, hash FROM public_entry WHERE body LIKE '%claimed%'")
    await owner.see(f"公开记录 #{claimed[0]['seq']} {claimed[0]['hash'][:16]}")
    await _next_day(world)
    await owner.say("/pool")
    await owner.see("公开记录的链头", fresh=True)
    await owner.press("【种子与记录】")
    page = await owner.see("公开记录的链头 #", "已公布的种子(1 个", fresh=True)
    head = await world.store.read(sql, "SELECT journal_head FROM pool")
    assert head[0]["journal_head"] in page.words
    committed = await world.store.read(sql, "SELECT digest FROM seed")
    assert all(row["digest"] in page.words for row in committed)


async def test_own_data_have_draws_with_their_seeds(sqlite_world: World) -> None:
    owner = await _draws(sqlite_world)
    await _next_day(sqlite_world)
    found = await sqlite_world.store.read(sqlite_world.core.personal_data.read, owner.me.chat_id)
    draw = found["draws"][0]
    assert draw["day"] == "2026-03-10"
    assert len(str(draw["seed_digest"])) == len(str(draw["seed"])) == len("00" * 32)
