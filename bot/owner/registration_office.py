"""Registration: the office of registration (注册地), chosen or typed; also changed later."""

from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.owner.entry import registration_step
from bot.owner.office_choice import office_rows
from bot.owner.registration_steps import is_correction, next_step, previous, to, turns
from bot.texts.errors import of_error
from bot.texts.owner import provinces
from bot.texts.owner import registration as texts
from core.errors.accounts import OfficeHeld
from core.people.accounts import RegistrationField
from core.preselection.moving import change_office
from core.values import offices


def _show(ctx: Context) -> View | Goto:
    served = list(ctx.core.offices.values())
    account = ctx.account
    if len(served) == 1 and not account.office:
        ctx.core.accounts.set_office(ctx.tx, account, served[0].code)
        ctx.refresh()
        return to(ctx, registration_step(ctx.account).screen or ScreenName.REG_OFFICE)
    not_here = (Button(label=texts.NOT_HERE(), action=ActionName.ELSEWHERE),)
    rows = (*office_rows(ctx, served, ActionName.PICK), not_here, turns(ctx, is_filled=bool(account.office)))
    text = texts.OFFICE_AGAIN() if account.is_registered else texts.OFFICE()
    if account.is_registered and ctx.current_preselection and not account.user_type.selects_elsewhere:
        text += texts.OFFICE_CANCELS()
    return View(text=text, rows=rows)


def choose(ctx: Context, code: str) -> Goto:
    account, office = ctx.account, ctx.office_of(code)
    was_correction, before = is_correction(ctx), ctx.core.offices.get(account.office or "")
    if account.is_registered:
        change_office(ctx.tx, account, office)
        return next_step(ctx, texts.OFFICE_CHANGED())
    ctx.core.accounts.set_office(ctx.tx, account, office.code)
    old = formatting.office_title(before) if before and was_correction else ""
    return next_step(
        ctx, texts.replaced(texts.FIELDS[RegistrationField.OFFICE], old, formatting.office_title(office))
    )


def _typed(ctx: Context, text: str) -> Goto:
    """Take an office that is typed by name or code; show the page of one that is not served here."""
    found = offices.search(text)
    if not found:
        return stay(note=provinces.NOTHING_FOUND())
    if len(found) > 1:
        return to(ctx, ScreenName.OFFICES, codes=[office.code for office in found])
    if found[0].code in ctx.core.offices:
        return choose(ctx, found[0].code)
    return to(ctx, ScreenName.OFFICE, code=found[0].code)


OFFICE = Screen(
    name=ScreenName.REG_OFFICE,
    show=_show,
    personal=True,
    buttons={
        ActionName.PICK: choose,
        ActionName.PAGE: lambda ctx, page: to(ctx, ScreenName.REG_OFFICE, page=page),
        ActionName.ELSEWHERE: lambda ctx, _arg: to(ctx, ScreenName.REG_ELSEWHERE),
        ActionName.NEXT: lambda ctx, _arg: next_step(ctx),
        ActionName.BACK: lambda ctx, _arg: previous(ctx, ScreenName.REG_OFFICE),
    },
    text=_typed,
    hint=texts.OFFICE_HINT,
    errors={OfficeHeld: lambda ctx, error: _not_now(ctx, of_error(error))},
)


def _not_now(ctx: Context, note: str) -> Goto:
    go = previous(ctx, ScreenName.REG_OFFICE)
    return Goto(screen=go.screen, args=go.args, note=note, sticky=True)


ELSEWHERE = Screen(
    name=ScreenName.REG_ELSEWHERE,
    show=lambda ctx: View(
        text=provinces.not_here(list(ctx.core.offices.values())),
        rows=((Button(label=formatting.BACK(), action=ActionName.BACK),),),
    ),
    personal=True,
    buttons={ActionName.BACK: lambda ctx, _arg: to(ctx, ScreenName.REG_OFFICE)},
    text=_typed,
    hint=provinces.HINT,
)
SCREENS = (OFFICE, ELSEWHERE)
