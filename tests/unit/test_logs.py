"""Repeats of a log line are thinned, and nothing else is lost."""

import io
import logging

import pytest

from bot.logs import ThinnedStream


class Log:
    """A logger of its own on a clock that the test controls."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.stream = io.StringIO()
        self.logger = logging.getLogger(f"bot.trial.{id(self)}")
        self.logger.propagate = False
        handler = ThinnedStream(self.stream, now=lambda: self.now)
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self.logger.addHandler(handler)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    def fail(self, error: type[Exception] = KeyError) -> None:
        try:
            self._raise(error)
        except error:
            self.logger.exception("the tick %s failed", "tell")

    @staticmethod
    def _raise(error: type[Exception]) -> None:
        raise error("what somebody typed")


@pytest.fixture
def log() -> Log:
    return Log()


def test_five_a_minute_are_written_and_the_rest_counted(log: Log) -> None:
    for second in range(121):
        log.now = 1000.0 + second
        log.logger.warning("polling failed %d times in a row", second)

    assert len([line for line in log.lines if "in a row" in line and "repeated" not in line]) <= 15
    assert log.lines[:5] == [f"WARNING polling failed {number} times in a row" for number in range(5)]
    assert "WARNING … repeated 55 times in 60 s: polling failed %d times in a row" in log.lines


def test_other_lines_and_levels_are_counted_apart(log: Log) -> None:
    for _ in range(5):
        log.logger.warning("one")
    log.logger.error("one")
    log.logger.warning("two")

    assert log.lines[-2:] == ["ERROR one", "WARNING two"]


def test_line_comes_again_after_its_minute(log: Log) -> None:
    for _ in range(10):
        log.logger.warning("one")
    log.now += 61
    log.logger.warning("one")

    assert log.lines[5:] == ["WARNING … repeated 5 times in 61 s: one", "WARNING one"]


def test_traceback_is_written_once_in_ten_minutes_for_each_class(log: Log) -> None:
    log.fail()
    full = len(log.lines)
    log.fail()
    assert (full > 3, log.lines[full:]) == (True, ["ERROR the tick tell failed: KeyError"])
    log.fail(ValueError)
    assert "ValueError" in log.lines[-1]
    assert len(log.lines) > full + 3
    log.now += 601
    before = len(log.lines)
    log.fail()
    assert len(log.lines) >= before + full


def test_database_that_fails_for_ten_minutes_fills_no_log(log: Log) -> None:
    """A tick every two seconds, with a traceback each: 19 kB in 16 s without thinning."""
    for second in range(0, 600, 2):
        log.now = 1000.0 + second
        log.fail()

    assert len(log.stream.getvalue()) < 6000


def test_different_lines_take_bounded_memory(log: Log) -> None:
    for number in range(5000):
        log.logger.warning(f"line {number}")  # noqa: G004 - templates without end

    handler = log.logger.handlers[0]
    assert isinstance(handler, ThinnedStream)
    assert len(handler._windows) <= 1000
    assert len(log.lines) == 5000
