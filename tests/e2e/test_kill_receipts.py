"""kill -9 of the real process between a code and its receipt."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests.e2e.killing import PATIENCE, Program, people_of, settings
from tests.person import Person
from tests.sms_vendors import KEY, SECRET, Aliyun, serving
from tests.world import agrees, eventually, registers

VENDOR = """[sms]
provider = "aliyun"
[sms.aliyun]
access_key_id = "{key}"
access_key_secret = "{secret}"
sign_name = "茂名车管所"
code_template = "SMS_1"
reminder_template = "SMS_2"
endpoint = "{endpoint}"
receipts = true
[[offices]]"""


@pytest.mark.timeout(300)
async def test_owner_is_told_once_by_the_process_that_follows(tmp_path: Path) -> None:
    (person,) = people_of(1)
    config, vendor, database = tmp_path / "config.toml", Aliyun(), tmp_path / "plates.db"
    async with (
        serving(vendor) as server,
        Sandbox(ShiftedClock(), people=[person]) as sandbox,
        Program(config) as program,
    ):
        written = settings(sandbox, database)
        before, _, after = written.partition("[sms]")
        endpoint = VENDOR.format(key=KEY, secret=SECRET, endpoint=server.make_url("/"))
        config.write_text(before + endpoint + after.partition("[[offices]]")[2], encoding="utf-8")
        await program.release("A####")
        await program.start()
        owner = Person(sandbox, person.chat_id)
        await registers(owner)
        await agrees(owner)
        await owner.press("【开始选号】")
        await owner.see("验证码已发送", within=PATIENCE)
        vendor.receipts[vendor.last] = (False, "MOBILE_IN_BLACK")
        vendor.slow = 60  # the question is under way when the process dies
        await eventually(lambda: bool(vendor.asked), within=PATIENCE)
        await program.kill()
        assert _receipts(database) == [("awaited", None)]
        vendor.slow = 0
        await program.start()
        await owner.see("短信未送达", within=PATIENCE)
        await program.kill()  # after it has told
        await program.start()
        await owner.say("/mine")
        await owner.settled()
        assert await program.stop() == 0
        told = [shown for shown in owner.history if "短信未送达" in shown.words]
        assert len(told) == 1
        assert _receipts(database) == [("failed", "MOBILE_IN_BLACK")]
        assert len(vendor.sent) == 1


def _receipts(database: Path) -> list[tuple[str, str | None]]:
    with contextlib.closing(sqlite3.connect(database)) as opened:
        return opened.execute("SELECT state, reason FROM sms_receipt").fetchall()
