"""/rehearse: owners rehearse a selection; who has a role at the desk may practise the desk instead."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialog.context import Context
from bot.dialog.names import SCREEN_NAMES, ActionName, ScreenName
from bot.dialog.rehearsal import PRACTISE, REHEARSE
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.texts import practice as texts

_FORMER, _FORMER_ARGS = "former", "args"


def rehearse(ctx: Context) -> Goto:
    """Start the rehearsal of a selection; who has a role is asked first what to rehearse."""
    if not ctx.admin.is_any:
        return REHEARSE
    if ctx.screen == ScreenName.REHEARSE:
        return stay()
    return Goto(screen=ScreenName.REHEARSE, args={_FORMER: ctx.screen, _FORMER_ARGS: dict(ctx.args)})


def _begin(ctx: Context, kind: Goto) -> Goto:
    """Start a rehearsal, below which the page from before the question stands again."""
    if not ctx.admin.is_any:  # the role was removed meanwhile
        return Goto(screen=ScreenName.HOME)
    args = ctx.args.get(_FORMER_ARGS)
    former = SCREEN_NAMES.get(ctx.arg(_FORMER), ScreenName.HOME)
    return replace(kind, screen=former, args=args if isinstance(args, Mapping) else {})


def _show(ctx: Context) -> View | Goto:
    if not ctx.admin.is_any:  # the role was removed meanwhile
        return Goto(screen=ScreenName.HOME)
    return View(
        text=texts.CHOICE(),
        rows=(
            (Button(label=texts.OWNERS(), action=ActionName.REHEARSE),),
            (Button(label=texts.DESK(), action=ActionName.DESK, style=Style.PRIMARY),),
            (Button(label=formatting.HOME(), action=ActionName.HOME),),
        ),
    )


CHOICE = Screen(
    name=ScreenName.REHEARSE,
    show=_show,
    buttons={
        ActionName.REHEARSE: lambda ctx, _arg: _begin(ctx, REHEARSE),
        ActionName.DESK: lambda ctx, _arg: _begin(ctx, PRACTISE),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)
