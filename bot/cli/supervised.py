"""A worker's end of the link to its supervisor: a socket pair, which the kernel closes when either dies.

worker → supervisor    NAME         it handles updates
supervisor → worker    dead NAME    another worker of this host has died: what it held is free
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine
from typing import Any

_LOGGER = logging.getLogger("xuanhao")


def passed_on(descriptor: int) -> socket.socket:
    """Return a socket that the supervisor has passed on; children of this worker must not keep it open."""
    received = socket.socket(fileno=descriptor)
    received.set_inheritable(False)
    return received


class Link:
    """Tells the supervisor that this worker is ready, and notices when the supervisor is gone.

    Args:
        descriptor: of the socket that the supervisor has passed on.
    """

    def __init__(self, descriptor: int) -> None:
        self._socket = passed_on(descriptor)
        self._socket.setblocking(False)  # noqa: FBT003 - as it is called
        self._on_death: Callable[[str], None] = lambda _worker: None

    def tell_ready(self, worker: str, on_death: Callable[[str], None]) -> None:
        """Tell the supervisor this worker's name: it handles updates.

        Args:
            worker: its name.
            on_death: is called with the name of another worker that has died.
        """
        self._on_death = on_death
        self._socket.send(f"{worker}\n".encode())

    async def while_supervised(self, work: Coroutine[Any, Any, None]) -> None:
        """Run some work until it ends, or until the supervisor is gone."""
        tasks = [asyncio.ensure_future(work), asyncio.ensure_future(self._hear())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not tasks[0].done():
                _LOGGER.error("the supervisor is gone: this worker stops")
                tasks[0].cancel()
            await tasks[0]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self) -> None:
        """Hear of deaths until the supervisor is gone."""
        loop, received = asyncio.get_running_loop(), b""
        while some := await loop.sock_recv(self._socket, 4096):
            *lines, received = (received + some).split(b"\n")
            for line in lines:
                self._on_death(line.decode().removeprefix("dead "))
