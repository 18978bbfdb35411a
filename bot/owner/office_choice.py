"""Which office a page is about, and the buttons that choose another."""

from collections.abc import Iterable, Sequence

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName
from bot.dialog.view import Button
from bot.i18n import formatting
from core.values.offices import Office

_A_PAGE = 16

Row = tuple[Button, ...]


def shown_office(ctx: Context) -> Office:
    """Return the office in the page's arguments, else the owner's own, if it is served, else the first."""
    own = ctx.account_or_none.office if ctx.account_or_none else None
    default = own if own is not None and own in ctx.core.offices else next(iter(ctx.core.offices))
    return ctx.office_of(ctx.arg("office") or default)


def office_rows(ctx: Context, offices: Iterable[Office], action: ActionName) -> tuple[Row, ...]:
    """Return a page of offices as buttons, and the buttons that turn the page."""
    return paged(
        ctx,
        [Button(label=formatting.office_title(office), action=action, arg=office.code) for office in offices],
    )


def paged(ctx: Context, offices: Sequence[Button]) -> tuple[Row, ...]:
    """Return the page in the arguments of buttons of offices, and the buttons that turn it."""
    page, turns = page_of(offices, int(ctx.arg("page") or 0), _A_PAGE)
    return (*in_columns(page, 2), *((tuple(turns),) if turns else ()))
