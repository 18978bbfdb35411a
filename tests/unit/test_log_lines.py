"""What a log line looks like, as text and as JSON."""

import asyncio
import io
import json
import logging
import warnings
from typing import Any

import pytest

from bot.logs import ThinnedStream, correlate, log_formatter


class Log:
    """A log into a text, of loggers that the test names."""

    def __init__(self, *, as_json: bool) -> None:
        self.stream = io.StringIO()
        self.handler = ThinnedStream(self.stream)
        self.handler.setFormatter(log_formatter(as_json=as_json, worker="host-1-ab"))

    def logger(self, name: str) -> logging.Logger:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [self.handler], False
        return logger

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    @property
    def fields(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


def fail(logger: logging.Logger) -> None:
    try:
        dict[str, int]()["x"]
    except KeyError:
        logger.exception("the tick %s failed", "tell")


def test_text_is_one_line_with_time_offset_and_worker() -> None:
    log = Log(as_json=False)
    log.logger("bot.line").warning("polling failed %d times", 3)
    time, *rest = log.lines[0].split(" ")
    assert time.endswith("+08:00")
    assert " ".join(rest) == "WARNING bot.line: polling failed 3 times [worker=host-1-ab]"


def test_json_is_one_object_a_line_with_the_traceback() -> None:
    log = Log(as_json=True)
    fail(log.logger("bot.line"))
    (fields,) = log.fields
    assert fields["time"].endswith("+08:00")
    assert (fields["level"], fields["logger"], fields["event"], fields["worker"]) == (
        "ERROR",
        "bot.line",
        "the tick tell failed",
        "host-1-ab",
    )
    assert fields["exception"].splitlines()[-1] == "KeyError: 'x'"


def test_traceback_follows_the_line_of_text() -> None:
    log = Log(as_json=False)
    fail(log.logger("bot.line"))
    assert log.lines[0].endswith("the tick tell failed [worker=host-1-ab]")
    assert log.lines[-1] == "KeyError: 'x'"


async def test_lines_of_an_update_bear_its_id_and_others_do_not() -> None:
    log = Log(as_json=True)
    logger = log.logger("bot.line")

    async def effect() -> None:
        logger.warning("sent")

    async def turn(update: int) -> None:
        correlate(update)
        await asyncio.create_task(effect())

    await asyncio.gather(asyncio.create_task(turn(7)), asyncio.create_task(turn(8)))
    logger.warning("polled")
    assert [fields.get("update") for fields in log.fields] == [7, 8, None]


@pytest.mark.parametrize("as_json", [False, True])
def test_warnings_of_libraries_take_one_line(*, as_json: bool) -> None:
    log = Log(as_json=as_json)
    text = warnings.formatwarning("old\n  call", DeprecationWarning, "lib.py", 3, "call()")
    log.logger("py.warnings").warning("%s", text)
    assert len(log.lines) == 1
    assert "lib.py:3: DeprecationWarning: old call call()" in log.lines[0]
