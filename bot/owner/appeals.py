"""An owner's appeals (异常选号资料修改): the list, the details, starting a new one."""

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import ErrorWays, Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner.entry import another_vehicle
from bot.owner.registration_steps import register_first
from bot.texts.owner import appeal as texts
from core.appeals import RENEWABLE, Appeal, AppealState, Slot
from core.errors.appeals import AppealDecided, AppealUnfinished, AppealUnknown
from core.errors.preselection import StepOutOfOrder
from core.people.blacklist import running
from core.preselection import PreselectionState

_A_PAGE = 8
PHOTO_PAGES = {Slot.IDENTITY: ScreenName.APPEAL_IDENTITY, Slot.INVOICE: ScreenName.APPEAL_INVOICE}


def begin(ctx: Context, vin: str = "") -> Goto:
    """Start a new appeal or continue the draft, for a vehicle if one is given.

    Raises:
        AppealAboutOwnNumber, AppealNotNeeded, AppealWaits, VehicleUnknown: raised before the form is shown.
    """
    account, core = ctx.account_or_none, ctx.core
    if account is None or not account.is_registered:
        return register_first(ctx, ScreenName.APPEAL_NOTICE, {"vin": vin}, texts.REGISTER_FIRST())
    ban = running(ctx.tx, account.identity_hash)
    if ban is not None:
        note = texts.ban_stays(core.offices.get(ban.office))
        return Goto(screen=ScreenName.BANNED, note=note, sticky=True)
    if vin:
        core.appeals.validate(ctx.tx, account, vin)
    draft = core.appeals.find_draft(ctx.tx, account)
    if draft is None or not draft.has_consent:
        return Goto(screen=ScreenName.APPEAL_NOTICE, args={"vin": vin})
    return filled(ctx, vin)


def filled(ctx: Context, vin: str) -> Goto:
    """Begin or continue a draft, and go to the first field that is missing."""
    before = ctx.core.appeals.find_draft(ctx.tx, ctx.account)
    begun = ctx.core.appeals.begin(ctx.tx, ctx.account, vin)
    changed = before is not None and before.vin is not None and before.vin != begun.vin
    go = step(begun)
    return Goto(screen=go.screen, note=texts.VIN_CHANGED() if changed else "", sticky=True)


def step(draft: Appeal) -> Goto:
    """Return the target for the first field that a draft lacks."""
    if not draft.has_consent:
        return Goto(screen=ScreenName.APPEAL_CONSENT)
    if draft.vin is None:
        return Goto(screen=ScreenName.APPEAL_VIN)
    if draft.reason_sealed is None:
        return Goto(screen=ScreenName.APPEAL_REASON)
    missing = draft.missing_photo
    return Goto(screen=ScreenName.APPEAL_REVIEW if missing is None else PHOTO_PAGES[missing])


# --- the list -------------------------------------------------------------------------------


def _show_list(ctx: Context) -> View:
    account, appeals = ctx.account_or_none, ctx.core.appeals
    mine = appeals.of_account(ctx.tx, account) if account else []
    draft = appeals.find_draft(ctx.tx, account) if account else None
    buttons = [
        Button(label=texts.label(appeal), action=ActionName.OPEN, arg=str(appeal.appeal_id))
        for appeal in mine
    ]
    page = int(ctx.arg("page") or 0)
    shown, turns = page_of(buttons, page, _A_PAGE)
    numbers = {button.arg for button in shown}
    listed = [appeal for appeal in mine if str(appeal.appeal_id) in numbers]
    first = texts.RESUME() if draft else texts.NEW()
    return View(
        text=texts.home(listed, has_draft=draft is not None, total=len(mine)),
        rows=(
            (Button(label=first, action=ActionName.NEW, style=Style.PRIMARY),),
            *in_columns(shown, 2),
            *((tuple(turns),) if turns else ()),
            (Button(label=formatting.HOME(), action=ActionName.HOME),),
        ),
    )


