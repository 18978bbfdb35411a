"""Verifying draws in the chat: one's own batches, the public journal as a file, the line of the next day."""

import asyncio
import subprocess
import sys
from pathlib import Path

from core.db.postgres_tx import PostgresTx
from core.ports import Tx
from tests.core.sql import sql
from tests.person import Person
from tests.world import CHIEF, OTHER, World, reaches_selection, takes_one

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
    await owner.see(
        "第1次抽号", "第1批", "种子将于 2026年3月10日(周二) 23:05", "公布,届时可核验", "抽到 10 个"
    )
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


async def test_changed_entry_is_named(world: World) -> None:
    chief = world.person(CHIEF)
    await chief.say("/start")
    owner = await _draws(world)
    await _next_day(world)
    change = """replace(body, '"without_four":false', '"without_four":true')"""
    await _corrupt(world, f"UPDATE public_entry SET body = {change} WHERE body LIKE '%drawn%'")  # noqa: S608 - constant
    await owner.say("/mine")
    await owner.press("【核验这一批】")
    await owner.see("❌ 不一致", "公开记录第", "the hash does not fit", "请保留本页", fresh=True)
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
    await owner.say("/verify 乱写")
    await owner.see("没有这个发牌机关")
    await owner.say("/verify 粤B")
    await owner.see("本服务不受理该发牌机关", fresh=True)
    await owner.say("/verify")
    await owner.see("核验抽号", "您近期没有抽过号")
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
    await owner.see("昨天(3月10日)的抽号已核验 ✓")
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
