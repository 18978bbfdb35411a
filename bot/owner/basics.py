"""Step 1: office and plate kind, and the notice (docs/domain.md, section 3)."""

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner.entry import entry, go_on
from bot.texts.owner import preselect
from core.errors.preselection import StepOutOfOrder
from core.values.plates import PlateKind

_OFFICES_A_PAGE = 16


def _show_basics(ctx: Context) -> View:
    account = ctx.account
    offices = list(ctx.core.offices.values())
    chosen = ctx.office_of(ctx.arg("office") or account.office or offices[0].code)
    may_change = account.user_type.selects_elsewhere and len(offices) > 1
    kinds = [Button(label=formatting.KINDS[kind](), action=ActionName.KIND, arg=kind) for kind in PlateKind]
    rows = list(in_columns(kinds, 1))
    if may_change:
        buttons = [
            Button(label=formatting.office_title(office), action=ActionName.OFFICE, arg=office.code)
            for office in offices
            if office.code != chosen.code
        ]
        page, turns = page_of(buttons, int(ctx.arg("page") or 0), _OFFICES_A_PAGE)
        rows += in_columns(page, 2)
        rows += [tuple(turns)] if turns else []
    rows.append((Button(label=formatting.BACK(), action=ActionName.HOME),))
    return View(text=preselect.basics(offices, chosen, may_change=may_change), rows=rows)


def _choose(ctx: Context, kind: str) -> Goto:
    account = ctx.account
    office = ctx.office_of(ctx.arg("office") or account.office or "")
    ctx.core.preselections.choose(ctx.tx, account, office, PlateKind(kind))
    return Goto(screen=ScreenName.NOTICE)


BASICS = Screen(
    name=ScreenName.BASICS,
    personal=True,
    show=_show_basics,
    buttons={
        ActionName.KIND: _choose,
        ActionName.OFFICE: lambda _ctx, code: Goto(screen=ScreenName.BASICS, args={"office": code}),
        ActionName.PAGE: lambda ctx, page: Goto(
            screen=ScreenName.BASICS, args={"office": ctx.arg("office"), "page": page}
        ),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
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
SCREENS = (BASICS, NOTICE)
