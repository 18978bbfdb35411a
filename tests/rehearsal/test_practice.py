"""The practice of the desk: its cases, its clock, its size, and that it is stored for this version only."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.pictures.cards import ReportPicture
from bot.pictures.work_queue import Dashboard
from bot.rehearsal.practice_marks import PracticePicture
from bot.rehearsal.practice_photos import PracticePhotos
from core.appeals import Slot
from core.bootstrap import Core
from core.clock import CHINA, FixedClock
from core.db import MemoryDatabase, MemoryStore
from core.people.admins import Permission
from core.preselection import PreselectionState
from core.rehearsal import CHAT, cases, prepare
from core.rehearsal.practice import NAME, Practice, prepare_practice
from core.rehearsal.tasks import tasks_of
from core.reporting.tasks import TaskKind
from core.reporting.work_queue import read_work_queue
from tests.core.sql import dump, sql
from tests.core.tools import NOON, build
from tests.engines import open_test_store
from tests.rehearsal.chats import Chats


@pytest.fixture
async def core() -> AsyncIterator[Core]:
    clock = FixedClock(NOON)
    built = await build(MemoryStore(MemoryDatabase(clock)), clock)
    yield built
    await built.close()


@pytest.fixture
async def practice(core: Core) -> Practice:
    return await prepare_practice(core, PracticePhotos())


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 3, 10, 15, 30, tzinfo=CHINA), datetime(2026, 3, 10, 10, 0, tzinfo=CHINA)),
        (datetime(2026, 3, 14, 3, 0, tzinfo=CHINA), datetime(2026, 3, 16, 10, 0, tzinfo=CHINA)),
        (datetime(2026, 2, 17, 12, 0, tzinfo=CHINA), datetime(2026, 2, 24, 10, 0, tzinfo=CHINA)),
    ],
)
def test_practice_begins_on_a_working_morning(practice: Practice, now: datetime, first: datetime) -> None:
    with practice.opened(practice.blank("粤K")) as place:
        practice.begin(place, now)
        assert place.clock.now() == first
        place.set_time(now + timedelta(minutes=3))
        assert place.clock.now() == first + timedelta(minutes=3)


@pytest.mark.parametrize("validity", [1, 2, 5, 60])
async def test_there_is_a_case_of_each_kind_whatever_the_office(core: Core, validity: int) -> None:
    clock = FixedClock(NOON)
    store = MemoryStore(MemoryDatabase(clock))
    built = await build(store, clock, validity_workdays=validity, ban_years=0, extensions=0)
    practice = await prepare_practice(built, PracticePhotos())
    with practice.opened(practice.blank(None)) as place:
        practice.begin(place, NOON)
        admin = place.database.read(place.core.admins.of, CHAT)
        queue = place.database.read(read_work_queue, services=place.core.desk_services, admin=admin)
        kinds = {kind for kind, count in queue.counts.items() if count}
        assert kinds >= {
            TaskKind.DEADLINE,
            TaskKind.SHUT,
            TaskKind.APPEAL,
            TaskKind.FAILED,
            TaskKind.UNCONFIRMED,
            TaskKind.SCHEDULED,
        }
        states = {row["state"] for row in place.database.read(sql, "SELECT state FROM preselection")}
        assert states >= {
            PreselectionState.RESERVED,
            PreselectionState.REGISTERED,
            PreselectionState.EXPIRED,
            PreselectionState.CANCELLED,
        }
        assert not any(
            task.is_done for task in place.database.read(tasks_of, place.office, place.core.calendar)
        )
    await store.close()


def test_whoever_practises_is_a_chief_of_an_office_that_is_named_as_invented(practice: Practice) -> None:
    with practice.opened(practice.blank("粤K")) as place:
        admin = place.database.read(place.core.admins.of, CHAT)
        assert admin.permissions == frozenset(Permission)
        assert place.office.name == NAME
        assert [office.name for office in place.core.offices.values()] == [NAME]


def test_a_day_passes_with_all_that_happens_on_it(practice: Practice) -> None:
    with practice.opened(practice.blank("粤K")) as place:
        practice.begin(place, NOON)
        place.to_next_workday()
        assert place.clock.now() == datetime(2026, 3, 11, 10, 0, tzinfo=CHINA)
        (row,) = place.database.read(sql, "SELECT state FROM preselection WHERE serial = 'A0101'")
        assert row["state"] == PreselectionState.EXPIRED
        assert place.database.read(sql, "SELECT 1 FROM notice WHERE state = 'waiting' AND due_at < 0") == []


def test_it_is_some_tens_of_kilobytes(practice: Practice) -> None:
    with practice.opened(practice.blank("粤K")) as place:
        practice.begin(place, NOON)
        assert 10_000 < len(practice.packed(place)) < 90_000


async def test_kinds_of_rehearsals_are_told_apart(core: Core, practice: Practice) -> None:
    rehearsal = await prepare(core)
    assert practice.is_current(practice.blank("粤K"))
    assert not practice.is_current(rehearsal.seeded)
    assert not rehearsal.is_current(practice.blank("粤K"))


def test_packing_keeps_time_and_office(practice: Practice) -> None:
    with practice.opened(practice.blank("粤K")) as place:
        practice.begin(place, NOON)
        place.to_next_workday()
        packed, then = practice.packed(place), place.clock.now()
    with practice.opened(packed) as again:
        again.set_time(NOON)
        assert again.clock.now() == then
        assert again.office.code == "粤K"


# --- through the conversation -------------------------------------------------------------------

CHIEF = 1001  # of the settings
MARK = "演练 · 一切均为虚构"
TYPED = (
    "/desk",
    "/segments",
    "/stats",
    "/appeals",
    "/blacklist",
    "/vehicles",
    "/maintenance 粤K on 演练",
    "/confirm 粤KA0101 000101",
    "/void 粤KA0909 资料有误",
    "/undo 粤KA0202 点错了",
    "/closed 明天 停电",
    "/find 粤KA0505",
    "/find 粤KA1234",
    "/audit 粤K",
    "/release",
    "/broadcast 停电",
    "/comfirm 粤KA0101 000101",
    "/help",
    "/rehearse",
    "3 住院",
    "2028-01-01 从轻",
    "",
    "<b>&",
    "9" * 500,
)
LEADS_OUT = "退出练习"
STEPS = 60


async def digests(core: Core) -> dict[str, list[str]]:
    """Return each table except the conversations' own."""
    rows = await core.store.read(dump)
    return {name: rows[name] for name in rows if name not in {"dialog", "inbox"}}


