"""The screen for banned owners: the reason, the end of the ban, how to object."""

from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.texts import notifications as notices
from bot.texts.owner import home
from core.people.blacklist import running


def _show(ctx: Context) -> View | Goto:
    ban = running(ctx.tx, ctx.account.identity_hash)
    if ban is None:
        return Goto(screen=ScreenName.HOME)
    office = ctx.core.offices.get(ban.office) or ctx.core.offices.get(ctx.account.office or "")
    return View(
        text=notices.banned(ban.until, ban.reason, office),
        rows=(
            (
                Button(label=home.MINE(), action=ActionName.MINE),
                Button(label=formatting.HOME(), action=ActionName.HOME),
            ),
        ),
        redraw_at=ban.until,
    )


BANNED = Screen(
    name=ScreenName.BANNED,
    show=_show,
    buttons={
        ActionName.MINE: lambda _ctx, _arg: Goto(screen=ScreenName.MINE),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)
