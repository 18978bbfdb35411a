"""The audit log: an entry for each change, with actor, time and subject; append-only."""

import json
from datetime import timedelta
from typing import Any

import pytest

from core import audit
from core.audit import AuditAction
from core.bootstrap import Core
from core.clock import FixedClock, to_millis
from core.ports import Tx
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.sql import refused_by, sql
from tests.core.tools import release, reserved, verified

ENTRIES = "SELECT actor, action, subject, office, details FROM audit ORDER BY entry_id"


async def entries(core: Core) -> list[dict[str, Any]]:
    return await core.store.read(sql, ENTRIES)


async def test_whole_selection_is_in_journal(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 0, "A1234")
    plate = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1234")
    await core.store.run(core.counter.register, plate, factories.vin(0)[-6:], actor="chat:1")
    owner = "account:1"
    assert [(row["actor"], row["action"], row["subject"]) for row in await entries(core)] == [
        *(("system", "committed_seed", f"seed:{seed}") for seed in range(1, 9)),
        ("test", "released", "segment:1"),
        (owner, "consented", "account:1"),
        (owner, "registered_account", "account:1"),
        (owner, "began", "preselection:1"),
        (owner, "agreed_to_notice", "preselection:1"),
        (owner, "confirmed_data", "preselection:1"),
        (owner, "verified", "preselection:1"),
        (owner, "reserved", "preselection:1"),
        ("chat:1", "registered", "preselection:1"),
    ]


async def test_entry_of_reservation_names_number_and_way(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 0, "A1234")
    details = json.loads((await entries(core))[-1]["details"])
    assert details == {"plate": "粤K·A1234", "way": "composed"}


async def test_try_in_vain_is_in_journal(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 0, "A1234")
    account, begun = await core.store.run(verified, core, 1)
    place = core.offices["粤K"]
    await core.store.run(
        lambda tx: core.selection.compose(tx, account, begun, place, ["A1234"], received_at=tx.now)
    )
    last = (await entries(core))[-1]
    assert (last["actor"], last["action"]) == ("account:2", "composed_in_vain")
    assert json.loads(last["details"]) == {"wishes": {"A1234": "preselected"}}


async def test_draw_is_in_journal_of_draws(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    place = core.offices["粤K"]
    drawn = await core.store.run(
        lambda tx: core.selection.draw(tx, begun, place, nonce="press", received_at=tx.now, without_four=True)
    )
    row = (await core.store.read(sql, "SELECT * FROM draw"))[0]
    nonce = core.vault.lookup("press", "press").hex()  # the id of a press names a person
    assert (row["n"], row["nonce"], row["without_four"], row["seed_id"]) == (1, nonce, 1, 1)
    assert (row["drawn_at"], json.loads(row["numbers"])) == (to_millis(clock.now()), [*drawn.batch.serials])
    assert row["held_until"] == to_millis(clock.now() + timedelta(seconds=95))


async def test_refused_step_leaves_no_entry(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(verified, core, 0)
    before = await entries(core)

    def refused(tx: Tx) -> None:
        audit.record(tx, "chat:1", AuditAction.HANDLED, "nothing:1")
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await core.store.run(refused)
    assert await entries(core) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'somebody else'",
        "UPDATE audit SET details = '{}' WHERE entry_id = 1",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE entry_id = 1",
        "UPDATE draw SET numbers = '[]'",
        "UPDATE draw SET nonce = 'another'",
        "UPDATE draw SET n = n + 1",
        "UPDATE draw SET drawn_at = 0",
        "UPDATE draw SET looked_at = 10",
        "UPDATE draw SET without_four = 1",
        "UPDATE draw SET seed_id = 2",
        "UPDATE draw SET preselection_id = 2",
        "DELETE FROM draw",
        "UPDATE public_entry SET body = '{}'",
        "UPDATE public_entry SET hash = body",
        "DELETE FROM public_entry",
        "UPDATE seed SET digest = 'another'",
        "UPDATE seed SET day = '2026-01-01'",
        "DELETE FROM seed",
    ],
)
async def test_journal_is_neither_changed_nor_shortened(core: Core, statement: str) -> None:
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    place = core.offices["粤K"]
    await core.store.run(
        lambda tx: core.selection.draw(tx, begun, place, nonce="n", received_at=tx.now, without_four=False)
    )

    def forge(tx: Tx) -> None:
        assert "the journal only grows" in str(refused_by(tx, statement))
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await core.store.run(forge)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE seed SET secret_published = 'another' WHERE published_at IS NOT NULL",
        "UPDATE seed SET published_at = published_at + 1 WHERE published_at IS NOT NULL",
        "UPDATE seed SET secret_published = NULL, published_at = NULL WHERE published_at IS NOT NULL",
        "UPDATE seed SET seed_id = seed_id + 100 WHERE published_at IS NOT NULL",
        "DELETE FROM seed WHERE published_at IS NOT NULL",
    ],
)
async def test_published_seed_neither_changes_nor_disappears(
    core: Core, clock: FixedClock, statement: str
) -> None:
    await publish_seed(core, clock)

    def forge(tx: Tx) -> None:
        assert "the journal only grows" in str(refused_by(tx, statement))
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await core.store.run(forge)


async def test_published_seed_can_be_encrypted_with_a_new_key(core: Core, clock: FixedClock) -> None:
    await publish_seed(core, clock)

    def reseal(tx: Tx) -> int:
        (row,) = sql(tx, "SELECT seed_id, secret_sealed FROM seed WHERE published_at IS NOT NULL")
        former = row["secret_sealed"]
        return tx.run("sealed.put_seed", sealed=b"sealed again", row_id=row["seed_id"], former=former)

    assert await core.store.run(reseal) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_seed_is_not_replaced_by_another_of_its_day_or_its_number(
    core: Core, clock: FixedClock
) -> None:
    """INSERT OR REPLACE and UPDATE OR REPLACE delete what is in their way; only SQLite has them."""
    await publish_seed(core, clock)
    columns = "office, kind, day, digest, secret_sealed, secret_published, committed_at, published_at"
    forgeries = (
        "INSERT OR REPLACE INTO seed SELECT * FROM seed WHERE published_at IS NOT NULL",
        f"INSERT OR REPLACE INTO seed ({columns}) SELECT {columns} FROM seed WHERE published_at IS NULL",  # noqa: S608 - ours
        "UPDATE OR REPLACE seed SET seed_id = 1 WHERE seed_id = 2",
    )

    def forge(tx: Tx) -> None:
        for forgery in forgeries:
            assert "the journal only grows" in str(refused_by(tx, forgery))
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await core.store.run(forge)


async def publish_seed(core: Core, clock: FixedClock) -> None:
    """Publish the seed of one day, with those of the days to come committed to."""
    await core.store.run(release, core, "A####")
    clock.set(clock.now() + timedelta(days=1))
    await core.store.run(core.seeds.keep_up, core.offices["粤K"], "small")
    rows = await core.store.read(sql, "SELECT seed_id FROM seed WHERE published_at IS NOT NULL")
    assert len(rows) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", ["audit", "draw", "public_entry", "seed"])
async def test_journal_is_not_replaced(core: Core, table: str) -> None:
    """INSERT OR REPLACE deletes a row without the triggers of deletion; only SQLite has it."""
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    place = core.offices["粤K"]
    await core.store.run(
        lambda tx: core.selection.draw(tx, begun, place, nonce="n", received_at=tx.now, without_four=False)
    )

    def forge(tx: Tx) -> None:
        same = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"  # noqa: S608 - ours
        assert "the journal only grows" in str(refused_by(tx, same))
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await core.store.run(forge)
