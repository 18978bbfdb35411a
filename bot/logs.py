"""The log: what its lines look like, and that it does not drown.

A line, as text or as a JSON object, has the time in China with its offset, level, logger and message, and
what it belongs to: the worker, and the update that is being handled (its id, never the chat's).

During an outage the same line comes every few seconds, with a traceback of fifty lines. Of lines with the
same logger, level and template a few a minute are written, then how many were left out; a traceback is
written once in ten minutes for each class of error.
"""

import copy
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TextIO

from structlog.contextvars import bind_contextvars, get_contextvars
from structlog.processors import JSONRenderer, format_exc_info
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict

from core.clock import CHINA

OWN = ("bot", "core", "sandbox", "xuanhao")
"""The first parts of the names of this program's loggers."""

_PER_MINUTE = 5
_WINDOW = 60.0  # seconds
_TRACEBACKS_EVERY = 600.0  # seconds
_MOST = 1000  # different lines remembered

_UPDATE = "update"  # the name of the id in a line

_Line = tuple[str, int, str]
"""Logger, level and template of a line."""


def correlate(update_id: int) -> None:
    """Let the log lines of this task, and of the tasks that it begins, bear the id of an update."""
    bind_contextvars(**{_UPDATE: update_id})


class JsonFormatter(ProcessorFormatter):
    """Writes one JSON object a line."""


def log_formatter(*, as_json: bool, worker: str) -> logging.Formatter:
    """Return what writes the lines.

    Args:
        as_json: one JSON object a line, tracebacks included.
        worker: the name of this process; empty for none.
    """
    write = JSONRenderer(json.dumps, ensure_ascii=False, default=str) if as_json else _as_text
    formatter = JsonFormatter if as_json else ProcessorFormatter
    return formatter(
        processors=[
            partial(_described, worker),
            ProcessorFormatter.remove_processors_meta,
            format_exc_info,
            write,
        ]
    )


def _described(worker: str, _logger: object, _method: str, event: EventDict) -> EventDict:
    """Return the fields of a line, in their order."""
    record: logging.LogRecord = event["_record"]
    text, is_own = str(event.pop("event")), record.name.partition(".")[0] in OWN
    fields = {
        "time": datetime.fromtimestamp(record.created, CHINA).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "event": text if is_own else " ".join(text.split()),  # libraries write warnings of several lines
    }
    if worker:
        fields["worker"] = worker
    return {**fields, **get_contextvars(), **event}


def _as_text(_logger: object, _method: str, event: EventDict) -> str:
    bound = " ".join(f"{name}={event[name]}" for name in ("worker", _UPDATE) if name in event)
    line = f"{event['time']} {event['level']} {event['logger']}: {event['event']}"
    exception = event.get("exception")
    return line + (f" [{bound}]" if bound else "") + (f"\n{exception}" if exception else "")


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
