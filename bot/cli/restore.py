"""``restore``: put a backup back, and withhold the numbers that were issued after it."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.cli.command import DONE, Command, settings_of
from bot.cli.passphrase import add_passphrase, passphrase_of
from bot.cli.progress import Bars
from core.backup import RestoreRequest, read_given, restore
from core.backup.manifest import read_manifest
from core.clock import CHINA
from core.errors.base import InputError
from core.settings import Settings
from core.values.plates import Plate


class MomentUnreadable(InputError):
    """--lost-at should be a time in China, such as 2026-11-27T10:00."""


class ListUnreadable(InputError):
    """The list of issued numbers cannot be read."""


_QUESTION = """\
This backup is of {taken_at:%Y-%m-%d %H:%M} (China). The numbers issued or confirmed after it are not in
it: they would be free again. Enter them, one a line, as 粤K12345 (from receipts, from the counter's papers);
end with an empty line. If you do not know them, enter ?: selecting is then suspended until a chief has
dealt with it."""
_SUSPENDED = """\
  selecting is suspended for all offices, since the numbers issued after the backup are not known. A chief
  enters them with /withhold, confirms those registered meanwhile with /confirm, and then sends
  /maintenance all off"""
_WITHHELD = "withheld until a chief has verified them (/unwithhold to free one)"
_LIVING = "reserved in the backup already, and will not expire (/confirm or /revoke each)"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of one backup")
    known = parser.add_mutually_exclusive_group()
    known.add_argument(
        "--given", type=Path, metavar="FILE", help="numbers issued or confirmed after the backup, one a line"
    )
    known.add_argument("--none-given", action="store_true", help="no number was issued after the backup")
    known.add_argument(
        "--given-unknown", action="store_true", help="they are not known: suspend selecting until they are"
    )
    parser.add_argument(
        "--lost-at",
        metavar="TIME",
        help="until when the lost database was in use, in China's time, as 2026-11-27T10:00 (default: now)",
    )
    add_passphrase(parser)


def _restore(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    passphrase, lost_at = passphrase_of(given), _moment(given.lost_at)
    taken_at = read_manifest(given.folder).taken_at
    numbers = _numbers(given, settings, taken_at)
    with Bars() as bars:
        request = RestoreRequest(
            folder=given.folder, given=numbers, lost_at=lost_at, passphrase=passphrase, progress=bars
        )
        restored = asyncio.run(restore(settings, request))
    print(f"restored: the backup of {taken_at.astimezone(CHINA):%Y-%m-%d %H:%M} (China)")
    for migration in restored.migrated:
        print(f"  {migration} applied")
    print(f"  {restored.notices_ended:,} notifications that were due since are not sent again")
    if restored.keys_written is not None:
        print(f"  the keys are in {restored.keys_written}")
    if numbers is None:
        print(_SUSPENDED)
    _print_plates(_WITHHELD, restored.marked.withheld)
    _print_plates(_LIVING, restored.marked.living)
    return DONE


def _print_plates(about: str, plates: Sequence[Plate]) -> None:
    if plates:
        print(f"  {len(plates):,} numbers are {about}: {' '.join(map(str, plates))}")


def _moment(typed: str | None) -> datetime | None:
    if typed is None:
        return None
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        raise MomentUnreadable from None
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def _numbers(given: argparse.Namespace, settings: Settings, taken_at: datetime) -> tuple[Plate, ...] | None:
    """Return the numbers issued after the backup; None if they are not known."""
    if given.none_given:
        return ()
    if given.given is not None:
        try:
            return read_given(given.given.read_text(encoding="utf-8"), settings.offices)
        except (OSError, UnicodeDecodeError):
            raise ListUnreadable(f"{given.given}: cannot be read as UTF-8") from None
    if given.given_unknown or not sys.stdin.isatty():
        return None
    print(_QUESTION.format(taken_at=taken_at.astimezone(CHINA)))
    lines = list(iter(lambda: input("> ").strip(), ""))
    return None if "?" in lines else read_given("\n".join(lines), settings.offices)


COMMAND = Command(
    name="restore",
    about="put a backup back where the settings say; overwrites nothing",
    run=_restore,
    add_arguments=_add_arguments,
)
