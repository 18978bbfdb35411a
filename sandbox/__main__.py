"""``python -m sandbox``: the sandbox alone, to try a bot against it."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sandbox.server import Sandbox


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8081, help="port, 0 for any (default: %(default)s)")
    parser.add_argument("--data", type=Path, help="folder in which conversations are kept")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    sandbox = Sandbox(data_dir=arguments.data)
    await sandbox.start(arguments.host, arguments.port)
    print(f"page      {sandbox.url}")  # noqa: T201 - a program says where it listens
    print(f"base_url  {sandbox.base_url}")  # noqa: T201 - the same
    print(f"registry  {sandbox.registry_url}")  # noqa: T201 - the same
    print(f"token     {sandbox.token}", flush=True)  # noqa: T201 - the same
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    await over.wait()
    await sandbox.stop()


def main() -> int:
    asyncio.run(_serve(_arguments()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
