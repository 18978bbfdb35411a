"""Personal data: everything is exported, and everything deletable is deleted in one transaction."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.accounts import DeletionBlocked, DeletionBlocker
from core.errors.base import Refusal
from core.errors.desk import NobodyFound
from core.notifications import broadcasts, subscriptions
from core.notifications.subscriptions import Subscription, SubscriptionTopic
from core.people import blacklist
from core.people.accounts import Account
from core.people.blacklist import Cause, NewBan
from core.people.verification import CodeBinding, CodePurpose
from core.personal_data import SOURCES, DataSubject, PersonalData, PersonalDataSource
from core.ports import Tx
from core.preselection import PreselectionState, get
from core.reporting import daily_summary
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.interceptor import Interceptor
from tests.core.sql import dump, sql
from tests.core.test_privacy import written
from tests.core.tools import agreed, registered, release, reserved, verified, verifies_again

CHAT = 5000
WISH = Subscription(office="粤K", kind="small", topic=SubscriptionTopic.RELEASE)


async def lived(core: Core) -> tuple[Account, int]:
    """Bring an owner through everything that is recorded, up to a registered number."""
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 1, "A0001")  # somebody else's
    account, begun = await core.store.run(verified, core, 0)
    place = core.offices["粤K"]
    drawn = await core.store.run(
        lambda tx: core.selection.draw(tx, begun, place, nonce="press", received_at=tx.now, without_four=True)
    )
    await core.store.run(lambda tx: core.selection.sent(tx, drawn.batch, place, received_at=tx.now))
    await core.store.run(
        lambda tx: core.selection.compose(tx, account, begun, place, ["A0001"], received_at=tx.now)
    )
    await core.store.run(subscriptions.subscribe, CHAT, WISH)
    await core.store.run(core.deadlines.wish_reminders, account, 1)
    return account, begun


async def ends_well(core: Core, clock: FixedClock, account: Account, begun: int) -> None:
    place, plate = core.offices["粤K"], Plate(office="粤K", kind=PlateKind.SMALL, serial="A5555")
    clock.advance(timedelta(seconds=10))
    await core.store.run(
        lambda tx: core.selection.compose(tx, account, begun, place, ["A5555"], received_at=tx.now)
    )
    await core.store.run(core.counter.register, plate, factories.vin(0)[-6:], actor="chat:1001")


async def test_everything_is_read_out(core: Core) -> None:
    account, _ = await lived(core)
    found = await core.store.read(core.personal_data.read, CHAT)
    assert set(found) == {*(source.name for source in SOURCES), "appeals", "staff_name"}
    (own,) = found["account"]
    assert (own["name"], own["identity"], own["phone"]) == (account.name, account.identity, account.phone)
    assert [record["version"] for record in found["consents"]] == [3]
    assert [record["vin"] for record in found["preselections"]] == [factories.vin(0)]
    (draw,) = found["draws"]
    assert len(draw["numbers"]) == 10  # type: ignore[arg-type]
    assert [record["wishes"] for record in found["wishes"]] == [{"wishes": {"A0001": "preselected"}}]
    assert {record["purpose"] for record in found["codes"]} == {"preselection"}
    assert [record["topic"] for record in found["subscriptions"]] == ["release"]
    assert found["reminders"] == [{"count": 1}]
    actions = [record["action"] for record in found["journal"]]
    assert {"consented", "registered_account", "began", "verified", "composed_in_vain"} <= set(actions)
    assert {record["by"] for record in found["journal"]} == {"self"}


async def _ban(core: Core, account: Account, reason: str = "资料有误") -> datetime:
    """Ban a person for nine days; return the end."""
    new_ban = NewBan(
        identity_hash=account.identity_hash or b"",
        office="粤K",
        reason=reason,
        cause=Cause.ADMIN,
        until=core.clock.now() + timedelta(days=9),
        actor="chat:1001",
    )
    await core.store.run(blacklist.add_ban, new_ban)
    return new_ban.until


async def test_nobody_elses_data_is_read_out(core: Core) -> None:
    """Neither the other owner's, nor the name of the admin who handled this one."""
    account, _ = await lived(core)
    await _ban(core, account)
    found = await core.store.read(core.personal_data.read, CHAT)
    assert "1001" not in repr({**found, "account": ()})
    assert factories.identity(1) not in repr(found)
    assert [record["reason"] for record in found["bans"]] == ["资料有误"]
    assert [record["by"] for record in found["journal"]][-1] == "desk"


async def test_stranger_has_nothing_but_a_chat(core: Core) -> None:
    found = await core.store.read(core.personal_data.read, 9999)
    assert found["account"] == [{"chat": 9999}]
    assert not any(records for name, records in found.items() if name != "account")


