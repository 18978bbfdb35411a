"""Short lists of the desk as spreadsheets, built after the step from rows that it has read anyway."""

from collections.abc import Sequence

from bot.dialog.context import Context
from bot.dialog.effects import SendFile
from bot.spreadsheets import Cell, Table, workbook
from core.people.admins import EVERYWHERE


def record_export(ctx: Context, name: str, office: str = EVERYWHERE) -> None:
    """Record in the audit log that this chat exports a list, of one office or of several."""
    ctx.core.lookups.exported(ctx.tx, ctx.actor, name, office)


def sheet(name: str, title: str, columns: str, rows: Sequence[Sequence[Cell]]) -> SendFile:
    """Return the effect that sends a list.

    Args:
        name: file name without extension.
        title: title of the list.
        columns: headings, separated by ``|``.
        rows: the list; short enough to be held in memory.
    """
    table = Table(title=title, columns=tuple(columns.split("|")), rows=rows)
    return SendFile(
        name=f"{name}.xlsx", caption=title, read=lambda _tx: table, make=lambda made: workbook([made])
    )
