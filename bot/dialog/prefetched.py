"""Data that a step needs from outside its transaction; the step is rerun with it."""

from dataclasses import dataclass

from bot.dialog.rehearsal import RunResult
from core.snapshots import NO_SNAPSHOTS, Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefetched:
    """Empty at first; each rerun adds the data that the step asked for."""

    snapshots: Snapshots = NO_SNAPSHOTS  # requested with SnapshotNeeded
    run_result: RunResult | None = None  # requested with RehearsalRunNeeded
