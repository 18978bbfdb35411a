"""Consent and registration: name and identity in one message, and the review (docs/domain.md, section 2).

The office is in ``registration_office``, the telephone in ``registration_phone``.
"""

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, Lifetime, Style, View
from bot.owner import registration_office, registration_phone
from bot.owner.entry import registration_step
from bot.owner.registration_steps import is_correction, next_step, previous, to, turns
from bot.texts.errors import of_error
from bot.texts.owner import own_data, registration, units
from core.errors.accounts import IdentityTaken
from core.errors.base import InputError, XuanhaoError
from core.people.accounts import CONSENT_VERSION, Account, RegistrationField
from core.values.identity import parse_credit_code, parse_name, parse_resident_id, parse_unit_name
from core.values.name_and_number import NameAndNumber, split_person, split_unit
from core.values.personal_numbers import InputKind
from core.values.plates import PlateKind

# --- consent --------------------------------------------------------------------------------


def _show_consent(ctx: Context) -> View | Goto:
    renewed = ctx.account_or_none is not None
    if ctx.account_or_none is not None and ctx.account_or_none.consents:
        return next_step(ctx)
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
    return next_step(ctx)


def _decline(ctx: Context, _arg: str) -> Goto:
    words = registration.DECLINED() if ctx.account_or_none is None else own_data.DECLINED_RENEWAL()
    return Goto(screen=ScreenName.HOME, note=words, alert=True)


CONSENT = Screen(
    name=ScreenName.CONSENT,
    show=_show_consent,
    buttons={ActionName.AGREE: _consent, ActionName.DECLINE: _decline},
)


# --- name and identity ----------------------------------------------------------------------


def _show_name(ctx: Context) -> View:
    """Ask for name and number of a person or a unit (单位), which can be chosen until registration ends."""
    account = ctx.account
    unit, registered = account.is_unit, account.is_registered
    choice = (
        Button(label=units.kind_label(unit=False, chosen=not unit), action=ActionName.PERSON),
        Button(label=units.kind_label(unit=True, chosen=unit), action=ActionName.UNIT),
    )
    said = units if unit else registration
    if registered or is_correction(ctx):
        text = said.NAME_AGAIN()
    else:
        text = said.NAME() if account.identity_sealed is None else said.NAME_MISSING()
    rows = (() if registered else choice, turns(ctx, is_filled=account.name_sealed is not None))
    return View(text=text, rows=tuple(row for row in rows if row))


def _choose_kind(ctx: Context, *, unit: bool) -> Goto:
    ctx.core.accounts.choose_kind(ctx.tx, ctx.account, unit=unit)
    return to(ctx, ScreenName.REG_NAME)


def _name(ctx: Context, text: str) -> Goto:
    account = ctx.account
    if account.is_registered:
        _set_name(ctx, text)
        ctx.refresh()
        said = registration.changed(
            registration.FIELDS[RegistrationField.NAME], account.name, ctx.account.name
        )
        return next_step(ctx, said or registration.NAME_CHANGED())
    return _take(ctx, split_unit(text) if account.is_unit else split_person(text))


def _identity(ctx: Context, text: str) -> Goto:
    found = split_unit(text) if ctx.account.is_unit else split_person(text)
    return _take(ctx, found if found.number else NameAndNumber(name="", number=text))


def _take(ctx: Context, typed: NameAndNumber) -> Goto:
    """Store a name, a number or both; of two the right one is kept, and the other asked for again.

    Raises:
        InputError: nothing that was typed is right.
        IdentityTaken, ProbedTooOften, StepOutOfOrder: as ``Accounts.set_identity``.
    """
    before, was_correction = ctx.account, is_correction(ctx)
    wrong: InputError | None = None
    if typed.name or not typed.number:
        try:
            _set_name(ctx, typed.name)
        except InputError as error:
            if not typed.number:
                raise
            wrong = error
    if typed.number:
        try:
            number = _parse_number(ctx, typed.number)
        except InputError as error:
            if not typed.name or wrong:
                raise
            wrong = error
        else:
            ctx.core.accounts.set_identity(ctx.tx, ctx.account, number)
    ctx.refresh()
    if wrong is not None:
        return next_step(ctx, of_error(wrong))
    return next_step(ctx, _changes(before, ctx.account) if was_correction else "")


def _set_name(ctx: Context, text: str) -> None:
    name = parse_unit_name(text) if ctx.account.is_unit else parse_name(text)
    ctx.core.accounts.set_name(ctx.tx, ctx.account, name)


def _parse_number(ctx: Context, text: str) -> str:
    if ctx.account.is_unit:
        return parse_credit_code(text)
    return parse_resident_id(text, today=ctx.today)


def _changes(before: Account, after: Account) -> str:
    lines = (
        registration.changed(registration.FIELDS[RegistrationField.NAME], before.name, after.name),
        registration.changed(
            registration.FIELDS[RegistrationField.IDENTITY], before.identity, after.identity
        ),
    )
    return "\n".join(line for line in lines if line)


