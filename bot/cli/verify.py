"""``verify``: check a public journal, and recompute its draws."""

import argparse
import sys
from functools import partial
from pathlib import Path

from tqdm import tqdm

from bot.cli.command import BAD_SETTINGS, DONE, FAILED, Command
from bot.cli.progress import advance
from core.public_journal import checker


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the journal, as /verify sends it")
    parser.add_argument("--office", metavar="CODE", help="the office that it must be of")
    parser.add_argument(
        "--head",
        metavar="HASH",
        action="append",
        default=[],
        help="a hash that must be in it, or at least its first 16 digits; may be repeated",
    )


def _verify(given: argparse.Namespace) -> int:
    try:
        with tqdm(desc="journal", unit="B", unit_scale=True, disable=None, leave=False) as bar:
            show = partial(advance, bar)
            report = checker.check(given.file, office=given.office, heads=given.head, progress=show)
    except checker.JournalError as wrong:
        print(f"{given.file}: {wrong}")
        return FAILED
    except OSError as error:
        reason = f"{given.file}: cannot be read: {error.strerror}" if error.strerror else error
        print(f"verify: {reason}", file=sys.stderr)
        return BAD_SETTINGS
    except ValueError as error:
        print(f"verify: {error}", file=sys.stderr)
        return BAD_SETTINGS
    print(checker.summary(report))
    return DONE


COMMAND = Command(
    name="verify",
    about="check a public journal, and recompute its draws",
    example="verify journal.jsonl --office 粤K",
    run=_verify,
    add_arguments=_add_arguments,
    has_config=False,
)
