"""All ways of an owner on a telephone, in a browser: what is seen fits, in both languages and colour schemes.

``XUANHAO_WRITE_PICTURES=1`` renews the pictures of ``docs/owners.md``, and leaves those of all screens in the
folders of the tests. Numbers differ from run to run.
"""

import itertools
import os
import shutil
import tomllib
from pathlib import Path

import pytest

from bot.demo.data import SETTINGS, VEHICLES
from bot.i18n.language import Language
from core.registry import imports
from tests.browser_person import TELEPHONE, browser_person
from tests.owner_walk import SMALL, Look, OwnerWalk
from tests.world import open_world

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]  # a long walk, on a busy machine

DOCS = Path(__file__).parents[2] / "docs" / "pictures"
WRITE = "XUANHAO_WRITE_PICTURES"
USUAL = Look()
LOOKS = [
    Look(size=size, scheme=scheme, language=language)
    for size, scheme, language in itertools.product((TELEPHONE, SMALL), ("light", "dark"), Language)
]
PICTURES = {
    USUAL: {
        "home": "home",
        "review": "review",
        "batch": "batch",
        "question": "question",
        "compose": "compose",
        "receipt": "receipt",
        "privacy": "data",
    },
    Look(scheme="dark"): {"receipt": "receipt-dark"},
    Look(language=Language.ENGLISH): {"batch": "english"},
}
"""Which screens ``docs/owners.md`` shows, and under which names."""


async def _walk(look: Look, folder: Path) -> None:
    demo = tomllib.loads(SETTINGS.format(token="", base_url="", admin=0, database="", sms_url=""))
    offices = [{**one, "draw_gap_seconds": 0} for one in demo["offices"]]
    shots = folder / "shots" if os.environ.get(WRITE) == "1" else None
    if shots is not None:
        shots.mkdir()
    async with (
        open_world(
            "sqlite", folder, offices=offices, elsewhere=demo["elsewhere"], registry=demo["registry"]
        ) as world,
        browser_person(world.sandbox.url, size=look.size) as chat,
    ):
        await world.store.run(imports.load, VEHICLES)
        for mask in ("#####", "A####"):
            await world.release(mask)
        await world.service.jobs.count()
        walk = OwnerWalk(world, chat, look, shots)
        await walk.everywhere()
        assert walk.faults == {}
        assert chat.complaints == []
    if shots is not None:
        for name, shown in PICTURES.get(look, {}).items():
            shutil.copy(shots / f"{name}.png", DOCS / f"owner-{shown}.png")


async def test_owners_way_fits_a_telephone(tmp_path: Path) -> None:
    await _walk(USUAL, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("look", [look for look in LOOKS if look != USUAL], ids=str)
async def test_owners_way_fits_telephones(tmp_path: Path, look: Look) -> None:
    await _walk(look, tmp_path)
