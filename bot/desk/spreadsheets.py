"""Short lists of the desk as spreadsheets: what a step has read anyway, made into a file after it."""

from collections.abc import Sequence

from bot.dialog.effects import SendFile
from bot.spreadsheets import Cell, Table, workbook


def sheet(name: str, title: str, columns: str, rows: Sequence[Sequence[Cell]]) -> SendFile:
    """Return the sending of a list.

    Args:
        name: of the file, without its ending.
        title: of the list.
        columns: their heads, with a bar between each two.
        rows: the list; short enough to be held.
    """
    table = Table(title=title, columns=tuple(columns.split("|")), rows=rows)
    return SendFile(
        name=f"{name}.xlsx", caption=title, read=lambda _tx: table, make=lambda made: workbook([made])
    )
