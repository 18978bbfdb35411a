"""号池公示 in the chat: for anybody, as a picture and as text, by office and kind."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.owner import selecting
from bot.pictures.batch import BatchPicture
from core.pool import releases
from core.pool.releases import Release
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from tests.core.sql import sql
from tests.person import Person
from tests.world import CHIEF, World, composes, office, open_world, reaches_selection

CAPTION = 1024


async def _stands_before_bulletin(world: World) -> Person:
    owner = world.person()
    await owner.say("/start")
    await owner.press("【号池公示】")
    return owner


async def test_stranger_reads_what_is_released(world: World) -> None:
    await world.release()
    place = world.core.offices["粤K"]
    await world.store.run(releases.withhold, place, parse_mask(PlateKind.SMALL, "A888#"), "test")
    opens = world.clock.now() + timedelta(days=1)
    order = Release(office=place, mask=parse_mask(PlateKind.SMALL, "B####"), actor="test", opens_at=opens)
    await world.store.run(world.core.pools.release, order)
    await world.service.jobs.count()
    owner = await _stands_before_bulletin(world)
    shown = await owner.see(
        "号池公示 · 粤K 茂名市 · 小型汽车",
        "A#### 共 10,000 个",
        "已投放 10,000 个,还剩 9,900 以上",
        "随机 已开放 · 自编 已开放 · 还剩 9,900 以上",
        "B#### 共 10,000 个,定于 3月11日",
        "A888# 暂不投放:共 10 个",
        "经办:test",
        "原因:未说明",
        "今日种子的 SHA-256",
    )
    digest = (await world.store.run(world.core.bulletins.read, place, PlateKind.SMALL)).digest
    assert len(digest) == 64
    assert digest in shown.caption
    assert "抽号选走" not in shown.caption  # no figure yet that could be published
    assert shown.photo is not None
    assert Image.open(io.BytesIO(owner.read_file(shown.photo))).width == 900


async def test_yesterdays_seed_is_published(world: World) -> None:
    await world.release()
    owner = await _stands_before_bulletin(world)
    await owner.see("今日种子")
    place = world.core.offices["粤K"]
    before = await world.store.run(world.core.bulletins.read, place, PlateKind.SMALL)
    world.forward(days=1)
    await world.service.jobs.ends()
    await owner.say("/pool")
    shown = await owner.see("3月10日的种子(已公布)", fresh=True)
    assert before.digest not in shown.caption  # now the seed itself is there


async def test_kinds_and_subscription_are_a_press_away(sqlite_world: World) -> None:
    await sqlite_world.release("D1####", PlateKind.SMALL_NEV)
    owner = await _stands_before_bulletin(sqlite_world)
    await owner.see("该种类目前没有投放号段")
    await owner.press("小型新能源汽车")
    await owner.see("D1#### 共 10,000 个")
    await owner.press("投放时提醒我")
    await owner.see("开放提醒")


async def test_many_segments_are_paged_and_fit_under_the_picture(sqlite_world: World) -> None:
    place = sqlite_world.core.offices["粤K"]
    for letter in "ABCDEFG":
        await sqlite_world.release(f"{letter}####")
        mask = parse_mask(PlateKind.SMALL, f"{letter}888#")
        await sqlite_world.store.run(releases.withhold, place, mask, "test")
    sqlite_world.forward(days=300)  # into another year: the longest dates
    await sqlite_world.service.jobs.count()
    owner = await _stands_before_bulletin(sqlite_world)
    shown = await owner.see("A#### 共")
    assert len(shown.caption) < CAPTION
    await owner.press("›")
    await owner.see("F#### 共", "A888# 暂不投放")
    await owner.press("›")
    await owner.see("G888# 暂不投放")
    await owner.press("‹")
    await owner.see("F#### 共")


async def test_other_office_has_its_own_page(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path, offices=[office("粤K"), office("粤A")]) as world:
        await world.release("C####", code="粤A")
        owner = await _stands_before_bulletin(world)
        await owner.see("该种类目前没有投放号段")
        await owner.press("其他发牌机关")
        await owner.press("粤A 广州市")
        page = await owner.see("C#### 共 10,000 个", "可选数量正在统计", "剩余正在统计")
        assert "不公布" not in page.words


async def test_help_stands_beside_a_full_page(sqlite_world: World) -> None:
    for letter in "ABCDE":
        await sqlite_world.release(f"{letter}####")
    owner = await _stands_before_bulletin(sqlite_world)
    page = await owner.see("E#### 共")
    await owner.say("/help")
    await owner.see("预选号牌怎么用", fresh=True)
    await owner.settled()
    assert [shown.message_id for shown in owner.history if shown.photo] == [page.message_id]


async def test_bulletin_counts_what_is_taken_once_it_is_counted_anew(world: World) -> None:
    await world.release("A1###")
    await world.service.jobs.count()
    owner = world.person()
    await reaches_selection(owner)
    await composes(owner, "A1234")
    await owner.say("/pool")
    await owner.see("还剩 990 以上(10:00 统计)")
    world.forward(minutes=11)
    await world.service.jobs.count()
    await owner.say("/pool")
    await owner.see("还剩 990 以上(10:11 统计)")
    counted = await world.store.read(sql, "SELECT free, drawn, composed FROM segment_count")
    assert counted == [{"free": 999, "drawn": 0, "composed": 1}]


async def test_title_counts_the_batches_of_the_vehicle(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = []

    def recorded(**values: Any) -> BatchPicture:
        titles.append(values["title"])
        return BatchPicture(**values)

    monkeypatch.setattr(selecting, "BatchPicture", recorded)
    await sqlite_world.release()
    first, second = sqlite_world.person(), sqlite_world.person(CHIEF)
    await reaches_selection(first)
    await first.press("【随机一次(5)】")
    await first.see("本车第1批")
    await reaches_selection(second, 1)
    await second.press("【随机一次(5)】")
    await second.see("本车第1批")
    await first.press("【换一批(4)】")
    await first.see("本车第2批")
    assert [title for title in dict.fromkeys(titles) if "批" in title] == [
        "粤K 小型汽车 · 本车第1批/共5批",
        "粤K 小型汽车 · 本车第2批/共5批",
    ]
