"""Where updates come from: the leader polls, or every worker receives what the webhook is called with."""

import socket
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from bot.inbox.poller import Poller
from bot.inbox.webhook import WebhookServer
from bot.inbox.workers import Workers


class Receiving(Protocol):
    """A way of receiving updates."""

    async def start(self, stack: AsyncExitStack) -> None:
        """Begin to receive, as far as this does not need the lead; the stack ends it."""
        ...

    async def run(self) -> None:
        """Receive until cancelled."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why nothing is received, although this worker should; None if nothing is wrong."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPolling:
    """Long polling by the leader; the other workers handle what it stores for them."""

    workers: Workers
    poller: Poller
    before: Callable[[], Coroutine[Any, Any, None]]  # each time that this worker begins to poll

    async def start(self, stack: AsyncExitStack) -> None:
        """Do nothing: only the leader may poll."""

    async def run(self) -> None:
        """Poll while this worker leads, until cancelled."""
        await self.workers.while_leading(self._poll)

    @property
    def trouble(self) -> str | None:
        """Why polling fails; None while it works, or this worker stands by."""
        return self.poller.trouble if self.workers.leads else None

    async def _poll(self) -> None:
        await self.before()
        await self.poller.run()


@dataclass(frozen=True, slots=True, kw_only=True)
class ByWebhook:
    """Webhook mode: each worker accepts updates, and the leader keeps the webhook set."""

    workers: Workers
    server: WebhookServer
    listening: Callable[[], socket.socket]  # raises CannotListenError
    keep: Callable[[], Coroutine[Any, Any, None]]

    async def start(self, stack: AsyncExitStack) -> None:
        """Accept updates."""
        await self.server.start(self.listening())
        stack.push_async_callback(self.server.stop)

    async def run(self) -> None:
        """Keep the webhook set while this worker leads, until cancelled."""
        await self.workers.while_leading(self.keep)

    @property
    def trouble(self) -> str | None:
        """Whether the port of the webhook is listened on."""
        return None if self.server.is_listening else "nothing listens for the webhook"
