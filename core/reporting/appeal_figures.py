"""What happened to appeals in a span: how many waited, came, were decided or withdrawn, and wait.

An approval that was taken back leaves no trace here: the appeal counts as having waited all the time.
"""

import statistics
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from core.appeals import AppealState
from core.clock import to_millis
from core.people.scope import Scope
from core.ports import Tx
from core.reporting.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealFigures:
    """The appeals of a span: ``waited`` and ``came`` are the sum of all that follows."""

    waited: int = 0  # at its start
    came: int = 0
    approved: int = 0
    rejected: int = 0
    withdrawn: int = 0
    waiting: int = 0  # at its end
    median: timedelta | None = None  # from submission to decision, of those decided in the span


def appeal_figures(tx: Tx, scope: Scope, span: Span) -> AppealFigures:
    since, until = to_millis(span.since), to_millis(span.until)
    counted: Counter[str] = Counter()
    times = []
    for row in tx.all("statistics.appeals", since=since, until=until, **scope.values):
        counted["waited" if row["submitted_at"] < since else "came"] += 1
        if row["ended_at"] is None or row["ended_at"] >= until:
            counted["waiting"] += 1
            continue
        counted[row["state"]] += 1
        if row["state"] != AppealState.WITHDRAWN:
            times.append(row["ended_at"] - row["submitted_at"])
    median = timedelta(milliseconds=statistics.median(times)) if times else None
    return AppealFigures(median=median, **counted)
