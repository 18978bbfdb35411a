"""``release``: release a segment of numbers into a pool, also beside the running service."""

import argparse
import asyncio

from bot.cli.command import DONE, Command, settings_of
from bot.cli.terminal import add_yes, carry_out
from bot.desk.releases import read_release
from bot.local_socket.operations import RELEASE
from bot.local_socket.protocol import Request
from bot.texts.command_line import QUOTING


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help=f'粤K small "A####" [from TIME] [compose now|drawn|TIME]; times are China\'s; {QUOTING}',
    )
    add_yes(parser)


def _release(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    read_release(given.words)  # a malformed command is refused before the database is looked for
    request = Request(command=RELEASE, words=tuple(given.words))
    print(asyncio.run(carry_out(settings, request, is_confirmed=given.yes)))
    return DONE


COMMAND = Command(
    name="release",
    about="release a segment of numbers into a pool",
    example='release 粤K small "A####" from 2026-12-01T09:00 compose drawn',
    run=_release,
    add_arguments=_add_arguments,
)
