"""Consent and registration: office, name, identity, telephone (docs/domain.md, section 2)."""

from dataclasses import replace

from bot.dialog.context import Scene
from bot.dialog.effects import Forget
from bot.dialog.events import Contact
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Go, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting as common
from bot.owner import codes
from bot.owner.entry import entry, registration_step
from bot.texts.owner import own_data, registration, units
from core.clock import CHINA
from core.errors import ContactOfSomebodyElse
from core.people.accounts import CONSENT_VERSION
from core.people.verification import CodeBinding, CodePurpose
from core.values.identity import (
    parse_credit_code,
    parse_name,
    parse_phone,
    parse_resident_id,
    parse_unit_name,
)

_OFFICES_A_PAGE = 16


def _on(scene: Scene) -> Go:
    """Lead to what is missing, or back to the review."""
    scene.refresh()
    account = scene.account
    if not account.is_registered:
        return registration_step(account)
    back = ScreenName.known(scene.arg("back"))
    return Go(screen=back) if back else entry(scene)


def _back(scene: Scene) -> dict[str, object]:
    """Return the arguments by which a page that corrects something leads back to where it was asked for."""
    back = scene.arg("back")
    return {"back": back} if back else {}


def _way_back(there: object) -> tuple[Button, ...]:
    """Offer to leave a page as it stood, where what it asks for is there already."""
    return (Button(label=common.BACK(), action=ActionName.BACK),) if there else ()


# --- consent --------------------------------------------------------------------------------


def _show_consent(scene: Scene) -> View | Go:
    renewed = scene.account_or_none is not None
    if scene.account_or_none is not None and scene.account_or_none.consents:
        return entry(scene)
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


def _consent(scene: Scene, _arg: str) -> Go:
    account = scene.core.accounts.consent(scene.tx, scene.chat_id)
    came_for = scene.arg("office")  # an office's own page led here
    if came_for in scene.core.offices and not account.office:
        scene.core.accounts.set_office(scene.tx, account, came_for)
    return _on(scene)


def _decline(scene: Scene, _arg: str) -> Go:
    words = registration.DECLINED() if scene.account_or_none is None else own_data.DECLINED_RENEWAL()
    return Go(screen=ScreenName.HOME, note=words, alert=True)


CONSENT = Screen(
    name=ScreenName.CONSENT,
    show=_show_consent,
    buttons={ActionName.AGREE: _consent, ActionName.DECLINE: _decline},
)


# --- office ---------------------------------------------------------------------------------


def _show_office(scene: Scene) -> View | Go:
    offices = list(scene.core.offices.values())
    if len(offices) == 1 and not scene.account.office:
        scene.core.accounts.set_office(scene.tx, scene.account, offices[0].code)
        scene.refresh()
        return registration_step(scene.account)
    buttons = [
        Button(label=common.office_title(one), action=ActionName.PICK, arg=one.code) for one in offices
    ]
    page, turns = page_of(buttons, int(scene.arg("page") or 0), _OFFICES_A_PAGE)
    rows = (*in_columns(page, 2), tuple(turns), _way_back(scene.account.office))
    return View(text=registration.OFFICE(), rows=tuple(row for row in rows if row))


def _pick_office(scene: Scene, code: str) -> Go:
    office = scene.office_of(code)
    scene.core.accounts.set_office(scene.tx, scene.account, office.code)
    return _on(scene)


OFFICE = Screen(
    name=ScreenName.REG_OFFICE,
    show=_show_office,
    personal=True,
    buttons={
        ActionName.PICK: _pick_office,
        ActionName.PAGE: lambda _scene, page: Go(screen=ScreenName.REG_OFFICE, args={"page": page}),
        ActionName.BACK: lambda scene, _arg: _on(scene),
    },
)


# --- name and identity ----------------------------------------------------------------------


def _show_name(scene: Scene) -> View:
    """Ask for the name; until registration ends, of a person or of a unit (单位)."""
    unit, registered = scene.account.is_unit, scene.account.is_registered
    choice = (
        Button(label=units.kind_label(unit=False, chosen=not unit), action=ActionName.PERSON),
        Button(label=units.kind_label(unit=True, chosen=unit), action=ActionName.UNIT),
    )
    said = units if unit else registration
    rows = (() if registered else choice, _way_back(scene.account.name_sealed))
    return View(text=said.NAME_AGAIN() if registered else said.NAME(), rows=tuple(row for row in rows if row))


def _choose_kind(scene: Scene, *, unit: bool) -> Go:
    scene.core.accounts.choose_kind(scene.tx, scene.account, unit=unit)
    return Go(screen=ScreenName.REG_NAME)


def _name(scene: Scene, typed: str) -> Go:
    name = parse_unit_name(typed) if scene.account.is_unit else parse_name(typed)
    scene.core.accounts.set_name(scene.tx, scene.account, name)
    return _forgetting(_on(scene))


def _forgetting(go: Go) -> Go:
    """Have what was sent deleted from the chat, now that it has been taken."""
    return replace(go, effects=(*go.effects, Forget()))


NAME = Screen(
    name=ScreenName.REG_NAME,
    personal=True,
    show=_show_name,
    buttons={
        ActionName.PERSON: lambda scene, _arg: _choose_kind(scene, unit=False),
        ActionName.UNIT: lambda scene, _arg: _choose_kind(scene, unit=True),
        ActionName.BACK: lambda scene, _arg: _on(scene),
    },
    text=_name,
    hint=registration.NAME_HINT,
)


