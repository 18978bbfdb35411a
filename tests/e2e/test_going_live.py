"""«Go live in ten minutes» of the README: its commands, as they stand there, in front of the sandbox."""

import asyncio
import os
import re
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox import PersonSpec, Sandbox
from sandbox.clock import ShiftedClock
from tests.e2e.killing import PATIENCE
from tests.person import Person
from tests.world import CHIEF

ROOT = Path(__file__).parents[2]
HEADINGS = {"README.md": "## Go live in ten minutes", "README.zh-CN.md": "## 十分钟上线"}
BEFORE_RUN = ["init", "init", "check", "release"]
WORDS = {"release": ["--yes"]}
"""What a test must add, as there is no terminal to ask at."""


def _commands(readme: str) -> list[list[str]]:
    """Return the commands of the block below the heading, as lists of words; comments are left out."""
    text = (ROOT / readme).read_text(encoding="utf-8").partition(HEADINGS[readme])[2]
    block = text.partition("```sh\n")[2].partition("```")[0]
    return [shlex.split(line, comments=True) for line in block.splitlines()]


class Terminal:
    """Runs commands in a folder, without settings in the environment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        named = {name: value for name, value in os.environ.items() if not name.startswith("XUANHAO_")}
        self._environment = {**named, "PYTHONPATH": str(ROOT)}

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            cwd=self._folder,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def call(self, *words: str) -> str:
        """Return what a command prints; it must succeed."""
        process = await self.start(*words)
        said, _ = await process.communicate()
        text = said.decode()
        assert process.returncode == 0, text
        return text

    @asynccontextmanager
    async def running(self, *words: str) -> AsyncIterator[None]:
        """Run a program that receives updates, and stop it at the end."""
        process = await self.start(*words)
        assert process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE):
                while b"receiving as" not in (line := await process.stdout.readline()):
                    assert line, "the program has ended"
            yield
        finally:
            process.terminate()
            await process.communicate()


def test_both_readmes_have_the_same_commands() -> None:
    assert _commands("README.md") == _commands("README.zh-CN.md")


async def test_commands_of_the_readme_lead_to_a_chief_who_sees_the_numbers(tmp_path: Path) -> None:
    install, *commands, run, link = _commands("README.md")
    assert (install, run) == (["make", "install"], ["make", "run"])
    assert [words[:2] for words in commands] == [[".venv/bin/xuanhao", name] for name in BEFORE_RUN]
    someone = PersonSpec(chat_id=CHIEF, last_name="王", first_name="主任", phone="+8613800138003")
    async with Sandbox(ShiftedClock(), people=[someone]) as sandbox:
        terminal = Terminal(tmp_path)
        for number, (_, name, *words) in enumerate(commands):
            await terminal.call(name, *words, *WORDS.get(name, []))
            if number == 0:
                _fill_in(tmp_path / "config.toml", sandbox)
        async with terminal.running("run"):
            token = re.search(r"admin_\w+", await terminal.call(*link[1:]))
            assert token is not None
            person = Person(sandbox, CHIEF)
            await person.say(f"/start {token[0]}")
            await person.see("接受管理员角色?")
            await person.press("接受这个角色")
            await person.say("/segments 粤K")
            await person.see("A####")


def _fill_in(config: Path, sandbox: Sandbox) -> None:
    """Enter the token, and the sandbox as the Bot API."""
    text = config.read_text(encoding="utf-8")
    for blank, value in (
        ('token = ""', f'token = "{sandbox.token}"'),
        ('base_url = "https://api.telegram.org/bot"', f'base_url = "{sandbox.base_url}"'),
    ):
        assert blank in text
        text = text.replace(blank, value, 1)
    config.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("readme", HEADINGS)
def test_readme_warns_before_real_owners_come(readme: str) -> None:
    """The console prints codes, so the page of deployment has to be read before owners verify telephones."""
    below = (ROOT / readme).read_text(encoding="utf-8").partition(HEADINGS[readme])[2].partition("\n## ")[0]
    assert "docs/deployment" in below
