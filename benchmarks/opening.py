"""The opening second: everybody presses 【随机一次】 at once, on SQLite, in a process that has just started.

A minimal Bot API runs in this process, the whole program in one of its own, with many more conversations than
those that press. All presses wait when the program asks for updates for the first time. Printed: from that
moment until the median, 99 of 100 and the last owner have their batch with its picture, the longest wait as a
multiple of the median, and the memory of the program with its render process.

    python -m benchmarks.opening
    python -m benchmarks.opening --owners 1000 --dialogs 2000
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks.steps import BASE, Api, prepare
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.view import Button
from core.security.vault import Vault
from tests.world import KEYS

_MEGABYTE = 1024


class OpeningApi(Api):
    """Notes when each chat has got its picture; nobody presses a second time."""

    def __init__(self) -> None:
        super().__init__()
        self.opened_at = 0.0
        self.shown_after: dict[int, float] = {}

    async def _updates(self) -> list[dict[str, Any]]:
        self.opened_at = self.opened_at or time.perf_counter()
        return await super()._updates()

    def _shown(self, chat: int, _form: dict[str, Any]) -> None:
        self.shown_after.setdefault(chat, time.perf_counter() - self.opened_at)
        if len(self.shown_after) == len(self.data):
            self._reached.set()

    async def all_shown(self, within: float) -> None:
        """Wait until every chat has its picture."""
        async with asyncio.timeout(within):
            await self._reached.wait()


def megabytes(pid: int) -> float:
    """Return the memory of a process and its children; what they share counts in parts."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    own = sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / _MEGABYTE
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return own + sum(megabytes(int(child)) for child in children)


async def main(owners: int, dialogs: int) -> None:
    api = OpeningApi()
    runner = web.ServerRunner(web.Server(api.handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    codec = CallbackCodec(Vault(KEYS["keys"], str(KEYS["lookup_key"])))
    button = Button(label="", action=ActionName.DRAW)
    with tempfile.TemporaryDirectory() as folder:
        given = str(await prepare(Path(folder), base, owners=owners, dialogs=dialogs))
        chats = range(BASE, BASE + owners)
        api.begin({chat: codec.write(chat, ScreenName.SELECTING, 1, button) for chat in chats}, presses=True)
        for chat in chats:
            api.feed(chat)
        started = time.perf_counter()
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.bots", "ours", given)
        await api.all_shown(within=600)
        used = megabytes(process.pid)
        process.kill()
        await process.wait()
    await runner.cleanup()
    assert api.drawn >= owners, (api.drawn, owners)
    waits = sorted(api.shown_after.values())
    median = waits[len(waits) // 2]
    print(f"{owners:,} owners press at once, {dialogs:,} conversations, one process, {os.cpu_count()} cores")
    print(f"start to the first poll   {api.opened_at - started:6.2f} s")
    print(f"median                    {median:6.2f} s")
    print(f"99 of 100                 {waits[int(len(waits) * 0.99)]:6.2f} s")
    print(f"last                      {waits[-1]:6.2f} s ({waits[-1] / median:.1f} × the median)")
    print(f"batches a second          {owners / waits[-1]:6.0f}")
    print(f"memory                    {used:6.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--owners", type=int, default=5000)
    parser.add_argument("--dialogs", type=int, default=10_000)
    asked = parser.parse_args()
    asyncio.run(main(asked.owners, asked.dialogs))
