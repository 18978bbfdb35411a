"""Self-composed selection: the list of wishes, their cost, the try (docs/domain.md, section 5.2)."""

from collections.abc import Sequence
from datetime import timedelta

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Lifetime, Style, View
from bot.i18n import formatting
from bot.owner.entry import step_of
from bot.owner.holding import banner, closing_redraw, closing_words, redraw_at
from bot.owner.readiness import shut_words
from bot.owner.receipt import completed
from bot.owner.selecting import ERRORS
from bot.owner.wishes import tell_opening
from bot.texts.errors import of_error
from bot.texts.owner import composing as texts
from bot.texts.owner.wishes import TELL_OPENING
from core.clock import from_millis, to_millis
from core.errors.base import InputError, XuanhaoError
from core.errors.plates import SerialLookalike
from core.errors.selection import NoWishes, TriedTooSoon, WishesRefused
from core.pool.composable import Composable, composable
from core.pool.number_search import find_numbers
from core.preselection import PreselectionState, lease_until
from core.preselection.composed_selection import SortedWishes, failed_before, sort_wishes, validate_try
from core.preselection.quotas import remaining_quota
from core.values.number_search import NumberSearch, parse_search, without_words
from core.values.plates import split_wishes

_MOST_READ = 20
_NONE = SortedWishes(good=(), refused=(), left_out=())
_COUNT_EVERY = timedelta(seconds=15)
"""How often the page that waits for a try updates the remaining time."""


def _to_list(
    wishes: Sequence[str], suggestions: Sequence[str] = (), *, note: str = "", sticky: bool = False
) -> Goto:
    args = {"wishes": list(wishes), "ideas": list(suggestions)}
    return Goto(screen=ScreenName.COMPOSE, args=args, note=note, sticky=sticky)


def _back_to_random(_ctx: Context, _arg: str) -> Goto:
    return Goto(screen=ScreenName.SELECTING)


def _show(ctx: Context) -> View | Goto:
    begun, office = ctx.preselection, ctx.office
    if begun.state != PreselectionState.VERIFIED:
        return step_of(ctx, begun)
    now, lease = ctx.tx.now, lease_until(ctx.tx, begun)
    left, wishes = remaining_quota(ctx.tx, office, begun.required_vin), ctx.list_arg("wishes")
    if lease is None or left.none or not office.hours.is_open(now):
        return Goto(screen=ScreenName.SELECTING)  # it leads on, once nothing is held
    if not left.wishes:
        return Goto(screen=ScreenName.SELECTING, note=texts.NONE_LEFT())
    held = banner(ctx)
    open_now = composable(ctx.tx, office, begun.kind).patterns
    text = texts.composing(office, begun.kind, left, wishes, open_now)
    shut = shut_words(ctx)
    return View(
        text=held.text + text + closing_words(now, office) + shut.text,
        rows=(*held.rows, *_rows(ctx, wishes, is_shut=bool(shut.text), leads_back=not held.rows)),
        lifetime=Lifetime.PASSING,  # a list of wishes that stays behind would be taken for the present one
        redraw_at=redraw_at(now, (), lease, held.redraw_at, closing_redraw(now, office), shut.redraw_at),
    )


def _rows(
    ctx: Context, wishes: Sequence[str], *, is_shut: bool, leads_back: bool
) -> list[tuple[Button, ...]]:
    code = ctx.office.code
    listed = [
        Button(label=texts.remove_label(code, wish), action=ActionName.REMOVE, arg=wish) for wish in wishes
    ]
    suggested = [
        Button(label=texts.add_label(code, idea), action=ActionName.ADD, arg=idea)
        for idea in ctx.list_arg("ideas")
        if idea not in wishes
    ]
    rows = [*in_columns(listed, 2), *in_columns(suggested, 2)]
    clear = Button(label=texts.CLEAR(), action=ActionName.CLEAR)
    if is_shut:
        rows.append((Button(label=TELL_OPENING(), action=ActionName.TELL), *([clear] if wishes else [])))
    elif wishes:
        submit = Button(label=texts.SUBMIT(), action=ActionName.SUBMIT, style=Style.PRIMARY)
        rows.append((submit, clear))
    if leads_back:  # while something is held, the button above leads to it
        rows.append((Button(label=texts.BACK_TO_RANDOM(), action=ActionName.RANDOM),))
    return rows


