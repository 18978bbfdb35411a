"""The desk's staff: their names, roles that end by themselves, and who may give which role."""

import json
from datetime import date, datetime, timedelta

import pytest

from core.bootstrap import Core
from core.clock import CHINA, FixedClock
from core.errors.base import XuanhaoError
from core.errors.desk import HandledMeanwhile, NotPermitted, NotYourOffice
from core.errors.identity import PersonalNumberInText
from core.errors.invitations import InvitationRevoked, InvitationUsed
from core.errors.offices import DayInThePast
from core.errors.staff import ChiefsByChiefsOfAll, RoleOfAllOffices, StaffNameUnusable
from core.notifications.queue import lease as lease_notices
from core.notifications.queue import mark_failed, mark_reachable, mark_unreachable
from core.people.admins import EVERYWHERE, Permission, Role, RoleAssignment, end_of
from core.people.invitations import digest_of
from core.people.staff_names import parse_name
from core.ports import Tx
from core.public_journal.chain import public_role
from tests.core.sql import sql

CLERK = RoleAssignment(role=Role.CLERK, office="粤K")
CHAT, CHIEF = 3001, "chat:1001"


# --- names ------------------------------------------------------------------------------------


async def test_name_of_the_messenger_is_refreshed_until_one_is_set(core: Core) -> None:
    names = core.staff_names
    for given, shown in (("张三", "张三"), ("张三丰", "张三丰"), ("🙂", "张三丰"), ("", "张三丰")):
        await core.store.run(names.note, CHAT, given)
        assert await core.store.read(names.of, CHAT) == shown
    await core.store.run(names.set, CHAT, "  老  张 ", CHIEF)
    await core.store.run(names.note, CHAT, "另一个名字")
    assert await core.store.read(names.all) == {CHAT: "老 张"}
    rows = await core.store.read(sql, "SELECT action, subject, details FROM audit")
    assert [tuple(row.values()) for row in rows] == [("named_admin", f"admin:{CHAT}", "{}")]
    stored = await core.store.read(sql, "SELECT name_sealed FROM staff_name")
    assert "老 张".encode() not in bytes(stored[0]["name_sealed"])


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("张三 13800138000", ""),
        ("<b>张三</b>", "b 张三 b"),
        ("张\u202e三\u200b\n李", "张三 李"),
        ("一二三四五六七八九十" * 3, "一二三四五六七八九十" * 2),
        ("12345", ""),
    ],
)
async def test_name_of_the_messenger_is_noted_as_far_as_it_can_be_shown(
    core: Core, given: str, shown: str
) -> None:
    await core.store.run(core.staff_names.note, CHAT, given)
    assert await core.store.read(core.staff_names.of, CHAT) == shown


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", StaffNameUnusable),
        ("123", StaffNameUnusable),
        ("张三!", StaffNameUnusable),
        ("张三(3002)", StaffNameUnusable),
        ("王" * 21, StaffNameUnusable),
        ("张三 13800138000", PersonalNumberInText),
        ("11010519491231002X", PersonalNumberInText),
    ],
)
def test_name_that_cannot_be_used_is_refused(typed: str, error: type[XuanhaoError]) -> None:
    with pytest.raises(error):
        parse_name(typed)


@pytest.mark.parametrize("typed", ["张三", "王·买买提", "O'Neil-Smith", "Ann B.", "3号窗口"])
def test_name_is_taken_as_it_is_typed(typed: str) -> None:
    assert parse_name(typed) == typed


# --- roles that end ---------------------------------------------------------------------------


def ending(core: Core, last_day: date) -> RoleAssignment:
    return RoleAssignment(role=Role.CLERK, office="粤K", until=end_of(last_day))


async def may(core: Core) -> bool:
    return (await core.store.read(core.admins.of, CHAT)).may(Permission.CONFIRM, "粤K")


async def test_role_counts_to_the_end_of_its_last_day_and_not_a_moment_longer(
    core: Core, clock: FixedClock
) -> None:
    today = clock.now().astimezone(CHINA).date()
    until = end_of(today + timedelta(days=2))
    await core.store.run(core.admins.add, CHAT, ending(core, today + timedelta(days=2)), CHIEF)
    clock.advance(until - clock.now() - timedelta(milliseconds=1))
    assert await may(core)
    assert CHAT in [admin.chat_id for admin in await core.store.read(core.admins.all)]
    clock.advance(timedelta(milliseconds=1))
    assert not await may(core)
    assert CHAT not in [admin.chat_id for admin in await core.store.read(core.admins.all)]
    assert await core.store.read(public_role, f"chat:{CHAT}", "粤K") == "chief:all"  # as one without a role
    with pytest.raises(HandledMeanwhile):
        await core.store.run(core.admins.remove, CHAT, CLERK, CHIEF)
    await core.store.run(core.admins.add, CHAT, CLERK, CHIEF)
    assert await may(core)


async def test_role_that_would_have_ended_is_refused(core: Core, clock: FixedClock) -> None:
    yesterday = clock.now().astimezone(CHINA).date() - timedelta(days=1)
    with pytest.raises(DayInThePast):
        await core.store.run(core.admins.add, CHAT, ending(core, yesterday), CHIEF)
    with pytest.raises(DayInThePast):
        await core.store.run(core.admins.validate_assignment, CHAT, ending(core, yesterday))
    assert await core.store.read(sql, "SELECT 1 FROM admin") == []


