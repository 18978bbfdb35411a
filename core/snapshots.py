"""Values that a transaction needs but that take too long to read inside it: read before, on a snapshot.

A function that needs such a value raises ``SnapshotNeeded``. The caller runs ``read`` on a snapshot,
outside the write transaction, and then runs the function again with the value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.ports import Tx


class SnapshotNeeded(Exception):
    """A value has to be read outside the transaction: run again with what ``read`` returns."""

    def __init__(self, key: str, read: Callable[[Tx], object]) -> None:
        super().__init__()
        self.key = key
        self.read = read


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Values that were read for a transaction outside it, by key."""

    values: Mapping[str, object] = field(default_factory=dict)

    def read(self, key: str, read: Callable[[Tx], Any]) -> Any:  # noqa: ANN401 - whatever ``read`` returns
        """Return what ``read`` found on a snapshot.

        Args:
            key: distinguishes this value from all others that the same transaction may need.
            read: reads the value; it must not write.

        Raises:
            SnapshotNeeded: it has not been read yet.
        """
        if key not in self.values:
            raise SnapshotNeeded(key, read)
        return self.values[key]

    def having(self, key: str, value: object) -> "Snapshots":
        return Snapshots({**self.values, key: value})


NO_SNAPSHOTS = Snapshots()
