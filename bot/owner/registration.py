"""Consent and registration: office, name, identity, telephone (docs/domain.md, section 2)."""

from dataclasses import replace

from bot.dialog.context import Context
from bot.dialog.events import Contact
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import SCREEN_NAMES, ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner import codes
from bot.owner.entry import entry, registration_step
from bot.texts.owner import own_data, registration, units
from core.clock import CHINA
from core.errors.accounts import ContactOfSomebodyElse
from core.people.accounts import CONSENT_VERSION
from core.people.verification import CodeBinding, CodePurpose
from core.values.identity import (
    parse_credit_code,
    parse_name,
    parse_phone,
    parse_resident_id,
    parse_unit_name,
)
from core.values.personal_numbers import InputKind

_OFFICES_A_PAGE = 16


def _on(ctx: Context) -> Goto:
    """Go to the first field that is missing, or back to the review."""
    ctx.refresh()
    account = ctx.account
    if not account.is_registered:
        return registration_step(account)
    back = SCREEN_NAMES.get(ctx.arg("back"))
    return Goto(screen=back) if back else entry(ctx)


def _back(ctx: Context) -> dict[str, object]:
    """Return the arguments that make a correction page return to the page that opened it."""
    back = ctx.arg("back")
    return {"back": back} if back else {}


def _way_back(there: object) -> tuple[Button, ...]:
    """Return a back button for a page whose field is already filled in, else none."""
    return (Button(label=formatting.BACK(), action=ActionName.BACK),) if there else ()


# --- consent --------------------------------------------------------------------------------


def _show_consent(ctx: Context) -> View | Goto:
    renewed = ctx.account_or_none is not None
    if ctx.account_or_none is not None and ctx.account_or_none.consents:
        return entry(ctx)
    consent = registration.consent(CONSENT_VERSION)
    return View(
        text=f"{own_data.RENEWED()}\n\n{consent}" if renewed else consent,
        rows=(
            (
                Button(label=registration.AGREE(), action=ActionName.AGREE, style=Style.SUCCESS),
                Button(label=registration.DECLINE(), action=ActionName.DECLINE),
            ),
        ),
    )


def _consent(ctx: Context, _arg: str) -> Goto:
    account = ctx.core.accounts.consent(ctx.tx, ctx.chat_id)
    came_for = ctx.arg("office")  # opened from the page of an office
    if came_for in ctx.core.offices and not account.office:
        ctx.core.accounts.set_office(ctx.tx, account, came_for)
    return _on(ctx)


def _decline(ctx: Context, _arg: str) -> Goto:
    words = registration.DECLINED() if ctx.account_or_none is None else own_data.DECLINED_RENEWAL()
    return Goto(screen=ScreenName.HOME, note=words, alert=True)


CONSENT = Screen(
    name=ScreenName.CONSENT,
    show=_show_consent,
    buttons={ActionName.AGREE: _consent, ActionName.DECLINE: _decline},
)


# --- office ---------------------------------------------------------------------------------


def _show_office(ctx: Context) -> View | Goto:
    offices = list(ctx.core.offices.values())
    if len(offices) == 1 and not ctx.account.office:
        ctx.core.accounts.set_office(ctx.tx, ctx.account, offices[0].code)
        ctx.refresh()
        return registration_step(ctx.account)
    buttons = [
        Button(label=formatting.office_title(office), action=ActionName.PICK, arg=office.code)
        for office in offices
    ]
    page, turns = page_of(buttons, int(ctx.arg("page") or 0), _OFFICES_A_PAGE)
    rows = (*in_columns(page, 2), tuple(turns), _way_back(ctx.account.office))
    return View(text=registration.OFFICE(), rows=tuple(row for row in rows if row))


def _pick_office(ctx: Context, code: str) -> Goto:
    office = ctx.office_of(code)
    ctx.core.accounts.set_office(ctx.tx, ctx.account, office.code)
    return _on(ctx)


OFFICE = Screen(
    name=ScreenName.REG_OFFICE,
    show=_show_office,
    personal=True,
    buttons={
        ActionName.PICK: _pick_office,
        ActionName.PAGE: lambda _ctx, page: Goto(screen=ScreenName.REG_OFFICE, args={"page": page}),
        ActionName.BACK: lambda ctx, _arg: _on(ctx),
    },
)


# --- name and identity ----------------------------------------------------------------------


def _show_name(ctx: Context) -> View:
    """Ask for the name of a person or a unit (单位); the choice is open until registration is complete."""
    unit, registered = ctx.account.is_unit, ctx.account.is_registered
    choice = (
        Button(label=units.kind_label(unit=False, chosen=not unit), action=ActionName.PERSON),
        Button(label=units.kind_label(unit=True, chosen=unit), action=ActionName.UNIT),
    )
    said = units if unit else registration
    rows = (() if registered else choice, _way_back(ctx.account.name_sealed))
    return View(text=said.NAME_AGAIN() if registered else said.NAME(), rows=tuple(row for row in rows if row))


def _choose_kind(ctx: Context, *, unit: bool) -> Goto:
    ctx.core.accounts.choose_kind(ctx.tx, ctx.account, unit=unit)
    return Goto(screen=ScreenName.REG_NAME)


def _name(ctx: Context, text: str) -> Goto:
    name = parse_unit_name(text) if ctx.account.is_unit else parse_name(text)
    ctx.core.accounts.set_name(ctx.tx, ctx.account, name)
    return _on(ctx)


NAME = Screen(
    name=ScreenName.REG_NAME,
    input_kind=InputKind.NAME,
    personal=True,
    show=_show_name,
    buttons={
        ActionName.PERSON: lambda ctx, _arg: _choose_kind(ctx, unit=False),
        ActionName.UNIT: lambda ctx, _arg: _choose_kind(ctx, unit=True),
        ActionName.BACK: lambda ctx, _arg: _on(ctx),
    },
    text=_name,
    hint=registration.NAME_HINT,
)