# --- typing -------------------------------------------------------------------------------


def _typed(ctx: Context, text: str) -> Goto:
    """Add the numbers of a text, or look for numbers with the characters that it has."""
    kind, code = ctx.preselection.kind, ctx.office.code
    search = parse_search(kind, text, office=code)
    if search is not None:
        return _searched(ctx, search, _NONE)
    tokens = [without_words(token) for token in split_wishes(text, limit=_MOST_READ)]
    searches = {token: parse_search(kind, token, office=code) for token in tokens}
    whole = [token for token in tokens if searches[token] is None]
    if not tokens:
        raise NoWishes
    if not whole:
        return _searched(ctx, searches[tokens[0]], _NONE)
    parts = [search for search in searches.values() if search is not None and len(search.part) > 1]
    judged = _judged(ctx, whole)
    return _searched(ctx, parts[0], judged) if parts else _added(ctx, judged)


def _judged(ctx: Context, typed: Sequence[str]) -> SortedWishes:
    left = remaining_quota(ctx.tx, ctx.office, ctx.preselection.required_vin)
    return sort_wishes(
        _composable(ctx),
        ctx.office,
        typed,
        most=left.wishes_per_try(ctx.office),
        known=ctx.list_arg("wishes"),
    )


def _composable(ctx: Context) -> Composable:
    return composable(ctx.tx, ctx.office, ctx.preselection.kind)


def _added(ctx: Context, judged: SortedWishes) -> Goto:
    """Add what is possible; name each of the others with its reason, and what was probably meant."""
    meant = _meant(ctx, judged.refused)
    if judged.refused and not (judged.good or judged.left_out or meant):
        raise WishesRefused(judged.refused)
    wishes = [*ctx.list_arg("wishes"), *judged.good]
    ideas = [*meant, *judged.left_out] or ctx.list_arg("ideas")
    return _to_list(wishes, ideas, note="\n".join(_notes(ctx, judged, meant)), sticky=True)


def _notes(ctx: Context, judged: SortedWishes, meant: Sequence[str]) -> list[str]:
    """Return what is said of the numbers that are not in the list."""
    notes = [of_error(WishesRefused(judged.refused))] if judged.refused else []
    if meant:
        notes.append(texts.meant())
    if judged.left_out:
        left = remaining_quota(ctx.tx, ctx.office, ctx.preselection.required_vin)
        notes.append(texts.left_out(ctx.office, judged.left_out, left))
    return notes


def _meant(ctx: Context, refused: Sequence[tuple[str, InputError]]) -> list[str]:
    """Return the numbers that were probably meant by those with a letter O or I, if they are possible."""
    corrected = [why.suggestion for _, why in refused if isinstance(why, SerialLookalike) and why.suggestion]
    found = _composable(ctx) if corrected else None
    return [one for one in dict.fromkeys(corrected) if found is not None and found.allows(one)]


def _searched(ctx: Context, search: NumberSearch | None, judged: SortedWishes) -> Goto:
    """Tell how many numbers have the characters, with a few as buttons; nothing is charged."""
    if search is None:
        raise NoWishes
    day = f"{ctx.account.account_id}:{ctx.today}:{search.part}:{search.at_end}"
    numbers = find_numbers(ctx.tx, _composable(ctx), search, seed=ctx.core.vault.lookup("search", day))
    wishes = [*ctx.list_arg("wishes"), *judged.good]
    meant = _meant(ctx, judged.refused)
    notes = _notes(ctx, judged, meant)
    examples = [one for one in numbers.examples if one not in wishes]
    if examples or not numbers.examples:  # else all of them are in the list
        notes.append(texts.found(search, numbers))
    ideas = dict.fromkeys([*meant, *judged.left_out, *examples])
    return _to_list(wishes, list(ideas), note="\n".join(notes), sticky=True)


def _without(ctx: Context, wish: str) -> Goto:
    rest = [other for other in ctx.list_arg("wishes") if other != wish]
    return _to_list(rest, ctx.list_arg("ideas"))


def _submit(ctx: Context, _arg: str) -> Goto:
    wishes, begun, office = ctx.list_arg("wishes"), ctx.preselection, ctx.office
    validate_try(ctx.tx, office, begun, wishes, received_at=ctx.received_at)
    return Goto(screen=ScreenName.TRY, args={"wishes": wishes})