LIST = Screen(
    name=ScreenName.APPEALS,
    show=_show_list,
    buttons={
        ActionName.NEW: lambda ctx, _arg: begin(ctx),
        ActionName.OPEN: lambda _ctx, number: Goto(screen=ScreenName.APPEAL, args={"id": number}),
        ActionName.PAGE: lambda _ctx, page: Goto(screen=ScreenName.APPEALS, args={"page": page}),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)


# --- the details ----------------------------------------------------------------------------


def _own(ctx: Context, number: str = "") -> Appeal:
    number = number or ctx.arg("id")
    if ctx.account_or_none is None or not number.isdecimal():
        raise AppealUnknown
    return ctx.core.appeals.own(ctx.tx, ctx.account_or_none, int(number))


def _show(ctx: Context) -> View | Goto:
    try:
        appeal = _own(ctx)
    except AppealUnknown:
        return Goto(screen=ScreenName.APPEALS)
    if appeal.state == AppealState.DRAFT:
        return step(appeal)
    actions: list[tuple[Button, ...]] = []
    if appeal.state == AppealState.PENDING:
        actions.append((Button(label=texts.WITHDRAW(), action=ActionName.WITHDRAW),))
    if appeal.state in RENEWABLE:
        actions.append((Button(label=texts.RENEW(), action=ActionName.RENEW, style=Style.PRIMARY),))
    if appeal.state == AppealState.APPROVED:
        actions.append((Button(label=texts.SELECT(), action=ActionName.SELECT, style=Style.SUCCESS),))
    back = (
        Button(label=texts.LIST(), action=ActionName.LIST),
        Button(label=formatting.HOME(), action=ActionName.HOME),
    )
    return View(text=texts.page(appeal, ctx.core.offices.get(appeal.office)), rows=(*actions, back))


def _renew(ctx: Context, _arg: str) -> Goto:
    begun = ctx.core.appeals.renew(ctx.tx, ctx.account, _own(ctx).appeal_id)
    go = step(begun)
    return Goto(screen=go.screen, args=go.args, note=texts.RENEWED(), sticky=True)


def select(ctx: Context, number: str) -> Goto:
    """Continue the selection for the vehicle of an approved appeal, in what is unfinished where possible.

    Args:
        ctx: the context.
        number: the appeal's; empty for the one that is shown.
    """
    vin, begun = _own(ctx, number).required_vin, ctx.current_preselection
    is_other = begun is not None and begun.vin not in {None, vin}
    if begun is not None and begun.state == PreselectionState.INFORMED and begun.vin != vin:
        ctx.core.preselections.enter_vin(ctx.tx, begun.preselection_id, vin)
        is_other = False
    go = another_vehicle(ctx)
    return Goto(
        screen=go.screen, args=go.args, note=texts.OTHER_VEHICLE() if is_other else "", alert=is_other
    )


def _stands(ctx: Context, _error: object) -> Goto:
    """Show the state of an appeal that has ended meanwhile."""
    return Goto(screen=ScreenName.APPEAL, args={"id": ctx.arg("id")})


def _was_faster(ctx: Context, _error: object) -> Goto:
    """Show the decision that was made before the withdrawal and remains in force."""
    is_withdrawn = _own(ctx).state == AppealState.WITHDRAWN
    note = "" if is_withdrawn else texts.ENDED_BEFORE()
    return Goto(screen=ScreenName.APPEAL, args={"id": ctx.arg("id")}, note=note, sticky=True)


ERRORS: ErrorWays = {
    AppealDecided: _was_faster,
    StepOutOfOrder: _stands,
    AppealUnfinished: lambda ctx, _error: Goto(
        screen=step(ctx.core.appeals.draft(ctx.tx, ctx.account)).screen,
        note=texts.UNFINISHED(),
        sticky=True,
    ),
}

PAGE = Screen(
    name=ScreenName.APPEAL,
    show=_show,
    buttons={
        ActionName.WITHDRAW: lambda ctx, _arg: Goto(
            screen=ScreenName.APPEAL_WITHDRAW, args={"id": ctx.arg("id")}
        ),
        ActionName.RENEW: _renew,
        ActionName.SELECT: select,
        ActionName.LIST: lambda _ctx, _arg: Goto(screen=ScreenName.APPEALS),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=ERRORS,
)


def _show_withdraw(ctx: Context) -> View | Goto:
    appeal = _own(ctx)
    if appeal.state != AppealState.PENDING:
        return Goto(screen=ScreenName.APPEAL, args={"id": ctx.arg("id")})
    return View(
        text=texts.withdraw_question(appeal),
        rows=(
            (
                Button(label=texts.STAY(), action=ActionName.STAY, style=Style.SUCCESS),
                Button(label=texts.WITHDRAW_SURE(), action=ActionName.WITHDRAW, style=Style.DANGER),
            ),
        ),
    )


def _withdraw(ctx: Context, _arg: str) -> Goto:
    appeal = _own(ctx)
    ctx.core.appeals.withdraw(ctx.tx, ctx.account, appeal.appeal_id)
    return Goto(screen=ScreenName.APPEAL, args={"id": str(appeal.appeal_id)}, note=texts.WITHDRAWN())


WITHDRAW = Screen(
    name=ScreenName.APPEAL_WITHDRAW,
    show=_show_withdraw,
    buttons={
        ActionName.WITHDRAW: _withdraw,
        ActionName.STAY: lambda ctx, _arg: Goto(screen=ScreenName.APPEAL, args={"id": ctx.arg("id")}),
    },
    hint=formatting.PRESS_HINT,
    errors=ERRORS,
)

SCREENS = (LIST, PAGE, WITHDRAW)
