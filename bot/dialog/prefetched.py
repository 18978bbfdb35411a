"""Data that a step needs from outside its transaction; the step is rerun with it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.bot_api.parking import parked
from bot.dialog.rehearsal import RehearsalRunNeeded, RunResult, run_on_rehearsal_thread
from bot.public_journal.checks import CheckNeeded, PoolCheck
from core.errors.registry import RegistryUnavailable
from core.ports import Store, Tx
from core.registry.answers import RegistryAnswerNeeded
from core.snapshots import NO_SNAPSHOTS, SnapshotNeeded, Snapshots

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefetched:
    """Empty at first; each rerun adds the data that the step asked for."""

    snapshots: Snapshots = NO_SNAPSHOTS  # requested with SnapshotNeeded
    run_result: RunResult | None = None  # requested with RehearsalRunNeeded


class Prefetcher:
    """Runs steps, and gets what they ask for.

    Args:
        store: the database.
        look_up: asks the vehicle registry about a VIN.
        check: checks the public journal of a pool.
    """

    def __init__(
        self,
        store: Store,
        look_up: Callable[[str], Awaitable[None]],
        check: Callable[[CheckNeeded], Awaitable[PoolCheck]],
    ) -> None:
        self._store = store
        self._ask_registry = look_up
        self._check = check

    async def run(self, chat_id: int, step: Callable[[Tx, Prefetched], T]) -> T:
        """Run a step in a transaction; rerun it for as long as it asks for data from outside of it."""
        prefetched = Prefetched()
        while True:
            try:
                return await self._store.run_for(chat_id, step, prefetched)
            except SnapshotNeeded as needed:
                snapshots = prefetched.snapshots.having(needed.key, await self._store.read(needed.read))
                prefetched = replace(prefetched, snapshots=snapshots)
            except CheckNeeded as needed:
                async with parked():  # a long journal takes minutes
                    outcome = await self._check(needed)
                snapshots = prefetched.snapshots.having(needed.wanted.key, outcome)
                prefetched = replace(prefetched, snapshots=snapshots)
            except RegistryAnswerNeeded as needed:
                async with parked():  # another service, which may be slow
                    await self._look_up(needed)
            except RehearsalRunNeeded as needed:
                async with parked():  # one thread for all rehearsals
                    run_result = await run_on_rehearsal_thread(needed.run)
                prefetched = replace(prefetched, run_result=run_result)

    async def _look_up(self, needed: RegistryAnswerNeeded) -> None:
        """Ask the registry; what can do without its answer goes on also if there is none.

        Raises:
            RegistryUnavailable: it does not answer, and the step needs it.
        """
        try:
            await self._ask_registry(needed.vin)
        except RegistryUnavailable:
            if not needed.may_fail:
                raise
