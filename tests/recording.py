"""Records the Bot API calls of each test, to verify that a change of the code has not changed them.

    PYTHONHASHSEED=0 pytest --record-calls NEW tests/e2e tests/rehearsal -k "not postgres"
        write a file of calls for each test
    python -m tests.recording OLD NEW
        compare two recordings; exit status 1 if they differ
    python -m tests.recording OLD AGAIN... NEW
        the same, without tests that differ between recordings of one commit, OLD and AGAIN

The calls of each chat are recorded in order, but in separate lists, as concurrent calls have no order: the
conversation; notifications, files and other messages without buttons of the conversation; answers to presses;
deletions, and removals of buttons.

What differs between runs is replaced: seconds of times, tags of buttons, ids of updates and presses, message
ids (by their order), and files (by their contents, pictures by their pixels). Random numbers are the same in
every run, and clocks show whole milliseconds, as the database does. At the end of a test, due notifications
are sent first.
"""

import argparse
import asyncio
import contextlib
import difflib
import functools
import hashlib
import io
import itertools
import json
import os
import re
import secrets
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, UnidentifiedImageError

from bot.dialog.keyboards import GLOBAL_SCREEN
from core.bootstrap import Ports
from sandbox.api import Api
from sandbox.clock import ShiftedClock
from sandbox.params import Call
from sandbox.people import SandboxUser
from sandbox.world import CallbackQuery, World
from tests import world as world_of_tests

_OPTION = "--record-calls"
_NOT_RECORDED = frozenset({"getUpdates", "sendChatAction"})
"""Their number depends on timing."""
_CLEARING = frozenset({"deleteMessage", "editMessageReplyMarkup"})
_PASSED = pytest.StashKey[bool]()
_STRUCTURE = re.compile(r"[\[{]")
_SECONDS = re.compile(r"(\d\d:\d\d):\d\d(\.\d+)?")
_STAMP = re.compile(r"(\d{8}T\d{4})\d\d")
_LEFT = re.compile(r"(\d+ ?分 ?)?\d+ ?秒|(?<=约)\d+分钟|(\d+ min )?\b\d+ s\b|(?<=about )\d+ min\b")
_UPDATE = re.compile(r"\b(update[ :])\d+")
_LOOPBACK = re.compile(r"127\.0\.0\.1:\d+")
_ATTACHED = "attach://"
_MOMENT = re.compile(rb"<v>(\d{5}\.\d+)</v>")
"""In a spreadsheet: days since 1900."""
_DIGITS = 16
_LONGEST_NAME = 200
_PATIENCE, _QUIET = 5, 0.2


def add_option(parser: pytest.Parser) -> None:
    """Add the command-line option."""
    parser.addoption(_OPTION, type=Path, metavar="DIR", help="write each test's calls of the Bot API")


