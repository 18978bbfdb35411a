"""What moving needs of a database, whatever its engine."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

Cells = tuple[Any, ...]
"""A row: integers, texts, bytes and None, in the order of its columns."""

Columns = Mapping[str, tuple[str, ...]]
"""The columns of each table, in alphabetical order; the tables in the order in which they are filled."""

OWN: Final = ("schema_migration", "checksum")
"""The column that is not moved: the migrations have other texts on the other engine."""


class Side(Protocol):
    """One of the two databases, inside its transaction."""

    @property
    def shown(self) -> str:
        """The path or the URL, without a password."""
        ...

    def columns(self) -> Columns:
        """Return the tables with their columns, except ``OWN``."""
        ...

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        ...

    def rows(self, table: str, columns: tuple[str, ...]) -> Iterator[Cells]:
        """Read a table, in any order."""
        ...

    def fill(self, table: str, columns: tuple[str, ...], rows: Iterable[Cells]) -> None:
        """Write rows into an empty table, without its triggers.

        Raises:
            MoveTextRefused: the engine cannot store a text.
        """
        ...
