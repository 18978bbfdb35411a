"""What systemd is told (sd_notify): datagrams to the socket that ``NOTIFY_SOCKET`` names.

With ``Type=notify`` the unit counts as started when it is ready; with ``WatchdogSec=`` it is restarted if the
pings stop.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, MutableMapping

_LOGGER = logging.getLogger(__name__)
_VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
_PINGS = 3  # at least, in each of the watchdog's intervals
_STATUS_EVERY = 2.0  # seconds


class Notifier:
    """Tells systemd how this process is; nothing if it was not started by systemd.

    The variables are taken out of the environment, so that no child process speaks for this one.

    Args:
        environ: the environment.
    """

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        address, microseconds, pid = (environ.pop(name, "") for name in _VARIABLES)
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        is_meant = microseconds.isdecimal() and pid in {"", str(os.getpid())}
        self._interval = int(microseconds) / 1e6 if is_meant else 0.0  # seconds; 0 for no watchdog
        self._status = ""

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens."""
        return bool(self._address)

    def ready(self) -> None:
        """Tell that updates are received."""
        self._send("READY=1")

    def stopping(self) -> None:
        """Tell that this process is ending."""
        self._send("STOPPING=1")

    async def keep(self, is_alive: Callable[[], bool], status: Callable[[], Awaitable[str]]) -> None:
        """Ping while this process works, and tell its status when that changes, until cancelled.

        Args:
            is_alive: whether to ping.
            status: one line, for ``systemctl status``.
        """
        while self.is_heard:
            if self._interval and is_alive():
                self._send("WATCHDOG=1")
            said = await status()
            if said != self._status and self._send(f"STATUS={said}"):
                self._status = said
            await asyncio.sleep(min(self._interval / _PINGS or _STATUS_EVERY, _STATUS_EVERY))

    def _send(self, state: str) -> bool:
        """Send a state; return whether it was taken: a full queue refuses it."""
        if not self._address:
            return False
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending:
                sending.setblocking(False)  # noqa: FBT003 - as it is called
                sending.sendto(state.encode(), self._address)
        except OSError as error:
            _LOGGER.warning("systemd could not be told: %s", error.strerror or type(error).__name__)
            return False
        return True