def note_outcome(task: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Store whether a test passed, for its recording."""
    if call.when == "call":
        task.stash[_PASSED] = call.excinfo is None


@contextlib.contextmanager
def recorded(test: pytest.Item, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Record a test's calls, if requested."""
    folder: Path | None = test.config.getoption(_OPTION)
    if folder is None:
        yield
        return
    recorder = Recorder()
    _listen(recorder, monkeypatch)
    _foresee(monkeypatch)
    _settle(monkeypatch)
    yield
    if recorder.calls:
        folder.mkdir(parents=True, exist_ok=True)
        text = recorder.text(passed=test.stash.get(_PASSED, False))
        (folder / _file_of(test.nodeid)).write_text(text, encoding="utf-8")


def _file_of(test: str) -> str:
    name = re.sub(r"[^\w\[\].-]+", "_", test.removeprefix("tests/"), flags=re.ASCII)
    return f"{name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + _digest(test.encode())}.txt"


def require_steady_hashes(config: pytest.Config) -> None:
    """Refuse to record with hash randomisation, as tests that iterate over a set vary between runs."""
    if config.getoption(_OPTION) is not None and os.environ.get("PYTHONHASHSEED") != "0":
        raise pytest.UsageError(f"{_OPTION} needs PYTHONHASHSEED=0")


def _listen(recorder: "Recorder", monkeypatch: pytest.MonkeyPatch) -> None:
    run = Api.run

    async def listening(api: Api, call: Call) -> tuple[int, bytes]:
        recorder.called(api, call)
        status, body = await run(api, call)
        recorder.answered(api, call, body)
        return status, body

    monkeypatch.setattr(Api, "run", listening)


def _foresee(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make seeds, codes and the ids of presses, from which draws derive, identical in each run."""
    numbers, presses = itertools.count(), Counter[int]()
    new_query, now = World.new_query, ShiftedClock.now

    def random_bytes(count: int, /) -> bytes:
        return hashlib.shake_256(next(numbers).to_bytes(8)).digest(count)

    def pressed(world: World, person: SandboxUser, message_id: int, data: str) -> CallbackQuery:
        presses[person.chat_id] += 1
        number = person.chat_id * 1_000_000 + presses[person.chat_id]
        with monkeypatch.context() as patch:
            patch.setattr(secrets, "randbits", lambda _bits: number)
            return new_query(world, person, message_id, data)

    def whole(clock: ShiftedClock) -> datetime:
        moment = now(clock)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    defaults = Ports.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "random_bytes", random_bytes)
    monkeypatch.setattr(World, "new_query", pressed)
    monkeypatch.setattr(ShiftedClock, "now", whole)


def _settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send due notifications before the program stops, and not only if a tick comes in time."""
    running = world_of_tests.running

    @contextlib.asynccontextmanager
    async def settled(*given: Any) -> AsyncIterator[world_of_tests.World]:
        async with running(*given) as world:
            yield world
            with contextlib.suppress(Exception):  # a test may have broken what this needs
                await asyncio.wait_for(world.service.jobs.tell(), _PATIENCE)
            await asyncio.sleep(_QUIET)

    monkeypatch.setattr(world_of_tests, "running", settled)


class Recorder:
    """The calls of one test."""

    def __init__(self) -> None:
        self.calls: defaultdict[str, list[str]] = defaultdict(list)
        self._apis: list[Api] = []
        self._messages: dict[tuple[str, int], tuple[str, int]] = {}  # list and place, by chat and number
        self._sent: Counter[str] = Counter()

    def text(self, *, passed: bool) -> str:
        """Return all calls, chat by chat."""
        lines = ["passed" if passed else "failed"]
        for name in sorted(self.calls):
            lines += ["", f"# {name}", *self.calls[name]]
        return "\n".join([*lines, ""])

    def called(self, api: Api, call: Call) -> None:
        """Record a call when it arrives."""
        if call.method not in _NOT_RECORDED:
            self.calls[self._list(api, call)].append(self._line(api, call))

    def answered(self, api: Api, call: Call, body: bytes) -> None:
        """Record the number of a message that was sent."""
        if call.method in _NOT_RECORDED:
            return
        result = json.loads(body).get("result")
        if isinstance(result, dict) and "message_id" in result and "message_id" not in call.params:
            name = self._list_of_sandbox(api, call)
            self._sent[name] += 1
            self._messages[call.text("chat_id"), result["message_id"]] = (name, self._sent[name])

    def _list(self, api: Api, call: Call) -> str:
        """Return the list to which a call belongs."""
        if api not in self._apis:
            self._apis.append(api)
        return f"sandbox {self._apis.index(api)} {self._list_of_sandbox(api, call)}"

    def _list_of_sandbox(self, api: Api, call: Call) -> str:
        if call.method == "answerCallbackQuery":
            query = api.world.queries.get(call.text("callback_query_id"))
            return f"answers in chat {query.chat_id if query else 'unknown'}"
        if call.params.get("scope"):
            return f"menu {call.text('scope')}"
        chat = call.params.get("chat_id")
        if chat is None:
            return "no chat"
        if call.method in _CLEARING:
            return f"cleared in chat {chat}"
        if "message_id" in call.params:
            return self._message(call)[0]
        markup = call.text("reply_markup")
        return (
            f"chat {chat}"
            if markup and f'"{GLOBAL_SCREEN}:' not in markup
            else f"beside the conversation in chat {chat}"
        )

    def _message(self, call: Call) -> tuple[str, int]:
        chat = call.text("chat_id")
        return self._messages.get((chat, call.integer("message_id")), (f"theirs in chat {chat}", 0))

    def _line(self, api: Api, call: Call) -> str:
        told = functools.partial(self._told, api, call)
        brought = {name: _ATTACHED + name for name in call.files if name in {"photo", "document"}}
        values = {name: told(name, value) for name, value in sorted({**brought, **call.params}.items())}
        return f"{call.method} {_steady(json.dumps(values, ensure_ascii=False))}"

    def _told(self, api: Api, call: Call, name: str, value: Any) -> Any:
        told = functools.partial(self._told, api, call)
        if name == "message_id":
            return " ".join(map(str, self._message(call))) if name in call.params else "a message"
        if name == "chat_id":
            return str(value)  # the same for a form and for JSON
        if name == "callback_query_id":
            return "a press"
        if isinstance(value, str):
            return self._text(api, call, name, value)
        if isinstance(value, dict):
            return {key: told(key, unknown) for key, unknown in sorted(value.items())}
        return [told("", unknown) for unknown in value] if isinstance(value, list) else value

    def _text(self, api: Api, call: Call, name: str, value: str) -> Any:
        if name == "callback_data":
            return value.rpartition(":")[0]
        if name not in {"text", "caption"} and _STRUCTURE.match(value):
            return self._told(api, call, name, json.loads(value))
        if value.startswith(_ATTACHED):
            return content(call.files[value.removeprefix(_ATTACHED)].data)
        stored = api.world.files.files.get(value)
        if call.method == "getFile":  # an upload may be malicious
            return "a file" if stored else "a file that is not there"
        return value if stored is None else content(api.world.files.data(stored))


def content(data: bytes) -> str:
    """Return the contents of a file, independent of its compression."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            pixels = picture.convert("RGB")
    except UnidentifiedImageError:
        return f"file {_digest(_unpacked(data))}"
    return f"picture {pixels.width}x{pixels.height} {_digest(pixels.tobytes())}"


def _unpacked(data: bytes) -> bytes:
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in sorted(archive.namelist()) if not name.startswith("docProps/")]
            return b"".join(_MOMENT.sub(_to_minutes, _unpacked(archive.read(name))) for name in names)
    return _steady(data.decode(errors="replace")).encode()


def _to_minutes(found: re.Match[bytes]) -> bytes:
    return b"%.3f" % float(found[1])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGITS]


def _steady(text: str) -> str:
    """Return a text without what varies between runs."""
    for pattern, steady in (
        (_SECONDS, r"\1:**"),
        (_STAMP, r"\1**"),
        (_LEFT, "* s"),
        (_UPDATE, r"\1*"),
        (_LOOPBACK, "127.0.0.1:0"),
    ):
        text = pattern.sub(steady, text)
    return text


# --- comparing ------------------------------------------------------------------------------


def differing(old: Path, new: Path) -> dict[str, str]:
    """Return the tests that differ between two recordings, each with its difference."""
    before, after = ({_test_of(file): file for file in sorted(folder.glob("*.txt"))} for folder in (old, new))
    found = {
        **dict.fromkeys(before.keys() - after.keys(), f"is not in {new}"),
        **dict.fromkeys(after.keys() - before.keys(), f"is not in {old}"),
        **{name: _difference(before[name], after[name]) for name in before.keys() & after.keys()},
    }
    return {name: told for name, told in found.items() if told}


def _test_of(file: Path) -> str:
    """Return a test's name without the folders of its file, which may be moved."""
    return re.sub(r"^\w*?(?=test_\w+\.py)", "", file.stem)


def _difference(old: Path, new: Path) -> str:
    before, after = (file.read_text(encoding="utf-8").splitlines() for file in (old, new))
    return "\n".join(difflib.unified_diff(before, after, str(old), str(new), n=1, lineterm=""))


def compared(recordings: Sequence[Path]) -> int:
    """Print how recordings differ; return the exit status."""
    old, *again, new = recordings
    unstable = {name for other in again for name in differing(old, other)}
    found = differing(old, new)
    for name in sorted(found.keys() - unstable):
        sys.stdout.write(f"{name}:\n{found[name]}\n\n")
    count = len(list(old.glob("*.txt")))
    sys.stdout.write(
        f"{count} tests in {old}; {len(found.keys() - unstable)} differ in {new}; "
        f"{len(unstable)} are not looked at, for they differ by themselves\n"
    )
    return int(bool(found.keys() - unstable))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.recording", description=__doc__)
    parser.add_argument("recordings", nargs="+", type=Path, metavar="DIR", help="OLD [AGAIN...] NEW")
    given = parser.parse_args()
    if len(given.recordings) == 1:
        parser.error("give two recordings, or more")
    return compared(given.recordings)


if __name__ == "__main__":
    sys.exit(main())
