"""Errors of a vehicle file as a whole; nothing of it is loaded."""

from dataclasses import dataclass

from core.errors.base import InputError


class TableError(InputError):
    """The file cannot be read as a table."""


class NotATable(TableError):
    """The file is neither CSV nor XLSX."""


class UnknownEncoding(TableError):
    """The text is neither UTF-8 nor GBK."""


class TableTooLarge(TableError):
    """The file decompresses to more than the limit."""


@dataclass(eq=False, repr=False, kw_only=True)
class StrayCells(TableTooLarge):
    """The cells are spread too far: a stray one lies far away from the others."""

    rows: int  # of the rectangle around all cells
    columns: int


class TableUnreadable(TableError):
    """Reading the file takes too much memory or time, or ends the process that reads it."""


class TableFileTooLarge(TableError):
    """The file exceeds ``most_bytes`` bytes, the most that a bot can download."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self.most_bytes = most_bytes


class TableEmpty(TableError):
    """There is no row below the first line."""


@dataclass(eq=False, repr=False, kw_only=True)
class WrongColumns(TableError):
    """No line at the start of the file names the four columns.

    The line that comes nearest misses some, names some twice, or has others; empty if none comes near.
    """

    missing: tuple[str, ...] = ()  # of the four columns
    doubled: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  # as they are written in the file

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the fields when the error comes from the process that reads the file."""
        return _wrong_columns, (self.missing, self.doubled, self.unknown)


def _wrong_columns(
    missing: tuple[str, ...], doubled: tuple[str, ...], unknown: tuple[str, ...]
) -> WrongColumns:
    return WrongColumns(missing=missing, doubled=doubled, unknown=unknown)


class RegistrationColumnsMissing(TableError):
    """No line at the start of a file from a registration system names both of its columns once."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(missing)
        self.missing = missing  # of "plate" and "vin"


class RegistrationRowsTooMany(TableError):
    """Such a file has more than ``most`` rows."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most
