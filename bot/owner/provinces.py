"""【跳转到其他省市】: provinces, their offices, the page of an office (docs/domain.md, section 2)."""

from collections.abc import Sequence
from dataclasses import replace

from bot.bot_api import deep_links
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.i18n.language import Language, spoken
from bot.owner import registration_office
from bot.owner.entry import entry
from bot.owner.office_choice import paged
from bot.owner.registration_steps import carried, to
from bot.texts.errors import of_error
from bot.texts.owner import bulletin, home, provinces
from core.availability.maintenance import of_office
from core.errors.accounts import NotThisUserType
from core.errors.offices import NoSuchOffice
from core.notifications import subscriptions
from core.values import offices
from core.values.offices import IssuingOffice, Office

_PROVINCES_ACROSS = {Language.CHINESE: 3, Language.ENGLISH: 2}
"""Columns; with more, phones truncate 黑龙江 and Heilongjiang."""


# --- provinces and their offices ------------------------------------------------------------


def _show_provinces(ctx: Context) -> View:
    buttons = [
        Button(
            label=provinces.province_label(
                first := own[0], served=any(office.code in ctx.core.offices for office in own)
            ),
            action=ActionName.PROVINCE,
            arg=first.abbreviation,
        )
        for own in offices.by_province().values()
    ]
    across = _PROVINCES_ACROSS[spoken()]
    return View(text=provinces.PROVINCES(), rows=(*in_columns(buttons, across), _ways_out(ctx)))


def _ways_out(ctx: Context) -> tuple[Button, ...]:
    """Return the buttons to the home screen and back to what is unfinished, or was being changed."""
    out = Button(label=formatting.HOME(), action=ActionName.HOME)
    if ctx.arg("back"):
        return (Button(label=formatting.BACK(), action=ActionName.CONTINUE), out)
    account = ctx.account_or_none
    if account is not None and account.consents and not account.is_registered:
        return (Button(label=provinces.BACK_TO_REGISTRATION(), action=ActionName.CONTINUE), out)
    return (
        (Button(label=provinces.CONTINUE(), action=ActionName.CONTINUE), out)
        if ctx.current_preselection
        else (out,)
    )


def _search(ctx: Context, text: str) -> Goto:
    """Go to the search result; the typed text is not stored, because it could contain anything."""
    found = offices.search(text)
    if not found:
        return stay(note=provinces.NOTHING_FOUND())
    if len(found) == 1:
        return _to_office(ctx, found[0].code)
    return to(ctx, ScreenName.OFFICES, codes=[office.code for office in found])


def _to_office(ctx: Context, code: str) -> Goto:
    """Show an office; where the office of registration is being changed, take one that is served."""
    if ctx.arg("back") and code in ctx.core.offices:
        return registration_office.choose(ctx, code)
    return to(ctx, ScreenName.OFFICE, code=code)


def _continue(ctx: Context, _arg: str) -> Goto:
    """Go back to the unfinished registration or preselection, and what asked for it."""
    if ctx.arg("back"):
        return to(ctx, ScreenName.REG_OFFICE)
    go = entry(ctx)
    return replace(go, args={**go.args, **carried(ctx)})