def _identity(ctx: Context, text: str) -> Goto:
    if ctx.account.is_unit:
        number = parse_credit_code(text)
    else:
        number = parse_resident_id(text, today=ctx.tx.now.astimezone(CHINA).date())
    ctx.core.accounts.set_identity(ctx.tx, ctx.account, number)
    return _on(ctx)


def _show_identity(ctx: Context) -> View:
    text = units.CODE() if ctx.account.is_unit else registration.IDENTITY()
    back = _way_back(ctx.account.identity_sealed)
    return View(text=text, rows=(back,) if back else ())


IDENTITY = Screen(
    name=ScreenName.REG_IDENTITY,
    input_kind=InputKind.NUMBER,
    personal=True,
    show=_show_identity,
    buttons={ActionName.BACK: lambda ctx, _arg: _on(ctx)},
    text=_identity,
    hint=registration.IDENTITY_HINT,
)


# --- telephone ------------------------------------------------------------------------------


def _show_phone(ctx: Context) -> View:
    said = units if ctx.account.is_unit else registration
    return View(
        text=said.PHONE_AGAIN() if ctx.account.is_registered else said.PHONE(),
        contact=registration.SEND_CONTACT(),
        replies=(registration.BACK_REPLY(),),
    )


def _phone(ctx: Context, text: str) -> Goto:
    if registration.BACK_REPLY.means(text):
        return _on(ctx) if ctx.account.phone_sealed else Goto(screen=ScreenName.HOME)
    account, phone = ctx.account, parse_phone(text)
    ctx.core.accounts.offer_phone(ctx.tx, account, phone)
    return replace(codes.request(ctx, _code_binding(ctx, phone), ScreenName.REG_CODE), args=_back(ctx))


def _contact(ctx: Context, contact: Contact) -> Goto:
    if not contact.own:
        raise ContactOfSomebodyElse
    ctx.core.accounts.offer_phone(ctx.tx, ctx.account, parse_phone(contact.phone), shared=True)
    return _proved(ctx)


def _proved(ctx: Context) -> Goto:
    registered = ctx.account.is_registered
    ctx.core.accounts.prove_phone(ctx.tx, ctx.account)
    go = _on(ctx)
    note = registration.PHONE_CHANGED() if registered else registration.PHONE_PROVED()
    return Goto(screen=go.screen, args=go.args, note=note)


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
        return Goto(screen=ScreenName.REG_PHONE, args=_back(ctx))
    other = Button(label=registration.OTHER_PHONE(), action=ActionName.OTHER)
    return codes.page(ctx, _code_binding(ctx, phone), (other, *_way_back(ctx.account.phone_sealed)))


def _resend(ctx: Context, _arg: str) -> Goto:
    again = codes.request(ctx, _code_binding(ctx, ctx.account.new_phone), ScreenName.REG_CODE)
    return replace(again, args=_back(ctx))


def _code(ctx: Context, text: str) -> Goto:
    binding = _code_binding(ctx, ctx.account.new_phone)
    result = ctx.core.verification.check(ctx.tx, binding, codes.digits(text), received_at=ctx.received_at)
    return _proved(ctx) if result.right else codes.wrong(result)


CODE = Screen(
    name=ScreenName.REG_CODE,
    personal=True,
    show=_show_code,
    buttons={
        ActionName.RESEND: _resend,
        ActionName.OTHER: lambda ctx, _arg: Goto(screen=ScreenName.REG_PHONE, args=_back(ctx)),
        ActionName.BACK: lambda ctx, _arg: _on(ctx),
    },
    text=_code,
    hint=registration.CODE_HINT,
)


# --- review ---------------------------------------------------------------------------------


def _show_review(ctx: Context) -> View | Goto:
    account = ctx.account
    if account.is_registered:
        return entry(ctx)
    missing = registration_step(account)
    if missing.screen != ScreenName.REG_REVIEW:
        return missing
    said = units if account.is_unit else registration
    change_identity = units.CHANGE_CODE if account.is_unit else registration.CHANGE_IDENTITY
    return View(
        text=said.review(account, ctx.office_of(account.office or "")),
        rows=(
            (Button(label=registration.CONFIRM(), action=ActionName.CONFIRM, style=Style.SUCCESS),),
            (
                Button(label=registration.CHANGE_OFFICE(), action=ActionName.OFFICE),
                Button(label=said.CHANGE_NAME(), action=ActionName.NAME),
            ),
            (
                Button(label=change_identity(), action=ActionName.IDENTITY),
                Button(label=registration.CHANGE_PHONE(), action=ActionName.PHONE),
            ),
        ),
    )


def _register(ctx: Context, _arg: str) -> Goto:
    ctx.core.accounts.register(ctx.tx, ctx.account)
    go = _on(ctx)
    return Goto(screen=go.screen, args=go.args, note=registration.DONE())


REVIEW = Screen(
    name=ScreenName.REG_REVIEW,
    personal=True,
    show=_show_review,
    buttons={
        ActionName.CONFIRM: _register,
        ActionName.OFFICE: lambda _ctx, _arg: Goto(screen=ScreenName.REG_OFFICE),
        ActionName.NAME: lambda _ctx, _arg: Goto(screen=ScreenName.REG_NAME),
        ActionName.IDENTITY: lambda _ctx, _arg: Goto(screen=ScreenName.REG_IDENTITY),
        ActionName.PHONE: lambda _ctx, _arg: Goto(screen=ScreenName.REG_PHONE),
    },
)

SCREENS = (CONSENT, OFFICE, NAME, IDENTITY, PHONE, CODE, REVIEW)
