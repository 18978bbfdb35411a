"""One-time links that give a role: once, within a day, to one chat, while who made them may still give it."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest

from core.audit import COMMAND_LINE, chat_actor
from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.base import Refusal
from core.errors.desk import RoleHeld
from core.errors.invitations import InvitationExpired, InvitationUnknown, InvitationUsed
from core.people.admins import EVERYWHERE, Role, RoleAssignment
from core.people.invitations import digest_of
from core.ports import Tx
from tests.core.sql import sql

CHIEF = RoleAssignment(role=Role.CHIEF, office=EVERYWHERE)
CLERK = RoleAssignment(role=Role.CLERK, office="粤K")


async def made(core: Core, assignment: RoleAssignment = CHIEF, actor: str = COMMAND_LINE) -> str:
    token: str = await core.store.run(core.invitations.make, assignment, actor)
    return token


async def roles(core: Core, chat_id: int) -> frozenset[RoleAssignment]:
    return (await core.store.read(core.admins.of, chat_id)).assignments


async def accept(core: Core, token: str, chat_id: int) -> RoleAssignment:
    given: RoleAssignment = await core.store.run(core.invitations.accept, digest_of(token), chat_id)
    return given


@pytest.mark.parametrize("assignment", [CHIEF, CLERK], ids=["chief", "clerk"])
async def test_link_gives_its_role_and_is_in_the_journal(core: Core, assignment: RoleAssignment) -> None:
    token = await made(core, assignment)
    assert await accept(core, token, 3001) == assignment
    assert await roles(core, 3001) == {assignment}
    entries = await core.store.read(sql, "SELECT actor, action, subject FROM audit ORDER BY entry_id")
    subject = f"office:{assignment.office or 'all'}"
    assert [tuple(row.values()) for row in entries][-3:] == [
        ("cli", "invited_admin", subject),
        ("chat:3001", "accepted_invitation", "admin:3001"),
        ("cli", "added_admin", "admin:3001"),
    ]


async def test_only_the_digest_is_stored(core: Core) -> None:
    token = await made(core)
    rows = await core.store.read(sql, "SELECT * FROM invitation")
    assert [row["digest"] for row in rows] == [digest_of(token)]
    assert token not in str(rows) + str(await core.store.read(sql, "SELECT * FROM audit"))


async def test_links_of_other_offices_hide_none(core: Core, clock: FixedClock) -> None:
    for _ in range(60):
        await made(core)
    clock.advance(timedelta(minutes=1))
    await made(core, CLERK)
    assert CLERK in [one.assignment for one in await core.store.read(core.invitations.open)]


async def test_link_is_used_once(core: Core) -> None:
    token = await made(core)
    await accept(core, token, 3001)
    with pytest.raises(RoleHeld):
        await accept(core, token, 3001)
    with pytest.raises(InvitationUsed):
        await accept(core, token, 3002)
    assert await roles(core, 3002) == set()


async def test_link_is_no_use_to_a_holder_and_stays(core: Core) -> None:
    token = await made(core)
    with pytest.raises(RoleHeld):
        await accept(core, token, 1001)  # a chief by the settings
    await accept(core, token, 3001)


@pytest.mark.parametrize("hours", [23, 24])
async def test_link_ends_after_a_day(core: Core, clock: FixedClock, hours: int) -> None:
    token = await made(core)
    clock.advance(timedelta(hours=hours))
    if hours < 24:
        assert await accept(core, token, 3001) == CHIEF
        return
    with pytest.raises(InvitationExpired):
        await accept(core, token, 3001)


@pytest.mark.parametrize("token", ["", "0" * 48, "粤K"])
async def test_forged_link_gives_nothing(core: Core, token: str) -> None:
    await made(core)
    with pytest.raises(InvitationUnknown):
        await accept(core, token, 3001)


async def test_link_ends_with_the_role_of_its_maker(core: Core) -> None:
    await core.store.run(core.admins.add, 3001, CHIEF, COMMAND_LINE)
    kept, lost = await made(core, CLERK, chat_actor(1001)), await made(core, CLERK, chat_actor(3001))
    await core.store.run(core.admins.remove, 3001, CHIEF, COMMAND_LINE)
    with pytest.raises(InvitationUnknown):
        await accept(core, lost, 3002)
    assert await accept(core, kept, 3002) == CLERK


async def test_link_ends_when_its_maker_may_no_longer_give_its_role(core: Core) -> None:
    """A chief of all offices has become the chief of one, who may give clerks and no chiefs."""
    of_one = RoleAssignment(role=Role.CHIEF, office="粤K")
    for assignment in (CHIEF, of_one):
        await core.store.run(core.admins.add, 3001, assignment, COMMAND_LINE)
    lost, kept = await made(core, of_one, chat_actor(3001)), await made(core, CLERK, chat_actor(3001))
    await core.store.run(core.admins.remove, 3001, CHIEF, COMMAND_LINE)
    with pytest.raises(InvitationUnknown):
        await accept(core, lost, 3002)
    assert await accept(core, kept, 3003) == CLERK


async def test_links_of_long_ago_are_forgotten(core: Core, clock: FixedClock) -> None:
    token = await made(core)
    clock.advance(timedelta(days=32))
    await made(core)
    (row,) = await core.store.read(sql, "SELECT digest FROM invitation")
    assert row["digest"] != digest_of(token)


_NUMBERS = count(5001)


async def race(core: Core) -> list[object]:
    token = await made(core)
    chats: Iterator[int] = (next(_NUMBERS) for _ in range(12))
    return await asyncio.gather(*(accept(core, token, chat) for chat in chats), return_exceptions=True)


def winners(outcomes: list[object]) -> list[object]:
    wrong = [one for one in outcomes if isinstance(one, BaseException) and not isinstance(one, Refusal)]
    assert wrong == []
    return [one for one in outcomes if not isinstance(one, BaseException)]


async def test_one_of_twelve_holders_wins(core: Core) -> None:
    for _ in range(4):
        outcomes = await race(core)
        assert winners(outcomes) == [CHIEF]
        assert all(isinstance(one, InvitationUsed) for one in outcomes if one != CHIEF)


async def test_link_is_either_used_or_revoked(core: Core) -> None:
    for _ in range(4):
        token = await made(core)
        chat = next(_NUMBERS)
        calls = (
            accept(core, token, chat),
            core.store.run(core.invitations.revoke, digest_of(token)[:12], "cli"),
        )
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert len(winners(list(outcomes))) == 1
        assert bool(await roles(core, chat)) == (outcomes[0] == CHIEF)


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_control_without_the_guard_several_win(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """The link is read, and then marked without looking whether it has been used since."""

    def unguarded(tx: Tx, digest: str, chat_id: int) -> RoleAssignment:
        found = core.invitations.require(tx, digest, chat_id)
        sql(tx, f"UPDATE invitation SET used_at = 1 WHERE digest = '{digest}' RETURNING 1")  # noqa: S608 - ours
        core.admins.add(tx, chat_id, found.assignment, found.made_by)
        return found.assignment

    monkeypatch.setattr(core.invitations, "accept", unguarded)
    assert max([len(winners(await race(core))) for _ in range(10)]) > 1
