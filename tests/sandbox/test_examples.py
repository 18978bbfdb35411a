"""The examples as a stranger runs them: programs of their own, in front of the sandbox."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

import sandbox as package
from sandbox import Sandbox
from sandbox.contract import METHODS
from tests.person import Person

EXAMPLES = Path(package.__file__).parent / "examples"


@pytest.mark.parametrize("example", ["ptb_bot.py", "aiogram_bot.py"])
async def test_an_example_answers_and_breaks_no_contract(
    sandbox: Sandbox, person: Person, example: str
) -> None:
    words = (str(EXAMPLES / example), sandbox.base_url, sandbox.token)
    bot = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=asyncio.subprocess.DEVNULL)
    try:
        await person.say("hello")
        assert (await person.see("hello")).buttons == ["Once more"]
        await person.press("Once more")
        await person.see("You pressed it")
        assert [toast.text for toast in person.toasts] == ["Pressed"]
        assert (list(sandbox.contract_violations), list(sandbox.refusals)) == ([], [])
    finally:
        bot.terminate()
        await bot.wait()


def test_every_example_is_run() -> None:
    assert {file.name for file in EXAMPLES.glob("*.py")} == {"ptb_bot.py", "aiogram_bot.py"}


def test_the_manual_lists_every_method_and_every_request() -> None:
    manual = (EXAMPLES.parent / "README.md").read_text("utf-8")
    methods = set(re.findall(r"`(\w+)`", manual.partition("Methods:")[2].partition("## Limits")[0]))
    assert methods == set(METHODS)
    sandbox = Sandbox()
    internal = {("GET", "/api/state"), ("POST", "/api/read"), ("POST", "/api/gateway")}  # for the page alone
    named = set(re.findall(r"`(GET|POST|DELETE) (/api/\w+)", manual))
    assert named == set(sandbox.page._routes) - internal
