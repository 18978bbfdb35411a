"""Confirm at once the reservations whose vehicles the registry knows as registered."""

from dataclasses import replace
from functools import partial

from bot.desk.confirm_many import confirmable
from bot.desk.confirmation import WITHDRAWN, return_to_origin, with_origin
from bot.desk.persons import named
from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.texts.desk import known_registrations as texts
from bot.texts.desk import parts
from core.people.admins import Permission
from core.people.scope import Scope, scope_of
from core.ports import Tx
from core.preselection.contradictions import Contradiction, contradicted
from core.preselection.known_registrations import MAX_AT_ONCE, confirm_known


def to_question(ctx: Context, origin: Goto) -> Goto:
    """Go to the question about all of them that this chat may confirm; it leads back to ``origin``.

    The question names the reservations, so that the answer is about what was shown.

    Raises:
        NotPermitted: this chat may confirm nowhere.
    """
    scope = scope_of(ctx.admin, Permission.CONFIRM, ctx.core.offices)
    read = partial(_ids, scope=scope)
    ids: list[int] = ctx.read_snapshot(f"{ScreenName.DESK_UNCONFIRMED}:{scope}", read)
    question = Goto(screen=ScreenName.DESK_UNCONFIRMED, args={"ids": ids})
    return with_origin(origin, question)


def _ids(tx: Tx, scope: Scope) -> list[int]:
    found = contradicted(tx, Contradiction.REGISTERED, scope, MAX_AT_ONCE)
    return [reserved.preselection_id for reserved in found]


def _show(ctx: Context) -> View:
    living = confirmable(ctx, ctx.ids_arg("ids"))
    back = Button(label=parts.KEEP(), action=ActionName.CANCEL)
    if not living:
        return View(text=texts.NONE(), rows=((back,),))
    do = Button(label=texts.confirm_label(len(living)), action=ActionName.DO, style=Style.SUCCESS)
    owners = [named(ctx, one.account_id) for one in living]
    return View(text=texts.question(living, owners, MAX_AT_ONCE), rows=((do, back),))


def _do(ctx: Context, _arg: str) -> Goto:
    ids = ctx.ids_arg("ids")
    done = confirm_known(ctx.tx, ctx.core.counter, ids, ctx.admin, ctx.actor)
    back = return_to_origin(ctx, texts.done(done))
    return replace(back, args={**back.args, "done": ids})


def confirmed(ctx: Context) -> list[int]:
    """Return what this step has confirmed, on the page that it leads back to: no snapshot has it yet."""
    return ctx.ids_arg("done")


UNCONFIRMED = Screen(
    name=ScreenName.DESK_UNCONFIRMED,
    show=_show,
    buttons={
        ActionName.DO: _do,
        ActionName.CANCEL: lambda ctx, _arg: return_to_origin(ctx, parts.CANCELLED()),
    },
    hint=formatting.PRESS_HINT,
    errors=WITHDRAWN,
)
