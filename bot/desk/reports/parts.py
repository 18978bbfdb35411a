"""What the reports have in common: choosing an office, lists as spreadsheets."""

from collections.abc import Callable, Sequence

from bot.dialog.context import Context
from bot.dialog.effects import SendFile
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName
from bot.dialog.screen import Goto, stay
from bot.dialog.view import Button, View
from bot.errors.commands import Usage
from bot.i18n import formatting
from bot.spreadsheets import Table, workbook
from bot.texts.desk.reports import parts as report_texts
from core.errors import NotYourOffice
from core.people.admins import Permission
from core.ports import Tx
from core.values.offices import Office

_OFFICES_A_PAGE = 20


def home_row() -> tuple[Button, ...]:
    """Return the row that leads home."""
    return (Button(label=formatting.HOME(), action=ActionName.HOME),)


def offices_of(ctx: Context, permission: Permission) -> list[Office]:
    """Return the offices at which this chat may do something.

    Raises:
        NotYourDuty: it may not at all.
        NotYourOffice: none that is served here.
    """
    ctx.admin.require(permission)
    served = ctx.core.offices
    found = [served[code] for code in ctx.admin.offices(permission, served)]
    if not found:
        raise NotYourOffice
    return found


def office_asked(ctx: Context, command: str, permission: Permission, arguments: str) -> Office | None:
    """Return the office that stands behind a command, or the only one there is to choose; None for neither.

    Raises:
        Usage: there is more than an office.
        OfficeUnknown, NotYourOffice: it is none of theirs.
    """
    words = arguments.split()
    if len(words) > 1:
        raise Usage(command)
    if words:
        return ctx.desk_office(words[0], permission)
    own = offices_of(ctx, permission)
    return own[0] if len(own) == 1 else None


def choice(ctx: Context, permission: Permission, *first: Button) -> View:
    """Return the list of one's offices as buttons, ``first`` before them."""
    buttons = [
        Button(label=formatting.office_title(office), action=ActionName.OFFICE, arg=office.code)
        for office in offices_of(ctx, permission)
    ]
    page, turns = page_of(buttons, number(ctx, "page"), _OFFICES_A_PAGE)
    rows = (*in_columns((*first, *page), 2), *([tuple(turns)] if turns else []), home_row())
    return View(text=report_texts.CHOOSE(), rows=rows)


def number(ctx: Context, name: str, otherwise: int = 0) -> int:
    """Return a screen's argument that is a number."""
    written = ctx.arg(name)
    return int(written) if written.isdecimal() else otherwise


def columns(words: str) -> tuple[str, ...]:
    """Return the heads of a table, which the words have in one line."""
    return tuple(words.split("|"))


def sheet(
    name: str, caption: str, read: Callable[[Tx], object], tables: Callable[[object], Sequence[Table]]
) -> Goto:
    """Return what sends a spreadsheet: read from a snapshot, made in a thread."""

    def make(found: object) -> bytes:
        return workbook(tables(found))

    effect = SendFile(name=name, caption=caption, read=read, make=make)
    return stay(note=report_texts.MAKING(), effects=(effect,))
