"""What a step needs that is read or computed outside its transaction, which is then run again with it."""

from dataclasses import dataclass

from bot.dialog.rehearsal import RunResult
from core.snapshots import NO_SNAPSHOTS, Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefetched:
    """Empty at first; each rerun of the step adds what it asked for."""

    snapshots: Snapshots = NO_SNAPSHOTS  # for SnapshotNeeded
    run_result: RunResult | None = None  # for RehearsalRunNeeded
