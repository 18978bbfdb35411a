"""Keeps a sandbox across restarts in one JSON file, which is replaced atomically."""

import asyncio
import json
import os
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.clock import ShiftedClock
from sandbox.events import Event
from sandbox.files import StoredFile
from sandbox.people import Message, PersonSpec, ReceivedSms
from sandbox.updates import Update
from sandbox.world import CallbackQuery, World

FORMAT = 1
Json = dict[str, Any]


def snapshot(world: World) -> Json:
    """Return the state as JSON, without the data of files."""
    return {
        "format": FORMAT,
        "ahead": world.clock.ahead.total_seconds() if isinstance(world.clock, ShiftedClock) else 0.0,
        "next_message_id": world.next_message_id,
        "next_update_id": world.updates.next_id,
        "gateway_down": world.gateway_down,
        "people": [_person(world, chat_id) for chat_id in world.people],
        "files": [asdict(stored) for stored in world.files.files.values()],
        "sms": [asdict(sms) for sms in world.sms],
        "updates": [asdict(update) | {"until": update.until.isoformat()} for update in world.updates.waiting],
        "queries": [
            asdict(query) | {"at": query.at.isoformat()}
            for query in world.queries.values()
            if not query.answered
        ],
        "commands": [[*place, commands] for place, commands in world.commands.items()],
    }


def _person(world: World, chat_id: int) -> Json:
    person = world.people[chat_id]
    return {
        "spec": asdict(person.spec),
        "started": person.started,
        "blocked": person.blocked,
        "unread": person.unread,
        "keyboard": person.keyboard,
        "messages": [[message.body, message.keyboard] for message in person.messages.values()],
    }


def restore(world: World, state: object) -> None:
    """Restore a state that ``snapshot`` returned; people defined at the start keep their new details.

    Raises:
        ValueError: it has another format, as one of another version.
    """
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise ValueError("a state of another format")
    if isinstance(world.clock, ShiftedClock):
        world.clock.ahead = max(world.clock.ahead, timedelta(seconds=state["ahead"]))
    world.next_message_id = state["next_message_id"]
    world.updates.next_id = max(world.updates.next_id, state["next_update_id"])
    world.gateway_down = state["gateway_down"]
    for kept in state["people"]:
        _restore_person(world, kept)
    for stored in state["files"]:
        world.files.register(StoredFile(**stored))
    world.sms = [ReceivedSms(**sms) for sms in state["sms"]]
    world.restore_sms_ids()
    for update in state["updates"]:
        until = datetime.fromisoformat(update["until"])
        world.updates.waiting.append(Update(**update | {"until": until}))
    for query in state["queries"]:
        world.queries[query["query_id"]] = CallbackQuery(
            **query | {"at": datetime.fromisoformat(query["at"])}
        )
    world.commands = {(kind, chat_id, tongue): menu for kind, chat_id, tongue, menu in state["commands"]}


def _restore_person(world: World, kept: Json) -> None:
    person = world.add_person(PersonSpec(**kept["spec"]))
    person.started = kept["started"] or person.started
    person.blocked = kept["blocked"]
    person.unread = kept["unread"]
    person.keyboard = kept["keyboard"]
    for body, keyboard in kept["messages"]:
        message = Message(body=body, keyboard=keyboard)
        person.messages[message.message_id] = message


class Persistence:
    """Writes the state shortly after a change, and when the sandbox stops."""

    def __init__(self, world: World, folder: Path, *, after: float = 1.0) -> None:
        self.world = world
        self.path = folder / "sandbox.json"
        self.after = after
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def load(self) -> None:
        """Restore what an earlier sandbox left; an unreadable file is set aside, not overwritten."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            restore(self.world, json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return
        except ValueError:
            self.path.replace(self.path.with_suffix(".broken"))

    def changed(self, _event: Event) -> None:
        """Schedule a write."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self.after, self._begin)

    def _begin(self) -> None:
        self._timer = None
        text = json.dumps(snapshot(self.world), ensure_ascii=False)
        self._writing = asyncio.get_running_loop().create_task(self._write_beside(text, self._writing))

    async def _write_beside(self, text: str, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})  # also one that failed, as on a full disk
        await asyncio.to_thread(self._write, text)

    def _write(self, text: str) -> None:
        fresh = self.path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writing is not None:
            await asyncio.wait({self._writing})
        self._write(json.dumps(snapshot(self.world), ensure_ascii=False))