def _identity(scene: Scene, typed: str) -> Go:
    if scene.account.is_unit:
        number = parse_credit_code(typed)
    else:
        number = parse_resident_id(typed, today=scene.tx.now.astimezone(CHINA).date())
    scene.core.accounts.set_identity(scene.tx, scene.account, number)
    return _on(scene)


def _show_identity(scene: Scene) -> View:
    text = units.CODE() if scene.account.is_unit else registration.IDENTITY()
    back = _way_back(scene.account.identity_sealed)
    return View(text=text, rows=(back,) if back else ())


IDENTITY = Screen(
    name=ScreenName.REG_IDENTITY,
    personal=True,
    show=_show_identity,
    buttons={ActionName.BACK: lambda scene, _arg: _on(scene)},
    text=_identity,
    hint=registration.IDENTITY_HINT,
)


# --- telephone ------------------------------------------------------------------------------


def _show_phone(scene: Scene) -> View:
    said = units if scene.account.is_unit else registration
    return View(
        text=said.PHONE_AGAIN() if scene.account.is_registered else said.PHONE(),
        contact=registration.SEND_CONTACT(),
        replies=(registration.BACK_REPLY(),),
    )


def _phone(scene: Scene, typed: str) -> Go:
    if registration.BACK_REPLY.means(typed):
        return _on(scene) if scene.account.phone_sealed else Go(screen=ScreenName.HOME)
    account, phone = scene.account, parse_phone(typed)
    scene.core.accounts.offer_phone(scene.tx, account, phone)
    return replace(codes.request(scene, _code_binding(scene, phone), ScreenName.REG_CODE), args=_back(scene))


def _contact(scene: Scene, contact: Contact) -> Go:
    if not contact.own:
        raise ContactOfSomebodyElse
    scene.core.accounts.offer_phone(scene.tx, scene.account, parse_phone(contact.phone))
    return _forgetting(_proved(scene))


def _proved(scene: Scene) -> Go:
    registered = scene.account.is_registered
    scene.core.accounts.prove_phone(scene.tx, scene.account)
    go = _on(scene)
    note = registration.PHONE_CHANGED() if registered else registration.PHONE_PROVED()
    return Go(screen=go.screen, args=go.args, note=note)


PHONE = Screen(
    name=ScreenName.REG_PHONE,
    personal=True,
    show=_show_phone,
    text=_phone,
    contact=_contact,
    hint=registration.PHONE_HINT,
)


def _code_binding(scene: Scene, phone: str) -> CodeBinding:
    return CodeBinding(account=scene.account, purpose=CodePurpose.REGISTRATION, phone=phone)


def _show_code(scene: Scene) -> View | Go:
    phone = scene.account.new_phone
    if not phone:
        return Go(screen=ScreenName.REG_PHONE, args=_back(scene))
    other = Button(label=registration.OTHER_PHONE(), action=ActionName.OTHER)
    return codes.page(scene, CodePurpose.REGISTRATION, phone, (other, *_way_back(scene.account.phone_sealed)))


def _resend(scene: Scene, _arg: str) -> Go:
    again = codes.request(scene, _code_binding(scene, scene.account.new_phone), ScreenName.REG_CODE)
    return replace(again, args=_back(scene))


def _code(scene: Scene, typed: str) -> Go:
    binding = _code_binding(scene, scene.account.new_phone)
    result = scene.core.verification.check(scene.tx, binding, codes.digits(typed), received_at=scene.at)
    return _proved(scene) if result.right else codes.wrong(result)


CODE = Screen(
    name=ScreenName.REG_CODE,
    personal=True,
    show=_show_code,
    buttons={
        ActionName.RESEND: _resend,
        ActionName.OTHER: lambda scene, _arg: Go(screen=ScreenName.REG_PHONE, args=_back(scene)),
        ActionName.BACK: lambda scene, _arg: _on(scene),
    },
    text=_code,
    hint=registration.CODE_HINT,
)


# --- review ---------------------------------------------------------------------------------


def _show_review(scene: Scene) -> View | Go:
    account = scene.account
    if account.is_registered:
        return entry(scene)
    missing = registration_step(account)
    if missing.screen != ScreenName.REG_REVIEW:
        return missing
    said = units if account.is_unit else registration
    change_identity = units.CHANGE_CODE if account.is_unit else registration.CHANGE_IDENTITY
    return View(
        text=said.review(account, scene.office_of(account.office or "")),
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


def _register(scene: Scene, _arg: str) -> Go:
    scene.core.accounts.register(scene.tx, scene.account)
    go = _on(scene)
    return Go(screen=go.screen, args=go.args, note=registration.DONE())


REVIEW = Screen(
    name=ScreenName.REG_REVIEW,
    personal=True,
    show=_show_review,
    buttons={
        ActionName.CONFIRM: _register,
        ActionName.OFFICE: lambda _scene, _arg: Go(screen=ScreenName.REG_OFFICE),
        ActionName.NAME: lambda _scene, _arg: Go(screen=ScreenName.REG_NAME),
        ActionName.IDENTITY: lambda _scene, _arg: Go(screen=ScreenName.REG_IDENTITY),
        ActionName.PHONE: lambda _scene, _arg: Go(screen=ScreenName.REG_PHONE),
    },
)

SCREENS = (CONSENT, OFFICE, NAME, IDENTITY, PHONE, CODE, REVIEW)
