"""``run``: run the bot until interrupted, in one process or in several."""

import argparse
import logging
import socket
import sys

from bot import app
from bot.app import Options
from bot.cli.command import DONE, Command, run_until_stopped
from bot.cli.described import first_line, folder_warnings, missing_offices, no_chief, warnings_of
from bot.cli.supervised import Link, passed_on
from bot.cli.supervisor import Supervisor
from bot.inbox.webhook import listen
from core.bootstrap import Core
from core.errors.settings import SettingsRefused
from core.ports import Row, Tx
from core.settings import Settings, load_settings

_LOGGER = logging.getLogger("xuanhao")
_MOST_WORKERS = 64


def _run(given: argparse.Namespace) -> int:
    settings = load_settings(given.config)
    _ensure_several_can(settings, given.workers)
    if given.link is not None:
        return _work(given, settings)
    _LOGGER.info("%s", first_line(settings, given.config))
    for line in (*settings.advice(), *warnings_of(given.config), *folder_warnings(settings)):
        _LOGGER.warning("%s", line)
    webhook = settings.telegram.webhook if settings.telegram.mode == "webhook" else None
    listening = None if webhook is None else listen(webhook.listen, webhook.port)
    if given.workers > 1:
        return _supervise(given.workers, listening)
    options = Options(listening=listening, remove_webhook=given.remove_webhook)
    run_until_stopped(app.run(settings, options=options, on_open=_warn))
    return DONE


def _ensure_several_can(settings: Settings, workers: int) -> None:
    """Refuse several workers on a database that only one process can use.

    Raises:
        SettingsRefused: there are several, and the database is SQLite.
    """
    if workers > 1 and settings.database.sqlite_path is not None:
        reason = f"SQLite serves one process, and --workers is {workers}: use postgresql://, or one worker"
        raise SettingsRefused((f"database.url: {reason}",))


def _supervise(workers: int, listening: socket.socket | None) -> int:
    passed_on_to_all = None if listening is None else listening.fileno()
    supervisor = Supervisor([sys.executable, *sys.orig_argv[1:]], workers, passed_on_to_all)
    status = DONE

    async def supervise() -> None:
        nonlocal status
        status = await supervisor.run()

    run_until_stopped(supervise())
    return status


def _work(given: argparse.Namespace, settings: Settings) -> int:
    """Run one worker of a supervisor."""
    link = Link(given.link)
    options = Options(
        listening=None if given.listening is None else passed_on(given.listening),
        replaces=given.replaces,
        remove_webhook=given.remove_webhook,
        on_ready=link.tell_ready,
    )
    on_open = _warn if given.replaces is None else None
    run_until_stopped(link.while_supervised(app.run(settings, options=options, on_open=on_open)))
    return DONE


async def _warn(core: Core) -> None:
    missing = missing_offices(await core.store.read(_offices), core.settings)
    for line in (*missing, *no_chief(await core.store.read(core.admins.chiefs))):
        _LOGGER.warning("%s", line)


def _offices(tx: Tx) -> list[Row]:
    return tx.all("backup.offices")


def _workers(typed: str) -> int:
    count = int(typed)
    if not 1 <= count <= _MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"should be 1 to {_MOST_WORKERS}")
    return count


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        type=_workers,
        default=1,
        metavar="N",
        help="how many processes serve the bot together, with PostgreSQL; SIGHUP replaces them one by one",
    )
    parser.add_argument(
        "--remove-webhook",
        action="store_true",
        help="in polling mode, remove a webhook that another program has set on this token",
    )
    for name in ("--link", "--listening"):  # file descriptors, passed on by the supervisor
        parser.add_argument(name, type=int, help=argparse.SUPPRESS)
    parser.add_argument("--replaces", help=argparse.SUPPRESS)


COMMAND = Command(
    name="run",
    about="run the bot until interrupted",
    example="run --config /etc/xuanhao/config.toml",
    run=_run,
    add_arguments=_add_arguments,
)
