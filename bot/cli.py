"""The command line: run · demo · check · migrate · release · import.

Exit status 0: success; 1: failure, with the reason on one line; 2: invalid settings or arguments, with one
line per problem; 130: interrupted. ``run`` and ``demo`` exit with 0 when a signal asks them to stop.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from telegram.error import InvalidToken, TelegramError

from bot import app
from bot.bot_api.client import quiet_libraries, reason_of
from bot.check import check
from bot.demo.demo import demo
from bot.desk.releases import read_release, to_release
from bot.inbox import TokenRefusedError
from bot.logs import ThinnedStream
from bot.texts.desk import releases
from bot.vehicle_import.cli import import_vehicles
from core.audit import COMMAND_LINE
from core.bootstrap import bootstrap
from core.errors.base import InputError, SettingsError, XuanhaoError
from core.errors.offices import OfficeUnknown
from core.errors.settings import SettingsRefused
from core.pool import segments as pool_segments
from core.settings import Settings, load_settings

DONE, FAILED, BAD_SETTINGS, INTERRUPTED = 0, 1, 2, 130


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        handlers=[ThinnedStream()],
    )
    quiet_libraries()
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        return _carried_out(given)
    except KeyboardInterrupt:
        return INTERRUPTED


def _carried_out(given: argparse.Namespace) -> int:
    """Run a command; print the reason if it fails, and return the exit status."""
    try:
        return int(given.command(given))
    except SettingsRefused as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return BAD_SETTINGS
    except (SettingsError, InputError) as error:
        print(error, file=sys.stderr)
        return BAD_SETTINGS
    except (TokenRefusedError, InvalidToken):
        print("telegram.token: the Bot API rejected this token", file=sys.stderr)
        return BAD_SETTINGS
    except XuanhaoError as error:
        print(error, file=sys.stderr)
        return FAILED
    except TelegramError as error:
        print(f"telegram.base_url: the Bot API is unreachable: {reason_of(error)}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="xuanhao", description="选号: licence plate pre-selection")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "run", _run, "run the bot until interrupted")
    _add(commands, "check", _check, "validate the settings, the database, the photo folder and the bot token")
    _add(commands, "migrate", _migrate, "apply pending database migrations")
    release = _add(commands, "release", _release, "release a segment of numbers into a pool")
    release.add_argument(
        "words", nargs="*", metavar="WORD", help="粤K small A#### [from TIME] [compose WHEN]"
    )
    imported = _add(commands, "import", _import, "import vehicles into the registry from a CSV or XLSX file")
    imported.add_argument("file", type=Path, help="file with the columns vin, certificate, kind, state")
    trial = commands.add_parser("demo", help="run a demo in the browser; needs no token or account")
    trial.add_argument("--port", type=int, default=8088, help="port of the page (default: %(default)s)")
    trial.add_argument("--data", type=Path, default=Path("demo-data"), help="folder (default: %(default)s)")
    trial.set_defaults(command=_demo)
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Callable[[argparse.Namespace], int],
    about: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about)
    parser.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="settings file (default: %(default)s)"
    )
    parser.set_defaults(command=command)
    return parser


def _settings(given: argparse.Namespace) -> Settings:
    settings = load_settings(given.config)
    for line in settings.advice():
        logging.getLogger("xuanhao").warning("%s", line)
    return settings


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run until the work ends or a signal asks to stop; then cancel it and wait for it."""

    async def guarded() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            logging.getLogger("xuanhao").info("stopped")

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(guarded())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop


def _run(given: argparse.Namespace) -> int:
    run_until_stopped(app.run(_settings(given)))
    return DONE


def _demo(given: argparse.Namespace) -> int:
    run_until_stopped(demo(given.data, given.port))
    return DONE


def _check(given: argparse.Namespace) -> int:
    return asyncio.run(check(load_settings(given.config)))


def _migrate(given: argparse.Namespace) -> int:
    async def migrate(settings: Settings) -> None:
        core = await bootstrap(settings)
        await core.close()

    asyncio.run(migrate(_settings(given)))
    print("the database schema is up to date")
    return DONE


def _release(given: argparse.Namespace) -> int:
    return asyncio.run(_released(_settings(given), given.words))


async def _released(settings: Settings, words: list[str]) -> int:
    request = read_release(words)
    office = next((one for one in settings.offices if one.code == request.office), None)
    if office is None:
        raise OfficeUnknown
    core = await bootstrap(settings)
    try:
        segment = await core.store.run(core.pools.release, to_release(request, office, COMMAND_LINE))
        count = await core.store.read(pool_segments.count, office, request.kind)
    finally:
        await core.close()
    print(releases.released_plain(segment, count))
    return DONE


def _import(given: argparse.Namespace) -> int:
    return asyncio.run(import_vehicles(_settings(given), given.file))
