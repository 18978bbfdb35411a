"""The log: one format, with China's time and its offset, whatever the zone of the host is."""

import logging
from datetime import datetime

from bot.bot_api.client import quiet_libraries
from core.clock import CHINA


class _ChinaFormatter(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - as inherited
        return datetime.fromtimestamp(record.created, CHINA).isoformat(timespec="milliseconds")


def set_up_logging() -> None:
    """Log to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_ChinaFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    quiet_libraries()
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
