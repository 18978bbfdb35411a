"""Self-composed selection: the wishes, their cost, the attempt (docs/domain.md, section 5.2)."""

from collections.abc import Sequence

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner.entry import step_of
from bot.owner.holding import banner, closing_redraw, closing_words, redraw_at
from bot.owner.selecting import ERRORS
from bot.texts.owner import selecting
from core.errors.offices import OfficeClosed
from core.errors.selection import NoWishes, NoWishesLeft
from core.preselection import PreselectionState, lease_until
from core.preselection.composed_selection import failed_before, validate_wishes
from core.preselection.quotas import remaining_quota
from core.values.plates import split_wishes

_MOST_READ = 20


def _args(ctx: Context, wishes: Sequence[str], suggestions: Sequence[str] = ()) -> dict[str, object]:
    return {
        "wishes": list(wishes),
        "ideas": list(suggestions),
        "without_four": bool(ctx.args.get("without_four")),
    }


def _back_to_random(ctx: Context, _arg: str) -> Goto:
    return Goto(screen=ScreenName.SELECTING, args={"without_four": bool(ctx.args.get("without_four"))})


def _show(ctx: Context) -> View | Goto:
    begun, office = ctx.preselection, ctx.office
    if begun.state != PreselectionState.VERIFIED:
        return step_of(ctx, begun)
    now, lease = ctx.tx.now, lease_until(ctx.tx, begun)
    left, wishes = remaining_quota(ctx.tx, office, begun.required_vin), ctx.list_arg("wishes")
    if lease is None or left.none or not office.hours.is_open(now):
        return Goto(screen=ScreenName.SELECTING)  # it leads on, once nothing is held
    held = banner(ctx)
    rows = list(
        in_columns(
            [
                Button(label=f"❌ {formatting.plate(office.code, wish)}", action=ActionName.REMOVE, arg=wish)
                for wish in wishes
            ],
            2,
        )
    )
    suggestions = [idea for idea in ctx.list_arg("ideas") if idea not in wishes]
    rows += in_columns(
        [
            Button(label=f"💡 {formatting.plate(office.code, idea)}", action=ActionName.ADD, arg=idea)
            for idea in suggestions
        ],
        2,
    )
    if wishes:
        rows.append(
            (
                Button(label=selecting.SUBMIT(), action=ActionName.SUBMIT, style=Style.PRIMARY),
                Button(label=selecting.CLEAR(), action=ActionName.CLEAR),
            )
        )
    rows.append((Button(label=selecting.BACK_TO_RANDOM(), action=ActionName.RANDOM),))
    return View(
        text=held.text + selecting.composing(office, begun.kind, left, wishes) + closing_words(now, office),
        rows=(*held.rows, *rows),
        redraw_at=redraw_at(now, (), lease, held.redraw_at, closing_redraw(now, office)),
    )


def _typed(ctx: Context, text: str) -> Goto:
    return _with(ctx, split_wishes(text, limit=_MOST_READ))


def _with(ctx: Context, more: Sequence[str]) -> Goto:
    """Add wishes to the list, if all of them are valid."""
    if not more:
        raise NoWishes
    current = ctx.list_arg("wishes")
    wishes = validate_wishes(ctx.tx, ctx.office, ctx.preselection, [*current, *more])
    return Goto(screen=ScreenName.COMPOSE, args=_args(ctx, wishes, ctx.list_arg("ideas")))


def _without(ctx: Context, wish: str) -> Goto:
    rest = [other for other in ctx.list_arg("wishes") if other != wish]
    return Goto(screen=ScreenName.COMPOSE, args=_args(ctx, rest, ctx.list_arg("ideas")))


def _submit(ctx: Context, _arg: str) -> Goto:
    wishes, begun, office = ctx.list_arg("wishes"), ctx.preselection, ctx.office
    if not office.hours.is_open(ctx.received_at):
        raise OfficeClosed(office.hours.next_opening(ctx.received_at))
    validate_wishes(ctx.tx, office, begun, wishes)
    left = remaining_quota(ctx.tx, office, begun.required_vin).wishes
    if left < len(wishes):
        raise NoWishesLeft(left)
    return Goto(screen=ScreenName.TRY, args=_args(ctx, wishes))


COMPOSE = Screen(
    name=ScreenName.COMPOSE,
    show=_show,
    buttons={
        ActionName.ADD: lambda ctx, idea: _with(ctx, [idea]),
        ActionName.REMOVE: _without,
        ActionName.CLEAR: lambda ctx, _arg: Goto(screen=ScreenName.COMPOSE, args=_args(ctx, ())),
        ActionName.SUBMIT: _submit,
        ActionName.RANDOM: _back_to_random,
        ActionName.SELECT: _back_to_random,
    },
    text=_typed,
    errors=ERRORS,
    hint=selecting.COMPOSE_HINT,
)


# --- confirming an attempt ----------------------------------------------------------------


def _show_try(ctx: Context) -> View | Goto:
    begun, office, wishes = ctx.preselection, ctx.office, ctx.list_arg("wishes")
    if begun.state != PreselectionState.VERIFIED:
        return step_of(ctx, begun)
    if not wishes:
        return Goto(screen=ScreenName.COMPOSE, args=_args(ctx, ()))
    known = failed_before(ctx.tx, begun, wishes)
    return View(
        text=selecting.try_question(office, wishes, known),
        rows=(
            (Button(label=selecting.CONFIRM_TRY(), action=ActionName.TRY, style=Style.SUCCESS),),
            (Button(label=selecting.BACK_TO_WISHES(), action=ActionName.BACK),),
        ),
    )


def _try(ctx: Context, _arg: str) -> Goto:
    begun, wishes = ctx.preselection, ctx.list_arg("wishes")
    result = ctx.core.selection.compose(
        ctx.tx, ctx.account, begun.preselection_id, ctx.office, wishes, received_at=ctx.received_at
    )
    if result.taken:
        return Goto(screen=ScreenName.DONE, args={"id": str(begun.preselection_id)})
    return Goto(
        screen=ScreenName.COMPOSE,
        args=_args(ctx, (), result.suggestions),
        note=selecting.failed(ctx.office, result),
        sticky=True,
    )


TRY = Screen(
    name=ScreenName.TRY,
    show=_show_try,
    buttons={
        ActionName.TRY: _try,
        ActionName.BACK: lambda ctx, _arg: Goto(
            screen=ScreenName.COMPOSE, args=_args(ctx, ctx.list_arg("wishes"))
        ),
    },
    errors=ERRORS,
    hint=formatting.PRESS_HINT,
)

SCREENS = (COMPOSE, TRY)
