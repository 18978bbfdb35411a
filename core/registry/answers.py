"""A registry that somebody else keeps: ``registry.mode = "http"`` (docs/registry.md).

A transaction never waits for the network. So a rule that needs an answer which is not there raises
``RegistryAnswerNeeded``; the caller asks the registry outside of the transaction, puts the answer here, and
runs the step again. Answers are kept in memory, for some minutes: the truth is the registry's.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Final

from core.ports import Tx
from core.registry.lookup import ListedRegistry, RegistryVehicle

MOST: Final = 10_000
"""Answers that are kept; the oldest are dropped."""


class RegistryAnswerNeeded(Exception):
    """A step needs what the registry says of a vehicle: ask, and run the step again."""

    def __init__(self, vin: str) -> None:
        super().__init__()
        self.vin = vin


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    vehicle: RegistryVehicle | None
    at: float


class AnsweredRegistry(ListedRegistry):
    """Knows the vehicles that were asked for recently.

    Args:
        fresh: for how long an answer counts.
        now: a monotonic clock, in seconds: no clock that is put back makes an answer last.
    """

    def __init__(self, fresh: timedelta, now: Callable[[], float] = time.monotonic) -> None:
        self._fresh = fresh.total_seconds()
        self._now = now
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._lock = Lock()  # transactions run in other threads than the answers come in

    def find(self, tx: Tx, vin: str) -> RegistryVehicle | None:  # noqa: ARG002 - nothing of it is in the database
        """Return what the registry says of a vehicle.

        Raises:
            RegistryAnswerNeeded: it has not been asked lately.
        """
        with self._lock:
            known = self._answers.get(vin)
        if known is None or known.at + self._fresh <= self._now():
            raise RegistryAnswerNeeded(vin)
        return known.vehicle

    def put(self, vin: str, vehicle: RegistryVehicle | None) -> None:
        """Keep an answer; None: the registry does not know the vehicle."""
        with self._lock:
            self._answers[vin] = _Answer(vehicle=vehicle, at=self._now())
            self._answers.move_to_end(vin)
            while len(self._answers) > MOST:
                self._answers.popitem(last=False)
