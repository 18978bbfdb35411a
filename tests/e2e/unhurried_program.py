"""The command line as a process of its own, without Telegram's limit of one message a second to a chat."""

import sys
from unittest.mock import patch

from bot.__main__ import start
from bot.bot_api.rate_limits import Limiter, Limits
from bot.wiring.options import UNHURRIED


def _unhurried(_limits: Limits | None) -> Limiter:
    return Limiter(UNHURRIED)


if __name__ == "__main__":
    with patch("bot.app.Limiter", _unhurried):
        sys.exit(start())
