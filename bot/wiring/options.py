"""Options of the program that are no settings."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.bot_api.rate_limits import Limits, Rate
from bot.inbox import new_worker_name
from bot.monitoring.health import Health

UNHURRIED = Limits(chat=Rate(per_second=1000.0, burst=1000))
"""Limits for a self-hosted Bot API server, which has no per-chat limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options that are not part of the settings: for tests, the demo, and workers that a supervisor starts.

    Attributes:
        limits: of the rate limiter.
        long_poll: seconds.
        listening: the socket on which the webhook is called; None: one of this process alone.
        replaces: the name of a worker that is certainly dead.
        remove_webhook: whether a webhook of another program is removed before polling.
        on_ready: is called when this worker handles updates, with its name and with what is to be called with
            the name of another one that has died.
        worker: this worker's name.
        monitoring: the socket of the endpoint; None: one of this process alone.
        health: what is known of this process.
    """

    limits: Limits | None = None
    long_poll: int = 50
    listening: socket.socket | None = None
    replaces: str | None = None
    remove_webhook: bool = False
    on_ready: Callable[[str, Callable[[str], None]], None] = lambda _worker, _on_death: None
    worker: str = field(default_factory=new_worker_name)
    monitoring: socket.socket | None = None
    health: Health = field(default_factory=Health)
