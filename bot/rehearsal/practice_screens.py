"""The screens of a practice: those of the desk, and a guide in place of the owners' pages."""

from collections.abc import Mapping

from bot.dialog.context import Context
from bot.dialog.effects import PassDay
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.texts import practice as texts
from core.rehearsal.tasks import tasks_of

FIRST = ScreenName.HOME
"""Replaces the real home screen, the target of 【返回首页】."""
_OF_THE_DESK = "desk_"


def _show_guide(ctx: Context) -> View:
    (office,) = ctx.core.offices.values()
    tasks = tasks_of(ctx.tx, office, ctx.core.calendar)
    return View(
        text=texts.guide(office, ctx.tx.now, tasks, ctx.core.settings.desk.two_chiefs),
        rows=(
            (Button(label=texts.TASKS(), action=ActionName.DESK, style=Style.PRIMARY),),
            (Button(label=texts.NEXT_DAY(), action=ActionName.NEXT),),
        ),
    )


_GUIDE = Screen(
    name=FIRST,
    show=_show_guide,
    buttons={
        ActionName.DESK: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_DESK, args={"page": "0"}),
        ActionName.NEXT: lambda _ctx, _arg: Goto(screen=FIRST, effects=(PassDay(),)),
    },
    hint=formatting.PRESS_HINT,
)


def screens_of(real: Mapping[ScreenName, Screen]) -> Mapping[ScreenName, Screen]:
    """Return the screens of practices; an owner's page leads back to the guide."""
    shown = {
        name: screen if name.startswith(_OF_THE_DESK) else _absent(name) for name, screen in real.items()
    }
    return {**shown, FIRST: _GUIDE}


def _absent(name: ScreenName) -> Screen:
    return Screen(name=name, show=lambda _ctx: Goto(screen=FIRST, note=texts.NOT_HERE()))
