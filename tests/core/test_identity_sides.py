"""Who receives an identity in place of another one (/identity)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.counter import ReceiverNotNamed
from core.errors.desk import HandledMeanwhile
from core.people.accounts import Account
from core.ports import Tx
from core.preselection.counter import IdentityMove
from core.preselection.identity_sides import ensure_receiver_named, side_of
from tests import factories
from tests.core.tools import build, registered, release, reserved
from tests.engines import open_test_store

NAME = "测试车主"


@pytest.fixture
async def core(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Core]:
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock)
        await store.run(release, core, "A####")
        yield core


def moves(tx: Tx, core: Core, receiver: Account, typed: str) -> None:
    """Move an identity that nobody has to an account."""
    core.counter.move_identity(
        tx,
        IdentityMove(
            identity=factories.identity(9),
            account=receiver,
            holder=None,
            reason="已核对",
            actor="chat:1",
            typed_name=typed,
        ),
    )


async def test_receiver_with_an_identity_is_named(core: Core) -> None:
    receiver = await core.store.run(registered, core, 1)
    for typed in ("", "测试", "王测试车主"):
        with pytest.raises(ReceiverNotNamed):
            await core.store.run(moves, core, receiver, typed)
    await core.store.run(moves, core, receiver, " 测试\u3000车主 ")
    after = await core.store.read(core.accounts.by_id, receiver.account_id)
    assert (after.identity, after.name) == (factories.identity(9), NAME)


async def test_account_without_a_name_is_known_by_the_tail_of_its_identity(core: Core) -> None:
    receiver = await core.store.run(registered, core, 1)
    nameless, identity = replace(receiver, name_sealed=None), factories.identity(1)
    ensure_receiver_named(nameless, factories.identity(9), identity[-4:].lower())
    with pytest.raises(ReceiverNotNamed):
        ensure_receiver_named(nameless, factories.identity(9), "")


async def test_identity_that_was_not_shown_is_not_replaced(core: Core) -> None:
    """The receiver got another identity since the question: the guard is in the update."""
    shown = await core.store.run(core.accounts.consent, 7000)
    await core.store.run(core.accounts.receive_identity, shown, factories.identity(5))
    with pytest.raises(HandledMeanwhile):
        await core.store.run(moves, core, shown, "")
    now = await core.store.read(core.accounts.by_id, shown.account_id)
    assert now.identity == factories.identity(5)
    await core.store.run(moves, core, now, factories.identity(5)[-4:])  # the control: as shown


async def test_side_has_everything_that_hangs_on_the_identity(core: Core) -> None:
    account, begun = await core.store.run(reserved, core, 2, "A1234")
    side = await core.store.read(side_of, account)
    assert [one.preselection_id for one in side.reserved] == [begun]
    assert (side.draft, side.bans) == (None, ())
