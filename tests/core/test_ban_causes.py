"""Every cause of a ban is kept with its own end, and can be lifted alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.desk import HandledMeanwhile
from core.people import blacklist
from core.people.ban_causes import BanCause, causes_of, lift_cause
from core.people.blacklist import Ban, Cause, NewBan, running, version_of
from core.ports import Tx
from tests import factories
from tests.core.interceptor import intercepted
from tests.core.sql import sql


def _new(tx: Tx, core: Core, days: int, reason: str, cause: Cause = Cause.ADMIN) -> NewBan:
    return NewBan(
        identity_hash=core.accounts.identity_hash(factories.identity(0)),
        office="粤K",
        reason=reason,
        cause=cause,
        until=tx.now + timedelta(days=days),
        actor="chat:1001",
    )


def _void(tx: Tx, core: Core, days: int) -> Ban:
    return blacklist.add_ban(tx, _new(tx, core, days, "资料不符", Cause.VOID))


def _by_admin(tx: Tx, core: Core, days: int, reason: str = "倒卖号牌") -> Ban:
    current = running(tx, core.accounts.identity_hash(factories.identity(0)))
    return blacklist.set_ban(tx, _new(tx, core, days, reason), version_of(current))


def _now(tx: Tx, core: Core) -> tuple[Ban, list[BanCause]]:
    ban = running(tx, core.accounts.identity_hash(factories.identity(0)))
    assert ban is not None
    return ban, causes_of(tx, ban)


def _ends(tx: Tx, core: Core) -> tuple[int, list[tuple[str, int]]]:
    """Return in how many days the ban and each of its causes end."""
    ban, causes = _now(tx, core)
    return (ban.until - ban.since).days, [
        (cause.reason, round((cause.until - ban.since) / timedelta(days=1))) for cause in causes
    ]


@pytest.mark.parametrize("days", [20, 40])
async def test_second_ban_does_not_overwrite_the_first(core: Core, days: int) -> None:
    await core.store.run(_void, core, 30)
    await core.store.run(_by_admin, core, days)
    end, causes = await core.store.read(_ends, core)
    assert end >= max(30, days) - 1
    assert causes == [("资料不符", 30), ("倒卖号牌", days)]


async def test_lifting_one_cause_leaves_the_others_and_their_end(core: Core) -> None:
    await core.store.run(_by_admin, core, 40, "误操作")
    await core.store.run(_void, core, 30)

    def lift_mistake(tx: Tx) -> list[BanCause]:
        ban, causes = _now(tx, core)
        return lift_cause(tx, ban, causes[0].cause_id, "chat:1001", "误操作")

    left = await core.store.run(lift_mistake)
    assert [cause.reason for cause in left] == ["资料不符"]
    ban, causes = await core.store.read(_now, core)
    assert (ban.until, ban.reason, ban.cause) == (causes[0].until, "资料不符", Cause.VOID)
    assert await core.store.run(lift_last, core) == []
    assert await core.store.read(running, ban.identity_hash) is None


def lift_last(tx: Tx, core: Core) -> list[BanCause]:
    ban, causes = _now(tx, core)
    return lift_cause(tx, ban, causes[-1].cause_id, "chat:1001", "已核实")


async def test_cause_is_lifted_once(core: Core) -> None:
    await core.store.run(_by_admin, core, 40)
    await core.store.run(_void, core, 30)
    ban, causes = await core.store.read(_now, core)
    await core.store.run(lift_cause, ban, causes[0].cause_id, "chat:1001", "已核实")
    with pytest.raises(HandledMeanwhile):
        await core.store.run(lift_cause, ban, causes[0].cause_id, "chat:1002", "已核实")


@pytest.mark.parametrize(("days", "ends"), [(10, [10, 10]), (60, [30, 60])])
async def test_moved_end_keeps_the_causes(core: Core, days: int, ends: list[int]) -> None:
    await core.store.run(_void, core, 30)
    await core.store.run(_by_admin, core, 40)

    def move(tx: Tx) -> Ban:
        ban, _ = _now(tx, core)
        return blacklist.change_end(tx, _new(tx, core, days, "从轻"), version_of(ban))

    await core.store.run(move)
    _, causes = await core.store.read(_ends, core)
    assert causes == [("资料不符", ends[0]), ("倒卖号牌", ends[1])]
    ban, _ = await core.store.read(_now, core)
    assert ban.reason == "倒卖号牌"  # the reason of the change is in the audit log


async def test_ban_of_the_former_version_is_its_own_first_cause(core: Core) -> None:
    await core.store.run(_void, core, 30)
    await core.store.run(sql, "DELETE FROM ban_cause")  # the former version writes none
    _, causes = await core.store.read(_now, core)
    assert [(cause.cause_id, cause.reason) for cause in causes] == [(0, "资料不符")]
    await core.store.run(_by_admin, core, 20)
    _, causes = await core.store.read(_now, core)
    assert [cause.reason for cause in causes] == ["资料不符", "倒卖号牌"]


@pytest.mark.parametrize("sets", [_void, _by_admin])
async def test_ban_that_ends_meanwhile_does_not_keep_a_new_one_away(
    core: Core, clock: FixedClock, sets: Callable[[Tx, Core, int], Ban]
) -> None:
    """The scheduler lifts a ban that is over just when another one is set."""
    await core.store.run(_void, core, 1)
    clock.advance(timedelta(days=2))
    await intercepted(core.store, lambda tx: sets(tx, core, 30), "blacklist.running", blacklist.lift_due)
    ban, causes = await core.store.read(_now, core)
    assert [cause.until for cause in causes] == [ban.until]