COMPOSE = Screen(
    name=ScreenName.COMPOSE,
    show=_show,
    buttons={
        ActionName.ADD: lambda ctx, idea: _added(ctx, _judged(ctx, [idea])),
        ActionName.REMOVE: _without,
        ActionName.CLEAR: lambda _ctx, _arg: _to_list(()),
        ActionName.SUBMIT: _submit,
        ActionName.TELL: tell_opening,
        ActionName.RANDOM: _back_to_random,
        ActionName.SELECT: _back_to_random,
    },
    text=_typed,
    errors=ERRORS,
    hint=texts.HINT,
)


# --- confirming a try ---------------------------------------------------------------------


def _show_try(ctx: Context) -> View | Goto:
    begun, office, wishes = ctx.preselection, ctx.office, ctx.list_arg("wishes")
    if begun.state != PreselectionState.VERIFIED:
        return step_of(ctx, begun)
    if not wishes:
        return _to_list(())
    known = failed_before(ctx.tx, begun, wishes)
    left = remaining_quota(ctx.tx, office, begun.required_vin)
    return View(
        text=texts.try_question(office, wishes, known, left),
        rows=(
            (Button(label=texts.CONFIRM_TRY(), action=ActionName.TRY, style=Style.SUCCESS),),
            (Button(label=texts.BACK_TO_WISHES(), action=ActionName.BACK),),
        ),
    )


def _try(ctx: Context, _arg: str) -> Goto:
    begun, wishes = ctx.preselection, ctx.list_arg("wishes")
    result = ctx.core.selection.compose(
        ctx.tx, ctx.account, begun.preselection_id, ctx.office, wishes, received_at=ctx.received_at
    )
    if result.taken:
        return completed(begun.preselection_id)
    return _to_list((), result.suggestions, note=texts.failed(ctx.office, result), sticky=True)


def _wait(ctx: Context, error: XuanhaoError) -> Goto:
    """Keep a try that came too soon: it is made by itself when the pause is over."""
    seconds = error.seconds if isinstance(error, TriedTooSoon) else 0
    at = to_millis(ctx.tx.now + timedelta(seconds=seconds))
    return Goto(screen=ScreenName.TRY_WAITS, args={"wishes": ctx.list_arg("wishes"), "at": at})


TRY = Screen(
    name=ScreenName.TRY,
    show=_show_try,
    buttons={
        ActionName.TRY: _try,
        ActionName.BACK: lambda ctx, _arg: _to_list(ctx.list_arg("wishes")),
    },
    errors={**ERRORS, TriedTooSoon: _wait},
    hint=formatting.PRESS_HINT,
)


# --- a try that waits for the end of the pause --------------------------------------------


def _due(ctx: Context) -> int:
    """Return when the try is to be made, in milliseconds since 1970."""
    at = ctx.args.get("at")
    return at if isinstance(at, int) else 0


def _show_waiting(ctx: Context) -> View | Goto:
    begun, office, wishes = ctx.preselection, ctx.office, ctx.list_arg("wishes")
    if begun.state != PreselectionState.VERIFIED:
        return step_of(ctx, begun)
    if not wishes:
        return _to_list(())
    at = from_millis(_due(ctx))
    seconds = max(1, -int((ctx.tx.now - at).total_seconds() // 1))
    return View(
        text=texts.waiting(office, wishes, seconds, formatting.clock(at)),
        rows=((Button(label=texts.CANCEL_WAIT(), action=ActionName.CANCEL),),),
        redraw_at=min(at, ctx.tx.now + _COUNT_EVERY),
    )


def _try_when_due(ctx: Context) -> Goto | None:
    return _try(ctx, "") if to_millis(ctx.tx.now) >= _due(ctx) else None


def _not_tried(ctx: Context, error: XuanhaoError) -> Goto:
    return _to_list(ctx.list_arg("wishes"), note=of_error(error), sticky=True)


TRY_WAITS = Screen(
    name=ScreenName.TRY_WAITS,
    show=_show_waiting,
    buttons={ActionName.CANCEL: lambda ctx, _arg: _to_list(ctx.list_arg("wishes"))},
    timer=_try_when_due,
    errors={XuanhaoError: _not_tried, **ERRORS, TriedTooSoon: _wait},
    hint=texts.WAIT_HINT,
)

SCREENS = (COMPOSE, TRY, TRY_WAITS)
