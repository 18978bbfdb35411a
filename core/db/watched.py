"""A store that reports its failures: for metrics, and to end a process whose database is corrupt."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from core.errors.store import StoreClosed, StoreConstraintError, StoreError
from core.ports import Listening, Store, Tx

P = ParamSpec("P")
T = TypeVar("T")

_OF_A_RULE = (StoreConstraintError, StoreClosed)
"""Not failures: a constraint has held, or the program ends."""


class WatchedStore:
    """The port ``Store`` around another one.

    Args:
        store: the database.
        on_error: is called with each failure of the database.
    """

    def __init__(self, store: Store, on_error: Callable[[StoreError], None]) -> None:
        self._store = store
        self._on_error = on_error

    async def run(self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function in a transaction; as the port."""
        try:
            return await self._store.run(function, *args, **kwargs)
        except StoreError as error:
            self._report(error)
            raise

    async def run_for(
        self, caller: int, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function in a transaction, for a chat; as the port."""
        try:
            return await self._store.run_for(caller, function, *args, **kwargs)
        except StoreError as error:
            self._report(error)
            raise

    async def read(
        self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a read-only function; as the port."""
        try:
            return await self._store.read(function, *args, **kwargs)
        except StoreError as error:
            self._report(error)
            raise

    async def close(self) -> None:
        await self._store.close()

    def _report(self, error: StoreError) -> None:
        if not isinstance(error, _OF_A_RULE):
            self._on_error(error)


class _WatchedListeningStore(WatchedStore):
    def __init__(self, store: Store, listening: Listening, on_error: Callable[[StoreError], None]) -> None:
        super().__init__(store, on_error)
        self._listening = listening

    async def listen(self, hear: Callable[[str], None]) -> None:
        await self._listening.listen(hear)


def watched(store: Store, on_error: Callable[[StoreError], None]) -> WatchedStore:
    """Return a store that reports its failures, and can do what the other one can."""
    if isinstance(store, Listening):
        return _WatchedListeningStore(store, store, on_error)
    return WatchedStore(store, on_error)
