"""What a step asked for and was given: made ready beside the transaction, which is then run again with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.dialog.rehearsal import RunResult
from core.pool.free_list import FreeList


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefetched:
    """Nothing at first; each time that something is asked for there is more."""

    free: FreeList | None = None  # for FreeListWanted
    snapshots: Mapping[str, object] = field(default_factory=dict)  # for SnapshotNeeded, by key
    run_result: RunResult | None = None  # for RehearsalRunNeeded