def _taken(ctx: Context, _error: XuanhaoError) -> Goto:
    """Say what to do about an identity that another account has, and by what the counter finds this one."""
    said = registration.identity_taken(ctx.chat_id, ctx.core.offices.get(ctx.account.office or ""))
    return stay(note=said)


NAME = Screen(
    name=ScreenName.REG_NAME,
    input_kind=InputKind.NAME,
    personal=True,
    show=_show_name,
    buttons={
        ActionName.PERSON: lambda ctx, _arg: _choose_kind(ctx, unit=False),
        ActionName.UNIT: lambda ctx, _arg: _choose_kind(ctx, unit=True),
        ActionName.NEXT: lambda ctx, _arg: next_step(ctx),
        ActionName.BACK: lambda ctx, _arg: previous(ctx, ScreenName.REG_NAME),
    },
    text=_name,
    hint=registration.NAME_HINT,
    errors={IdentityTaken: _taken},
)


def _show_identity(ctx: Context) -> View:
    text = units.CODE() if ctx.account.is_unit else registration.IDENTITY()
    return View(text=text, rows=(turns(ctx, is_filled=ctx.account.identity_sealed is not None),))


IDENTITY = Screen(
    name=ScreenName.REG_IDENTITY,
    input_kind=InputKind.NAME,
    personal=True,
    show=_show_identity,
    buttons={
        ActionName.NEXT: lambda ctx, _arg: next_step(ctx),
        ActionName.BACK: lambda ctx, _arg: previous(ctx, ScreenName.REG_IDENTITY),
    },
    text=_identity,
    hint=registration.IDENTITY_HINT,
    errors={IdentityTaken: _taken},
)


# --- review ---------------------------------------------------------------------------------


def _show_review(ctx: Context) -> View | Goto:
    account = ctx.account
    if account.is_registered:
        return next_step(ctx)
    missing = registration_step(account)
    if missing.screen != ScreenName.REG_REVIEW:
        return to(ctx, missing.screen or ScreenName.REG_REVIEW)
    said = units if account.is_unit else registration
    change_identity = units.CHANGE_CODE if account.is_unit else registration.CHANGE_IDENTITY
    return View(
        text=said.review(account, ctx.office_of(account.office or "")),
        lifetime=Lifetime.PASSING,
        rows=(
            *in_columns(_confirming(ctx), 1),
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


def _confirming(ctx: Context) -> list[Button]:
    """Return a button per plate kind, or the one of a registration that something else has asked for."""
    if "then" in ctx.args:
        return [Button(label=registration.CONFIRM(), action=ActionName.CONFIRM, style=Style.SUCCESS)]
    office, opening = ctx.office_of(ctx.account.office or ""), ctx.core.preselections.opening
    is_open = {kind: opening(ctx.tx, office, kind).is_open for kind in PlateKind}
    return [
        Button(
            label=registration.confirm_kind(kind, is_open=is_open[kind]),
            action=ActionName.KIND,
            arg=kind,
            style=Style.SUCCESS if is_open[kind] else None,
        )
        for kind in PlateKind
    ]


def _register(ctx: Context, _arg: str) -> Goto:
    ctx.core.accounts.register(ctx.tx, ctx.account)
    return next_step(ctx, registration.DONE(), sticky=False)


def _register_for(ctx: Context, kind: str) -> Goto:
    """Complete the registration and choose the plate kind, unless a ban or an earlier number comes first."""
    wanted = PlateKind(kind)
    ctx.core.accounts.register(ctx.tx, ctx.account)
    go = next_step(ctx, registration.DONE(), sticky=False)
    if go.screen != ScreenName.BASICS:
        return go
    office = ctx.office_of(ctx.account.office or "")
    if not ctx.core.preselections.opening(ctx.tx, office, wanted).is_open:
        args = {"office": office.code, "kind": wanted.value}
        return Goto(screen=ScreenName.KIND_CLOSED, args=args, note=registration.DONE())
    ctx.core.preselections.choose(ctx.tx, ctx.account, office, wanted)
    return Goto(screen=ScreenName.NOTICE, note=registration.DONE())


REVIEW = Screen(
    name=ScreenName.REG_REVIEW,
    personal=True,
    show=_show_review,
    buttons={
        ActionName.CONFIRM: _register,
        ActionName.KIND: _register_for,
        ActionName.OFFICE: lambda ctx, _arg: to(ctx, ScreenName.REG_OFFICE),
        ActionName.NAME: lambda ctx, _arg: to(ctx, ScreenName.REG_NAME),
        ActionName.IDENTITY: lambda ctx, _arg: to(ctx, ScreenName.REG_IDENTITY),
        ActionName.PHONE: lambda ctx, _arg: to(ctx, ScreenName.REG_PHONE),
    },
)

SCREENS = (CONSENT, *registration_office.SCREENS, NAME, IDENTITY, *registration_phone.SCREENS, REVIEW)
