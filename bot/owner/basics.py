"""Step 1: office and plate kind, and the notice (docs/domain.md, section 3)."""

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import SCREEN_NAMES, ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, Rows, Style, View
from bot.i18n import formatting
from bot.owner.entry import entry, go_on, step_of
from bot.owner.office_choice import office_rows
from bot.owner.readiness import readiness, subscribe
from bot.texts.owner import preselect, provinces, wishes
from core.errors.accounts import NotThisUserType
from core.errors.preselection import StepOutOfOrder
from core.preselection import PreselectionState
from core.values import offices
from core.values.offices import Office
from core.values.plates import PlateKind


def _chosen(ctx: Context) -> Office:
    return ctx.office_of(ctx.arg("office") or ctx.account.office or next(iter(ctx.core.offices)))


def _kept(ctx: Context, **args: object) -> dict[str, object]:
    """Return the arguments that keep the chosen office, and the page to return to."""
    kept: dict[str, object] = {"office": _chosen(ctx).code, **args}
    return {**kept, "back": ctx.arg("back")} if ctx.arg("back") else kept


def _kinds(ctx: Context, office: Office, *, but: PlateKind | None = None) -> Rows:
    """Return the buttons of the plate kinds; those without an open segment are marked."""
    opening = ctx.core.preselections.opening
    kinds = [
        Button(
            label=preselect.kind_label(kind, is_open=opening(ctx.tx, office, kind).is_open),
            action=ActionName.KIND,
            arg=kind,
        )
        for kind in PlateKind
        if kind is not but
    ]
    return in_columns(kinds, 1)


def _ways_out(*, back: bool) -> tuple[Button, ...]:
    home = Button(label=formatting.HOME(), action=ActionName.HOME)
    return (Button(label=formatting.BACK(), action=ActionName.BACK), home) if back else (home,)


def _show_basics(ctx: Context) -> View:
    account, chosen = ctx.account, _chosen(ctx)
    served = list(ctx.core.offices.values())
    may_change = account.user_type.selects_elsewhere and len(served) > 1
    ready = readiness(ctx, chosen)
    rows = list(_kinds(ctx, chosen))
    rows += [(Button(label=wishes.TELL_OPENING(), action=ActionName.TELL),)] if ready.bell else []
    if may_change:
        others = (office for office in served if office.code != chosen.code)
        rows += office_rows(ctx, others, ActionName.OFFICE)
    rows.append(_ways_out(back=bool(ctx.arg("back"))))
    text = preselect.basics(served, chosen, may_change=may_change) + ready.text
    # An open office needs no redraw: this page may be left as it is for weeks.
    return View(text=text, rows=rows, redraw_at=None if ready.can_start else ready.redraw_at)


def _choose(ctx: Context, kind: str) -> Goto:
    """Choose a plate kind; one without an open segment has a page that says so first."""
    office, chosen = _chosen(ctx), PlateKind(kind)
    if not ctx.core.preselections.opening(ctx.tx, office, chosen).is_open:
        return Goto(screen=ScreenName.KIND_CLOSED, args=_kept(ctx, kind=kind))
    return _begin(ctx, office, chosen)


def _begin(ctx: Context, office: Office, kind: PlateKind) -> Goto:
    begun = ctx.current_preselection
    is_past = begun is not None and begun.state != PreselectionState.DRAFT
    if begun is not None and is_past and (begun.office, begun.kind) == (office.code, kind):
        return step_of(ctx, begun)  # nothing has changed, so nothing has to be agreed to again
    ctx.core.preselections.choose(ctx.tx, ctx.account, office, kind)
    return Goto(screen=ScreenName.NOTICE)


def _typed(ctx: Context, text: str) -> Goto:
    """Take a typed plate kind or office.

    Raises:
        NotThisUserType: this user may select only at the office where the account is registered.
    """
    kind = next((kind for kind in PlateKind if text.strip() == formatting.KINDS[kind]()), None)
    if kind is not None:
        return _choose(ctx, kind)
    found = [one.code for one in offices.search(text) if one.code in ctx.core.offices]
    if len(found) != 1:
        return stay(note=provinces.NOTHING_FOUND())
    if not ctx.account.selects_at(found[0]):
        raise NotThisUserType(user_type=ctx.account.user_type)
    return Goto(screen=ScreenName.BASICS, args={**_kept(ctx), "office": found[0]})


