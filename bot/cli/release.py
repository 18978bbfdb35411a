"""``release``: release a segment of numbers into a pool."""

import argparse
import asyncio

from bot.cli.command import DONE, Command, settings_of
from bot.desk.releases import read_release, to_release
from bot.texts.desk import releases
from core.audit import COMMAND_LINE
from core.bootstrap import bootstrap
from core.errors.offices import OfficeUnknown
from core.pool import segments as pool_segments
from core.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORD", help="粤K small A#### [from TIME] [compose WHEN]")


def _release(given: argparse.Namespace) -> int:
    return asyncio.run(_released(settings_of(given), given.words))


async def _released(settings: Settings, words: list[str]) -> int:
    request = read_release(words)
    office = next((one for one in settings.offices if one.code == request.office), None)
    if office is None:
        raise OfficeUnknown
    core = await bootstrap(settings)
    try:
        segment = await core.store.run(core.pools.release, to_release(request, office, COMMAND_LINE))
        count = await core.store.read(pool_segments.count, office, request.kind)
    finally:
        await core.close()
    print(releases.released_plain(segment, count))
    return DONE


COMMAND = Command(
    name="release",
    about="release a segment of numbers into a pool",
    run=_release,
    add_arguments=_add_arguments,
)
