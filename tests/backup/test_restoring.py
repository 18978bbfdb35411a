"""A backup that was put back goes on: no number is issued twice, and nothing is said twice."""

import contextlib
import hashlib
import shutil
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk.reports.work_queue import _text as _desk_text
from bot.texts.desk import find, withholding
from core.availability import closed_days, maintenance
from core.availability.closed_days import EnteredDay, HoursKind
from core.backup import RestoreRequest, read_given, repeated_in, restore, take
from core.backup.restoring import Restored
from core.bootstrap import Core
from core.clock import CHINA, FixedClock, to_millis
from core.errors.backup import (
    BackupDamaged,
    BackupOfOtherEngine,
    GivenUnreadable,
    KeysDiffer,
    KeysMissing,
    LossBeforeBackup,
    PassphraseNeeded,
    RestoreTargetNotEmpty,
)
from core.errors.base import InputError, Refusal
from core.errors.installation import PhotoFolderOfAnother
from core.errors.offices import InMaintenance
from core.notifications import queue, subscriptions, wished
from core.notifications.queue import NotificationPurpose, Plan
from core.notifications.subscriptions import NO_KIND, Subscription, SubscriptionTopic
from core.people.admins import EVERYWHERE, Admin, Role, RoleAssignment
from core.pool import releases
from core.pool.number_status import NumberStatus, status_of
from core.pool.releases import Release
from core.pool.segments import is_withheld_after_restore
from core.ports import Tx
from core.preselection import PreselectionState, get
from core.reporting.tasks import TaskKind
from core.reporting.work_queue import read_work_queue
from core.values.masks import Mask, parse_mask
from core.values.plates import Plate, PlateKind
from core.values.wished_numbers import parse_wished
from tests.backup.deployment import Deployment, opens
from tests.core.sql import sql
from tests.core.tools import expire, remind, reserved, verified

PASSPHRASE = "correct horse battery staple"
HOUR = timedelta(hours=1)
CHIEF = Admin(chat_id=1, assignments=frozenset({RoleAssignment(role=Role.CHIEF, office=EVERYWHERE)}))


def _plate(serial: str) -> Plate:
    return Plate(office="粤K", kind=PlateKind.SMALL, serial=serial)


async def _before(here: Deployment, clock: FixedClock) -> None:
    """A pool, one owner with a number, one who is about to select."""
    async with here.opened(clock) as core:
        await core.store.run(opens, core)
        await core.store.run(reserved, core, 1, "A1111")


def _moves_keys(here: Deployment, there: Deployment) -> None:
    """Bring the key file, as the manual says; PostgreSQL has the keys in the settings."""
    keys = here.config.parent / "data" / "keys.toml"
    if keys.exists():
        target = there.config.parent / "data" / "keys.toml"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(keys, target)


async def _puts_back(
    here: Deployment,
    there: Deployment,
    folder: Path,
    clock: FixedClock,
    given: tuple[Plate, ...] | None,
    **more: Any,
) -> Restored:
    _moves_keys(here, there)
    return await restore(there.settings, RestoreRequest(folder=folder, given=given, clock=clock, **more))


