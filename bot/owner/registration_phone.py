"""Registration: the telephone, proved by the messenger's contact or by a code (docs/domain.md, section 2)."""

from dataclasses import replace

from bot.dialog.context import Context
from bot.dialog.events import Contact
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n.formatting import masked_phone
from bot.owner import codes
from bot.owner.registration_steps import carried, is_correction, next_step, previous, to, turns
from bot.texts.owner import registration, units
from core.errors.accounts import ContactOfSomebodyElse
from core.people.accounts import Account, RegistrationField
from core.people.verification import CodeBinding, CodePurpose, is_code
from core.values.identity import parse_phone
from core.values.personal_numbers import InputKind


def _show_phone(ctx: Context) -> View:
    account = ctx.account
    said = units if account.is_unit else registration
    text = said.PHONE_AGAIN() if account.is_registered else said.PHONE()
    return View(
        text=registration.PHONE_LOST() if account.phone_lost_at else text,
        contact=registration.SEND_CONTACT(),
        replies=(registration.BACK_REPLY(),),
    )


def _phone(ctx: Context, text: str) -> Goto:
    if registration.BACK_REPLY.means(text):
        return previous(ctx, ScreenName.REG_PHONE)
    if ctx.account.new_phone and is_code(codes.digits(text)):
        return _code(ctx, text)  # it has arrived while another number was to be typed
    phone = parse_phone(text)
    if ctx.account.new_phone != phone:
        ctx.core.telephones.offer(ctx.tx, ctx.account, phone)
    return _send_code(ctx, phone)


def _send_code(ctx: Context, phone: str) -> Goto:
    go = codes.request_unless_sent(ctx, _code_binding(ctx, phone), ScreenName.REG_CODE)
    return replace(go, args=carried(ctx))


def _contact(ctx: Context, contact: Contact) -> Goto:
    if not contact.own:
        raise ContactOfSomebodyElse
    phone = parse_phone(contact.phone)
    before, was_correction = ctx.account, is_correction(ctx)
    if ctx.core.telephones.share(ctx.tx, before, phone):
        return _proved(ctx, before, was_correction=was_correction)
    return replace(_send_code(ctx, phone), note=registration.PHONE_ELSEWHERE())


def _proved(ctx: Context, before: Account, *, was_correction: bool) -> Goto:
    ctx.refresh()
    if before.is_registered:
        return next_step(ctx, registration.PHONE_CHANGED())
    note = registration.PHONE_PROVED()
    if was_correction:
        what = registration.FIELDS[RegistrationField.PHONE]
        old, new = masked_phone(before.phone), masked_phone(ctx.account.phone)
        note = registration.replaced(what, old, new) or note
    return next_step(ctx, note, sticky=was_correction)


PHONE = Screen(
    name=ScreenName.REG_PHONE,
    input_kind=InputKind.NUMBER,
    personal=True,
    show=_show_phone,
    text=_phone,
    contact=_contact,
    hint=registration.PHONE_HINT,
)


def _code_binding(ctx: Context, phone: str) -> CodeBinding:
    return CodeBinding(account=ctx.account, purpose=CodePurpose.REGISTRATION, phone=phone)


def _show_code(ctx: Context) -> View | Goto:
    phone = ctx.account.new_phone
    if not phone:
        return to(ctx, ScreenName.REG_PHONE)
    other = Button(label=registration.OTHER_PHONE(), action=ActionName.OTHER)
    back = turns(ctx, is_filled=False) if is_correction(ctx) else ()
    page = codes.page(ctx, _code_binding(ctx, phone), (other, *back))
    return replace(page, text=f"{page.text}\n\n{registration.TAKEN_OVER()}")


def _resend(ctx: Context, _arg: str) -> Goto:
    again = codes.request(ctx, _code_binding(ctx, ctx.account.new_phone), ScreenName.REG_CODE)
    return replace(again, args=carried(ctx))


def _code(ctx: Context, text: str) -> Goto:
    binding = _code_binding(ctx, ctx.account.new_phone)
    result = ctx.core.verification.check(ctx.tx, binding, codes.digits(text), received_at=ctx.received_at)
    if not result.right:
        return codes.wrong()
    before, was_correction = ctx.account, is_correction(ctx)
    ctx.core.telephones.prove(ctx.tx, before, by_code=True)
    return _proved(ctx, before, was_correction=was_correction)


CODE = Screen(
    name=ScreenName.REG_CODE,
    personal=True,
    show=_show_code,
    buttons={
        ActionName.RESEND: _resend,
        ActionName.OTHER: lambda ctx, _arg: to(ctx, ScreenName.REG_PHONE),
        ActionName.BACK: lambda ctx, _arg: previous(ctx, ScreenName.REG_CODE),
    },
    text=_code,
    hint=registration.CODE_HINT,
)
SCREENS = (PHONE, CODE)
