"""A worker's end of the link to its supervisor: a socket pair, which the kernel closes when either dies.

worker → supervisor    NAME         it handles updates
worker → supervisor    alive        every few seconds, while it works
supervisor → worker    dead NAME    another worker of this host has died: what it held is free
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Coroutine
from typing import Any

_LOGGER = logging.getLogger("xuanhao")

ALIVE_EVERY = 5.0  # seconds


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
        self._is_ready = False
        self._on_death: Callable[[str], None] = lambda _worker: None

    def tell_ready(self, worker: str, on_death: Callable[[str], None]) -> None:
        """Tell the supervisor this worker's name: it handles updates.

        Args:
            worker: its name.
            on_death: is called with the name of another worker that has died.
        """
        self._on_death = on_death
        self._is_ready = True
        self._socket.send(f"{worker}\n".encode())

    async def while_supervised(self, work: Coroutine[Any, Any, None], is_alive: Callable[[], bool]) -> None:
        """Run some work until it ends, or until the supervisor is gone.

        Args:
            work: what is run.
            is_alive: whether this process works; if not, the supervisor restarts it.
        """
        tasks = [asyncio.ensure_future(each) for each in (work, self._hear(), self._say_while(is_alive))]
        try:
            await asyncio.wait(tasks[:2], return_when=asyncio.FIRST_COMPLETED)
            if not tasks[0].done():
                _LOGGER.error("the supervisor is gone: this worker stops")
                tasks[0].cancel()
            await tasks[0]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _say_while(self, is_alive: Callable[[], bool]) -> None:
        while True:
            await asyncio.sleep(ALIVE_EVERY)
            if is_alive() and self._is_ready:
                with contextlib.suppress(OSError):  # the supervisor is gone, which is noticed elsewhere
                    self._socket.send(b"alive\n")

    async def _hear(self) -> None:
        """Hear of deaths until the supervisor is gone."""
        loop, received = asyncio.get_running_loop(), b""
        while some := await loop.sock_recv(self._socket, 4096):
            *lines, received = (received + some).split(b"\n")
            for line in lines:
                self._on_death(line.decode().removeprefix("dead "))
