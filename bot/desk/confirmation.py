"""A question before what cannot be undone, and the card that asks it.

Every command of the desk that changes something leads to one of these: what it is about stands in the
screen's arguments, is judged anew when it is shown and when it is pressed, and so is the right to do it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.dialog.context import Context
from bot.dialog.names import SCREEN_NAMES, ActionName, ScreenName
from bot.dialog.screen import ErrorWays, Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.texts.desk import parts
from bot.texts.errors import of_error
from core.errors import Refusal, XuanhaoError
from core.people.admins import Permission

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One thing that is asked before it is done.

    ``question_text`` words the question; ``act`` does it and says what was done; either may refuse. Where
    the permission is one at an office, the screen's argument ``office`` names it.
    """

    name: ScreenName
    permission: Permission
    question_text: Callable[[Context], str]
    label: Callable[[], str]  # of the button that does it
    act: Callable[[Context], str]
    style: Style = Style.PRIMARY


def screen_of(confirmation: Confirmation) -> Screen:
    """Return the screen that asks a question."""

    def show(ctx: Context) -> View:
        ctx.require(confirmation.permission)
        buttons = (
            Button(label=confirmation.label(), action=ActionName.DO, style=confirmation.style),
            Button(label=parts.CANCEL(), action=ActionName.CANCEL),
        )
        return View(text=confirmation.question_text(ctx), rows=(buttons,))

    def act(ctx: Context, _arg: str) -> Goto:
        ctx.require(confirmation.permission)
        return return_to_origin(ctx, confirmation.act(ctx))

    return Screen(
        name=confirmation.name,
        show=show,
        buttons={
            ActionName.DO: act,
            ActionName.CANCEL: lambda ctx, _arg: replace(
                return_to_origin(ctx, parts.CANCELLED()), sticky=False
            ),
        },
        hint=formatting.PRESS_HINT,
        errors=WITHDRAWN,
    )


def with_origin(card: Goto, confirmation: Goto) -> Goto:
    """Return the way to a question that leads back to the card on which it was asked for."""
    return replace(confirmation, args={**confirmation.args, "back": [card.screen, dict(card.args)]})


def return_to_origin(ctx: Context, note: str) -> Goto:
    """Lead from a question to where it was asked for: a card, or, from a command, the first page."""
    match ctx.args.get("back"):
        case [str(name), dict(args)] if screen := SCREEN_NAMES.get(name):
            return Goto(screen=screen, args=args, note=note, sticky=True)
    return Goto(screen=ScreenName.HOME, note=note, sticky=True)


def _gone(ctx: Context, error: XuanhaoError) -> Goto:
    return return_to_origin(ctx, of_error(error))


GONE: ErrorWays = {Refusal: _gone}
"""What a card is about has ended, or somebody else was faster: that is said, and the card goes."""


WITHDRAWN: ErrorWays = {XuanhaoError: _gone}
"""Of questions: whatever was typed instead of an answer ends them, also what was mistyped.

Or its error would stand above the button of something else that cannot be undone.
"""


def reason_of(words: str) -> str:
    """Return a reason in one line, cut where it is too long."""
    return " ".join(words.split())[:LONGEST_REASON]