def _back(ctx: Context, _arg: str) -> Goto:
    return Goto(screen=SCREEN_NAMES.get(ctx.arg("back"), ScreenName.HOME))


def _tell_opening(ctx: Context, _arg: str) -> Goto:
    return Goto(screen=ScreenName.BASICS, args=ctx.args, note=subscribe(ctx, _chosen(ctx)))


BASICS = Screen(
    name=ScreenName.BASICS,
    personal=True,
    show=_show_basics,
    buttons={
        ActionName.KIND: _choose,
        ActionName.TELL: _tell_opening,
        ActionName.OFFICE: lambda ctx, code: Goto(
            screen=ScreenName.BASICS, args={**_kept(ctx), "office": code}
        ),
        ActionName.PAGE: lambda ctx, page: Goto(screen=ScreenName.BASICS, args=_kept(ctx, page=page)),
        ActionName.BACK: _back,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    text=_typed,
    hint=formatting.PRESS_HINT,
)


def _show_kind_closed(ctx: Context) -> View | Goto:
    office, kind = _chosen(ctx), PlateKind(ctx.arg("kind"))
    ready = readiness(ctx, office, kind)
    if ctx.core.preselections.opening(ctx.tx, office, kind).is_open:
        return Goto(screen=ScreenName.BASICS, args=_kept(ctx))
    tell = (Button(label=wishes.TELL_OPENING(), action=ActionName.TELL, style=Style.PRIMARY),)
    return View(
        text=preselect.kind_closed(office, kind, ready.text),
        rows=(
            *((tell,) if ready.bell else ()),
            *_kinds(ctx, office, but=kind),
            (Button(label=preselect.FILL_IN_FIRST(), action=ActionName.CHOOSE),),
            _ways_out(back=True),
        ),
        redraw_at=ready.redraw_at,
    )


def _tell_release(ctx: Context, _arg: str) -> Goto:
    note = subscribe(ctx, _chosen(ctx), PlateKind(ctx.arg("kind")))
    return Goto(screen=ScreenName.KIND_CLOSED, args=ctx.args, note=note)


KIND_CLOSED = Screen(
    name=ScreenName.KIND_CLOSED,
    personal=True,
    show=_show_kind_closed,
    buttons={
        ActionName.KIND: _choose,
        ActionName.TELL: _tell_release,
        ActionName.CHOOSE: lambda ctx, _arg: _begin(ctx, _chosen(ctx), PlateKind(ctx.arg("kind"))),
        ActionName.BACK: lambda ctx, _arg: Goto(screen=ScreenName.BASICS, args=_kept(ctx)),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    text=_typed,
    hint=formatting.PRESS_HINT,
)


def _show_notice(ctx: Context) -> View:
    begun = ctx.preselection
    return View(
        text=preselect.notice(ctx.office, begun.kind),
        rows=(
            (Button(label=preselect.AGREE_NOTICE(), action=ActionName.AGREE, style=Style.SUCCESS),),
            (Button(label=formatting.BACK(), action=ActionName.BASICS),),
        ),
    )


def _agree(ctx: Context, _arg: str) -> Goto:
    ctx.core.preselections.agree(ctx.tx, ctx.account, ctx.preselection.preselection_id)
    return go_on(ctx)


NOTICE = Screen(
    name=ScreenName.NOTICE,
    personal=True,
    show=_show_notice,
    buttons={
        ActionName.AGREE: _agree,
        ActionName.BASICS: lambda ctx, _arg: Goto(
            screen=ScreenName.BASICS, args={"office": ctx.preselection.office}
        ),
    },
    errors={StepOutOfOrder: lambda ctx, _error: entry(ctx)},
)
SCREENS = (BASICS, KIND_CLOSED, NOTICE)
