"""``run``: run the bot until interrupted."""

import argparse
import logging

from bot import app
from bot.cli.command import DONE, Command, run_until_stopped
from bot.cli.described import first_line, folder_warnings, missing_offices, warnings_of
from core.bootstrap import Core
from core.ports import Row, Tx
from core.settings import load_settings

_LOGGER = logging.getLogger("xuanhao")


def _run(given: argparse.Namespace) -> int:
    settings = load_settings(given.config)
    _LOGGER.info("%s", first_line(settings, given.config))
    for line in (*settings.advice(), *warnings_of(given.config), *folder_warnings(settings)):
        _LOGGER.warning("%s", line)
    run_until_stopped(app.run(settings, on_open=_warn))
    return DONE


async def _warn(core: Core) -> None:
    for line in missing_offices(await core.store.read(_offices), core.settings):
        _LOGGER.warning("%s", line)


def _offices(tx: Tx) -> list[Row]:
    return tx.all("backup.offices")


COMMAND = Command(name="run", about="run the bot until interrupted", run=_run)
