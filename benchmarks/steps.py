"""Throughput of the whole 【换一批】 step compared with a bare PTB echo and a bare aiogram echo, in one run.

A minimal Bot API runs in this process; one bot at a time runs in a process of its own, with rounds
interleaved. Each chat has one update in flight: the next press or message follows the answer to the last.
"""

import argparse
import asyncio
import json
import os
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from benchmarks.bots import TOKEN
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.view import Button
from core.bootstrap import Ports, bootstrap
from core.clock import SystemClock
from core.security.vault import Vault
from core.settings import load_settings
from tests.core.tools import ForeseenBytes, release, verified
from tests.world import KEYS

NAMES = {
    "ours": "whole step, picture included",
    "undrawn": "whole step, picture not drawn",
    "ptb": "bare PTB echo",
    "aiogram": "bare aiogram echo",
}
OURS = ("ours", "undrawn")
_NAME = re.compile(rb'name="([^"]*)"')
CHATS = 50
BASE = 5000
SETTINGS = """
[telegram]
token = "{token}"
base_url = "{base}"
[database]
url = "sqlite:///{database}"
[security]
keys = {keys}
lookup_key = "{lookup}"
[[offices]]
code = "粤K"
name = "茂名车辆管理所"
address = "某市某路1号"
hours = "00:00-24:00"
draw_gap_seconds = 0
"""


class Api:
    """The minimal Bot API that the three bots need."""

    def __init__(self) -> None:
        self.pending: list[dict[str, Any]] = []
        self.arrived = asyncio.Event()
        self.update_id = int(time.time() * 1000)
        self.answers = 0
        self._goal = 0
        self._reached = asyncio.Event()
        self.data: dict[int, str] = {}
        self.presses = False
        self.on = False
        self._round = 0

    def begin(self, data: dict[int, str], *, presses: bool) -> None:
        """Begin a round; pollers of an earlier bot get no more updates."""
        self._round += 1
        self.data, self.presses, self.on, self.pending = data, presses, True, []

    def feed(self, chat: int) -> None:
        """Create the next update of a chat."""
        if not self.on:
            return
        self.update_id += 1
        who = {"id": chat, "is_bot": False, "first_name": "车主"}
        message = {
            "message_id": 1,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "车主"},
        }
        if self.presses:
            body: dict[str, Any] = {
                "callback_query": {
                    "id": str(self.update_id),
                    "from": who,
                    "chat_instance": "1",
                    "data": self.data[chat],
                    "message": {**message, "text": "…"},
                }
            }
        else:
            body = {"message": {**message, "from": who, "text": "回声"}}
        self.pending.append({"update_id": self.update_id, **body})
        self.arrived.set()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        form = await self._form(request)
        result: Any = True
        if method == "getUpdates":
            result = await self._updates()
        elif method == "getMe":
            result = {"id": 700000001, "is_bot": True, "first_name": "选号", "username": "xuanhao_bot"}
        elif method.startswith(("send", "edit")):
            chat = int(form.get("chat_id", 0))
            result = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "…"}
            if method != "editMessageReplyMarkup" and chat in self.data:
                self._shown(chat, form)
        return web.json_response({"ok": True, "result": result})

    async def _form(self, request: web.BaseRequest) -> dict[str, Any]:
        if request.content_type == "application/json":
            return dict(await request.json())
        body = await request.read()
        if not request.content_type.startswith("multipart/"):
            return dict(parse_qsl(body.decode()))
        # aiohttp takes longer to parse a form than a whole echo does, and the bots share the cores
        # with this process.
        parts = body.split(b"--" + body[2 : body.index(b"\r\n")])
        heads = [part.partition(b"\r\n\r\n") for part in parts if b"filename=" not in part[:200]]
        return {
            found[1].decode(): value.removesuffix(b"\r\n").decode()
            for head, _, value in heads
            if (found := _NAME.search(head))
        }

    async def _updates(self) -> list[dict[str, Any]]:
        asked_in = self._round
        if not self.pending:
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), 1)
            except TimeoutError:
                return []
        if asked_in != self._round:
            return []
        batch, self.pending = self.pending[:100], self.pending[100:]
        return batch

    def _shown(self, chat: int, form: dict[str, Any]) -> None:
        markup = form.get("reply_markup")
        if self.presses and markup:
            rows = json.loads(markup) if isinstance(markup, str) else markup
            for row in rows["inline_keyboard"]:
                for button in row:
                    if "换一批" in button["text"] or "随机一次" in button["text"]:
                        self.data[chat] = button["callback_data"]
        self.answers += 1
        if self.answers >= self._goal:
            self._reached.set()
        self.feed(chat)

    async def reach(self, answers: int) -> None:
        """Wait until the total number of answers is reached."""
        self._goal = answers
        self._reached.clear()
        await self._reached.wait()


