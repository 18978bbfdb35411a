"""The screens of a rehearsal: the real flow, a first page, and placeholders that lead back to it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner import basics, composing, last_question, receipt, review, selecting, terms, vehicle
from bot.owner.entry import entry
from bot.owner.holding import banner
from bot.texts import rehearsal as texts
from bot.texts.owner import home
from core.values.vehicles import CertificateKind

FIRST = ScreenName.HOME
"""Replaces the real home screen, the target of 【返回首页】."""

_FLOW = {
    screen.name
    for room in (basics, vehicle, review, terms, selecting, last_question, composing)
    for screen in room.SCREENS
} | {receipt.DONE.name}


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
    examples = {name: _with_example(shown[name], example) for name, example in _EXAMPLES.items()}
    return {**shown, **examples, FIRST: _FIRST_PAGE, receipt.DONE.name: receipt.REHEARSED}


def _vehicle(_ctx: Context) -> str:
    return f"{texts.EXAMPLE_VIN} {texts.EXAMPLE_CERTIFICATES[CertificateKind.DOMESTIC]}"


def _certificate(ctx: Context) -> str:
    return texts.EXAMPLE_CERTIFICATES[vehicle.certificate_kind_asked(ctx)]


_EXAMPLES = {ScreenName.VIN: _vehicle, ScreenName.CERTIFICATE: _certificate}
"""What 【用示例】 types on a page."""


def _with_example(screen: Screen, example: Callable[[Context], str]) -> Screen:
    """Return a screen with a button that types an invented value."""
    typed = screen.text

    def show(ctx: Context) -> View | Goto:
        shown = screen.show(ctx)
        if isinstance(shown, Goto):
            return shown
        button = Button(label=texts.USE_EXAMPLE(), action=ActionName.EXAMPLE, style=Style.PRIMARY)
        return replace(shown, rows=((button,), *shown.rows))

    def use(ctx: Context, _arg: str) -> Goto:
        return Goto(screen=screen.name) if typed is None else typed(ctx, example(ctx))

    return replace(screen, show=show, buttons={**screen.buttons, ActionName.EXAMPLE: use})


def _absent(name: ScreenName) -> Screen:
    return Screen(name=name, show=_back)


def _back(ctx: Context) -> Goto:
    go = entry(ctx)
    return Goto(screen=go.screen, args=go.args, note=texts.NOT_HERE())
