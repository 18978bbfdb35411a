"""The target of 【预选号牌】: the step at which the owner left off (docs/domain.md, section 3)."""

from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from core.people.accounts import Account, RegistrationField
from core.people.blacklist import running
from core.preselection import Preselection, PreselectionState, lease_until, of_account
from core.preselection.quotas import remaining_quota
from core.suspicion import find_asked

_WITH_CHANCES = frozenset({PreselectionState.AGREED, PreselectionState.VERIFIED})
_BEFORE_A_VEHICLE = frozenset({ScreenName.BASICS, ScreenName.SUSPENDED, ScreenName.REG_PHONE})
"""Where a registered owner is led who has begun nothing."""

_ASKED_AT = {
    RegistrationField.OFFICE: ScreenName.REG_OFFICE,
    RegistrationField.NAME: ScreenName.REG_NAME,
    RegistrationField.IDENTITY: ScreenName.REG_IDENTITY,
    RegistrationField.PHONE: ScreenName.REG_PHONE,
}
AGAIN = "again"
"""The argument of a receipt that is looked at again: its message does not stay in the chat."""


def entry(ctx: Context) -> Goto:
    """Return the target at which the owner left off; a reserved number is shown in any case but a ban."""
    go = another_vehicle(ctx)
    if go.screen not in _BEFORE_A_VEHICLE or ctx.current_preselection is not None:
        return go
    mine = of_account(ctx.tx, ctx.account)
    reserved = next((one for one in mine if one.state == PreselectionState.RESERVED), None)
    if reserved is None:
        return go
    return Goto(screen=ScreenName.DONE, args={"id": str(reserved.preselection_id), AGAIN: "1"})


def another_vehicle(ctx: Context) -> Goto:
    """Return the target for one more vehicle: where the owner left off, whatever number they have already."""
    ctx.refresh()
    account = ctx.account_or_none
    if account is None or not account.consents:
        return Goto(screen=ScreenName.CONSENT)
    if not account.is_registered:
        return registration_step(account)
    if running(ctx.tx, account.identity_hash) is not None:
        return Goto(screen=ScreenName.BANNED)
    if find_asked(ctx.tx, account.account_id):
        return Goto(screen=ScreenName.SUSPENDED)
    if not account.has_phone:
        return Goto(screen=ScreenName.REG_PHONE)
    begun = ctx.current_preselection
    return Goto(screen=ScreenName.BASICS) if begun is None else step_of(ctx, begun)


def consent_first(ctx: Context) -> Goto | None:
    """Return the consent screen if it must precede a screen that accepts personal data, else None."""
    if ctx.account_or_none is not None and ctx.account_or_none.consents:
        return None
    return Goto(screen=ScreenName.CONSENT)


def registration_step(account: Account) -> Goto:
    """Return the target for the first field that a registration lacks."""
    missing = account.missing
    return Goto(screen=_ASKED_AT[missing[0]] if missing else ScreenName.REG_REVIEW)


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
