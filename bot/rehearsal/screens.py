"""The screens of a rehearsal: those of the real flow, a first page, and a way back from all others."""

from collections.abc import Mapping

from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner import basics, composing, mine, selecting, terms, vehicle
from bot.owner.entry import entry
from bot.texts import rehearsal as texts
from bot.texts.owner import home

FIRST = ScreenName.HOME
"""In place of the real first page: where 【返回首页】 leads."""

_FLOW = {
    screen.name for room in (basics, vehicle, terms, selecting, composing) for screen in room.SCREENS
} | {mine.DONE.name}

_FIRST_PAGE = Screen(
    name=FIRST,
    show=lambda _ctx: View(
        text=texts.INTRODUCTION(),
        rows=((Button(label=home.PRESELECT(), action=ActionName.PRESELECT, style=Style.PRIMARY),),),
    ),
    buttons={ActionName.PRESELECT: lambda ctx, _arg: entry(ctx)},
    hint=formatting.PRESS_HINT,
)


def screens_of(real: Mapping[ScreenName, Screen]) -> Mapping[ScreenName, Screen]:
    """Return the screens of rehearsals.

    What is no part of the flow (one's own data, the desk) is there in name alone: a screen that nobody
    has thought of here can neither ask for anything personal nor show anything unmarked.
    """
    shown = {name: screen if name in _FLOW else _absent(name) for name, screen in real.items()}
    return {**shown, FIRST: _FIRST_PAGE}


def _absent(name: ScreenName) -> Screen:
    return Screen(name=name, show=_back)


def _back(ctx: Context) -> Goto:
    go = entry(ctx)
    return Goto(screen=go.screen, args=go.args, note=texts.NOT_HERE())
