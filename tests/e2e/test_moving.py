"""The service after a move to PostgreSQL: an owner in the middle of her selection notices nothing."""

from pathlib import Path

import pytest

from core.bootstrap import Ports
from core.db.moving import move
from sandbox import Sandbox
from tests.backup.deployment import database_url
from tests.engines import engine_urls, make_sqlite
from tests.person import Person
from tests.world import MORNING, OWNER, PEOPLE, clock_at, reaches_selection, running, settings_for, takes_one

pytestmark = [pytest.mark.postgres, pytest.mark.both_engines]


async def test_owner_goes_on_by_her_buttons_after_the_move(tmp_path: Path) -> None:
    clock = clock_at(MORNING)
    await make_sqlite(tmp_path)
    async with Sandbox(clock, people=PEOPLE) as sandbox:
        before = settings_for(sandbox, tmp_path)
        person = Person(sandbox, OWNER)
        async with running(before, sandbox, clock, Ports(clock=clock)) as world:
            await world.release()
            await reaches_selection(person)
            await person.settled()
        with database_url("postgres") as postgres:
            move(engine_urls(tmp_path)["sqlite"], postgres, clock=clock)
            table = {"url": postgres}
            photos = {"directory": str(before.photo_directory())}
            after = settings_for(sandbox, tmp_path, database=table, photos=photos)
            async with running(after, sandbox, clock, Ports(clock=clock)):
                await takes_one(person)
                await person.settled()
        assert not sandbox.contract_violations, sandbox.contract_violations
