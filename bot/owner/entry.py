"""The target of 【预选号牌】: the step at which the owner left off (docs/domain.md, section 3)."""

from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from core.people.accounts import Account
from core.people.blacklist import running
from core.preselection import Preselection, PreselectionState, lease_until, of_account
from core.preselection.quotas import remaining_quota
from core.suspicion import find_asked

_WITH_CHANCES = frozenset({PreselectionState.AGREED, PreselectionState.VERIFIED})


AGAIN = "again"
"""The argument of a receipt that is looked at again: its message does not stay in the chat."""


def entry(ctx: Context) -> Goto:
    """Return the target at which the owner left off."""
    ctx.refresh()
    account = ctx.account_or_none
    if account is None or not account.consents:
        return Goto(screen=ScreenName.CONSENT)
    if not account.is_registered:
        return registration_step(account)
    if running(ctx.tx, account.identity_hash) is not None:
        return Goto(screen=ScreenName.BANNED)
    go = _step_of_owner(ctx, account)
    needs_code = go.screen not in {ScreenName.DONE, ScreenName.SUSPENDED}
    return go if account.has_phone or not needs_code else Goto(screen=ScreenName.REG_PHONE)


def _step_of_owner(ctx: Context, account: Account) -> Goto:
    """Return the target of a registered owner who is not banned; a reserved number is shown in any case."""
    begun = ctx.current_preselection
    reserved = reserved_of(ctx) if begun is None else None
    if reserved is not None:
        return Goto(screen=ScreenName.DONE, args={"id": str(reserved.preselection_id), AGAIN: "1"})
    if find_asked(ctx.tx, account.account_id):
        return Goto(screen=ScreenName.SUSPENDED)
    return Goto(screen=ScreenName.BASICS) if begun is None else step_of(ctx, begun)


def consent_first(ctx: Context) -> Goto | None:
    """Return the consent screen if it must precede a screen that accepts personal data, else None."""
    if ctx.account_or_none is not None and ctx.account_or_none.consents:
        return None
    return Goto(screen=ScreenName.CONSENT)


def reserved_of(ctx: Context) -> Preselection | None:
    """Return the owner's reservation that awaits confirmation, if there is one."""
    mine = of_account(ctx.tx, ctx.account)
    return next(
        (preselection for preselection in mine if preselection.state == PreselectionState.RESERVED), None
    )


def missing_fields(account: Account) -> list[str]:
    """Return what a registration lacks."""
    present = {
        "office": account.office is not None,
        "name": account.name_sealed is not None,
        "identity": account.identity_sealed is not None,
        "phone": account.has_phone,
    }
    return [name for name, is_there in present.items() if not is_there]


def registration_step(account: Account) -> Goto:
    """Return the target for the first field that a registration lacks."""
    if not account.office:
        return Goto(screen=ScreenName.REG_OFFICE)
    if account.name_sealed is None:
        return Goto(screen=ScreenName.REG_NAME)
    if account.identity_sealed is None:
        return Goto(screen=ScreenName.REG_IDENTITY)
    if not account.has_phone:
        return Goto(screen=ScreenName.REG_PHONE)
    return Goto(screen=ScreenName.REG_REVIEW)


def step_of(ctx: Context, begun: Preselection) -> Goto:
    """Return the target for the current step of a preselection."""
    match begun.state:
        case PreselectionState.DRAFT:
            return Goto(screen=ScreenName.NOTICE)
        case PreselectionState.INFORMED:
            return data_step(ctx, begun)
        case _:
            if begun.state == PreselectionState.VERIFIED and lease_until(ctx.tx, begun) is not None:
                return Goto(screen=ScreenName.SELECTING)  # what is held of the last batch is there
            office = ctx.office_of(begun.office)
            if remaining_quota(ctx.tx, office, begun.required_vin).none:
                return Goto(screen=ScreenName.USED_UP)
            return Goto(screen=ScreenName.TERMS)


def is_used_up(ctx: Context, begun: Preselection) -> bool:
    """Return whether the vehicle of an unfinished preselection has no chances left."""
    office = ctx.core.offices.get(begun.office)
    if office is None or begun.vin is None:
        return False
    return begun.state in _WITH_CHANCES and remaining_quota(ctx.tx, office, begun.vin).none


def go_on(ctx: Context) -> Goto:
    """Go to the next step after the preselection was changed; rereads it."""
    ctx.refresh()
    return step_of(ctx, ctx.preselection)


def data_step(ctx: Context, begun: Preselection) -> Goto:
    """Return the target for the first field that step 2 lacks; a vehicle without chances needs no other."""
    if begun.vin is None:
        return Goto(screen=ScreenName.VIN)
    if remaining_quota(ctx.tx, ctx.office_of(begun.office), begun.vin).none:
        return Goto(screen=ScreenName.USED_UP)
    return Goto(screen=ScreenName.REVIEW if begun.certificate else ScreenName.CERTIFICATE)
