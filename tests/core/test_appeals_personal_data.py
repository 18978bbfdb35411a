"""Appeals as personal data: exported, and deleted with the rest."""

from core.appeals import AppealState, awarded_to, photo_keys
from core.bootstrap import Core
from tests import factories
from tests.core.appealing import REASON, appealed, approves, drafts, rejects
from tests.core.sql import dump
from tests.core.tools import registered, release, reserved


async def test_appeals_are_read_out_with_their_reason(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 0, "A1234")
    owner = await core.store.run(registered, core, 1)
    number = await core.store.run(appealed, core, owner, 0)
    (found,) = (await core.store.read(core.personal_data.read, owner.chat_id))["appeals"]
    assert (found["number"], found["vin"], found["reason"]) == (number, factories.vin(0), REASON)
    assert (found["state"], found["photos"]) == ("pending", ["identity", "invoice"])
    assert (await core.store.read(core.personal_data.read, 5000))["appeals"] == []


async def test_deleted_owner_leaves_nothing_in_appeals(core: Core) -> None:
    """One approved, one rejected, one pending, and a draft."""
    await core.store.run(release, core, "A####")
    owner = await core.store.run(registered, core, 1)
    for number, vehicle in enumerate((10, 11, 12, 13)):
        await core.store.run(reserved, core, vehicle, f"A000{number}")
    first, second, third = [await core.store.run(appealed, core, owner, vehicle) for vehicle in (10, 11, 12)]
    await core.store.run(approves, core, first)
    await core.store.run(rejects, core, second, "照片上的人不是张三")
    begun = await core.store.run(drafts, core, owner, 13)
    await core.store.run(core.personal_data.delete, owner.chat_id)
    states = [(await core.store.read(core.appeals.get, one)).state for one in (first, second, third)]
    assert states == [AppealState.APPROVED, AppealState.REJECTED, AppealState.WITHDRAWN]
    assert (await core.store.read(core.appeals.get, begun.appeal_id)).state == AppealState.DROPPED
    assert await core.store.read(photo_keys) == frozenset()
    assert await core.store.read(awarded_to, owner) == []
    rows = await core.store.read(dump)
    assert "张三" not in "".join(rows["appeal"])
    assert repr(owner.identity_hash) not in "".join(rows["appeal"])
