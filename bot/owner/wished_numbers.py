"""Wished numbers (心愿号): the list, adding by typing, removing (docs/domain.md, section 15)."""

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.owner.office_choice import shown_office
from bot.texts.owner import wished as texts
from core.errors.accounts import NotRegistered
from core.notifications import wished
from core.notifications.wished import WishedNumber
from core.pool.number_status import first_opening
from core.pool.segments import Segment
from core.values.wished_numbers import parse_wished


def to_page(ctx: Context, _arg: str = "") -> Goto:
    """Lead a registered owner to their wishes.

    Raises:
        NotRegistered: the chat has no registered account.
    """
    if not ctx.account.is_registered:
        raise NotRegistered
    return Goto(screen=ScreenName.WISHED, args={"office": ctx.arg("office")})


def _opening(ctx: Context, wish: WishedNumber) -> Segment | None:
    office = ctx.core.offices.get(wish.office)
    return None if office is None else first_opening(ctx.tx, office, wish.kind, wish.pattern)


def _show(ctx: Context) -> View | Goto:
    if ctx.account_or_none is None:
        return Goto(screen=ScreenName.NOTIFY)
    wishes = wished.of_account(ctx.tx, ctx.account.account_id)
    buttons = [
        Button(label=texts.remove_label(wish), action=ActionName.REMOVE, arg=str(wish.slot))
        for wish in wishes
    ]
    return View(
        text=texts.page(shown_office(ctx), [(wish, _opening(ctx, wish)) for wish in wishes], ctx.tx.now),
        rows=(
            *in_columns(buttons, 2),
            (Button(label=formatting.BACK(), action=ActionName.NOTIFY),),
        ),
    )


def _typed(ctx: Context, text: str) -> Goto:
    wish = parse_wished(text, default=shown_office(ctx), offices=ctx.core.offices)
    account = ctx.account
    wished.add(ctx.tx, account.account_id, wish, is_registered=account.is_registered)
    return Goto(screen=ScreenName.WISHED, args=ctx.args, note=texts.ADDED())


def _remove(ctx: Context, slot: str) -> Goto:
    wished.remove(ctx.tx, ctx.account.account_id, int(slot))
    return Goto(screen=ScreenName.WISHED, args=ctx.args)


WISHED = Screen(
    name=ScreenName.WISHED,
    show=_show,
    buttons={
        ActionName.REMOVE: _remove,
        ActionName.NOTIFY: lambda ctx, _arg: Goto(
            screen=ScreenName.NOTIFY, args={"office": shown_office(ctx).code}
        ),
    },
    text=_typed,
    hint=texts.HINT,
)
