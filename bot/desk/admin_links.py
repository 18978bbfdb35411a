"""One-time links made at the desk: the list of those that can still be used, and making and revoking them."""

from bot.bot_api.deep_links import invitation_link, invitation_payload
from bot.desk.confirmation import GONE, WITHDRAWN
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.texts.desk import parts
from bot.texts.desk import staff as texts
from core.people.admins import Permission, Role, RoleAssignment

_A_PAGE = 12


def _post(ctx: Context) -> RoleAssignment:
    return RoleAssignment(role=Role(ctx.arg("role")), office=ctx.arg("at"))


def _ask(ctx: Context) -> View:
    ctx.admin.require_to_manage(_post(ctx))
    buttons = (
        Button(label=texts.MAKE_LINK(), action=ActionName.DO, style=Style.PRIMARY),
        Button(label=parts.KEEP(), action=ActionName.CANCEL),
    )
    return View(text=texts.link_question(_post(ctx)), rows=(buttons,))


def _make(ctx: Context, _arg: str) -> Goto:
    assignment = _post(ctx)
    ctx.admin.require_to_manage(assignment)
    token, username = ctx.core.invitations.make(ctx.tx, assignment, ctx.actor), ctx.bot_username()
    link = invitation_link(username, token) if username else f"/start {invitation_payload(token)}"
    # Only in the note: what a screen is made of is stored, and the token must not be.
    return Goto(screen=ScreenName.DESK_ADMIN_LINKS, note=texts.link_made(assignment, link), sticky=True)


def _show(ctx: Context) -> View:
    ctx.admin.require(Permission.ADMINS)
    found = [one for one in ctx.core.invitations.open(ctx.tx) if ctx.admin.may_manage(one.assignment)]
    page, turns = page_of(list(enumerate(found, 1)), int(ctx.arg("page") or 0), _A_PAGE)
    revoking = [
        Button(label=texts.revoke_label(number), action=ActionName.DROP, arg=one.name, style=Style.DANGER)
        for number, one in page
    ]
    back = (
        Button(label=formatting.BACK(), action=ActionName.BACK),
        Button(label=formatting.HOME(), action=ActionName.HOME),
    )
    rows = (*in_columns(revoking, 3), *((tuple(turns),) if turns else ()), back)
    return View(text=texts.links(page), rows=rows)


def _revoke(ctx: Context, name: str) -> Goto:
    """Revoke a link at once: another one can be made."""
    ctx.admin.require_to_manage(ctx.core.invitations.find(ctx.tx, name).assignment)
    ctx.core.invitations.revoke(ctx.tx, name, ctx.actor)
    return Goto(screen=ScreenName.DESK_ADMIN_LINKS, note=texts.LINK_REVOKED(), sticky=True)


LINK = Screen(
    name=ScreenName.DESK_ADMIN_LINK,
    show=_ask,
    buttons={
        ActionName.DO: _make,
        ActionName.CANCEL: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_ADMINS, note=parts.CANCELLED()),
    },
    hint=formatting.PRESS_HINT,
    errors=WITHDRAWN,
)
LINKS = Screen(
    name=ScreenName.DESK_ADMIN_LINKS,
    show=_show,
    buttons={
        ActionName.DROP: _revoke,
        ActionName.PAGE: lambda _ctx, page: Goto(screen=ScreenName.DESK_ADMIN_LINKS, args={"page": page}),
        ActionName.BACK: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_ADMINS),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)
