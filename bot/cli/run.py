"""``run``: run the bot until interrupted."""

import argparse

from bot import app
from bot.cli.command import DONE, Command, run_until_stopped, settings_of


def _run(given: argparse.Namespace) -> int:
    run_until_stopped(app.run(settings_of(given)))
    return DONE


COMMAND = Command(name="run", about="run the bot until interrupted", run=_run)
