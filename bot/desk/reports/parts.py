"""Shared parts of the reports: choice of an office, lists as spreadsheets."""

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
from core.errors.desk import NotYourOffice
from core.people.admins import Permission
from core.ports import Tx
from core.values.offices import Office

_OFFICES_A_PAGE = 20


def home_row() -> tuple[Button, ...]:
    return (Button(label=formatting.HOME(), action=ActionName.HOME),)


def offices_of(ctx: Context, permission: Permission) -> list[Office]:
    """Return the offices where this chat has the permission.

    Raises:
        NotPermitted: there is none.
        NotYourOffice: none of them is served here.
    """
    ctx.admin.require(permission)
    served = ctx.core.offices
    found = [served[code] for code in ctx.admin.offices(permission, served)]
    if not found:
        raise NotYourOffice
    return found


def office_asked(ctx: Context, command: str, permission: Permission, arguments: str) -> Office | None:
    """Return the office in the arguments, or the only one to choose; None if there are several.

    Raises:
        Usage: there is more than one argument.
        OfficeUnknown, NotYourOffice: the office is not one of this admin's.
    """
    words = arguments.split()
    if len(words) > 1:
        raise Usage(command)
    if words:
        return ctx.desk_office(words[0], permission)
    own = offices_of(ctx, permission)
    return own[0] if len(own) == 1 else None


def choice(ctx: Context, permission: Permission, *first: Button) -> View:
    """Return the admin's offices as buttons, with ``first`` before them."""
    buttons = [
        Button(label=formatting.office_title(office), action=ActionName.OFFICE, arg=office.code)
        for office in offices_of(ctx, permission)
    ]
    page, turns = page_of(buttons, number(ctx, "page"), _OFFICES_A_PAGE)
    rows = (*in_columns((*first, *page), 2), *([tuple(turns)] if turns else []), home_row())
    return View(text=report_texts.CHOOSE(), rows=rows)


def number(ctx: Context, name: str) -> int:
    """Return a numeric argument of the screen; 0 if it is missing."""
    written = ctx.arg(name)
    return int(written) if written.isdecimal() else 0


def columns(words: str) -> tuple[str, ...]:
    """Split the column headings, which are one text."""
    return tuple(words.split("|"))


def sheet(
    name: str, caption: str, read: Callable[[Tx], object], tables: Callable[[object], Sequence[Table]]
) -> Goto:
    """Return a step that sends a spreadsheet: read from a snapshot, rendered in a thread."""

    def make(found: object) -> bytes:
        return workbook(tables(found))

    effect = SendFile(name=name, caption=caption, read=read, make=make)
    return stay(note=report_texts.MAKING(), effects=(effect,))
