"""A registry that somebody else keeps: ``registry.mode = "http"`` (docs/registry.md).

A transaction never waits for the network. So a rule that needs an answer which is not there raises
``RegistryAnswerNeeded``; the caller asks the registry outside of the transaction, puts the answer here, and
runs the step again. What can do without an answer (``find_if_answering``) is run again also after a question
that failed. Answers are kept in memory, for some minutes: the truth is the registry's.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, TypeVar

from core.ports import Tx
from core.registry.lookup import ListedRegistry, RegistryVehicle, Unanswered

_Kept = TypeVar("_Kept")

MOST: Final = 10_000
"""Answers that are kept; the oldest are dropped."""

_WITHOUT_ANSWER: Final = 5.0
"""Seconds for which a question that failed is not asked again by what can do without an answer."""


class RegistryAnswerNeeded(Exception):
    """A step needs what the registry says of a vehicle: ask, and run the step again.

    Attributes:
        vin: the vehicle.
        may_fail: the step can be run again although the registry has not answered.
    """

    def __init__(self, vin: str, *, may_fail: bool = False) -> None:
        super().__init__()
        self.vin = vin
        self.may_fail = may_fail


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    vehicle: RegistryVehicle | None
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    since: datetime
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
        self._failures: OrderedDict[str, _Failure] = OrderedDict()
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

    def find_if_answering(self, tx: Tx, vin: str) -> RegistryVehicle | Unanswered | None:
        """Return what the registry says of a vehicle, or that it was just asked in vain.

        Raises:
            RegistryAnswerNeeded: it has not been asked lately.
        """
        try:
            return self.find(tx, vin)
        except RegistryAnswerNeeded:
            with self._lock:
                failed = self._failures.get(vin)
            if failed is None or failed.at + _WITHOUT_ANSWER <= self._now():
                raise RegistryAnswerNeeded(vin, may_fail=True) from None
            return Unanswered(since=failed.since)

    def put(self, vin: str, vehicle: RegistryVehicle | None) -> None:
        """Keep an answer; None: the registry does not know the vehicle."""
        with self._lock:
            self._failures.pop(vin, None)
            _keep(self._answers, vin, _Answer(vehicle=vehicle, at=self._now()))

    def mark_unanswered(self, vin: str, since: datetime) -> None:
        """Keep that a question was in vain, and since when the registry does not answer."""
        with self._lock:
            _keep(self._failures, vin, _Failure(since=since, at=self._now()))


def _keep(kept: OrderedDict[str, _Kept], vin: str, value: _Kept) -> None:
    kept[vin] = value
    kept.move_to_end(vin)
    while len(kept) > MOST:
        kept.popitem(last=False)