@pytest.mark.parametrize("seed", range(3))
async def test_no_walk_through_a_practice_writes_anything_real(
    core: Core, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PracticePicture, "render", lambda self: self.key.encode())
    chats, dice = await Chats.on(core), random.Random(seed)
    await chats.do(CHIEF, "/start")
    before = await digests(core)
    await chats.do(CHIEF, "/rehearse", "练习管理")
    told = len(chats.messenger.told)
    for _ in range(STEPS):
        shown = chats.screen(CHIEF)
        labels = [label for label in shown.buttons if LEADS_OUT not in label]
        if labels and dice.random() < 0.7:
            await chats.press(CHIEF, shown.buttons[dice.choice(labels)])
        else:
            await chats.do(CHIEF, dice.choice(TYPED))
        shown = chats.screen(CHIEF)
        assert MARK in shown.words
        assert any(LEADS_OUT in label for label in shown.buttons)
        assert shown.picture == b"" or shown.picture.startswith(b"practice:")
    assert await digests(core) == before
    assert [words for _, words in chats.messenger.told[told:] if "演练" not in words] == []


@pytest.fixture
async def workers(engine: str, tmp_path: Path) -> AsyncIterator[tuple[Chats, Chats]]:
    """Two workers on one store, each with its own services."""
    clock = FixedClock(NOON)
    async with open_test_store(engine, tmp_path, clock) as store:
        first = await Chats.on(await build(store, clock))
        yield first, await Chats.on(await build(store, clock), beside=first)


async def test_another_worker_goes_on_with_a_practice(workers: tuple[Chats, Chats]) -> None:
    acts = ("/rehearse", "练习管理", "/confirm 粤KA0101 000101", "确认已上牌", "/rehearse", "下一个工作日")
    for turn, act in enumerate(acts):
        await workers[turn % 2].do(CHIEF, act)
    shown = workers[0].screen(CHIEF).words
    assert "✅ 1." in shown
    assert "2026年3月11日" in shown


def test_picture_of_a_practice_is_another_than_the_real_one() -> None:
    sheet = Dashboard(title="待办事项", at="2026年3月10日", tiles=())
    real = ReportPicture(report=sheet)
    marked = PracticePicture(picture=real)
    assert marked.key != real.key
    assert marked.render() != real.render()


@pytest.mark.parametrize("slot", Slot)
def test_papers_of_a_practice_are_drawn(slot: Slot) -> None:
    jpeg = PracticePhotos().get(cases.photo_key(slot))
    assert jpeg is not None
    assert jpeg.startswith(b"\xff\xd8")
    assert PracticePhotos().get("another") is None
