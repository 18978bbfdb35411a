"""What a command of the command line is made of, and what the commands share."""

import argparse
import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import Bot

from bot.bot_api.client import AiohttpRequest
from core.settings import Settings, load_settings

_LOGGER = logging.getLogger("xuanhao")

DONE, FAILED, BAD_SETTINGS, INTERRUPTED = 0, 1, 2, 130
"""The exit statuses."""


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command.

    Attributes:
        name: what is typed.
        about: one line for ``--help``.
        example: what can be typed behind ``xuanhao``, for ``--help``.
        run: takes the parsed arguments; returns the exit status.
        add_arguments: adds the command's own arguments to its parser.
        has_config: whether it takes ``--config``, the settings file.
    """

    name: str
    about: str
    example: str
    run: Callable[[argparse.Namespace], int]
    add_arguments: Callable[[argparse.ArgumentParser], None] = _no_arguments
    has_config: bool = True


def settings_of(given: argparse.Namespace) -> Settings:
    """Load the settings that ``--config`` names; log what is questionable about them.

    Raises:
        SettingsError: they cannot be used.
    """
    settings = load_settings(given.config)
    for line in settings.advice():
        _LOGGER.warning("%s", line)
    return settings


def bot_of(settings: Settings) -> Bot:
    """Return a client of the Bot API for a few calls."""
    return Bot(
        settings.telegram.token.get_secret_value(),
        base_url=settings.telegram.base_url,
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(),
    )


def run_until_stopped(work: Coroutine[Any, Any, None], on_stop: Callable[[], None] = lambda: None) -> None:
    """Run until the work ends or a signal asks to stop; then cancel it, wait for it, and log why.

    Args:
        work: what is run.
        on_stop: is called as soon as it is known that the work ends.
    """
    import uvloop  # noqa: PLC0415 - most commands run no service

    async def guarded() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        asked: list[str] = []

        def stop(by: signal.Signals) -> None:
            asked.append(by.name)
            on_stop()
            # SIGTERM may be sent to a whole group of processes, and by the supervisor too: once is enough.
            if by is signal.SIGINT or not task.cancelling():
                task.cancel()

        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, stop, one)
        try:
            await task
        except asyncio.CancelledError:
            pass
        except Exception as error:
            _LOGGER.error("stopped: %s", type(error).__name__)  # noqa: TRY400 - the command line says the rest
            raise
        _LOGGER.info("stopped: %s", asked[0] if asked else "the work has ended")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(guarded())