async def test_restored_database_is_the_old_one(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(here, clock)
    folder, manifest = take(here.settings, tmp_path / "backups", clock=clock)
    clock.advance(HOUR)
    restored = await _puts_back(here, there, folder, clock, ())
    assert restored.manifest == manifest
    async with here.opened(clock) as old, there.opened(clock, create=False) as new:
        for table in ("account", "preselection", "plate", "segment", "vehicle"):
            rows = f"SELECT * FROM {table}"  # noqa: S608 - ours
            assert await old.store.read(sql, rows) == await new.store.read(sql, rows)
        assert await old.store.read(_identity) == await new.store.read(_identity)
    left = sorted(path.name for path in there.photos.parent.iterdir())
    assert [name for name in left if "restoring" in name] == []


def _identity(tx: Tx) -> object:
    return tx.one("installation.get")


async def test_number_issued_after_the_backup_is_not_issued_again(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(here, clock)
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    async with here.opened(clock) as core:
        await core.store.run(reserved, core, 2, "A2222")  # and now the disk dies
    clock.advance(HOUR)
    restored = await _puts_back(here, there, folder, clock, (_plate("A2222"), _plate("A1111")))
    assert restored.marked.withheld == (_plate("A2222"),)
    assert restored.marked.living == (_plate("A1111"),)
    async with there.opened(clock, create=False) as core:
        found = await core.store.read(status_of, core.offices["粤K"], _plate("A2222"))
        assert (found.status, found.after_restore) == (NumberStatus.WITHHELD, True)
        assert find.number(found).endswith("暂不投放（备份恢复后待核实）")
        assert await core.store.read(_asks, core, "A2222") == (True, "备份恢复后待核实")
        await core.store.run(_withholds, core, "A7777")  # the control
        found = await core.store.read(status_of, core.offices["粤K"], _plate("A7777"))
        assert find.number(found).endswith("暂不投放")
        assert await core.store.read(_asks, core, "A7777") == (False, "")
        assert await core.store.run(_composes, core, 3, "A2222") is None
        assert await core.store.run(_composes, core, 4, "A3333") == "A3333"  # the control
        queue_ = await core.store.read(read_work_queue, core.desk_services, CHIEF)
        assert {task.plate for task in queue_.tasks if task.task_kind == TaskKind.RESTORED} == {
            "A1111",
            "A2222",
        }


def _mask(core: Core, serial: str) -> Mask:
    return parse_mask(PlateKind.SMALL, serial, nev_letters=core.offices["粤K"].nev_letters)


def _withholds(tx: Tx, core: Core, serial: str) -> None:
    releases.withhold(tx, core.offices["粤K"], _mask(core, serial), "chat:1")


def _asks(tx: Tx, core: Core, serial: str) -> tuple[bool, str]:
    """Return whether a number is withheld after a restore, and the reason in the question of /unwithhold."""
    office, mask = core.offices["粤K"], _mask(core, serial)
    is_after = is_withheld_after_restore(tx, office, mask)
    question = withholding.unwithhold_question(
        office, mask, "已查明", None, has_second=False, waits_until=None, after_restore=is_after
    )
    return is_after, question.partition("暂不投放的原因：")[2].partition("。")[0]


async def test_control_without_the_list_the_number_would_be_issued_again(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(here, clock)
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    await _puts_back(here, there, folder, clock, ())
    async with there.opened(clock, create=False) as core:
        assert await core.store.run(_composes, core, 3, "A2222") == "A2222"


def _status(tx: Tx, core: Core, serial: str) -> NumberStatus:
    return status_of(tx, core.offices["粤K"], _plate(serial)).status


def _composes(tx: Tx, core: Core, number: int, serial: str) -> str | None:
    account, begun = verified(tx, core, number)
    with contextlib.suppress(Refusal, InputError):  # withheld: refused before anything is charged
        return core.selection.compose(
            tx, account, begun, core.offices["粤K"], [serial], received_at=tx.now
        ).taken
    return None


async def test_as_long_as_the_numbers_are_unknown_nobody_selects_and_nothing_expires(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(here, clock)
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    await _puts_back(here, there, folder, clock, None)
    clock.advance(timedelta(days=30))
    async with there.opened(clock, create=False) as core:
        with pytest.raises(InMaintenance):
            await core.store.read(maintenance.ensure_not_in_maintenance, "粤K")
        assert await expire(core) == 0
        queue_ = await core.store.read(read_work_queue, core.desk_services, CHIEF)
        first, *others = queue_.tasks  # first, although the reservation is older
        assert (first.task_kind, first.subject) == (TaskKind.RESTORED, "restoration:1")
        assert [(task.plate, task.at < first.at, task.is_held) for task in others] == [("A1111", False, True)]
        assert queue_.is_suspended
        assert "车主不能选号" in _desk_text(queue_, list(queue_.tasks), 0, {})
        await core.store.run(maintenance.end, EVERYWHERE, "chat:1")  # a chief has dealt with them
        await core.store.read(maintenance.ensure_not_in_maintenance, "粤K")
        queue_ = await core.store.read(read_work_queue, core.desk_services, CHIEF)
        assert not queue_.is_suspended
        assert [task.is_held for task in queue_.tasks] == [False]
        assert "车主不能选号" not in _desk_text(queue_, list(queue_.tasks), 0, {})
        assert await expire(core) == 1


async def test_number_confirmed_after_the_backup_does_not_expire(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    """Its owner registered the car in the gap: the copy must not put them on the blacklist."""
    await _before(here, clock)
    async with here.opened(clock) as core:
        await core.store.run(reserved, core, 2, "A2222")
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    clock.advance(HOUR)
    await _puts_back(here, there, folder, clock, (_plate("A1111"),))
    clock.set(datetime(2026, 3, 17, 8, 30, tzinfo=CHINA))  # the last morning
    async with there.opened(clock, create=False) as core:
        await core.store.run(remind)
        clock.advance(timedelta(days=30))
        await expire(core)
        states = [(await core.store.read(get, number)).state for number in (1, 2)]
    assert states == [PreselectionState.RESERVED, PreselectionState.EXPIRED]


async def test_what_was_told_before_the_loss_is_not_told_again(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(here, clock)
    noon = clock.now()
    async with here.opened(clock) as core:
        for hours in (0, 1, 3):
            await core.store.run(queue.plan, _notice(hours, clock))
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    clock.advance(5 * HOUR)
    restored = await _puts_back(here, there, folder, clock, (), lost_at=noon + 2 * HOUR)
    assert restored.notices_ended == 2
    async with there.opened(clock, create=False) as core:
        rows = await core.store.read(
            sql, "SELECT due_at, state FROM notice WHERE subject = 'opening:x' ORDER BY due_at"
        )
    assert [(row["due_at"] - to_millis(noon), row["state"]) for row in rows] == [
        (0, "late"),
        (3_600_000, "late"),
        (10_800_000, "waiting"),  # due after the loss: nobody has told it
    ]


def _notice(hours: int, clock: FixedClock) -> Plan:
    return Plan(
        chat_id=5000 + hours,
        purpose=NotificationPurpose.OPENING,
        subject="opening:x",
        due_at=clock.now() + hours * HOUR,
        details={"office": "粤K"},
    )


async def test_wishers_are_not_told_again_of_an_opening_before_the_loss(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(here, clock)
    async with here.opened(clock) as core:
        await core.store.run(_wish_and_release, core, clock.now() + HOUR)
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    clock.advance(2 * HOUR)
    await _puts_back(here, there, folder, clock, ())
    async with there.opened(clock, create=False) as core:
        assert not await core.store.read(wished.is_pending)
        rows = await core.store.read(sql, "SELECT state FROM notice WHERE purpose = 'wished'")
    assert [row["state"] for row in rows] == ["late"]


def _wish_and_release(tx: Tx, core: Core, opens_at: datetime) -> None:
    offices = core.offices
    wish = parse_wished("粤KB8888", default=offices["粤K"], offices=offices)
    wished.add(tx, 1, wish, is_registered=True)
    mask = parse_mask(PlateKind.SMALL, "B####")
    core.pools.release(tx, Release(office=offices["粤K"], mask=mask, actor="test", opens_at=opens_at))


async def test_opening_that_was_not_is_still_awaited(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    """An office that was closed for the day of the loss was not announced as open by its usual hours."""
    await _before(here, clock)
    opening = Subscription(office="粤K", kind=NO_KIND, topic=SubscriptionTopic.OPENING)
    today = EnteredDay(
        day=clock.now().astimezone(CHINA).date(),
        place=HoursKind.ONLINE,
        hours=(),
        is_closed_day=False,
        reason="停电",
        by="chat:1",
    )
    async with here.opened(clock) as core:
        assert core.offices["粤K"].hours.is_open(clock.now())
        await core.store.run(closed_days.set_hours, core.offices["粤K"], today)
        await core.store.run(subscriptions.subscribe, 5001, opening)
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    await _puts_back(here, there, folder, clock, ())
    async with there.opened(clock, create=False) as core:
        assert await core.store.read(subscriptions.of_chat, 5001) == [opening]


async def test_draws_after_the_restore_use_a_seed_of_their_own(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    """The numbers of the lost draws come again, so the seed of the day must not."""
    await _before(here, clock)
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    await _puts_back(here, there, folder, clock, ())
    async with there.opened(clock, create=False) as core:
        rows = await core.store.read(sql, "SELECT * FROM seed ORDER BY seed_id")
        (entry,) = await core.store.read(sql, "SELECT * FROM audit WHERE action = 'restored'")
    assert [row["published_at"] is None for row in rows] == [False, *[True] * 8]
    assert rows[0]["day"] == rows[-1]["day"]
    assert hashlib.sha256(bytes.fromhex(rows[0]["secret_published"])).hexdigest() == rows[0]["digest"]
    assert rows[0]["digest"] != rows[-1]["digest"]
    assert (entry["actor"], entry["subject"]) == ("cli", "restoration:1")


async def test_what_was_under_way_is_over_and_old_buttons_are_invalid(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(here, clock)
    async with here.opened(clock) as core:
        columns = "update_id, chat_id, received_at, state, worker, lease_until"
        for statement in (
            f"INSERT INTO inbox ({columns}) VALUES (7, 1, 1, 'waiting', 'w', 1)",  # noqa: S608 - ours
            "INSERT INTO dialog (chat_id, screen, args, revision, updated_at) VALUES (1, 'home', '{}', 5, 1)",
        ):
            await core.store.run(sql, statement)
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    clock.advance(HOUR)
    await _puts_back(here, there, folder, clock, ())
    async with there.opened(clock, create=False) as core:
        assert (await core.store.read(sql, "SELECT state FROM inbox"))[0]["state"] == "done"
        (dialog,) = await core.store.read(sql, "SELECT begun_at FROM dialog")
    assert dialog["begun_at"] == to_millis(clock.now())


# --- what is refused ------------------------------------------------------------------------


async def test_existing_database_is_never_overwritten(
    here: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(here, clock)
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    with pytest.raises(RestoreTargetNotEmpty) as refused:
        await restore(here.settings, RestoreRequest(folder=folder, given=(), clock=clock))
    assert str(here.settings.database.sqlite_path or "postgresql://") in str(refused.value)
    async with here.opened(clock, create=False) as core:
        assert not await core.store.read(sql, "SELECT * FROM restoration")


async def test_damaged_backup_changes_nothing(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(here, clock)
    folder, manifest = take(here.settings, tmp_path / "backups", clock=clock)
    with (folder / manifest.database_file).open("ab") as file:
        file.write(b"\0")
    before = sorted(there.config.parent.rglob("*"))
    with pytest.raises(BackupDamaged):
        await restore(there.settings, RestoreRequest(folder=folder, given=(), clock=clock))
    assert sorted(there.config.parent.rglob("*")) == before


async def test_moment_of_the_loss_lies_between_backup_and_now(
    here: Deployment, there: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(here, clock)
    folder, _ = take(here.settings, tmp_path / "backups", clock=clock)
    for lost_at in (clock.now() - HOUR, clock.now() + HOUR):
        with pytest.raises(LossBeforeBackup):
            await _puts_back(here, there, folder, clock, (), lost_at=lost_at)


async def test_keys_come_from_the_backup_or_must_be_there(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(on_sqlite, clock)
    bare, _ = take(on_sqlite.settings, tmp_path / "bare", clock=clock)
    sealed, _ = take(on_sqlite.settings, tmp_path / "sealed", passphrase=PASSPHRASE, clock=clock)
    there = Deployment(tmp_path / "there", "sqlite:///data/plates.db")
    with pytest.raises(KeysMissing, match=r"keys\.toml"):
        await restore(there.settings, RestoreRequest(folder=bare, given=(), clock=clock))
    with pytest.raises(PassphraseNeeded):
        await restore(there.settings, RestoreRequest(folder=sealed, given=(), clock=clock))
    assert not there.database.parent.exists()
    request = RestoreRequest(folder=sealed, given=(), clock=clock, passphrase=PASSPHRASE)
    restored = await restore(there.settings, request)
    assert restored.keys_written == there.database.parent / "keys.toml"
    assert there.settings.keys() == on_sqlite.settings.keys()
    assert stat.S_IMODE(restored.keys_written.stat().st_mode) == 0o600
    other = Deployment(tmp_path / "other", "sqlite:///data/plates.db")
    async with other.opened(clock):
        pass
    other.database.unlink()  # its keys are still there
    shutil.rmtree(other.photos)
    with pytest.raises(KeysDiffer):
        await restore(other.settings, request)


async def test_photos_come_back_and_a_newer_folder_keeps_its_own(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(on_sqlite, clock)
    folder, _ = take(on_sqlite.settings, tmp_path / "backups", clock=clock)
    async with on_sqlite.opened(clock) as core:
        newer = core.photos.put(b"of an appeal after the backup")
    on_sqlite.database.unlink()
    await restore(on_sqlite.settings, RestoreRequest(folder=folder, given=(), clock=clock))
    clock.advance(2 * HOUR)
    async with on_sqlite.opened(clock, create=False) as core:
        core.photos.sweep(frozenset(), before=clock.now() - HOUR)
        assert core.photos.get(newer) is None
        core.photos.sweep({newer}, before=clock.now() - HOUR)  # back to the newer database
        assert core.photos.get(newer) == b"of an appeal after the backup"


async def test_photo_folder_of_another_database_is_refused(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(on_sqlite, clock)
    folder, _ = take(on_sqlite.settings, tmp_path / "backups", clock=clock)
    other = Deployment(tmp_path / "other", "sqlite:///data/plates.db")
    async with other.opened(clock):
        pass
    other.database.unlink()
    with pytest.raises(PhotoFolderOfAnother):
        await _puts_back(on_sqlite, other, folder, clock, ())
    assert not other.database.exists()


async def test_backup_of_another_engine_is_refused(
    on_sqlite: Deployment, tmp_path: Path, clock: FixedClock
) -> None:
    await _before(on_sqlite, clock)
    folder, _ = take(on_sqlite.settings, tmp_path / "backups", clock=clock)
    there = Deployment(tmp_path / "there", "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(BackupOfOtherEngine):
        await restore(there.settings, RestoreRequest(folder=folder, given=(), clock=clock))


def test_list_of_issued_numbers(on_sqlite: Deployment) -> None:
    offices = on_sqlite.settings.offices
    text = "\ufeff# from receipts\n粤K12345\n\n 粤k·a1234 \n粤KD12345\n粤K12345\n"
    assert [str(plate) for plate in read_given(text, offices)] == ["粤K·12345", "粤K·A1234", "粤K·D12345"]
    assert [str(plate) for plate in repeated_in(text, offices)] == ["粤K·12345"]
    assert repeated_in("粤K12345\n", offices) == ()
    with pytest.raises(GivenUnreadable) as caught:
        read_given("粤K12345\n粤K1\n# 粤K2\n粤A12345\n", offices)
    assert [number for number, _ in caught.value.lines] == [2, 4]
    assert "line 4: the settings have no office 粤A" in str(caught.value).splitlines()
    with pytest.raises(GivenUnreadable) as caught:
        read_given("粤K1\n" * 13, offices)
    lines = str(caught.value).splitlines()
    assert [lines[9], lines[10]] == [lines[0].replace("line 1:", "line 10:"), "and 3 more"]
    for wrong in ("粤K1234", "12345", "粤A12345"):
        with pytest.raises(GivenUnreadable, match="line 2"):
            read_given(f"粤K12345\n{wrong}\n", offices)
