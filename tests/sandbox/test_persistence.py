"""A restart restores the conversation."""

from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests.person import Person
from tests.sandbox.conftest import OWNER, Client, until
from tests.sandbox.test_ptb import picture


async def converse(sandbox: Sandbox) -> None:
    person = Person(sandbox, OWNER)
    await person.say("/start")
    await person.send_photo(picture())
    sandbox.world.receive_sms(person.me.spec.phone, "123456", "preselection")
    async with aiohttp.ClientSession() as session:
        client = Client(sandbox, session)
        await client.ok(
            "sendMessage", chat_id=OWNER, text="号", reply_markup={"keyboard": [[{"text": "键"}]]}
        )
        await client.ok("setMyCommands", commands=[{"command": "start", "description": "开始"}])


async def test_a_conversation_survives_a_restart(tmp_path: Path) -> None:
    async with Sandbox(data_dir=tmp_path) as sandbox:
        await converse(sandbox)
        sandbox.world.advance(timedelta(days=2))
        before = Person(sandbox, OWNER)
        shown = [(shown.message_id, shown.words, shown.photo) for shown in before.history]
    async with Sandbox(data_dir=tmp_path) as sandbox:
        after = Person(sandbox, OWNER)
        assert [(shown.message_id, shown.words, shown.photo) for shown in after.history] == shown
        assert (after.keys, after.me.unread, [sms.code for sms in after.sms]) == (["键"], 1, ["123456"])
        assert isinstance(sandbox.clock, ShiftedClock)
        assert sandbox.clock.ahead == timedelta(days=2)


async def test_files_and_ids_survive_a_restart(tmp_path: Path) -> None:
    async with Sandbox(data_dir=tmp_path) as sandbox:
        await converse(sandbox)
        file_id = str(Person(sandbox, OWNER).history[1].photo)
        data, waiting = Person(sandbox, OWNER).read_file(file_id), list(sandbox.world.updates.waiting)
    async with Sandbox(data_dir=tmp_path) as sandbox:
        person = Person(sandbox, OWNER)
        assert person.read_file(file_id) == data
        assert [update.raw for update in sandbox.world.updates.waiting] == [update.raw for update in waiting]
        await person.say("再来")
        assert person.history[-1].message_id == 4
        assert sandbox.world.updates.waiting[-1].update_id > waiting[-1].update_id


async def test_the_state_is_written_soon_after_a_change(tmp_path: Path) -> None:
    async with Sandbox(data_dir=tmp_path) as sandbox:
        assert sandbox._persistence is not None
        sandbox._persistence.after = 0.01
        await Person(sandbox, OWNER).say("号")
        await until((tmp_path / "sandbox.json").exists)
        assert "号" in (tmp_path / "sandbox.json").read_text("utf-8")


@pytest.mark.parametrize("unreadable", ["{", "[]", '{"format": 2, "people": []}'])
async def test_an_unreadable_state_is_put_aside(tmp_path: Path, unreadable: str) -> None:
    (tmp_path / "sandbox.json").write_text(unreadable, "utf-8")
    async with Sandbox(data_dir=tmp_path) as sandbox:
        assert Person(sandbox, OWNER).history == []
    assert (tmp_path / "sandbox.broken").read_text("utf-8") == unreadable


async def test_a_write_that_failed_does_not_prevent_the_next(tmp_path: Path) -> None:
    async with Sandbox(data_dir=tmp_path) as sandbox:
        persistence = sandbox._persistence
        assert persistence is not None
        persistence.after = 0.01
        (tmp_path / "sandbox.new").mkdir()  # in its place nothing can be written
        await Person(sandbox, OWNER).say("一")
        await until(lambda: persistence._writing is not None and persistence._writing.done())
        (tmp_path / "sandbox.new").rmdir()
        await Person(sandbox, OWNER).say("二")
        await until((tmp_path / "sandbox.json").exists)
        assert "二" in (tmp_path / "sandbox.json").read_text("utf-8")


@pytest.mark.parametrize("is_kept", [False, True])
async def test_the_same_sandbox_starts_again_on_its_port(tmp_path: Path, *, is_kept: bool) -> None:
    sandbox = Sandbox(data_dir=tmp_path if is_kept else None)
    await sandbox.start()
    port = sandbox._port
    await Person(sandbox, OWNER).say("号")
    await sandbox.stop()
    await sandbox.start(port=port)
    async with aiohttp.ClientSession() as session:
        assert len(await Client(sandbox, session).ok("getUpdates")) == 1
    await sandbox.stop()