async def test_end_of_a_role_is_told_on_its_last_day_and_after_it(core: Core, clock: FixedClock) -> None:
    today = clock.now().astimezone(CHINA).date()
    await core.store.run(core.admins.add, CHAT, ending(core, today + timedelta(days=2)), CHIEF)
    rows = await core.store.read(sql, "SELECT due_at, details FROM notice ORDER BY due_at")
    told = [(json.loads(row["details"]).get("phase"), row["due_at"]) for row in rows]
    nine = datetime(today.year, today.month, today.day, 9, tzinfo=CHINA)
    assert told[1:] == [
        ("ending", int((nine + timedelta(days=2)).timestamp() * 1000)),
        ("ended", int((nine + timedelta(days=3)).timestamp() * 1000)),
    ]


# --- roles given before the first message ------------------------------------------------------


async def test_notice_of_a_role_waits_for_the_first_message(core: Core) -> None:
    def fails(tx: Tx) -> None:
        (notice,) = lease_notices(tx, "w", 5)
        mark_unreachable(tx, CHAT, "Forbidden")
        mark_failed(tx, notice, "w", "Forbidden")

    def counted(tx: Tx) -> int:
        return len(tx.all("work_queue.failed", since=0, subject="", most=9, offices="", everywhere=1))

    await core.store.run(core.admins.add, CHAT, CLERK, CHIEF)
    await core.store.run(fails)
    assert await core.store.read(counted) == 0
    assert await core.store.run(lease_notices, "w", 5) == []
    await core.store.run(mark_reachable, CHAT)
    (notice,) = await core.store.run(lease_notices, "w", 5)
    assert (notice.chat_id, notice.topic) == (CHAT, "role")


async def test_other_failures_of_such_a_notice_are_listed(core: Core) -> None:
    def fails(tx: Tx) -> list[object]:
        (notice,) = lease_notices(tx, "w", 5)
        mark_failed(tx, notice, "w", "BadRequest")
        return list(tx.all("work_queue.failed", since=0, subject="", most=9, offices="", everywhere=1))

    await core.store.run(core.admins.add, CHAT, CLERK, CHIEF)
    assert len(await core.store.run(fails)) == 1


# --- who may give which role ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("holder", "wanted", "error"),
    [
        (("chief", ""), ("chief", ""), None),
        (("chief", "粤K"), ("clerk", "粤K"), None),
        (("chief", "粤K"), ("reviewer", "粤K"), None),
        (("chief", "粤K"), ("chief", "粤K"), ChiefsByChiefsOfAll),
        (("chief", "粤K"), ("clerk", "粤A"), NotYourOffice),
        (("chief", "粤K"), ("clerk", ""), RoleOfAllOffices),
        (("clerk", "粤K"), ("clerk", "粤K"), NotPermitted),
        (("reviewer", ""), ("clerk", "粤K"), NotPermitted),
    ],
)
async def test_chief_of_an_office_gives_its_clerks_and_reviewers_their_roles(
    core: Core, holder: tuple[str, str], wanted: tuple[str, str], error: type[XuanhaoError] | None
) -> None:
    own = RoleAssignment(role=Role(holder[0]), office=holder[1])
    await core.store.run(core.admins.add, CHAT, own, CHIEF)
    admin = await core.store.read(core.admins.of, CHAT)
    asked = RoleAssignment(role=Role(wanted[0]), office=wanted[1])
    assert admin.may_manage(asked) == (error is None)
    if error is not None:
        with pytest.raises(error):
            admin.require_to_manage(asked)


# --- links ------------------------------------------------------------------------------------


async def test_revoked_link_opens_nothing_and_used_one_cannot_be_revoked(core: Core) -> None:
    links = core.invitations
    kept, gone = [await core.store.run(links.make, CLERK, CHIEF) for _ in range(2)]
    name = digest_of(gone)[:12]
    assert {one.name for one in await core.store.read(links.open)} == {name, digest_of(kept)[:12]}
    await core.store.run(links.revoke, name, CHIEF)
    for _ in range(2):
        with pytest.raises(InvitationRevoked):
            await core.store.run(links.accept, digest_of(gone), CHAT)
        with pytest.raises(InvitationRevoked):
            await core.store.run(links.revoke, name, CHIEF)
    await core.store.run(links.accept, digest_of(kept), CHAT)
    with pytest.raises(InvitationUsed):
        await core.store.run(links.revoke, digest_of(kept)[:12], CHIEF)
    assert await core.store.read(links.open) == []
    (told,) = await core.store.read(sql, "SELECT * FROM notice WHERE purpose LIKE 'invitation_used:%'")
    assert (told["chat_id"], json.loads(told["details"])["chat"]) == (1001, CHAT)


async def test_chief_from_the_settings_has_the_role_without_an_end(core: Core, clock: FixedClock) -> None:
    last_day = clock.now().astimezone(CHINA).date()
    chief = RoleAssignment(role=Role.CHIEF, office=EVERYWHERE, until=end_of(last_day))
    await core.store.run(core.admins.add, 1001, chief, CHIEF)
    (held,) = (await core.store.read(core.admins.of, 1001)).assignments
    assert held.until is None