async def test_deleted_owner_leaves_no_trace_of_a_person(core: Core, clock: FixedClock) -> None:
    account, begun = await lived(core)
    await ends_well(core, clock, account, begun)
    hashes = (account.identity_hash or b"", core.vault.lookup("phone", account.phone))
    await core.store.run(core.personal_data.delete, CHAT)
    rows = await core.store.read(dump)
    text = "\n".join(row for some in rows.values() for row in some)
    assert not re.search(rf"\b{CHAT}\b", text)
    assert repr(hashes[0]) not in text
    assert factories.certificate(0) not in text
    (emptied,) = await core.store.read(sql, f"SELECT * FROM account WHERE account_id = {account.account_id}")  # noqa: S608 - a number
    kept = {name for name, value in emptied.items() if value is not None}
    assert kept == {
        *("account_id", "chat_id", "user_type", "consent_version"),
        *("consented_at", "created_at", "updated_at", "deleted_at"),
    }
    for table in ("reminder_wish", "subscription"):
        assert rows[table] == []
    assert await core.store.read(core.accounts.find, CHAT) is None


async def test_number_vehicle_and_journal_stay(core: Core, clock: FixedClock) -> None:
    account, begun = await lived(core)
    await ends_well(core, clock, account, begun)
    before = await core.store.read(sql, "SELECT count(*) AS n FROM audit")
    await core.store.run(core.personal_data.delete, CHAT)
    kept = await core.store.read(get, begun)
    assert (kept.state, kept.serial, kept.vin) == (PreselectionState.REGISTERED, "A5555", factories.vin(0))
    used = await core.store.read(
        sql,
        f"SELECT random_used, compose_used FROM vehicle WHERE vin = '{factories.vin(0)}'",  # noqa: S608 - invented
    )
    assert used == [{"random_used": 1, "compose_used": 1}]
    after = await core.store.read(sql, "SELECT count(*) AS n FROM audit")
    assert after[0]["n"] == before[0]["n"] + 1


async def test_owner_begins_anew_after_deleting(core: Core) -> None:
    old, _ = await lived(core)
    await core.store.run(core.personal_data.delete, CHAT)
    account = await core.store.run(registered, core, 0)
    assert account.account_id != old.account_id
    begun = await core.store.run(agreed, core, account, 0)
    await core.store.run(verifies_again, core, account, begun)
    left = await core.store.read(sql, "SELECT random_used FROM vehicle ORDER BY random_used DESC LIMIT 1")
    assert left[0]["random_used"] == 1  # the quota stays with the VIN


async def test_draft_and_what_it_holds_go_with_it(core: Core) -> None:
    _, begun = await lived(core)
    await core.store.run(core.personal_data.delete, CHAT)
    dropped = await core.store.read(get, begun)
    assert (dropped.state, dropped.vin, dropped.certificate) == (PreselectionState.CANCELLED, None, None)
    held = await core.store.read(
        sql,
        f"SELECT 1 FROM plate WHERE preselection_id = {begun} AND held_until >= {_millis(core)}",  # noqa: S608 - a number
    )
    assert held == []
    leases = await core.store.read(sql, "SELECT preselection_id FROM selecting")
    assert begun not in {row["preselection_id"] for row in leases}


def _millis(core: Core) -> int:
    return int(core.clock.now().timestamp() * 1000)


async def refused(core: Core, chat: int = CHAT) -> tuple[DeletionBlocker, ...]:
    before = await written(core.store)
    with pytest.raises(DeletionBlocked) as caught:
        await core.store.run(core.personal_data.delete, chat)
    assert await written(core.store) == before
    return caught.value.blockers


async def test_reserved_number_hinders_until_its_deadline(core: Core) -> None:
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(reserved, core, 0, "A1234")
    one = await core.store.read(get, begun)
    assert await refused(core) == (DeletionBlocker(why="reserved", until=one.deadline, what="粤K·A1234"),)


async def test_running_ban_hinders_until_it_is_over(core: Core, clock: FixedClock) -> None:
    account, until = await _banned(core)
    assert await refused(core) == (DeletionBlocker(why="banned", until=until),)
    clock.set(until + timedelta(seconds=1))  # no tick has lifted it yet
    await core.store.run(core.personal_data.delete, CHAT)
    (row,) = await core.store.read(sql, "SELECT identity_hash, reason, preselection_id FROM ban")
    assert bytes(row["identity_hash"]) == account.identity_hash
    assert (row["reason"], row["preselection_id"]) == ("-", None)


async def _banned(core: Core) -> tuple[Account, datetime]:
    account = await core.store.run(registered, core, 0)
    return account, await _ban(core, account, "张三的资料有误")


