"""Throughput of the whole 【换一批】 step compared with a bare PTB echo and a bare aiogram echo, in one run.

A minimal Bot API runs in this process; one bot at a time runs in a process of its own, with rounds
interleaved. Each chat has one update in flight: the next press or message follows the answer to the last.
"""

import argparse
import asyncio
import json
import os
import re
import socket
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

from benchmarks.bots import TOKEN
from benchmarks.peers import python_of
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.view import Button
from core.bootstrap import Ports, bootstrap
from core.security.vault import Vault
from core.settings import load_settings
from tests.core.tools import ForeseenBytes, release, verified
from tests.world import KEYS

NAMES = {
    "ours": "whole step, picture included",
    "hooked": "the same by webhook",
    "undrawn": "whole step, picture not drawn",
    "ptb": "bare PTB echo",
    "aiogram": "bare aiogram echo",
}
OURS = ("ours", "hooked", "undrawn")
FIRST = 600
"""Presses of a process that are measured by themselves: the opening minute after a restart."""
SECRET = "benchmark-0123456789"
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
HOOK = """
mode = "webhook"
[telegram.webhook]
public_url = "http://127.0.0.1:{port}/hook"
secret_token = "{secret}"
port = {port}
max_connections = 100
"""


class Api:
    """The minimal Bot API that the three bots need."""

    def __init__(self) -> None:
        self.pending: list[dict[str, Any]] = []
        self.arrived = asyncio.Event()
        self.update_id = int(time.time() * 1000)
        self.answers = 0
        self._session: aiohttp.ClientSession | None = None
        self._goal = 0
        self._reached = asyncio.Event()
        self.data: dict[int, str] = {}
        self.presses = False
        self.on = False
        self.drawn = self.refused = 0
        self.hook = ""
        self._posting: set[asyncio.Task[None]] = set()
        self._round = 0

    @property
    def session(self) -> aiohttp.ClientSession:
        """The client that delivers by webhook."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100))
        return self._session

    def begin(self, data: dict[int, str], *, presses: bool) -> None:
        """Begin a round; pollers of an earlier bot get no more updates."""
        self._round += 1
        self.drawn = self.refused = 0
        self.hook = ""
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
        update = {"update_id": self.update_id, **body}
        if self.hook:
            task = asyncio.ensure_future(self._post(update))
            self._posting.add(task)
            task.add_done_callback(self._posting.discard)
            return
        self.pending.append(update)
        self.arrived.set()

    async def _post(self, update: dict[str, Any]) -> None:
        """Deliver an update by webhook."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        try:
            async with self.session.post(self.hook, json=update, headers=headers) as response:
                await response.read()
                assert response.status == HTTPStatus.OK, response.status
        except aiohttp.ClientConnectionError:
            if self.on:
                raise

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        try:
            form = await self._form(request)
        except ConnectionResetError:
            if self.on:
                raise
            return web.Response()  # a bot that was ended at the end of its round
        result: Any = True
        if method == "getUpdates":
            result = await self._updates()
        elif method == "getWebhookInfo":
            result = {"url": self.hook, "has_custom_certificate": False, "pending_update_count": 0}
        elif method == "setWebhook":
            self.hook = form["url"]
            for chat in self.data:
                self.feed(chat)
        elif method == "getMe":
            result = {"id": 700000001, "is_bot": True, "first_name": "选号", "username": "xuanhao_bot"}
        elif method.startswith(("send", "edit")):
            chat = int(form.get("chat_id", 0))
            result = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "…"}
            self.drawn += method in {"editMessageMedia", "sendPhoto"}
            self.refused += method in {"editMessageCaption", "editMessageText"}
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


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def prepare(
    directory: Path, base: str, *, by_webhook: bool = False, owners: int = CHATS, dialogs: int = 0
) -> Path:
    """Bring owners to the selection, with a quota for the whole run.

    Args:
        directory: of the settings and the database.
        base: the address of the Bot API.
        by_webhook: whether updates come by webhook.
        owners: how many.
        dialogs: how many conversations there are, if more: at the home page.
    """
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
    if by_webhook:
        hook = HOOK.format(port=free_port(), secret=SECRET)
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("\n[database]", f"{hook}[database]"), encoding="utf-8")
    ports = Ports(random_bytes=ForeseenBytes())
    core = await bootstrap(load_settings(config, environ={}), ports, create=True)
    for mask in ("#####", "@####"):
        await core.store.run(release, core, mask)
    for start in range(0, owners, 50):
        several = range(start, min(start + 50, owners))
        await asyncio.gather(*(core.store.run(verified, core, number) for number in several))
    await core.close()
    with sqlite3.connect(database) as db:
        db.execute("UPDATE vehicle SET random_granted = 10000000")
        for number in range(max(owners, dialogs)):
            screen = "selecting" if number < owners else "home"
            db.execute(
                "INSERT INTO dialog (chat_id, screen, args, revision, message_id, message_kind, updated_at)"
                " VALUES (?, ?, '{}', 1, 1, 'text', 0)",
                (BASE + number, screen),
            )
    db.close()
    return config


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process and its children have used; children that have ended count."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    used = sum(int(one) for one in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return used + sum(cpu_seconds(int(child)) for child in children)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a bot did in a span."""

    rate: float  # updates a second
    cpu: float  # milliseconds an update


