"""Pages beside the selection show what is held for the owner, with its clock and the way back to it."""

from dataclasses import replace

from telegram.constants import MessageLimit

from bot.dialog.context import Context
from bot.dialog.names import ActionName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import View
from bot.i18n.formatting import plain, units
from bot.owner.entry import entry
from bot.owner.holding import banner


def with_banner(screen: Screen) -> Screen:
    """Put the line about what is held above a page that knows nothing of it."""
    way = ActionName.CONTINUE if ActionName.SELECT in screen.buttons else ActionName.SELECT

    def show(ctx: Context) -> View | Goto:
        view = screen.show(ctx)
        if isinstance(view, Goto):
            return view
        held = banner(ctx)
        if not held.text:
            return view
        moments = [at for at in (view.redraw_at, held.redraw_at) if at is not None]
        text = held.text + view.text
        # With a longer caption the button has to say alone that something is held.
        fits = view.picture is None or units(plain(text)) <= MessageLimit.CAPTION_LENGTH
        return replace(
            view,
            text=text if fits else view.text,
            rows=(*(tuple(replace(button, action=way) for button in row) for row in held.rows), *view.rows),
            redraw_at=min(moments, default=None),
        )

    return replace(screen, show=show, buttons={**screen.buttons, way: lambda ctx, _arg: entry(ctx)})
