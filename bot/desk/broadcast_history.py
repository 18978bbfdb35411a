"""The history of /broadcast: who sent what, when, to whom, and how many it has reached."""

from functools import partial

from bot.desk.confirmation import GONE
from bot.desk.reports.parts import home_row, number
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.texts.desk import broadcasts as texts
from core.errors.desk import NothingKnown
from core.notifications import broadcasts
from core.notifications.broadcasts import ALL_OFFICES, PastBroadcast
from core.people.admins import Permission
from core.people.scope import Scope, scope_of

_A_PAGE = 6


def to_history(ctx: Context, office: str, page: str = "0") -> Goto:
    """Go to the broadcasts of an office, or of all offices where this chat may send them.

    Raises:
        NotPermitted, NotYourOffice: this chat may not send them there.
    """
    ctx.admin.require(Permission.BROADCAST, office if office != ALL_OFFICES else None)
    return Goto(screen=ScreenName.DESK_BROADCASTS, args={"at": office, "page": page})


def _scope(ctx: Context) -> Scope:
    office = ctx.arg("at")
    if office == ALL_OFFICES:
        return scope_of(ctx.admin, Permission.BROADCAST, ctx.core.offices)
    ctx.admin.require(Permission.BROADCAST, office)
    return Scope(offices=(office,))


def _show(ctx: Context) -> View:
    scope, page = _scope(ctx), number(ctx, "page")
    read = partial(
        broadcasts.history,
        offices=scope.offices,
        everywhere=scope.everywhere,
        skip=page * _A_PAGE,
        limit=_A_PAGE + 1,
    )
    found: list[PastBroadcast] = ctx.read_snapshot(f"{ScreenName.DESK_BROADCASTS}:{scope}:{page}", read)
    shown = found[:_A_PAGE]
    opening = [
        Button(label=f"#{broadcast_id}", action=ActionName.OPEN, arg=str(broadcast_id))
        for broadcast_id in (one.broadcast.broadcast_id for one in shown)
    ]
    turns = [
        *([Button(label="‹", action=ActionName.PAGE, arg=str(page - 1))] if page else []),
        *([Button(label="›", action=ActionName.PAGE, arg=str(page + 1))] if len(found) > _A_PAGE else []),
    ]
    return View(
        text=texts.history(shown, ctx.arg("at"), ctx.tx.now),
        rows=(*in_columns(opening, 3), *([tuple(turns)] if turns else []), home_row()),
    )


def _open(_ctx: Context, broadcast: str) -> Goto:
    if not broadcast.isdecimal():
        raise NothingKnown
    return Goto(screen=ScreenName.DESK_BROADCAST, args={"id": int(broadcast)})


HISTORY = Screen(
    name=ScreenName.DESK_BROADCASTS,
    show=_show,
    buttons={
        ActionName.OPEN: _open,
        ActionName.PAGE: lambda ctx, page: to_history(ctx, ctx.arg("at"), page),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)