PROVINCES = Screen(
    name=ScreenName.PROVINCES,
    show=_show_provinces,
    buttons={
        ActionName.PROVINCE: lambda ctx, one: to(ctx, ScreenName.OFFICES, province=one),
        ActionName.CONTINUE: _continue,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    text=_search,
    hint=provinces.HINT,
)


def _listed(ctx: Context) -> Sequence[IssuingOffice]:
    province, codes = ctx.arg("province"), ctx.list_arg("codes")
    return [office for office in offices.offered() if office.abbreviation == province or office.code in codes]


def _show_offices(ctx: Context) -> View | Goto:
    listed = _listed(ctx)
    if not listed:
        return Goto(screen=ScreenName.PROVINCES)
    head = provinces.offices_of(listed[0]) if ctx.arg("province") else provinces.found(len(listed))
    buttons = [
        Button(
            label=provinces.office_label(
                one, served=one.code in ctx.core.offices, elsewhere=one.code in ctx.core.elsewhere
            ),
            action=ActionName.OFFICE,
            arg=one.code,
        )
        for one in listed
    ]
    back = (
        Button(label=provinces.OTHER_PROVINCE(), action=ActionName.PROVINCES),
        Button(label=formatting.HOME(), action=ActionName.HOME),
    )
    return View(text=head, rows=(*paged(ctx, buttons), back))


OFFICES = Screen(
    name=ScreenName.OFFICES,
    show=_show_offices,
    buttons={
        ActionName.OFFICE: _to_office,
        ActionName.PAGE: lambda ctx, page: Goto(screen=ScreenName.OFFICES, args={**ctx.args, "page": page}),
        ActionName.PROVINCES: lambda ctx, _arg: to(ctx, ScreenName.PROVINCES),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    text=_search,
    hint=provinces.HINT,
)


# --- the page of an office -------------------------------------------------------------------


def _show_office(ctx: Context) -> View | Goto:
    try:
        issuing = offices.find(ctx.arg("code"))
    except NoSuchOffice:  # from a list of an older version
        return Goto(screen=ScreenName.PROVINCES)
    url = ctx.core.elsewhere.get(issuing.code)
    ways: list[tuple[Button, ...]] = []
    if issuing.code in ctx.core.offices:
        link = deep_links.link_to(ctx.bot_username(), issuing.code)
        share = deep_links.sharing(link, provinces.share_words(issuing))
        text = f"{_served(ctx, ctx.office_of(issuing.code))}\n\n{provinces.link(link)}"
        ways.append((Button(label=home.PRESELECT(), action=ActionName.PRESELECT, style=Style.PRIMARY),))
        ways.append((Button(label=bulletin.BULLETIN(), action=ActionName.POOL),))
        ways.append((Button(label=provinces.SHARE(), url=share),))
    elif url is not None:
        text = provinces.served_elsewhere(issuing) + _about_reader(ctx, issuing.code)
        ways.append((Button(label=provinces.OPEN(), url=url, style=Style.PRIMARY),))
    else:
        text = provinces.not_served(issuing)
        ways.append((_tell_button(ctx, issuing.code),))
    ways.append((Button(label=provinces.ELSEWHERE(), action=ActionName.PROVINCES),))
    return View(text=text, rows=(*ways, _ways_out(ctx)))


def _tell_button(ctx: Context, code: str) -> Button:
    """Return the button that asks to be told when an office is served, or takes that back."""
    if subscriptions.is_awaited(ctx.tx, ctx.chat_id, code):
        return Button(label=provinces.TELL_SERVED_OFF(), action=ActionName.OFF)
    return Button(label=provinces.TELL_SERVED(), action=ActionName.TELL, style=Style.PRIMARY)


def _tell(ctx: Context, *, on: bool) -> Goto:
    code = offices.find(ctx.arg("code")).code
    if on:
        subscriptions.await_office(ctx.tx, ctx.chat_id, code)
    else:
        subscriptions.stop_awaiting(ctx.tx, ctx.chat_id, code)
    return Goto(
        screen=ScreenName.OFFICE, args=ctx.args, note=provinces.SERVED_NOTED() if on else "", sticky=True
    )


def _served(ctx: Context, office: Office) -> str:
    now = ctx.tx.now
    opening = office.hours.next_opening(now)
    if office.hours.is_open(now):
        state = provinces.OPEN_NOW()
    else:
        state = provinces.opens_at(formatting.moment(opening)) if opening else provinces.NEVER_OPEN()
    closed = of_office(ctx.tx, office.code)
    maintenance = "\n" + provinces.in_maintenance(closed.text) if closed else ""
    return provinces.served(office, state) + maintenance + _about_reader(ctx, office.code)


def _about_reader(ctx: Context, code: str) -> str:
    """Return a line on whether the user may select at an office; empty before registration."""
    account = ctx.account_or_none
    if account is None or not account.is_registered:
        return ""
    if account.office == code:
        return "\n\n" + provinces.own_office()
    if account.selects_at(code):
        return ""
    return "\n\n" + provinces.may_not(of_error(NotThisUserType(user_type=account.user_type)))


def _preselect(ctx: Context, _arg: str) -> Goto:
    """Continue at this office with its plate kinds, unless an earlier step is missing."""
    office = ctx.office_of(ctx.arg("code"))
    go = entry(ctx)
    if go.screen == ScreenName.CONSENT:
        return replace(go, args={**carried(ctx), "office": office.code})
    account = ctx.account
    if not account.is_registered:  # preset the office; it can be changed until registration is complete
        ctx.core.accounts.set_office(ctx.tx, account, office.code)
        return _continue(ctx, "")
    if go.screen in {ScreenName.BANNED, ScreenName.SUSPENDED, ScreenName.REG_PHONE}:
        return go
    if not account.selects_at(office.code):
        raise NotThisUserType(user_type=account.user_type)
    begun = ctx.current_preselection
    if go.screen == ScreenName.DONE or (begun is not None and begun.office == office.code):
        return go
    note = provinces.begun_elsewhere(ctx.office) if begun is not None else ""
    return Goto(screen=ScreenName.BASICS, args={"office": office.code}, note=note, sticky=True)


def opened(payload: str) -> Goto:
    """Open the office of a deep link; none leads to the home screen, an invalid one with a note."""
    if not payload:
        return Goto(screen=ScreenName.HOME)
    issuing = deep_links.office_of(payload)
    if issuing is None or not issuing.is_offered:
        return Goto(screen=ScreenName.HOME, note=provinces.BAD_LINK())
    return Goto(screen=ScreenName.OFFICE, args={"code": issuing.code})


OFFICE = Screen(
    name=ScreenName.OFFICE,
    show=_show_office,
    buttons={
        ActionName.PRESELECT: _preselect,
        ActionName.POOL: lambda ctx, _arg: Goto(screen=ScreenName.POOL, args={"office": ctx.arg("code")}),
        ActionName.PROVINCES: lambda ctx, _arg: to(ctx, ScreenName.PROVINCES),
        ActionName.TELL: lambda ctx, _arg: _tell(ctx, on=True),
        ActionName.OFF: lambda ctx, _arg: _tell(ctx, on=False),
        ActionName.CONTINUE: _continue,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    text=_search,
    hint=provinces.HINT,
)

SCREENS = (PROVINCES, OFFICES, OFFICE)
