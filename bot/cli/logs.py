"""Sets up the log of a process, which goes to standard error."""

import logging
import sys
from typing import Literal

from bot.bot_api.client import quiet_libraries
from bot.logs import OWN, JsonFormatter, ThinnedStream, log_formatter

_LOGGER = logging.getLogger("xuanhao")


def tell(reason: str) -> None:
    """Write why the command fails: bare, or as a line of the log if that is read by a program."""
    if any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers):
        _LOGGER.error(reason)  # a template of its own, so that it is never thinned out
    else:
        print(reason, file=sys.stderr)


def set_up_logging(level: str = "info", style: Literal["text", "json"] = "text", *, worker: str = "") -> None:
    """Log to standard error, without most repeats of a line; a second call replaces the first.

    Args:
        level: from which on this program logs. Libraries log from ``info`` on at the most: in detail they
            would write what people send.
        style: of the lines.
        worker: the name of this process.
    """
    root, wanted = logging.getLogger(), logging.getLevelNamesMapping()[level.upper()]
    if not root.handlers:
        root.addHandler(ThinnedStream())
    handlers = [handler for handler in root.handlers if isinstance(handler, ThinnedStream)]
    if not handlers:  # somebody else's log, as in a test
        return
    for handler in handlers:
        handler.setFormatter(log_formatter(as_json=style == "json", worker=worker))
    root.setLevel(max(logging.INFO, wanted))
    for name in OWN:
        logging.getLogger(name).setLevel(wanted)
    logging.captureWarnings(True)  # noqa: FBT003 - as it is called
    quiet_libraries()
    for name in ("apscheduler", "asyncio", "py.warnings"):
        logging.getLogger(name).setLevel(max(logging.WARNING, wanted))