async def test_identity_given_at_a_counter_counts_before_registration_ends(core: Core) -> None:
    """Its bans are visible to its owner, and block the deletion, before the registration is complete."""
    account = await core.store.run(core.accounts.consent, 6000)
    account = await core.store.run(core.accounts.receive_identity, account, factories.identity(7))
    await _ban(core, account)
    found = await core.store.read(core.personal_data.read, 6000)
    assert [record["reason"] for record in found["bans"]] == ["资料有误"]
    assert [blocker.why for blocker in await refused(core, 6000)] == ["banned"]


async def test_what_chats_wish_of_broadcasts_and_summaries_goes_with_them(core: Core) -> None:
    await core.store.run(broadcasts.mute, CHAT, "粤K")
    await core.store.run(daily_summary.set_summary, CHAT, on=False)
    found = await core.store.read(core.personal_data.read, CHAT)
    assert [record["office"] for record in found["mutes"]] == ["粤K"]
    assert found["summary"] == [{"wanted": False}]
    await core.store.run(core.personal_data.delete, CHAT)
    rows = await core.store.read(dump)
    assert (rows["broadcast_mute"], rows["summary_off"]) == ([], [])


async def test_deleting_does_not_shake_off_a_ban(core: Core) -> None:
    """Of a partly registered account with a banned identity: it is deleted, the ban is not."""
    account, _ = await _banned(core)
    other = await core.store.run(core.accounts.consent, 6000)
    sealed = core.vault.seal(account.identity)
    await core.store.run(_set_identity, other, sealed, account.identity_hash or b"")
    await core.store.run(core.personal_data.delete, 6000)
    assert await core.store.read(blacklist.running, account.identity_hash) is not None


def _set_identity(tx: Tx, account: Account, sealed: bytes, digest: bytes) -> None:
    now = int(tx.now.timestamp() * 1000)
    tx.run("accounts.set_identity", account_id=account.account_id, sealed=sealed, hash=digest, now=now)


async def test_reservation_between_look_and_deletion_is_seen(core: Core) -> None:
    """The deleting statement checks by itself; the earlier check only produces the message."""
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 0, "A1234")

    def delete(tx: Tx) -> None:
        blind = PersonalData(core.accounts, core.preselections)
        blind._sources = tuple(  # the earlier check sees nothing
            PersonalDataSource(name=source.name, read=source.read, forget=source.forget)
            for source in blind._sources
        )
        blind.delete(Interceptor(tx), CHAT)

    with pytest.raises(DeletionBlocked):
        await core.store.run(delete)
    assert (await core.store.read(core.accounts.require, CHAT)).is_registered


async def test_added_holding_is_read_hinders_and_goes(core: Core) -> None:
    gone: list[int] = []
    waits = [True]

    def hinders(_tx: Tx, _person: DataSubject) -> DeletionBlocker | None:
        return DeletionBlocker(why="appeal", what="申诉 12") if waits[0] else None

    mine = PersonalDataSource(
        name="appeals",
        read=lambda _tx, person: [{"number": 12, "chat": person.chat_id}],
        blocks_deletion=hinders,
        forget=lambda _tx, person: gone.append(person.chat_id),
    )
    own_data = PersonalData(core.accounts, core.preselections, (mine,))
    await core.store.run(registered, core, 0)
    assert (await core.store.read(own_data.read, CHAT))["appeals"] == [{"number": 12, "chat": CHAT}]
    with pytest.raises(DeletionBlocked):
        await core.store.run(own_data.delete, CHAT)
    waits[0] = False
    await core.store.run(own_data.delete, CHAT)
    assert gone == [CHAT]


async def test_second_deletion_finds_nothing(core: Core) -> None:
    await core.store.run(registered, core, 0)
    await core.store.run(core.personal_data.delete, CHAT)
    await core.store.run(core.personal_data.delete, CHAT)
    rows: list[dict[str, Any]] = await core.store.read(
        sql, "SELECT 1 FROM audit WHERE action = 'deleted_own_data'"
    )
    assert len(rows) == 1


async def test_deleted_account_receives_no_identity(core: Core) -> None:
    account = await core.store.run(registered, core, 0)
    await core.store.run(core.personal_data.delete, CHAT)
    with pytest.raises(NobodyFound):
        await core.store.run(core.accounts.receive_identity, account, factories.identity(7))


async def test_telephone_of_a_deleted_owner_is_anybodys(core: Core) -> None:
    account = await core.store.run(registered, core, 0)
    await core.store.run(core.personal_data.delete, CHAT)
    other = await core.store.run(core.accounts.consent, 6000)
    try:
        await core.store.run(core.telephones.offer, other, account.phone)
    except Refusal as error:
        pytest.fail(repr(error))
    binding = CodeBinding(account=other, purpose=CodePurpose.REGISTRATION, phone=account.phone)
    assert await core.store.run(core.verification.request, binding)
