"""Suspected abuse (异常选号嫌疑) for owners: the public rules, and a suspended selection."""

from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner.appeals import begin
from bot.owner.office_choice import shown_office
from bot.texts.owner import home
from bot.texts.owner import suspicion as texts
from core.appeals import Appeal, AppealState
from core.errors.appeals import AppealWaits
from core.suspicion import find_asked


def _show_rules(ctx: Context) -> View:
    office = shown_office(ctx)
    back = (
        Button(label=texts.BULLETIN(), action=ActionName.POOL),
        Button(label=formatting.HOME(), action=ActionName.HOME),
    )
    return View(text=texts.rules_page(office, ctx.core.settings.suspicion), rows=(back,))


RULES = Screen(
    name=ScreenName.SUSPICION_RULES,
    show=_show_rules,
    buttons={
        ActionName.POOL: lambda ctx, _arg: Goto(screen=ScreenName.POOL, args=dict(ctx.args)),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)


def _pending(ctx: Context, suspicion_id: int) -> Appeal | None:
    answers = ctx.core.appeals.answers(ctx.tx, suspicion_id)
    return next((answer for answer in answers if answer.state == AppealState.PENDING), None)


def _show(ctx: Context) -> View | Goto:
    account = ctx.account_or_none
    asked = find_asked(ctx.tx, account.account_id) if account else []
    if not asked:
        return Goto(screen=ScreenName.HOME)
    first = asked[0]
    answer = _pending(ctx, first.suspicion_id)
    way = Button(label=texts.ANSWER(), action=ActionName.ANSWER, style=Style.PRIMARY)
    if answer is not None:
        way = Button(label=texts.SEE_ANSWER(), action=ActionName.APPEAL, arg=str(answer.appeal_id))
    office = ctx.core.offices.get(first.office)
    return View(
        text=texts.suspended(first, ctx.core.settings.suspicion, office, answer),
        rows=(
            (way,),
            (
                Button(label=home.MINE(), action=ActionName.MINE),
                Button(label=formatting.HOME(), action=ActionName.HOME),
            ),
        ),
    )


def _answer(ctx: Context, _arg: str) -> Goto:
    begun = ctx.current_preselection
    return begin(ctx, (begun.vin or "") if begun else "")


SUSPENDED = Screen(
    name=ScreenName.SUSPENDED,
    show=_show,
    buttons={
        ActionName.ANSWER: _answer,
        ActionName.APPEAL: lambda _ctx, number: Goto(screen=ScreenName.APPEAL, args={"id": number}),
        ActionName.MINE: lambda _ctx, _arg: Goto(screen=ScreenName.MINE),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors={AppealWaits: lambda _ctx, _error: Goto(screen=ScreenName.SUSPENDED)},
)

SCREENS = (RULES, SUSPENDED)
