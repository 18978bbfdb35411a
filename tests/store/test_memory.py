"""The in-memory database: synchronous, and optionally loaded from bytes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import FixedClock
from core.db import MemoryDatabase, MemoryStore
from core.db.tx import WrapTx
from core.errors.store import StoreClosed, StoreConstraintError, StoreError
from tests.store.conftest import NOON
from tests.store.faults import CallCounter, InjectedFaultError
from tests.store.sample import MIGRATIONS, QUERIES, RefusedError, add, add_then_refuse, names


def opened(clock: FixedClock, image: bytes | None = None, wrap_tx: WrapTx | None = None) -> MemoryDatabase:
    return MemoryDatabase(clock, image=image, wrap_tx=wrap_tx, migrations=MIGRATIONS, queries=QUERIES)


@pytest.fixture
def database(clock: FixedClock) -> Iterator[MemoryDatabase]:
    with opened(clock) as empty:
        yield empty


def test_what_returns_has_happened(database: MemoryDatabase) -> None:
    assert database.run(add, "a") == "a"
    assert database.read(names) == ["a"]


def test_what_raises_changed_nothing(database: MemoryDatabase) -> None:
    with pytest.raises(RefusedError):
        database.run(add_then_refuse, "a")
    assert database.read(names) == []


def test_committed_by_hand_stays(database: MemoryDatabase) -> None:
    add(database.begin(), "a")
    database.commit()
    database.rollback()
    assert database.read(names) == ["a"]


def test_rolled_back_by_hand_is_gone(database: MemoryDatabase) -> None:
    add(database.begin(), "a")
    database.rollback()
    assert database.read(names) == []


def test_constraint_judged_at_commit_refuses(database: MemoryDatabase) -> None:
    with pytest.raises(StoreConstraintError):
        database.run(lambda tx: tx.run("counter.add_child", name="nobody"))
    assert database.run(add, "a") == "a"


def test_reader_cannot_write(database: MemoryDatabase) -> None:
    with pytest.raises(StoreError):
        database.read(add, "a")
    assert database.run(add, "a") == "a"


def test_two_databases_share_nothing(clock: FixedClock) -> None:
    with opened(clock) as one, opened(clock) as other:
        one.run(add, "a")
        assert other.read(names) == []


def test_faults_can_be_ordered(clock: FixedClock) -> None:
    faults = CallCounter(1, after=True)
    with opened(clock, wrap_tx=faults.wrap) as database:
        with pytest.raises(InjectedFaultError):
            database.run(add, "a")
        assert database.read(names) == []


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.binary(max_size=2_000), max_size=20)
)
def test_bytes_and_back_change_nothing(content: dict[str, bytes]) -> None:
    clock = FixedClock(NOON)
    with opened(clock) as database:
        for name, photo in content.items():
            database.run(add, name, photo=photo)
        image = database.serialize()
    with opened(clock, image=image) as again:
        found = {row["name"]: row["photo"] for row in again.read(lambda tx: tx.all("counter.all"))}
        assert found == content
        assert again.run(add, "one more" * 9) == "one more" * 9


def test_constraints_survive_the_bytes(database: MemoryDatabase, clock: FixedClock) -> None:
    database.run(add, "a")
    with opened(clock, image=database.serialize()) as again:
        with pytest.raises(StoreConstraintError):
            again.run(add, "a")
        with pytest.raises(StoreConstraintError):
            again.run(lambda tx: tx.run("counter.add_child", name="nobody"))


def test_image_of_nothing_is_refused(clock: FixedClock) -> None:
    with pytest.raises(StoreError, match="this is no image of a database"):
        opened(clock, image=b"\x01" * 4096)


def test_image_is_small(database: MemoryDatabase) -> None:
    assert len(database.serialize()) <= 16 * 1024


def test_time_is_the_clock_of_each_transaction(database: MemoryDatabase, clock: FixedClock) -> None:
    before = database.run(lambda tx: tx.now)
    clock.advance(timedelta(seconds=1))
    assert database.run(lambda tx: tx.now) - before == timedelta(seconds=1)


async def test_memory_store_is_the_same_port(database: MemoryDatabase) -> None:
    store = MemoryStore(database)
    assert await store.run(add, "a") == "a"
    assert await store.read(names) == ["a"]
    await store.close()
    with pytest.raises(StoreClosed):
        await store.run(add, "b")
