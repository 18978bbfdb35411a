"""Everything that is encrypted can be encrypted with a newer key, whatever happens meanwhile."""

import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from core.clock import FixedClock
from core.db.postgres_tx import PostgresTx
from core.errors.store import SealBroken
from core.ports import Store, Tx
from core.security import rotation
from core.security.photo_files import FilePhotos
from core.security.rotation import FIRST, SEALED_COLUMNS, count_page, reseal_page, reseal_photo, sealed_photos
from core.security.vault import Vault
from tests.core.sql import sql, tables
from tests.core.tools import NOON, build, registered, release
from tests.engines import open_test_store
from tests.world import KEYS

OLD, LOOKUP = KEYS["keys"][0], str(KEYS["lookup_key"])
NEW = Fernet.generate_key().decode()
OURS, BOTH, NEWEST = Vault([OLD], LOOKUP), Vault([NEW, OLD], LOOKUP), Vault([NEW], LOOKUP)
FORMER, LATEST = BOTH.fingerprints[1], BOTH.fingerprints[0]
NOT_FIXED = {"key_canary"}
"""Encrypted, but replaced at the end of a rotation."""


@pytest.fixture
async def store(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Store]:
    """A database with something encrypted in every column, and an image of a rehearsal in none."""
    async with open_test_store(engine, tmp_path, clock) as opened:
        core = await build(opened, clock)
        await opened.run(release, core, "A10##")
        for number in range(3):
            await opened.run(registered, core, number)
        await opened.run(_fill)
        yield opened


def _fill(tx: Tx) -> None:
    args = json.dumps({"sealed": OURS.seal("an identity").decode(), "reason": "a reason"})
    times = {"created_at": 1, "updated_at": 1}
    code = {
        "purpose": "registration",
        "state": "queued",
        "bound_hash": b"x",
        "created_at": 1,
        "expires_at": 2,
    }
    update = {"chat_id": 1, "received_at": 1, "state": "broken", "worker": "w", "lease_until": 1}
    appeal = {"account_id": 1, "office": "粤K", "state": "draft", **times}
    _add(tx, "account", chat_id=9, consent_version=1, consented_at=1, new_phone_sealed=_sealed(), **times)
    _add(tx, "sms_code", account_id=1, parcel_sealed=_sealed(), **code)
    receipt = {"provider": "aliyun", "message_id": "1", "account_id": 1, "code_id": 1}
    asked_at = {"sent_at": 1, "created_at": 1, "ask_at": 1}
    _add(tx, "sms_receipt", phone_sealed=_sealed(), **receipt, **asked_at)
    begun = {"account_id": 1, "office": "粤K", "kind": "small", "state": "draft", **times}
    _add(tx, "preselection", reviewed_sealed=_sealed(), **begun)
    _add(tx, "inbox", update_id=7, body=_sealed(), **update)
    _add(tx, "appeal", appeal_id=1, reason_sealed=_sealed(), **appeal)
    for slot in ("identity", "invoice"):
        photo = {"appeal_id": 1, "slot": slot, "photo_key": slot, "taken_at": 1}
        _add(tx, "appeal_photo", fingerprint_sealed=_sealed(), **photo)
    _add(tx, "staff_name", chat_id=3001, name_sealed=_sealed(), is_set=0, noted_at=1)
    asked = {"act": "grant", "question": "desk_grant", "about": "vehicle:x", "subject": "vehicle:x"}
    by = {"office": "粤K", "reason": "r", "actor": "chat:1", "requested_at": 1, "expires_at": 2}
    _add(tx, "chief_request", args_sealed=_sealed(), **asked, **by)
    _add(tx, "dialog", chat_id=-5, screen="desk_identity", args=args, revision=1, updated_at=1)


def _sealed() -> bytes:
    return OURS.seal("some text")


def _add(tx: Tx, table: str, **values: object) -> None:
    def literal(value: object) -> str:
        if isinstance(value, bytes):
            return f"'\\x{value.hex()}'" if isinstance(tx, PostgresTx) else f"x'{value.hex()}'"
        return str(value) if isinstance(value, int) else f"'{value}'"

    columns, literals = ", ".join(values), ", ".join(map(literal, values.values()))
    sql(tx, f"INSERT INTO {table} ({columns}) VALUES ({literals})")  # noqa: S608 - ours


async def counted(store: Store, vault: Vault = BOTH) -> dict[str, Counter[str | None]]:
    """Count the encrypted values by column and key."""
    found: dict[str, Counter[str | None]] = {}
    for column in SEALED_COLUMNS:
        found[column] = Counter()
        last: int | None = FIRST
        while last is not None:
            last, some = await store.read(count_page, vault, column, last)
            found[column] += some
    return found


async def rotated(store: Store, vault: Vault = BOTH) -> int:
    """Go over all columns; return how many values were replaced."""
    replaced = 0
    for column in SEALED_COLUMNS:
        last: int | None = FIRST
        while last is not None:
            page = await store.run(reseal_page, vault, column, last)
            last, replaced = page.last, replaced + page.resealed
    return replaced


