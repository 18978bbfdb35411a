"""Confirmation screens before changes that cannot be undone.

Every desk command that changes something leads to one. Its subject is in the screen's arguments. The subject
and the permission are validated when the screen is shown, and again when its button is pressed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import SCREEN_NAMES, ActionName, ScreenName
from bot.dialog.screen import ErrorWays, Goto, Screen
from bot.dialog.view import Button, Lifetime, Style, View
from bot.i18n import formatting
from bot.texts.desk import chief_requests as request_texts
from bot.texts.desk import parts
from bot.texts.errors import of_error
from core.errors.base import Refusal, XuanhaoError
from core.people.admins import Permission
from core.people.chief_requests import GraveSubject
from core.reporting.disclosure import DisclosedPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A change that needs confirmation.

    ``question_text`` returns the question; ``act`` makes the change and returns the confirmation of it.
    Either may raise. If the permission is bound to an office, the screen's argument ``office`` names it.
    """

    name: ScreenName
    permission: Permission
    question_text: Callable[[Context], str]
    label: Callable[[], str]  # of the button that makes the change
    act: Callable[[Context], str]
    style: Style = Style.PRIMARY
    undo_key: Callable[[Context], str] | None = None  # of what was done, if it can be taken back
    person: Callable[[Context], str] | None = None  # on account of what its owner can be seen in full
    grave: Callable[[Context], GraveSubject | None] = lambda _ctx: None
    """What another chief may have to agree to, by the settings; None: nothing."""
    ways: Callable[[Context], Sequence[tuple[str, str]]] = lambda _ctx: ()
    """Several ways to do it, as labels and the argument ``way`` that ``act`` finds; empty: the one button."""


def screen_of(confirmation: Confirmation) -> Screen:
    """Return the screen that asks for a confirmation."""

    def show(ctx: Context) -> View:
        ctx.require(confirmation.permission)
        ways = [
            Button(label=label, action=ActionName.DO, arg=way, style=confirmation.style)
            for label, way in confirmation.ways(ctx)
        ]
        keep = Button(label=parts.KEEP(), action=ActionName.CANCEL)
        do = Button(label=confirmation.label(), action=ActionName.DO, style=confirmation.style)
        rows = (*in_columns(ways, 1), (keep,)) if ways else ((do, keep),)
        text = confirmation.question_text(ctx)
        about = confirmation.grave(ctx)
        if about is not None and ctx.core.chief_requests.is_needed(ctx.tx, about, ctx.actor):
            until = ctx.core.other_chiefs.waits_until(ctx.tx, about.office, ctx.actor)
            text += f"\n\n{request_texts.needs_consent(until)}"
        subject = confirmation.person(ctx) if confirmation.person else ""
        # A question that a command withdraws goes from the chat: without its buttons it would look answered.
        return View(text=text, rows=(*rows, *person_row(ctx, subject)), lifetime=Lifetime.PASSING)

    def act(ctx: Context, way: str) -> Goto:
        ctx.require(confirmation.permission)
        if way:
            ctx.args = {**ctx.args, "way": way}
        about = confirmation.grave(ctx)
        if about is not None and ctx.core.chief_requests.is_needed(ctx.tx, about, ctx.actor):
            return _ask_other_chief(confirmation, ctx, about)
        note = confirmation.act(ctx)
        if about is not None:
            ctx.core.chief_requests.note_alone(ctx.tx, about, confirmation.name, ctx.actor)
        key = confirmation.undo_key(ctx) if confirmation.undo_key and "back" not in ctx.args else ""
        if key and ctx.admin.may(Permission.UNDO_OWN, ctx.arg("office")):
            return Goto(screen=ScreenName.DESK_DONE, args={"what": key}, note=note, sticky=True)
        return return_to_origin(ctx, note)

    return Screen(
        name=confirmation.name,
        show=show,
        buttons={
            ActionName.DO: act,
            ActionName.CANCEL: lambda ctx, _arg: replace(
                return_to_origin(ctx, parts.CANCELLED()), sticky=False
            ),
            ActionName.PERSON: lambda ctx, subject: to_full_view(
                Goto(screen=confirmation.name, args=ctx.args), subject, DisclosedPart.PERSON
            ),
        },
        hint=formatting.PRESS_HINT,
        errors=WITHDRAWN,
    )


def _ask_other_chief(confirmation: Confirmation, ctx: Context, about: GraveSubject) -> Goto:
    """Ask another chief in place of acting, after checking that the question can still be asked."""
    confirmation.question_text(ctx)
    args = {name: value for name, value in ctx.args.items() if name != "back"}
    request = ctx.core.chief_requests.ask(ctx.tx, about, confirmation.name, args, ctx.actor)
    until = ctx.core.other_chiefs.waits_until(ctx.tx, about.office, ctx.actor)
    args = {"id": str(request.request_id)}
    return Goto(
        screen=ScreenName.DESK_REQUEST, args=args, note=request_texts.asked(request, until), sticky=True
    )


def person_row(ctx: Context, subject: str) -> tuple[tuple[Button, ...], ...]:
    """Return the row with the button that shows an owner in full, if this chat may see them; else none."""
    if not subject or not ctx.core.disclosures.may_see(ctx.tx, ctx.admin, subject, DisclosedPart.PERSON):
        return ()
    return ((Button(label=parts.SHOW_PERSON(), action=ActionName.PERSON, arg=subject),),)


def to_full_view(origin: Goto, subject: str, part: DisclosedPart) -> Goto:
    """Go to where the reason is asked for why an owner is looked at; it leads back to ``origin``."""
    question = Goto(screen=ScreenName.DESK_PERSON_WHY, args={"what": subject, "part": part})
    return with_origin(origin, question)


def with_origin(card: Goto, confirmation: Goto) -> Goto:
    """Return a confirmation that leads back to the card from which it was opened."""
    return replace(confirmation, args={**confirmation.args, "back": [card.screen, dict(card.args)]})


def return_to_origin(ctx: Context, note: str) -> Goto:
    """Return to where a question was opened: a card or, after a command, the desk's menu."""
    match ctx.args.get("back"):
        case [str(name), dict(args)] if screen := SCREEN_NAMES.get(name):
            return Goto(screen=screen, args=args, note=note, sticky=True)
    return Goto(screen=ScreenName.DESK_MENU, note=note, sticky=True)


def _gone(ctx: Context, error: XuanhaoError) -> Goto:
    return return_to_origin(ctx, of_error(error))


GONE: ErrorWays = {Refusal: _gone}
"""The subject of a card has ended, or another admin acted first: the card closes with a note."""


WITHDRAWN: ErrorWays = {XuanhaoError: _gone}
"""For questions: any text in place of an answer cancels the question, even if it is malformed.

Otherwise the error would appear above the button of another irreversible change.
"""