async def prepare(directory: Path, base: str) -> Path:
    """Bring fifty owners to the selection, with a quota for the whole run."""
    config, database = directory / "config.toml", directory / "plates.db"
    config.write_text(
        SETTINGS.format(
            token=TOKEN,
            base=base,
            database=database,
            keys=json.dumps(KEYS["keys"]),
            lookup=KEYS["lookup_key"],
        ),
        encoding="utf-8",
    )
    ports = Ports(random_bytes=ForeseenBytes())
    core = await bootstrap(load_settings(config, environ={}), ports, create=True)
    for mask in ("#####", "@####"):
        await core.store.run(release, core, mask)
    for number in range(CHATS):
        await core.store.run(verified, core, number)
    await core.close()
    with sqlite3.connect(database) as db:
        db.execute("UPDATE vehicle SET random_granted = 10000000")
        for number in range(CHATS):
            db.execute(
                "INSERT INTO dialog (chat_id, screen, args, revision, message_id, message_kind, updated_at)"
                " VALUES (?, 'selecting', '{}', 1, 1, 'text', 0)",
                (BASE + number,),
            )
    db.close()
    return config


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def one_round(api: Api, base: str, bot: str, seconds: float) -> tuple[float, float]:
    """Run one bot for some seconds; return updates per second and CPU milliseconds per update."""
    with tempfile.TemporaryDirectory() as folder:
        given = str(await prepare(Path(folder), base)) if bot in OURS else base
        codec = CallbackCodec(Vault(KEYS["keys"], str(KEYS["lookup_key"])))
        button = Button(label="", action=ActionName.DRAW)
        data = {BASE + n: codec.write(BASE + n, ScreenName.SELECTING, 1, button) for n in range(CHATS)}
        api.begin(data, presses=bot in OURS)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.bots",
            bot,
            given,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=None,
        )
        for chat in api.data:
            api.feed(chat)
        await api.reach(api.answers + CHATS)  # started and warm
        begun, answers, used = time.perf_counter(), api.answers, cpu_seconds(process.pid)
        await asyncio.sleep(seconds)
        done = api.answers - answers
        rate = done / (time.perf_counter() - begun)
        cost = (cpu_seconds(process.pid) - used) * 1000 / max(done, 1)
        api.on = False
        process.kill()
        await process.wait()
    return rate, cost


async def main(seconds: float, rounds: int) -> dict[str, tuple[float, float]]:
    """Run the rounds and print the table."""
    api = Api()
    runner = web.ServerRunner(web.Server(api.handle))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    seen: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(rounds):
        for bot in NAMES:
            seen[bot].append(await one_round(api, base, bot, seconds))
    await runner.cleanup()
    found = {
        bot: (statistics.median(r for r, _ in some), statistics.median(c for _, c in some))
        for bot, some in seen.items()
    }
    now = datetime.fromtimestamp(SystemClock().now().timestamp(), tz=SystemClock().now().tzinfo)
    print(f"steps, {rounds} rounds of {seconds:g} s, {CHATS} chats with one thing in flight, {now:%Y-%m-%d}")
    print(f"{'':34}{'updates/s':>10}{'CPU ms':>8}{'of PTB':>8}{'of aiogram':>11}")
    for bot, name in NAMES.items():
        rate, cost = found[bot]
        print(
            f"{name:34}{rate:>10.0f}{cost:>8.2f}{rate / found['ptb'][0]:>8.2f}"
            f"{rate / found['aiogram'][0]:>11.2f}"
        )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    asyncio.run(main(asked.seconds, asked.rounds))
