"""The command line as a process of its own, without waiting that tests would only wait for.

No limit of one message a second to a chat, and a worker that keeps dying is restarted within a second.
"""

import sys
from unittest.mock import patch

from bot.__main__ import start
from bot.bot_api.rate_limits import Limiter, Limits
from bot.wiring.options import UNHURRIED


def _unhurried(_limits: Limits | None) -> Limiter:
    return Limiter(UNHURRIED)


if __name__ == "__main__":
    with patch("bot.app.Limiter", _unhurried), patch("bot.cli.supervisor._LONGEST_GAP", 1.0):
        sys.exit(start())