class Span:
    """Measures a bot from now on."""

    def __init__(self, api: Api, pid: int) -> None:
        self._api, self._pid = api, pid
        self._begun, self._answers, self._used = time.perf_counter(), api.answers, cpu_seconds(pid)

    def end(self) -> Measured:
        done = self._api.answers - self._answers
        return Measured(
            rate=done / (time.perf_counter() - self._begun),
            cpu=(cpu_seconds(self._pid) - self._used) * 1000 / max(done, 1),
        )


async def one_round(api: Api, base: str, bot: str, seconds: float) -> tuple[Measured, Measured]:
    """Run one bot; return what its first presses cost, and what it did in some seconds afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        by_webhook = bot == "hooked"
        given = str(await prepare(Path(folder), base, by_webhook=by_webhook)) if bot in OURS else base
        codec = CallbackCodec(Vault(KEYS["keys"], str(KEYS["lookup_key"])))
        button = Button(label="", action=ActionName.DRAW)
        data = {BASE + n: codec.write(BASE + n, ScreenName.SELECTING, 1, button) for n in range(CHATS)}
        api.begin(data, presses=bot in OURS)
        process = await asyncio.create_subprocess_exec(
            python_of(bot),
            "-m",
            "benchmarks.bots",
            "ours" if by_webhook else bot,
            given,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=None,
        )
        for chat in () if by_webhook else api.data:
            api.feed(chat)
        await api.reach(api.answers + 1)  # started
        span = Span(api, process.pid)
        await api.reach(api.answers + FIRST)
        cold, span = span.end(), Span(api, process.pid)
        await asyncio.sleep(seconds)
        warm = span.end()
        api.on = False
        process.kill()
        await process.wait()
    assert bot not in OURS or api.refused <= CHATS < api.drawn, "presses were refused: nothing was drawn"
    return cold, warm


async def main(seconds: float, rounds: int) -> None:
    """Run the rounds and print the table."""
    api = Api()
    runner = web.ServerRunner(web.Server(api.handle))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    seen: dict[str, list[tuple[Measured, Measured]]] = defaultdict(list)
    for _ in range(rounds):
        for bot in NAMES:
            seen[bot].append(await one_round(api, base, bot, seconds))
    await runner.cleanup()
    await api.session.close()
    found = {bot: _median([warm for _, warm in some]) for bot, some in seen.items()}
    first = {bot: _median([cold for cold, _ in some]) for bot, some in seen.items()}
    print(f"steps, {rounds} rounds of {seconds:g} s, {CHATS} chats with one thing in flight")
    heads = f"{'updates/s':>10}{'from–to':>12}{'CPU ms':>8}{'of PTB':>8}{'of aiogram':>11}"
    print(f"{'':32}{heads}{f'first {FIRST}':>11}")
    for bot, name in NAMES.items():
        one, rates = found[bot], [warm.rate for _, warm in seen[bot]]
        ratios = (one.rate / found[peer].rate for peer in ("ptb", "aiogram"))
        of_ptb, of_aiogram = (f"{ratio:.2f}" for ratio in ratios)
        span = f"{min(rates):.0f}–{max(rates):.0f}"
        print(
            f"{name:32}{one.rate:>10.0f}{span:>12}{one.cpu:>8.2f}{of_ptb:>8}{of_aiogram:>11}"
            f"{first[bot].rate:>11.0f}"
        )


def _median(some: list[Measured]) -> Measured:
    return Measured(
        rate=statistics.median(one.rate for one in some), cpu=statistics.median(one.cpu for one in some)
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    asyncio.run(main(asked.seconds, asked.rounds))
