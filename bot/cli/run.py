"""``run``: run the bot until interrupted, in one process or in several."""

import argparse
import asyncio
import logging
import socket
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from bot import app
from bot.cli.command import DONE, Command, run_until_stopped
from bot.cli.described import first_line, folder_warnings, missing_offices, no_chief, warnings_of
from bot.cli.logs import set_up_logging
from bot.cli.supervised import Link, passed_on
from bot.cli.supervisor import Supervisor
from bot.inbox import new_worker_name
from bot.inbox.errors import CannotListenError
from bot.inbox.webhook import listen
from bot.monitoring.systemd import Notifier
from bot.wiring.monitoring import listen_for_monitoring
from bot.wiring.options import Options
from core.bootstrap import Core
from core.db import ensure_unlocked
from core.errors.settings import SettingsRefused
from core.settings import Settings, load_settings

_LOGGER = logging.getLogger("xuanhao")
_MOST_WORKERS = 64
_LAST_PORT = 65535
SUPERVISOR = "supervisor"
"""Its name in the log."""


def _run(given: argparse.Namespace) -> int:
    settings = load_settings(given.config)
    worker = SUPERVISOR if given.workers > 1 and given.link is None else new_worker_name()
    set_up_logging(settings.logging.level, settings.logging.format, worker=worker)
    _ensure_several_can(settings, given.workers)
    if given.link is not None:
        return _work(given, settings, worker)
    _LOGGER.info("%s", first_line(settings, given.config))
    for line in (*settings.advice(), *warnings_of(given.config), *folder_warnings(settings)):
        _LOGGER.warning(line)  # a template of its own, so that none is thinned out
    listening, endpoints = _sockets(settings, given.workers)
    notifier = Notifier()
    if given.workers > 1:
        return _supervise(given.workers, listening, [one for one in endpoints if one is not None], notifier)
    options = Options(
        listening=listening,
        remove_webhook=given.remove_webhook,
        on_ready=lambda _worker, _on_death: notifier.ready(),
        worker=worker,
        monitoring=endpoints[0],
    )
    run = app.run(settings, options=options, on_open=_warn)
    keep = notifier.keep(lambda: options.health.is_alive, options.health.status)
    run_until_stopped(_beside(run, keep), notifier.stopping)
    return DONE


def _sockets(settings: Settings, workers: int) -> tuple[socket.socket | None, list[socket.socket | None]]:
    """Return what listens for the messenger, and for the monitoring of each worker.

    Raises:
        CannotListenError: a port is taken, or the address is not one of this host.
        StoreInUse: a port is taken, and by a service that has the database open.
    """
    webhook = settings.telegram.webhook if settings.telegram.mode == "webhook" else None
    try:
        listening = None if webhook is None else listen(webhook.listen, webhook.port)
        return listening, [listen_for_monitoring(settings, place) for place in range(workers)]
    except CannotListenError:
        path = settings.database.sqlite_path
        if path is not None:
            ensure_unlocked(path)
        raise


async def _beside(work: Coroutine[Any, Any, None], other: Coroutine[Any, Any, None]) -> None:
    """Run some work to its end, and something else meanwhile."""
    task = asyncio.ensure_future(other)
    try:
        await work
    finally:
        task.cancel()


def _ensure_several_can(settings: Settings, workers: int) -> None:
    """Refuse several workers where only one can work.

    Raises:
        SettingsRefused: there are several, and the database is SQLite, or there are too few ports.
    """
    if workers > 1 and settings.database.sqlite_path is not None:
        reason = f"SQLite serves one process, and --workers is {workers}: use postgresql://, or one worker"
        raise SettingsRefused((f"database.url: {reason}",))
    if settings.monitoring is not None and settings.monitoring.port + workers - 1 > _LAST_PORT:
        raise SettingsRefused((f"monitoring.port: has no {workers} ports from there on",))


def _supervise(
    workers: int, listening: socket.socket | None, endpoints: Sequence[socket.socket], notifier: Notifier
) -> int:
    supervisor = Supervisor(
        [sys.executable, *sys.orig_argv[1:]],
        workers,
        None if listening is None else listening.fileno(),
        monitoring=[endpoint.fileno() for endpoint in endpoints],
        on_ready=notifier.ready,
    )
    status = DONE

    async def said() -> str:
        return supervisor.status

    async def supervise() -> None:
        nonlocal status
        status = await supervisor.run()

    run_until_stopped(_beside(supervise(), notifier.keep(lambda: True, said)), notifier.stopping)
    return status


def _work(given: argparse.Namespace, settings: Settings, worker: str) -> int:
    """Run one worker of a supervisor."""
    link = Link(given.link)
    options = Options(
        listening=None if given.listening is None else passed_on(given.listening),
        replaces=given.replaces,
        remove_webhook=given.remove_webhook,
        on_ready=link.tell_ready,
        worker=worker,
        monitoring=None if given.monitoring is None else passed_on(given.monitoring),
    )
    on_open = _warn if given.replaces is None else None
    run = app.run(settings, options=options, on_open=on_open)
    run_until_stopped(link.while_supervised(run, lambda: options.health.is_alive))
    return DONE


async def _warn(core: Core) -> None:
    missing = await core.store.read(missing_offices, core.settings)
    for line in (*missing, *no_chief(await core.store.read(core.admins.chiefs))):
        _LOGGER.warning(line)  # a template of its own, so that none is thinned out


def _workers(typed: str) -> int:
    count = int(typed) if typed.isdecimal() else 0
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
    for name in ("--link", "--listening", "--monitoring"):  # file descriptors, passed on by the supervisor
        parser.add_argument(name, type=int, help=argparse.SUPPRESS)
    parser.add_argument("--replaces", help=argparse.SUPPRESS)


COMMAND = Command(
    name="run",
    about="run the bot until interrupted",
    example="run --config /etc/xuanhao/config.toml",
    run=_run,
    add_arguments=_add_arguments,
)
