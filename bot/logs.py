"""A log that does not drown: repeats of one line are thinned.

During an outage the same line comes every few seconds, with a traceback of fifty lines. Of lines with the
same logger, level and template a few a minute are written, then how many were left out; a traceback is
written once in ten minutes for each class of error.
"""

import copy
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

_PER_MINUTE = 5
_WINDOW = 60.0  # seconds
_TRACEBACKS_EVERY = 600.0  # seconds
_MOST = 1000  # different lines remembered

_Line = tuple[str, int, str]
"""Logger, level and template of a line."""


@dataclass(slots=True)
class _Window:
    """How often a line came since a moment."""

    since: float
    written: int = 0
    left_out: int = 0


class ThinnedStream(logging.StreamHandler[TextIO]):
    """Writes a log to a stream, without most of its repeats.

    Args:
        stream: where to; standard error if None.
        now: a monotonic clock, in seconds.
    """

    def __init__(self, stream: TextIO | None = None, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream)
        self._now = now
        self._windows: dict[_Line, _Window] = {}
        self._tracebacks: dict[tuple[_Line, str], float] = {}
        self._look_at = now() + _WINDOW

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless the same line was written often in this minute."""
        now = self._now()
        self._end_windows(now)
        line = (record.name, record.levelno, str(record.msg))
        window = self._windows.setdefault(line, _Window(now))
        if window.written >= _PER_MINUTE:
            window.left_out += 1
            return
        window.written += 1
        super().emit(self._shortened(record, line, now))

    def _end_windows(self, now: float) -> None:
        """Say how often the lines were left out whose minute is over, and forget them."""
        if now < self._look_at and len(self._windows) < _MOST:
            return
        self._look_at = now + _WINDOW / 10
        over = [line for line, window in self._windows.items() if now - window.since >= _WINDOW]
        for line in over or list(self._windows)[: _MOST // 2 if len(self._windows) >= _MOST else 0]:
            window = self._windows.pop(line)
            if window.left_out:
                name, level, template = line
                words = "… repeated %d times in %d s: %s"
                given = (window.left_out, now - window.since, template)
                super().emit(logging.LogRecord(name, level, "", 0, words, given, None))
        self._tracebacks = {key: at for key, at in self._tracebacks.items() if now - at < _TRACEBACKS_EVERY}

    def _shortened(self, record: logging.LogRecord, line: _Line, now: float) -> logging.LogRecord:
        """Return a record, with the class of its error in place of a traceback that was written lately."""
        if not record.exc_info or record.exc_info[0] is None:
            return record
        name = record.exc_info[0].__name__
        if now - self._tracebacks.get((line, name), float("-inf")) >= _TRACEBACKS_EVERY:
            self._tracebacks[line, name] = now
            return record
        short = copy.copy(record)
        short.msg, short.args = f"{record.getMessage()}: {name}", None
        short.exc_info = short.exc_text = None
        return short
