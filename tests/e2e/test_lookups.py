"""Photos looked at and lists exported are in the audit log (docs/domain.md, section 13)."""

import json
from pathlib import Path

from core.people.blacklist import Cause, NewBan, add_ban
from core.ports import Tx
from tests.core.sql import sql
from tests.core.tools import reserved
from tests.e2e.appealing import APPEALING, REVIEWER, appeals, appoints, meets_the_error, opens
from tests.e2e.test_reports import sheets_of
from tests.world import CHIEF, World, eventually, open_world

LISTS = {
    "/desk": ("desk", None),
    "/stats 粤K": ("stats", "粤K"),
    "/segments 粤K": ("segments", "粤K"),
    "/audit 今天": ("audit", None),
    "/admins": ("admins", None),
    "/blacklist": ("blacklist", None),
    "/list 粤K": ("list", "粤K"),
}


async def recorded(world: World, action: str) -> list[tuple[str, str | None, str, str]]:
    text = f"SELECT actor, office, subject, details FROM audit WHERE action = '{action}' ORDER BY entry_id"  # noqa: S608
    rows = await world.store.read(sql, text)
    return [(row["actor"], row["office"], row["subject"], row["details"]) for row in rows]


async def test_every_exported_list_is_recorded(sqlite_world: World) -> None:
    await sqlite_world.release()

    def bars(tx: Tx) -> None:
        until = tx.now.replace(year=tx.now.year + 1)
        add_ban(
            tx,
            NewBan(
                identity_hash=b"h" * 32,
                office="粤K",
                reason="r",
                cause=Cause.ADMIN,
                until=until,
                actor="chat:1",
            ),
        )

    await sqlite_world.store.run(bars)
    await sqlite_world.store.run(reserved, sqlite_world.core, 2, "A1234")
    chief = sqlite_world.person(CHIEF)
    for command in LISTS:
        await chief.say(command)
        await chief.settled()
        await sheets_of(chief)
        await chief.settled()
    found = await recorded(sqlite_world, "exported_list")
    assert [(json.loads(details)["list"], office) for _, office, _, details in found] == list(LISTS.values())
    assert {actor for actor, *_ in found} == {f"chat:{CHIEF}"}


async def test_photos_of_an_appeal_are_recorded_when_they_were_shown(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path, people=APPEALING) as world:
        await opens(world)
        owner = world.person()
        await meets_the_error(owner)
        await appeals(owner)
        reviewer = await appoints(world)
        assert await recorded(world, "saw_photos") == []
        await reviewer.say("/appeals")
        await reviewer.press("1 · 粤K")
        await eventually(lambda: reviewer.last.photo is not None, within=15)
        await reviewer.settled()
        (found,) = await recorded(world, "saw_photos")
        assert found[:3] == (f"chat:{REVIEWER}", "粤K", "appeal:1")
