"""``demo``: run sandbox and bot in one process, for the browser."""

import argparse
from pathlib import Path

from bot.cli.command import DONE, Command, run_until_stopped

_HIGHEST = 65535


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=8088, help="port of the page (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=Path("demo-data"), help="folder (default: %(default)s)")
    parser.add_argument(
        "--ask-registry",
        action="store_true",
        help="ask the sandbox's vehicle registry over HTTP; a page of it is at /registry",
    )


def _port(typed: str) -> int:
    port = int(typed) if typed.isdecimal() else -1
    if not 0 <= port <= _HIGHEST:
        raise argparse.ArgumentTypeError(f"should be 0 to {_HIGHEST}; 0 takes a free port")
    return port


def _demo(given: argparse.Namespace) -> int:
    from bot.demo.demo import demo  # noqa: PLC0415 - the sandbox, which no other command needs

    run_until_stopped(demo(given.data, given.port, asks_registry=given.ask_registry))
    return DONE


COMMAND = Command(
    name="demo",
    about="run a demo in the browser; needs no token or account",
    example="demo --port 8090",
    run=_demo,
    add_arguments=_add_arguments,
    has_config=False,
)
