"""The database itself refuses invalid rows, independent of checks in the program."""

import re
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.db import MemoryDatabase
from core.errors.store import StoreError
from core.ports import Tx
from tests.core.invalid_rows import CHANGES, INVALID_ROWS, OTHER_VIN, ROWS, VIN
from tests.core.sql import refused_by, sql
from tests.core.tools import NOON, registered, release, reserved, verified


@pytest.fixture
async def furnished(core: Core, engine: str) -> Core:
    """Insert the rows that others refer to: a reserved number, a selection in progress, and more."""
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 0, "A1234")
    await core.store.run(verified, core, 1)
    for number in (2, 3):
        await core.store.run(registered, core, number)
    for table, other in (
        ("sms_code", {"account_id": 4}),
        ("withholding", {"mask": "A8##8"}),
        ("withholding", {"mask": "A7##7"}),
        ("unwithhold_request", {"withholding_id": 2}),
        ("chief_request", {"about": "ban:2"}),
        ("suspicion", {"subject": "account:9"}),
        ("notice", {"purpose": "known", "subject": "known"}),
        ("ban", {"identity_hash": b"y"}),
        ("selecting", {"vin": "second"}),
        ("vehicle_import", {"chat_id": 2}),
        ("broadcast", {"office": "粤A"}),
        ("registry_entry", {"vin": OTHER_VIN}),
        ("hold", {"serial": "A2222"}),
        ("appeal", {"vin": VIN}),
        ("appeal", {"account_id": 3, "state": "draft"}),
        ("appeal", {"account_id": 4, "vin": VIN, "suspicion_id": 1}),
        ("appeal_photo", {"slot": "identity"}),
        ("vin_right", {"vin": VIN}),
        ("special_hours", {"day": "2026-12-30"}),
        ("holiday_year", {"year": 2027}),
        ("holiday", {"day": "2027-01-02"}),
        ("staff_name", {"chat_id": 2}),
        ("sms_receipt", {"message_id": "1^0"}),
    ):
        await core.store.run(sql, insert(engine, table, other))
    return core


def insert(engine: str, table: str, other: dict[str, Any]) -> str:
    """Return the statement that inserts a table's valid row with some columns changed."""
    values = {**ROWS[table], **other}
    return (
        f"INSERT INTO {table} ({', '.join(values)}) "  # noqa: S608 - nothing here comes from outside
        f"VALUES ({', '.join(literal(engine, value) for value in values.values())})"
    )


def literal(engine: str, value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'" if engine == "sqlite" else f"'\\x{value.hex()}'::bytea"
    return str(value) if isinstance(value, int) else f"'{value}'"


async def reason(core: Core, statement: str) -> str | None:
    """Return why the database refuses a statement, None if it does not; nothing is changed."""
    reasons: list[str | None] = []

    def attempt(tx: Tx) -> None:
        reasons.append(refused_by(tx, statement))
        raise ValueError

    with pytest.raises((ValueError, StoreError)):
        await core.store.run(attempt)
    return reasons[-1]


async def test_nonsense_is_refused(furnished: Core, engine: str) -> None:
    """Each row is refused, and by the intended constraint."""
    reasons = {
        title: (row, await reason(furnished, insert(engine, row.table, row.other)))
        for title, row in INVALID_ROWS.items()
    }
    wrong = {
        title: why
        for title, (row, why) in reasons.items()
        if why is None or (row.columns if engine == "sqlite" else row.rule) not in why
    }
    assert wrong == {}


async def test_nonsensical_change_is_refused(furnished: Core) -> None:
    reasons = {title: await reason(furnished, statement) for title, (statement, _) in CHANGES.items()}
    wrong = {
        title: why
        for title, why in reasons.items()
        if why is None or not any(rule in why for rule in CHANGES[title][1])
    }
    assert wrong == {}


async def test_control_rows_are_in_order(furnished: Core, engine: str) -> None:
    """The unchanged rows are accepted."""
    reasons = {table: await reason(furnished, insert(engine, table, {})) for table in ROWS}
    assert set(reasons.values()) == {None}


def test_every_rule_has_its_nonsense() -> None:
    """Each named constraint needs a row that it refuses."""
    with MemoryDatabase(FixedClock(NOON)) as database:
        schema = database.read(sql, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    text = "\n".join(row["sql"] for row in schema)
    named = set(re.findall(r"CONSTRAINT (\w+)", text)) | set(re.findall(r"UNIQUE INDEX (\w+)", text))
    gone = tuple(f"{table}_" for table in re.findall(r"DROP TABLE (\w+)", text))
    named = {name for name in named if not name.startswith(gone or ("!",))}
    tried = {row.rule for row in INVALID_ROWS.values()} | {
        rule for _, rules in CHANGES.values() for rule in rules
    }
    assert named - tried == set()
