"""``restore``: put a backup back, and withhold the numbers that were issued after it."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.cli.command import DONE, Command, settings_of
from bot.cli.described import counted
from bot.cli.passphrase import add_passphrase, passphrase_of
from bot.cli.progress import Bars
from bot.cli.terminal import add_yes
from bot.local_socket.errors import NoTerminal
from core.backup import RestoreRequest, read_given, repeated_in, restore
from core.backup.manifest import read_manifest
from core.clock import CHINA
from core.errors.base import InputError
from core.settings import Settings
from core.values.plates import Plate


class MomentUnreadable(InputError):
    """--lost-at should be a time in China, such as 2026-11-27T10:00."""


class ListUnreadable(InputError):
    """The list of issued numbers cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"--given: {path}: {reason}")
        self.path = path
        self.reason = reason


_QUESTION = """\
This backup is of {taken_at:%Y-%m-%d %H:%M} (China). The numbers issued or confirmed after it are not in
it: they would be free again. Enter them, one a line, as 粤K12345 (from receipts, from the counter's papers);
end with an empty line. If you do not know them, enter ?: selecting is then suspended until a chief has
dealt with it."""
_SUSPENDED = """\
  selecting is suspended for all offices, since the numbers issued after the backup are not known. A chief
  enters them with /withhold, confirms those registered meanwhile with /confirm, and then sends
  /maintenance all off"""
_NONE = "  no number is withheld; selecting is open, unless /maintenance was on at the backup"
_TAKEN_AS_UNKNOWN = """\
None of --given, --none-given and --given-unknown is there: the numbers issued after the backup are taken as
unknown."""
_WHICH = """\
Which numbers were issued after the backup? Say it with --given FILE, --none-given or --given-unknown."""
_WITHHELD = "withheld until a chief has verified that no owner has it (/unwithhold makes it available)"
_LIVING = "reserved in the backup already, will not expire (/confirm or /revoke)"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of one backup")
    known = parser.add_mutually_exclusive_group()
    known.add_argument(
        "--given",
        type=Path,
        metavar="FILE",
        help="numbers issued or confirmed after the backup, one a line; # begins a comment line",
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
    add_yes(parser, "do not ask: numbers that no option names are taken as unknown")
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
    print(f"  notifications that were due since, and are not sent again: {restored.notices_ended:,}")
    if restored.keys_written is not None:
        print(f"  the keys are in {restored.keys_written}")
    if numbers is None:
        print(_SUSPENDED)
    elif not numbers:
        print(_NONE)
    _print_plates(_WITHHELD, restored.marked.withheld)
    _print_plates(_LIVING, restored.marked.living)
    return DONE


def _print_plates(about: str, plates: Sequence[Plate]) -> None:
    if plates:
        print(f"  {counted(len(plates), 'number')} {about}: {' '.join(map(str, plates))}")


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
        return _listed(_text_of(given.given), settings)
    if given.given_unknown:
        return None
    if given.yes:
        print(_TAKEN_AS_UNKNOWN)
        return None
    if not sys.stdin.isatty():
        raise NoTerminal(_WHICH)
    print(_QUESTION.format(taken_at=taken_at.astimezone(CHINA)))
    try:
        lines = list(iter(lambda: input("> ").strip(), ""))
    except EOFError:  # nothing is taken for granted without the empty line
        raise NoTerminal(_WHICH) from None
    return None if "?" in lines else _listed("\n".join(lines), settings)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ListUnreadable(path, error.strerror or type(error).__name__) from None
    except UnicodeDecodeError:
        raise ListUnreadable(path, "it is not UTF-8") from None


def _listed(text: str, settings: Settings) -> tuple[Plate, ...]:
    """Return the numbers of a list, and print those that are in it more than once."""
    numbers = read_given(text, settings.offices)
    repeated = repeated_in(text, settings.offices)
    if repeated:
        print(f"in the list more than once, and taken once: {' '.join(map(str, repeated))}")
    return numbers


COMMAND = Command(
    name="restore",
    about="put a backup back where the settings say; overwrites nothing",
    example="restore /var/backups/xuanhao/xuanhao-20261127T030000Z --none-given",
    run=_restore,
    add_arguments=_add_arguments,
)
