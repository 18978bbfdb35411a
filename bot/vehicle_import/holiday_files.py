"""Reads a table of holidays, CSV or XLSX, in a child process, in which a file can do no harm."""

from itertools import islice

from bot.errors.tables import TableUnreadable
from bot.isolation.child import ChildLimits
from bot.isolation.runner import ChildFailedError, run_isolated
from bot.vehicle_import.tables import rows_of
from bot.vehicle_import.workbooks import text_of

MOST_BYTES = 1_000_000
MOST_ROWS = 800
"""A year's days, twice."""
LIMITS = ChildLimits(memory=500_000_000, cpu_seconds=20, seconds=60)


async def read_holiday_lines(content: bytes) -> str:
    """Return the rows of a table as lines, cells apart by spaces.

    Raises:
        TableError: it is no table.
        TableUnreadable: the child process ended or exceeded its limits.
    """
    try:
        lines: list[str] = await run_isolated(lines_of, content, limits=LIMITS)
    except ChildFailedError:
        raise TableUnreadable from None
    return "\n".join(lines)


def lines_of(content: bytes) -> list[str]:
    """Return the rows of a table as lines: this runs in the child."""
    rows = islice(rows_of(content).rows, MOST_ROWS)
    return [" ".join(map(text_of, row)) for row in rows]
