"""The case file of a key, on each engine; and the status of a number."""

from datetime import timedelta

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.desk import NobodyFound, NothingKnown
from core.people import blacklist
from core.people.blacklist import Cause
from core.pool import releases
from core.pool.number_status import NumberStatus, status_of
from core.ports import Tx
from core.reporting.case_file import CaseFileKey, CaseFileTopic, parse_key
from core.values.masks import parse_mask
from core.values.plates import Plate, PlateKind
from core.values.vehicles import vin_last_six
from tests import factories
from tests.core.tools import NOON, registered, release, reserved, verified

PLATE = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1234")


def standing(tx: Tx, core: Core, serial: str) -> NumberStatus:
    plate = Plate(office="粤K", kind=PlateKind.SMALL, serial=serial)
    return status_of(tx, core.offices["粤K"], plate).status


async def test_what_a_number_is_follows_its_life(core: Core) -> None:
    run = core.store.run
    await run(release, core, "A####")
    assert await run(standing, core, "A1234") == NumberStatus.FREE
    await run(reserved, core, 1, "A1234")
    assert await run(standing, core, "A1234") == NumberStatus.RESERVED
    await run(releases.withhold, core.offices["粤K"], parse_mask(PlateKind.SMALL, "A12##"), "test")
    assert await run(standing, core, "A1234") == NumberStatus.RESERVED  # whoever has it keeps it
    assert await run(standing, core, "A1299") == NumberStatus.WITHHELD
    last_six = vin_last_six(factories.vin(1))
    await core.store.run(lambda tx: core.counter.register(tx, PLATE, last_six, actor="chat:1001"))
    assert await run(standing, core, "A1234") == NumberStatus.REGISTERED
    assert await run(standing, core, "B1234") == NumberStatus.NEVER_RELEASED


async def test_composing_later_is_told_of_a_free_number(core: Core) -> None:
    await core.store.run(release, core, "A####")
    order = releases.Release(
        office=core.offices["粤K"],
        mask=parse_mask(PlateKind.SMALL, "B####"),
        actor="test",
        compose_from=NOON + timedelta(days=9),
    )
    await core.store.run(core.pools.release, order)
    plate = Plate(office="粤K", kind=PlateKind.SMALL, serial="B0001")
    found = await core.store.run(status_of, core.offices["粤K"], plate)
    assert (found.status, found.compose_from) == (NumberStatus.FREE, NOON + timedelta(days=9))


async def test_dossier_holds_the_whole_history(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(reserved, core, 1, "A1234")
    ended = await core.store.run(core.counter.void, PLATE, "资料有误", "chat:1001")
    found = await core.store.run(
        core.case_files.open, CaseFileKey(topic=CaseFileTopic.PRESELECTION, value=str(begun))
    )
    assert found.focus == ended.preselection
    assert found.account == account
    assert found.ban is not None
    assert found.ban.until == ended.banned_until
    assert [line.action for line in found.audit_entries[:3]] == ["banned", "voided", "reserved"]
    assert len(found.audit_entries) == 9
    assert [due.purpose.partition(":")[0] for due in found.due] == ["voided"]
    assert found.number is not None
    assert found.number.status == NumberStatus.RESTING
    clock.advance(timedelta(seconds=1))
    assert await core.store.run(standing, core, "A1234") == NumberStatus.FREE


async def test_barred_identity_of_nobody_has_a_card(core: Core) -> None:
    digest = core.accounts.identity_hash(factories.identity(9))
    today = NOON.date()

    async def seek() -> CaseFileKey:
        return await core.store.run(lambda tx: core.case_files.seek(tx, factories.identity(9), today=today))

    with pytest.raises(NobodyFound):
        await seek()
    new_ban = blacklist.NewBan(
        identity_hash=digest,
        office="粤K",
        reason="冒用",
        cause=Cause.ADMIN,
        until=NOON + timedelta(days=30),
        actor="chat:1001",
    )
    await core.store.run(blacklist.add_ban, new_ban)
    key = await seek()
    assert key == CaseFileKey(topic=CaseFileTopic.IDENTITY, value=digest.hex())
    found = await core.store.run(core.case_files.open, key)
    assert found.ban is not None
    assert found.offices == {"粤K"}
    account = await core.store.run(registered, core, 9)
    assert (await core.store.run(core.case_files.open, key)).account == account


async def test_failed_wishes_and_chances_are_counted(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 1, "A1234")
    account, begun = await core.store.run(verified, core, 2)

    def tries(tx: Tx) -> None:
        core.selection.compose(tx, account, begun, core.offices["粤K"], ["A1234"], received_at=tx.now)

    await core.store.run(tries)
    found = await core.store.run(
        core.case_files.open, CaseFileKey(topic=CaseFileTopic.ACCOUNT, value=str(account.account_id))
    )
    vehicle = found.vehicle
    assert vehicle is not None
    assert vehicle.quota is not None
    assert (vehicle.wishes_used, vehicle.failed_wishes, vehicle.quota.wishes) == (1, 1, 19)
    assert vehicle.selecting_until is not None


@pytest.mark.parametrize(
    "text", ["", "account", "account:", "account:99", "account:x", "preselection:99", "king:1", "identity:zz"]
)
async def test_key_of_nothing_opens_nothing(core: Core, text: str) -> None:
    with pytest.raises(NothingKnown):
        await core.store.run(lambda tx: core.case_files.open(tx, parse_key(text)))
