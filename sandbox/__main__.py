"""``python -m sandbox``: the sandbox alone, to try a bot against it."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sandbox.api import is_token
from sandbox.events import Event
from sandbox.people import BotSpec
from sandbox.server import Sandbox

CANNOT_START = 1
LARGEST_PORT = 65_535


def _port(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or int(typed) > LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {LARGEST_PORT}")
    return int(typed)


def _token(typed: str) -> str:
    if not is_token(typed):
        raise argparse.ArgumentTypeError("a token looks like 700000001:AAsandbox0000000000")
    return typed


def _arguments(words: list[str] | None) -> argparse.Namespace:
    bot = BotSpec()
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A strict Bot API on loopback with a chat page. Prints what the bot does wrong.",
        epilog="sandbox/README.md tells what it checks, and how tests control it.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8081, help="port, 0 for any (default: %(default)s)")
    parser.add_argument("--data", type=Path, help="folder in which conversations are kept")
    parser.add_argument(
        "--token", type=_token, default=bot.token, help="the bot's token (default: %(default)s)"
    )
    parser.add_argument("--name", default=bot.name, help="the bot's name (default: %(default)s)")
    return parser.parse_args(words)


def _report(event: Event) -> None:
    """Print a contract violation or a refusal."""
    if event.kind == "violation":
        print(f"violation  {event.data['text']}", flush=True)  # noqa: T201 - what the program is for
    elif event.kind == "refusal":
        print(f"refused    {event.data['method']}: {event.data['description']}", flush=True)  # noqa: T201 - the same


async def _serve(arguments: argparse.Namespace) -> None:
    sandbox = Sandbox(data_dir=arguments.data, bot=BotSpec(token=arguments.token, name=arguments.name))
    sandbox.world.events.watchers.append(_report)
    await sandbox.start(arguments.host, arguments.port)
    print(f"page           {sandbox.url}")  # noqa: T201 - a program says where it listens
    print(f"base_url       {sandbox.base_url}")  # noqa: T201 - the same
    print(f"base_file_url  {sandbox.base_file_url}")  # noqa: T201 - the same
    print(f"registry       {sandbox.registry_url}")  # noqa: T201 - the same
    print(f"token          {sandbox.token}", flush=True)  # noqa: T201 - the same
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    await over.wait()
    await sandbox.stop()


def _named(failed: OSError) -> str:
    what = failed.strerror or str(failed)
    return f"{failed.filename}: {what}" if failed.filename else what


def main(words: list[str] | None = None) -> int:
    """Serve until interrupted; 1 if the address or the folder cannot be used."""
    arguments = _arguments(words)
    try:
        asyncio.run(_serve(arguments))
    except OSError as failed:
        print(f"cannot start: {_named(failed)}", file=sys.stderr)  # noqa: T201 - the one line of why
        return CANNOT_START
    return 0


if __name__ == "__main__":
    sys.exit(main())
