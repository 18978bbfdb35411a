"""The screens of a rehearsal: the real flow, a first page, and placeholders that lead back to it."""

from collections.abc import Mapping

from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner import basics, composing, last_question, mine, selecting, terms, vehicle
from bot.owner.entry import entry
from bot.owner.holding import banner
from bot.texts import rehearsal as texts
from bot.texts.owner import home

FIRST = ScreenName.HOME
"""Replaces the real home screen, the target of 【返回首页】."""

_FLOW = {
    screen.name
    for room in (basics, vehicle, terms, selecting, last_question, composing)
    for screen in room.SCREENS
} | {mine.DONE.name}


def _show_first(ctx: Context) -> View:
    held = banner(ctx)
    begin = Button(label=home.PRESELECT(), action=ActionName.PRESELECT, style=Style.PRIMARY)
    return View(text=held.text + texts.INTRODUCTION(), rows=(*held.rows, (begin,)), redraw_at=held.redraw_at)


_FIRST_PAGE = Screen(
    name=FIRST,
    show=_show_first,
    buttons={
        ActionName.PRESELECT: lambda ctx, _arg: entry(ctx),
        ActionName.SELECT: lambda ctx, _arg: entry(ctx),
    },
    hint=formatting.PRESS_HINT,
)


def screens_of(real: Mapping[ScreenName, Screen]) -> Mapping[ScreenName, Screen]:
    """Return the screens of rehearsals.

    Screens outside the flow (personal data, the desk) are replaced by placeholders. A new screen that is not
    listed here can therefore neither ask for personal data nor show anything without the watermark.
    """
    shown = {name: screen if name in _FLOW else _absent(name) for name, screen in real.items()}
    return {**shown, FIRST: _FIRST_PAGE}


def _absent(name: ScreenName) -> Screen:
    return Screen(name=name, show=_back)


def _back(ctx: Context) -> Goto:
    go = entry(ctx)
    return Goto(screen=go.screen, args=go.args, note=texts.NOT_HERE())
