"""The command line. Each command is a file of this package; ``parser.py`` lists them.

Exit status 0: success; 1: failure, with the reason on one line; 2: what no restart helps: invalid settings or
arguments, with one line per problem, or a damaged database; 130: interrupted.
``run`` and ``demo`` exit with 0 when a signal asks them to stop.
"""

import argparse
import os
import sys

from telegram.error import InvalidToken, TelegramError

from bot.bot_api.errors import reason_of
from bot.cli.command import BAD_SETTINGS, DONE, FAILED, INTERRUPTED
from bot.cli.logs import set_up_logging, tell
from bot.cli.messages import message_of
from bot.cli.parser import parser_of_commands
from core.errors.base import InputError, SettingsError, XuanhaoError
from core.errors.settings import SettingsRefused
from core.errors.store import StoreCorrupt

__all__ = ["BAD_SETTINGS", "DONE", "FAILED", "INTERRUPTED", "main", "parser_of_commands"]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    given = parser_of_commands().parse_args(arguments)
    set_up_logging()
    try:
        status = _carried_out(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader has read enough, as in ``check | head``
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status


def _carried_out(given: argparse.Namespace) -> int:
    """Run a command; print the reason if it fails, and return the exit status."""
    try:
        return int(given.command(given))
    except SettingsRefused as error:
        for problem in error.problems:
            tell(problem)
        return BAD_SETTINGS
    except (SettingsError, InputError, StoreCorrupt) as error:  # no restart helps
        tell(message_of(error, given.name))
        return BAD_SETTINGS
    except InvalidToken:
        tell("telegram.token: the Bot API rejected this token")
        return BAD_SETTINGS
    except XuanhaoError as error:
        tell(message_of(error, given.name))
        return FAILED
    except TelegramError as error:
        tell(f"telegram.base_url: the Bot API is unreachable: {reason_of(error)}")
        return FAILED
