"""``release``: release a segment of numbers into a pool."""

import argparse
import asyncio
import sys

from bot.cli.command import BAD_SETTINGS, DONE, Command, settings_of
from bot.cli.messages import QUOTING
from bot.desk.releases import read_release, to_release
from bot.texts.desk import releases as texts
from core.audit import COMMAND_LINE
from core.bootstrap import bootstrap
from core.errors.offices import OfficeUnknown
from core.pool import releases
from core.pool import segments as pool_segments
from core.pool.releases import Opening, Release
from core.ports import Tx
from core.settings import Settings

_NO_TERMINAL = "a release cannot be undone: repeat the command with --yes, as nobody can be asked here"
_NOTHING = "nothing was released"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help=f'粤K small "A####" [from TIME] [compose WHEN]; {QUOTING}',
    )
    parser.add_argument("--yes", action="store_true", help="do not ask, for scripts")


def _release(given: argparse.Namespace) -> int:
    return asyncio.run(_released(settings_of(given), given.words, is_confirmed=given.yes))


async def _released(settings: Settings, words: list[str], *, is_confirmed: bool) -> int:
    request = read_release(words)
    office = next((one for one in settings.offices if one.code == request.office), None)
    if office is None and not request.office and len(settings.offices) == 1:
        office = settings.offices[0]
    if office is None:
        raise OfficeUnknown
    release = to_release(request, office, COMMAND_LINE)
    core = await bootstrap(settings, migrate=False)
    try:
        opening = await core.store.read(_validated, release)
        if not is_confirmed and not sys.stdin.isatty():
            print(_NO_TERMINAL, file=sys.stderr)
            return BAD_SETTINGS
        if not is_confirmed and not await asyncio.to_thread(_confirmed, release, opening):
            print(_NOTHING)
            return DONE
        segment = await core.store.run(core.pools.release, release)
        count = await core.store.read(pool_segments.count, office, request.kind)
    finally:
        await core.close()
    print(texts.released_plain(segment, count))
    if opening.skipped is not None and is_confirmed:  # else it was part of the question
        print(texts.skipped_plain(opening.skipped))
    return DONE


def _validated(tx: Tx, release: Release) -> Opening:
    releases.validate_release(tx, release)
    return releases.opening(tx, release)


def _confirmed(release: Release, opening: Opening) -> bool:
    print(texts.question_plain(release, opening))
    try:
        return input("Release it? This cannot be undone. [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


COMMAND = Command(
    name="release",
    about="release a segment of numbers into a pool",
    run=_release,
    add_arguments=_add_arguments,
)
