"""Office filter of the desk's lists, in pages."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialog.context import Context
from bot.dialog.keyboards import page_of
from bot.dialog.names import ActionName
from bot.dialog.view import Button
from bot.texts.desk import parts

_A_PAGE = 12
_LABELS = {"‹": parts.OFFICES_BEFORE, "›": parts.OFFICES_AFTER}


def places_of(ctx: Context, own: Sequence[str], chosen: str) -> tuple[list[str], tuple[Button, ...]]:
    """Return the offices that have a button on the current page, and the buttons that turn pages.

    The page is the screen's argument ``places``; until it is set, it is the page of the chosen office. The
    buttons lead to the action ``places``.
    """
    written = ctx.arg("places")
    first = own.index(chosen) // _A_PAGE if chosen in own else 0
    page, turns = page_of(own, int(written) if written else first, _A_PAGE)
    return page, tuple(replace(turn, action=ActionName.PLACES, label=_LABELS[turn.label]()) for turn in turns)