def tokens(tx: Tx) -> list[str]:
    """Return the place of everything in the database that the old key opens, found without the queries."""
    found = []
    for table in set(tables(tx)) - NOT_FIXED:
        for row in sql(tx, f"SELECT * FROM {table}"):  # noqa: S608 - the schema's own names
            for name, value in row.items():
                content = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                start = content.find(b"gAAAA")
                if start >= 0 and OURS.key_of(content[start:].partition(b'"')[0]) == FORMER:
                    found.append(f"{table}.{name}")
    return found


async def test_nothing_is_left_with_the_old_key(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every column of every table: a column that the queries do not know would be found here."""
    monkeypatch.setattr(rotation, "PAGE", 2)
    before = await counted(store)
    assert all(before.values()), "the fixture fills every column"
    assert {key for counts in before.values() for key in counts} == {FORMER}
    assert len(await store.read(tokens)) == sum(counts.total() for counts in before.values())
    assert await rotated(store) >= len(SEALED_COLUMNS)
    assert await store.read(tokens) == []
    after = await counted(store)
    assert {key for counts in after.values() for key in counts} == {LATEST}
    assert [counts.total() for counts in after.values()] == [counts.total() for counts in before.values()]
    assert await rotated(store) == 0


async def test_what_was_encrypted_reads_the_same_afterwards(store: Store) -> None:
    def names(tx: Tx) -> list[str]:
        rows = tx.all("sealed.account_identity", after=FIRST, count=9)
        return [NEWEST.open(row["sealed"]) for row in rows]

    await rotated(store)
    assert len(await store.read(names)) == 3
    (row,) = await store.read(lambda tx: sql(tx, "SELECT args FROM dialog WHERE chat_id = -5"))
    args = json.loads(row["args"])
    assert NEWEST.open(args["sealed"].encode()) == "an identity"
    assert args["reason"] == "a reason"


async def test_what_an_owner_changes_meanwhile_stays(store: Store) -> None:
    def meanwhile(tx: Tx) -> int:
        """Replace one value between reading and writing, as another worker could on PostgreSQL."""
        rows = tx.all("sealed.account_name", after=FIRST, count=1)
        changed = NEWEST.seal("changed")
        former = rows[0]["sealed"]
        assert tx.run("sealed.put_account_name", row_id=rows[0]["row_id"], former=former, sealed=changed) == 1
        return tx.run(
            "sealed.put_account_name", row_id=rows[0]["row_id"], former=former, sealed=BOTH.reseal(former)
        )

    assert await store.run(meanwhile) == 0
    await rotated(store)
    rows = await store.read(lambda tx: tx.all("sealed.account_name", after=FIRST, count=1))
    assert NEWEST.open(rows[0]["sealed"]) == "changed"


async def test_what_no_key_opens_is_left_and_counted(store: Store) -> None:
    other = Vault([Fernet.generate_key().decode()], LOOKUP)

    def spoil(tx: Tx) -> None:
        (row,) = tx.all("sealed.sms_code", after=FIRST, count=1)
        tx.run("sealed.put_sms_code", row_id=row["row_id"], former=row["sealed"], sealed=other.seal("lost"))

    await store.run(spoil)
    page = await store.run(reseal_page, BOTH, "sealed.sms_code", FIRST)
    assert (page.resealed, page.broken) == (0, 1)
    await rotated(store)
    assert (await counted(store))["sealed.sms_code"] == Counter({None: 1})


def test_photos_are_encrypted_anew_and_keep_their_age(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    old = FilePhotos(tmp_path, OURS, clock)
    keys = [old.put(b"a photo"), old.put(b"another")]
    (tmp_path / "orphans").mkdir()
    (tmp_path / f"{keys[1]}.sealed").rename(tmp_path / "orphans" / f"{keys[1]}.sealed")
    (tmp_path / "note.txt").write_text("not a photo")
    ages = [path.stat().st_mtime for path in sealed_photos(tmp_path)]
    assert [reseal_photo(BOTH, path) for path in sealed_photos(tmp_path)] == [True, True]
    assert [reseal_photo(BOTH, path) for path in sealed_photos(tmp_path)] == [False, False]
    assert [path.stat().st_mtime for path in sealed_photos(tmp_path)] == ages
    assert FilePhotos(tmp_path, NEWEST, clock).get(keys[0]) == b"a photo"
    assert {path.stat().st_mode & 0o777 for path in sealed_photos(tmp_path)} == {0o600}
    assert not list(tmp_path.rglob("*.draft"))
    with pytest.raises(SealBroken):
        old.get(keys[0])


def test_a_photo_that_is_deleted_meanwhile_needs_nothing(tmp_path: Path) -> None:
    assert not reseal_photo(BOTH, tmp_path / f"{'a' * 32}.sealed")
    assert sealed_photos(tmp_path / "nowhere") == []


@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "control"])
def test_a_photo_deleted_while_it_is_encrypted_does_not_come_back(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, *, is_deleted: bool
) -> None:
    photos = FilePhotos(tmp_path, OURS, clock)
    key = photos.put(b"a photo")
    (path,) = sealed_photos(tmp_path)
    real = os.fsync

    def deleting(handle: int) -> None:
        real(handle)
        if is_deleted:
            photos.delete(key)  # after its times were read, before it is replaced

    monkeypatch.setattr("core.security.rotation.os.fsync", deleting)
    assert reseal_photo(BOTH, path) == (not is_deleted)
    assert [one.name for one in tmp_path.iterdir()] == ([] if is_deleted else [path.name])
